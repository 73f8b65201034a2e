"""Whether discharges start from the state that the cell's file starts from.

The voltage at rest before a discharge tells, where there is one; but testers, and people who edit
files, also write rests that are not those of the cell.  So the engine decides: a discharge is left
out where the emptier, or fuller, state explains its curve better, whatever the microstructure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import Inventory, Settings, simulate_discharges
from microbatt.errors import CurveError

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell, Electrode
    from microbatt.engines import Discharge
    from microbatt.measured.experiment import Experiment
    from microbatt.measured.measurement import Measurement

    Array = NDArray[np.float64]

APART: Final = 0.03
"""A voltage at rest that differs by less is that of the same state [V] …"""
MISSING: Final = 0.02
"""… and so is one that less than this share of the charge makes up for."""
_SAME: Final = 1e-3
"""By so much a voltage at rest may be off that of the same state without any doubt [V]."""
_NOTHING: Final = 5e-4
"""Share of the charge that may be missing without a word."""
STATES: Final = frozenset(
    f"{electrode}_{name}"
    for electrode in ("negative", "positive")
    for name in ("initial_stoichiometry", "stoichiometry")
)
"""Unknowns that let the start of all discharges differ from that of the cell's file."""
_BEYOND: Final = 0.05
"""How far the open circuit is followed above the start, as a share of the charge."""
_ALPHAS: Final = (0.3, 1.0, 2.0, 3.0, 4.0, 5.5, 8.0)
_SHAPES: Final = (1.2, 2.0, 3.0, 4.5, 7.0, 12.0)
"""Microstructures at which curves are tried."""
_QUICK: Final = Settings(tolerance=1e-3, mesh=0.5)
"""Within some millivolts of the truth, which is enough to tell states apart."""
_CONTACT: Final = 0.04
"""Largest contact resistance that is tried [Ω m²]."""
_SAMPLES: Final = 60
_FALL: Final = -10.0
"""Beyond its end a simulated curve goes on falling by this much per its capacity [V]."""
_EXPLAINED: Final = 0.03
"""A full cell must explain a curve to this, rms, before the rest is disbelieved [V] …"""
_DECISIVE: Final = 0.2
"""… and so much better than the state of the rest."""
_STRETCHES: Final = tuple(0.96 + 0.005 * step for step in range(17))
"""By which factors the charge of a cell may differ from its file: area, thickness, loading."""
_FEW: Final = tuple(product((0.5, 2.0, 4.0), (2.0, 3.0, 6.0)))
"""Microstructures at which slow curves are tried, to which they matter little."""
_SLOW: Final = 0.3
"""A discharge at less than this C-rate is slow [h⁻¹]."""
_TRIED: Final = (0.1, 0.2, 0.3, 0.4, 0.5, 0.65)
"""Shares of the charge that may be missing where no rest tells."""
_AT_ONCE: Final = 0.01
"""Contact resistance that a first voltage is allowed [Ω m²]."""
_EARLY: Final = 0.02
"""The first voltage is compared if no more than this share of the charge is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judgement:
    """Why a discharge is left out, or what is to be said of one that is taken.

    Of that `missing` is the charge by which its start may differ from the file's [A h m⁻²].
    """

    left_out: str = ""
    remark: str = ""
    missing: float = 0.0


def starting_full(
    experiment: Experiment,
    cell: Cell,
    *,
    free: Container[str] = (),
    inventory: Inventory | str = Inventory.CONSERVING,
) -> Experiment:
    """Leave out discharges that do not start where the cell's file starts, each by name.

    The voltage at rest before a discharge is compared with the cell's open-circuit voltage. Where
    the two differ, the curve is compared with simulated ones from either state at many alpha and S:
    the rest is disbelieved only if a full cell explains the curve and the state of the rest does
    not. Without a rest the first voltage is compared with that of a full cell at any alpha and S.

    Parameters
    ----------
    experiment : Experiment
        Discharges of one cell.
    cell : Cell
        Its start is the state of its file.
    free : container of str, default ()
        Unknowns of the fit. With a stoichiometry among them the discharges need only agree with
        each other.
    inventory : {"conserving", "area-only"}
        The lithium balance of the particles.

    Returns
    -------
    Experiment
        The discharges that start there, or so nearly that what is missing by the rest is an error
        of their charge (`Measurement.start_error`). Their remarks say what was left out, and where
        a rest differs from the cell's file.

    Raises
    ------
    CurveError
        If none starts there, saying where they start and what to do.
    """
    judged = [_judge(one, experiment, cell, free, inventory) for one in experiment.measurements]
    pairs = list(zip(experiment.measurements, judged, strict=True))
    out = [(one, why.left_out) for one, why in pairs if why.left_out]
    if len(out) == len(pairs):
        first, why = out[0]
        others = f" (and so do the other {len(out) - 1} discharges)" if len(out) > 1 else ""
        raise CurveError(
            f"{first.source}: {why}{others}. Give discharges from the state in which the cell file "
            "starts, or let the cell file start where they do, by its initial stoichiometries. If "
            "all start alike, free these: "
            "`--free negative_initial_stoichiometry --free positive_initial_stoichiometry`.",
            first.source,
        )
    told = tuple(f"{one.source} left out: {why}" for one, why in out)
    kept = tuple(_told(one, why, told) for one, why in pairs if not why.left_out)
    return replace(experiment, measurements=kept)


def _told(one: Measurement, why: _Judgement, told: tuple[str, ...]) -> Measurement:
    more = (*((why.remark,) if why.remark else ()), *told)
    if not (more or why.missing):
        return one
    start = float(np.hypot(one.start_error, why.missing))
    return replace(one, remarks=(*one.remarks, *more), start_error=start)


def _judge(
    one: Measurement,
    experiment: Experiment,
    cell: Cell,
    free: Container[str],
    inventory: Inventory | str,
) -> _Judgement:
    if any(name in free for name in STATES):
        return _among_each_other(one, experiment)
    rest, full = one.rest_voltage, cell.open_circuit_voltage
    if rest is None:
        by_voltage = _by_first_voltage(one, cell, inventory)
        return by_voltage if by_voltage.left_out else _by_curve(one, cell, inventory)
    share = share_missing(cell, rest)
    if abs(rest - full) <= APART or abs(share) <= MISSING:
        return _nearly_full(cell, rest)
    level = f"{rest:.4g} V at rest before it, where the cell file starts at {full:.4g} V"
    from_full = _misfit(one, cell, inventory)
    if from_full <= _EXPLAINED:
        from_rest = _misfit(one, cell_drawn(cell, share), inventory)
        if from_full <= _DECISIVE * from_rest:
            return _Judgement(remark=f"{level}; its curve is that of a full cell, and was believed")
    state = f"{share:.0%} of the charge missing" if share > 0.0 else "fuller than the cell file"
    return _Judgement(left_out=f"it does not start from a full cell: {level}, {state}")


def _nearly_full(cell: Cell, rest: float) -> _Judgement:
    """Judge a discharge from nearly the file's start: what differs is an error of its charge."""
    full = cell.open_circuit_voltage
    nearer = full + np.sign(rest - full) * max(abs(rest - full) - _SAME, 0.0)
    if nearer == full:
        return _Judgement()
    share = abs(share_missing(cell, nearer))
    way = "missing" if rest < full else "more"
    told = (
        f"{rest:.4g} V at rest before it, where the cell file starts at {full:.4g} V: up to "
        f"{share:.1%} of the charge may be {way} at its start, and the intervals allow for that"
    )
    return _Judgement(remark=told if share > _NOTHING else "", missing=share * charge_held(cell))


