"""What to try next: the length of a step, and how a discharge ends.

Decisions alone, on numbers: the state at the nodes is elsewhere.  One curve and each lane of a
bundle decide by them.  A discharge marches until a step passes the cut-off, then searches for the
step that ends on it, between no step and the one that overshot: regula falsi on the length of the
step (Anderson & Björck, BIT 13 (1973) 253), and bisection where that lingers.  A step that the
particles cannot carry ends below the cut-off; one that Newton's method does not solve says nothing,
and no fall is founded on it.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from microbatt.porous_electrode.compilation import kernel
from microbatt.porous_electrode.step import March

TIME_ACCURACY = 1e-7
VOLTAGE_ACCURACY = 1e-5
LARGEST_GROWTH = 2.0
SMALLEST_GROWTH = 0.2
AFTER_FAILURE = 0.4
TOWARDS_WALL = 0.8
SAFETY = 0.85
MOST_FAILURES = 40
SHORTEST_STEP = 1e-5
MOST_TRIALS = 100
FALSE_POSITIONS = 20

STARTING, MARCHING, SEARCHING, SETTLING = 0, 1, 2, 3
"""Distributing the current at t = 0+; stepping on; looking for the cut-off; and, where none is
found, taking the longest step that stays above."""
NOTHING, ACCEPTED, AT_CUTOFF = 0, 1, 2
"""What becomes of a trial: it is discarded, the next point of the curve, or the last."""
GOING_ON, FALLING, LANDED, OUT_OF_STEPS = 0, 1, 2, 3
"""Whether a discharge ends."""


class Stepping(NamedTuple):
    """What is to be tried next.

    ``h`` is the length of the step; ``wall`` a time at which the particles cannot have carried the
    current; ``failures`` those of Newton's method, one after the other.  The rest is of the search
    for the cut-off: steps ``low`` and ``high`` that end ``above`` and ``below`` it [V], the
    ``side`` of the last trial, whether ``high`` is known to end below it, and the number of trials.
    """

    phase: int
    h: float
    wall: float
    failures: int
    least_salt: float
    low: float
    above: float
    high: float
    below: float
    side: int
    solved: bool
    trial: int


@kernel
def begin_stepping(phase: int, h: float, salt: float) -> Stepping:
    """Begin with a step of length `h`; `salt` is the least concentration so far."""
    return Stepping(phase, h, math.inf, 0, salt, 0.0, 0.0, 0.0, 0.0, 0, True, 0)


@kernel
def step_factor(error: float) -> float:
    """Factor for the next step after a local error of `error` tolerances."""
    return min(max(SAFETY * max(error, 1e-6) ** (-1.0 / 3.0), SMALLEST_GROWTH), LARGEST_GROWTH)


@kernel
def time_resolution(march: March) -> float:
    """The shortest time that is told apart [s]."""
    return TIME_ACCURACY * (march.t + march.h1)


@kernel
def weakened(far: float, new: float, old: float) -> float:
    """The far end's value, after two trials on the same side (Anderson & Björck)."""
    factor = 1.0 - new / old
    return far * (factor if factor > 0.0 else 0.5)


@kernel
def with_work(march: March, rejected: int, newton: int) -> March:
    """Add the work of a trial to the counters."""
    return March(
        march.t,
        march.h1,
        march.h2,
        march.V,
        march.V1,
        march.V2,
        march.T,
        march.T1,
        march.T2,
        march.steps,
        march.rejected + rejected,
        march.newton + newton,
    )


@kernel
def marching(stepping: Stepping, h: float, wall: float, failures: int) -> Stepping:
    """March on, with a step of length `h`."""
    salt = stepping.least_salt
    return Stepping(MARCHING, h, wall, failures, salt, 0.0, 0.0, 0.0, 0.0, 0, True, 0)


@kernel
def searching(
    stepping: Stepping,
    phase: int,
    h: float,
    low: tuple[float, float],
    high: tuple[float, float],
    side: int,
    solved: bool,
    trial: int,
) -> Stepping:
    """Search on between the steps `low` and `high`, each with how far from the cut-off it ends."""
    return Stepping(
        phase,
        h,
        stepping.wall,
        stepping.failures,
        stepping.least_salt,
        low[0],
        low[1],
        high[0],
        high[1],
        side,
        solved,
        trial,
    )


