"""A discharge once more with slightly other numbers: what its curve owes to each of them.

The first solution of a discharge chooses its mesh, the lengths and orders of its steps.  It is
solved again on these, to rounding (the *leader*); then with one number displaced (a *follower*),
on a mesh that stretches with the layers and with the same steps.  Nothing is chosen anew, so the
difference of the two voltages is as smooth as the equations are.  A follower is guessed from the
leader and from how far it was away before; the guess is so near that one Newton iteration solves a
step where the leader's first solution took three.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.porous_electrode.bdf import (
    Formula,
    backward_euler,
    bdf2,
    extrapolation_weights,
)
from microbatt.porous_electrode.compilation import entry_kernel, kernel, source_digest
from microbatt.porous_electrode.conditions import conditions_at, warm
from microbatt.porous_electrode.discharge import (
    Curve,
    Ending,
    curve_with_room,
    for_brief,
    is_brief,
    simulate,
)
from microbatt.porous_electrode.mesh import Layout, ends, share_out, shell_count
from microbatt.porous_electrode.newton import solve_step
from microbatt.porous_electrode.parameters import CellParameters, Numerics, at_point
from microbatt.porous_electrode.rest import first_march, start_current
from microbatt.porous_electrode.step import (
    Attempt,
    March,
    Weights,
    accept,
    choose_formula,
    extrapolate,
    predict,
    voltage_now,
)
from microbatt.porous_electrode.thermal import heat_rate, step_temperature
from microbatt.porous_electrode.workspace import Workspace, make_workspace

Array = NDArray[np.float64]

TIGHTEST = 1e-13
"""Tolerance of the leader, from whose error no difference is to suffer."""
TIGHT = 1e-10
"""Of the followers, which begin so near that they end far closer."""
NEAREST = 0.1
"""A guess of the salt is at least this share of the leader's."""


class Track(NamedTuple):
    """How a discharge was solved, and its solution; m steps, n nodes.

    ``second`` says which steps are of second order.  ``c`` and ``j`` hold the leader's salt and
    current density, the state at t = 0+ first.  ``brief`` says which of the particles' modes.
    """

    layout: Layout
    width: Array  # (elements,)
    lengths: Array  # (3,) of the layers
    brief: bool
    h: Array  # (m,)
    second: NDArray[np.bool_]  # (m,)
    c: Array  # (m + 1, n)
    j: Array  # (m + 1, n)


class Followed(NamedTuple):
    """The voltages at t = 0+ and after each step, the mass, and whether all were solved."""

    voltage: Array
    mass: float
    solved: bool


@kernel
def tightened(numerics: Numerics, brief: bool, tolerance: float) -> Numerics:
    """The resolution in which only the tolerance of Newton's method differs."""
    used = for_brief(numerics) if brief else numerics
    return Numerics(
        tolerance,
        used.first_element,
        used.largest_element,
        used.growth,
        used.focus_element,
        used.separator_elements,
        used.max_steps,
        used.rates,
        used.weights,
        used.shells,
        used.brief_rates,
        used.brief_weights,
        used.brief_shells,
    )


@kernel
def stretch_at(e: int, layout: Layout, p: CellParameters, lengths: Array) -> float:
    """How much longer the layer of element `e` is than in `lengths`."""
    if e < layout.negative:
        return p.negative.length / lengths[0]
    if e < layout.negative + layout.separator:
        return p.separator_length / lengths[1]
    return p.positive.length / lengths[2]


@kernel
def stretched(p: CellParameters, numerics: Numerics, track: Track) -> Workspace:
    """A workspace on the leader's mesh, stretched to the layers of `p`."""
    layout = track.layout
    first_positive = layout.negative + layout.separator
    elements = first_positive + layout.positive
    w = make_workspace(elements, numerics.rates.size, shell_count(p, numerics))
    for e in range(elements):
        w.width[e] = track.width[e] * stretch_at(e, layout, p, track.lengths)
    share_out(w, layout, p)
    return w


@kernel
def recorded_formula(track: Track, k: int, march: March, h: float) -> tuple[Formula, Weights]:
    """The formula of step `k`, as the leader chose it."""
    if march.steps == 0:
        return backward_euler(h, h), (1.0, 0.0, 0.0)
    if not track.second[k]:
        return backward_euler(h, march.h1), extrapolation_weights(h, march.h1, 0.0)
    oldest = march.h2 if march.steps > 1 else march.h1
    return bdf2(h, march.h1, oldest), extrapolation_weights(h, march.h1, march.h2)


@kernel
def guess_beside(w: Workspace, track: Track, k: int, weights: Weights) -> None:
    """Guess salt and current density from the leader's, and from how far away they were before."""
    newest, older, oldest = k, max(k - 1, 0), max(k - 2, 0)
    for i in range(track.c.shape[1]):
        away = extrapolate(
            weights,
            w.c[0, i] - track.c[newest, i],
            w.c[1, i] - track.c[older, i],
            w.c[2, i] - track.c[oldest, i],
        )
        c = track.c[k + 1, i]
        w.c_new[i] = max(c + away, NEAREST * c)
        w.j_new[i] = track.j[k + 1, i] + extrapolate(
            weights,
            w.j[0, i] - track.j[newest, i],
            w.j[1, i] - track.j[older, i],
            w.j[2, i] - track.j[oldest, i],
        )


