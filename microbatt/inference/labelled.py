"""Estimates as `xarray.Dataset`, with CF attributes: one, and many beside each other."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from microbatt.engines.request import thermal_to_dict
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from microbatt.inference.estimate import Estimate
    from microbatt.inference.reading import Unread

CONVENTIONS: Final = "CF-1.11"
_OF_PARAMETER: Final = {
    "value": "median of the posterior",
    "std": "standard deviation of the posterior",
    "low": "lower end of the interval",
    "high": "upper end of the interval",
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
        parameter), and ``curve`` × ``sample`` (measured, fitted, residual …; NaN beyond the end of
        the shorter curves).
    """
    names = list(estimate.names)
    of_parameter: dict[str, Any] = {
        key: ("parameter", [getattr(one, key) for one in estimate.parameters], {"long_name": words})
        for key, words in _OF_PARAMETER.items()
    }
    draws = {
        f"{name}_draw": ("draw", estimate.draws[:, i], quantity(name).attrs)
        for i, name in enumerate(names)
    }
    covariance = {
        "covariance": (
            ("parameter", "other_parameter"),
            estimate.covariance,
            {"long_name": "covariance of the posterior"},
        )
    }
    return xr.Dataset(
        of_parameter | covariance | draws | _curves(estimate),
        coords={
            "parameter": ("parameter", _words(names)),
            "other_parameter": ("other_parameter", _words(names)),
            "parameter_units": ("parameter", _words(quantity(name).units for name in names)),
            "prior": ("parameter", _words(one.prior for one in estimate.parameters)),
            "source": ("curve", _words(curve.source for curve in estimate.curves)),
            "current": (
                "curve",
                [curve.current for curve in estimate.curves],
                quantity("current").attrs,
            ),
        },
        attrs=_attributes(estimate),
    )


def experiments_dataset(done: Sequence[Estimate], failed: Sequence[Unread] = ()) -> xr.Dataset:
    """Put estimates of many experiments beside each other.

    Parameters
    ----------
    done
        Estimates.
    failed
        Experiments that came to nothing, and why.

    Returns
    -------
    xarray.Dataset
        Along ``experiment``: for each parameter its value, ``…_std``, ``…_low`` and ``…_high``;
        ``alpha_S_correlation``, ``reduced_chi_square``, ``misfit``, ``out_of_range``; ``failure``
        is empty where an experiment succeeded. NaN where it did not.
    """
    n, empty = len(done), len(failed)
    names = list(dict.fromkeys(name for one in done for name in one.names))
    variables: dict[str, Any] = {}
    for name in names:
        for key, words in _OF_PARAMETER.items():
            values = [getattr(one[name], key) if name in one.names else np.nan for one in done]
            label = name if key == "value" else f"{name}_{key}"
            described = quantity(name).attrs | {"long_name": f"{quantity(name).long_name}, {words}"}
            variables[label] = ("experiment", [*values, *[np.nan] * empty], described)
    judged = {
        "alpha_S_correlation": [one.correlation for one in done],
        "reduced_chi_square": [one.belief.reduced_chi_square for one in done],
        "curves": [float(len(one.curves)) for one in done],
        "seconds": [sum(one.seconds.values()) for one in done],
    }
    variables |= {
        name: ("experiment", [*values, *[np.nan] * empty]) for name, values in judged.items()
    }
    flags = {
        "misfit": [one.belief.misfit for one in done],
        "out_of_range": [one.belief.out_of_range for one in done],
    }
    variables |= {
        name: ("experiment", np.array([*values, *[False] * empty], dtype=bool))
        for name, values in flags.items()
    }
    variables["failure"] = ("experiment", _words([""] * n + [one.reason for one in failed]))
    return xr.Dataset(
        variables,
        coords={
            "experiment": (
                "experiment",
                _words([one.name for one in done] + [one.source for one in failed]),
            )
        },
        attrs={"Conventions": CONVENTIONS, "title": "microstructure inferred from discharges"},
    )


def _words(texts: Iterable[str]) -> np.ndarray[Any, Any]:
    """Return texts as objects, which every store keeps at their own lengths."""
    return np.array(list(texts), dtype=object)


def _curves(estimate: Estimate) -> dict[str, Any]:
    """Pad the curves to one length."""
    longest = max(curve.capacity.size for curve in estimate.curves)

    def padded(values: list[Any]) -> np.ndarray[Any, Any]:
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
    found: dict[str, Any] = {
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
    for i, name in enumerate(("alpha", "S")):
        found[f"{name}_information"] = (
            "curve",
            [curve.information[i] for curve in estimate.curves],
            {"units": "1", "long_name": f"share of the curve in the estimate of {name}"},
        )
    return found


def _attributes(estimate: Estimate) -> dict[str, Any]:
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
        "assumptions": "\n".join(estimate.assumptions),
        "versions": json.dumps(estimate.versions),
    }
