"""PyBaMM answers the question that was asked: alpha, S, balance, film and contact."""

import os
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge, simulate_discharges
from microbatt.engines.pybamm.engine import ENGINE
from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.errors import ParameterError
from microbatt.pybamm_import import TELEMETRY_SWITCH, load_pybamm

pytestmark = pytest.mark.skipif(find_spec("pybamm") is None, reason="PyBaMM is not installed")

CELL = load_cell("doyle-1996-cell-1")
FINE = PybammSettings(volumes=(30, 15, 40), particle_volumes=30)
POINTS = [(1.0, 1.0, 17.5), (0.5, 8.0, 35.0)]


def test_nothing_is_reported_to_anybody():
    pybamm = load_pybamm()
    assert os.environ[TELEMETRY_SWITCH] == "true"
    assert pybamm.config.check_opt_out()


@pytest.mark.parametrize("inventory", ["area-only", "conserving"])
@pytest.mark.parametrize("negative_S", [3.0, 1.5])
def test_away_from_the_sphere_each_balance_is_the_native_one(inventory, negative_S):
    """The two balances differ by half of the capacity at the first point."""
    terms, cell = {"inventory": inventory}, CELL.with_values({"negative_S": negative_S})
    ours = simulate_discharges(cell, POINTS, **terms)
    theirs = simulate_discharges(cell, POINTS, engine="pybamm", settings=FINE, **terms)
    for one, other in zip(ours, theirs, strict=True):
        assert other.discharge_capacity == pytest.approx(one.discharge_capacity, rel=5e-3)
        capacity = np.linspace(0.05, 0.9, 40) * one.discharge_capacity
        gap = np.interp(capacity, other.capacity, other.voltage) - np.interp(
            capacity, one.capacity, one.voltage
        )
        assert np.max(np.abs(gap)) < 0.01  # V; the first order of its mesh


def test_drops_are_where_the_cell_has_them():
    """A film of the negative particles alone, then the same drop as a contact resistance."""
    area = CELL.negative.area_density * CELL.negative.thickness
    moved = replace(
        CELL,
        negative=replace(CELL.negative, film_resistance=0.0),
        contact_resistance=CELL.negative.film_resistance / area,
    )
    for cell in (CELL, moved):
        ours = simulate_discharge(cell, 0.5, 3.0, 35.0)
        theirs = simulate_discharge(cell, 0.5, 3.0, 35.0, engine="pybamm", settings=FINE)
        assert theirs.initial_voltage == pytest.approx(ours.initial_voltage, abs=5e-3)


def test_a_film_on_the_positive_particles_is_refused_with_the_remedy():
    cell = replace(CELL, positive=replace(CELL.positive, film_resistance=0.01))
    with pytest.raises(ParameterError, match=r"film of 0\.01 Ω m².*`contact_resistance`"):
        simulate_discharge(cell, engine="pybamm")


def test_the_version_names_pybamm_and_the_adapter():
    pybamm = load_pybamm()
    assert ENGINE.version(PybammSettings()).startswith(f"pybamm {pybamm.__version__}, adapter ")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (load_cell("xu-2019"), "is a half-cell"),
        (CELL.with_values({"positive_salt_exponent": 0.3}), "exchange-current density of the pos"),
    ],
    ids=["half-cell", "kinetics"],
)
def test_what_its_equations_are_not_told_is_refused(cell, message):
    with pytest.raises(ParameterError, match=message):
        simulate_discharge(cell, engine="pybamm")
