"""How much of a residual is allowed: noise, the engine's own error, and that of the charge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.forward.binning import CHARGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.inference.forward.binning import BinnedCurve
    from microbatt.inference.forward.runs import BinnedRun
    from microbatt.measured import MeasuredRun, Measurement

    Array = NDArray[np.float64]

ENGINE_VOLTAGE: Final = 5e-5
"""Standard deviation allowed for the engine's own error of a voltage [V]."""
ENGINE_CAPACITY: Final = 1e-5
"""Standard deviation allowed for its error of a capacity, relative to the curve's end [-]."""
ENGINE_SMOOTH: Final = 2e-5
"""Standard deviation of what of it is smooth along a curve, and no average of samples lessens [V].

About what the usual settings are off by from finer ones, in the median of random points of a cell.
"""
ENGINE_SHIFT: Final = 5e-5
"""The same of the charge at which a run reaches a voltage, as a share of its charge [-].

Discharges are known better, and only to one factor; a run meets many a cliff, each on its own.
"""
OWN: Final = 0.5
"""Of a stated model error, what each curve has of its own where curves do not tell it [-]."""
SLOPE: Final = 1.0
"""Slope by which a smooth error of a voltage is one of the capacity [V per capacity]."""
EQUATIONS: Final = 0.5
"""Of a stated model error, what the equations may be off by at the largest current [-]."""
SLOW: Final = 3.0
"""Share of the charge over which an error of the equations changes [-]."""
ROUGH: Final = 0.1
"""Of a stated model error, what is too fine to be smooth: independent from average to average."""
LENGTHS: Final = (0.5, 0.15, 0.05)
"""Shares of the charge over which a smooth model error changes [-]."""
UNKNOWN: Final = 1e-3
"""Noise assumed where a curve has too few samples to tell [V]."""
_PARTS: Final = 40
_FEW_PARTS: Final = 5
_SMALLEST: Final = 2e-5
_ENOUGH: Final = 30
_THIRD: Final = np.sqrt(20.0)
"""Standard deviation of a third difference of white noise of one."""
_MAD: Final = 1.4826
_TURNED: Final = 1e-3
"""A run turns where it moves more than it draws, by this share of the charge."""
_STEADY: Final = 1e-3
"""Share of the largest current by which a steady one changes between samples."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedErrors:
    """What is stated of the errors of an experiment in advance, and what its samples show of them.

    Attributes
    ----------
    noise
        Standard deviation of the white noise of a single sample [V].
    charge_error
        Relative standard deviation of the charge of each curve [-], beside what its file shows;
        None takes `CHARGE`.
    offset
        Standard deviation of an offset of each curve's own [V].
    model_error
        Size of a smooth error of the model [V]: so much is shared by all curves, `own` of it is
        each curve's own, and `ROUGH` of it each average's; see `smooth_moves`.
    own
        Share of it that each curve has of its own [-].
    seen
        Noise that samples show against their neighbours, see `white_noise` [V].
    """

    noise: float
    charge_error: float | None = None
    offset: float = 0.0
    model_error: float = 0.0
    own: float = OWN
    seen: float = UNKNOWN


@dataclass(frozen=True, kw_only=True)
class ErrorModel:
    """How far the averages of a curve may lie from the truth.

    Errors of single averages are independent; the charge of a curve is off by one factor, which
    moves all its averages along their slope; and its voltage may be off by an offset of its own.
    And the charge before its first sample may be off by an amount of its own.  The model may be off
    by a smooth function of the charge.  So the covariance is diag(deviation²) + charge chargeᵀ +
    start startᵀ + offset offsetᵀ + smooth smoothᵀ, which leaves a cliff no heavier than a capacity
    known that well.

    Attributes
    ----------
    deviation
        Standard deviation of each average by itself, shape (m,) [V].
    charge
        What one standard deviation of the charge does to each average, shape (m,) [V].
    own
        Standard deviation of the curve's own offset [V].
    charge_error
        Relative standard deviation of the curve's charge [-].
    offset
        What one standard deviation of it does to each average, shape (m,) [V]: as much, but on a
        cliff, where capacities are compared.
    start
        What one standard deviation of the charge before the first sample does, shape (m,) [V].
    smooth
        What the parts of a smooth error of the curve's own do, shape (m, r) [V]; first what a run's
        switches do, `switches` columns.
    """

    deviation: Array
    charge: Array
    own: float
    charge_error: float
    offset: Array
    start: Array | float = 0.0
    smooth: Array | None = None
    switches: int = 0

    @property
    def sigma(self) -> Array:
        """Standard deviation of each average about a smooth error and an offset, (m,) [V]."""
        whole: Array = np.sqrt(self.deviation**2 + self.charge**2 + self.start**2)
        return whole

    @property
    def smooth_variance(self) -> Array:
        """Variance that a smooth error of the curve's own may add, shape (m,) [V²]."""
        if self.smooth is None:
            return np.zeros_like(self.deviation)
        return np.asarray(np.sum(self.smooth**2, axis=1))

    def scaled(self, factor: float) -> ErrorModel:
        """Return an allowance of `factor` times the standard deviations."""
        return replace(
            self,
            deviation=factor * self.deviation,
            charge=factor * self.charge,
            start=factor * self.start,
            own=factor * self.own,
            charge_error=factor * self.charge_error,
            offset=factor * self.offset,
            smooth=None if self.smooth is None else factor * self.smooth,
        )

    def whiten(self, values: Array) -> Array:
        """Multiply by the inverse root of the covariance; averages along the last axis."""
        return self._along(values / self.deviation, inverse=True)

    def colour(self, values: Array) -> Array:
        """Undo `whiten`."""
        return self._along(values, inverse=False) * self.deviation

    @cached_property
    def log_determinant(self) -> float:
        """Logarithm of the covariance's determinant, voltages in volts."""
        return float(2.0 * np.sum(np.log(self.deviation)) + np.sum(np.log1p(self._stretched[1])))

    def apart(self, residual: Array) -> Array:
        """Return what of whitened residuals is each average's own, in its deviations, (m,)."""
        return self._along(residual, inverse=True)

    def expected_offset(self, residual: Array) -> float:
        """Return what the curve's own offset is expected to be, from whitened residuals [V]."""
        return self.own * self._expected(residual)

    def expected_of_run(self, residual: Array) -> tuple[float, Array, Array]:
        """Return what start and switches of a run are expected to be, from whitened residuals.

        Returns
        -------
        start
            In its widths.
        switches, left
            In their standard deviations, and the share of their variances that is left, (k,).
        """
        pull = self._along(residual, inverse=True) / self.deviation
        start = float(np.broadcast_to(self.start, pull.shape) @ pull)
        if self.smooth is None or not self.switches:
            return start, np.zeros(0), np.zeros(0)
        moves = self.smooth[:, : self.switches].T
        left = 1.0 - np.sum(self._along(moves / self.deviation, inverse=True) ** 2, axis=1)
        return start, moves @ pull, left

    def explained_by_offset(self, residual: Array) -> Array:
        """Return what that offset does to each average, shape (m,) [V]."""
        return self.offset * self._expected(residual)

    def _expected(self, residual: Array) -> float:
        """Return the offset expected, in standard deviations of what it may be."""
        return float(self.offset @ (self._along(residual, inverse=True) / self.deviation))

    def _along(self, values: Array, *, inverse: bool) -> Array:
        """Stretch or shrink along the directions in which charge and offset move."""
        axes, square = self._stretched
        return stretched(values, axes, square, inverse=inverse)

    @cached_property
    def _stretched(self) -> tuple[Array, Array]:
        """Orthonormal directions, shape (m, r), and the variance along each beyond one."""
        moves = np.stack(np.broadcast_arrays(self.charge, self.start, self.offset), axis=-1)
        if self.smooth is not None:
            moves = np.concatenate([moves, self.smooth], axis=1)
        return directions(moves / self.deviation[:, None])


