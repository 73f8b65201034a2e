"""Numbers as text: with their uncertainty, their unit and what they mean for the electrode."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.forward import MICROSTRUCTURE, unknown_quantity

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.inference import DerivedNumber, Estimate, ParameterEstimate

_SMALL: Final = 0.1
"""Numbers below this are told in thousandths or millionths of their unit."""
_LESS: Final = 0.95
"""Of a standard deviation, below which that of noise alone is told beside it."""
_SAME: Final = 0.05
"""Bounds are computed to some percents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One number of a report.

    Attributes
    ----------
    label
        What it is.
    value
        With two digits of its uncertainty.
    interval
        Its ends, in words.
    unit
        Empty for a plain number.
    note
        What it means.
    """

    label: str
    value: str
    interval: str
    unit: str = ""
    note: str = ""


def rounded(value: float, std: float) -> str:
    """Write a value with two digits of its uncertainty.

    Examples
    --------
    >>> rounded(2.30481, 0.00262), rounded(1234.5, 30.0), rounded(3.0, 0.0)
    ('2.3048', '1234', '3')
    """
    if not (math.isfinite(value) and math.isfinite(std) and std > 0.0):
        return f"{value:.6g}"
    digits = 1 - math.floor(math.log10(std))
    if abs(value) < 1e-3 or digits > 7:
        return f"{value:.{max(1, significant(value, std))}g}"
    return f"{value:.{max(0, digits)}f}"


def significant(value: float, std: float) -> int:
    """Return how many digits of a value its uncertainty leaves, the second uncertain one last.

    Examples
    --------
    >>> significant(0.00049715, 1.85e-6)
    4
    """
    if value == 0.0:
        return 2
    return math.floor(math.log10(abs(value))) - math.floor(math.log10(std)) + 2


def parameter_fact(one: ParameterEstimate) -> Fact:
    """Write one parameter of an estimate."""
    found = unknown_quantity(one.name)
    unit = "" if found.units == "1" else found.pretty_units
    factor, prefix = scaled(max(abs(one.low), abs(one.high))) if unit else (1.0, "")
    value, low, high = (
        rounded(factor * number, factor * one.std) for number in (one.value, one.low, one.high)
    )
    return Fact(
        label=f"{one.name}: {found.long_name}" if one.name in MICROSTRUCTURE else found.long_name,
        value=value,
        interval=f"{low} to {high}{_bounded(one)}",
        unit=prefix + unit,
        note=_alone(one, factor),
    )


def _bounded(one: ParameterEstimate) -> str:
    """Say which ends of the interval are bounds of what was looked at."""
    ends = [
        word
        for word, bound in (("lower", one.low_bound), ("upper", one.high_bound))
        if bound is not None
    ]
    if not ends:
        return ""
    return f" ({' and '.join(ends)} end at the bound)"


def _alone(one: ParameterEstimate, factor: float) -> str:
    """Say what noise alone would leave, where the interval counts more."""
    if not one.noise_std < _LESS * one.std:
        return ""
    return f"noise alone ± {factor * one.noise_std:.2g}"


def scaled(size: float) -> tuple[float, str]:
    """Return the factor and the prefix of a unit that make a small number easy to read.

    Examples
    --------
    >>> scaled(0.7), scaled(0.0021), scaled(3.8e-6)
    ((1.0, ''), (1000.0, 'm'), (1000000.0, 'µ'))
    """
    if not 0.0 < size < _SMALL:
        return 1.0, ""
    return (1e3, "m") if size >= 1e-3 * _SMALL else (1e6, "µ")


def structure_facts(estimate: Estimate) -> tuple[Fact, ...]:
    """Write what alpha and S mean for the positive electrode.

    Returns
    -------
    tuple of Fact
        Tortuosity and MacMullin number of the pores, and the area of active material per volume
        of electrode.
    """
    porosity = f"at a porosity of {estimate.cell.positive.porosity:.3g}"
    return tuple(_derived(one, porosity if one.units == "1" else "") for one in estimate.structure)


def _derived(one: DerivedNumber, note: str) -> Fact:
    factor, unit = (1e-3, "mm⁻¹") if one.units == "m-1" else (1.0, "")
    value, low, high = (
        rounded(factor * number, factor * one.std) for number in (one.value, one.low, one.high)
    )
    return Fact(label=one.label, value=value, interval=f"{low} to {high}", unit=unit, note=note)


def against_bounds(estimate: Estimate, bounds: xr.Dataset) -> str:
    """Say how the estimate's uncertainty compares with the smallest possible one.

    Parameters
    ----------
    estimate
        The estimate.
    bounds
        One point of a map of bounds, at the estimate.
    """
    ratios = [
        estimate[name].noise_std / float(np.asarray(bounds[f"{name}_bound"]).item())
        for name in ("alpha", "S")
    ]
    if not all(math.isfinite(ratio) and ratio > 0.0 for ratio in ratios):
        return "At the estimate these curves alone would not tell alpha and S apart."
    if all(abs(ratio - 1.0) < _SAME for ratio in ratios):
        return (
            "At the estimate the standard deviations by noise alone are, within 5 %, the smallest "
            "possible ones from as many readings evenly spread over the curves."
        )
    told = (
        f"At the estimate the standard deviations by noise alone are {ratios[0]:.2f} (alpha) and "
        f"{ratios[1]:.2f} (S) times the smallest possible ones from as many readings evenly spread "
        "over the curves; what is not known of the cell comes on top, in the intervals above."
    )
    if min(ratios) < 1.0 - _SAME:
        told += (
            " A ratio below 1 comes of what those do not count: readings closer where a curve is "
            "steep, and limits that an unknown cannot pass, such as a resistance of zero."
        )
    return told
