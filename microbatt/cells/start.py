"""Where a discharge starts: both stoichiometries at a state of charge, or at a voltage."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from microbatt.checks import FRACTION, check_number
from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.errors import ParameterError
from microbatt.units import parse_unit

if TYPE_CHECKING:
    from collections.abc import Callable

_BISECTIONS: Final = 80
_WRITTEN: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(\S.*?)?")
_HOW: Final = 'Give a state of charge, 0.8 or "80 %", or a voltage at rest, "3.9 V".'
_INSIDE: Final = 1e-9
"""So far from the ends of a fit's range is searched, where potentials may be infinite [-]."""


class Start(NamedTuple):
    """Stoichiometries of both electrodes; that of lithium metal is NaN."""

    negative: float
    positive: float

    def values(self) -> dict[str, float]:
        """Return them by the names of the vocabulary."""
        return {
            f"{part}_initial_stoichiometry": value
            for part, value in self._asdict().items()
            if value == value  # noqa: PLR0124 - NaN
        }


def start_at(cell: Any, start: float | str) -> Start:  # noqa: ANN401 - a cell, whose module imports this
    """Return the stoichiometries at a state of charge or at a voltage at rest.

    Parameters
    ----------
    cell : Cell
        See `Cell.starting_at`.
    start : float or str
        See `Cell.starting_at`.

    Raises
    ------
    ParameterError
        If it is neither, or the cell cannot be there.
    """
    if not isinstance(start, str):
        return _at_charge(cell, check_number("start", start, FRACTION, remedy=_HOW))
    match = _WRITTEN.fullmatch(start.strip())
    if match is None:
        raise ParameterError(f"`start` is {start!r}, which is no start. {_HOW}")
    number, unit = float(match[1]), match[2] or "1"
    try:
        given = parse_unit(unit)
    except ParameterError as error:
        raise ParameterError(f"`start` is {start!r}: {error} {_HOW}") from error
    if given.dimension == parse_unit("V").dimension:
        return _at_voltage(cell, number * given.factor)
    if given.dimension != parse_unit("1").dimension:
        raise ParameterError(f"`start` is {start!r}, which is no start. {_HOW}")
    allowed = FRACTION.scaled(1.0 / given.factor)
    checked = check_number("start", number, allowed, unit=unit, remedy=_HOW)
    return _at_charge(cell, checked * given.factor)


def state_of_charge(cell: Any) -> float | None:  # noqa: ANN401 - a cell
    """Return the state of charge at which a cell starts; None if it does not say what is full."""
    ends = window(cell)
    if ends is None:
        return None
    full, empty = ends
    part = cell.positive.initial_stoichiometry - empty.positive
    return float(part / (full.positive - empty.positive))


def window(cell: Any) -> tuple[Start, Start] | None:  # noqa: ANN401 - a cell
    """Return where a cell is full and where it is empty.

    As the cell states it; else where its voltage at rest is that of its cut-offs, or an electrode
    comes to the end of its range before.  None if the cell says nothing of either.
    """
    stated = _stated(cell)
    if stated is not None:
        return stated
    if cell.lower_cutoff_voltage is None or cell.upper_cutoff_voltage is None:
        return None
    path, low, high = _path(cell)
    full = _where(cell, path, low, high, cell.upper_cutoff_voltage)
    empty = _where(cell, path, low, high, cell.lower_cutoff_voltage)
    return path(full), path(empty)


