"""Delimited text of numbers without a fault, read by polars where it is installed.

It takes 0.4 to 0.75 of the time of pandas. It reads nothing that needs judgement: what it refuses,
pandas reads.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.measured.numerals import over_midnight

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_MOST_WORDS: Final = 1000
"""A column with more words holds none of a state."""
_SMALL: Final = 2**18
"""A shorter text is read before polars is imported [bytes]."""


def read_strict(
    body: memoryview,
    separator: str,
    decimal: str,
    width: int,
    *,
    numbers: Sequence[int],
    clocks: Sequence[int],
    words: Sequence[int],
) -> dict[int, Array | pd.Categorical] | None:
    """Read columns of a text below its headings.

    Parameters
    ----------
    body : memoryview
        Rows only, UTF-8.
    separator : str
        Between fields.
    decimal : str
        Decimal sign.
    width : int
        Fields of a row.
    numbers, clocks, words : sequence of int
        Columns of numbers; of hours, minutes and seconds; of words.

    Returns
    -------
    dict of int to numpy.ndarray or pandas.Categorical, or None
        Numbers, NaN where a field is empty; None if anything else is in a field, a row has another
        width, the text is short, or polars is not installed.
    """
    if len(body) < _SMALL or len(separator) != 1 or separator == " ":
        return None
    if find_spec("polars") is None:
        return None
    import io

    import polars as pl

    wanted: Container[int] = {*numbers, *clocks, *words}
    schema = {f"c{i}": pl.Float64() if i in set(numbers) else pl.String() for i in range(width)}
    try:
        frame = pl.read_csv(
            io.BytesIO(body),
            has_header=False,
            schema=schema,
            columns=[i for i in range(width) if i in wanted],
            separator=separator,
            decimal_comma=decimal == ",",
        )
        found: dict[int, Any] = {
            i: frame[f"c{i}"].to_numpy(allow_copy=True).astype(float, copy=False) for i in numbers
        }
        found |= {i: _seconds(frame[f"c{i}"]) for i in clocks}
        found |= {i: _categories(frame[f"c{i}"]) for i in words}
    except (pl.exceptions.PolarsError, ValueError):
        return None
    return None if any(one is None for one in found.values()) else found


def _seconds(texts: Any) -> Array | None:  # noqa: ANN401 - a polars Series
    """Return ``h:mm:ss`` in seconds; None if any is of another form."""
    import polars as pl

    parts = texts.str.replace(",", ".", literal=True).str.split_exact(":", 2).struct.unnest()
    hours, minutes, seconds = (parts[name].cast(pl.Float64).to_numpy() for name in parts.columns)
    total = hours * 3600.0 + minutes * 60.0 + seconds
    if not np.isfinite(total).all() or max(minutes.max(), seconds.max()) >= 60.0:
        return None
    return over_midnight(np.asarray(total))


def _categories(texts: Any) -> pd.Categorical | None:  # noqa: ANN401 - a polars Series
    import pandas as pd
    import polars as pl

    known = texts.unique(maintain_order=True).drop_nulls()
    if not 0 < len(known) <= _MOST_WORDS:
        return None
    codes = texts.replace_strict(known, range(len(known)), default=-1, return_dtype=pl.Int32)
    return pd.Categorical.from_codes(codes.to_numpy(), categories=known.to_list())
