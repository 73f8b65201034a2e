"""What deviations do open-circuit errors of several kinds cause, beside those that are stated?

To first order an estimate is off by K e, where e are the errors of the averages and K is made of
the stated covariance and of the curves' derivatives.  So the true deviation is known for any kind
of error without a fit, and with it how often an interval holds the truth.  The experiments are
those of `inference_imperfect`, at their truths:

    python -m tests.benchmarks.inference_calibration --count 40
    python -m tests.benchmarks.inference_calibration --count 40 --of-stoichiometry

With ``--of-stoichiometry`` the error is one of the positive electrode's open-circuit potential, a
function of the stoichiometry, through which the engine discharges; of cells whose file writes that
potential as a formula.

What it prints is in docs/results/inference.md.
"""

import argparse
from dataclasses import replace

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.stats import norm

from microbatt.cells import load_cell
from microbatt.inference import InferenceOptions
from microbatt.inference.fit.inferred_error import SHARES, own_share
from microbatt.inference.fit.least_squares import Minimum
from microbatt.inference.forward.derivatives import differentiated, simulated
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.forward.potential_errors import potential_moves
from microbatt.inference.forward.unknowns import PARAMETERS, value_in_cell
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment
from tests.benchmarks.inference_imperfect import (
    FREE,
    NOISE,
    OFFSET,
    OPEN_CIRCUIT,
    SHORTEST,
    discharged,
    drawn,
    measured_as,
)

CELLS = ("doyle-1996-cell-1", "chen-2020", "prada-2013")
FORMULAS = ("chen-2020", "prada-2013")
STATED = 0.02
LENGTHS = (0.05, 0.15, 0.3, 0.5)
SHOWN = ("alpha", "S", *FREE)
WAVES = 40


class AtTruth:
    """An experiment at its truth: forward model, derivatives, and the curves behind it."""

    def __init__(self, name, number):
        self.name, self.number = name, number
        _, self.truth, self.cell, _ = drawn(number, name, STATED)
        batch, longest = discharged(self.cell, self.truth, name)
        self.curves = [
            one
            for one in batch
            if one.capacity.size and one.discharge_capacity >= SHORTEST * longest
        ]
        measured = tuple(
            measured_as(one, np.zeros_like, self.truth["voltage_offset"], 0.0)
            for one in self.curves
        )
        options = InferenceOptions(
            noise=NOISE, free=FREE, cell_error=STATED, model_error=OPEN_CIRCUIT
        )
        experiment = Experiment(name=str(number), measurements=measured)
        model = forward_model(experiment, load_cell(name), options, NOISE)
        model = model.with_model_error(OPEN_CIRCUIT, SHARES[0])
        x = model.priors.mean.copy()
        x[:2] = self.truth["alpha"], np.log(self.truth["S"])
        for i, unknown in enumerate(model.priors.names[2:], 2):
            value = self.truth.get(unknown)
            if value is None:
                value = PARAMETERS[unknown].coordinate(value_in_cell(self.cell, unknown))
            x[i] = value
        self.x, self.model = x, beside(model, x)
        self.jacobian = differentiated(self.model, simulated(self.model, x))
        moves = potential_moves(self.model, x)
        if moves is not None:
            self.model = self.model.with_potentials(moves)
        std = model.priors.std
        self.weight = np.where(np.isfinite(std), 1.0 / std**2, 0.0)
        self.spread = np.where(np.isfinite(std), std, 0.0)  # of what the truths were drawn from
        self.spread[2:4] = 0.0, OFFSET

    def noise(self):
        """Return the variance of the averages by noise and what the engine leaves."""
        return np.concatenate([one.deviation**2 for one in self.model.plain_error_models])

    def along(self):
        """Return where the averages stand along the charge, and what an offset does to them."""
        curves = self.model.curves
        longest = max(curve.charge for curve in curves)
        place = np.concatenate([curve.capacity / longest for curve in curves])
        return place, np.concatenate([curve.offset_effect for curve in curves])


def smooth_covariance(one, length):
    """Return the covariance of noise and of a voltage error along the charge, for all curves."""
    place, effect = one.along()
    alike = np.exp(-0.5 * ((place[:, None] - place) / length) ** 2)
    return np.diag(one.noise()) + OPEN_CIRCUIT**2 * alike * np.outer(effect, effect)


