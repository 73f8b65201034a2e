"""A protocol, row by row: each hands its state on to the next.

A row holds a current, a voltage or a power, or follows samples, until a time, a voltage, a current
or a charge; where it ends is found as a root of the length of its last step.  A row begins by
distributing the new current at fixed concentrations, and with a step as short as the jump of the
current density asks for.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from microbatt.constants import FARADAY
from microbatt.outcomes import StepOutcome
from microbatt.porous_electrode.bdf import extrapolation_weights
from microbatt.porous_electrode.compilation import (
    entry_kernel,
    inner_kernel,
    kernel,
    source_digest,
)
from microbatt.porous_electrode.conditions import (
    Conditions,
    ElectrodeConditions,
    conditions_at,
    warm,
)
from microbatt.porous_electrode.control import (
    CURRENT,
    LEAST_DROP,
    POWER,
    VOLTAGE,
    Control,
    Controlled,
    start_control,
    try_control,
)
from microbatt.porous_electrode.discharge import (
    EXHAUSTED_ROOM,
    VERTICAL_FALL,
    least_salt,
    mean_room,
)
from microbatt.porous_electrode.equations import (
    EXHAUSTED_SALT,
    evaluate_kinetics,
    evaluate_others,
    hold_straight,
)
from microbatt.porous_electrode.mesh import Layout, ends, lay_out
from microbatt.porous_electrode.parameters import CellParameters, Numerics, at_point
from microbatt.porous_electrode.rest import FIRST_CHANGE, open_circuit_voltage, set_rest
from microbatt.porous_electrode.step import Attempt, March, accept
from microbatt.porous_electrode.time_stepping import (
    AFTER_FAILURE,
    FALSE_POSITIONS,
    MOST_FAILURES,
    MOST_TRIALS,
    SAFETY,
    SHORTEST_STEP,
    TIME_ACCURACY,
    TOWARDS_WALL,
    VOLTAGE_ACCURACY,
    step_factor,
    time_resolution,
    weakened,
)
from microbatt.porous_electrode.workspace import Workspace

Array = NDArray[np.float64]

NOT_RUN = int(StepOutcome.NOT_RUN)
TIME = int(StepOutcome.TIME)
VOLTAGE_REACHED = int(StepOutcome.VOLTAGE)
CURRENT_REACHED = int(StepOutcome.CURRENT)
CAPACITY_REACHED = int(StepOutcome.CAPACITY)
ALREADY = int(StepOutcome.ALREADY)
LIMIT = int(StepOutcome.VOLTAGE_LIMIT)
SALT_EXHAUSTED = int(StepOutcome.SALT_EXHAUSTED)
LITHIUM_EXHAUSTED = int(StepOutcome.LITHIUM_EXHAUSTED)
UNREACHABLE = int(StepOutcome.UNREACHABLE)
STEP_BUDGET = int(StepOutcome.STEP_BUDGET)
NO_CONVERGENCE = int(StepOutcome.NO_CONVERGENCE)
UNRESOLVED_FALL = int(StepOutcome.UNRESOLVED_FALL)

# Columns of the table of rows
(KIND, VALUE, DURATION, LOW, HIGH, LOW_IS_LIMIT, HIGH_IS_LIMIT) = range(7)
(LEAST_CURRENT, CHARGE, FIRST, LAST, STEP) = range(7, 12)
COLUMNS = 12

# Rows of the curves
(AT, FLOWS, VOLTS, KELVIN, GONE, LITHIUM, NEGATIVE, POSITIVE, SALT, NUMBER) = range(10)
RECORDED = 10

NEEDED_ROOM = 4
GAUGE = 1.0  # a relative miss of a current or a charge, as a voltage [V]
SAMPLE_TOLERANCES = 5.0  # share of the largest current that samples may lie off a straight line
ROUNDING = 1e-13  # of a row, within which a time is that of a sample
CHARGE_TOLERANCES = 0.1  # share of the positive sites that their charge may be off it
DEGREES = 500.0  # a measured temperature may be off a line, over the tolerance [K]
KINK = 2e-4  # share of the largest current that a smooth drive may be off its extrapolation
ATTEMPTS_A_SAMPLE = 20
LEAST_SHRINK = 1e-4
CAUTION = 0.05  # of the last step, for a step that knows no past
STUBBORN = 0.2  # of the step budget of a row, after which the voltage of a row may jump
FALL_TIME = 4e-12
"""Of the time since a row began, within which a voltage is followed down its vertical fall."""
GUESSED, EMPTIED, SOLVED = 0, 1, 2
"""How it is known that a step went past an ending: Newton's method found nothing, the particles
cannot carry it so far, or its end was found."""
LEAST_RESISTANCE = 1e-5  # that a jump of voltage is guessed by [Ω m²]
FIRST_DROP = 0.1  # what the largest current may cost before anything is known [V]


class Stand(NamedTuple):
    """Where a protocol stands between two calls; the rest of its state is in the workspace.

    ``begun`` says whether the row is under way; ``start`` is when it began [s]; ``charge`` and
    ``charge1`` are what went through the cell since the protocol began [C m⁻²], ``row_charge`` what
    had when the step of the row began; ``h`` is the next step, ``wall`` a time at which the
    particles cannot have carried the current [s].  ``origin`` is the voltage that the last switch
    of what is controlled left [V].
    """

    row: int
    begun: bool
    march: March
    current: float
    resistance: float
    start: float
    charge: float
    charge1: float
    row_charge: float
    origin: float
    h: float
    wall: float
    failures: int
    attempts: int
    points: int
    newton: int
    rejected: int


class Samples(NamedTuple):
    """What follows samples: the control by row time, and the temperature by protocol time.

    ``time`` [s], ``value`` [A m⁻²] or [W m⁻²], ``charge`` the integral of the values [C m⁻²] or
    [J m⁻²]; ``temperature_time`` [s] and ``temperature`` [K] are empty unless it drives.
    """

    time: Array
    value: Array
    charge: Array
    temperature_time: Array
    temperature: Array


class Recorded(NamedTuple):
    """Where points and endings are written: (10, room) and, one a row, codes and time [s]."""

    points: Array
    outcome: NDArray[np.int8]
    last: NDArray[np.int64]


@kernel
def set_march(march: March, temperature: float) -> March:
    """The march with another temperature, of an isothermal cell that somebody heats."""
    return March(
        march.t,
        march.h1,
        march.h2,
        march.V,
        march.V1,
        march.V2,
        temperature,
        march.T1,
        march.T2,
        march.steps,
        march.rejected,
        march.newton,
    )


@kernel
def place_of(times: Array, first: int, last: int, t: float) -> int:
    """Index i of [first, last) with times[i] ≤ t < times[i + 1], by bisection."""
    low, high = first, last
    while high - low > 1:
        middle = (low + high) // 2
        if times[middle] <= t:
            low = middle
        else:
            high = middle
    return low


@kernel
def sampled(times: Array, values: Array, first: int, last: int, t: float) -> float:
    """Straight line between samples; the ends go on."""
    if t <= times[first]:
        return values[first]
    if t >= times[last]:
        return values[last]
    i = place_of(times, first, last, t)
    share = (t - times[i]) / (times[i + 1] - times[i])
    return values[i] + share * (values[i + 1] - values[i])


@kernel
def sampled_charge(s: Samples, first: int, last: int, t: float) -> float:
    """Integral of the sampled current, or power, from the first sample to `t` [C m⁻²], [J m⁻²]."""
    i = place_of(s.time, first, last, t)
    here = sampled(s.time, s.value, first, last, t)
    return s.charge[i] - s.charge[first] + 0.5 * (t - s.time[i]) * (s.value[i] + here)


@kernel
def reach(
    times: Array,
    values: Array,
    first: int,
    last: int,
    t: float,
    h: float,
    off: float,
    most: float,
) -> float:
    """How far a step from `t` may go: `h`, or to the sample beyond which the line bends.

    Samples may be passed over that lie within `off` of the line from here to the end of the step,
    and within what, over that time, amounts to `most`.
    """
    passed = t + ROUNDING * times[last]  # a step to a sample ends a rounding before it or after
    i = place_of(times, first, last, passed) if passed >= times[first] else first - 1
    here = sampled(times, values, first, last, t)
    steepest, flattest = math.inf, -math.inf
    farthest = times[min(i + 1, last)]
    k = i + 1
    while k <= last and times[k] <= t + h:
        span = times[k] - t
        if times[k] <= passed:
            k += 1
            continue
        slope = (values[k] - here) / span
        if not flattest <= slope <= steepest:
            break
        farthest = times[k]
        near = min(off, most / span)
        steepest = min(steepest, (values[k] + near - here) / span)
        flattest = max(flattest, (values[k] - near - here) / span)
        k += 1
    return min(h, farthest - t) if farthest > passed else h


@kernel
def least_missed(p: CellParameters, tolerance: float) -> float:
    """The charge that samples may differ by from the line of a step [C m⁻²]."""
    e = p.positive
    sites = FARADAY * e.max_concentration * e.active_fraction * e.length
    return CHARGE_TOLERANCES * tolerance * sites


@kernel
def follows_samples(row: Array) -> bool:
    """Whether a row follows samples."""
    return row[LAST] > row[FIRST]


@kernel
def most_attempts(row: Array, numerics: Numerics) -> float:
    """How many steps of a row may be tried."""
    return numerics.max_steps + ATTEMPTS_A_SAMPLE * (row[LAST] - row[FIRST])


@kernel
def value_at(row: Array, s: Samples, t: float) -> float:
    """What is controlled at `t` [s] of a row."""
    if follows_samples(row):
        return sampled(s.time, s.value, int(row[FIRST]), int(row[LAST]), t)
    return row[VALUE]


@kernel
def drives_smoothly(row: Array, s: Samples, march: March, h: float, largest: float) -> bool:
    """Whether what is controlled in a step goes on as it did in the last ones.

    Samples do that where they are on the parabola, or the line, of the steps before.
    """
    if not follows_samples(row):
        return True
    weights = (1.0, 0.0, 0.0)
    if march.steps > 0:
        weights = extrapolation_weights(h, march.h1, march.h2)
    ahead = weights[0] * value_at(row, s, march.t)
    ahead += weights[1] * value_at(row, s, march.t - march.h1)
    ahead += weights[2] * value_at(row, s, march.t - march.h1 - march.h2)
    if int(row[KIND]) == POWER:
        largest *= march.V
    return abs(value_at(row, s, march.t + h) - ahead) <= KINK * largest


@kernel
def control_at(
    row: Array, s: Samples, t: float, guess: float, stand: Stand, smooth: bool, kinked: bool
) -> Control:
    """The control at `t` [s] of a row."""
    return Control(
        int(row[KIND]),
        value_at(row, s, t),
        guess,
        stand.resistance,
        smooth,
        stand.origin,
        row[LEAST_CURRENT],
        stand.current,
        follows_samples(row),
        kinked,
    )


@kernel
def temperature_at(s: Samples, t: float, otherwise: float) -> float:
    """The measured temperature at `t` [s] of the protocol, if it drives."""
    if s.temperature_time.size == 0:
        return otherwise
    return sampled(s.temperature_time, s.temperature, 0, s.temperature_time.size - 1, t)


@kernel
def gap_of(row: Array, before: float, current: float, voltage: float, moved: float) -> float:
    """How far the row is from the nearest of its endings [V]; negative beyond it.

    A current that has another sign than `before` has gone through the least one.
    """
    gap = math.inf
    if current > 0.0:
        gap = min(gap, voltage - row[LOW])
    if current < 0.0:
        gap = min(gap, row[HIGH] - voltage)
    least = row[LEAST_CURRENT]
    if least >= 0.0:
        size = -abs(current) if before * current < 0.0 else abs(current)
        gap = min(gap, GAUGE * (size / least - 1.0))
    if math.isfinite(row[CHARGE]):
        gap = min(gap, GAUGE * (1.0 - moved / row[CHARGE]))
    return gap


@kernel
def what_ended(row: Array, current: float, voltage: float, moved: float) -> int:
    """Which of its endings a row has reached: the nearest."""
    gap, code = math.inf, TIME
    if current > 0.0 and voltage - row[LOW] < gap:
        gap, code = voltage - row[LOW], LIMIT if row[LOW_IS_LIMIT] > 0.0 else VOLTAGE_REACHED
    if current < 0.0 and row[HIGH] - voltage < gap:
        gap, code = row[HIGH] - voltage, LIMIT if row[HIGH_IS_LIMIT] > 0.0 else VOLTAGE_REACHED
    least = row[LEAST_CURRENT]
    if least >= 0.0 and GAUGE * (abs(current) / least - 1.0) < gap:
        gap, code = GAUGE * (abs(current) / least - 1.0), CURRENT_REACHED
    if math.isfinite(row[CHARGE]) and GAUGE * (1.0 - moved / row[CHARGE]) < gap:
        code = CAPACITY_REACHED
    return code


@kernel
def what_ran_out(w: Workspace, layout: Layout, p: CellParameters, current: float) -> int:
    """What the state says has run out in the direction of the current; NOT_RUN for nothing."""
    n, n_neg, first_pos = ends(layout)
    least = EXHAUSTED_SALT * p.initial_concentration
    side = 0 if current > 0.0 else 1
    negative = mean_room(w, 0, n_neg, side, 0.0)
    positive = mean_room(w, first_pos, n, 1 - side, 0.0)
    if min(negative, positive) < EXHAUSTED_ROOM:
        return LITHIUM_EXHAUSTED
    start, stop = (first_pos, n) if current > 0.0 else (0, n_neg)
    if mean_room(w, start, stop, 1, least) < EXHAUSTED_ROOM:
        return SALT_EXHAUSTED
    return NOT_RUN


@kernel
def ran_out(w: Workspace, layout: Layout, p: CellParameters, row: Array, stand: Stand) -> int:
    """What has run out for a row; NOT_RUN for nothing.

    A rest asks for no current, and a held voltage for as much as there is.
    """
    if int(row[KIND]) == VOLTAGE or stand.current == 0.0:
        return NOT_RUN
    return what_ran_out(w, layout, p, stand.current)


@kernel
def mean_stoichiometry(w: Workspace, start: int, stop: int) -> float:
    """Mean over one electrode."""
    total, area = 0.0, 0.0
    for i in range(start, stop):
        total += w.area[i] * w.mean[0, i]
        area += w.area[i]
    return total / area


@kernel
def least_potential(w: Workspace, layout: Layout, p: CellParameters, now: Conditions) -> float:
    """Least φ_s − φ_e of the negative electrode [V]: below zero lithium metal may plate."""
    _, n_neg, _ = ends(layout)
    least = math.inf
    if p.negative.standard:
        for i in range(n_neg):
            evaluate_kinetics(w, i, p.negative, now.negative, now.thermal_voltage)
    else:
        evaluate_others(w, 0, n_neg, p.negative, now.negative, now.thermal_voltage)
    for i in range(n_neg):
        least = min(least, w.eta[i, 0])
    return least


@kernel
def record(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    table: Array,
    out: Recorded,
    stand: Stand,
    tried: Controlled,
) -> None:
    """Write the point at which the protocol stands; `tried` is the solution there."""
    n, n_neg, first_pos = ends(layout)
    attempt, k, march = tried.attempt, stand.points, stand.march
    out.points[AT, k] = stand.start + march.t
    out.points[FLOWS, k] = stand.current
    out.points[VOLTS, k] = march.V
    out.points[KELVIN, k] = march.T
    out.points[GONE, k] = stand.charge
    out.points[LITHIUM, k] = least_potential(w, layout, p, attempt.now)
    out.points[NEGATIVE, k] = math.nan if p.negative.planar else mean_stoichiometry(w, 0, n_neg)
    out.points[POSITIVE, k] = mean_stoichiometry(w, first_pos, n)
    out.points[SALT, k] = least_salt(w, layout)
    out.points[NUMBER, k] = table[stand.row, STEP]


@kernel
def fastest_change(w: Workspace, start: int, stop: int, at: ElectrodeConditions) -> float:
    """Largest (q Δj)²/γ of one electrode [s⁻¹], see `microbatt.porous_electrode.rest.first_step`.

    Δj is the jump of the current density.
    """
    fastest = 0.0
    for i in range(start, stop):
        change = at.flux * (w.j_new[i] - w.j[0, i])
        fastest = max(fastest, change * change / at.diffusion_rate)
    return fastest


@kernel
def stand_at_jump(w: Workspace, layout: Layout, now: Conditions, tolerance: float) -> float:
    """Take the new current density, forget how the state came about; return a first step [s]."""
    n, n_neg, first_pos = ends(layout)
    fastest = max(
        fastest_change(w, 0, n_neg, now.negative), fastest_change(w, first_pos, n, now.positive)
    )
    for i in range(n):
        for level in range(3):
            w.j[level, i] = w.j_new[i]
            w.c[level, i] = w.c[0, i]
            w.surface[level, i] = w.surface[0, i]
            for k in range(w.profile.shape[1]):
                w.profile[level, k, i] = w.profile[0, k, i]
        w.room[i, 0], w.room[i, 1] = w.room_new[i, 0], w.room_new[i, 1]
    step = (FIRST_CHANGE * tolerance) ** 2
    return step / fastest if fastest > 0.0 else math.inf


@kernel
def worked(stand: Stand, attempts: int, points: int, newton: int, rejected: int) -> Stand:
    """The stand with more work done."""
    return Stand(
        row=stand.row,
        begun=stand.begun,
        march=stand.march,
        current=stand.current,
        resistance=stand.resistance,
        start=stand.start,
        charge=stand.charge,
        charge1=stand.charge1,
        row_charge=stand.row_charge,
        origin=stand.origin,
        h=stand.h,
        wall=stand.wall,
        failures=stand.failures,
        attempts=stand.attempts + attempts,
        points=stand.points + points,
        newton=stand.newton + newton,
        rejected=stand.rejected + rejected,
    )


@kernel
def past_point(stand: Stand) -> Stand:
    """The stand after its point was written."""
    return worked(stand, 0, 1, 0, 0)


@kernel
def count(stand: Stand, attempt: Attempt, rejected: int) -> Stand:
    """Count the work of an attempt."""
    return worked(stand, 1, 0, attempt.solve.iterations, rejected)


@inner_kernel
def begin(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    table: Array,
    samples: Samples,
    stand: Stand,
    out: Recorded,
) -> Stand:
    """Begin a row: meet its control at once, unless one of its endings is met already."""
    row = table[stand.row]
    T = temperature_at(samples, stand.start, stand.march.T)
    stand = with_resistance(stand, max(stand.resistance, LEAST_RESISTANCE))
    guess, value = stand.current, value_at(row, samples, 0.0)
    if int(row[KIND]) == VOLTAGE:
        guess += (stand.march.V - value) / stand.resistance
    elif int(row[KIND]) == POWER:
        guess = value / stand.march.V
    control = control_at(row, samples, 0.0, guess, stand, True, False)
    tried = start_control(w, layout, p, numerics, control, stand.current, T)
    attempt = tried.attempt
    stand = count(stand, attempt, 0)
    if not attempt.solve.converged:
        lost = control.kind == CURRENT and attempt.solve.possible
        return leave(stand, table, out, NO_CONVERGENCE if lost else UNREACHABLE)
    moved = abs(stand.charge - stand.row_charge)
    if gap_of(row, tried.current, tried.current, attempt.voltage, moved) <= 0.0:
        code = what_ended(row, tried.current, attempt.voltage, moved)
        return leave(stand, table, out, LIMIT if code == LIMIT else ALREADY)
    h = stand_at_jump(w, layout, attempt.now, numerics.tolerance)
    if control.kind == VOLTAGE:  # surfaces may change by a share of what drives the current
        h *= min(1.0, max(abs(tried.current * tried.resistance), LEAST_DROP)) ** 2
    voltage = attempt.voltage
    stand = Stand(
        row=stand.row,
        begun=True,
        march=March(0.0, 0.0, 0.0, voltage, voltage, voltage, T, T, T, 0, 0, 0),
        current=tried.current,
        resistance=tried.resistance,
        start=stand.start,
        charge=stand.charge,
        charge1=stand.charge,
        row_charge=stand.row_charge,
        origin=voltage,
        h=min(h, CAUTION * stand.h),
        wall=math.inf,
        failures=0,
        attempts=0,
        points=stand.points,
        newton=stand.newton,
        rejected=stand.rejected,
    )
    record(w, layout, p, table, out, stand, tried)
    return past_point(stand)


@kernel
def with_resistance(stand: Stand, resistance: float) -> Stand:
    """The stand with another guess of the resistance."""
    return Stand(
        row=stand.row,
        begun=stand.begun,
        march=stand.march,
        current=stand.current,
        resistance=resistance,
        start=stand.start,
        charge=stand.charge,
        charge1=stand.charge1,
        row_charge=stand.row_charge,
        origin=stand.origin,
        h=stand.h,
        wall=stand.wall,
        failures=stand.failures,
        attempts=stand.attempts,
        points=stand.points,
        newton=stand.newton,
        rejected=stand.rejected,
    )


@kernel
def with_step(stand: Stand, h: float, wall: float, failures: int) -> Stand:
    """The stand with another next step."""
    return Stand(
        row=stand.row,
        begun=stand.begun,
        march=stand.march,
        current=stand.current,
        resistance=stand.resistance,
        start=stand.start,
        charge=stand.charge,
        charge1=stand.charge1,
        row_charge=stand.row_charge,
        origin=stand.origin,
        h=h,
        wall=wall,
        failures=failures,
        attempts=stand.attempts,
        points=stand.points,
        newton=stand.newton,
        rejected=stand.rejected,
    )


@kernel
def goes_on(row: Array, current: float, code: int) -> bool:
    """Whether the next step is run after a row that ended so.

    A voltage that falls vertically, because something ran out, goes through the voltage at which
    the row was to end.
    """
    if code in (TIME, VOLTAGE_REACHED, CURRENT_REACHED, CAPACITY_REACHED, ALREADY):
        return True
    if code not in (SALT_EXHAUSTED, LITHIUM_EXHAUSTED):
        return False
    if current > 0.0:
        return math.isfinite(row[LOW]) and row[LOW_IS_LIMIT] == 0.0
    return math.isfinite(row[HIGH]) and row[HIGH_IS_LIMIT] == 0.0


@kernel
def leave(stand: Stand, table: Array, out: Recorded, code: int) -> Stand:
    """End a row, and stand before the next one that is to be run."""
    k = stand.row
    row = table[k]
    out.outcome[k] = code
    out.last[k] = stand.points
    following = k + 1
    if not goes_on(row, stand.current, code):
        following = table.shape[0]
    elif code != TIME:
        while following < table.shape[0] and table[following, STEP] == row[STEP]:
            out.outcome[following] = code
            out.last[following] = stand.points
            following += 1
    same = code == TIME and k + 1 < table.shape[0] and table[k + 1, STEP] == row[STEP]
    row_charge = stand.row_charge if same else stand.charge
    spent = stand.march.t if stand.begun else 0.0
    V, T = stand.march.V, stand.march.T
    return Stand(
        row=following,
        begun=False,
        march=March(0.0, 0.0, 0.0, V, V, V, T, T, T, 0, 0, 0),
        current=stand.current,
        resistance=stand.resistance,
        start=stand.start + spent,
        charge=stand.charge,
        charge1=stand.charge,
        row_charge=row_charge,
        origin=V,
        h=stand.h,
        wall=math.inf,
        failures=0,
        attempts=0,
        points=stand.points,
        newton=stand.newton,
        rejected=stand.rejected,
    )


@kernel
def charge_after(row: Array, s: Samples, stand: Stand, tried: Controlled, h: float) -> float:
    """What has gone through the cell after a step [C m⁻²], as the particles have it."""
    if follows_samples(row):
        t = stand.march.t
        if int(row[KIND]) == CURRENT:
            first, last = int(row[FIRST]), int(row[LAST])
            gone = sampled_charge(s, first, last, t + h) - sampled_charge(s, first, last, t)
            return stand.charge + gone
        # the power and the voltage are straight lines, so that no energy is lost
        first, last = int(row[FIRST]), int(row[LAST])
        given = value_at(row, s, t) + value_at(row, s, t + h)
        energy = sampled_charge(s, first, last, t + h) - sampled_charge(s, first, last, t)
        twice = stand.march.V + tried.attempt.voltage
        charge = h * (stand.current + 4.0 * given / twice + tried.current) / 6.0
        return stand.charge + charge + 2.0 * (energy - 0.5 * h * given) / twice
    formula = tried.attempt.formula
    return (
        formula.newest * stand.charge + formula.older * stand.charge1 + formula.step * tried.current
    )


@kernel
def correct_means(
    w: Workspace, start: int, stop: int, at: ElectrodeConditions, h: float, missing: float
) -> None:
    """Give particles what the current between two samples gave them, rather than that at its end.

    By the trapezoidal rule, and the charge that is `missing` from it [C m⁻²] spread evenly, so that
    no charge is lost however often the current changes.
    """
    area = 0.0
    for i in range(start, stop):
        area += w.area[i]
    for i in range(start, stop):
        gone = 0.5 * h * (w.j[0, i] + w.j[1, i]) + missing / area
        mean = w.mean[1, i] - 3.0 * at.flux * gone
        for k in range(w.profile.shape[1]):
            w.profile[0, k, i] += mean - w.mean[0, i]
        w.mean[0, i] = mean


@kernel
def take(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    table: Array,
    samples: Samples,
    stand: Stand,
    tried: Controlled,
    h: float,
    out: Recorded,
) -> Stand:
    """Accept a step and write its point."""
    row = table[stand.row]
    charge = charge_after(row, samples, stand, tried, h)
    march = accept(w, layout, stand.march, tried.attempt, h)
    hold_straight(w, layout, EXHAUSTED_SALT * p.initial_concentration)
    origin = stand.origin
    if follows_samples(row):
        origin = origin if tried.smooth else march.V
        n, n_neg, first_pos = ends(layout)
        missing = charge - stand.charge - 0.5 * h * (stand.current + tried.current)
        now = tried.attempt.now
        correct_means(w, 0, n_neg, now.negative, h, missing)
        correct_means(w, first_pos, n, now.positive, h, -missing)
    stand = Stand(
        row=stand.row,
        begun=True,
        march=march,
        current=tried.current,
        resistance=tried.resistance,
        start=stand.start,
        charge=charge,
        charge1=stand.charge,
        row_charge=stand.row_charge,
        origin=origin,
        h=stand.h,
        wall=stand.wall,
        failures=0,
        attempts=stand.attempts,
        points=stand.points,
        newton=stand.newton,
        rejected=stand.rejected,
    )
    record(w, layout, p, table, out, stand, tried)
    return past_point(stand)


@inner_kernel
def attempt_step(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    row: Array,
    samples: Samples,
    stand: Stand,
    largest: float,
    h: float,
) -> Controlled:
    """Try a step of length `h` of a row.

    A row that took most of its attempts may let its voltage jump: salt that all but runs out within
    an element can switch it between two ways to discretise, back and forth, at every step however
    short.
    """
    march = stand.march
    t = march.t + h
    T = temperature_at(samples, stand.start + t, march.T)
    guess = stand.current
    if int(row[KIND]) == POWER:
        guess = value_at(row, samples, t) / march.V
    patient = stand.attempts <= STUBBORN * most_attempts(row, numerics)
    straight = drives_smoothly(row, samples, march, h, largest)
    kinked = follows_samples(row) and not (straight and march.steps > 0)
    control = control_at(row, samples, t, guess, stand, straight and patient, kinked and patient)
    return try_control(w, layout, p, numerics, control, set_march(march, T), h)


@kernel
def gap_after(row: Array, samples: Samples, stand: Stand, tried: Controlled, h: float) -> float:
    """How far the row would be from its nearest ending after a step; negative if not solved."""
    if not tried.attempt.solve.converged:
        return -1.0
    moved = abs(charge_after(row, samples, stand, tried, h) - stand.row_charge)
    return gap_of(row, stand.current, tried.current, tried.attempt.voltage, moved)


@kernel
def ending_beyond(row: Array, stand: Stand, tried: Controlled) -> int:
    """The ending that samples stand beyond as soon as their current has turned; NOT_RUN for none.

    A rested cell above its upper limit may be discharged but not charged, so that there is no
    voltage at which such a step ends.
    """
    if stand.current * tried.current > 0.0 or not tried.attempt.solve.converged:
        return NOT_RUN
    return what_ended(row, tried.current, tried.attempt.voltage, 0.0)


@kernel
def share_of(above: float, below: float, trial: int) -> float:
    """Where in the interval to look for the ending next; in the middle when that lingers.

    A current that has just changed its sign has no ending on the one side.
    """
    if trial > FALSE_POSITIONS or not math.isfinite(above) or above <= 0.0:
        return 0.5
    return min(max(above / (above - below), 0.02), 0.98)


@inner_kernel
def land(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    table: Array,
    samples: Samples,
    stand: Stand,
    largest: float,
    overshoot: tuple[float, float],
    out: Recorded,
) -> Stand:
    """Find the step that ends the row, between none and one that went too far by a gap [s], [V].

    As `microbatt.porous_electrode.time_stepping` does for a discharge.
    """
    row = table[stand.row]
    moved = abs(stand.charge - stand.row_charge)
    low, above = 0.0, gap_of(row, stand.current, stand.current, stand.march.V, moved)
    high, below = overshoot
    side, how = 0, SOLVED
    for trial in range(MOST_TRIALS):
        accuracy = TIME_ACCURACY if how == GUESSED else FALL_TIME
        if high - low <= accuracy * (stand.march.t + stand.march.h1 + high):
            break
        h = low + (high - low) * share_of(above, below, trial)
        tried = attempt_step(w, layout, p, numerics, row, samples, stand, largest, h)
        stand = count(stand, tried.attempt, 1)
        gap = gap_after(row, samples, stand, tried, h)
        if abs(gap) <= VOLTAGE_ACCURACY and tried.attempt.solve.converged:
            stand = take(w, layout, p, table, samples, stand, tried, h, out)
            return leave(stand, table, out, ending_of(row, stand))
        if gap > 0.0:
            below = weakened(below, gap, above) if side > 0 else below
            low, above, side = h, gap, 1
        else:
            above = weakened(above, gap, below) if side < 0 else above
            high, below, side = h, gap, -1
            how = how_known(tried)
    turned = NOT_RUN
    if follows_samples(row):
        tried = attempt_step(w, layout, p, numerics, row, samples, stand, largest, high)
        turned = ending_beyond(row, stand, tried)
    if low > 0.0:
        tried = attempt_step(w, layout, p, numerics, row, samples, stand, largest, low)
        if tried.attempt.solve.converged:
            stand = take(w, layout, p, table, samples, stand, tried, low, out)
    return fall(w, layout, p, numerics, table, stand, how, turned, out)


@kernel
def how_known(tried: Controlled) -> int:
    """How it is known that a step went past an ending."""
    if tried.attempt.solve.converged:
        return SOLVED
    return GUESSED if tried.attempt.solve.possible else EMPTIED


@kernel
def ending_of(row: Array, stand: Stand) -> int:
    """Which ending a row stands at."""
    moved = abs(stand.charge - stand.row_charge)
    return what_ended(row, stand.current, stand.march.V, moved)


@kernel
def fall(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    table: Array,
    stand: Stand,
    how: int,
    turned: int,
    out: Recorded,
) -> Stand:
    """End a row whose voltage falls or rises vertically, or that cannot go on.

    `how` says how it is known that the ending is passed next, `turned` which one that is where the
    current turns.  Unless the ending is nearer than
    voltages are known, the row says what ran out; where nothing did, a solution that jumps over the
    ending is at it.
    """
    row = table[stand.row]
    moved = abs(stand.charge - stand.row_charge)
    gap = gap_of(row, stand.current, stand.current, stand.march.V, moved)
    if gap < numerics.tolerance:
        return leave(stand, table, out, ending_of(row, stand))
    code = ran_out(w, layout, p, row, stand)
    if code == NOT_RUN and how == EMPTIED:
        code = LITHIUM_EXHAUSTED
    elif code == NOT_RUN and how == SOLVED and turned != NOT_RUN:
        code = turned
    elif code == NOT_RUN and how == SOLVED:
        code = ending_of(row, stand) if gap < VERTICAL_FALL else UNRESOLVED_FALL
    elif code == NOT_RUN:
        code = UNREACHABLE if int(row[KIND]) == POWER else NO_CONVERGENCE
    return leave(stand, table, out, code)


@kernel
def before_turning(row: Array, samples: Samples, t: float, h: float) -> float:
    """A step from `t` that ends where samples on a line change their sign [s].

    The charge is largest there, and may be what ends the row.
    """
    here, there = value_at(row, samples, t), value_at(row, samples, t + h)
    turned = h * here / (here - there) if here * there < 0.0 else h
    return turned if turned > ROUNDING * row[DURATION] else h


@kernel
def span(
    p: CellParameters, row: Array, samples: Samples, stand: Stand, tolerance: float, largest: float
) -> tuple[float, bool]:
    """Length of the next step [s], and whether the row's time is then over."""
    t = stand.march.t
    remaining = row[DURATION] - t
    h = stand.h
    if h > 0.999 * remaining:
        h = remaining
    elif h > 0.6 * remaining:
        h = 0.5 * remaining
    if follows_samples(row):
        unit = stand.march.V if int(row[KIND]) == POWER else 1.0  # of a power over a current
        first, last = int(row[FIRST]), int(row[LAST])
        off = SAMPLE_TOLERANCES * tolerance * largest * unit
        most = least_missed(p, tolerance) * unit
        if math.isfinite(row[CHARGE]):  # it may be reached between two samples
            most = 0.0
        h = reach(samples.time, samples.value, first, last, t, h, off, most)
        if math.isfinite(row[CHARGE]):
            h = before_turning(row, samples, t, h)
    heat = samples.temperature_time
    begun = stand.start + t
    if heat.size > 0 and begun < heat[heat.size - 1]:
        last = heat.size - 1
        off = DEGREES * tolerance
        h = reach(heat, samples.temperature, 0, last, begun, h, off, math.inf)
    return h, h >= remaining * (1.0 - 1e-12)


