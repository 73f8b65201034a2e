"""What a discharge moves about must all be there at its end."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.constants import FARADAY
from microbatt.engines import Settings
from microbatt.outcomes import Outcome
from tests.porous_electrode.end_states import discharged

CELL = load_cell("doyle-1996-cell-1")
POINTS = [
    (2.3, 3.0, 17.5),
    (0.1, 40.0, 122.5),
    (9.0, 30.0, 35.0),  # ends with the salt gone at the positive collector
    (4.0, 0.5, 70.0),
    (1.0, 1.0, 1.75),  # ends with the positive particles full
]


@pytest.fixture(params=POINTS, ids=str, scope="module")
def point(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["conserving", "area-only"], scope="module")
def conserving(request):
    return request.param


@pytest.fixture(scope="module")
def end(point, conserving):
    end = discharged(CELL, *point, conserving=conserving)
    assert Outcome(end.outcome).is_whole
    return end


def delivered(end, point):
    """Charge that went through the cell [C m⁻²]."""
    return point[2] * end.time[-1]


def held(electrode):
    """Charge of the lithium that the particles of an electrode have taken up [C m⁻²]."""
    return electrode.charge() @ (electrode.mean - electrode.electrode.initial_stoichiometry)


# The claim asks for 1e-6.  A curve that falls vertically ends up to 1e-7 of its time beyond the
# last state that could be solved, and nothing else is lost but by rounding.
LITHIUM = 2e-7


def test_lithium_lost_by_the_negative_electrode_is_what_went_through_the_cell(end, point):
    assert -held(end.negative) == pytest.approx(delivered(end, point), rel=LITHIUM)


def test_lithium_gained_by_the_positive_electrode_is_what_its_balance_says(end, point, conserving):
    share = 1.0 if conserving else 3.0 / point[1]
    # `charge` counts spheres of the electrode's area, S/3 of its volume: per volume it is 3/S.
    spheres = held(end.positive) * 3.0 / point[1]
    assert spheres == pytest.approx(share * delivered(end, point), rel=LITHIUM)


def test_lithium_is_neither_made_nor_lost(end, point, conserving):
    salt = FARADAY * (end.pore @ end.c - CELL.electrolyte.initial_concentration * end.pore.sum())
    factor = 1.0 if conserving else point[1] / 3.0
    gained = factor * held(end.positive) * 3.0 / point[1]
    # Also exact where the last point of the curve is no state: both sides stop at the same one.
    assert gained == pytest.approx(-held(end.negative) - salt, rel=1e-9)


def test_the_salt_is_all_still_there(end):
    total = CELL.electrolyte.initial_concentration * end.pore.sum()
    assert end.pore @ end.c == pytest.approx(total, rel=1e-10)  # rounding over some hundred steps


def test_each_electrode_carries_the_whole_current(end, point):
    assert end.negative.area @ end.negative.j == pytest.approx(point[2], rel=1e-9)
    assert end.positive.area @ end.positive.j == pytest.approx(-point[2], rel=1e-9)


def test_the_pores_and_particles_of_the_mesh_are_those_of_the_cell(end, point):
    layers = (CELL.negative, CELL.separator, CELL.positive)
    pores = sum(layer.porosity * layer.thickness for layer in layers)
    assert end.pore.sum() == pytest.approx(pores, rel=1e-12)
    negative, positive = CELL.negative, CELL.with_microstructure(alpha=1.0, S=point[1]).positive
    area = negative.area_density * negative.thickness
    assert end.negative.area.sum() == pytest.approx(area, rel=1e-12)
    area = positive.area_density * positive.thickness
    assert end.positive.area.sum() == pytest.approx(area, rel=1e-12)


def stored_energy(electrode):
    """∫ U dq over what each particle took up since rest [J m⁻²]."""
    e = electrode.electrode
    theta = np.linspace(min(electrode.mean.min(), e.initial_stoichiometry) - 1e-4, 0.99, 20_001)
    potential = e.open_circuit.potential(theta)
    steps = 0.5 * (potential[1:] + potential[:-1]) * np.diff(theta)
    antiderivative = np.concatenate([[0.0], np.cumsum(steps)])
    now = np.interp(electrode.mean, theta, antiderivative)
    rest = np.interp(e.initial_stoichiometry, theta, antiderivative)
    return electrode.charge() / electrode.flux_factor @ (now - rest)


@pytest.mark.parametrize(("S", "conserving"), [(1.0, False), (3.0, False), (10.0, True)])
def test_without_heat_losses_the_cell_keeps_what_its_reactions_give_and_the_work_does_not_take(
    S, conserving
):
    current = 35.0
    end = discharged(
        CELL,
        2.3,
        S,
        current,
        conserving=conserving,
        heat_transfer_coefficient=0.0,
        settings=Settings(tolerance=1e-5),
    )
    work = current * np.trapezoid(end.voltage, end.time)
    given = stored_energy(end.positive) + stored_energy(end.negative)
    kept = CELL.heat_capacity * CELL.mass_per_area * (end.temperature - CELL.initial_temperature)
    # Second-order sums over some hundred steps of both work and heat
    assert kept == pytest.approx(given - work, rel=1e-3)
