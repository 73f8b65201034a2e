"""An estimate in a few lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.inference.result.cell_sensitivity import together
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from microbatt.inference.result.estimate import Estimate, FittedCurve, ParameterEstimate


def summarise(estimate: Estimate) -> str:
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
    lines += ["", estimate.belief.misfit_sentence]
    if estimate.belief.out_of_range:
        lines.append(estimate.belief.range_sentence)
    lines.append(estimate.posterior_sentence)
    if estimate.influences:
        lines.append(influence_sentence(estimate))
    return "\n".join(lines)


def influence_sentence(estimate: Estimate) -> str:
    """Say how far errors of one percent in the cell file carry.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned, with influences.
    """
    alpha, S = together(estimate.influences)
    most = [f"{one.label} ({one.alpha:+.2g})" for one in estimate.influences[:3]]
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


def _line(one: ParameterEstimate, percent: str) -> str:
    found = quantity(one.name)
    shown = "" if found.units == "1" else f" {found.pretty_units}"
    return (
        f"{one.name:22s} {one.value:.5g} ± {one.std:.2g}{shown}, "
        f"{percent} between {one.low:.5g} and {one.high:.5g}"
    )