@kernel
def check_progress(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    table: Array,
    stand: Stand,
    out: Recorded,
) -> Stand:
    """End a row that cannot go on, or takes too long."""
    row, wall = table[stand.row], stand.wall
    resolution = time_resolution(stand.march)
    if wall - stand.march.t < FALL_TIME * (stand.march.t + stand.march.h1):
        return fall(w, layout, p, numerics, table, stand, EMPTIED, NOT_RUN, out)
    shortest = resolution * (1.0 if stand.failures > 0 else SHORTEST_STEP)
    if stand.failures > MOST_FAILURES or not stand.h >= shortest:
        return fall(w, layout, p, numerics, table, stand, GUESSED, NOT_RUN, out)
    if stand.attempts > most_attempts(row, numerics):
        code = ran_out(w, layout, p, row, stand)
        return leave(stand, table, out, STEP_BUDGET if code == NOT_RUN else code)
    return stand


@kernel
def shortened(march: March, error: float) -> float:
    """Factor for a step that was rejected; a first one has an error that goes with its length."""
    if march.steps == 0:
        return max(SAFETY / error, LEAST_SHRINK)
    return step_factor(error)


@inner_kernel
def go_on(
    w: Workspace,
    layout: Layout,
    p: CellParameters,
    numerics: Numerics,
    table: Array,
    samples: Samples,
    stand: Stand,
    largest: float,
    out: Recorded,
) -> Stand:
    """Try one step of the row that is under way."""
    row = table[stand.row]
    h, last = span(p, row, samples, stand, numerics.tolerance, largest)
    tried = attempt_step(w, layout, p, numerics, row, samples, stand, largest, h)
    attempt = tried.attempt
    gap = gap_after(row, samples, stand, tried, h)
    wall, failures = stand.wall, stand.failures
    if not attempt.solve.converged:
        stand = count(stand, attempt, 1)
        if attempt.solve.possible:
            failures += 1
        else:
            wall = stand.march.t + h
        stand = with_step(stand, h * AFTER_FAILURE, wall, failures)
    elif not attempt.error <= 1.0:
        shorter = h * shortened(stand.march, attempt.error)
        stand = with_step(count(stand, attempt, 1), shorter, wall, failures)
    elif gap < 0.0:
        stand = count(stand, attempt, 1)
        return land(w, layout, p, numerics, table, samples, stand, largest, (h, gap), out)
    else:
        stand = take(w, layout, p, table, samples, count(stand, attempt, 0), tried, h, out)
        ahead = max(h * step_factor(attempt.error), min(h, stand.h))
        if last:
            return leave(with_step(stand, max(ahead, stand.h), wall, 0), table, out, TIME)
        stand = with_step(stand, min(ahead, TOWARDS_WALL * (wall - stand.march.t)), wall, 0)
    return check_progress(w, layout, p, numerics, table, stand, out)


