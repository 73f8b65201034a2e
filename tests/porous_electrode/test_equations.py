"""The discretised equations: their Jacobian, and what salt that runs out does to them."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import LithiumMetal, load_cell
from microbatt.cells.electrolyte_fits import own_electrolyte
from microbatt.cells.stoichiometry_functions import own_entropy, own_shape
from microbatt.constants import FARADAY
from microbatt.engines.request import Settings
from microbatt.porous_electrode.compilation import entry_kernel, kernel, source_digest
from microbatt.porous_electrode.conditions import conditions_at
from microbatt.porous_electrode.equations import (
    EXHAUSTED_SALT,
    FIXED_TRANSFERENCE,
    any_steep,
    assemble,
    evaluate_electrolyte,
    evaluate_kinetics,
    evaluate_others,
    evaluate_transference,
    is_steep,
)
from microbatt.porous_electrode.mesh import ends, lay_out
from microbatt.porous_electrode.parameters import at_point
from microbatt.porous_electrode.preparation import cell_parameters, numerics
from tests.porous_electrode.test_block_solve import dense_matrix

CURRENT, STEP, DEPLETION = 30.0, 10.0, 0.01
SURFACE = 0.6
CELL = load_cell("lco-graphite")
OWN = replace(
    CELL,
    initial_temperature=310.0,
    negative=replace(
        CELL.negative,
        entropic_change_coefficient=own_entropy("dU", {"expression": "1e-3*x - 2e-4"}),
    ),
    positive=replace(
        CELL.positive,
        exchange_current_shape=own_shape("i", {"expression": "1 + 0.5*(x - 0.5)"}),
        salt_exponent=0.3,
    ),
)
HALF = replace(CELL, negative=LithiumMetal(exchange_current_density=5.0, salt_exponent=0.3))
TRANSFERENCE = replace(
    CELL,
    electrolyte=replace(
        CELL.electrolyte,
        fit=own_electrolyte(
            "e",
            {
                "conductivity": {"value": 1.0},
                "diffusivity": {"value": 3e-10},
                "transference": {"expression": "0.4 - 1e-4*x", "range": [0.0, 3000.0]},
            },
        ),
    ),
)
PLENTY = 1000.0  # mol m⁻³
NEXT_TO_NOTHING = 1e-5


@kernel
def evaluate_electrode(w, start, stop, e, at, thermal_voltage):
    """Fill φ_s − φ_e of one electrode, of whatever kind."""
    if e.standard:
        for i in range(start, stop):
            evaluate_kinetics(w, i, e, at, thermal_voltage)
    else:
        evaluate_others(w, start, stop, e, at, thermal_voltage)


def _make(digest):
    @entry_kernel
    def prepare(cell, settings, alpha, S, current):
        p = at_point(cell, alpha, S, conserving=False)
        now = conditions_at(p, p.initial_temperature)
        w, layout = lay_out(p, now, settings, current, 0.0)
        return w, p, now, layout, digest

    @entry_kernel
    def evaluate(w, layout, p, now, current, step):
        """Fill residual and Jacobian at the state in ``c_new`` and ``j_new``."""
        n, n_neg, first_pos = ends(layout)
        for i in range(n):
            e = p.negative if i < n_neg else p.positive
            theta = w.surface_history[i] - w.depletion[i] * w.j_new[i]
            w.room_new[i, 0] = theta - e.lowest_stoichiometry
            w.room_new[i, 1] = e.highest_stoichiometry - theta
            evaluate_electrolyte(w, i, w.c_new[i], p.electrolyte, now)
        if p.electrolyte.shape[1] > FIXED_TRANSFERENCE:
            evaluate_transference(w, n, p.electrolyte)
        evaluate_electrode(w, 0, n_neg, p.negative, now.negative, now.thermal_voltage)
        evaluate_electrode(w, first_pos, n, p.positive, now.positive, now.thermal_voltage)
        least = EXHAUSTED_SALT * p.initial_concentration
        assemble(w, layout, p, current, step, any_steep(w, layout, least))
        return digest

    return prepare, evaluate


prepare, evaluate = _make(source_digest())


class State:
    """A cell in the middle of Newton's iteration, at random concentrations and currents."""

    def __init__(self, salt_before, described=CELL):
        s = Settings()
        resolution = numerics(
            tolerance=s.tolerance,
            mesh=0.5,
            particle_modes=s.particle_modes,
            max_steps=s.max_steps,
        )
        cell = cell_parameters(described, heat_transfer_coefficient=None)
        self.w, self.p, self.now, self.layout, _ = prepare(cell, resolution, 2.0, 3.0, CURRENT)
        self.n = 2 * sum(self.layout) + 1
        self.n_neg = 2 * self.layout.negative + 1
        self.first_pos = 2 * (self.layout.negative + self.layout.separator)
        rng = np.random.default_rng(4)
        w = self.w
        w.c[0, : self.n] = salt_before
        w.c_new[: self.n] = rng.uniform(100.0, 1000.0, self.n)
        w.c_history[: self.n] = 1.1 * w.c_new[: self.n]
        w.j_new[: self.n_neg] = rng.uniform(0.1, 1.0, self.n_neg)
        w.j_new[self.first_pos : self.n] = -rng.uniform(0.1, 1.0, self.n - self.first_pos)
        w.surface_history[: self.n] = SURFACE
        w.depletion[: self.n] = DEPLETION

    def residual(self):
        evaluate(self.w, self.layout, self.p, self.now, CURRENT, STEP)
        return -self.w.rhs[: self.n].copy()

    def jacobian(self):
        self.residual()
        elements = sum(self.layout)
        return dense_matrix(self.w.diagonal[: self.n], self.w.block[:elements])


