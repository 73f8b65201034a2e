"""What dualfoil writes to ``dualfoil5.out``: an echo of the deck, a table, and its own words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.engines.dualfoil.files.fortran import read_number

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

OUTPUT_FILE: Final = "dualfoil5.out"
COLUMNS: Final = (
    "minutes",
    "negative_stoichiometry",
    "positive_stoichiometry",
    "voltage",
    "open_circuit_voltage",
    "current",
    "celsius",
    "heat",
)
"""Of the table; the stoichiometries are means, the heat is in W m⁻²."""
_NEEDED: Final = (0, 3, 5)
"""Columns without which a row is none; the others may overflow their field."""
_TELLING: Final = re.compile(
    r"converge|driven to zero|utilization is above|larger matrix|dV/dt|NaN|not working|warning"
    r"|error|specific|mass|energy is|power is",
    re.IGNORECASE,
)
_LINES: Final = {
    "mass": re.compile(r"mass\s*(?:=|is)\s*(\S+)"),
    "energy": re.compile(r"(?:specific energy[\w ]*=|energy is)\s*(\S+)"),
    "power": re.compile(r"(?:specific power[\w ]*=|power is)\s*(\S+)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """The table and what stands around it.

    Attributes
    ----------
    rows : ndarray
        Shape (n, 8), see `COLUMNS`: as printed, up to the first row that is not a number.
    broken_rows : bool
        Whether a row was not a number.
    words : tuple of str
        Lines around the table that tell how it went, as dualfoil wrote them.
    mass, energy, power : float or None
        [kg m⁻²], [W h kg⁻¹], [W kg⁻¹] as printed last; None where not printed.
    """

    rows: NDArray[np.float64]
    broken_rows: bool = False
    words: tuple[str, ...] = ()
    mass: float | None = None
    energy: float | None = None
    power: float | None = None

    def column(self, name: str) -> NDArray[np.float64]:
        """Return a column of the table, by its name."""
        return self.rows[:, COLUMNS.index(name)]


@dataclass(slots=True, kw_only=True)
class _Reader:
    """Collects what the lines tell."""

    rows: list[list[float]] = field(default_factory=list)
    broken: bool = False
    words: list[str] = field(default_factory=list)
    found: dict[str, float] = field(default_factory=dict)

    def take(self, line: str) -> None:
        row = read_row(line)
        if row is None:
            self._take_words(line.strip())
        elif not all(np.isfinite(row[i]) for i in _NEEDED):
            self.broken = True
        elif not self.broken:
            self.rows.append(row)

    def _take_words(self, line: str) -> None:
        """Remember words after the table, or that can stand before one that never came."""
        if not _TELLING.search(line) or (_is_echo(line) and not self.rows):
            return
        self.words.append(" ".join(line.split()))
        for name, pattern in _LINES.items():
            match = pattern.search(line)
            number = read_number(match[1]) if match else None
            if number is not None and np.isfinite(number):
                self.found[name] = number


def parse_output(text: str) -> Output:
    """Read the text of ``dualfoil5.out``, whole or cut short.

    Examples
    --------
    >>> table = "  0.000, 0.56, 0.17,  4.06,  4.24,  17.5,  25.0,  2.2,"
    >>> parse_output(table).column("voltage")
    array([4.06])
    """
    reader = _Reader()
    for line in text.splitlines():
        reader.take(line)
    return Output(
        rows=np.array(reader.rows, dtype=float).reshape(-1, len(COLUMNS)),
        broken_rows=reader.broken,
        words=tuple(reader.words),
        **reader.found,
    )


def read_output(path: Path) -> Output | None:
    """Read ``dualfoil5.out`` if it is there."""
    if not path.is_file():
        return None
    return parse_output(path.read_text(encoding="utf-8", errors="replace"))


def read_row(line: str) -> list[float] | None:
    """Return the eight numbers of a row of the table; NaN where one is none; None for words.

    Examples
    --------
    >>> read_row(" 0.000, 0.56, 0.17, 4.06, 4.24, 17.5, 25.0, ******,")
    [0.0, 0.56, 0.17, 4.06, 4.24, 17.5, 25.0, nan]
    """
    if line.count(",") < len(COLUMNS) - 1:
        return None
    parts = line.strip().rstrip(",").split(",")
    if len(parts) != len(COLUMNS):
        return None
    numbers = [read_number(part.strip()) for part in parts]
    return None if None in numbers else [number for number in numbers if number is not None]


def curve_rows(minutes: NDArray[np.float64], voltage: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return which rows of a table make the curve: time increases from each to the next.

    A step may be printed more than once, the first time with the time of the step before it, and
    times are printed to a thousandth of a minute.  Of rows with one time the last is kept, at the
    start the first.

    Examples
    --------
    >>> minutes = np.array([0.0, 0.0, 0.5, 0.5, 0.5, 1.0])
    >>> voltage = np.array([4.0, 3.9, 3.9, 3.9, 3.8, 3.8])
    >>> curve_rows(minutes, voltage)
    array([0, 3, 5])
    """
    if minutes.size == 0:
        return np.empty(0, dtype=np.int64)
    same_time_before = np.diff(minutes, prepend=np.nan) == 0.0
    next_is_later = np.diff(minutes, append=np.nan) > 0.0
    next_is_equal = np.diff(voltage, append=np.nan) == 0.0
    stale = same_time_before & next_is_later & next_is_equal
    kept = np.flatnonzero(~stale)
    last_of_time = np.diff(minutes[kept], append=np.inf) > 0.0
    last_of_time[minutes[kept] <= minutes[0]] = False
    last_of_time[0] = True
    rising = kept[last_of_time]
    return rising[np.concatenate([[True], np.diff(np.maximum.accumulate(minutes[rising])) > 0.0])]


def _is_echo(line: str) -> bool:
    """Whether a line repeats a value of the deck, such as its limit on iterations."""
    return bool(re.match(r"[\d.+-]\S*\s+\w+,", line))
