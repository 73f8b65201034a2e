"""Files with columns of numbers: CSV as cyclers write it, Parquet, Excel."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.errors import MeasurementError
from microbatt.measured.headings import read_heading

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pandas as pd
    from numpy.typing import NDArray

SUFFIXES: Final = (".csv", ".txt", ".tsv", ".dat", ".mpt", ".parquet", ".xlsx", ".xlsm")
"""Endings of files that can be read; those of unknown ending are read as text."""
_SEARCHED: Final = 200
"""Lines among which the headings are looked for."""
_SEPARATORS: Final = "\t;,|"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of a file.

    Attributes
    ----------
    source
        The file's name.
    headings
        As they stand in the file.
    columns
        Numbers; NaN where there is none, one array for each heading, shape (n,).
    rows
        Row of each number in the file, the first one being 1, shape (n,).
    """

    source: str
    headings: tuple[str, ...]
    columns: tuple[NDArray[np.float64], ...]
    rows: NDArray[np.int64]


def read_table(path: Path) -> Table:
    """Read a file with columns of numbers.

    Text may have lines before the headings, any usual separator, and decimal commas.

    Parameters
    ----------
    path
        CSV or other text, ``.parquet`` or ``.xlsx``.

    Raises
    ------
    MeasurementError
        If there is no such file, it is empty, or it has no line of headings.
    MissingExtraError
        If the format needs a package that is not installed.
    """
    if not path.is_file():
        raise MeasurementError(f"{path}: there is no such file. Check the path.")
    if path.stat().st_size == 0:
        raise MeasurementError(f"{path.name}: the file is empty. Export the discharge again.")
    readers: dict[str, Callable[[Path], Table]] = {
        ".parquet": _read_parquet,
        ".xlsx": _read_excel,
        ".xlsm": _read_excel,
    }
    return readers.get(path.suffix.lower(), _read_text)(path)


def _read_text(path: Path) -> Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        text = path.read_text(encoding="latin-1")
    if "\x00" in text:
        raise MeasurementError(
            f"{path.name}: this is no text. Export the discharge as CSV, Parquet or Excel."
        )
    if not text.strip():
        raise MeasurementError(f"{path.name}: the file is empty. Export the discharge again.")
    lines = text.splitlines()
    separator = _separator(lines)
    fields = list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    decimal = "," if separator != "," else "."
    return _from_rows(path.name, fields, decimal=decimal)


def _separator(lines: Sequence[str]) -> str:
    """Choose what separates most of the fields in the longest run of equal lines."""
    sample = [line for line in lines[:_SEARCHED] if line.strip()]
    counts = {one: float(np.median([line.count(one) for line in sample])) for one in _SEPARATORS}
    best = max(counts, key=lambda one: (counts[one] >= 1, one != ",", counts[one]))
    return best if counts[best] >= 1 else ","


def _from_rows(source: str, fields: Sequence[Sequence[object]], *, decimal: str = ".") -> Table:
    """Make a table of rows of fields, the headings somewhere near the top."""
    at = _heading_row(source, fields)
    headings = tuple(str(one).strip() for one in fields[at])
    body = [
        (number, row)
        for number, row in enumerate(fields[at + 1 :], start=at + 2)
        if any(one is not None and str(one).strip() for one in row)
    ]
    if not body:
        raise MeasurementError(
            f"{source}: there is no row below the headings in row {at + 1}. Export the discharge "
            "again."
        )
    width = len(headings)
    table = np.full((len(body), width), np.nan)
    for i, (_, row) in enumerate(body):
        for j, one in enumerate(row[:width]):
            table[i, j] = _number(one, decimal)
    return Table(
        source=source,
        headings=headings,
        columns=tuple(np.ascontiguousarray(table.T)),
        rows=np.array([number for number, _ in body]),
    )


def _heading_row(source: str, fields: Sequence[Sequence[object]]) -> int:
    """Return the first row that names a voltage beside another column, or just the first one."""
    filled = [i for i, row in enumerate(fields[:_SEARCHED]) if sum(map(_is_text, row)) > 1]
    for i in filled:
        found = [read_heading(str(one)).quantity for one in fields[i] if one is not None]
        if "voltage" in found and len(set(found) - {None}) > 1:
            return i
    if filled and filled[0] == 0:
        return 0
    raise MeasurementError(
        f"{source}: there is no line of headings; row 1 is {_shown(fields[0])}. Add a first line "
        "such as `time [s],voltage [V],current [A]`."
    )


def _is_text(one: object) -> bool:
    return one is not None and bool(str(one).strip()) and np.isnan(_number(one, ","))


def _number(one: object, decimal: str) -> float:
    if isinstance(one, int | float):
        return float(one)
    text = "" if one is None else str(one).strip()
    if decimal == "," and "." not in text:
        text = text.replace(",", ".")
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _shown(row: Sequence[object]) -> str:
    return f"`{', '.join(str(one) for one in row[:4])}`"


def _read_parquet(path: Path) -> Table:
    check_extra("pyarrow", extra="files")
    import pandas as pd

    try:
        frame = pd.read_parquet(path, engine="pyarrow")
    except (OSError, ValueError) as error:
        raise MeasurementError(f"{path.name}: it cannot be read as Parquet: {error}.") from error
    if frame.empty:
        raise MeasurementError(f"{path.name}: the table is empty. Export the discharge again.")
    return Table(
        source=path.name,
        headings=tuple(str(name) for name in frame.columns),
        columns=tuple(_numeric(frame, name) for name in frame.columns),
        rows=np.arange(1, len(frame) + 1),
    )


def _numeric(frame: pd.DataFrame, name: object) -> NDArray[np.float64]:
    import pandas as pd

    values: NDArray[np.float64] = pd.to_numeric(frame[name], errors="coerce").to_numpy(dtype=float)
    return values


def _read_excel(path: Path) -> Table:
    check_extra("openpyxl", extra="files")
    from zipfile import BadZipFile

    from openpyxl import load_workbook

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, KeyError, OSError) as error:
        raise MeasurementError(f"{path.name}: it cannot be read as Excel: {error}.") from error
    for sheet in book.worksheets:
        fields = [list(row) for row in sheet.iter_rows(values_only=True)]
        if any(any(one is not None for one in row) for row in fields):
            return _from_rows(path.name, fields)
    raise MeasurementError(f"{path.name}: every sheet is empty. Export the discharge again.")
