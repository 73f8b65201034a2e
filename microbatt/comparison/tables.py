"""What a comparison of engines says: three tables, and all of it as files."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from microbatt.outcomes import Outcome
from microbatt.places import Kind, check_replaceable, mark, replacing

if TYPE_CHECKING:
    from pathlib import Path

    import xarray as xr
    from numpy.typing import NDArray

ALPHA_EDGES: Final = (0.0, 2.0, 4.0, 6.0, 8.0, 10.0)
"""Of the ranges of alpha; the last one is closed."""


def time_table(comparison: xr.Dataset) -> pd.DataFrame:
    """Return CPU time of a curve by engine, and over the first engine's on the same points.

    Parameters
    ----------
    comparison : Dataset
        From `compare_engines`.
    """
    names = comparison["engine"].to_numpy().tolist()
    first = _of(comparison, "cpu_time", names[0])
    rows = []
    for name in names:
        seconds = _of(comparison, "cpu_time", name)
        asked = np.isfinite(seconds)
        median, late = np.quantile(1e3 * seconds[asked], [0.5, 0.95])
        both = asked & np.isfinite(first)
        ratio = np.median(seconds[both]) / np.median(first[both]) if both.any() else np.nan
        rows.append(
            {
                "engine": name,
                "curves": int(asked.sum()),
                "median [ms]": median,
                "95 % [ms]": late,
                f"over {names[0]}": ratio,
            }
        )
    return pd.DataFrame(rows)


def ending_table(comparison: xr.Dataset) -> pd.DataFrame:
    """Return how many curves of each engine ended in which way."""
    rows = [
        {"engine": name}
        | {
            outcome.name.lower().replace("_", " "): int(np.sum(codes == outcome))
            for outcome in Outcome
            if np.any(comparison["outcome"].to_numpy() == outcome)
        }
        for name in comparison["engine"].to_numpy().tolist()
        for codes in [_of(comparison, "outcome", name)]
    ]
    return pd.DataFrame(rows)


def difference_table(comparison: xr.Dataset) -> pd.DataFrame:
    """Return differences from the refined native solution by engine and range of alpha."""
    alpha = comparison["alpha"].to_numpy()
    rows = []
    for name in comparison["engine"].to_numpy().tolist():
        for low, high in [*pairwise(ALPHA_EDGES), (0.0, np.inf)]:
            last = high == ALPHA_EDGES[-1]
            inside = (low <= alpha) & ((alpha <= high) if last else (alpha < high))
            row = _differences(comparison, name, inside)
            if row["curves"]:
                words = "all" if np.isinf(high) else f"{low:g} – {high:g}"
                rows.append({"engine": name, "alpha": words} | row)
    return pd.DataFrame(rows)


def _differences(comparison: xr.Dataset, name: str, inside: NDArray[np.bool_]) -> dict[str, Any]:
    voltage = 1e3 * _of(comparison, "voltage_difference", name)[inside]
    capacity = 100.0 * np.abs(_of(comparison, "capacity_difference", name)[inside])
    asked = _of(comparison, "outcome", name)[inside] != Outcome.NOT_RUN
    compared = np.isfinite(voltage)
    quantiles = (
        np.quantile(np.stack([voltage[compared], capacity[compared]]), [0.5, 0.95], axis=1).T
        if compared.any()
        else np.full((2, 2), np.nan)
    )
    return {
        "curves": int(asked.sum()),
        "compared": int(compared.sum()),
        "voltage rms, median [mV]": quantiles[0, 0],
        "voltage rms, 95 % [mV]": quantiles[0, 1],
        "capacity, median [%]": quantiles[1, 0],
        "capacity, 95 % [%]": quantiles[1, 1],
    }


def _of(comparison: xr.Dataset, variable: str, engine: str) -> NDArray[Any]:
    return np.asarray(comparison[variable].sel(engine=engine).to_numpy())


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