@kernel
def decide(
    march: March,
    stepping: Stepping,
    cutoff: float,
    converged: bool,
    possible: bool,
    V: float,
    error: float,
    newton: int,
) -> tuple[March, Stepping, int]:
    """What becomes of the trial of `stepping`: its state is discarded, or the curve moves on to it.

    Parameters
    ----------
    march, stepping
        Where the discharge stands, and what was tried.
    cutoff
        [V].
    converged, possible
        See `newton.Solve`.
    V, error
        Voltage at the end of the step [V], and its local error in tolerances.
    newton
        Iterations of Newton's method.

    Returns
    -------
    tuple
        The discharge with the work counted, what is known now of the next step, and `NOTHING`,
        `ACCEPTED` or `AT_CUTOFF`.
    """
    if stepping.phase == SETTLING:
        return march, stepping, ACCEPTED
    if stepping.phase == SEARCHING:
        march = with_work(march, 1, newton)
        gap = V - cutoff if converged else -1.0
        if abs(gap) <= VOLTAGE_ACCURACY:
            return march, stepping, AT_CUTOFF
        return march, narrowed(stepping, gap, converged or not possible), NOTHING
    h, wall, failures, verdict = stepping.h, stepping.wall, stepping.failures, NOTHING
    if not converged:
        wall = wall if possible else march.t + h
        failures += 1 if possible else 0
        h *= AFTER_FAILURE
    elif not error <= 1.0:
        h *= step_factor(error)
    elif cutoff > V:
        march, ends = with_work(march, 1, newton), ((0.0, march.V - cutoff), (h, V - cutoff))
        return march, searching(stepping, SEARCHING, h, ends[0], ends[1], 0, True, 0), NOTHING
    else:
        failures, verdict = 0, ACCEPTED
    march = with_work(march, 0 if verdict == ACCEPTED else 1, newton)
    return march, marching(stepping, h, wall, failures), verdict


@kernel
def narrowed(stepping: Stepping, gap: float, trusted: bool) -> Stepping:
    """The search after a trial that ended `gap` above the cut-off [V].

    `trusted` says whether one that did not is known to end below it.
    """
    h, low, high = stepping.h, (stepping.low, stepping.above), (stepping.high, stepping.below)
    side, solved = stepping.side, stepping.solved
    if gap > 0.0:
        high = (high[0], weakened(high[1], gap, low[1]) if side > 0 else high[1])
        low, side = (h, gap), 1
    else:
        low = (low[0], weakened(low[1], gap, high[1]) if side < 0 else low[1])
        high, side, solved = (h, gap), -1, trusted
    return searching(stepping, SEARCHING, h, low, high, side, solved, stepping.trial + 1)


@kernel
def next_trial(march: March, stepping: Stepping) -> Stepping:
    """The next step of the search; where it is over, the longest that stays above the cut-off."""
    low, high = stepping.low, stepping.high
    phase, h = SEARCHING, low
    if high - low <= TIME_ACCURACY * (march.t + march.h1 + high) or stepping.trial >= MOST_TRIALS:
        phase = SETTLING
    else:
        share = min(max(stepping.above / (stepping.above - stepping.below), 0.02), 0.98)
        if stepping.trial > FALSE_POSITIONS:
            share = 0.5
        h = low + (high - low) * share
    ends = ((low, stepping.above), (high, stepping.below))
    return searching(
        stepping, phase, h, ends[0], ends[1], stepping.side, stepping.solved, stepping.trial
    )


@kernel
def proceed(
    march: March, stepping: Stepping, max_steps: int, verdict: int, error: float, salt: float
) -> tuple[Stepping, int, float, bool]:
    """Choose the next step, or say how the discharge ends.

    Parameters
    ----------
    march, stepping
        Where the discharge stands now, and what `decide` knew of the next step.
    max_steps
        How many steps may be tried.
    verdict, error
        What became of the last trial, and its local error in tolerances.
    salt
        Least concentration in the cell [mol m⁻³].

    Returns
    -------
    tuple
        What to try next; `GOING_ON`, `FALLING`, `LANDED` or `OUT_OF_STEPS`; and of a fall how long
        it takes at most [s], and whether the voltage is known to be below the cut-off then.
    """
    if verdict == AT_CUTOFF:
        return stepping, LANDED, 0.0, True
    if stepping.phase == SEARCHING:
        stepping = next_trial(march, stepping)
        if stepping.phase == SEARCHING or stepping.low > 0.0:
            return stepping, GOING_ON, 0.0, True
    if stepping.phase == SETTLING:
        return stepping, FALLING, stepping.high - stepping.low, stepping.solved
    if verdict == ACCEPTED:
        h = min(stepping.h * step_factor(error), TOWARDS_WALL * (stepping.wall - march.t))
        stepping = marching(with_salt(stepping, salt), h, stepping.wall, stepping.failures)
    if stepping.wall - march.t < time_resolution(march):
        return stepping, FALLING, stepping.wall - march.t, True
    return stepping, stuck_or_spent(march, stepping, max_steps), stepping.h, False


@kernel
def stuck_or_spent(march: March, stepping: Stepping, max_steps: int) -> int:
    """Whether no step gets any further, or too many were tried."""
    failures = stepping.failures
    shortest = time_resolution(march) * (1.0 if failures > 0 else SHORTEST_STEP)
    if failures > MOST_FAILURES or stepping.h < shortest:
        return FALLING
    return OUT_OF_STEPS if march.steps + march.rejected >= max_steps else GOING_ON


@kernel
def with_salt(stepping: Stepping, salt: float) -> Stepping:
    """Keep the least concentration that was met."""
    return Stepping(
        stepping.phase,
        stepping.h,
        stepping.wall,
        stepping.failures,
        min(stepping.least_salt, salt),
        stepping.low,
        stepping.above,
        stepping.high,
        stepping.below,
        stepping.side,
        stepping.solved,
        stepping.trial,
    )
