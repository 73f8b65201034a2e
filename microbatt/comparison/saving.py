"""A comparison as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from microbatt.comparison.tables import difference_table, ending_table, time_table

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


def save_comparison(comparison: xr.Dataset, folder: Path) -> list[Path]:
    """Write a comparison: every number as netCDF, the tables as CSV, the terms as JSON.

    Parameters
    ----------
    comparison : Dataset
        From `compare_engines`.
    folder : Path
        Made if it does not exist.

    Returns
    -------
    list of Path
        The files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data, terms = folder / "comparison.nc", folder / "comparison.json"
    comparison.to_netcdf(data)
    described = dict(comparison.attrs) | {"engines": json.loads(comparison.attrs["engines"])}
    terms.write_text(json.dumps(described, indent=1, default=float) + "\n", encoding="utf-8")
    files = [data, terms]
    for name, table in tables_of(comparison).items():
        files.append(folder / f"{name}.csv")
        table.to_csv(files[-1], index=False, float_format="%.6g")
    return files
