"""Several cells in one table: below each other under a column of names, or side by side."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.checks import suggestion
from microbatt.errors import MeasurementError
from microbatt.measured.headings import read_heading
from microbatt.measured.measurement import MIN_SAMPLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from microbatt.measured.tables import Table

_FEWEST: Final = 2 * MIN_SAMPLES
"""A column with fewer rows to a word counts something and names no cells."""
_SHOWN: Final = 8


def cells_apart(table: Table) -> dict[str, Table]:
    """Return the table of each cell.

    Parameters
    ----------
    table : Table
        Of a file.

    Returns
    -------
    dict of str to Table
        Name of the cell → its columns and rows; the whole table under an empty name if it is of
        one cell.
    """
    named = _by_column(table)
    if named:
        return named
    blocks = _blocks(table)
    return blocks or {"": table}


def numbered(table: Table) -> dict[float, Table]:
    """Return the rows of each cycle that a column numbers.

    Parameters
    ----------
    table : Table
        Of one cell.

    Raises
    ------
    MeasurementError
        If no column numbers cycles, or it has one number only.
    """
    for i, text in enumerate(table.headings):
        if i not in table.columns or read_heading(text).quantity != "cycle":
            continue
        values = np.asarray(table.columns[i])
        if values.dtype.kind != "f":
            continue
        numbers = np.unique(values[np.isfinite(values)])
        without = int(values.size - np.isfinite(values).sum())
        if without and numbers.size:
            raise MeasurementError(
                f"{table.source}: the column `{text}` numbers no cycle in {without} rows. Fill "
                "them in, or leave those rows out of the file."
            )
        if numbers.size > 1:
            return {
                float(one): _rows(table, values == one, f"{table.source}, cycle {one:g}")
                for one in numbers
            }
    raise MeasurementError(
        f"{table.source}: no column headed as a cycle has two numbers or more. Give a file for "
        "each cycle, in order, or export the cycle number."
    )


def choose_part(source: str, parts: Mapping[str, Table], part: str | None) -> str:
    """Return the part that is asked for, or the only one.

    Raises
    ------
    MeasurementError
        If there are several and none is chosen, or there is none of that name.
    """
    names = [name for name in parts if name]
    if part is None and len(parts) == 1:
        return next(iter(parts))
    shown = ", ".join(f"`{name}`" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    if part is None:
        raise MeasurementError(
            f"{source}: it holds {len(names)} cells ({shown}{more}), and one is read at a time. "
            f"Choose it: `--part '{names[0]}'`, in Python `Reading(part={names[0]!r})`; "
            "`microbatt.measured.read_cells` reads them all."
        )
    if part in parts:
        return part
    if not names:
        raise MeasurementError(
            f"{source}: `--part` is {part!r}, and the file is not divided. Leave it out."
        )
    raise MeasurementError(
        f"{source}: there is no part {part!r}; there are {shown}{more}. {suggestion(part, names)}"
    )


def _by_column(table: Table) -> dict[str, Table]:
    """Return a table for each word of a column that names cells; none if it names one only."""
    import pandas as pd

    for i, text in enumerate(table.headings):
        if i not in table.columns or read_heading(text).quantity != "cell":
            continue
        values = pd.Categorical(table.columns[i]).remove_unused_categories()
        words = [str(one).strip() for one in values.categories]
        filled = [word for word in words if word]
        if not 1 < len(filled) <= max(1, len(values) // _FEWEST):
            continue
        codes = np.asarray(values.codes)
        return {
            word: _rows(table, codes == code, f"{table.source}, {word}")
            for code, word in enumerate(words)
            if word
        }
    return {}


def _blocks(table: Table) -> dict[str, Table]:
    """Return a table for each block of columns under the same headings."""
    plain = table.headings
    quantities = {i: read_heading(plain[i]).quantity for i in table.columns}
    where: dict[str, list[int]] = defaultdict(list)
    for i in sorted(table.columns):
        where[plain[i]].append(i)
    repeated = {name: these for name, these in where.items() if len(these) > 1}
    voltages = [these for these in repeated.values() if quantities[these[0]] == "voltage"]
    others = [these for these in repeated.values() if quantities[these[0]] in ("current", "time")]
    if not voltages or not others:
        return {}
    count = Counter(len(these) for these in (*voltages, *others)).most_common(1)[0][0]
    if _all_equal(table, voltages[0]):
        return {}
    found: dict[str, Table] = {}
    for block in range(count):
        keep = {i for name, these in where.items() for k, i in enumerate(these)
                if len(these) == 1 or k == block}  # fmt: skip
        own = [these[block] for these in repeated.values() if block < len(these)]
        headings = tuple(plain[i] if i in keep else "" for i in range(len(plain)))
        mine = replace(
            table,
            headings=headings,
            columns={i: one for i, one in table.columns.items() if i in keep},
        )
        found[f"block {block + 1}"] = _rows(
            mine, _filled(table, own), f"{table.source}, block {block + 1}"
        )
    return found


def _all_equal(table: Table, these: list[int]) -> bool:
    first = np.asarray(table.columns[these[0]], dtype=float)
    return all(
        np.array_equal(first, np.asarray(table.columns[i], dtype=float), equal_nan=True)
        for i in these[1:]
    )


def _filled(table: Table, own: list[int]) -> NDArray[np.bool_]:
    """Tell which rows of a block hold something, up to its last one."""
    numbers = [np.asarray(table.columns[i]) for i in own]
    some = np.zeros(table.rows.size, dtype=bool)
    for one in numbers:
        if one.dtype.kind == "f":
            some |= np.isfinite(one)
    last = int(np.flatnonzero(some)[-1]) if some.any() else -1
    return np.arange(table.rows.size) <= last


def _rows(table: Table, which: NDArray[np.bool_], source: str) -> Table:
    return replace(
        table,
        source=source,
        columns={i: one[which] for i, one in table.columns.items()},
        rows=table.rows[which],
    )
