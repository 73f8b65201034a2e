"""Tables of numbers from what people have: text, Parquet, Excel, DataFrames and Datasets."""

from __future__ import annotations

import stat
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import check_extra
from microbatt.errors import MeasurementError
from microbatt.measured.bounds import MOST_BYTES, MOST_COLUMNS, check_bytes, check_size
from microbatt.measured.delimited import heading_score, read_delimited, with_unit_row
from microbatt.measured.headings import useful, without_numbers
from microbatt.measured.numerals import (
    clock_seconds,
    date_seconds,
    decimal_sign,
    grouped_text,
    is_clock,
    sampled,
    to_numbers,
)
from microbatt.measured.tester_files import READERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.measured.delimited import Values

_CELL_FILES: Final = (".toml", ".json")
_BINARY: Final = (".parquet", ".xlsx", ".xlsm", *READERS)
"""Endings of files that are no text."""
SUFFIXES: Final = (
    *(".csv", ".txt", ".tsv", ".dat", ".mpt", ".dta"),
    *_BINARY,
)
"""Endings of files that can be read, also with `.gz`; those of unknown ending are read as text."""
_EMPTY_ROWS: Final = 1000
"""After so many rows without a cell a sheet is taken to have ended."""
_SEARCHED: Final = 200
"""Rows of a sheet among which the headings are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Columns of a file.

    Attributes
    ----------
    source : str
        The file's name.
    format : str
        In words.
    headings : tuple of str
        Of all columns, as they stand in the file.
    columns : dict of int to numpy.ndarray
        Of those that may be of use: numbers, NaN where there is none, or words as categories;
        shape (n,).
    rows : numpy.ndarray
        Row of each in the file, the first one being 1, shape (n,).
    units : dict of int to str
        Of columns whose numbers have a unit of their own, such as hours, minutes and seconds.
    decimals : dict of int to float
        Last decimal place that is written in each column of a text.
    remarks : tuple of str
        What was taken together, and left alone.
    parts : tuple of str
        Sheets that the rows stand on, where they may be chosen by name.
    """

    source: str
    format: str
    headings: tuple[str, ...]
    columns: Mapping[int, Values]
    rows: NDArray[np.int64]
    units: Mapping[int, str] = field(default_factory=dict)
    decimals: Mapping[int, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()


def read_table(path: Path, mapping: Mapping[str, str], part: str | None = None) -> Table:
    """Read a file with columns of numbers.

    Parameters
    ----------
    path : pathlib.Path
        Text, also compressed by gzip, ``.parquet`` or ``.xlsx``. Text may have lines before the
        headings, any usual separator, and either decimal sign.
    mapping : mapping of str to str
        Quantity → heading, of columns that are wanted whatever their names say.
    part : str, optional
        Sheet of a workbook, if it is the name of one.

    Returns
    -------
    Table
        The columns that may be of use.

    Raises
    ------
    MeasurementError
        If there is no such file, it is too large or of a format that is not read, it is empty, or
        it has no line of headings.
    MissingExtraError
        If the format needs a package that is not installed.
    """
    check_file(path)
    if path.suffix.lower() in _CELL_FILES:
        raise MeasurementError(
            f"{path.name}: is a cell file by its ending, and holds no measured curves. It looks "
            f"exchanged with them: name it as the cell, `--cell {path.name}`, and the curves alone."
        )
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        return _read_excel(path, mapping, part)
    readers: dict[str, Callable[[Path, Mapping[str, str]], Table]] = {
        ".parquet": _read_parquet,
        ".gz": _read_gzip,
        **dict.fromkeys(READERS, _read_tester_file),
    }
    return readers.get(path.suffix.lower(), _read_text)(path, mapping)


def check_file(path: Path) -> None:
    """Refuse what is no regular file, is too large, or of a format that is not read.

    Raises
    ------
    MeasurementError
        Naming the remedy.
    """
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise MeasurementError(f"{path}: there is no such file. Check the path.") from error
    if stat.S_ISDIR(status.st_mode):
        raise MeasurementError(f"{path}: this is a folder, not a file. Give a file in it.")
    if not stat.S_ISREG(status.st_mode):
        raise MeasurementError(
            f"{path}: this is a pipe or a device, not a file. Save the discharge to a file first."
        )
    if status.st_size == 0:
        raise MeasurementError(f"{path.name}: the file is empty. Export the discharge again.")
    check_bytes(path.name, status.st_size)


def frame_table(frame: pd.DataFrame, source: str, mapping: Mapping[str, str]) -> Table:
    """Return the columns of a DataFrame; its index is one if it has a name.

    Parameters
    ----------
    frame : pandas.DataFrame
        With headings such as ``voltage [V]``; numbers, texts, dates or time differences.
    source : str
        Its name, for messages.
    mapping : mapping of str to str
        As for `read_table`.

    Returns
    -------
    Table
        Its rows are numbered from 1.

    Raises
    ------
    MeasurementError
        If it is empty.
    """
    if frame.empty:
        raise MeasurementError(f"{source}: the table is empty. Export the discharge again.")
    whole = frame.reset_index() if any(name is not None for name in frame.index.names) else frame
    headings = tuple(" ".join(map(str, one)) if isinstance(one, tuple) else str(one)
                     for one in whole.columns)  # fmt: skip
    rows = np.arange(1, len(whole) + 1)
    columns = {i: whole.iloc[:, i] for i in range(len(headings))}
    return _table(source, "table", headings, columns, rows, mapping)


def dataset_table(dataset: xr.Dataset, source: str, mapping: Mapping[str, str]) -> Table:
    """Return the variables of a Dataset along its one dimension; units come from ``units``.

    Parameters
    ----------
    dataset : xarray.Dataset
        Variables along one dimension, with ``attrs["units"]``; or a simulated protocol, as
        `microbatt.engines.Simulation.to_dataset` returns it.
    source : str
        Its name, for messages.
    mapping : mapping of str to str
        As for `read_table`.

    Returns
    -------
    Table
        Its rows are numbered from 1.

    Raises
    ------
    MeasurementError
        If it has more than one dimension, and is not of a simulated protocol.
    """
    if "point_step" in dataset.coords and dataset["point_step"].dims == ("point",):
        # What `Simulation.to_dataset` returns: what is told of the steps is no row.
        aside = [dim for dim in dataset.dims if dim != "point"]
        dataset = dataset.drop_dims(aside).drop_vars("point_step")
    if len(dataset.dims) != 1:
        raise MeasurementError(
            f"{source}: a Dataset of one dimension, the rows, is needed; this one has "
            f"{', '.join(map(str, dataset.dims)) or 'none'}. Select one curve, "
            "`dataset.isel(curve=0)` for instance."
        )
    frame = dataset.reset_coords().to_dataframe().reset_index()
    named = {
        name: f"{name} [{dataset[name].attrs['units']}]"
        for name in frame.columns
        if name in dataset and dataset[name].attrs.get("units")
    }
    frame = frame.drop(columns=[one for one in dataset.dims if one not in dataset])
    return frame_table(frame.rename(columns=named), source, mapping)


def _read_text(path: Path, mapping: Mapping[str, str]) -> Table:
    with path.open("rb") as file:
        return _from_text(path.name, file.read(path.stat().st_size + 1), mapping)


def _read_gzip(path: Path, mapping: Mapping[str, str]) -> Table:
    import gzip
    import zlib

    try:
        with gzip.open(path) as file:
            raw = file.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise MeasurementError(
            f"{path.name}: it cannot be unpacked ({error}). Copy it again."
        ) from error
    check_bytes(path.name, len(raw))
    inside = path.with_suffix("")
    if inside.suffix.lower() in _BINARY:
        table = _read_unpacked(inside.name, raw, mapping)
    else:
        table = _from_text(path.name, raw, mapping)
    return replace(table, source=path.name, format=f"{table.format}, gzip")


def _read_unpacked(name: str, raw: bytes, mapping: Mapping[str, str]) -> Table:
    """Read a binary file that was packed; the packages that know its format want a file."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        unpacked = Path(folder) / name
        unpacked.write_bytes(raw)
        return read_table(unpacked, mapping)


def _from_text(name: str, raw: bytes, mapping: Mapping[str, str]) -> Table:
    check_bytes(name, len(raw))
    cells = read_delimited(name, raw, mapping)
    return Table(
        source=name,
        format=cells.format,
        headings=cells.headings,
        columns=cells.columns,
        rows=cells.rows,
        units=cells.units,
        decimals=cells.decimals,
    )


def _read_parquet(path: Path, mapping: Mapping[str, str]) -> Table:
    check_extra("pyarrow", extra="files")
    from pyarrow import ArrowException, parquet

    try:
        file = parquet.ParquetFile(path)
        held = file.metadata
        check_size(path.name, held.num_rows, held.num_columns)
        names = [one for one in file.schema_arrow.names if isinstance(one, str)]
        taken = useful(without_numbers(names, mapping), mapping, {})
        if not taken:  # whatever the columns are called, the message names them
            taken = dict.fromkeys(range(len(names)), "")
        frame = parquet.read_table(path, columns=[names[i] for i in taken]).to_pandas()
    except MeasurementError:
        raise
    except (OSError, ValueError, KeyError, ArrowException) as error:
        raise MeasurementError(f"{path.name}: it cannot be read as Parquet: {error}.") from error
    return replace(frame_table(frame, path.name, mapping), format="Parquet")


def _read_tester_file(path: Path, mapping: Mapping[str, str]) -> Table:
    """Read a binary file of a tester."""
    frame, shown = READERS[path.suffix.lower()](path)
    return replace(frame_table(frame, path.name, mapping), format=shown)


def _read_excel(path: Path, mapping: Mapping[str, str], part: str | None) -> Table:
    check_extra("openpyxl", extra="files")
    import zlib
    from zipfile import BadZipFile, ZipFile

    from openpyxl import load_workbook

    try:
        with ZipFile(path) as archive:
            check_bytes(path.name, sum(one.file_size for one in archive.infolist()))
        book = load_workbook(path, read_only=True, data_only=True)
        sheets = {name: _sheet_rows(path.name, book[name]) for name in book.sheetnames
                  if hasattr(book[name], "iter_rows")}  # fmt: skip
    except MeasurementError:
        raise
    except (
        *(BadZipFile, zlib.error, OSError, EOFError, SyntaxError, RuntimeError),
        *(AttributeError, LookupError, TypeError, ValueError, ArithmeticError),
    ) as error:  # openpyxl checks little of what it meets
        raise MeasurementError(f"{path.name}: it cannot be read as Excel: {error}.") from error
    if part is not None and part in sheets:
        only = _from_sheets(path.name, {part: sheets[part]}, mapping)
        return replace(only, parts=(part,))
    return _from_sheets(path.name, sheets, mapping)


def _sheet_rows(source: str, sheet: object) -> list[tuple[object, ...]]:
    """Return the rows of a sheet to the last cell, or to a long stretch without any."""
    sheet.reset_dimensions()  # type: ignore[attr-defined]  # openpyxl's read-only sheet
    rows: list[tuple[object, ...]] = []
    empty = 0
    for row in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS):  # type: ignore[attr-defined]
        filled = any(one is not None and str(one).strip() for one in row)
        empty = 0 if filled else empty + 1
        if empty > _EMPTY_ROWS:
            break
        rows.append(tuple(row) if filled else ())
        check_size(source, len(rows))
    return rows[: len(rows) - empty]


def _from_sheets(
    source: str, sheets: Mapping[str, Sequence[Sequence[object]]], mapping: Mapping[str, str]
) -> Table:
    """Return the longest sheet with a voltage, and those that go on under the same headings."""
    import pandas as pd

    filled = {name: rows for name, rows in sheets.items() if rows}
    if not filled:
        raise MeasurementError(f"{source}: every sheet is empty. Export the discharge again.")
    found = {name: _sheet_headings(rows, mapping) for name, rows in filled.items()}
    usable = {name: one for name, one in found.items() if one is not None}
    if not usable:
        shown = ", ".join(f"`{name}`" for name in filled)
        raise MeasurementError(
            f"{source}: no sheet ({shown}) has a line of headings with a voltage. Name the columns "
            "such as `time [s]`, `voltage [V]`, `current [A]`."
        )
    longest = max(usable, key=lambda name: len(filled[name]))
    headings, _ = usable[longest]
    parts, rows = [], []
    taken = [name for name, (its, _) in usable.items() if its == headings]
    for name in taken:
        first = usable[name][1]
        body = [
            (number, [*row[: len(headings)], *[None] * (len(headings) - len(row))])
            for number, row in enumerate(filled[name][first:], start=first + 1)
            if row
        ]
        parts += [row for _, row in body]
        rows += [number for number, _ in body]
    if not parts:
        raise MeasurementError(
            f"{source}: there is no row below the headings of sheet `{longest}`. Export the "
            "discharge again."
        )
    columns = {i: pd.Series([row[i] for row in parts]) for i in range(len(headings))}
    shown = f"Excel, sheet{'s' if len(taken) > 1 else ''} {', '.join(f'`{one}`' for one in taken)}"
    return _table(source, shown, headings, columns, np.array(rows), mapping)


def _sheet_headings(
    rows: Sequence[Sequence[object]], mapping: Mapping[str, str]
) -> tuple[tuple[str, ...], int] | None:
    """Return the headings of a sheet and where its numbers begin; None if there are none."""
    texts = [["" if one is None else str(one).strip() for one in row] for row in rows[:_SEARCHED]]
    scores = [heading_score(row, mapping) for row in texts]
    best = max(range(len(scores)), key=lambda at: scores[at])
    if scores[best] < 2:
        return None
    below = texts[best + 1] if best + 1 < len(texts) else []
    united = with_unit_row(texts[best], below)
    return (tuple(texts[best]), best + 1) if united is None else (united, best + 2)


def _table(
    source: str,
    shown: str,
    headings: tuple[str, ...],
    columns: Mapping[int, pd.Series],
    rows: NDArray[np.int64],
    mapping: Mapping[str, str],
) -> Table:
    """Make a table of columns whose values may be numbers, texts, clocks or dates."""
    import pandas as pd

    headings = without_numbers(headings, mapping)
    clocks = {i: "s" for i, one in columns.items() if _is_duration(one)}
    wanted = useful(headings, mapping, clocks)
    made: dict[int, Values] = {}
    units: dict[int, str] = {}
    texts: dict[int, pd.Series] = {}
    for i, quantity in wanted.items():
        values = columns[i]
        if quantity in ("state", "cell"):
            made[i] = pd.Categorical(values.astype("string").fillna(""))
        elif quantity == "date" or pd.api.types.is_datetime64_any_dtype(values):
            made[i], units[i] = date_seconds(values), "s"
        elif i in clocks:
            made[i], units[i] = _durations(values), "s"
        elif pd.api.types.is_numeric_dtype(values):
            made[i] = values.to_numpy(dtype=float, na_value=np.nan)
        else:
            texts[i] = values.astype("string")
    decimal = decimal_sign(source, {headings[i]: sampled(one) for i, one in texts.items()})
    for i, one in texts.items():
        if grouped_text(sampled(one), decimal) is not None:
            raise MeasurementError(
                f"{source}: column `{headings[i]}` has texts with `{decimal}` between thousands, "
                "and other columns have it as the decimal sign. Store numbers instead of texts."
            )
        made[i] = to_numbers(one, decimal)
    return Table(
        source=source, format=shown, headings=headings, columns=made, rows=rows, units=units
    )


def _is_duration(values: pd.Series) -> bool:
    import datetime as dt

    import pandas as pd

    if pd.api.types.is_timedelta64_dtype(values):
        return True
    if values.dtype != object and not pd.api.types.is_string_dtype(values):
        return False
    known = values.dropna().head(5)
    kinds = (dt.timedelta, dt.time)
    return bool(len(known)) and (all(isinstance(one, kinds) for one in known) or is_clock(known))


def _durations(values: pd.Series) -> NDArray[np.float64]:
    """Return time differences, times of day and clocks in seconds."""
    import datetime as dt

    import pandas as pd

    if pd.api.types.is_timedelta64_dtype(values):
        return np.asarray(values.dt.total_seconds().to_numpy(dtype=float))
    texts = [
        f"{one.total_seconds() // 3600:.0f}:{one.total_seconds() // 60 % 60:.0f}:"
        f"{one.total_seconds() % 60:.6f}"
        if isinstance(one, dt.timedelta)
        else one
        for one in values
    ]
    return clock_seconds(pd.Series(texts, dtype="string"))