def window_doubts(cell: Any) -> tuple[str, ...]:  # noqa: ANN401 - a cell
    """Return in what the stoichiometries at which a cell is full and empty do not agree.

    Parameters
    ----------
    cell : Cell
        With two electrodes that insert, or against lithium metal.

    Returns
    -------
    tuple of str
        A sentence each: electrodes that do not give and take the same charge between the two, and
        voltages at rest that are not those of the cut-offs. An end inside the cut-offs is no doubt
        where the potential of an electrode is not known any further.
    """
    ends = window(cell)
    if ends is None:
        return ()
    full, empty = ends
    doubts = _charge_doubts(cell, full, empty)
    if _stated(cell) is None:  # then they are where the voltages are those of the cut-offs
        return tuple(doubts)
    for name, end, cutoff, room in (
        ("full", full, cell.upper_cutoff_voltage, _OFF_FULL),
        ("empty", empty, cell.lower_cutoff_voltage, _OFF_EMPTY),
    ):
        at_rest = _voltage(cell, end)
        if cutoff is None or abs(at_rest - cutoff) <= room:
            continue
        inside = at_rest < cutoff if name == "full" else at_rest > cutoff
        if not (inside and (_at_a_limit(cell, end) or _is_steep(cell, name, full, empty))):
            where = "short of" if inside else "beyond"
            doubts.append(
                f"{name} by its stoichiometries the cell rests at {at_rest:.4g} V, {where} its "
                f"cut-off at {cutoff:.4g} V: check the windows, the potentials and the cut-offs."
            )
    return tuple(doubts)


def _charge_doubts(cell: Any, full: Start, empty: Start) -> list[str]:  # noqa: ANN401 - a cell
    """Return in what the charges of the electrodes and of the cell do not agree."""
    charges = [  # A h m⁻²
        FARADAY * abs(a - b) / _share(cell, electrode) / SECONDS_PER_HOUR
        for electrode, a, b in zip((cell.negative, cell.positive), full, empty, strict=True)
        if electrode is not cell.metal
    ]
    doubts = []
    if cell.nominal_capacity is not None and cell.area is not None:
        held = min(charges) * cell.area
        if not 1.0 / _OFF_NOMINAL < held / cell.nominal_capacity < _OFF_NOMINAL:
            doubts.append(
                f"the nominal capacity is {cell.nominal_capacity:.4g} A h, and between full and "
                f"empty the cell holds {held:.4g} A h. 1 C is that of the first: check it, the "
                "area and the number of pairs."
            )
    if cell.metal is None and abs(charges[0] - charges[1]) > _UNBALANCED * max(charges):
        doubts.append(
            f"between full and empty the negative electrode takes {charges[0]:.4g} A h m⁻² and "
            f"the positive {charges[1]:.4g}, by their stoichiometries: one of the windows, "
            "thicknesses, fractions or concentrations is off. A discharge conserves lithium "
            "and follows the electrode that ends first."
        )
    return doubts


def _at_a_limit(cell: Any, at: Start) -> bool:  # noqa: ANN401 - a cell
    """Whether an electrode is where the fit of its potential ends."""
    return any(
        min(abs(theta - fit.lower), abs(theta - fit.upper)) <= _CLOSE
        for e, theta in zip((cell.negative, cell.positive), at, strict=True)
        if e is not cell.metal
        for fit in [e.open_circuit]
    )


def _is_steep(cell: Any, name: str, full: Start, empty: Start) -> bool:  # noqa: ANN401 - a cell
    """Whether little more charge leads to the cut-off, as of LFP, which rests far below it."""
    is_full = name == "full"
    end, other = (full, empty) if is_full else (empty, full)
    further = Start(*(a + _LITTLE * (a - b) for a, b in zip(end, other, strict=True)))
    for electrode, theta in zip((cell.negative, cell.positive), further, strict=True):
        fit = None if electrode is cell.metal else electrode.open_circuit
        if fit is not None and not fit.lower < theta < fit.upper:
            return True
    there = _voltage(cell, further)
    return bool(
        there >= cell.upper_cutoff_voltage if is_full else there <= cell.lower_cutoff_voltage
    )


_LITTLE: Final = 0.02
"""Share of the charge that a cell may lack of its cut-off without a doubt."""
_CLOSE: Final = 1e-6
_UNBALANCED: Final = 0.01
"""Largest difference of two charges that rounded stoichiometries explain [-]."""
_OFF_NOMINAL: Final = 2.5
"""Largest factor between a nominal charge, which may be of another cell, and what a cell holds."""
_OFF_FULL: Final = 0.03
_OFF_EMPTY: Final = 0.1
"""Largest distances of a voltage at rest from a cut-off [V]: empty, it falls steeply."""


