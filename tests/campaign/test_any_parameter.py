"""Axes of any number of a cell: each curve is of its own cell, and cubes go on as ever."""

import json
import shutil

import numpy as np
import pytest
import xarray as xr

import microbatt
from microbatt.campaign import campaign_of, join_sensitivities, load_campaign, run_campaign
from microbatt.cells import load_cell
from microbatt.cube import (
    Grid,
    ListedPoints,
    LogUniform,
    Normal,
    SobolPoints,
    check_store,
    join_variables,
    locate,
    open_cube,
    repair_store,
)
from microbatt.errors import CampaignError, ParameterError, StoreError
from microbatt.testing import stored_bytes
from tests.campaign.small import CURRENT, small_campaign

CELL = load_cell("doyle-1996-cell-1")
OF_THE_CELL = "tests.campaign.standin:of_the_cell"
THICKNESS = (5e-5, 6e-5, 7e-5, 8e-5)
GRID = Grid(
    alpha=(0.5, 2.3),
    current=CURRENT,
    others={"positive_thickness": THICKNESS, "negative_alpha": (0.5, 1.5, 3.0)},
)
SPREADS = {
    "positive_thickness": Normal(mean=1.5e-4, std=5e-6),
    "positive_solid_diffusivity": LogUniform(low=1e-14, high=1e-12),
    "initial_temperature": (283.15, 313.15),
}
DRAWN = SobolPoints(count=16, seed=3, S=(1.0, 6.0), current=CURRENT, others=SPREADS)
LISTED = ListedPoints(
    alpha=(0.5, 2.3, 1.0), current=CURRENT, others={"positive_thickness": (5e-5, 9e-5, 7e-5)}
)
DESIGNS = [GRID, DRAWN, LISTED]


def campaign(design, **terms):
    return small_campaign(design=design, **({"engine": OF_THE_CELL} | terms))


def mark(cell):
    """What the stand-in multiplies the energies of a cell by."""
    return 1e4 * cell.positive.thickness + cell.negative.alpha


def test_where_alpha_s_and_current_alone_vary_nothing_has_changed():
    plain = small_campaign()
    assert plain.identity["microbatt_schema"] == 1
    assert set(plain.identity["design"]) == {"kind", "alpha", "S", "current"}
    assert campaign(GRID).identity["microbatt_schema"] == 2


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.kind)
def test_every_curve_is_of_its_own_cell(design, threads, tmp_path):
    cube = run_campaign(campaign(design), tmp_path / "a.zarr", client=threads)
    assert bool(cube.microbatt.ok().all())
    flat = cube[["energy"]].stack(row=cube.energy.dims, create_index=False)
    for row in range(flat.sizes["row"]):
        here = flat.isel(row=row)
        values = {
            name: float(here[name]) for name in ("alpha", "S", *design.others) if name in here
        }
        cell = CELL.with_values(values)
        S, alpha = cell.positive.S, cell.positive.alpha
        expected = 3.5 * 17.5 * S / (S + 1.0 + 0.1 * alpha) / 0.755 * mark(cell)
        assert float(here.energy) == pytest.approx(expected, rel=1e-12)


def test_the_native_engine_gives_the_curve_of_each_cell(threads, tmp_path):
    grid = Grid(current=(17.5, 35.0), others={"positive_thickness": (5e-5, 1e-4)})
    cube = run_campaign(campaign(grid, engine="native"), tmp_path / "a.zarr", client=threads)
    thin = cube.sel(positive_thickness=5e-5, current=35.0)
    alone = microbatt.simulate_discharge(
        CELL.with_values({"positive_thickness": 5e-5}), current=35.0
    )
    assert float(thin.energy) == alone.energy
    assert float(thin.discharge_capacity) == alone.discharge_capacity


def test_labels_are_the_names_and_carry_their_units(threads, tmp_path):
    cube = run_campaign(campaign(GRID), tmp_path / "a.zarr", client=threads)
    assert cube.energy.dims == ("alpha", "negative_alpha", "positive_thickness", "current")
    assert cube.sel(positive_thickness=7e-5, negative_alpha=1.5).sizes == {
        "alpha": 2, "current": 3, "depth": 32,
    }  # fmt: skip
    assert cube.positive_thickness.attrs["units"] == "m"
    assert cube.positive_thickness.attrs["long_name"] == "thickness of the positive electrode"
    assert cube.attrs["cell"]["positive"]["S"] == CELL.positive.S
    curve = cube.microbatt.curve(alpha=0.5, negative_alpha=3.0, positive_thickness=5e-5, current=35)
    assert float(curve.positive_thickness) == 5e-5
    assert "positive_thickness" in str(cube.microbatt.summary())