def directions(moves: Array) -> tuple[Array, Array]:
    """Return orthonormal directions of common errors, (m, r), and the variance along each.

    Parameters
    ----------
    moves
        What one standard deviation of each error does, whitened, shape (m, r).
    """
    axes, lengths, _ = np.linalg.svd(moves, full_matrices=False)
    return axes, lengths**2


def stretched(values: Array, axes: Array, square: Array, *, inverse: bool) -> Array:
    """Multiply by the root of 1 + axes square axesᵀ, or by its inverse; along the last axis."""
    length = np.sqrt(1.0 + square)
    change = (1.0 / length if inverse else length) - 1.0
    return np.asarray(values + (values @ axes * change) @ axes.T)


def make_error_model(curve: BinnedCurve, errors: AllowedErrors) -> ErrorModel:
    """Return how far the averages of a curve may lie from the truth.

    Parameters
    ----------
    curve
        The averages; averaging lessens the noise of a sample.
    errors
        What is stated; of the charge beside that which the curve's file tells.
    """
    stated = CHARGE if errors.charge_error is None else errors.charge_error
    charge = float(np.hypot(stated, curve.charge_error))
    by_capacity = curve.slope * ENGINE_CAPACITY * curve.capacity[-1]
    variance = errors.noise**2 / curve.count + ENGINE_VOLTAGE**2 + by_capacity**2
    variance = variance + curve.rounded**2 + (ROUGH * errors.model_error * steepness(curve)) ** 2
    place = curve.capacity / curve.charge
    return ErrorModel(
        deviation=np.sqrt(variance),
        charge=charge * curve.slope * curve.capacity,
        start=curve.start_error * curve.slope,
        own=errors.offset,
        charge_error=charge,
        offset=errors.offset * curve.offset_effect,
        smooth=_own_moves(curve, errors, place),
    )


