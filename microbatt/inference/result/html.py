"""An estimate in a notebook: its parameters, the verdict, and a small picture of the fit."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import as_html
from microbatt.inference.result.text import as_read, bounded, rounded_with

if TYPE_CHECKING:
    from microbatt.inference.result.records import EstimateRecord, FittedCurve

WIDTH, HEIGHT = 320, 160
"""Of the picture [pixels]."""
_POINTS: Final = 40
"""At most so many measured points and line ends of a curve are drawn."""


def estimate_html(estimate: EstimateRecord) -> str:
    """Return an estimate as a short piece of HTML.

    Parameters
    ----------
    estimate
        What `microbatt.infer` returned.
    """
    level = f"{100 * estimate.level:g} %"
    rows = "".join(
        f"<tr><td>{escape(one.name)}</td><td>{rounded_with(one.value, one.std)}</td>"
        f"<td>{rounded_with(one.low, one.std)} … {rounded_with(one.high, one.std)}{bounded(one)}"
        "</td>"
        f"<td>{escape(unit)}</td></tr>"
        for one, unit in map(as_read, estimate.parameters)
    )
    told = estimate.diagnostics
    return (
        f"<div><strong>{escape(estimate.name)}</strong> of {escape(estimate.cell.name)}, "
        f"{escape(str(estimate.inventory))}"
        f"<table><thead><tr><th></th><th>median</th><th>{level} interval</th><th></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        f"<p><strong>{escape(told.verdict.sentence)}</strong> {as_html(told.misfit_sentence)}</p>"
        f"{fit_svg(estimate.curves) if estimate.curves else ''}</div>"
    )


def fit_svg(curves: tuple[FittedCurve, ...]) -> str:
    """Draw measured curves as points and their fit as lines, as an inline SVG."""
    right = max(float(curve.capacity[-1]) for curve in curves)
    low = min(float(curve.measured.min()) for curve in curves)
    high = max(float(curve.measured.max()) for curve in curves)

    def placed(capacity: float, voltage: float) -> tuple[str, str]:
        x = 4.0 + (WIDTH - 8.0) * capacity / right
        y = 4.0 + (HEIGHT - 8.0) * (high - voltage) / max(high - low, 1e-9)
        return f"{x:.0f}", f"{min(max(y, 0.0), HEIGHT):.0f}"

    parts = []
    for curve in curves:
        step = max(1, curve.capacity.size // _POINTS)
        seen = [*range(0, curve.capacity.size, step)]
        dots = [placed(curve.capacity[i], curve.measured[i]) for i in seen]
        line = [
            placed(curve.capacity[i], curve.fitted[i]) for i in seen if np.isfinite(curve.fitted[i])
        ]
        points = " ".join(",".join(one) for one in line)
        parts.append(f'<polyline points="{points}" fill="none" stroke="currentColor"/>')
        parts += [f'<circle cx="{x}" cy="{y}" r="1.5" fill="#888"/>' for x, y in dots[::2]]
    return (
        f'<svg width="{WIDTH}" height="{HEIGHT}" role="img" '
        f'aria-label="Measured curves and their fit">{"".join(parts)}</svg>'
    )