@pytest.mark.parametrize("design", DESIGNS, ids=lambda design: design.kind)
def test_an_unfinished_or_damaged_block_is_all_that_is_run_again(design, threads, tmp_path):
    place = tmp_path / "a.zarr"
    asked = campaign(design, curves_per_task=12)
    run_campaign(asked, place, client=threads)
    before = stored_bytes(place)
    chunk = next(iter(sorted((place / "voltage" / "c").rglob("0"))))
    first = chunk if chunk.is_file() else next(p for p in chunk.rglob("*") if p.is_file())
    content = bytearray(first.read_bytes())
    content[10] ^= 1
    first.write_bytes(bytes(content))
    name = next(iter(design.others))
    shutil.rmtree(place / name / "c")
    with pytest.raises(StoreError, match=name):
        open_cube(locate(place))
    report = check_store(locate(place))
    assert {damage.key.split("/")[0] for damage in report.damages} == {"voltage", name}
    repair_store(locate(place), report)
    heard = []
    run_campaign(campaign_of(locate(place)), place, client=threads, listeners=[heard.append])
    assert 0 < heard[-1].simulated < asked.design.shape[0] * 12
    assert stored_bytes(place) == before
    assert check_store(locate(place)).damages == ()


def test_a_grid_grows_along_any_axis(threads, tmp_path):
    larger = Grid(
        alpha=(0.5, 1.0, 2.3),
        current=CURRENT,
        others={"positive_thickness": (4e-5, *THICKNESS), "negative_alpha": (0.5, 1.5, 3.0)},
    )
    run_campaign(campaign(GRID), tmp_path / "a.zarr", client=threads)
    heard = []
    run_campaign(
        campaign(larger),
        tmp_path / "a.zarr",
        client=threads,
        extend=True,
        listeners=[heard.append],
    )
    run_campaign(campaign(larger), tmp_path / "b.zarr", client=threads)
    assert stored_bytes(tmp_path / "a.zarr") == stored_bytes(tmp_path / "b.zarr")
    assert heard[-1].simulated == 3 * 5 * 3 * 3 - 2 * 4 * 3 * 3


def test_drawn_and_listed_points_grow_too(threads, tmp_path):
    more = {
        "count": (
            DRAWN,
            SobolPoints(count=32, seed=3, S=(1.0, 6.0), current=(8.75, *CURRENT), others=SPREADS),
        ),
        "list": (
            LISTED,
            ListedPoints(
                alpha=(4.0, 0.5, 2.3, 1.0),
                current=CURRENT,
                others={"positive_thickness": (5e-5, 5e-5, 9e-5, 7e-5)},
            ),
        ),
    }
    for name, (small, larger) in more.items():
        place, heard = tmp_path / f"{name}.zarr", []
        run_campaign(campaign(small), place, client=threads)
        run_campaign(campaign(larger), place, client=threads, extend=True, listeners=[heard.append])
        run_campaign(campaign(larger), tmp_path / "again.zarr", client=threads)
        assert stored_bytes(place) == stored_bytes(tmp_path / "again.zarr")
        before, after = (one.shape[0] * one.shape[1] for one in (small, larger))
        assert heard[-1].simulated == after - before
        shutil.rmtree(tmp_path / "again.zarr")


def test_other_points_or_axes_are_no_extension(threads, tmp_path):
    run_campaign(campaign(DRAWN), tmp_path / "a.zarr", client=threads)
    other = SobolPoints(count=32, seed=4, S=(1.0, 6.0), current=CURRENT, others=SPREADS)
    with pytest.raises(CampaignError, match="16 of its 16 points"):
        run_campaign(campaign(other), tmp_path / "a.zarr", client=threads, extend=True)
    fewer = SobolPoints(count=32, seed=3, S=(1.0, 6.0), current=CURRENT)
    with pytest.raises(CampaignError, match="what varies"):
        run_campaign(campaign(fewer), tmp_path / "a.zarr", client=threads, extend=True)


def test_points_that_are_no_cell_are_refused_before_anything_is_made(threads, tmp_path):
    full = Grid(
        current=CURRENT,
        others={
            "positive_electrolyte_fraction": (0.3, 0.9),
            "positive_polymer_fraction": (0.05, 0.5),
        },
    )
    with pytest.raises(CampaignError, match="a point that is no cell"):
        run_campaign(campaign(full), tmp_path / "a.zarr", client=threads)
    assert not (tmp_path / "a.zarr").exists()


@pytest.mark.parametrize(
    ("others", "words"),
    [
        ({"positive_thicknes": (1e-4,)}, "positive_thickness"),
        ({"positive_alpha": (1.0,)}, "give `alpha`"),
        ({"one_c_current": (17.5,)}, "no discharge per area depends on it"),
        ({"positive_thickness": (1.0,)}, "must lie in"),
        ({"positive_thickness": (2e-4, 1e-4)}, "sort the axis"),
    ],
)
def test_axes_that_are_none_are_refused(others, words):
    with pytest.raises(ParameterError, match=words):
        Grid(current=CURRENT, others=others)


