"""Variables joined to a cube: read with it, replaced whole, never instead of its own."""

import numpy as np
import pytest
import xarray as xr

from microbatt.cube import check_store, join_variables, joining, locate, open_cube, repair_store
from microbatt.errors import ParameterError, StoreError
from tests.cube.cubes import small_cube


@pytest.fixture
def place(tmp_path):
    small_cube(tmp_path)
    return locate(tmp_path / "cube.zarr")


def found_out(place, value=0.5):
    cube = open_cube(place, chunks=None)
    dims = ("alpha", "S")
    shape = tuple(cube.sizes[dim] for dim in dims)
    return xr.Dataset(
        {
            "guess": (dims, np.full(shape, value), {"units": "1", "currents": np.array([1.0])}),
            "guess_count": (dims, np.ones(shape, np.int32), {"units": "1"}),
        },
        coords={dim: cube[dim] for dim in dims},
    )


def test_joined_variables_are_read_with_the_cube(place):
    before = open_cube(place, chunks=None).load()
    join_variables(place, found_out(place))
    after = open_cube(place, chunks=None)
    assert after["guess"].dims == ("alpha", "S")
    assert (after["guess"] == 0.5).all()
    assert after["guess"].attrs["currents"] == [1.0]
    xr.testing.assert_identical(before, after[list(before)].load())


def test_joining_again_replaces_these_alone(place):
    join_variables(place, found_out(place))
    join_variables(place, found_out(place, 0.25).rename(guess="other", guess_count="other_count"))
    join_variables(place, found_out(place, 0.75))
    after = open_cube(place, chunks=None)
    assert (after["guess"] == 0.75).all()
    assert (after["other"] == 0.25).all()


def test_a_set_that_was_cut_short_says_so(place, monkeypatch):
    join_variables(place, found_out(place))

    def killed(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(joining, "_write", killed)
    with pytest.raises(KeyboardInterrupt):
        join_variables(place, found_out(place, 0.75))
    assert (open_cube(place, chunks=None)["guess_count"] == 0).all()


def test_the_cubes_own_variables_are_refused(place):
    with pytest.raises(ParameterError, match="status"):
        join_variables(place, found_out(place).rename(guess="status"))


def test_values_for_other_points_are_refused(place):
    moved = found_out(place)
    with pytest.raises(ParameterError, match="this cube"):
        join_variables(place, moved.assign_coords(alpha=moved["alpha"] + 1.0))
    with pytest.raises(ParameterError, match="along `S`"):
        join_variables(place, moved.isel(S=slice(1)))


def test_what_is_no_cube_is_refused(tmp_path):
    with pytest.raises(StoreError):
        join_variables(locate(tmp_path), xr.Dataset())


def test_damaged_joined_variables_are_found_and_emptied(place):
    join_variables(place, found_out(place))
    chunk = place.path / "guess" / "c" / "0" / "0"
    chunk.write_bytes(b"no longer a chunk")
    report = check_store(place)
    # The count that vouches for the other one goes with it.
    assert [one.key for one in report.damages] == ["guess/c/0/0", "guess_count/c/0/0"]
    repair_store(place, report)
    assert check_store(place).damages == ()
    assert np.isnan(open_cube(place, chunks=None)["guess"]).all()


def test_sets_that_are_joined_on_from_another_cube_have_one_digest_of_their_own(place):
    """As a cube that grows does with all that was joined to it, in whatever order."""
    join_variables(place, found_out(place))
    join_variables(place, found_out(place, 0.25).rename(guess="other", guess_count="other_count"))
    held = open_cube(place, chunks=None)[["guess_count", "other_count", "other", "guess"]].load()
    join_variables(place, held + 1)
    join_variables(place, held.map(lambda one: one * 2, keep_attrs=True))
    assert check_store(place).damages == ()
