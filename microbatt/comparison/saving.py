"""A comparison as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from microbatt.comparison.tables import difference_table, ending_table, time_table
from microbatt.places import Kind, check_replaceable, mark, replacing

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    import xarray as xr

TABLES: Final = {
    "times": time_table,
    "endings": ending_table,
    "differences": difference_table,
}
"""Name of the file → what makes the table."""


def tables_of(comparison: xr.Dataset) -> dict[str, pd.DataFrame]:
    """Return the three tables by name.

    Parameters
    ----------
    comparison : xarray.Dataset
        From `compare_engines`.

    Returns
    -------
    dict of str to DataFrame
        ``times``, ``endings`` and ``differences``.
    """
    return {name: make(comparison) for name, make in TABLES.items()}


FILES: Final = {
    "comparison.nc": Kind.COMPARISON,
    "comparison.json": Kind.COMPARISON,
    **{f"{name}.csv": Kind.TABLE for name in TABLES},
}
"""Names of the files of a comparison, each with its kind."""


def save_comparison(comparison: xr.Dataset, folder: Path, *, overwrite: bool = False) -> list[Path]:
    """Write a comparison: every number as netCDF, the tables as CSV, the terms as JSON.

    Parameters
    ----------
    comparison : xarray.Dataset
        From `compare_engines`.
    folder : pathlib.Path
        Made if it does not exist.
    overwrite : bool, default False
        Whether the files of another comparison there may be replaced.

    Returns
    -------
    list of pathlib.Path
        The files.

    Raises
    ------
    OccupiedError
        If something lies where a file is to be written, and may not be replaced.
    """
    for name, kind in FILES.items():
        check_replaceable(folder / name, kind, overwrite=overwrite)
    tables = tables_of(comparison)
    described = dict(comparison.attrs) | {"engines": json.loads(comparison.attrs["engines"])}
    for name, kind in FILES.items():
        with replacing(folder / name, kind, overwrite=overwrite) as written:
            if name.endswith(".nc"):
                comparison.assign_attrs(mark(kind)).to_netcdf(written)
            elif name.endswith(".json"):
                text = json.dumps(mark(kind) | described, indent=1, default=float)
                written.write_text(text + "\n", encoding="utf-8")
            else:
                table = tables[name.removesuffix(".csv")]
                table.to_csv(written, index=False, float_format="%.6g")
    return [folder / name for name in FILES]
