"""How much is read of one file, and what to do about more: one bound for each kind of thing."""

from __future__ import annotations

from typing import Final

from microbatt.errors import MeasurementError

MOST_BYTES: Final = 512 * 2**20
"""Largest file, and largest content of a packed one."""
MOST_ARBIN_BYTES: Final = 64 * 2**20
"""Largest database of Arbin's, of whose rows some 2000 are read in a second."""
MOST_ROWS: Final = 10_000_000
MOST_COLUMNS: Final = 1000
MOST_STEPS: Final = 20_000
MOST_LOADS: Final = 3000
"""Discharges and pulses of one file."""
MOST_CURVES: Final = 500
"""Discharges that are read of one file."""
LONGEST: Final = 3.2e9
"""Longest test [s]: a century; a unit is wrong before that."""


def check_bytes(name: str, size: int, most: int | None = None) -> None:
    """Refuse a file that is too large.

    Raises
    ------
    MeasurementError
        Saying how large it is and may be.
    """
    most = MOST_BYTES if most is None else most
    if size > most:
        raise MeasurementError(
            f"{name}: it holds {size / 2**20:.0f} MiB or more; at most {most // 2**20} MiB "
            "are read. Export the discharges only, or fewer rows."
        )


def check_size(name: str, rows: int, columns: int = 1) -> None:
    """Refuse a table with too many rows or columns.

    Raises
    ------
    MeasurementError
        Saying how many there are and may be.
    """
    if rows > MOST_ROWS or columns > MOST_COLUMNS:
        raise MeasurementError(
            f"{name}: it has {rows} rows and {columns} columns; at most {MOST_ROWS} rows of "
            f"{MOST_COLUMNS} columns are read. Export the discharges only."
        )


def check_count(name: str, what: str, count: int, most: int) -> None:
    """Refuse more steps, or discharges, than anybody measures.

    Raises
    ------
    MeasurementError
        Saying how many there are and may be.
    """
    if count > most:
        raise MeasurementError(
            f"{name}: there are {count} {what} in it; at most {most} are read. Give a part of the "
            "file, or map the right column of the current: `--column current='NAME:UNIT'`."
        )