def _make_run_rows(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def run_rows(
        p: CellParameters,
        numerics: Numerics,
        table: Array,
        samples: Samples,
        w: Workspace,
        layout: Layout,
        stand: Stand,
        largest: float,
        out: Recorded,
        attempts: int,
    ) -> tuple[Stand, int]:
        """Go on with a protocol for so many attempts, or until the points fill their room."""
        for _ in range(attempts):
            done = stand.row >= table.shape[0]
            if done or stand.points + NEEDED_ROOM > out.points.shape[1]:
                break
            if stand.begun:
                stand = go_on(w, layout, p, numerics, table, samples, stand, largest, out)
            else:
                stand = begin(w, layout, p, numerics, table, samples, stand, out)
        return stand, digest

    return run_rows


def _make_prepare(digest: int):  # type: ignore[no-untyped-def]  # noqa: ANN202 - numba's type
    @entry_kernel
    def prepare(
        cell: CellParameters,
        numerics: Numerics,
        point: tuple[float, float],
        conserving: bool,
        largest: float,
        temperature: float,
    ) -> tuple[CellParameters, Workspace, Layout, Stand, int]:
        """Lay out the mesh for currents up to `largest` [A m⁻²], and the cell at rest on it."""
        p = at_point(cell, point[0], point[1], conserving)
        warm(p, temperature)
        w, layout = lay_out(p, conditions_at(p, temperature), numerics, largest, 0.0)
        set_rest(w, layout, p, 0.0)
        V, T = open_circuit_voltage(p, temperature), temperature
        march = March(0.0, 0.0, 0.0, V, V, V, T, T, T, 0, 0, 0)
        resistance = FIRST_DROP / largest
        stand = Stand(
            row=0,
            begun=False,
            march=march,
            current=0.0,
            resistance=resistance,
            start=0.0,
            charge=0.0,
            charge1=0.0,
            row_charge=0.0,
            origin=V,
            h=math.inf,
            wall=math.inf,
            failures=0,
            attempts=0,
            points=0,
            newton=0,
            rejected=0,
        )
        return p, w, layout, stand, digest

    return prepare


run_rows = _make_run_rows(source_digest())
prepare = _make_prepare(source_digest())
