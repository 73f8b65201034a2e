"""Why a cell file does not explain the data: the likelier causes, from cheap refits.

Each cause is a fault of one size, such as an electrode area that is off.  The curves are fitted
again with that size as one more unknown, and the causes are ranked by how much of the misfit they
take away.  A curve that is unlike the others is found by leaving each out in turn.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.optimize import lsq_linear

from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import Adiabatic, Inventory, Isothermal
from microbatt.errors import MicrobattError
from microbatt.inference.fit.initial_guess import scan_starts
from microbatt.inference.fit.refinement import fit_samples, refine
from microbatt.inference.fit.residuals import is_misfit, residual_trend
from microbatt.inference.forward.forward_model import voltages
from microbatt.inference.forward.unknowns import (
    cell_with,
    in_words,
    range_in_cell,
    unknown_quantity,
    value_in_cell,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.binning import BinnedCurve
    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.inference.forward.runs import BinnedRun

    Array = NDArray[np.float64]
    Faulty = Callable[[float], ForwardModel]
    """Size of a fault → the model with it in all curves."""
    Residual = Callable[[Array, float], Array]
    """Coordinates and size of a fault → whitened residuals of the samples."""

NAMED: Final = 0.5
"""A cause that takes away less of the misfit is not named [-]."""
MOST: Final = 3
"""At most so many causes are named."""
_STEPS: Final = 6
_APART: Final = 0.9
"""A curve is unlike the others if leaving it out takes away this share of the misfit …"""
_COMMON: Final = 0.6
"""… and leaving out any other curve takes away less than this."""
_ENOUGH: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MisfitCause:
    """Something that would explain a misfit.

    Attributes
    ----------
    name
        Of the cause: ``"start of charge"``, ``"one curve"``, ``"electrode area"`` …
    sentence
        How large it would have to be, and what to do.
    explained
        Share of the misfit that it takes away, of the sum of squares beyond chance [-].
    """

    name: str
    sentence: str
    explained: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A cause that has a size.

    Attributes
    ----------
    name
        Of the cause.
    residual
        Coordinates and size → whitened residuals of the samples.
    step
        Of a finite difference.
    low, high
        Sizes that can be.
    sentence
        Size → what it is, in words.
    """

    name: str
    residual: Residual
    step: float
    low: float
    high: float
    sentence: Callable[[float], str]


def misfit_causes(model: ForwardModel, minimum: Minimum, noise: float) -> tuple[MisfitCause, ...]:
    """Return the causes of a misfit, the likeliest first.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit to them.
    noise
        Standard deviation of a single sample [V].

    Returns
    -------
    tuple of MisfitCause
        At most `MOST`; nothing where there is no misfit, or no cause explains half of it.
    """
    if not is_misfit(residual_trend(model, minimum), noise):
        return ()
    model, minimum = _with_file_of(model, minimum)
    S = float(model.priors.natural(minimum.x)[1])
    found = [_sized(model, minimum, one) for one in faults(model, S)]
    found += [
        *_odd_curve(model, minimum, S),
        *_other_balance(model, minimum),
        *_heat(model, minimum),
    ]
    named = [one for one in found if one is not None and one.explained >= NAMED]
    return tuple(sorted(named, key=lambda one: -one.explained)[:MOST])


def _with_file_of(model: ForwardModel, minimum: Minimum) -> tuple[ForwardModel, Minimum]:
    """Return the model and minimum with the cell file's doubted values at the best fit."""
    if not model.priors.doubted:
        return model, minimum
    m, n = model.measured.size, model.priors.asked
    core, x = model.of_file(minimum.x), minimum.x[:n]
    return core, replace(
        minimum,
        x=x,
        residual=np.concatenate([minimum.residual[:m], core.priors.deviation(x)]),
        jacobian=np.concatenate([minimum.jacobian[:m, :n], core.priors.rows(x)]),
    )


def explained_share(before: float, after: float, samples: int) -> float:
    """Return which share of a sum of squares beyond chance is taken away.

    Parameters
    ----------
    before, after
        Sums of squares.
    samples
        How many residuals; that many are left by chance.

    Examples
    --------
    >>> explained_share(1100.0, 200.0, 100)
    0.9
    """
    return min(1.0, (before - after) / max(before - samples, 1.0))


