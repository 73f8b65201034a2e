"""The numbers of a report, for programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import thermal_to_dict
from microbatt.inference.forward import unknown_quantity

if TYPE_CHECKING:
    from typing import TypeAlias

    import xarray as xr

    from microbatt.inference import Estimate, FittedCurve

    JSON: TypeAlias = str | float | int | bool | list["JSON"] | dict[str, "JSON"] | None


def estimate_numbers(estimate: Estimate, here: xr.Dataset | None = None) -> dict[str, JSON]:
    """Return what a report says in JSON's terms; not finite numbers become null.

    Parameters
    ----------
    estimate
        What was inferred.
    here
        Smallest standard deviations at the estimate, from `microbatt.report.nearby_bounds`.
    """
    return {
        "name": estimate.name,
        "cell": estimate.cell.to_dict(),
        "inventory": str(estimate.inventory),
        "thermal": thermal_to_dict(estimate.thermal),
        "noise_voltage": estimate.noise,
        "noise_given": estimate.noise_given,
        "level": estimate.level,
        "parameters": [
            {
                "name": one.name,
                "units": unknown_quantity(one.name).units,
                "value": one.value,
                "std": one.std,
                "low": one.low,
                "high": one.high,
                "low_bound": one.low_bound,
                "high_bound": one.high_bound,
                "noise_std": _finite(one.noise_std),
                "prior": one.prior,
            }
            for one in estimate.parameters
        ],
        "cell_values": [
            {
                "name": one.name,
                "units": unknown_quantity(one.name).units,
                "value": one.value,
                "std": one.std,
                "low": one.low,
                "high": one.high,
                "prior": one.prior,
            }
            for one in estimate.cell_values
        ],
        "structure": [
            {"name": one.name, "value": one.value, "std": one.std, "low": one.low, "high": one.high}
            for one in estimate.structure
        ],
        "cell_error_sentence": estimate.cell_error_sentence,
        "model_error": estimate.model_error,
        "covariance": estimate.covariance.tolist(),
        "correlation": _finite(estimate.correlation),
        "posterior": str(estimate.posterior),
        "posterior_sentence": estimate.posterior_sentence,
        "diagnostics": {
            "misfit": bool(estimate.diagnostics.misfit),
            "reduced_chi_square": _finite(estimate.diagnostics.reduced_chi_square),
            "misfit_sentence": estimate.diagnostics.misfit_sentence,
            "out_of_range": bool(estimate.diagnostics.out_of_range),
            "range_sentence": estimate.diagnostics.range_sentence,
            "at_bound": bool(estimate.diagnostics.at_bound),
        },
        "bounds": None if here is None else _bounds(here),
        "curves": [_curve(curve) for curve in estimate.curves],
        "runs": [
            {
                "source": run.source,
                "samples": run.samples,
                "hours": float(run.time[-1]) / SECONDS_PER_HOUR,
                "residual_rms": _finite(run.residual_rms),
                "offset": _finite(run.offset),
                "information": {"alpha": run.information[0], "S": run.information[1]},
                "temperature_measured": run.temperature_measured,
                "remarks": list(run.remarks),
            }
            for run in estimate.runs
        ],
        "cell_sensitivity": [
            {"value": one.label, "alpha": one.alpha, "S": one.S}
            for one in estimate.cell_sensitivity
        ],
        "unasked": estimate.unasked,
        "assumptions": list(estimate.assumptions),
        "what_was_read": list(estimate.what_was_read),
        "versions": dict(estimate.versions),
        "seconds": dict(estimate.seconds),
    }


def _bounds(here: xr.Dataset) -> dict[str, JSON]:
    names = ("alpha_bound", "S_bound", "bound_correlation")
    return {name: _finite(np.asarray(here[name]).item()) for name in names}


def _curve(curve: FittedCurve) -> dict[str, JSON]:
    return {
        "source": curve.source,
        "current": curve.current,
        "samples": curve.samples,
        "residual_rms": _finite(curve.residual_rms),
        "offset": _finite(curve.offset),
        "information": {"alpha": curve.information[0], "S": curve.information[1]},
        "remarks": list(curve.remarks),
    }


def _finite(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
