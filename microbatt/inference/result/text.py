"""An estimate in a few lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.inference.result.cell_sensitivity import together
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from microbatt.inference.result.records import EstimateRecord, FittedCurve, ParameterEstimate


def summarise(estimate: EstimateRecord) -> str:
    """Return the estimate, the curves and the judgement in words.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned.
    """
    percent = f"{100 * estimate.level:g} %"
    curves = sorted(estimate.curves, key=lambda curve: curve.current)
    count = "1 curve" if len(curves) == 1 else f"{len(curves)} curves"
    lines = [f"{estimate.name}: {count} of {estimate.cell.name}"]
    lines += [f"  {_line(one, percent)}" for one in estimate.parameters]
    lines.append(f"  correlation of alpha and S {estimate.correlation:+.2f}")
    network = estimate.network
    if network is not None:
        lines.append(f"  the network alone: alpha {network.alpha:.4g}, S {network.S:.4g}")
    elif estimate.unasked:
        lines.append(f"  {estimate.unasked}")
    lines.append("")
    for curve in curves:
        alpha, S = curve.information
        lines.append(
            f"  {curve.current:7.4g} A m⁻²  residual {curve.residual_rms * 1e3:6.2f} mV rms, tells "
            f"{100 * alpha:3.0f} % of alpha and {100 * S:3.0f} % of S"
            + "".join(f"; {words}" for words in own_offset(curve))
        )
    lines += ["", estimate.diagnostics.misfit_sentence]
    if estimate.diagnostics.out_of_range:
        lines.append(estimate.diagnostics.range_sentence)
    lines.append(estimate.posterior_sentence)
    if estimate.diagnostics.settled_sentence:
        lines.append(estimate.diagnostics.settled_sentence)
    if estimate.cell_sensitivity:
        lines.append(cell_sensitivity_sentence(estimate))
    return "\n".join(lines)


def cell_sensitivity_sentence(estimate: EstimateRecord) -> str:
    """Say how far errors of one percent in the cell file carry.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned, with cell_sensitivity.
    """
    alpha, S = together(estimate.cell_sensitivity)
    most = [f"{one.label} ({one.alpha:+.2g})" for one in estimate.cell_sensitivity[:3]]
    return (
        "The intervals take the cell file as exact. If each of its values were off by 1 %, alpha "
        f"would be off by {alpha:.2g} and S by {S:.2g}; alpha most by {', '.join(most)}."
    )


def own_offset(curve: FittedCurve) -> list[str]:
    """Tell of a curve's own offset; nothing if it cannot have one.

    Parameters
    ----------
    curve
        Of an estimate.
    """
    return [f"its voltage is off by {1e3 * curve.offset:+.2f} mV"] if curve.offset else []


def one_line(estimate: EstimateRecord) -> str:
    """Return the name, the parameters and the verdict in one line.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned.
    """
    found = ", ".join(
        f"{one.name} {rounded_with(one.value, one.std)} ± {one.std:.2g}"
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


def _line(one: ParameterEstimate, percent: str) -> str:
    found = quantity(one.name)
    shown = "" if found.units == "1" else f" {found.pretty_units}"
    return (
        f"{one.name:22s} {one.value:.5g} ± {one.std:.2g}{shown}, "
        f"{percent} between {one.low:.5g} and {one.high:.5g}"
    )