def _among_each_other(one: Measurement, experiment: Experiment) -> _Judgement:
    rests = [m.rest_voltage for m in experiment.measurements if m.rest_voltage is not None]
    if one.rest_voltage is None or one.rest_voltage >= max(rests) - APART:
        return _Judgement()
    return _Judgement(
        left_out=f"it does not start as the others do: {one.rest_voltage:.4g} V at rest before it, "
        f"and {max(rests):.4g} V before another"
    )


def _by_first_voltage(one: Measurement, cell: Cell, inventory: Inventory | str) -> _Judgement:
    """Judge a discharge without a rest before it by its first voltage alone.

    It is left out if that lies below what a full cell has then, whatever its microstructure and a
    contact resistance.
    """
    begun, first = float(one.capacity[0]), float(one.voltage[0])
    if begun > _EARLY * charge_held(cell):
        return _Judgement()
    if first > cell.open_circuit_voltage + APART and share_missing(cell, first) < -MISSING:
        return _Judgement(
            left_out=f"it does not start as the cell file does: {first:.4g} V under load, and the "
            f"cell file starts at {cell.open_circuit_voltage:.4g} V"
        )
    points = [(alpha, S, one.current) for alpha in _ALPHAS for S in (min(_SHAPES), max(_SHAPES))]
    low = max(0.5, first - APART)
    batch = simulate_discharges(
        cell, points, inventory=inventory, cutoff_voltage=low, settings=_QUICK
    )
    curves = [curve for curve in (batch[i] for i in range(len(batch))) if len(curve.voltage) > 1]
    if len(curves) < len(points):  # one falls below at once: the first voltage may be a full cell's
        return _Judgement()
    levels = [
        float(np.interp(begun, curve.capacity, curve.voltage)) - _AT_ONCE * one.current
        for curve in curves
    ]
    if min(levels) <= first + APART:
        return _Judgement()
    return _Judgement(
        left_out=f"it does not start from a full cell: {first:.4g} V in its first row, where a "
        f"full one has {min(levels):.4g} V or more, whatever its microstructure"
    )


