"""What a comparison of engines says, in three tables."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from microbatt.outcomes import Outcome

if TYPE_CHECKING:
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