def stated_and_caused(one, covariance):
    """Return the stated deviations of the coordinates, and those that a covariance causes."""
    rows = one.model.whiten(one.jacobian.T).T
    stated = np.linalg.inv(rows.T @ rows + np.diag(one.weight))
    of_curves = rows.T @ one.model.whiten(one.model.whiten(covariance).T) @ rows
    of_priors = np.diag((one.weight * one.spread) ** 2)
    caused = stated @ (of_curves + of_priors) @ stated
    return np.sqrt(np.diag(stated)), np.sqrt(np.diag(caused))


def held(stated, caused, level=0.9):
    """Return how often an interval of that level holds the truth."""
    return 2.0 * norm.cdf(norm.ppf(0.5 + 0.5 * level) * stated / caused) - 1.0


def other_potential(cell, length, rng):
    """Return the cell with a smooth error of its positive electrode's open-circuit potential."""
    order = np.arange(WAVES)
    power = np.exp(-0.5 * (order * np.pi * length) ** 2)
    size = OPEN_CIRCUIT * np.sqrt(power / power.sum()) * np.where(order == 0, 1.0, np.sqrt(2.0))
    waves = [
        f"{a:+.9f}*cos({np.pi * j:.9f}*x)"
        for j, a in zip(order, size * rng.standard_normal(WAVES), strict=True)
        if abs(a) > 1e-9
    ]
    fit = cell.positive.open_circuit
    potential = replace(fit.potential, text=f"{fit.potential.text} {' '.join(waves)}")
    slope = replace(fit.slope, function=potential)
    fit = replace(fit, potential=potential, slope=slope)
    return replace(cell, positive=replace(cell.positive, open_circuit=fit))


def error_of_potential(one, length, rng):
    """Return by how much another potential moves the averages [V]."""
    batch, _ = discharged(other_potential(one.cell, length, rng), one.truth, one.name)
    moved = {other.current: other for other in batch}
    pieces = []
    for curve, here in zip(one.model.curves, one.curves, strict=True):
        there = moved[here.current]
        before = PchipInterpolator(here.capacity, here.voltage, extrapolate=False)
        after = PchipInterpolator(there.capacity, there.voltage, extrapolate=False)
        error = np.nan_to_num(after(curve.capacity) - before(curve.capacity))
        on_cliff = before(curve.capacity[curve.steep])
        late = np.interp(-on_cliff, -there.voltage, there.capacity) - curve.capacity[curve.steep]
        error[curve.steep] = -curve.slope[curve.steep] * late
        pieces.append(error)
    return np.concatenate(pieces)


def once(one, length, rng):
    """Return errors over stated deviations of what is shown, and the share that was told."""
    error = error_of_potential(one, length, rng) + np.sqrt(one.noise()) * rng.standard_normal(
        one.model.measured.size
    )
    away = one.spread * rng.standard_normal(one.x.size)
    root = np.sqrt(one.weight)

    def fitted(model):
        rows = np.concatenate([-model.whiten(one.jacobian.T).T, np.diag(root)])
        target = np.concatenate([model.whiten(error), root * away])
        covariance = np.linalg.inv(rows.T @ rows)
        step = -covariance @ (rows.T @ target)
        return step, covariance, rows, target + rows @ step

    step, _, rows, residual = fitted(one.model)
    minimum = Minimum(
        x=one.x + step, residual=residual, jacobian=rows, iterations=1, converged=True
    )
    share = own_share(one.model, minimum)
    step, covariance, *_ = fitted(one.model.with_model_error(OPEN_CIRCUIT, share))
    return (step / np.sqrt(np.diag(covariance)))[: len(SHOWN)], share


def main():
    """Print how often intervals hold the truth, to first order."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--of-stoichiometry", action="store_true")
    chosen = parser.parse_args()
    for name in FORMULAS if chosen.of_stoichiometry else CELLS:
        every = [AtTruth(name, number) for number in range(chosen.count)]
        for length in LENGTHS:
            if chosen.of_stoichiometry:
                rng = np.random.default_rng(1)
                found = [once(one, length, rng) for one in every]
                z = np.array([one for one, _ in found])
                shares = np.mean(np.abs(z) < norm.ppf(0.95), axis=0)
                own = f"; share of its own, median {np.median([s for _, s in found]):g}"
            else:
                pairs = [stated_and_caused(one, smooth_covariance(one, length)) for one in every]
                shares = np.mean([held(*pair) for pair in pairs], axis=0)
                own = ""
            told = ", ".join(
                f"{what} {100.0 * share:.1f} %" for what, share in zip(SHOWN, shares, strict=False)
            )
            print(f"{name}, over {length:g}: {told}{own}", flush=True)


if __name__ == "__main__":
    main()
