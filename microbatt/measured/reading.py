"""Measured curves from files."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import POSITIVE, check_number
from microbatt.errors import MeasurementError, MicrobattError
from microbatt.measured.discharges import Record, discharges
from microbatt.measured.headings import Column, find_columns
from microbatt.measured.tables import SUFFIXES, Table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

    from microbatt.measured.measurement import Measurement

_DECIMALS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read files whose headings do not say everything.

    Attributes
    ----------
    columns
        Quantity (time, voltage, current, capacity) → heading, or ``"heading:unit"``.
    area
        Of the electrode [m²], for currents in A and capacities in A h.
    current
        Discharge current [A m⁻²] where the files have no column of it.
    skip_bad_rows
        Leave out rows that lack a number or repeat a time, instead of refusing the file.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    area: float | None = None
    current: float | None = None
    skip_bad_rows: bool = False

    def __post_init__(self) -> None:
        if self.area is not None:
            check_number("area", self.area, POSITIVE, unit="m²")
        if self.current is not None:
            check_number("current", self.current, POSITIVE, unit="A m⁻²")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file, or an experiment, that came to nothing, and why."""

    source: str
    reason: str


def read_measurements(path: str | Path, reading: Reading | None = None) -> tuple[Measurement, ...]:
    """Read the discharges in a file.

    Columns are recognised by name and unit: voltage; current in A (with an area) or per area, or
    none where `Reading.current` gives it; time, or a capacity where there is no time.

    Parameters
    ----------
    path
        CSV or other text, Parquet or Excel; or a folder, for all such files in it.
    reading
        What the headings do not say.

    Returns
    -------
    tuple of Measurement
        In the order of the file.

    Raises
    ------
    MeasurementError
        Naming file, column, row, what is allowed and what to do.
    """
    path, reading = Path(path), reading or Reading()
    if path.is_dir():
        return tuple(one for file in curve_files(path) for one in read_measurements(file, reading))
    record = _record(read_table(path), reading)
    return discharges(record, skip_bad_rows=reading.skip_bad_rows)


def read_files(
    paths: Iterable[str | Path], reading: Reading | None = None
) -> tuple[tuple[Measurement, ...], tuple[Unread, ...]]:
    """Read the discharges of many files, going on after a bad one.

    Returns
    -------
    measurements
        Of the good files.
    unread
        The others, and why.
    """
    good: list[Measurement] = []
    bad: list[Unread] = []
    for path in paths:
        try:
            good += read_measurements(path, reading)
        except (MicrobattError, OSError) as error:
            bad.append(Unread(source=str(path), reason=str(error)))
    return tuple(good), tuple(bad)


def curve_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that may hold curves, sorted.

    Raises
    ------
    MeasurementError
        If there is none.
    """
    found = tuple(sorted(path for path in folder.iterdir() if is_curve_file(path)))
    if not found:
        raise MeasurementError(
            f"{folder}: this folder has no file of discharge curves ({', '.join(SUFFIXES)})."
        )
    return found


def is_curve_file(path: Path) -> bool:
    """Return whether a file's ending is one of those that may hold curves, and it is not hidden."""
    return path.is_file() and path.suffix.lower() in SUFFIXES and not path.name.startswith(".")


def _record(table: Table, reading: Reading) -> Record:
    """Take the columns of use out of a table, in s, V, A m⁻² and A h m⁻²."""
    columns = find_columns(table.source, table.headings, reading.columns)
    voltage = _values(table, columns["voltage"])
    time = _values(table, columns["time"]) if "time" in columns else None
    capacity = _per_area(table, columns["capacity"], reading) if "capacity" in columns else None
    if time is not None and "capacity" not in reading.columns:
        capacity = capacity if _usable(capacity) else None
    if "current" in columns:
        current = _per_area(table, columns["current"], reading)
    elif reading.current is not None:
        current = np.full(voltage.shape, reading.current)
    else:
        raise MeasurementError(
            f"{table.source}: no column is a current. Name one `current [A m-2]`, map it: "
            "`--column current='NAME:A'`, or give the value: `--current '17.5 A/m2'`."
        )
    return Record(
        source=table.source,
        rows=table.rows,
        voltage=voltage,
        current=current,
        time=time,
        capacity=capacity,
        time_step=rounding(table.columns[columns["time"].index]) * columns["time"].factor
        if "time" in columns
        else 0.0,
    )


def rounding(values: NDArray[np.float64]) -> float:
    """Return the power of ten to which values are rounded: 1, 0.1 … 1e-6; 0 if finer.

    Examples
    --------
    >>> rounding(np.array([0.0, 0.25, 1.5]))
    0.01
    """
    known = values[np.isfinite(values)]
    for decimals in range(_DECIMALS):
        scaled = known * 10.0**decimals
        if np.allclose(scaled, np.round(scaled), rtol=0.0, atol=1e-6):
            return float(10.0**-decimals)
    return 0.0


def _usable(capacity: NDArray[np.float64] | None) -> bool:
    """Whether a capacity column is one to compare with: all numbers, and growing."""
    return capacity is not None and bool(np.isfinite(capacity).all())


def _values(table: Table, column: Column) -> NDArray[np.float64]:
    return table.columns[column.index] * column.factor


def _per_area(table: Table, column: Column, reading: Reading) -> NDArray[np.float64]:
    values = _values(table, column)
    if column.per_area:
        return values
    if reading.area is None:
        raise MeasurementError(
            f"{table.source}: column `{column.heading}` is not per area. Give the area of the "
            "electrode: `--area '1.54 cm2'`, or export a current density."
        )
    return values / reading.area