def faults(model: ForwardModel, S: float) -> Iterator[Fault]:
    """Give the faults that all curves of a model may share.

    Parameters
    ----------
    model
        The measured curves and the unknowns.
    S
        At the best fit, for the charge that an electrode holds.
    """
    cell, free = model.cell, model.priors.free

    def with_value(name: str) -> Faulty:
        value = value_in_cell(cell, name)
        return lambda size: _with_cell(model, cell_with(cell, name, value + size))

    for name, step in (("contact_resistance", 1e-4), ("temperature", 1.0)):
        if name not in free:
            low, high = _room(cell, name)
            yield Fault(
                name=name.replace("_", " "),
                residual=_in_all(with_value(name)),
                step=step,
                low=low,
                high=high,
                sentence=_value_words(cell, name),
            )
    if "area_scale" not in free:
        yield Fault(
            name="electrode area",
            residual=_in_all(lambda size: _with_area(model, 1.0 + size)),
            step=1e-3,
            low=-0.5,
            high=1.0,
            sentence=_area_words,
        )
    yield Fault(
        name="start of charge",
        residual=_in_all(lambda size: _started_at(model, size, S)),
        step=1e-3,
        low=_lowest_start(model, S),
        high=0.5,
        sentence=_start_words("the discharges"),
    )
    for side in ("negative", "positive") if cell.metal is None else ("positive",):
        name = f"{side}_initial_stoichiometry"
        if name not in free:
            low, high = _room(cell, name)
            yield Fault(
                name=f"balance of the electrodes ({side})",
                residual=_in_all(with_value(name)),
                step=1e-3,
                low=low,
                high=high,
                sentence=_value_words(cell, name),
            )
    if "voltage_offset" not in free:
        yield Fault(
            name="voltage offset",
            residual=_in_all(lambda size: _with_offset(model, size)),
            step=1e-3,
            low=-0.5,
            high=0.5,
            sentence=_offset_words,
        )


def refit(model: ForwardModel, minimum: Minimum, fault: Fault) -> tuple[float, float] | None:
    """Fit the curves again with the size of a fault as one more unknown.

    The derivatives are those at the best fit without it; steps stay inside the bounds.

    Returns
    -------
    tuple or None
        Sum of squares and size; None where the engine has no curve beside the best fit.
    """
    priors = model.priors

    def residual(x: Array, size: float) -> Array:
        return np.concatenate([fault.residual(x, size), priors.deviation(x)])

    step = fault.step if fault.step <= fault.high else -fault.step
    x, size, here = minimum.x, 0.0, minimum.residual
    column = (residual(x, step) - residual(x, 0.0)) / step
    jacobian = np.column_stack([minimum.jacobian, column])
    if not np.isfinite(column).all():
        return None
    best, shorten = float(here @ here), 1.0
    for _ in range(_STEPS):
        low = np.append(priors.low - x, fault.low - size) - 1e-12
        high = np.append(priors.high - x, fault.high - size) + 1e-12
        change = shorten * lsq_linear(jacobian, -here, (low, high)).x
        there = residual(np.clip(x + change[:-1], priors.low, priors.high), size + change[-1])
        gain = best - float(there @ there)
        if not gain > 0.0:  # also where there is no curve
            shorten *= 0.4
            continue
        x, size, here = x + change[:-1], size + float(change[-1]), there
        best -= gain
        if gain < 1e-3 * best:
            break
    return best, size


def _sized(model: ForwardModel, minimum: Minimum, fault: Fault) -> MisfitCause | None:
    try:
        found = refit(model, minimum, fault)
    except MicrobattError:  # a cell that cannot be
        return None
    if found is None:
        return None
    share = explained_share(minimum.chi_square, found[0], model.measured.size)
    return MisfitCause(name=fault.name, sentence=fault.sentence(found[1]), explained=share)


def _in_all(faulty: Faulty) -> Residual:
    """Return the residuals with a fault in all curves."""

    def residual(x: Array, size: float) -> Array:
        model = faulty(size)
        return model.whiten(model.measured - voltages(model, x[None])[0])

    return residual