def _stated(cell: Any) -> tuple[Start, Start] | None:  # noqa: ANN401 - a cell
    ends = [
        [math.nan if e is cell.metal else getattr(e, key) for e in (cell.negative, cell.positive)]
        for key in ("stoichiometry_full", "stoichiometry_empty")
    ]
    if any(one is None for end in ends for one in end):
        return None
    return Start(*ends[0]), Start(*ends[1])


def _at_charge(cell: Any, charge: float) -> Start:  # noqa: ANN401 - a cell
    ends = window(cell)
    if ends is None:
        raise ParameterError(
            "the cell does not say when it is full. Give `stoichiometry_full` and "
            "`stoichiometry_empty` of both electrodes, or `lower_cutoff_voltage` and "
            "`upper_cutoff_voltage`; or start at a voltage."
        )
    full, empty = ends
    # exact at both ends
    return Start(*(charge * a + (1.0 - charge) * b for a, b in zip(full, empty, strict=True)))


def _at_voltage(cell: Any, voltage: float) -> Start:  # noqa: ANN401 - a cell
    path, low, high = _path(cell)
    top, bottom = _voltage(cell, path(low)), _voltage(cell, path(high))
    if not bottom <= voltage <= top:
        raise ParameterError(
            f"`start` is {voltage:g} V; at rest the cell has from {bottom:.4g} to {top:.4g} V, "
            "within the ranges of its open-circuit potentials. Start there."
        )
    return path(_where(cell, path, low, high, voltage))


def _path(cell: Any) -> tuple[Callable[[float], Start], float, float]:  # noqa: ANN401 - a cell
    """Return the stoichiometries as a function of the charge taken, and the range of it.

    Between full and empty, if the cell states them; else from where it starts, the lithium of one
    electrode going into the other.
    """
    stated = _stated(cell)
    electrodes = (cell.negative, cell.positive)
    if stated is not None:
        full, empty = stated
        origin, rate = full, Start(*(b - a for a, b in zip(full, empty, strict=True)))
    else:
        origin = Start(
            *(math.nan if e is cell.metal else e.initial_stoichiometry for e in electrodes)
        )
        rate = Start(*(sign * _share(cell, e) for sign, e in zip((-1, 1), electrodes, strict=True)))
    ends = [
        sorted((bound - at) / by for bound in _range(e.open_circuit))
        for e, at, by in zip(electrodes, origin, rate, strict=True)
        if e is not cell.metal
    ]
    low, high = max(end[0] for end in ends), min(end[1] for end in ends)

    def path(taken: float) -> Start:
        return Start(*(at + taken * by for at, by in zip(origin, rate, strict=True)))

    return path, low, high


def _share(cell: Any, e: Any) -> float:  # noqa: ANN401 - a cell and its electrode
    """Return by how much lithium [mol m⁻²] changes the stoichiometry of an electrode."""
    if e is cell.metal:
        return math.nan
    return float(1.0 / (e.thickness * e.active_fraction * e.max_concentration))


def _range(fit: Any) -> tuple[float, float]:  # noqa: ANN401 - an open-circuit fit
    inside = _INSIDE * (fit.upper - fit.lower)
    return fit.lower + inside, fit.upper - inside


def _voltage(cell: Any, at: Start) -> float:  # noqa: ANN401 - a cell
    positive = float(cell.positive.open_circuit.potential(at.positive))
    if cell.metal is not None:
        return positive
    return positive - float(cell.negative.open_circuit.potential(at.negative))


def _where(
    cell: Any,  # noqa: ANN401 - a cell
    path: Callable[[float], Start],
    low: float,
    high: float,
    voltage: float,
) -> float:
    """Return the charge at which the voltage falls to a value; the nearer end if it does not."""
    for _ in range(_BISECTIONS):
        middle = 0.5 * (low + high)
        if _voltage(cell, path(middle)) > voltage:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
