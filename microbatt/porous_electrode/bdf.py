"""Variable-step backward differentiation of order one and two."""

from __future__ import annotations

from typing import NamedTuple

from microbatt.porous_electrode.compilation import kernel


class Formula(NamedTuple):
    """y(t + h) ≈ newest y(t) + older y(t − h₁) + step y′(t + h).

    ``error`` times (y(t + h) − its extrapolation) estimates the local error.  ``linear`` is h where
    the current density is a straight line over the step, for the particles, and else 0.
    """

    newest: float
    older: float
    step: float
    error: float
    linear: float


@kernel
def with_linear(formula: Formula, h: float) -> Formula:
    """The formula of a step of length `h` in which the current density is a straight line."""
    return Formula(formula.newest, formula.older, formula.step, formula.error, h)


@kernel
def backward_euler(h: float, h1: float) -> Formula:
    """Order one; the extrapolation is the straight line through the last two levels."""
    return Formula(1.0, 0.0, h, h / (2.0 * h + h1), 0.0)


@kernel
def bdf2(h: float, h1: float, h2: float) -> Formula:
    """Order two; the extrapolation is the parabola through the last three levels.

    With ω = h/h₁ the local error is h²(h + h₁)²/(6(2h + h₁)) y‴, and that of the extrapolation
    h(h + h₁)(h + h₁ + h₂)/6 y‴ (Hairer, Nørsett & Wanner, *Solving Ordinary Differential
    Equations I*, § III.5).
    """
    ratio = h / h1
    bottom = 1.0 + 2.0 * ratio
    local = h * (h + h1) / (2.0 * h + h1)
    return Formula(
        (1.0 + ratio) ** 2 / bottom,
        -(ratio**2) / bottom,
        h * (1.0 + ratio) / bottom,
        local / (local + h + h1 + h2),
        0.0,
    )


@kernel
def extrapolation_weights(h: float, h1: float, h2: float) -> tuple[float, float, float]:
    """Weights of the last three levels in the parabola at t + h; h₂ = 0 makes it a line."""
    if h2 == 0.0:
        return 1.0 + h / h1, -h / h1, 0.0
    t0, t1, t2 = h, h + h1, h + h1 + h2
    return t1 * t2 / (h1 * (h1 + h2)), -t0 * t2 / (h1 * h2), t0 * t1 / ((h1 + h2) * h2)
