"""Estimates as `xarray.Dataset`, with CF attributes: one, and many beside each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr

from microbatt.engines import thermal_to_dict
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray

    from microbatt.inference.result.estimate import Estimate, Inferred

    Array = NDArray[np.float64]
    Words = NDArray[np.object_]
    Attribute: TypeAlias = str | float | int
    Labelled: TypeAlias = (
        "tuple[str | tuple[str, ...], object] "
        "| tuple[str | tuple[str, ...], object, Mapping[str, Attribute]]"
    )
    """Dimensions, values and, where there are any, attributes of a variable."""

CONVENTIONS: Final = "CF-1.11"
_OF_PARAMETER: Final = {
    "value": "median of the posterior",
    "std": "standard deviation of the posterior",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
}
_NUMBERS: Final[dict[str, Callable[[Estimate], float]]] = {
    "alpha_S_correlation": lambda one: one.correlation,
    "reduced_chi_square": lambda one: one.belief.reduced_chi_square,
    "curves": lambda one: len(one.curves),
    "seconds": lambda one: sum(one.seconds.values()),
}
_FLAGS: Final[dict[str, Callable[[Estimate], bool]]] = {
    "misfit": lambda one: one.belief.misfit,
    "out_of_range": lambda one: one.belief.out_of_range,
}
_SENTENCES: Final[dict[str, Callable[[Estimate], str]]] = {
    "misfit_sentence": lambda one: one.belief.misfit_sentence,
    "range_sentence": lambda one: one.belief.range_sentence,
}


def estimate_dataset(estimate: Estimate) -> xr.Dataset:
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
        key: ("parameter", [getattr(one, key) for one in estimate.parameters], {"long_name": words})
        for key, words in _OF_PARAMETER.items()
    }
    draws: dict[str, Labelled] = {
        f"{name}_draw": ("draw", estimate.draws[:, i], quantity(name).attrs)
        for i, name in enumerate(names)
    }
    covariance: dict[str, Labelled] = {
        "covariance": (
            ("parameter", "other_parameter"),
            estimate.covariance,
            {"long_name": "covariance of the posterior"},
        )
    }
    return xr.Dataset(
        of_parameter | covariance | draws | _curves(estimate) | _influences(estimate),
        coords={
            "parameter": ("parameter", _words(names)),
            "other_parameter": ("other_parameter", _words(names)),
            "parameter_units": ("parameter", _words(quantity(name).units for name in names)),
            "prior": ("parameter", _words(one.prior for one in estimate.parameters)),
            "cell_value": ("cell_value", _words(one.label for one in estimate.influences)),
            "source": ("curve", _words(curve.source for curve in estimate.curves)),
            "current": (
                "curve",
                [curve.current for curve in estimate.curves],
                quantity("current").attrs,
            ),
        },
        attrs=_attributes(estimate),
    )


def experiments_dataset(experiments: Sequence[Inferred]) -> xr.Dataset:
    """Put the estimates of many experiments beside each other.

    Parameters
    ----------
    experiments
        What became of each.

    Returns
    -------
    xarray.Dataset
        Along ``experiment``: for each parameter its value, ``…_std``, ``…_low`` and ``…_high``;
        ``alpha_S_correlation``, ``reduced_chi_square``, ``misfit``, ``out_of_range`` and their
        sentences; ``failure`` is empty where an experiment succeeded and ``unread`` tells which of
        its files were left out. NaN, and no flag, where it did not succeed.
    """
    estimates = [one.estimate for one in experiments]
    names = list(dict.fromkeys(name for one in estimates if one is not None for name in one.names))
    variables: dict[str, Labelled] = {}
    for name in names:
        variables |= _parameter_columns(estimates, name)
    for name, number in _NUMBERS.items():
        values = [np.nan if one is None else number(one) for one in estimates]
        variables[name] = ("experiment", np.array(values, dtype=float))
    for name, flag in _FLAGS.items():
        flags = [one is not None and flag(one) for one in estimates]
        variables[name] = ("experiment", np.array(flags, dtype=bool))
    for name, text in _SENTENCES.items():
        words = ["" if one is None else text(one) for one in estimates]
        variables[name] = ("experiment", _words(words))
    variables["failure"] = ("experiment", _words(one.failure for one in experiments))
    variables["unread"] = (
        "experiment",
        _words("; ".join(file.reason for file in one.unread) for one in experiments),
    )
    return xr.Dataset(
        variables,
        coords={"experiment": ("experiment", _words(one.name for one in experiments))},
        attrs={"Conventions": CONVENTIONS, "title": "microstructure inferred from discharges"},
    )


def _parameter_columns(estimates: Sequence[Estimate | None], name: str) -> dict[str, Labelled]:
    """Return value, deviation and ends of a parameter; NaN where it was not inferred."""
    found: dict[str, Labelled] = {}
    for key, words in _OF_PARAMETER.items():
        values = [
            getattr(one[name], key) if one is not None and name in one.names else np.nan
            for one in estimates
        ]
        described = quantity(name).attrs | {"long_name": f"{quantity(name).long_name}, {words}"}
        label = name if key == "value" else f"{name}_{key}"
        found[label] = ("experiment", np.array(values, dtype=float), described)
    return found


def _words(texts: Iterable[str]) -> Words:
    """Return texts as objects, which every store keeps at their own lengths."""
    return np.array(list(texts), dtype=object)


def _curves(estimate: Estimate) -> dict[str, Labelled]:
    """Pad the curves to one length."""
    longest = max(curve.capacity.size for curve in estimate.curves)

    def padded(values: list[Array]) -> Array:
        table = np.full((len(values), longest), np.nan)
        for row, one in zip(table, values, strict=True):
            row[: one.size] = one
        return table

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
            {"units": "V", "long_name": words},
        )
        for name, (field, words) in volts.items()
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


def _influences(estimate: Estimate) -> dict[str, Labelled]:
    return {
        f"{name}_influence": (
            "cell_value",
            np.array([getattr(one, name) for one in estimate.influences], dtype=float),
            {
                "units": "1",
                "long_name": f"change of {name} if the value is 1 % higher than in the cell file",
            },
        )
        for name in ("alpha", "S")
    }


def _attributes(estimate: Estimate) -> dict[str, Attribute]:
    belief = estimate.belief
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
        "reduced_chi_square": belief.reduced_chi_square,
        "misfit": int(belief.misfit),
        "misfit_sentence": belief.misfit_sentence,
        "out_of_range": int(belief.out_of_range),
        "range_sentence": belief.range_sentence,
        "unasked": estimate.unasked,
        "assumptions": "\n".join(estimate.assumptions),
        "versions": json.dumps(estimate.versions),
    }