def _in_one(model: ForwardModel, number: int, faulty: Faulty) -> Residual:
    """Return the residuals with a fault in one curve."""
    everywhere, nowhere = _in_all(faulty), _in_all(lambda _: model)
    rows = model.rows[number]

    def residual(x: Array, size: float) -> Array:
        found = nowhere(x, size).copy()
        found[rows] = everywhere(x, size)[rows]
        return found

    return residual


def _odd_curve(model: ForwardModel, minimum: Minimum, S: float) -> list[MisfitCause]:
    """Return the curve without which the others fit, if there is one, and why it may be so."""
    if len(model.pieces) < _ENOUGH:
        return []
    shares = leave_one_out(model, minimum)
    order = np.argsort(-shares)
    if not (shares[order[0]] >= _APART and shares[order[1]] < _COMMON):
        return []
    number = int(order[0])
    curve = model.pieces[number]
    others = f"{curve.source} ({curve.current:.4g} A m⁻²) is unlike the other curves"
    alone = MisfitCause(
        name="one curve",
        sentence=f"{others}, which fit without it: check that file, or leave it out.",
        explained=float(shares[number]),
    )
    if number >= len(model.curves):  # of a run the start is fitted anyhow
        return [alone]
    start = Fault(
        name="start of charge of one curve",
        residual=_in_one(model, number, lambda size: _started_at(model, size, S)),
        step=1e-3,
        low=_lowest_start(model, S),
        high=0.5,
        sentence=_start_words(curve.source),
    )
    found = _sized(model, minimum, start)
    return [alone] if found is None else [alone, found]


def leave_one_out(model: ForwardModel, minimum: Minimum) -> Array:
    """Return which share of the misfit leaving out each curve takes away, by linear refits."""
    m = model.measured.size
    shares = []
    for rows in model.rows:
        kept = np.ones(minimum.residual.size, dtype=bool)
        kept[rows] = False
        residual, jacobian = minimum.residual[kept], minimum.jacobian[kept]
        step = np.linalg.lstsq(jacobian, -residual, rcond=None)[0]
        step = np.clip(minimum.x + step, model.priors.low, model.priors.high) - minimum.x
        after = residual + jacobian @ step
        left = rows.stop - rows.start
        shares.append(explained_share(minimum.chi_square, float(after @ after) + left, m))
    return np.array(shares)


def _other_balance(model: ForwardModel, minimum: Minimum) -> list[MisfitCause]:
    """Refit under the other lithium balance; runs alone have no scan to begin from."""
    if not model.curves:
        return []
    others = [one for one in Inventory if one is not model.inventory]
    found = []
    for other in others:
        changed = replace(model, request=replace(model.request, inventory=other))
        try:
            chi_square = refine(changed, scan_starts(changed)).minimum.chi_square
        except MicrobattError:
            continue
        share = explained_share(minimum.chi_square, chi_square, model.measured.size)
        words = f"under the lithium balance {other} the curves fit: `--inventory {other}`."
        found.append(MisfitCause(name="lithium balance", sentence=words, explained=share))
    return found


def _heat(model: ForwardModel, minimum: Minimum) -> list[MisfitCause]:
    """Refit with no heat leaving the cell, where it was taken to stay at one temperature."""
    if not isinstance(model.thermal, Isothermal):
        return []
    changed = replace(model, request=replace(model.request, thermal=Adiabatic()))
    again = fit_samples(changed, minimum.x, most=6)
    if again is None:
        return []
    share = explained_share(minimum.chi_square, again.chi_square, model.measured.size)
    words = (
        "a cell that warms itself, with no heat leaving it, fits: `--thermal adiabatic`, or lumped."
    )
    return [MisfitCause(name="heat balance", sentence=words, explained=share)]


def _with_cell(model: ForwardModel, cell: Cell) -> ForwardModel:
    return replace(model, request=replace(model.request, cell=cell))


