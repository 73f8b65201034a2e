"""The native engine in campaigns: the same numbers however the work is cut."""

import numpy as np

from microbatt.campaign import run_campaign
from microbatt.engines import simulate_discharges
from microbatt.engines.native import ENGINE, numerics_version
from tests.campaign.small import small_campaign

AXES = {"alpha": (0.5, 2.3, 8.0), "S": (1.0, 10.0), "current": (17.5, 70.0)}


def test_a_cube_holds_what_the_engine_returns(threads, tmp_path):
    campaign = small_campaign(**AXES, engine="native")
    cube = run_campaign(campaign, tmp_path / "a.zarr", client=threads).load()
    batch = simulate_discharges(campaign.cell, [(8.0, 10.0, 70.0)])
    place = cube.sel(alpha=8.0, S=10.0, current=70.0)
    for name in ("energy", "power", "initial_voltage", "min_salt_concentration", "steps"):
        assert float(place[name]) == getattr(batch, name)[0]
    assert float(place.discharge_capacity) == batch[0].discharge_capacity
    assert int(place.status) == batch.outcome[0]
    np.testing.assert_allclose(place.voltage[[0, -1]], batch.voltage[[0, -1]], rtol=1e-7)


def test_the_numbers_do_not_depend_on_how_the_work_is_cut(threads, tmp_path):
    one = small_campaign(**AXES, engine="native", curves_per_task=1)
    all_at_once = small_campaign(**AXES, engine="native", curves_per_task=100)
    first = run_campaign(one, tmp_path / "a.zarr", client=threads).load()
    second = run_campaign(all_at_once, tmp_path / "b.zarr", client=threads).load()
    for name in set(first.data_vars) - {"solve_time"}:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_the_version_is_that_of_the_code_that_gives_the_numbers():
    assert ENGINE.version(ENGINE.settings()) == numerics_version()
    assert numerics_version().startswith("numerics ")
