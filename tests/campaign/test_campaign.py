"""A campaign's identity: what changes the hash is what changes the numbers."""

from dataclasses import replace

import pytest

from microbatt.campaign import (
    available_recipes,
    differences,
    load_campaign,
    run_campaign,
    shortened,
)
from microbatt.campaign.campaign import Campaign
from microbatt.campaign.plan import identity_in, plan_campaign
from microbatt.cells import load_cell
from microbatt.cube import Grid, ListedPoints, SobolPoints, locate
from microbatt.cube.contents import identity_hash
from microbatt.engines import Adiabatic, Inventory, Settings
from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.errors import CampaignError, ParameterError
from tests.campaign.small import small_campaign


def test_a_campaign_survives_the_way_through_a_dictionary():
    campaign = small_campaign(thermal=Adiabatic(), inventory=Inventory.CONSERVING)
    assert Campaign.from_dict(campaign.to_dict()) == campaign


@pytest.mark.parametrize(
    "change",
    [
        {"cutoff_voltage": 2.5},
        {"thermal": Adiabatic()},
        {"inventory": Inventory.AREA_ONLY},
        {"settings": Settings(tolerance=1e-4)},
        {"depth_points": 64},
        {"engine": "native"},
        {"design": Grid(alpha=(1.0,), S=(3.0,), current=(17.5,))},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_changes_the_numbers_changes_the_hash(change):
    assert replace(small_campaign(), **change).hash != small_campaign().hash


@pytest.mark.parametrize(
    "change",
    [{"name": "other"}, {"title": "words"}, {"curves_per_task": 5}, {"time_limit": 60.0}],
    ids=lambda change: next(iter(change)),
)
def test_what_leaves_the_numbers_leaves_the_hash(change):
    assert replace(small_campaign(), **change).hash == small_campaign().hash


def shifted(cell, potential):
    """The cell with its positive potential 0.3 V higher under the same name."""
    fit = cell.positive.open_circuit
    return replace(
        cell,
        positive=replace(
            cell.positive,
            open_circuit=replace(fit, potential=lambda theta: potential(theta) + 0.3),
        ),
    )


def test_a_fit_that_was_changed_under_its_name_makes_another_campaign(threads, tmp_path):
    campaign = small_campaign()
    potential = campaign.cell.positive.open_circuit.potential
    other = replace(campaign, cell=shifted(campaign.cell, potential))
    assert other.cell.to_dict() == campaign.cell.to_dict()
    assert other.hash != campaign.hash
    run_campaign(campaign, tmp_path / "a.zarr", client=threads)
    with pytest.raises(CampaignError, match="cell_digest"):
        run_campaign(other, tmp_path / "a.zarr")


def test_lithium_is_conserved_unless_a_campaign_says_otherwise():
    assert small_campaign().inventory is Inventory.CONSERVING
    named = {name: load_campaign(name).inventory for name in available_recipes()}
    assert named["published-sweep"] is Inventory.AREA_ONLY
    assert named["conserving-sweep"] is named["demo"] is Inventory.CONSERVING


def test_a_campaign_prints_in_a_line_and_as_a_table():
    campaign = small_campaign(title="<b>words</b>")
    assert repr(campaign) == (
        "<Campaign 'small': 6 alpha × 2 S × 3 current = 36 curves, cell 'doyle-1996-cell-1', "
        "tests.campaign.standin:simulator engine, conserving, isothermal, down to 2 V>"
    )
    assert "&lt;b&gt;words" in campaign._repr_html_()
    drawn = SobolPoints(count=8, seed=1, alpha=(0.0, 10.0), S=(0.3, 40.0), current=(17.5,))
    listed = ListedPoints(alpha=(0.5, 2.3), S=(3.0, 1.0), current=(17.5,))
    assert "8 Sobol points × 1 current = 8 curves" in repr(small_campaign(design=drawn))
    assert "2 points × 1 current = 2 curves" in repr(small_campaign(design=listed))


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "", ["a"], "a\nb", ".hidden", "x" * 101])
def test_a_name_that_makes_no_file_name_is_refused(name):
    with pytest.raises(ParameterError, match="becomes a file name"):
        small_campaign(name=name)


def test_the_attributes_of_a_cube_hold_the_identity():
    campaign = small_campaign()
    plan = plan_campaign(campaign, locate("nowhere.zarr"))
    assert identity_hash(identity_in(plan, plan.attributes)) == campaign.hash


def test_differences_name_the_value_on_both_sides():
    lines = differences(
        small_campaign().identity, small_campaign(cutoff_voltage=2.5, alpha=(0.0, 9.0)).identity
    )
    assert lines == [
        "cutoff_voltage: 2.0 in the store, 2.5 asked for",
        "design.alpha: 6 values from 0.0 to 2.5 in the store, [0.0, 9.0] asked for",
    ]


def test_many_differences_are_counted():
    assert shortened([str(i) for i in range(30)]).endswith("and 18 more")


def test_settings_left_out_are_the_engines_own():
    assert small_campaign().settings == Settings()
    pybamm = small_campaign(engine="pybamm", settings=None)
    assert pybamm.settings == PybammSettings()
    assert Campaign.from_dict(pybamm.to_dict()) == pybamm


def test_settings_of_another_engine_are_refused():
    with pytest.raises(ParameterError, match="it must be PybammSettings"):
        small_campaign(engine="pybamm", settings=Settings())


def test_what_an_engine_cannot_do_is_refused_when_the_campaign_is_made():
    with pytest.raises(ParameterError, match=r"'pybamm' cannot do\. It can: Isothermal"):
        small_campaign(engine="pybamm", thermal=Adiabatic())


def test_discharges_end_at_the_cells_own_cutoff_unless_told_otherwise():
    cell = load_cell("chen-2020")
    assert cell.lower_cutoff_voltage == 2.5
    assert small_campaign(cell=cell).cutoff_voltage == 2.5
    assert small_campaign(cell=cell).request.cutoff_voltage == 2.5
    assert small_campaign(cell=cell, cutoff_voltage=3.0).cutoff_voltage == 3.0
    assert small_campaign().cutoff_voltage == 2.0  # of a cell that says none
