"""dualfoil as an engine: what comes back, whatever the executable does."""

import json
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Adiabatic, Inventory, simulate_discharge, simulate_discharges
from microbatt.engines.contract import load_engine
from microbatt.engines.dualfoil import ENGINE, DualfoilSettings, simulate_with_history
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from tests.engines.dualfoil.executables import standin_executable, toy_executable

CELL = load_cell("doyle-1996-cell-1")
AREA_ONLY = {"inventory": "area-only"}
TOLD = {
    "extra_file": {"name": "alpha.in", "template": "alpha is {alpha}\n"},
    "environment": {"DF_S": "{S:g}"},
}


@pytest.fixture
def settings(tmp_path):
    """Settings with a toy executable of some behaviour."""

    def make(behaviour="ends", **table):
        executable = str(toy_executable(tmp_path, behaviour))
        return DualfoilSettings.from_dict({"executable": executable, "time_limit": 20.0} | table)

    return make


def record(settings, cell=CELL, point=(2.3, 3.0, 17.5), **terms):
    return simulate_with_history(ENGINE.request(cell=cell, settings=settings, **terms), *point)


def test_a_curve_has_its_labels_units_and_end(settings):
    one = simulate_discharge(CELL, 2.3, 3.0, 35.0, engine="dualfoil", settings=settings())
    assert one.outcome is Outcome.CUTOFF_REACHED
    assert (one.alpha, one.S, one.current) == (2.3, 3.0, 35.0)
    assert (one.time[0], one.time[-1]) == (0.0, 1800.0)
    assert one.capacity == pytest.approx(35.0 * one.time / 3600.0)
    assert (one.initial_voltage, one.voltage[-1]) == (one.voltage[0], 2.0)
    assert one.temperature == pytest.approx(298.15)
    assert one.energy == pytest.approx(np.trapezoid(one.voltage, one.capacity) / CELL.mass_per_area)
    assert one.power == pytest.approx(one.energy / 0.5)
    assert one.open_circuit_voltage == CELL.open_circuit_voltage
    assert np.isnan(one.min_salt_concentration)


def test_many_curves_are_the_same_as_one_by_one_in_threads_too(settings):
    points = [(2.3, 3.0, current) for current in (8.75, 17.5, 35.0)]
    many = simulate_discharges(CELL, points, engine="dualfoil", settings=settings(), threads=2)
    for point, one in zip(points, many, strict=True):
        alone = simulate_discharge(CELL, *point, engine="dualfoil", settings=settings())
        np.testing.assert_array_equal(one.voltage, alone.voltage)
        np.testing.assert_array_equal(one.time, alone.time)


def test_the_executable_is_told_alpha_and_s_by_file_and_variable(settings):
    told = settings(**TOLD)
    one = simulate_discharge(CELL, 6.0, 10.0, 17.5, engine="dualfoil", settings=told, **AREA_ONLY)
    assert one.initial_voltage == pytest.approx(4.2 - 0.0175 - 0.010 - 0.06, abs=1e-5)


@pytest.mark.parametrize("behaviour", ["hangs", "spews"])
def test_a_curve_without_end_is_stopped_at_the_time_limit_and_kept_so_far(settings, behaviour):
    found = record(settings(behaviour), time_limit=1.0)
    one = found.discharge
    assert one.outcome is Outcome.TIME_LIMIT
    assert 0 < one.time.size < 20
    assert np.isfinite(one.voltage).all()
    assert len(found.attempts) == 1
    assert found.attempts[0].seconds < 10.0


def test_too_much_output_stops_a_run_before_its_time(settings):
    found = record(settings("spews", output_limit=20_000, retries=[]))
    assert found.discharge.outcome is Outcome.NO_CONVERGENCE
    assert found.attempts[0].stop == "it was stopped at the limit on its output"


@pytest.mark.parametrize(
    ("behaviour", "chosen", "words"),
    [
        ("wants-small-steps", 1, "largest step"),
        ("wants-fine-mesh", 2, "80+40+80 nodes"),
        ("wants-scaled-rates", 3, "rate constants"),
    ],
)
def test_the_ladder_is_climbed_until_a_curve_is_whole_and_what_was_tried_is_recorded(
    settings, behaviour, chosen, words
):
    found = record(settings(behaviour))
    assert found.discharge.outcome is Outcome.CUTOFF_REACHED
    assert (found.chosen, len(found.attempts)) == (chosen, chosen + 1)
    assert words in found.attempts[chosen].changed
    assert {one.outcome for one in found.attempts[:chosen]} == {"NO_CONVERGENCE"}
    assert "10 this time step did not converge" in found.attempts[0].words


def test_a_curve_that_nothing_saves_is_kept_as_far_as_it_got(settings, tmp_path):
    kept = tmp_path / "kept"
    found = record(settings("gives-up", records=str(kept)))
    assert found.discharge.outcome is Outcome.NO_CONVERGENCE
    assert found.discharge.voltage[-1] > 2.0
    assert [one.changed == "" for one in found.attempts] == [True, False, False, False]
    place = kept / "alpha-2.3_S-3_I-17.5"
    content = json.loads((place / "record.json").read_text(encoding="utf-8"))
    assert content["outcome"] == "NO_CONVERGENCE"
    assert "comp 7 not converged" in content["attempts"][0]["words"]
    assert "did not converge" in (place / "dualfoil5.out").read_text()
    assert (place / "dualfoil5.in").exists()