def make_run_error_model(run: BinnedRun, errors: AllowedErrors, place: Array) -> ErrorModel:
    """Return how far the averages of a run may lie from the truth.

    As those of a discharge, with the charge that was drawn before the run to the width that its
    start is known, and when between two rows the tester switched.  The charge is off by a share of
    what is drawn, and where a run turns, also by one of all that moves either way.  The part of a
    model error that is the run's own is one of its impedance, at each of some time scales.

    Parameters
    ----------
    run
        The averages.
    errors
        What is stated.
    place
        Where each average stands along the charge, between 0 and 1, shape (m,).
    """
    stated = CHARGE if errors.charge_error is None else errors.charge_error
    charge = float(np.hypot(stated, run.measured.charge_error))
    rough = ROUGH * errors.model_error * steepness(run)
    fast = errors.own * errors.model_error * run.fast
    variance = errors.noise**2 / run.count + ENGINE_VOLTAGE**2 + rough**2 + fast**2 + run.bent**2
    variance = variance + (ENGINE_CAPACITY * run.response) ** 2
    since = run.drawn / run.charge - run.start.drawn
    own = _own_moves(run, errors, place, ENGINE_SHIFT * SLOPE)
    moves = [run.switching] if run.switching.any() else []
    if np.any(run.moved - np.abs(since) * run.charge > _TURNED * run.charge):
        moves.append((charge * run.response * run.moved / run.charge)[:, None])
    part = own / np.sqrt(len(run.loads))
    moves += [part * load[:, None] for load in run.loads]
    return ErrorModel(
        deviation=np.sqrt(variance),
        charge=charge * run.response * since,
        start=run.start.width * run.response,
        own=errors.offset,
        charge_error=charge,
        offset=np.full_like(run.voltage, errors.offset),
        smooth=np.concatenate(moves, axis=1),
        switches=run.switching.shape[1] if run.switching.any() else 0,
    )


def error_models(
    curves: Sequence[BinnedCurve], errors: AllowedErrors, runs: Sequence[BinnedRun] = ()
) -> tuple[tuple[ErrorModel, ...], Array | None]:
    """Return the errors of each curve and run, and those that all of them share.

    Parameters
    ----------
    curves
        The averages, k curves, m in all.
    errors
        What is stated.
    runs
        Averages of runs, behind those of the curves.

    Returns
    -------
    models
        One for each curve.
    shared
        What the parts of a smooth error that all curves share do, shape (m, r) [V]; None without.
    """
    models = tuple(make_error_model(curve, errors) for curve in curves)
    longest = max(piece.charge for piece in curves or runs)
    of_runs = [np.clip(run.drawn / longest, 0.0, 1.0) for run in runs]
    models += tuple(
        make_run_error_model(run, errors, place) for run, place in zip(runs, of_runs, strict=True)
    )
    pieces: list[BinnedCurve | BinnedRun] = [*curves, *runs]
    places = [*(curve.capacity / longest for curve in curves), *of_runs]
    if not errors.model_error > 0.0:
        return models, None
    largest = max(float(np.max(np.abs(load_of(piece)))) for piece in pieces)
    of_equations = EQUATIONS * errors.model_error / largest
    rows = [
        np.concatenate(
            [
                smooth_moves(piece, errors.model_error, place),
                of_equations * load_of(piece)[:, None] * smooth_moves(piece, 1.0, place, (SLOW,)),
            ],
            axis=1,
        )
        for piece, place in zip(pieces, places, strict=True)
    ]
    return models, np.concatenate(rows)


def load_of(piece: BinnedCurve | BinnedRun) -> Array:
    """Return the current at each average, discharge positive, shape (m,) [A m⁻²]."""
    load = getattr(piece, "load", piece.current)
    return np.broadcast_to(np.asarray(load, dtype=float), piece.voltage.shape)


def _own_moves(
    piece: BinnedCurve | BinnedRun,
    errors: AllowedErrors,
    place: Array,
    engine_shift: float = ENGINE_SMOOTH,
) -> Array:
    """Return what the parts of a smooth error of one curve's own do, the engine's included."""
    own = errors.own * errors.model_error
    shift = float(np.hypot(engine_shift, own))
    return smooth_moves(piece, float(np.hypot(ENGINE_SMOOTH, own)), place, shift=shift)


