"""A campaign's identity: what changes the hash is what changes the numbers."""

from dataclasses import replace

import pytest

from microbatt.campaign import differences, shortened
from microbatt.campaign.campaign import Campaign, identity_hash
from microbatt.campaign.plan import identity_in, plan_campaign
from microbatt.cube import Grid, locate
from microbatt.engines import Adiabatic, Inventory, Settings
from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.errors import ParameterError
from tests.campaign.small import small_campaign


def test_a_campaign_survives_the_way_through_a_dictionary():
    campaign = small_campaign(thermal=Adiabatic(), inventory=Inventory.CONSERVING)
    assert Campaign.from_dict(campaign.to_dict()) == campaign


@pytest.mark.parametrize(
    "change",
    [
        {"cutoff_voltage": 2.5},
        {"thermal": Adiabatic()},
        {"inventory": Inventory.CONSERVING},
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
