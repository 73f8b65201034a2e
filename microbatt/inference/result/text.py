"""An estimate in a few lines for people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.stats import norm

from microbatt.constants import SECONDS_PER_HOUR
from microbatt.inference.forward.unknowns import (
    MICROSTRUCTURE,
    PARAMETERS,
    as_shown,
    in_words,
)
from microbatt.inference.result.cell_sensitivity import together
from microbatt.inference.result.structure import structure_numbers
from microbatt.inference.result.trade_offs import trade_off_sentence
from microbatt.quantities import pretty_units

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbatt.inference.result.records import (
        EstimateRecord,
        FittedCurve,
        FittedRun,
        ParameterEstimate,
    )
    from microbatt.inference.result.structure import DerivedNumber


FAR: Final = 2.0
"""Widths of its prior beyond which it is told that a value ended there."""
_MOST: Final = 4
_FILES: Final = 8
"""Files of which the summary says how they were read."""
_NOT_USED: Final = "not used:"
"""How the line of a file begins that names the columns that were not used."""
_LARGE: Final = 1e4
_UNTOLD: Final = 2.0
"""Of the logarithm: a deviation by which noise alone tells nothing that the prior does not."""
_SKEWED: Final = 1.05
"""Factor of one standard deviation from which on it is told as a factor."""


def summarise(estimate: EstimateRecord) -> str:
    """Return the estimate, the curves and the judgement in words.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned.
    """
    percent = f"{100 * estimate.level:g} %"
    curves = sorted(estimate.curves, key=lambda curve: curve.current)
    held = [_count(curves, "curve")] if curves else []
    held += [_count(estimate.runs, "run")] if estimate.runs else []
    lines = [f"{estimate.name}: {' and '.join(held)} of {estimate.cell.name}"]
    doubtful = bool(estimate.cell_values)
    lines += [
        f"  {line_of(one, percent, estimate.level, alone=doubtful)}" for one in estimate.parameters
    ]
    if np.isfinite(estimate.correlation):
        lines.append(f"  correlation of alpha and S {estimate.correlation:+.2f}")
    lines += [f"  {_derived(one, percent)}" for one in structure_numbers(estimate)]
    network = estimate.network
    if network is not None:
        lines.append(f"  the network alone: alpha {network.alpha:.4g}, S {network.S:.4g}")
    elif estimate.unasked:
        lines.append(f"  {estimate.unasked}")
    lines += ["", *(f"  {_curve(curve, estimate.names)}" for curve in curves)]
    lines += [f"  {_run(run, estimate.names)}" for run in estimate.runs]
    lines += _files(estimate.what_was_read)
    told = estimate.diagnostics
    lines += ["", told.misfit_sentence]
    more = [
        told.range_sentence if told.out_of_range or told.at_bound else "",
        told.outlier_sentence,
    ]
    more += [estimate.posterior_sentence, told.settled_sentence]
    lines += [sentence for sentence in more if sentence]
    if doubtful:
        lines += [estimate.cell_error_sentence, strained_sentence(estimate)]
        lines.append(trade_off_sentence(estimate))
    elif any(one.alpha or one.S for one in estimate.cell_sensitivity):
        lines.append(cell_sensitivity_sentence(estimate))
    return "\n".join(lines)


def _files(told: Sequence[str]) -> list[str]:
    """Say how the first files were read, and which of their columns were not used."""
    more = [f"  and {len(told) - _FILES} more files"] if len(told) > _FILES else []
    lines = []
    for file in told[:_FILES]:
        first, *rest = file.splitlines()
        lines.append(f"  read {first}")
        lines += [f"  {one}" for one in rest if one.strip().startswith(_NOT_USED)]
    return lines + more


def cell_sensitivity_sentence(estimate: EstimateRecord) -> str:
    """Say how far errors of one percent in the cell file carry, all other values held.

    Parameters
    ----------
    estimate : Estimate
        What `microbatt.infer` returned, with cell_sensitivity.

    Returns
    -------
    str
        Two sentences.
    """
    alpha, S = together(estimate.cell_sensitivity)
    name = "alpha" if alpha else "S"
    ranked = sorted(estimate.cell_sensitivity, key=lambda one: -abs(getattr(one, name)))
    most = [f"{one.label} ({getattr(one, name):+.2g})" for one in ranked[:3]]
    if estimate.cell_values:
        return (
            "The intervals already count what the cell file leaves open. For comparison, with one "
            f"value off by 1 % and all others right, {name} would move most by {', '.join(most)}."
        )
    return (
        "The intervals take the cell file as exact. If each of its values were off by 1 %, alpha "
        f"would be off by {alpha:.2g} and S by {S:.2g}; {name} most by {', '.join(most)}."
    )


def strained_sentence(estimate: EstimateRecord) -> str:
    """Say which values end far from what was expected of them.

    Parameters
    ----------
    estimate : Estimate
        What `microbatt.infer` returned.

    Returns
    -------
    str
        A sentence or two.
    """
    every = [*estimate.parameters, *estimate.cell_values]
    disagree = estimate.diagnostics.conflict_sentence
    far = sorted((one for one in every if abs(one.beyond) > FAR), key=lambda one: -abs(one.beyond))
    if not far:
        return disagree or (
            f"Every other value ends where it was expected, within {FAR:g} times the error stated "
            "for it."
        )
    told = [
        f"{one.name.replace('_', ' ')} at {in_words(one.name, one.value)} ({one.beyond:+.1f} times)"
        for one in far[:_MOST]
    ]
    end = "value ends" if len(far) == 1 else "values end"
    return (
        f"{len(far)} {end} further from what was expected than {FAR:g} times the error stated: "
        f"{', '.join(told)}. Measure these again, or state a larger error."
        + (f" {disagree}" if disagree else "")
    )


def own_offset(curve: FittedCurve) -> list[str]:
    """Tell of a curve's own offset; nothing if it cannot have one.

    Parameters
    ----------
    curve : FittedCurve
        Of an estimate.

    Returns
    -------
    list of str
        One clause, or none.
    """
    return [f"its voltage is off by {1e3 * curve.offset:+.2f} mV"] if curve.offset else []


def one_line(estimate: EstimateRecord) -> str:
    """Return the name, the parameters and the verdict in one line.

    Parameters
    ----------
    estimate : Estimate
        What `microbatt.infer` returned.
    """
    found = ", ".join(
        f"{one.name} {rounded_with(one.value, one.std)} {error_of(one, estimate.level)}"
        for one in estimate.parameters
    )
    return f"{estimate.name!r}: {found}; {estimate.diagnostics.verdict}"


def rounded_with(value: float, std: float) -> str:
    """Return a value with the digits that its standard deviation leaves.

    Examples
    --------
    >>> rounded_with(3.14159, 0.02)
    '3.142'
    """
    if not (np.isfinite(std) and std > 0.0 and np.isfinite(value)):
        return f"{value:.4g}"
    return f"{value:.{int(np.clip(1 - np.floor(np.log10(std)), 0, 9))}f}"


def error_of(one: ParameterEstimate, level: float) -> str:
    """Return one standard deviation of a number as it reads best.

    A number that is fitted by its logarithm has a factor up and down, where its interval reaches
    further up than down; the others have as much more as less.

    Parameters
    ----------
    one : ParameterEstimate
        The number with its interval.
    level : float
        Probability of the interval.

    Returns
    -------
    str
        ``± 0.02``, or ``×/÷ 1.14``.

    Examples
    --------
    >>> from microbatt.inference.result.records import ParameterEstimate
    >>> wide = ParameterEstimate(name="S", value=4.0, std=0.56, low=3.2, high=5.0, prior="")
    >>> error_of(wide, 0.9)
    '×/÷ 1.15'
    """
    factor = _factor(one, level)
    return f"± {one.std:.2g}" if factor is None else f"×/÷ {factor:.3g}"


def _factor(one: ParameterEstimate, level: float) -> float | None:
    """Return the factor of one standard deviation of the logarithm; None where ± says the same."""
    if not PARAMETERS[one.name].logarithmic or not 0.0 < one.low < one.high:
        return None
    factor = float((one.high / one.low) ** (0.5 / norm.ppf(0.5 + 0.5 * level)))
    return factor if factor > _SKEWED else None


def line_of(one: ParameterEstimate, percent: str, level: float, *, alone: bool) -> str:
    """Return the line of one unknown: value, error, interval, and what noise `alone` leaves."""
    one, unit = as_read(one)
    shown = f" {unit}".rstrip()
    noise = f" (noise alone ± {one.noise_std:.2g})" if alone else ""
    if noise and _factor(one, level) is not None:
        share = one.noise_std / one.value
        told = f"×/÷ {np.exp(share):.3g}" if share < _UNTOLD else "leaves it open"
        noise = f" (noise alone {told})"
    return (
        f"{one.name:22s} {one.value:.5g} {error_of(one, level)}{shown}, "
        f"{percent} between {one.low:.5g} and {one.high:.5g}{bounded(one)}{noise}"
    )


def as_read(one: ParameterEstimate) -> tuple[ParameterEstimate, str]:
    """Return an unknown in the unit in which people read it, and that unit.

    Examples
    --------
    >>> from microbatt.inference.result.records import ParameterEstimate
    >>> thickness = ParameterEstimate(
    ...     name="positive_thickness", value=7e-5, std=1e-6, low=6.8e-5, high=7.2e-5, prior=""
    ... )
    >>> shown, unit = as_read(thickness)
    >>> round(shown.value, 6), unit
    (70.0, 'µm')
    """
    size, unit = as_shown(one.name)
    low, high = (
        None if bound is None else size * bound for bound in (one.low_bound, one.high_bound)
    )
    shown = replace(
        one,
        value=size * one.value,
        std=size * one.std,
        low=size * one.low,
        high=size * one.high,
        noise_std=size * one.noise_std,
        low_bound=low,
        high_bound=high,
    )
    return shown, unit


def bounded(one: ParameterEstimate) -> str:
    """Say at which bounds an interval ends; nothing where the data end it.

    Parameters
    ----------
    one : ParameterEstimate
        The number with its interval.

    Returns
    -------
    str
        In brackets, after a space.

    Examples
    --------
    >>> from microbatt.inference.result.records import ParameterEstimate
    >>> wide = ParameterEstimate(
    ...     name="S", value=90.0, std=40.0, low=20.0, high=200.0, prior="", high_bound=200.0
    ... )
    >>> bounded(wide)
    ' (ends at the bound 200)'
    """
    bounds = [f"{bound:.5g}" for bound in (one.low_bound, one.high_bound) if bound is not None]
    if not bounds:
        return ""
    noun = "bound" if len(bounds) == 1 else "bounds"
    return f" (ends at the {noun} {' and '.join(bounds)})"


def _curve(curve: FittedCurve, asked: Sequence[str]) -> str:
    return (
        f"{curve.current:7.4g} A m⁻²  off by {curve.residual_rms * 1e3:6.2f} mV rms{_own(curve)}"
        f"{_carried(curve, asked)}{_warm(curve)}"
        + "".join(f"; {words}" for words in own_offset(curve))
    )


def _run(run: FittedRun, asked: Sequence[str]) -> str:
    return (
        f"{run.source}, as a run of {run.time[-1] / SECONDS_PER_HOUR:.3g} h: off by "
        f"{run.residual_rms * 1e3:.2f} mV rms{_own(run)}{_carried(run, asked)}{_warm(run)}"
    )


def _warm(fitted: FittedCurve | FittedRun) -> str:
    return "; its measured temperature drives it" if fitted.temperature_measured else ""


def _carried(fitted: FittedCurve | FittedRun, asked: Sequence[str]) -> str:
    """Say what a curve or run tells of alpha and S, as far as they were asked for."""
    pairs = zip(MICROSTRUCTURE, fitted.information, strict=True)
    told = [f"{100 * share:3.0f} % of {name}" for name, share in pairs if name in asked]
    if not told:
        return ""
    first, *rest = told
    return f", carries {', '.join([first.replace('% of', '% of what is known of'), *rest])}"


def _own(fitted: FittedCurve | FittedRun) -> str:
    """Say how much a curve or run is off by itself, beside the error that all share."""
    if fitted.shared_error is None:
        return ""
    return f" ({fitted.rms_beside_shared * 1e3:.2f} mV without the error common to all)"


def _count(some: Sequence[object], noun: str) -> str:
    return f"{len(some)} {noun}" + ("" if len(some) == 1 else "s")


def _derived(one: DerivedNumber, percent: str) -> str:
    unit = "" if one.units == "1" else f" {pretty_units(one.units)}"
    value = rounded_with(one.value, one.std) if one.value < _LARGE else f"{one.value:.4g}"
    return f"{one.label}: {value}{unit}, {percent} between {one.low:.4g} and {one.high:.4g}"