@pytest.mark.parametrize("behaviour", ["dies", "silent"])
def test_a_run_that_leaves_nothing_has_crashed(settings, behaviour):
    found = record(settings(behaviour, retries=[]))
    assert found.discharge.outcome is Outcome.CRASHED
    assert found.discharge.time.size == 0


def test_a_cutoff_above_the_first_voltage_leaves_no_curve(settings):
    found = record(settings("hangs"), cutoff_voltage=4.25)  # as dualfoil itself would
    one = found.discharge
    assert one.outcome is Outcome.CUTOFF_AT_START
    assert (one.time.size, len(found.attempts)) == (0, 1)
    assert one.initial_voltage == pytest.approx(4.1795)
    assert np.isnan(one.energy)


def test_a_contact_resistance_is_in_the_deck_of_5_2_and_subtracted_for_5_1(settings):
    resistive = replace(CELL, contact_resistance=0.01)
    old = record(settings(), resistive).discharge
    new = record(settings(version="5.2"), resistive).discharge
    assert old.initial_voltage == pytest.approx(new.initial_voltage - 0.175)
    assert old.voltage[-1] == new.voltage[-1] == 2.0


def test_no_scratch_folder_is_left(settings, tmp_path, monkeypatch):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    record(settings("gives-up"))
    record(settings("hangs"), time_limit=0.5)
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    ("point", "terms", "words"),
    [
        ((0.5, 3.0, 17.5), {}, ["`alpha` is 0.5", "2.3 built in", "extra_file", "native engine"]),
        ((2.3, 10.0, 17.5), AREA_ONLY, ["`S` is 10", "3 built in", "environment"]),
        ((2.3, 10.0, 17.5), {}, ["`S` is 10", "`area-only`"]),
        (
            (2.3, 10.0, 17.5),
            AREA_ONLY | {"thermal": Adiabatic()},
            ["`S` is 10", 'heat_of = "charge"'],
        ),
    ],
)
def test_a_plain_executable_serves_what_it_can_and_says_why_not_more(settings, point, terms, words):
    with pytest.raises(ParameterError) as caught:
        simulate_discharge(CELL, *point, engine="dualfoil", settings=settings(), **terms)
    for word in words:
        assert word in str(caught.value)


def test_the_other_layers_need_the_built_in_exponent_too(settings):
    odd = replace(CELL, separator=replace(CELL.separator, alpha=0.5))
    with pytest.raises(ParameterError, match=r"`separator_alpha` is 0\.5"):
        simulate_discharge(odd, engine="dualfoil", settings=settings())
    own = settings(built_in_alpha=0.7)
    with pytest.raises(ParameterError, match=r"`alpha` is 2\.3.*0\.7 built in"):
        simulate_discharge(CELL, engine="dualfoil", settings=own)


def test_at_the_sphere_both_balances_are_the_same_and_served(settings):
    request = ENGINE.request(cell=CELL, settings=settings(), inventory=Inventory.CONSERVING)
    ENGINE.refuse(request, np.array([[2.3, 3.0, 17.5]]))


def test_a_warm_contact_is_refused_for_5_1(settings):
    resistive = replace(CELL, contact_resistance=0.01)
    terms = {"engine": "dualfoil", "thermal": Adiabatic()}
    with pytest.raises(ParameterError, match="contact resistance"):
        simulate_discharge(resistive, settings=settings(), **terms)
    new = settings(version="5.2")
    assert simulate_discharge(resistive, settings=new, **terms).outcome.is_whole


def test_the_version_changes_with_the_executable(settings):
    before = ENGINE.version(settings("ends"))
    assert before == ENGINE.version(settings("ends"))
    assert before != ENGINE.version(settings("silent"))


def test_it_is_found_by_name():
    assert load_engine("dualfoil") is ENGINE


def test_the_stand_in_serves_the_engine_with_the_native_engines_curve(tmp_path):
    """Printed to 0.06 s and 0.01 mV; the same discharge otherwise."""
    executable = standin_executable(
        tmp_path, "--environment", "DF_S={S}", "--extra-file", "alpha.in", "{exponent}"
    )
    settings = DualfoilSettings.from_dict(
        {
            "executable": str(executable),
            "environment": {"DF_S": "{S}"},
            "extra_file": {"name": "alpha.in", "template": "{exponent}\n"},
        }
    )
    point = (0.5, 10.0, 35.0)
    theirs = simulate_discharge(CELL, *point, engine="dualfoil", settings=settings, **AREA_ONLY)
    ours = simulate_discharge(CELL, *point, **AREA_ONLY)
    assert theirs.outcome is ours.outcome
    assert theirs.discharge_capacity == pytest.approx(ours.discharge_capacity, rel=1e-4)
    assert theirs.energy == pytest.approx(ours.energy, rel=1e-3)
    inner = np.linspace(0.01, 0.97, 50) * ours.discharge_capacity
    difference = np.interp(inner, theirs.capacity, theirs.voltage) - np.interp(
        inner, ours.capacity, ours.voltage
    )
    assert np.abs(difference).max() < 1e-3


def test_a_missing_executable_is_told_before_anything_runs():
    missing = DualfoilSettings(executable=str(Path("nowhere") / "dualfoil"))
    with pytest.raises(ParameterError, match="--dualfoil PATH"):
        simulate_discharge(CELL, engine="dualfoil", settings=missing)
