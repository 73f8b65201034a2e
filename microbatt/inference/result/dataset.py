"""An estimate as `xarray.Dataset`, with CF attributes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr

from microbatt.engines import thermal_to_dict
from microbatt.inference.forward.unknowns import unknown_quantity
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import TypeAlias

    from numpy.typing import NDArray

    from microbatt.inference.result.records import EstimateRecord

    Array = NDArray[np.float64]
    Words = NDArray[np.object_]
    Attribute: TypeAlias = str | float | int
    Labelled: TypeAlias = (
        "tuple[str | tuple[str, ...], object] "
        "| tuple[str | tuple[str, ...], object, Mapping[str, Attribute]]"
    )
    """Dimensions, values and, where there are any, attributes of a variable."""

CONVENTIONS: Final = "CF-1.11"
OF_PARAMETER: Final = {
    "value": "median of the posterior",
    "std": "standard deviation of the posterior",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
}
NOISE_ALONE: Final = "standard deviation that noise alone would leave, were the cell file exact"


def estimate_dataset(estimate: EstimateRecord) -> xr.Dataset:
    """Label an estimate.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned.

    Returns
    -------
    xarray.Dataset
        Along ``parameter`` (value, std, low, high, covariance), ``draw`` (one variable for each
        parameter), ``cell_value`` (what 1 % of a value of the cell file does to alpha and S), and
        ``curve`` × ``sample`` (measured, fitted, residual …; NaN beyond the end of the shorter
        curves).
    """
    names = list(estimate.names)
    of_parameter: dict[str, Labelled] = {
        key: (
            "parameter",
            [getattr(one, key) for one in estimate.parameters],
            {"long_name": meaning},
        )
        for key, meaning in OF_PARAMETER.items()
    }
    of_parameter["noise_std"] = (
        "parameter",
        [one.noise_std for one in estimate.parameters],
        {"long_name": NOISE_ALONE},
    )
    draws: dict[str, Labelled] = {
        f"{name}_draw": ("draw", estimate.draws[:, i], unknown_quantity(name).attrs)
        for i, name in enumerate(names)
    }
    covariance: dict[str, Labelled] = {
        "covariance": (
            ("parameter", "other_parameter"),
            estimate.covariance,
            {"long_name": "covariance of the posterior"},
        )
    }
    doubted: dict[str, Labelled] = {
        f"doubted_{key}": (
            "doubted",
            np.array([getattr(one, key) for one in estimate.cell_values], dtype=float),
            {"long_name": f"{meaning}, of a value of the cell file"},
        )
        for key, meaning in OF_PARAMETER.items()
    }
    variables = of_parameter | doubted | covariance | draws
    return xr.Dataset(
        variables | _curves(estimate) | _runs(estimate) | _cell_sensitivity(estimate),
        coords={
            "parameter": ("parameter", words(names)),
            "other_parameter": ("other_parameter", words(names)),
            "parameter_units": ("parameter", words(unknown_quantity(name).units for name in names)),
            "prior": ("parameter", words(one.prior for one in estimate.parameters)),
            "doubted": ("doubted", words(one.name for one in estimate.cell_values)),
            "cell_value": ("cell_value", words(one.label for one in estimate.cell_sensitivity)),
            "source": ("curve", words(curve.source for curve in estimate.curves)),
            "current": (
                "curve",
                [curve.current for curve in estimate.curves],
                quantity("current").attrs,
            ),
        },
        attrs=_attributes(estimate),
    )


def posterior_dataset(estimate: EstimateRecord) -> xr.Dataset:
    """Label the draws as ArviZ reads them: one chain, a variable for each unknown.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned.

    Returns
    -------
    xarray.Dataset
        Along ``chain`` and ``draw``.
    """
    columns = dict(zip(estimate.names, estimate.draws.T, strict=True))
    if estimate.doubted:
        columns |= dict(zip(estimate.doubted, estimate.cell_value_draws.T, strict=True))
    return xr.Dataset(
        {
            name: (("chain", "draw"), values[None], unknown_quantity(name).attrs)
            for name, values in columns.items()
        },
        coords={"chain": [0], "draw": np.arange(len(estimate.draws))},
        attrs={"inference_library": "microbatt", "title": estimate.name},
    )


def words(texts: Iterable[str]) -> Words:
    """Return texts as objects, which every store keeps at their own lengths."""
    return np.array(list(texts), dtype=object)


def _curves(estimate: EstimateRecord) -> dict[str, Labelled]:
    """Pad the curves to one length."""
    longest = max((curve.capacity.size for curve in estimate.curves), default=0)

    def padded(values: list[Array]) -> Array:
        return _padded(values, longest)

    volts = {
        "measured_voltage": ("measured", "measured cell voltage"),
        "fitted_voltage": ("fitted", "fitted cell voltage"),
        "voltage_low": ("low", "lower edge of the predicted band"),
        "voltage_high": ("high", "upper edge of the predicted band"),
        "residual": ("residual", "measured less fitted voltage"),
        "allowed_deviation": ("sigma", "standard deviation allowed of the measured voltage"),
    }
    found: dict[str, Labelled] = {
        name: (
            ("curve", "sample"),
            padded([getattr(curve, field) for curve in estimate.curves]),
            {"units": "V", "long_name": meaning},
        )
        for name, (field, meaning) in volts.items()
    }
    found["capacity"] = (
        ("curve", "sample"),
        padded([curve.capacity for curve in estimate.curves]),
        quantity("capacity").attrs,
    )
    found["residual_rms"] = (
        "curve",
        [curve.residual_rms for curve in estimate.curves],
        {"units": "V", "long_name": "rms of the residual up to 97 % of the capacity"},
    )
    found["curve_offset"] = (
        "curve",
        [curve.offset for curve in estimate.curves],
        {"units": "V", "long_name": "offset of the curve's own, as expected and fitted"},
    )
    for i, name in enumerate(("alpha", "S")):
        found[f"{name}_information"] = (
            "curve",
            [curve.information[i] for curve in estimate.curves],
            {"units": "1", "long_name": f"share of the curve in the estimate of {name}"},
        )
    return found


def _padded(values: list[Array], longest: int) -> Array:
    table = np.full((len(values), longest), np.nan)
    for row, one in zip(table, values, strict=True):
        row[: one.size] = one
    return table


def _runs(estimate: EstimateRecord) -> dict[str, Labelled]:
    """Pad the runs to one length; nothing where there are none."""
    if not estimate.runs:
        return {}
    longest = max(run.time.size for run in estimate.runs)
    columns = {
        "run_time": ("time", "s", "time since the start of the run"),
        "run_current": ("current", "A m-2", "current of the run, discharge positive"),
        "run_measured_voltage": ("measured", "V", "measured cell voltage"),
        "run_fitted_voltage": ("fitted", "V", "fitted cell voltage"),
        "run_voltage_low": ("low", "V", "lower edge of the predicted band"),
        "run_voltage_high": ("high", "V", "upper edge of the predicted band"),
        "run_allowed_deviation": ("sigma", "V", "standard deviation allowed of an average"),
    }
    found: dict[str, Labelled] = {
        name: (
            ("run", "run_sample"),
            _padded([getattr(run, field) for run in estimate.runs], longest),
            {"units": unit, "long_name": meaning},
        )
        for name, (field, unit, meaning) in columns.items()
    }
    found["run_residual_rms"] = (
        "run",
        [run.residual_rms for run in estimate.runs],
        {"units": "V", "long_name": "rms of the residual of a run"},
    )
    found["run_source"] = ("run", words(run.source for run in estimate.runs), {})
    for i, name in enumerate(("alpha", "S")):
        found[f"run_{name}_information"] = (
            "run",
            [run.information[i] for run in estimate.runs],
            {"units": "1", "long_name": f"share of the run in the estimate of {name}"},
        )
    return found


def _cell_sensitivity(estimate: EstimateRecord) -> dict[str, Labelled]:
    return {
        f"{name}_sensitivity": (
            "cell_value",
            np.array([getattr(one, name) for one in estimate.cell_sensitivity], dtype=float),
            {
                "units": "1",
                "long_name": f"change of {name} if the value in the cell file is raised by 1 %",
            },
        )
        for name in ("alpha", "S")
    }


def _attributes(estimate: EstimateRecord) -> dict[str, Attribute]:
    diagnostics = estimate.diagnostics
    return {
        "Conventions": CONVENTIONS,
        "title": f"microstructure inferred from discharges: {estimate.name}",
        "cell": json.dumps(estimate.cell.to_dict()),
        "inventory": str(estimate.inventory),
        "thermal": json.dumps(thermal_to_dict(estimate.thermal)),
        "settings": json.dumps(estimate.settings.to_dict()),
        "noise_voltage": estimate.noise,
        "noise_given": int(estimate.noise_given),
        "level": estimate.level,
        "posterior": str(estimate.posterior),
        "posterior_sentence": estimate.posterior_sentence,
        "reduced_chi_square": diagnostics.reduced_chi_square,
        "misfit": int(diagnostics.misfit),
        "misfit_sentence": diagnostics.misfit_sentence,
        "misfit_causes": "\n".join(one.name for one in diagnostics.causes),
        "verdict": str(diagnostics.verdict),
        "settled": int(diagnostics.settled),
        "settled_sentence": diagnostics.settled_sentence,
        "out_of_range": int(diagnostics.out_of_range),
        "range_sentence": diagnostics.range_sentence,
        "at_bound": int(diagnostics.at_bound),
        "cell_error_sentence": estimate.cell_error_sentence,
        "model_error": estimate.model_error,
        "unasked": estimate.unasked,
        "assumptions": "\n".join(estimate.assumptions),
        "what_was_read": "\n\n".join(estimate.what_was_read),
        "versions": json.dumps(estimate.versions),
    }