def differences(state):
    """The Jacobian by central differences; an unknown without an equation has a one."""
    jacobian = np.zeros((2 * state.n, 2 * state.n))
    for i in range(state.n):
        for k, values in enumerate((state.w.c_new, state.w.j_new)):
            if k == 1 and state.n_neg <= i < state.first_pos:
                jacobian[2 * i + 1, 2 * i + 1] = 1.0
                continue
            value, step = values[i], 1e-6 * abs(values[i])
            values[i] = value + step
            above = state.residual()
            values[i] = value - step
            below = state.residual()
            values[i] = value
            jacobian[:, 2 * i + k] = ((above - below) / (2.0 * step)).ravel()
    return jacobian


@pytest.mark.parametrize("cell", [CELL, OWN, HALF], ids=["standard", "own", "half"])
@pytest.mark.parametrize("salt_before", [PLENTY, NEXT_TO_NOTHING])
def test_the_jacobian_is_the_derivative_of_the_residual(salt_before, cell):
    state = State(salt_before, cell)
    expected = differences(state)
    scale = np.abs(expected).max(axis=0)
    # Central differences of steps of 1e-6 keep some nine digits of a smooth function.
    np.testing.assert_allclose(state.jacobian() / scale, expected / scale, rtol=0.0, atol=1e-6)


@pytest.mark.parametrize("salt_before", [PLENTY, NEXT_TO_NOTHING])
def test_a_varying_transference_number_changes_the_jacobian_by_the_charge_balance_alone(
    salt_before,
):
    """What is left out is (t₊ − t₀)/F times how i_e answers, here where t₊ is even.

    That is (t₊ − t₀)/F times the charge balance without its source, whose sum over all nodes is
    nothing: every change conserves the salt.
    """
    state = State(salt_before, TRANSFERENCE)
    state.w.c_new[: state.n] = 700.0
    state.w.c_history[: state.n] = 770.0
    expected, ours = differences(state), state.jacobian()
    t = state.w.transference[0, 0] / FARADAY
    assert t * FARADAY == pytest.approx(1e-4 * 300.0)
    rows = np.r_[: state.n_neg, state.first_pos : state.n]
    left_out = (expected - ours)[2 * rows]
    scale = np.abs(expected).max(axis=0)
    flux = expected[2 * rows + 1]
    flux[np.arange(rows.size), 2 * rows + 1] += state.w.area[rows]
    np.testing.assert_allclose(left_out / scale, t * flux / scale, rtol=0.0, atol=1e-6)
    np.testing.assert_allclose(ours[0::2].sum(axis=0), expected[0::2].sum(axis=0), atol=1e-9)


@pytest.mark.parametrize("cell", [CELL, TRANSFERENCE], ids=["fixed", "varying"])
@pytest.mark.parametrize("salt_before", [PLENTY, NEXT_TO_NOTHING])
def test_charge_and_salt_are_conserved_by_either_form_of_an_element(salt_before, cell):
    """The residuals of all nodes add up to what went in: fluxes between nodes cancel."""
    state = State(salt_before, cell)
    residual, w, n = state.residual(), state.w, state.n
    stored = w.pore[:n] / STEP @ (w.c_new[:n] - w.c_history[:n])
    made = (1.0 - state.p.transference) / FARADAY * (w.area[:n] @ w.j_new[:n])
    assert residual[:, 0].sum() == pytest.approx(stored - made, rel=1e-9)
    assert residual[:, 1].sum() == pytest.approx(-w.area[:n] @ w.j_new[:n], abs=1e-9 * CURRENT)


def test_no_node_is_drained_to_where_more_salt_is_once_salt_runs_out():
    """Couplings of a profile that runs out have one sign, so no solution undershoots."""
    state = State(NEXT_TO_NOTHING)
    state.residual()
    for block in state.w.block[: sum(state.layout)]:
        assert np.all(block[:6] <= 0.0)


@pytest.mark.parametrize(
    ("salt", "steep"),
    [
        ((1000.0, 990.0, 980.0), False),
        ((1000.0, 300.0, 60.0), False),
        ((1000.0, 300.0, 40.0), True),
        ((40.0, 300.0, 1000.0), True),
        ((2.0, 1.5, 1.1), False),
        ((2.0, 1.5, 0.9), True),
    ],
)
def test_salt_runs_out_in_an_element_by_what_is_left_there_or_beside_the_rest(salt, steep):
    state = State(PLENTY)
    state.w.c[0, :3] = salt
    assert is_steep(state.w, 0, 1.0) == steep
