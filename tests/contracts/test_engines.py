"""What every engine must keep: labels, units, endings, NaN rules, refusals, limits, determinism."""

from dataclasses import fields

import numpy as np
import pytest

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.cube import depth_axis, row_trouble, rows_from_batch
from microbatt.engines import Discharge, Inventory, Settings, simulate_discharges, thermal_from_dict
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from tests.contracts.engines import AT_ONCE, CELL, CUTOFF, POINTS, SUBJECTS, WHOLE


@pytest.fixture(scope="module", params=SUBJECTS)
def subject(request, tmp_path_factory):
    return request.param(tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def batch(subject):
    """All points in one call, made once for all tests of an engine."""
    return subject.discharges()


@pytest.fixture(scope="module")
def reference():
    """The same question, answered by the native engine's refined solution."""
    return simulate_discharges(CELL, WHOLE, cutoff_voltage=CUTOFF, settings=Settings.refined())


def test_discharges_come_back_in_the_order_of_their_points(subject, batch):
    rows = np.column_stack([batch.alpha, batch.S, batch.current])
    np.testing.assert_array_equal(rows, subject.points)


def test_every_number_has_a_name_and_a_unit(batch):
    ds = batch.to_dataset()
    assert set(ds.dims) == {"point", "step"}
    for name, variable in ds.variables.items():
        assert variable.attrs["long_name"], name
        assert "units" in variable.attrs or name == "outcome", name


def test_curves_begin_with_the_current_and_end_on_the_cut_off(batch):
    for one in batch:
        if one.outcome is Outcome.CUTOFF_AT_START:
            continue
        assert one.outcome is Outcome.CUTOFF_REACHED
        assert one.time[0] == 0.0
        assert np.all(np.diff(one.time) > 0.0)
        assert one.initial_voltage == one.voltage[0]
        assert one.voltage[-1] == pytest.approx(CUTOFF, abs=1e-4)
        assert np.all(one.voltage[:-1] > CUTOFF - 1e-4)
        assert one.open_circuit_voltage == pytest.approx(CELL.open_circuit_voltage)


def test_capacity_energy_power_and_temperature_are_those_of_the_curve(batch):
    for one in batch:
        if not one.time.size:
            continue
        np.testing.assert_allclose(one.capacity, one.current * one.time / SECONDS_PER_HOUR)
        work = np.trapezoid(one.voltage, one.capacity)
        assert one.energy == pytest.approx(work / CELL.mass_per_area, rel=1e-3)  # trapezoids
        assert one.power == pytest.approx(one.energy / (one.time[-1] / SECONDS_PER_HOUR))
        np.testing.assert_allclose(one.temperature, CELL.initial_temperature)
        assert one.steps > 0


def test_where_the_cut_off_is_passed_at_once_there_is_no_curve_and_no_number_of_one(batch):
    one = batch[POINTS.index(AT_ONCE)]
    assert one.outcome is Outcome.CUTOFF_AT_START
    assert one.time.size == one.voltage.size == one.temperature.size == 0
    for name in ("discharge_capacity", "energy", "power"):
        assert np.isnan(getattr(one, name)), name


def test_a_cube_can_keep_what_comes_back(batch):
    rows = rows_from_batch(batch, depth_axis(32), elapsed=1.0)
    assert not row_trouble(rows).any()


def test_the_answer_is_to_the_question_that_was_asked(batch, reference):
    """No claim of accuracy: an error of a unit or a parameter would be larger."""
    for one, right in zip(list(batch)[1:], reference, strict=False):
        capacity = np.linspace(0.0, 0.95, 50) * right.discharge_capacity
        gap = np.interp(capacity, one.capacity, one.voltage) - np.interp(
            capacity, right.capacity, right.voltage
        )
        assert np.sqrt(np.mean(gap**2)) < 0.03  # V
        assert one.discharge_capacity == pytest.approx(right.discharge_capacity, rel=0.02)


def test_asked_alone_a_point_has_the_same_bits(subject, batch):
    """In the batch it comes after one that has no curve."""
    alone, among = subject.discharges([WHOLE[0]])[0], batch[1]
    for field in fields(Discharge):
        one, other = getattr(alone, field.name), getattr(among, field.name)
        np.testing.assert_array_equal(one, other, err_msg=field.name)


def test_a_limit_on_time_is_kept_or_said_not_to_be(subject, batch):
    limited = subject.discharges([WHOLE[0]], time_limit=1e-3)
    if subject.engine.keeps_time_limit:
        assert limited[0].outcome is Outcome.TIME_LIMIT
        assert not limited[0].outcome.is_whole
    else:
        np.testing.assert_array_equal(limited.voltage, batch[1].voltage)


@pytest.mark.parametrize(
    ("points", "terms", "message"),
    [
        ([(2.3, -1.0, 17.5)], {}, r"`S` is -1 in row 0; it must lie in"),
        ([(2.3, 3.0, float("nan"))], {}, "`current` is nan in row 0"),
        ([(2.3, 3.0)], {}, "a row of alpha, S and current"),
        ([("2.3", "3", "17.5")], {}, "must be real numbers"),
        (POINTS, {"cutoff_voltage": -1.0}, r"`cutoff_voltage` is -1 V"),
        (POINTS, {"time_limit": 0.0}, r"`time_limit` is 0 s"),
        (POINTS, {"inventory": "conservng"}, "Nearest: 'conserving'"),
        (POINTS, {"thermal": "adiabatic"}, "must be Isothermal"),
        (POINTS, {"threads": 0}, "`threads` is 0"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_input_is_refused_before_anything_runs(subject, points, terms, message):
    with pytest.raises(ParameterError, match=message):
        subject.discharges(points, **terms)


def test_the_settings_of_another_engine_are_refused_by_name(subject):
    wanted = subject.engine.settings.__name__
    with pytest.raises(ParameterError, match=f"`settings` is .* it must be {wanted}"):
        simulate_discharges(CELL, WHOLE, engine=subject.name, settings=subject.foreign)


@pytest.mark.parametrize("mode", ["adiabatic", "lumped"])
def test_a_heat_balance_that_an_engine_lacks_is_refused_with_those_it_has(subject, mode):
    extra = {"heat_transfer_coefficient": 5.0} if mode == "lumped" else {}
    thermal = thermal_from_dict({"mode": mode, **extra})
    if isinstance(thermal, subject.engine.thermal):
        assert subject.engine.request(cell=CELL, thermal=thermal).thermal == thermal
        return
    with pytest.raises(ParameterError, match=r"cannot do. It can: Isothermal"):
        subject.discharges(WHOLE, thermal=thermal)


def test_every_engine_knows_a_lithium_balance(subject):
    assert set(subject.engine.inventories) <= set(Inventory)
    assert subject.engine.inventories


def test_settings_survive_the_way_into_a_campaign_file_and_back(subject):
    kind = subject.engine.settings
    described = subject.settings.to_dict()
    assert kind.from_dict(described).to_dict() == described
    with pytest.raises(ParameterError, match="which is not known"):
        kind.from_dict({"no_such_setting": 1})


def test_the_version_says_what_gives_the_numbers(subject):
    version = subject.engine.version(subject.settings)
    assert version == subject.engine.version(subject.settings)
    assert any(character.isdigit() for character in version)
