"""Options say what can be meant, once, for one inference and for many."""

from dataclasses import fields

import pytest

from microbatt.engines import Inventory
from microbatt.errors import ParameterError
from microbatt.inference import InferenceOptions


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("noise", 1.0, "1e-3 is 1 mV"),
        ("noise", 0.0, "noise"),
        ("noise", float("nan"), "noise"),
        ("offset_error", 2.0, "1e-3 is 1 mV"),
        ("charge_error", 5.0, "fraction"),
        ("level", 90, "0.9 is 90 %"),
        ("level", 1.0, "level"),
        ("free", {"temperature": 1e4}, "width of temperature"),
        ("free", ["contact_resistance", "contact_resistance"], "twice"),
        ("free", ["capacity_scale"], "area_scale"),
        ("inventory", "conserved", "conserving"),
        ("thermal", "isothermal", "Isothermal"),
        ("settings", None, "Settings"),
        ("seed", -1, "seed"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_remedy(name, value, words):
    with pytest.raises(ParameterError, match=words):
        InferenceOptions(**{name: value})


def test_one_name_may_stand_for_itself_and_widths_are_filled_in():
    assert InferenceOptions(free="area_scale").free == {"area_scale": 0.02}


def test_a_real_cell_conserves_lithium_unless_somebody_says_otherwise():
    assert InferenceOptions().inventory is Inventory.CONSERVING


def test_changes_are_checked_and_a_wrong_name_is_answered_with_the_nearest():
    assert InferenceOptions().changed({"noise": 2e-3}).noise == 2e-3
    with pytest.raises(ParameterError, match="noise"):
        InferenceOptions().changed({"nosie": 2e-3})
    assert {one.name for one in fields(InferenceOptions)} >= {"noise", "free", "inventory"}


def test_an_error_of_each_curve_stands_beside_a_model_error_that_is_stated():
    both = InferenceOptions(model_error=4e-3, curve_error=1e-3)
    assert both.own_share_at(exact=True) == 0.25
    assert InferenceOptions(model_error=4e-3).own_share_at(exact=True) is None
    with pytest.raises(ParameterError, match="state `model_error` too"):
        InferenceOptions(curve_error=1e-3).own_share_at(exact=True)
    with pytest.raises(ParameterError, match="state both or leave `curve_error` out"):
        InferenceOptions(model_error="inferred", curve_error=1e-3)
