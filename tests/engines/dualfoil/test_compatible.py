"""The stand-in: dualfoil's files in, dualfoil's files out, the native engine between."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Adiabatic, simulate_discharge
from microbatt.engines.dualfoil import (
    Told,
    activation_from_cell,
    deck_from_cell,
    galvanostatic,
    run_folder,
)
from microbatt.engines.dualfoil.curve import outcome_of
from microbatt.engines.dualfoil.files import ACTIVATION_FILE, ExtraFile, format_activation
from microbatt.engines.dualfoil.files.deck import DECK_FILE, Mode, format_deck
from microbatt.engines.dualfoil.files.output import OUTPUT_FILE, curve_rows, read_output
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from tests.engines.dualfoil.decks import HAND_WRITTEN, edited

CELL = load_cell("doyle-1996-cell-1")


@pytest.fixture
def folder(tmp_path):
    """A folder with the files of a discharge, as a function."""

    def make(current=35.0, cutoff=2.0, text=None, **terms):
        deck = text or format_deck(deck_from_cell(CELL, galvanostatic(current, cutoff), **terms))
        (tmp_path / DECK_FILE).write_text(deck, encoding="utf-8")
        energies = format_activation(activation_from_cell(CELL))
        (tmp_path / ACTIVATION_FILE).write_text(energies, encoding="utf-8")
        return tmp_path

    return make


def test_what_it_writes_is_read_as_dualfoils(folder):
    place = folder()
    ours = run_folder(place)
    output = read_output(place / OUTPUT_FILE)
    assert outcome_of(output, 2.0) is Outcome.CUTOFF_REACHED
    kept = curve_rows(output.column("minutes"), output.column("voltage"))
    assert 60.0 * output.column("minutes")[kept][-1] == pytest.approx(ours.time[-1], abs=0.03)
    assert (output.column("current") == 35.0).all()
    assert output.mass == pytest.approx(CELL.mass_per_area, abs=1e-4)
    assert output.energy == pytest.approx(ours.energy, abs=0.01)
    for name in ("halfcells.out", "profiles.out", "resistances.out", "solidprof.out"):
        assert (place / name).exists()


def test_it_is_the_native_engines_curve(folder):
    ours = simulate_discharge(CELL, 2.3, 3.0, 35.0)
    theirs = run_folder(folder())
    assert theirs.energy == pytest.approx(ours.energy, rel=1e-9)
    assert theirs.discharge_capacity == pytest.approx(ours.discharge_capacity, rel=1e-9)


def test_rest_potentials_and_heat_belong_to_the_charge_passed(folder):
    place = folder()
    run_folder(place)
    output = read_output(place / OUTPUT_FILE)
    x, y = output.column("negative_stoichiometry"), output.column("positive_stoichiometry")
    rest = CELL.positive.open_circuit.potential(y) - CELL.negative.open_circuit.potential(x)
    np.testing.assert_allclose(output.column("open_circuit_voltage"), rest, atol=1e-3)
    heat = 35.0 * (output.column("open_circuit_voltage") - output.column("voltage"))
    np.testing.assert_allclose(output.column("heat"), heat, atol=0.01)


def test_alpha_and_s_are_told_by_file_and_by_variable(folder, monkeypatch):
    place = folder()
    told = Told(
        extra_file=ExtraFile(name="exponent.in", template="{exponent}"),
        environment=(("DF_AREA", "{area_density:.12g}"),),
    )
    assert (run_folder(place, told).alpha, run_folder(place, told).S) == (2.3, 3.0)
    (place / "exponent.in").write_text("1.5d0  ! Bruggeman\n")
    monkeypatch.setenv(
        "DF_AREA", repr(CELL.with_microstructure(alpha=0.5, S=10.0).positive.area_density)
    )
    found = run_folder(place, told)
    assert (found.alpha, found.S) == pytest.approx((0.5, 10.0), rel=1e-9)


def test_the_heat_balance_of_the_deck_is_kept(folder):
    warm = run_folder(folder(thermal=Adiabatic()))
    assert warm.end_temperature > CELL.initial_temperature + 10.0


def test_a_discharge_for_a_time_ends_with_it(folder):
    text = HAND_WRITTEN.replace("2.0d0  2  1.5d0", "30.0d0  1  1.5d0")
    found = run_folder(folder(text=text))
    assert found.time[-1] == 1800.0
    assert found.discharge_capacity == pytest.approx(8.75)
    assert found.power == pytest.approx(2.0 * found.energy)


def test_asked_for_no_time_it_gives_the_first_moment(folder):
    deck = deck_from_cell(CELL, galvanostatic(35.0, 2.0))
    segment = deck.segments[0]
    zero = replace(deck, segments=(replace(segment, mode=Mode.CURRENT_FOR_A_TIME, end=0.0),))
    place = folder(text=format_deck(zero))
    run_folder(place)
    output = read_output(place / OUTPUT_FILE)
    assert output.column("minutes").tolist() == [0.0]
    expected = simulate_discharge(CELL, 2.3, 3.0, 35.0).initial_voltage
    assert output.column("voltage")[0] == pytest.approx(expected, abs=1e-5)


def test_a_cutoff_above_the_first_voltage_gives_no_row(folder):
    place = folder(cutoff=4.24)
    assert run_folder(place).outcome is Outcome.CUTOFF_AT_START
    assert len(read_output(place / OUTPUT_FILE).rows) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HAND_WRITTEN.replace("17.5d0  2.0d0  2", "4.2d0  60.0d0  0"), "mode 0"),
        (HAND_WRITTEN.replace("17.5d0  2.0d0  2", "-17.5d0  4.2d0  2"), "-17.5"),
        (edited("nneg", "6"), "Lonza KS6"),
    ],
)
def test_what_is_no_discharge_is_refused(folder, text, words):
    with pytest.raises(ParameterError, match=words):
        run_folder(folder(text=text))
