"""Curves in a notebook: a small picture as inline SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Curve = tuple[NDArray[np.float64], NDArray[np.float64]]

_WIDTH: Final = 260
_HEIGHT: Final = 130
_MARGIN: Final = 16
_POINTS: Final = 120
"""At most so many of a curve are drawn."""


def curves_svg(curves: Sequence[Curve]) -> str:
    """Draw voltage [V] against capacity [A h m⁻²].

    Parameters
    ----------
    curves : sequence of Curve
        Pairs of equally long arrays; those without a point are left out.
    """
    drawn = [(x, y) for x, y in curves if x.size > 1]
    if not drawn:
        return ""
    high_x = max(float(x[-1]) for x, _ in drawn)
    low, high = min(float(y.min()) for _, y in drawn), max(float(y.max()) for _, y in drawn)
    wide, tall = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    lines = []
    for number, (x, y) in enumerate(drawn):
        kept = np.unique(np.linspace(0, x.size - 1, min(x.size, _POINTS)).astype(int))
        across = _MARGIN + wide * x[kept] / high_x
        down = _MARGIN + tall * (high - y[kept]) / max(high - low, 1e-9)
        places = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down, strict=True))
        hue = 210 + round(120 * number / max(len(drawn) - 1, 1))
        lines.append(
            f'<polyline points="{places}" fill="none" stroke="hsl({hue},60%,45%)" '
            'stroke-width="1.5"/>'
        )
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" font-size="10" '
        'fill="currentColor" aria-label="voltage against capacity">'
        f"{''.join(lines)}{''.join(_labels(high_x, low, high))}</svg>"
    )


def _labels(capacity: float, low: float, high: float) -> Iterable[str]:
    yield f'<text x="0" y="{_MARGIN - 5}">{high:.3g} V</text>'
    yield f'<text x="0" y="{_HEIGHT - 4}">{low:.3g} V</text>'
    yield (f'<text x="{_WIDTH}" y="{_HEIGHT - 4}" text-anchor="end">{capacity:.4g} A h m⁻²</text>')


def timeline_svg(
    time: NDArray[np.float64], voltage: NDArray[np.float64], current: NDArray[np.float64]
) -> str:
    """Draw voltage [V] against time [s], and the current [A m⁻²] under it."""
    if time.size < 2:
        return ""
    tall = _HEIGHT - 2 * _MARGIN
    upper = _trace(time, voltage, _MARGIN, 0.6 * tall, "hsl(210,60%,45%)")
    lower = _trace(time, current, _MARGIN + 0.7 * tall, 0.3 * tall, "hsl(20,70%,45%)")
    high, low = voltage.max(), voltage.min()
    return (
        f'<svg width="{2 * _WIDTH}" height="{_HEIGHT}" role="img" font-size="10" '
        'fill="currentColor" aria-label="voltage and current against time">'
        f'{upper}{lower}<text x="0" y="{_MARGIN - 5}">{low:.3g} to {high:.3g} V</text>'
        f'<text x="0" y="{_HEIGHT - 4}">{current.min():.3g} to {current.max():.3g} A m⁻²</text>'
        f'<text x="{2 * _WIDTH}" y="{_HEIGHT - 4}" text-anchor="end">{time[-1]:.4g} s</text></svg>'
    )


def _trace(
    x: NDArray[np.float64], y: NDArray[np.float64], top: float, tall: float, colour: str
) -> str:
    kept = np.unique(np.linspace(0, x.size - 1, min(x.size, 4 * _POINTS)).astype(int))
    wide = 2 * _WIDTH - 2 * _MARGIN
    across = _MARGIN + wide * x[kept] / max(float(x[-1]), 1e-9)
    down = top + tall * (y.max() - y[kept]) / max(float(y.max() - y.min()), 1e-9)
    places = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(across, down, strict=True))
    return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="1.2"/>'