def test_a_cube_of_a_newer_schema_is_refused_clearly(threads, tmp_path):
    place = tmp_path / "a.zarr"
    run_campaign(campaign(GRID), place, client=threads)
    root = json.loads((place / "zarr.json").read_text())
    assert root["attributes"]["microbatt_schema"] == 2
    root["attributes"]["microbatt_schema"] = 4
    (place / "zarr.json").write_text(json.dumps(root))
    with pytest.raises(StoreError, match="schema 4; this version of microbatt reads up to 3"):
        open_cube(locate(place))


def test_a_file_names_any_number_with_its_unit(tmp_path):
    head = 'format = 1\nname = "mine"\ncell = "doyle-1996-cell-1"\n'
    grid = """[grid]
positive_thickness = { start = 50, stop = 100, count = 6, unit = "µm" }
negative_alpha = { values = [0.5, 1.5] }
initial_temperature = { values = [288.15, 298.15], unit = "K" }
c_rate = { values = [1, 2] }
"""
    points = """[points]
sobol = { count = 8, seed = 1 }
positive_alpha = { low = 0.5, high = 4 }
positive_particle_radius = { distribution = "log-uniform", low = 2, high = 10, unit = "µm" }
negative_thickness = { distribution = "normal", mean = 100, std = 2, unit = "µm" }
current = { values = [17.5], unit = "A m-2" }
"""
    path = tmp_path / "mine.toml"
    path.write_text(head + grid, encoding="utf-8")
    read = load_campaign(path).design
    assert read.dims == ("initial_temperature", "negative_alpha", "positive_thickness", "current")
    assert read.others["positive_thickness"] == (5e-5, 6e-5, 7e-5, 8e-5, 9e-5, 1e-4)
    path.write_text(head + points, encoding="utf-8")
    drawn = load_campaign(path).design
    assert drawn.alpha == (0.5, 4.0)
    assert drawn.others["positive_particle_radius"] == LogUniform(low=2e-6, high=1e-5)
    assert drawn.others["negative_thickness"] == Normal(mean=1e-4, std=2e-6)
    path.write_text(head + grid.replace("negative_alpha", "negative_alfa"), encoding="utf-8")
    with pytest.raises(CampaignError, match="negative_alpha"):
        load_campaign(path)


def test_drawn_numbers_are_spread_as_they_were_asked_for():
    many = SobolPoints(
        count=4096,
        seed=1,
        alpha=Normal(mean=0.5, std=1.0),
        current=(17.5,),
        others=SPREADS,
    )
    found = {name: values for name, (_, values) in many.coordinates().items()}
    thickness = found["positive_thickness"]
    assert thickness.mean() == pytest.approx(1.5e-4, rel=1e-4)
    assert thickness.std() == pytest.approx(5e-6, rel=5e-3)
    decades = np.log10(found["positive_solid_diffusivity"])
    np.testing.assert_allclose(np.quantile(decades, [0, 0.5, 1]), [-14, -13, -12], atol=2e-3)
    # What of a normal distribution no number may be is cut off, and the rest keeps its shape.
    assert found["alpha"].min() >= 0.0
    assert np.median(found["alpha"]) == pytest.approx(0.9, abs=0.1)


def test_what_was_joined_to_listed_points_goes_to_its_places_among_more(threads, tmp_path):
    place = tmp_path / "a.zarr"
    cube = run_campaign(campaign(LISTED), place, client=threads)
    thick = cube[["positive_thickness"]].reset_coords().rename(positive_thickness="told")
    count = xr.ones_like(thick.told, dtype=int).rename("told_count")
    join_variables(locate(place), xr.merge([thick, count]).drop_attrs(deep=False))
    more = ListedPoints(
        alpha=(4.0, *LISTED.alpha),
        current=CURRENT,
        others={"positive_thickness": (1e-4, *LISTED.others["positive_thickness"])},
    )
    larger = run_campaign(campaign(more), place, client=threads, extend=True)
    assert larger.told_count.values.tolist() == [0, 1, 1, 1]
    np.testing.assert_array_equal(larger.told, [np.nan, *LISTED.others["positive_thickness"]])


def test_derivatives_are_joined_to_each_curve(threads, tmp_path):
    grid = Grid(current=(17.5, 35.0), others={"positive_thickness": (1e-4, 1.5e-4)})
    place = locate(tmp_path / "a.zarr")
    run_campaign(campaign(grid, engine="native"), place.path, client=threads)
    join_sensitivities(place, ["S", "contact_resistance"])
    cube = open_cube(place)
    there = cube.sel(positive_thickness=1.5e-4, current=35.0)
    alone = microbatt.simulate_discharge(
        CELL.with_values({"positive_thickness": 1.5e-4}), current=35.0, sensitivities=["S"]
    )
    assert float(there.energy_by_S) == pytest.approx(alone.sensitivities.energy[0], rel=1e-12)
    assert cube.energy_by_contact_resistance.attrs["units"] == "W h kg-1 (ohm m2)-1"
    assert bool((cube.discharge_capacity_by_contact_resistance < 0.0).all())
    assert bool((cube.sensitivity_status == 1).all())
    assert check_store(place).damages == ()
