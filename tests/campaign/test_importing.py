"""Curves of others as a cube: a grid where they make one, not_run where one is missing."""

import numpy as np
import pytest

import microbatt
from microbatt.campaign.importing import Origin, design_of, write_imported
from microbatt.cells import load_cell
from microbatt.cube import Grid, ListedPoints, locate
from microbatt.engines import Inventory, Isothermal
from microbatt.engines.dualfoil.archives.archive import read_run
from microbatt.errors import CampaignError, ParameterError, StoreError
from tests.engines.dualfoil.runs import make_run

CELL = load_cell("doyle-1996-cell-1")
ORIGIN = Origin(
    name="old-runs",
    engine="dualfoil",
    source="imported from the runs of 2009",
    cell=CELL,
    cutoff_voltage=2.0,
    thermal=Isothermal(),
    inventory=Inventory.AREA_ONLY,
)


@pytest.fixture
def run(tmp_path):
    """A run that exists already, as a discharge."""
    count = iter(range(100))

    def make(alpha, S, current, output="cutoff_reached"):
        folder = make_run(tmp_path / f"run{next(count)}", current=current, output=output)
        (folder / "point.json").write_text(f'{{"alpha": {alpha}, "S": {S}}}')
        return read_run(folder).discharge

    return make


def imported(discharges, store):
    write_imported(discharges, ORIGIN, locate(store))
    return microbatt.open_dataset(store).load()


def test_curves_on_a_grid_make_one_and_lie_where_their_labels_say(run, tmp_path):
    runs = [run(a, S, 35.0) for a in (0.5, 2.3) for S in (1.0, 3.0)]
    cube = imported(runs, tmp_path / "a.zarr")
    assert cube.sizes["alpha"] == cube.sizes["S"] == 2
    assert bool(cube.microbatt.ok().all())
    for one in runs:
        place = cube.sel(alpha=one.alpha, S=one.S, current=35.0)
        assert float(place.discharge_capacity) == one.discharge_capacity
        assert float(place.energy) == one.energy
        assert float(place.voltage[-1]) == 2.0


def test_scattered_curves_make_points_and_what_is_missing_was_not_run(run, tmp_path):
    runs = [run(0.5, 1.0, 35.0), run(2.3, 3.0, 35.0), run(2.3, 3.0, 70.0)]
    cube = imported(runs, tmp_path / "a.zarr")
    assert cube.voltage.dims == ("point", "current", "depth")
    assert cube.microbatt.outcomes() == {"cutoff_reached": 3, "not_run": 1}
    assert np.isnan(cube.voltage.isel(point=0).sel(current=70.0)).all()


def test_failures_keep_their_outcomes_and_what_there_is_of_their_curves(run, tmp_path):
    runs = [run(0.5, 1.0, 35.0, "gave_up_above_the_cutoff"), run(0.5, 3.0, 35.0, "rows_of_nan")]
    cube = imported(runs, tmp_path / "a.zarr")
    assert cube.microbatt.outcomes() == {"no_convergence": 2}
    assert np.isfinite(cube.voltage).all()


def test_of_two_runs_at_one_point_the_whole_one_is_taken(run, tmp_path):
    whole, partial = run(0.5, 1.0, 35.0), run(0.5, 1.0, 35.0, "gave_up_above_the_cutoff")
    for i, order in enumerate([(whole, partial), (partial, whole)]):
        assert bool(imported(order, tmp_path / f"{i}.zarr").microbatt.ok().all())


def test_the_cube_says_where_it_comes_from_and_is_no_campaigns(run, tmp_path):
    cube = imported([run(0.5, 1.0, 35.0)], tmp_path / "a.zarr")
    assert cube.attrs["source"] == "imported from the runs of 2009"
    assert cube.attrs["engine"] == "dualfoil"
    assert cube.attrs["cell"] == CELL.to_dict()
    assert cube.attrs["run_count"] == 1


def test_nothing_is_written_over(run, tmp_path):
    one = run(0.5, 1.0, 35.0)
    imported([one], tmp_path / "a.zarr")
    with pytest.raises(CampaignError, match="holds a cube already"):
        imported([one], tmp_path / "a.zarr")
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "thesis.tex").write_text("years of work")
    with pytest.raises(StoreError, match=r"thesis\.tex"):
        imported([one], other)
    assert [path.name for path in other.iterdir()] == ["thesis.tex"]


def test_the_design_follows_from_the_points():
    grid = [(a, S, 17.5) for a in (0.5, 2.3) for S in (1.0, 3.0)]
    assert isinstance(design_of(grid), Grid)
    assert isinstance(design_of(grid[:3]), ListedPoints)
    with pytest.raises(ParameterError, match="no curve"):
        design_of([])