def smooth_moves(
    curve: BinnedCurve | BinnedRun,
    size: float,
    place: Array,
    lengths: tuple[float, ...] = LENGTHS,
    *,
    shift: float | None = None,
) -> Array:
    """Return what the parts of a smooth error do to averages.

    The error has two components, independent of each other and each a Gaussian process along the
    charge.  One is of the voltage, the same wherever curves meet at that charge.  The other is of
    the charge at which a voltage is reached, and counts where a curve is steep: an open-circuit
    curve that is off by 1 mV is off by a thousandth of the capacity too, as if it sloped by
    `SLOPE`.  They must not be one: an error that is the larger the steeper a curve would be known
    from where curves are flat, and would say that a steep curve is off by so many times as much.

    Parameters
    ----------
    curve
        The averages.
    size
        Standard deviation of the error [V].
    place
        Where each average stands along the charge, between 0 and 1, shape (m,).
    lengths
        Shares of the charge over which it changes.
    shift
        Standard deviation of the component of the charge, times `SLOPE` [V]; None is `size`.

    Returns
    -------
    ndarray, shape (m, r)
        One standard deviation of each part [V].
    """
    shape = smooth_spectrum(place, lengths)
    moved = size if shift is None else shift
    of_voltage = getattr(curve, "offset_effect", np.ones_like(curve.voltage))
    of_charge = np.sqrt(steepness(curve) ** 2 - 1.0)
    return np.concatenate(
        [size * shape * of_voltage[:, None], moved * shape * of_charge[:, None]], axis=1
    )


def smooth_spectrum(place: Array, lengths: tuple[float, ...] = LENGTHS) -> Array:
    """Return what the parts of a smooth error of one do along the charge.

    Its correlation is the mean of Matérn's of smoothness 3/2 over some lengths, in its
    leading cosines √2 cos(jπs): their variances fall as (3/length² + (jπ)²)⁻² and add up to one
    (Rasmussen & Williams 2006, chapter 4); the constant part has the variance that the mean of such
    a process has.  Errors of open-circuit curves have broad parts and fine ones, nobody knows
    which, and neither may pass for a microstructure.

    Parameters
    ----------
    place
        Between 0 and 1 along the charge, shape (m,).
    lengths
        Shares of the charge over which it changes.

    Returns
    -------
    ndarray, shape (m, r)
        One standard deviation of each part [-].
    """
    deviations = wave_deviations(_PARTS if min(lengths) < 1.0 else _FEW_PARTS, lengths)
    return np.asarray(deviations * np.cos(np.pi * np.arange(deviations.size) * place[:, None]))


def wave_deviations(count: int, lengths: tuple[float, ...] = LENGTHS) -> Array:
    """Return standard deviations of the waves cos(jπs) of an error of one; see `smooth_spectrum`.

    Parameters
    ----------
    count
        How many, the constant first.
    lengths
        Shares of the charge over which the error changes.

    Returns
    -------
    ndarray, shape (count,)
    """
    order = np.arange(count)
    variance = np.zeros(count)
    for length in lengths:
        power = (3.0 / length**2 + (order * np.pi) ** 2) ** -2.0
        variance += power / power.sum() / len(lengths)
    return np.asarray(np.sqrt(variance) * np.where(order == 0, 1.0, np.sqrt(2.0)))


def steepness(curve: BinnedCurve | BinnedRun) -> Array:
    """Return what an error of one does to averages at most, more where a curve is steep."""
    return np.asarray(np.maximum(1.0, np.abs(curve.slope) * curve.charge / SLOPE))


def white_noise(measurements: Sequence[Measurement | MeasuredRun]) -> float:
    """Estimate the noise of single samples from how they scatter about their neighbours.

    The median size of third differences, which a smooth curve hardly has, over all curves with at
    least 30 samples; 1 mV if there is no such curve.

    Returns
    -------
    float
        Standard deviation [V], at least 0.02 mV.
    """
    third = [_third_differences(one) for one in measurements]
    third = [one for one in third if one.size >= _ENOUGH - 3]
    if not third:
        return UNKNOWN
    return max(_SMALLEST, float(_MAD * np.median(np.abs(np.concatenate(third))) / _THIRD))


def _third_differences(one: Measurement | MeasuredRun) -> Array:
    """Return third differences of the voltage, of a run where its current is steady."""
    third = np.diff(one.voltage, 3)
    current = np.atleast_1d(one.current)
    if current.size == 1:
        return third
    steady = np.abs(np.diff(current)) <= _STEADY * np.abs(current).max()
    return np.asarray(third[steady[2:] & steady[1:-1] & steady[:-2]])
