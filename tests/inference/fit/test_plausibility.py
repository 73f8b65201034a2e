"""Curves that cannot be the cell's are refused by name, with a guess at what is wrong."""

import pickle
from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.cells.electrolyte_fits import own_electrolyte
from microbatt.errors import CurveError
from microbatt.inference.fit.plausibility import check_currents, check_temperatures
from microbatt.measured import Experiment, Measurement
from tests.inference.experiments import CELL
from tests.inference.experiments import infer_published as infer
from tests.inference.experiments import published_experiment as experiment


def refused(**changed):
    """Infer two curves of which one is changed; return the error."""
    good, other = experiment(2.3, 1.0, (17.5, 35.0)).measurements
    bad = replace(other, source="bad.csv", **changed)
    with pytest.raises(CurveError) as caught:
        infer(Experiment(name="a", measurements=(good, bad)), CELL, noise=1e-3, network=False)
    assert caught.value.source == "bad.csv"
    return str(caught.value)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (60.0, "seconds where the heading says minutes"),
        (1.0 / 60.0, "minutes where the heading says seconds"),
        (1.0 / 3600.0, "hours where the heading says seconds"),
        (1e6, "the cell file is the right one"),
    ],
)
def test_a_capacity_out_of_reach_is_refused_with_a_guess_at_the_unit(factor, words):
    _, other = experiment(2.3, 1.0, (17.5, 35.0)).measurements
    message = refused(capacity=factor * other.capacity)
    assert "bad.csv: it delivers" in message
    assert words in message


@pytest.mark.parametrize("current", [1750.0, 0.0175])
def test_a_current_far_from_any_in_use_is_refused_with_the_remedy(current):
    message = refused(current=current)
    assert f"bad.csv: its current is {current:g} A m⁻²" in message
    assert "it must lie in [0.0875, 875] A m⁻²" in message
    assert "--column current" in message


def test_a_current_without_any_curve_of_the_cell_is_refused():
    assert "the cell 'doyle-1996-cell-1' has no curve down to" in refused(current=860.0)


def test_usual_currents_pass():
    check_currents(experiment(2.3, 1.0).measurements, load_cell(CELL))


def test_the_error_names_its_curve_after_a_journey_between_processes():
    error = pickle.loads(pickle.dumps(CurveError("why", "a.csv")))  # noqa: S301 - our own
    assert (str(error), error.source) == ("why", "a.csv")


@pytest.mark.parametrize(
    ("warmth", "told"),
    [
        (np.full(50, 310.5), "its temperature column is 310.5 K in the mean"),
        (np.full(50, 280.0), "known from 288.15 to 308.15 K. Check the column and its unit"),
        (np.full(50, 309.0), None),  # so near it is as at the nearest
        (np.linspace(300.0, 312.0, 50), None),  # warm at the end, not in the mean
    ],
)
def test_a_measured_temperature_at_which_no_electrolyte_is_known_is_told_of_its_file(warmth, told):
    cell = load_cell("doyle-1996-cell-1")
    known = {"expression": "7.5e-11 + 0*T", "temperatures": [288.15, 308.15]}
    fit = own_electrolyte(
        "electrolyte",
        {"transference": 0.3, "conductivity": {"value": 0.2}, "diffusivity": known},
    )
    salt = replace(
        cell.electrolyte, fit=fit, conductivity_activation=0.0, diffusivity_activation=0.0
    )
    cell = replace(cell, electrolyte=salt)
    charge = np.linspace(0.0, 10.0, 50)
    measured = Measurement(
        current=17.5,
        capacity=charge,
        voltage=np.linspace(4.0, 3.0, 50),
        temperature=warmth,
        source="warm.csv",
    )
    if told is None:
        check_temperatures([measured], cell)
        return
    with pytest.raises(CurveError, match=f"^warm.csv: .*{told}"):
        check_temperatures([measured], cell)
