"""Scores to keep beside weights: of estimates, in plain numbers, each said on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import xarray as xr


LEAST_ALPHA: Final = 0.3
"""Relative errors of alpha are counted from here: at 0 they have no meaning."""
_MEASURES: Final = (
    "mean_relative_error", "worst_relative_error", "r_squared", "rms_error", "count",
)  # fmt: skip


def plain_scores(predicted: xr.Dataset) -> dict[str, Any]:
    """Return mean and worst relative error [%], R², rms error and count, by parameter.

    Parameters
    ----------
    predicted
        With the predictions of one network over its points.

    Returns
    -------
    dict
        ``"alpha"`` and ``"S"`` → name of the measure → value; beside them ``"alpha from 0.3"``.
    """
    from microbatt.scoring import score

    whole = score(predicted)
    there = predicted.where(predicted["alpha"] >= LEAST_ALPHA)
    away = score(there)
    chosen = {"alpha": (whole, "alpha"), f"alpha from {LEAST_ALPHA}": (away, "alpha")}
    return {
        name: {measure: _rounded(found[measure].sel(parameter=which)) for measure in _MEASURES}
        for name, (found, which) in (chosen | {"S": (whole, "S")}).items()
    }


def _rounded(value: xr.DataArray) -> float:
    return float(f"{float(value):.4g}")
