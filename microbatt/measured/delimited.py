"""Delimited text as testers write it: its encoding, separator, headings, rows and numbers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from microbatt.encodings import HEAD, as_utf8
from microbatt.errors import MeasurementError
from microbatt.measured.bounds import MOST_COLUMNS, MOST_ROWS, check_size
from microbatt.measured.headings import is_unit, read_heading, useful, without_numbers
from microbatt.measured.numerals import (
    clock_seconds,
    date_seconds,
    decimal_sign,
    grouped_text,
    is_clock,
    is_time,
    last_place,
    proves_points,
    tidied,
    to_numbers,
)
from microbatt.measured.strict_text import read_strict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Values: TypeAlias = NDArray[np.float64] | pd.Categorical
    _Candidate: TypeAlias = tuple[int, str, tuple[bool, int, int]]

WORDY: Final = ("state", "cell")
"""Quantities whose columns hold words."""
_WHOLE: Final = 2**17
"""A text of so many bytes is looked at as a whole for the decimals of its columns, …"""
_CHUNK, _CHUNKS, _ROWS = 2**12, 40, 12
"""… of a longer one so many pieces of so many bytes, spread over it, and so many rows of each."""
_LINES: Final = 3000
"""Lines in which they are looked for."""
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_WIDEST: Final = 20_000
"""Longest line that may hold headings [characters]."""
_AFTER: Final = 50
"""Lines after the best headings so far in which better ones are looked for."""
_BELOW: Final = 6
"""Rows below the headings that must hold as many fields."""
_SHORTEST: Final = 4
"""Bytes of a row of two numbers."""
_SEPARATORS: Final = ("\t", ";", ",", "|", "  ", " ")
_NAMES: Final = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "bars", " ": "blanks"}
_STATES: Final = re.compile("放电|充电|静置|搁置|放電|充電|休止|방전|충전|휴지")
_SEARCHED: Final = 200
"""Lines in which headings tell the encoding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the table stands in a text.

    Attributes
    ----------
    separator : str
        Between fields; two blanks stand for two or more.
    line : int
        Of the headings, from 0.
    headings : tuple of str
        With the units of a row of units, if there is one.
    first : int
        Line of the first row of numbers, from 0.
    """

    separator: str
    line: int
    headings: tuple[str, ...]
    first: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """The columns of use of a text.

    Attributes
    ----------
    format : str
        In words: separator, encoding, decimal sign.
    headings : tuple of str
        Of all columns.
    columns : dict of int to numpy.ndarray
        Numbers, or the words of a state as categories, of those that may be of use.
    units : dict of int to str
        Of columns whose numbers have a unit of their own.
    rows : numpy.ndarray
        Line of each row in the file, the first being 1.
    decimals : dict of int to float
        Last decimal place that is written in each column.
    """

    format: str
    headings: tuple[str, ...]
    columns: Mapping[int, Values]
    units: Mapping[int, str]
    rows: NDArray[np.int64]
    decimals: Mapping[int, float]


def read_delimited(source: str, raw: bytes, mapping: Mapping[str, str]) -> Cells:
    """Read delimited text.

    Parameters
    ----------
    source : str
        The file, for messages.
    raw : bytes
        Its content.
    mapping : mapping of str to str
        Quantity → heading, of columns that are wanted whatever their names say.

    Returns
    -------
    Cells
        The columns that may be of use.

    Raises
    ------
    MeasurementError
        If it is no text, is empty, or has no headings or no rows.
    """
    text, encoding = as_utf8(raw, _words)
    _check_text(source, text)
    if len(text) > _SHORTEST * MOST_ROWS:
        check_size(source, text.count(b"\n"))
    lines = _first_lines(text)
    layout = find_layout(source, lines, mapping)
    check_size(source, len(lines), len(layout.headings))
    without = _records(text, layout)
    if without is not text:
        text, lines = without, _first_lines(without)
    layout = replace(layout, headings=without_numbers(layout.headings, mapping))
    units = _clocks(layout, lines)
    wanted = useful(layout.headings, mapping, units)
    width = _width(lines, layout)
    wanted = {i: quantity for i, quantity in wanted.items() if i < width}
    numeric = [i for i, quantity in wanted.items() if quantity not in (*WORDY, "date")]
    samples = _samples(layout, text, [i for i in numeric if i not in units])
    decimal = _decimal_sign(source, text, layout, samples)
    columns, rows = _columns(source, text, layout, wanted, units, decimal)
    units |= {i: "s" for i, quantity in wanted.items() if quantity == "date"}
    shown = _NAMES[layout.separator.strip(" ") or " "]
    sign = "" if decimal == "." else ", decimal commas"
    return Cells(
        format=f"text between {shown}, {encoding}{sign}",
        headings=layout.headings,
        columns=columns,
        units=units,
        rows=rows,
        decimals={
            i: last_place(texts, decimal)
            for i, texts in samples.items()
            if wanted[i] == "mapped" or wanted[i].endswith("current")
        },
    )


def _first_lines(text: bytes) -> list[str]:
    """Return the lines in which headings are looked for."""
    head = text[:HEAD].decode("utf-8", errors="ignore")
    return _LINE_END.split(head, _LINES)[:_LINES]


def _columns(
    source: str,
    text: bytes,
    layout: Layout,
    wanted: Mapping[int, str],
    clocks: Mapping[int, str],
    decimal: str,
) -> tuple[dict[int, Values], NDArray[np.int64]]:
    """Return the columns of use, and the line of each row; of blank lines there is none."""
    import pandas as pd

    words = [i for i, quantity in wanted.items() if quantity in WORDY]
    dates = [i for i, quantity in wanted.items() if quantity == "date"]
    numeric = [i for i in wanted if i not in {*words, *dates}]
    quick = None
    if not dates:
        quick = read_strict(
            text,
            layout.first,
            layout.separator,
            decimal,
            numbers=[i for i in numeric if i not in clocks],
            clocks=[i for i in numeric if i in clocks],
            words=words,
        )
    if quick is not None:
        empty = np.all([np.isnan(quick[i]) for i in numeric], axis=0)
        rows = np.arange(empty.size) + layout.first + 1
        if empty.any():
            return {i: one[~empty] for i, one in quick.items()}, rows[~empty]
        return quick, rows
    frame = _frame(source, text, layout, sorted(wanted), words=words, decimal=decimal)
    filled = frame.notna().any(axis=1).to_numpy()
    rows = np.flatnonzero(filled) + layout.first + 1
    frame = frame.loc[filled]
    if frame.empty:
        raise MeasurementError(
            f"{source}: there is no row below the headings in row {layout.line + 1}. Export the "
            "discharge again."
        )
    columns: dict[int, Values] = {i: pd.Categorical(frame[i]) for i in words}
    columns |= {i: date_seconds(frame[i]) for i in dates}
    return columns | {i: _numbers(frame[i], decimal) for i in numeric}, rows


def _records(text: bytes, layout: Layout) -> bytes:
    """Return a text with blank lines in place of those above its records: of cycles and steps.

    Where a tester writes all three below each other, each is set further in than the one above, so
    that the headings of the records begin with empty fields, and so do the records.
    """
    inset = next((i for i, one in enumerate(layout.headings) if one), 0)
    if not inset or layout.separator in {" ", "  "}:
        return text
    lines = text.split(b"\n")
    begins = layout.separator.encode() * inset
    held = [i for i, one in enumerate(lines) if i >= layout.first and one.strip()]
    above = [i for i in held if not lines[i].replace(b" ", b"").startswith(begins)]
    if not 0 < len(above) < 0.5 * len(held):
        return text
    for i in above:
        lines[i] = b""
    return b"\n".join(lines)


def find_layout(source: str, lines: Sequence[str], mapping: Mapping[str, str]) -> Layout:
    """Find separator and headings.

    The row that names most quantities, a voltage among them, or the columns of the mapping; the
    first of equals; else the last row of words before the numbers.

    Raises
    ------
    MeasurementError
        If no row is one of headings.
    """
    for separators in (_SEPARATORS[:4], _SEPARATORS[4:5], _SEPARATORS[5:]):
        found: list[_Candidate] = []
        for each in separators:
            found += _candidates(_near(lines, found), each, mapping)
        if separators[0].isspace() and separators[0] != "\t":  # blanks stand within names too
            found = [one for one in found if one[2][0]]
        if found:
            at, separator, _ = max(found, key=lambda one: one[2])
            return _layout(lines, at, separator, split_line(lines[at], separator))
    return _first_row(source, lines)


def _near(lines: Sequence[str], found: Sequence[_Candidate]) -> Sequence[str]:
    """Return the lines in which better headings are looked for, under another separator."""
    last = max((at for at, _, (fits, _, _) in found if fits), default=len(lines))
    return lines[: last + _AFTER + 1 + 3 * _BELOW]


def _candidates(
    lines: Sequence[str], separator: str, mapping: Mapping[str, str]
) -> list[_Candidate]:
    """Return rows that may be headings under a separator, with a score for each."""
    found: list[_Candidate] = []
    best = 2
    for at, line in enumerate(lines):
        if found and found[-1][2][0] and at > found[-1][0] + _AFTER:
            break
        if separator not in line or len(line) > _WIDEST or not re.search(r"[^\W\d_]", line):
            continue
        fields = split_line(line, separator)
        if len(fields) > MOST_COLUMNS:
            continue
        score = heading_score(fields, mapping)
        if score > best or (score == best and not (found and found[-1][2][0])):
            best = score
            alike = _alike(lines[at + 1 : at + 1 + 3 * _BELOW], separator, len(fields))
            found.append((at, separator, (alike > 0, score, alike)))
    return found


def split_line(line: str, separator: str) -> list[str]:
    """Return the fields of a line."""
    if separator == "  ":
        return re.split(r"\s{2,}", line.strip())
    if separator == " ":
        return line.split()
    if '"' not in line:
        return [one.strip() for one in line.split(separator)]
    try:
        fields = next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    except (csv.Error, StopIteration):
        return [one.strip() for one in line.split(separator)]
    return [one.strip() for one in fields]


def heading_score(fields: Iterable[str], mapping: Mapping[str, str]) -> int:
    """Return how many quantities a row names; 0 without a voltage or a column of the mapping."""
    texts = list(fields)
    found = {read_heading(one).quantity for one in texts if one} - {None}
    names = {one.rpartition(":")[0] for one in mapping.values()} | set(mapping.values())
    mapped = {one for one in texts if one in names}
    if "voltage" not in found and not mapped:
        return 0
    return len(found) + len(mapped)


def with_unit_row(headings: Sequence[str], below: Sequence[str]) -> tuple[str, ...] | None:
    """Return headings with the units that the row below them holds; None if it holds none."""
    filled = [one for one in below if one]
    units = [one for one in filled if is_unit(one)]
    if not units or any(_float(one) is not None for one in filled):
        return None
    padded = [*below, *[""] * (len(headings) - len(below))]
    return tuple(
        f"{name} [{unit.strip(' ()[]')}]" if is_unit(unit) else name
        for name, unit in zip(headings, padded, strict=False)
    )


def _words(text: str, encoding: str) -> tuple[int, ...]:
    """Return how many words a text makes in an older encoding.

    They are first the headings that are known, then those of testers' states, then any of Chinese.
    """
    fields = [re.split(r"[\t;,|]", line) for line in text.splitlines()[:_SEARCHED]]
    named = max((heading_score(row[:MOST_COLUMNS], {}) for row in fields), default=0)
    states = min(len(_STATES.findall(text)), 100)
    chinese = encoding == "gb18030" and len(re.findall(r"[\u4e00-\u9fff]{2}", text)) >= 2
    return named, states, chinese


def _check_text(source: str, text: bytes) -> None:
    if b"\x00" in text[:HEAD]:
        raise MeasurementError(
            f"{source}: this is no text. Export the discharge as CSV, Parquet or Excel."
        )
    if not (text[:HEAD].strip() or text.strip()):
        raise MeasurementError(f"{source}: the file is empty. Export the discharge again.")


def _alike(below: Sequence[str], separator: str, width: int) -> int:
    """Return how many of the next rows have about as many fields, numbers among them."""
    rows = [split_line(one, separator) for one in below if one.strip()][:_BELOW]
    return sum(
        abs(len(row) - width) <= 1 and any(_float(one) is not None for one in row) for row in rows
    )


def _layout(lines: Sequence[str], at: int, separator: str, fields: Sequence[str]) -> Layout:
    below = split_line(lines[at + 1], separator) if at + 1 < len(lines) else []
    united = with_unit_row(fields, below)
    if united is not None:
        return Layout(separator=separator, line=at, headings=united, first=at + 2)
    return Layout(separator=separator, line=at, headings=tuple(fields), first=at + 1)


def _first_row(source: str, lines: Sequence[str]) -> Layout:
    """Return the first row of words as headings, where no row names a voltage."""
    for at, line in enumerate(lines):
        if not line.strip():
            continue
        counts = {one: len(split_line(line, one)) for one in _SEPARATORS[:4]}
        separator = max(counts, key=lambda one: counts[one])
        fields = split_line(line, separator)
        check_size(source, len(lines), len(fields))
        words = [one for one in fields if one and _float(one) is None]
        if len(words) > 1:
            return _layout(lines, at, separator, fields)
        break
    shown = next((one.strip() for one in lines if one.strip()), "")
    raise MeasurementError(
        f"{source}: there is no line of headings; row 1 is `{shown[:60]}`. Add a first line such "
        "as `time [s],voltage [V],current [A]`."
    )


def _width(lines: Sequence[str], layout: Layout) -> int:
    """Return how many fields the rows have; headings may have an empty one at their end."""
    below = [one for one in lines[layout.first :][: 10 * _BELOW] if one.strip()]
    widths = [len(split_line(one, layout.separator)) for one in below]
    return max(widths, default=len(layout.headings))


def _clocks(layout: Layout, lines: Sequence[str]) -> dict[int, str]:
    """Return which columns hold hours, minutes and seconds."""
    rows = [split_line(one, layout.separator) for one in lines[layout.first :][:5] if one.strip()]
    columns = ([row[i] for row in rows if i < len(row)] for i in range(len(layout.headings)))
    return {i: "s" for i, texts in enumerate(columns) if texts and all(map(is_time, texts))}


def _frame(
    source: str,
    text: bytes,
    layout: Layout,
    wanted: Sequence[int],
    *,
    words: Iterable[int] = (),
    decimal: str = ".",
    as_text: bool = False,
) -> pd.DataFrame:
    """Read the columns of use; numbers where pandas takes them for such."""
    import pandas as pd

    blanks = {"  ": r"\s{2,}", " ": r"\s+"}
    separator = blanks.get(layout.separator, layout.separator)
    width = max(wanted, default=0) + 1
    try:
        return pd.read_csv(
            io.BytesIO(text),
            sep=separator,
            engine="python" if separator == blanks["  "] else "c",
            header=None,
            names=list(range(width)),
            usecols=list(wanted) or [0],
            skiprows=layout.first,
            skip_blank_lines=False,
            skipinitialspace=True,
            index_col=False,
            dtype="string" if as_text else dict.fromkeys(words, "category"),
            decimal=decimal,
            **({} if separator == blanks["  "] else {"low_memory": False}),
        )
    except pd.errors.EmptyDataError:
        return pd.DataFrame(columns=list(wanted))
    except (pd.errors.ParserError, ValueError, IndexError) as error:
        raise MeasurementError(
            f"{source}: its rows cannot be told apart ({error}). Export it again as CSV."
        ) from error


def _samples(layout: Layout, text: bytes, columns: Sequence[int]) -> dict[int, list[str]]:
    """Return texts of each column, from here and there in the file; all of a small one."""
    pieces = [text]
    if len(text) > _WHOLE:
        every = len(text) // _CHUNKS
        pieces = [text[at : at + _CHUNK] for at in range(0, len(text) - _CHUNK, every)]
    lines: list[str] = []
    for piece in pieces:
        few = 0 if len(pieces) == 1 else 1 + _ROWS
        found = _LINE_END.split(piece.decode("utf-8", errors="ignore"), few)
        lines += found[1 : 1 + _ROWS] if few else found  # the first of a piece is cut
    rows = [split_line(one, layout.separator) for one in lines if one.strip()]
    fit = [row for row in rows if abs(len(row) - len(layout.headings)) <= 1]
    return {i: [row[i] for row in fit if i < len(row)] for i in columns}


def _decimal_sign(
    source: str, text: bytes, layout: Layout, samples: Mapping[int, Sequence[str]]
) -> str:
    """Return the one decimal sign of the file.

    Raises
    ------
    MeasurementError
        If columns contradict each other.
    """
    commas = layout.separator == "," and b'"' not in text
    if (commas or b"," not in text) and all(proves_points(one) for one in samples.values()):
        return "."
    named = {layout.headings[i]: texts for i, texts in samples.items()}
    decimal = decimal_sign(source, named)
    for i, texts in samples.items():
        found = grouped_text(texts, decimal)
        if found is None:
            continue
        written = _frame(source, text, layout, [i], as_text=True)[i].map(tidied, na_action="ignore")
        row = int(np.flatnonzero((written == found).fillna(value=False))[0]) + layout.first + 1
        raise MeasurementError(
            f"{source}: `{found}` in column `{layout.headings[i]}`, row {row}, looks like a "
            f"thousand, and `{decimal}` is the decimal sign of the other columns. One file must "
            "have one decimal sign: export it again without a sign between thousands."
        )
    return decimal


def _numbers(texts: pd.Series, decimal: str) -> NDArray[np.float64]:
    """Return the numbers of a column, whatever pandas took it for."""
    import pandas as pd

    if pd.api.types.is_numeric_dtype(texts):
        return np.asarray(texts.to_numpy(dtype=float))
    if is_clock(texts):
        return clock_seconds(texts)
    return to_numbers(texts, decimal)


def _float(text: str) -> float | None:
    """Return a field as a number, whatever its decimal sign; None if it is none."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None
