"""Coordinates are those of the design: made again where lost, refused where they differ."""

import json
import shutil

import numpy as np
import pytest
import zarr

from microbatt.campaign import run_campaign
from microbatt.cube import SobolPoints, check_store, locate, open_cube, repair_store
from microbatt.cube.contents import design
from microbatt.cube.integrity import heal_coordinates
from microbatt.cube.store.location import delete_object, open_store
from microbatt.errors import StoreError
from microbatt.testing import stored_bytes
from tests.campaign.small import small_campaign

BOX = {"alpha": (0.0, 10.0), "S": (0.3, 40.0)}
DRAWN = SobolPoints(count=8, seed=1, current=(17.5, 35.0), **BOX)
NAMES = ["alpha", "S", "current", "c_rate", "depth"]


@pytest.fixture(params=["grid", "drawn"], scope="module")
def campaign(request):
    return small_campaign() if request.param == "grid" else small_campaign(design=DRAWN)


@pytest.fixture(scope="module")
def sound(campaign, tmp_path_factory):
    """A cube that nobody changes."""
    store = tmp_path_factory.mktemp("sound") / "a.zarr"
    run_campaign(campaign, store)
    return store


@pytest.fixture
def place(sound, tmp_path):
    """A copy of it, to be damaged."""
    return locate(shutil.copytree(sound, tmp_path / "a.zarr"))


def lose(place, name):
    (place.path / name / "c/0").unlink()


def cut_short(place, name):
    path = place.path / name / "c/0"
    path.write_bytes(path.read_bytes()[:-3])


def alter(place, name):
    array = zarr.open_array(place.path / name, mode="r+")
    array[...] = np.asarray(array) * 1.01


def each_damage():
    """Every damage and every coordinate, not each with each: that is left to the long tests."""
    for number, damage in enumerate((lose, cut_short, alter)):
        for place, name in enumerate(NAMES):
            long = () if place % 3 == number else pytest.mark.slow
            yield pytest.param(damage, name, marks=long)


@pytest.mark.parametrize(("damage", "name"), list(each_damage()))
def test_a_damaged_coordinate_is_refused_by_readers_found_and_made_again(damage, name, place):
    before = stored_bytes(place.path)
    damage(place, name)
    with pytest.raises(StoreError, match=r"coordinates of .*damaged.*check .* --repair"):
        open_cube(place)
    report = check_store(place)
    assert {found.key for found in report.damages} >= {f"{name}/c/0"}
    repair_store(place, report)
    assert stored_bytes(place.path) == before
    assert check_store(place).damages == ()
    open_cube(place)


def test_a_run_never_simulates_at_a_lost_coordinate(campaign, sound, place):
    store = place.path
    for path in (store / "status/c").rglob("*"):
        if path.is_file():
            path.unlink()  # nothing is run any more
    lose(place, "alpha")
    lose(place, "depth")
    cube = run_campaign(campaign, store)
    assert not np.isnan(cube.alpha).any()
    assert stored_bytes(store) == stored_bytes(sound)


@pytest.mark.parametrize("name", NAMES)
def test_a_cube_from_before_there_were_digests_is_mended_too(name, place):
    before = open_cube(place).load()
    delete_attribute(place, "axes_digest")
    assert open_cube(place).equals(before)
    lose(place, name)
    with pytest.raises(StoreError, match="damaged"):
        open_cube(place)
    heal_coordinates(place)
    np.testing.assert_array_equal(open_cube(place)[name], before[name])


def delete_attribute(place, name):
    root = place.path / "zarr.json"
    content = json.loads(root.read_text())
    del content["attributes"][name]
    root.write_text(json.dumps(content))


def test_coordinates_that_the_design_no_longer_gives_are_refused(tmp_path, monkeypatch):
    draw, place = design._sobol.__wrapped__, locate(tmp_path / "a.zarr")
    run_campaign(small_campaign(design=DRAWN), place.path)
    lose(place, "alpha")
    # As another version of SciPy might draw them.
    monkeypatch.setattr(design, "_sobol", lambda *box: draw(*box) * 1.0001)
    with pytest.raises(StoreError, match=r"cannot be made again.*version of SciPy"):
        heal_coordinates(place)


def test_edited_attributes_are_found(place):
    root = place.path / "zarr.json"
    text = root.read_text()
    root.write_text(text.replace('"cutoff_voltage": 2.0', '"cutoff_voltage": 2.5'))
    assert json.loads(root.read_text()) != json.loads(text)
    (found,) = check_store(place).damages
    assert "have changed" in found.what


def test_an_object_that_is_lost_elsewhere_is_mended_alike():
    place = locate("memory://coordinates/a.zarr")
    run_campaign(small_campaign(), place.url)
    delete_object(open_store(place, read_only=False), "S/c/0")
    with pytest.raises(StoreError, match="`S` has no value at 2 of 2 places"):
        open_cube(place)
    cube = run_campaign(small_campaign(), place.url)
    assert cube.S.values.tolist() == [1.0, 3.0]
