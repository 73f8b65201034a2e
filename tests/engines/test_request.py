"""The terms of a discharge, and how they travel as JSON."""

import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.engines import (
    Adiabatic,
    Isothermal,
    Lumped,
    Settings,
    check_thermal,
    thermal_from_dict,
    thermal_to_dict,
)
from microbatt.errors import ParameterError

THERMAL = st.one_of(
    st.just(Isothermal()),
    st.just(Adiabatic()),
    st.floats(0.0, 1e6).map(lambda h: Lumped(heat_transfer_coefficient=h)),
)
SETTINGS = st.builds(
    Settings,
    tolerance=st.floats(1e-8, 1e-2),
    mesh=st.floats(0.3, 64.0),
    particle_modes=st.integers(3, 40),
    max_steps=st.integers(10, 10_000_000),
)


@given(THERMAL)
def test_a_thermal_mode_survives_json(thermal):
    assert thermal_from_dict(json.loads(json.dumps(thermal_to_dict(thermal)))) == thermal


@given(SETTINGS)
def test_settings_survive_json(settings):
    assert Settings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_what_settings_leave_out_keeps_its_default():
    assert Settings.from_dict({"mesh": 2.0}) == Settings(mesh=2.0)


def test_refined_settings_are_finer_in_everything():
    refined, default = Settings.refined(), Settings()
    assert refined.tolerance <= default.tolerance / 10.0
    assert refined.mesh >= 4.0 * default.mesh
    assert refined.particle_modes > default.particle_modes
    assert refined.max_steps > default.max_steps


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tolerance": 1.0}, r"`tolerance` is 1; it must lie in \[1e-08, 0\.01\]"),
        ({"tolerance": float("nan")}, r"`tolerance` is nan"),
        ({"mesh": "fine"}, r"`mesh` is 'fine'; it must be a number in \[0\.3, 64\]"),
        ({"particle_modes": 2.5}, r"`particle_modes` is 2\.5; it must be a whole number"),
        ({"max_steps": 0}, r"`max_steps` is 0; it must be a whole number from 10"),
    ],
)
def test_settings_out_of_range_are_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        Settings(**values)


def test_an_unknown_setting_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="Nearest: 'tolerance'"):
        Settings.from_dict({"tolerence": 1e-4})


def test_a_negative_heat_transfer_is_refused():
    with pytest.raises(ParameterError, match=r"`heat_transfer_coefficient` is -1 W m⁻² K⁻¹"):
        Lumped(heat_transfer_coefficient=-1.0)


def test_a_described_mode_must_have_its_own_keys():
    with pytest.raises(ParameterError, match="which is not known"):
        thermal_from_dict({"mode": "adiabtic"})
    with pytest.raises(
        ParameterError, match=r"of mode 'adiabatic' has \['h'\]; it takes \['heat_of'\]"
    ):
        thermal_from_dict({"mode": "adiabatic", "h": 1.0})
    with pytest.raises(
        ParameterError, match="it takes \\['heat_of', 'heat_transfer_coefficient'\\]"
    ):
        thermal_from_dict({"mode": "lumped"})


def test_where_the_heat_is_reckoned_is_described_only_where_it_is_not_the_default():
    """So that cubes made before there was a choice keep their hash."""
    assert thermal_to_dict(Adiabatic()) == {"mode": "adiabatic"}
    charge = Lumped(heat_transfer_coefficient=5.0, heat_of="charge")
    described = {"mode": "lumped", "heat_transfer_coefficient": 5.0, "heat_of": "charge"}
    assert thermal_to_dict(charge) == described
    assert thermal_from_dict(described) == charge


def test_an_unknown_composition_of_the_heat_is_refused_with_the_known_ones():
    with pytest.raises(ParameterError, match="Known: 'charge', 'particles'"):
        Adiabatic(heat_of="charges")


def test_only_a_thermal_mode_is_one():
    assert check_thermal(Adiabatic()) == Adiabatic()
    with pytest.raises(ParameterError, match="must be Isothermal"):
        check_thermal("isothermal")


def test_the_terms_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        Settings().mesh = 2.0
    with pytest.raises(FrozenInstanceError):
        Lumped(heat_transfer_coefficient=1.0).heat_transfer_coefficient = 2.0
