"""Protocols and sampled profiles from files."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import check_choice
from microbatt.encodings import as_utf8
from microbatt.errors import ParameterError
from microbatt.protocols.protocol import Protocol, as_protocol
from microbatt.protocols.samples import profile
from microbatt.times import in_seconds
from microbatt.units import parse_unit, to_si

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.protocols.samples import Samples

_HEADING: Final = re.compile(r"\s*(.*?)\s*(?:[\[(/]\s*([^\])]*?)\s*[\])]?)?\s*")
_NAMES: Final = {
    "time": ("time", "t", "test time", "zeit"),
    "current": ("current", "i", "strom"),
    "power": ("power", "p", "leistung"),
}
_CLOCK: Final = re.compile(r"\s*(\d+):([0-5]?\d):([0-5]?\d(?:\.\d*)?)\s*")
"""Hours, minutes and seconds."""
_SIZES: Final = {"current": ("A", "A m-2"), "power": ("W", "W m-2")}


def read_protocol(path: str | Path) -> Protocol:
    """Read a protocol from a TOML file.

    Each table ``[[protocol]]`` has a sentence, ``step = "Rest for 1 hour"``, a cycle,
    ``steps = ["…", "…"]`` with ``repeat = 3``, or the attributes of a `Step` by name.

    Parameters
    ----------
    path : str or Path
        The file.

    Returns
    -------
    Protocol
        Its steps in order.

    Raises
    ------
    ParameterError
        If it is no such file, naming the table that is not understood.
    """
    return as_protocol(Path(path))


def read_profile(path: str | Path, *, discharge_is: str, between: str = "line") -> Samples:
    """Read a sampled current or power from a CSV file.

    Text of any usual encoding. It has a heading with units in brackets, such as ``Time [s],Current
    [A]``; a current or power per area has ``A/m2`` or ``W/m2``. A time may also be clocks such as
    ``0:01:30.5``, or dates such as ``2024-05-01 12:00:00``, and then needs no unit. Other columns
    are passed over.

    Parameters
    ----------
    path : str or Path
        The file.
    discharge_is : {"positive", "negative"}
        Sign of a discharge in the file. Testers differ, so it must be said.
    between : {"line", "hold"}
        What lies between two samples; see `profile`.

    Returns
    -------
    Samples
        Discharge positive.

    Raises
    ------
    ParameterError
        If a column or a unit is missing, or a value is no number; the message says where.
    """
    sign = {"positive": 1.0, "negative": -1.0}[
        check_choice("discharge_is", discharge_is, ("positive", "negative"))
    ]
    columns = _columns(Path(path))
    time = _time(Path(path), columns)
    quantity = "current" if "current" in columns else "power"
    if quantity not in columns:
        raise ParameterError(
            f"{path} has no column of current or power; head one 'Current [A]' or 'Power [W]'."
        )
    values, unit = columns[quantity]
    whole, per_area = _SIZES[quantity]
    given = parse_unit(unit)
    target = whole if given.dimension == parse_unit(whole).dimension else per_area
    values = sign * values * to_si(1.0, unit, si_unit=target)
    kwargs: dict[str, Any] = {quantity: values}
    return profile(time, unit=target, between=between, **kwargs)


def _time(path: Path, columns: dict[str, tuple[NDArray[np.float64], str]]) -> NDArray[np.float64]:
    if "time" not in columns:
        raise ParameterError(f"{path} has no column of time; head it 'Time [s]'.")
    values, unit = columns["time"]
    return values * to_si(1.0, unit, si_unit="s")


def _rows(path: Path) -> list[list[str]]:
    """Return the fields of all lines that are not empty."""
    text = as_utf8(path.read_bytes(), _known_names)[0].decode("utf-8", errors="replace")
    if "\0" in text:
        raise ParameterError(f"{path} is no text. Export it again as CSV.")
    try:
        return [row for row in csv.reader(io.StringIO(text, newline="")) if row]
    except csv.Error as error:  # a field may be too long, for instance
        raise ParameterError(f"{path} is no CSV file: {error}. Export it again.") from error


def _known_names(text: str, _encoding: str) -> tuple[int, ...]:
    """Return how many columns that are looked for the heading of a text names."""
    first = next(iter(text.splitlines()), "").split(",")
    matches = [_HEADING.fullmatch(heading) for heading in first]
    words = [match[1].lower() for match in matches if match]
    return (sum(word in known for word in words for known in _NAMES.values()),)


def _columns(path: Path) -> dict[str, tuple[NDArray[np.float64], str]]:
    """Return the columns that are known, by name, with their units."""
    rows = _rows(path)
    if len(rows) < 3:
        raise ParameterError(f"{path} has {len(rows)} lines; a heading and two samples are needed.")
    found: dict[str, tuple[NDArray[np.float64], str]] = {}
    for place, heading in enumerate(rows[0]):
        match = _HEADING.fullmatch(heading)
        words, unit = (match[1].lower(), match[2]) if match else ("", None)
        for name, known in _NAMES.items():
            if words in known:
                if name in found:
                    raise ParameterError(f"{path} has two columns of {name}; leave one.")
                told = _clocks(rows, place) if name == "time" else None
                if told is not None:
                    found[name] = (told, "s")
                    continue
                if not unit:
                    raise ParameterError(
                        f"{path}: the column {heading!r} has no unit; write it in brackets, as in "
                        "'Time [s]' or 'Current [A]'."
                    )
                found[name] = (_numbers(path, rows, place), unit)
    return found


def _clocks(rows: list[list[str]], place: int) -> NDArray[np.float64] | None:
    """Return a column of clocks or of dates in seconds; None if it is neither."""
    texts = [row[place] if place < len(row) else "" for row in rows[1:]]
    clocks = [_CLOCK.fullmatch(text) for text in texts]
    parts = [clock.groups() for clock in clocks if clock]
    if len(parts) == len(texts):
        return np.asarray(np.array(parts, dtype=float) @ np.array([3600.0, 60.0, 1.0]))
    if not all("-" in text for text in texts):  # a number such as 20240501 is a date too
        return None
    try:
        return in_seconds("time", [dt.datetime.fromisoformat(text.strip()) for text in texts])
    except (ValueError, ParameterError):
        return None


def _numbers(path: Path, rows: list[list[str]], place: int) -> NDArray[np.float64]:
    values = np.empty(len(rows) - 1)
    for k, row in enumerate(rows[1:]):
        try:
            values[k] = float(row[place])
        except (ValueError, IndexError) as error:
            came = row[place] if place < len(row) else "nothing"
            raise ParameterError(
                f"{path}: line {k + 2} has {came!r} under {rows[0][place]!r}; it must be a number."
            ) from error
    return values