def _by_curve(one: Measurement, cell: Cell, inventory: Inventory | str) -> _Judgement:
    """Judge a slow discharge without a rest before it by all of its curve.

    A fast one is left to the fit: what its microstructure takes looks like charge that is missing.
    """
    if one.current > _SLOW * cell.one_c_current:
        return _Judgement()
    from_full = _misfit(one, cell, inventory, _FEW)
    if from_full <= _EXPLAINED:
        return _Judgement()
    for share in _TRIED:
        found = _misfit(one, cell_drawn(cell, share), inventory, _FEW)
        if found <= min(_EXPLAINED, _DECISIVE * from_full):
            return _Judgement(
                left_out="it does not start from a full cell: none explains its curve to better "
                f"than {1e3 * from_full:.0f} mV, and one of which {share:.0%} of the charge are "
                f"drawn does to {1e3 * found:.0f} mV"
            )
    return _Judgement()


def _misfit(
    one: Measurement,
    cell: Cell,
    inventory: Inventory | str,
    microstructures: Sequence[tuple[float, float]] | None = None,
) -> float:
    """Return how well a curve is explained from the start of a cell, rms, at the best point [V]."""
    low = max(0.5, one.end_voltage - 0.05)
    at = np.linspace(float(one.capacity[0]), float(one.capacity[-1]), _SAMPLES)
    measured = np.interp(at, one.capacity, one.voltage)
    best = np.inf
    points = [(alpha, S, one.current) for alpha, S in microstructures or product(_ALPHAS, _SHAPES)]
    batch = simulate_discharges(
        cell, points, inventory=inventory, cutoff_voltage=low, settings=_QUICK
    )
    for curve in (batch[i] for i in range(len(batch))):
        if len(curve.voltage) < 2:
            continue
        best = min(best, *(_apart(at * by, measured, curve, one.current) for by in _STRETCHES))
    return best


def _apart(at: Array, measured: Array, curve: Discharge, current: float) -> float:
    """Return how far voltages are from a simulated curve, rms, but for a contact resistance [V]."""
    simulated = np.interp(at, curve.capacity, curve.voltage)
    simulated += _FALL * np.clip(at / float(curve.capacity[-1]) - 1.0, 0.0, None)
    left = simulated - measured
    left -= float(np.clip(left.mean(), 0.0, _CONTACT * current))
    return float(np.sqrt(np.mean(left**2)))


def cell_drawn(cell: Cell, share: float) -> Cell:
    """Return the cell with a share of its charge drawn."""
    positive, negative = _stoichiometries(cell, np.array([share]))
    values = {"positive_initial_stoichiometry": float(positive[0])}
    if cell.metal is None:
        values["negative_initial_stoichiometry"] = float(negative[0])
    return cell.with_values(values)


def charge_held(cell: Cell) -> float:
    """Return the charge that the cell holds at its start [A h m⁻²]; lithium metal holds any."""
    if cell.metal is not None:
        return (1.0 - cell.positive.initial_stoichiometry) * _places(cell.positive)
    return min(
        (1.0 - cell.positive.initial_stoichiometry) * _places(cell.positive),
        cell.negative.initial_stoichiometry * _places(cell.negative),
    )


def _places(electrode: Electrode) -> float:
    """Return the charge of all places of an electrode [A h m⁻²]."""
    moles = electrode.max_concentration * electrode.active_fraction * electrode.thickness
    return float(FARADAY * moles / SECONDS_PER_HOUR)


def _stoichiometries(cell: Cell, shares: Array) -> tuple[Array, Array]:
    """Return those of the positive and the negative after shares of the charge were drawn."""
    drawn = shares * charge_held(cell)
    positive = cell.positive.initial_stoichiometry + drawn / _places(cell.positive)
    if cell.metal is not None:
        return np.clip(positive, 1e-3, 1.0 - 1e-3), np.zeros_like(drawn)
    negative = cell.negative.initial_stoichiometry - drawn / _places(cell.negative)
    return np.clip(positive, 1e-3, 1.0 - 1e-3), np.clip(negative, 1e-3, 1.0 - 1e-3)


def share_missing(cell: Cell, rest: float) -> float:
    """Return the share of the charge missing at a voltage at rest; negative above the start."""
    shares = np.linspace(-_BEYOND, 0.98, 2000)
    positive, negative = _stoichiometries(cell, shares)
    levels = np.asarray(cell.positive.open_circuit.potential(positive))
    if cell.metal is None:
        levels = levels - np.asarray(cell.negative.open_circuit.potential(negative))
    nearest = int(np.argmin(np.abs(levels - rest)))
    beside = slice(max(nearest - 1, 0), nearest + 2)
    near, there = levels[beside], shares[beside]
    if not np.all(np.diff(near) < 0.0):  # flat to rounding, or no falling open circuit
        return float(shares[nearest])
    return float(np.interp(-rest, -near, there))