def _with_area(model: ForwardModel, scale: float) -> ForwardModel:
    """Return the model of curves whose electrode is `scale` times as large as stated."""

    def scaled(curve: BinnedCurve) -> BinnedCurve:
        return replace(
            curve,
            current=curve.current / scale,
            nodes=curve.nodes / scale,
            capacity=curve.capacity / scale,
            slope=curve.slope * scale,
        )

    def slowed(run: BinnedRun) -> BinnedRun:
        time, current = run.drive
        smoothed = None if run.smoothed is None else (run.smoothed[0], run.smoothed[1] / scale)
        return replace(run, drive=(time, current / scale), smoothed=smoothed)

    return replace(
        model,
        curves=tuple(scaled(one) for one in model.curves),
        runs=tuple(slowed(one) for one in model.runs),
    )


def _with_offset(model: ForwardModel, offset: float) -> ForwardModel:
    """Return the model of curves from which an offset of the voltage is taken."""
    moved = tuple(replace(one, voltage=one.voltage - offset) for one in model.curves)
    runs = tuple(replace(one, voltage=one.voltage - offset) for one in model.runs)
    return replace(model, curves=moved, runs=runs)


def _started_at(model: ForwardModel, share: float, S: float) -> ForwardModel:
    """Return the model of discharges that began after a share of the longest one's charge."""
    charge = share * max(one.charge for one in model.pieces)
    cell = model.cell
    positive = cell.positive.initial_stoichiometry + charge / _sites(model, "positive", S)
    values = {"positive_initial_stoichiometry": positive}
    if cell.metal is None:
        negative = cell.negative.initial_stoichiometry - charge / _sites(model, "negative", S)
        values["negative_initial_stoichiometry"] = negative
    return _with_cell(model, cell.with_values(values))


def _sites(model: ForwardModel, side: str, S: float) -> float:
    """Return the charge that fills an electrode's particles on the model's balance [A h m⁻²]."""
    electrode = model.cell.negative if side == "negative" else model.cell.positive
    shape = electrode.S if side == "negative" else S
    more = shape / 3.0 if model.inventory is Inventory.AREA_ONLY else 1.0
    return (
        more
        * FARADAY
        * electrode.thickness
        * electrode.active_fraction
        * electrode.max_concentration
        / SECONDS_PER_HOUR
    )


def _lowest_start(model: ForwardModel, S: float) -> float:
    """Return how far above the file's full charge a discharge can begin, as a share, negative."""
    longest = max(one.charge for one in model.pieces)
    low = range_in_cell(model.cell, "positive_initial_stoichiometry").low
    room = (model.cell.positive.initial_stoichiometry - low) * _sites(model, "positive", S)
    if model.cell.metal is None:
        high = range_in_cell(model.cell, "negative_initial_stoichiometry").high
        more = high - model.cell.negative.initial_stoichiometry
        room = min(room, more * _sites(model, "negative", S))
    return -max(room, 0.0) / longest


def _room(cell: Cell, name: str) -> tuple[float, float]:
    """Return by how much a value of the cell can be lower and higher."""
    allowed, value = range_in_cell(cell, name), value_in_cell(cell, name)
    return allowed.low - value, allowed.high - value


def _value_words(cell: Cell, name: str) -> Callable[[float], str]:
    found = unknown_quantity(name)
    article = "an" if found.long_name[0] in "aeiou" else "a"

    def words(size: float) -> str:
        value = value_in_cell(cell, name)
        likely, stated = (in_words(name, one) for one in (value + size, value))
        return (
            f"{article} {found.long_name} of {likely}, where the cell file has {stated}: "
            f"`--free {name}`, or correct the file."
        )

    return words


def _area_words(size: float) -> str:
    more = "larger" if size > 0.0 else "smaller"
    return (
        f"an electrode area {100.0 * abs(size):.2g} % {more} than stated, or currents and charges "
        "off by as much in all curves: `--free area_scale`, or correct `--area`."
    )


def _offset_words(size: float) -> str:
    return f"voltages that are all off by {1e3 * size:+.2g} mV: `--free voltage_offset`."


def _start_words(who: str) -> Callable[[float], str]:
    def words(size: float) -> str:
        where = "below" if size > 0.0 else "above"
        return (
            f"{who} began {100.0 * abs(size):.2g} % of the charge {where} what the cell file calls "
            "full: charge the cell fully, or correct the initial stoichiometries."
        )

    return words