@kernel
def solved_step(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    current: float,
    march: March,
    formula: Formula,
    weights: Weights,
) -> Attempt:
    """Solve a step from the guess in ``c_new`` and ``j_new``; nothing is judged."""
    T = march.T
    if not math.isinf(p.heat_capacity):
        T = extrapolate(weights, march.T, march.T1, march.T2)
    warm(p, T)
    now = conditions_at(p, T)
    solve = solve_step(w, layout, p, now, numerics, current, formula)
    if not solve.converged:
        return Attempt(now, solve, formula, math.nan, T, math.inf)
    V = voltage_now(w, layout, p, now, current)
    if not math.isinf(p.heat_capacity):
        heat = heat_rate(w, layout, p, now, formula.step, current, V)
        T = step_temperature(p, formula, march.T, march.T1, heat)
    return Attempt(now, solve, formula, V, T, 0.0)


@kernel
def keep(w: Workspace, track: Track, k: int) -> None:
    """Write the leader's state into row `k` of its track."""
    for i in range(track.c.shape[1]):
        track.c[k, i] = w.c[0, i]
        track.j[k, i] = w.j[0, i]


@kernel
def march_along(
    p: CellParameters,
    resolution: Numerics,
    current: float,
    track: Track,
    leading: bool,
) -> Followed:
    """Solve a discharge on a track; the leader fills it."""
    tightest = tightened(resolution, track.brief, TIGHTEST)
    numerics = tightest if leading else tightened(resolution, track.brief, TIGHT)
    layout, m = track.layout, track.h.size
    w = stretched(p, numerics, track)
    voltage = np.full(m + 1, np.nan)
    start = start_current(w, layout, p, tightest, current)
    if not start.solve.converged:
        return Followed(voltage, p.mass, False)
    march = first_march(w, layout, p, start)
    voltage[0] = march.V
    if leading:
        keep(w, track, 0)
    for k in range(m):
        h = track.h[k]
        if leading:
            formula, weights = choose_formula(w, layout, march, h)
            track.second[k] = formula.older != 0.0
            predict(w, layout, weights)
        else:
            formula, weights = recorded_formula(track, k, march, h)
            predict(w, layout, weights)
            guess_beside(w, track, k, weights)
        tried = solved_step(w, layout, p, numerics, current, march, formula, weights)
        if not tried.solve.converged:
            return Followed(voltage, p.mass, False)
        march = accept(w, layout, march, tried, h)
        voltage[k + 1] = march.V
        if leading:
            keep(w, track, k + 1)
    return Followed(voltage, p.mass, True)


@kernel
def track_of(
    p: CellParameters, end: Ending, w: Workspace, layout: Layout, curve: Curve
) -> tuple[Track, Array]:
    """How a discharge was solved, from what `simulate` says of it; its solution is not filled in.

    Also returns the times of the curve: one more than the track has where it ends in a fall.
    """
    now = conditions_at(p, p.initial_temperature)
    m = end.steps if end.points > 0 else 0
    n, _, _ = ends(layout)
    lengths = np.array([p.negative.length, p.separator_length, p.positive.length])
    h = np.diff(curve.time[: m + 1]) if end.points > 0 else np.empty(0)
    brief = is_brief(p, now, curve.time[max(end.points - 1, 0)]) if end.points > 0 else False
    track = Track(
        layout,
        w.width.copy(),
        lengths,
        brief,
        h,
        np.zeros(m, np.bool_),
        np.empty((m + 1, n)),
        np.empty((m + 1, n)),
    )
    return track, curve.time[: end.points].copy()


def _make_lead(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def lead(
        cell: CellParameters,
        numerics: Numerics,
        point: Array,
        conserving: bool,
        cutoff: float,
    ) -> tuple[Track, Array, Followed, int]:
        """Discharge at (alpha, S, current), and once more to rounding on the same steps.

        Returns the track, the times of the curve (one more than the track has where the curve ends
        in a vertical fall), and the leader.
        """
        alpha, S, current = point
        p = at_point(cell, alpha, S, conserving)
        curve = curve_with_room(numerics)
        end, w, layout = simulate(p, numerics, current, cutoff, curve)
        track, time = track_of(p, end, w, layout, curve)
        leader = march_along(p, numerics, current, track, True)
        return track, time, leader, digest

    return lead


def _make_follow(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def follow(
        cell: CellParameters,
        numerics: Numerics,
        point: Array,
        conserving: bool,
        track: Track,
    ) -> tuple[Followed, int]:
        """Discharge another cell, or at another point, on a track."""
        alpha, S, current = point
        p = at_point(cell, alpha, S, conserving)
        return march_along(p, numerics, current, track, False), digest

    return follow


lead = _make_lead(source_digest())
follow = _make_follow(source_digest())
