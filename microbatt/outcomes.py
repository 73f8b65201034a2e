"""How a discharge ended: one code per curve, shared by every engine, the cube and the plots."""

import enum
from typing import Final


class Outcome(enum.IntEnum):
    """The ending of one discharge; its value is stored in the cube's ``status`` variable.

    Members that are *whole* carry a curve that ran to a physical end.  Members that are
    *failures* say something about the solver or the machine, not about the cell.

    Examples
    --------
    >>> Outcome.CUTOFF_REACHED.is_whole
    True
    >>> Outcome.NO_CONVERGENCE.is_failure
    True
    """

    NOT_RUN = 0
    CUTOFF_REACHED = 1
    SALT_EXHAUSTED = 2
    LITHIUM_EXHAUSTED = 3
    CUTOFF_AT_START = 4
    STEP_BUDGET = 5
    NO_CONVERGENCE = 6
    TIME_LIMIT = 7
    CRASHED = 8
    UNPHYSICAL = 9
    UNRESOLVED_FALL = 10

    @property
    def is_whole(self) -> bool:
        """Whether the curve exists and runs to a physical end."""
        return self in _WHOLE

    @property
    def is_failure(self) -> bool:
        """Whether the simulation, not the cell, is the reason that it ended."""
        return self in _FAILURES

    @property
    def message(self) -> str:
        """What happened and, where something can be done about it, what."""
        return _MESSAGES[self]


_WHOLE: Final = frozenset(
    {Outcome.CUTOFF_REACHED, Outcome.SALT_EXHAUSTED, Outcome.LITHIUM_EXHAUSTED}
)
_FAILURES: Final = frozenset(
    {
        Outcome.STEP_BUDGET,
        Outcome.NO_CONVERGENCE,
        Outcome.TIME_LIMIT,
        Outcome.CRASHED,
        Outcome.UNPHYSICAL,
        Outcome.UNRESOLVED_FALL,
    }
)
_MESSAGES: Final = {
    Outcome.NOT_RUN: "not run yet",
    Outcome.CUTOFF_REACHED: "the voltage reached the cut-off",
    Outcome.SALT_EXHAUSTED: (
        "the salt ran out in the pores and the voltage fell vertically above the cut-off"
    ),
    Outcome.LITHIUM_EXHAUSTED: (
        "a particle surface ran full or empty and the voltage fell vertically above the cut-off"
    ),
    Outcome.CUTOFF_AT_START: (
        "the voltage is below the cut-off as soon as the current flows, so there is no curve; "
        "use a smaller current or a lower cut-off voltage"
    ),
    Outcome.STEP_BUDGET: (
        "the step budget was spent before the end; raise `Settings.max_steps` or loosen "
        "`Settings.tolerance`"
    ),
    Outcome.NO_CONVERGENCE: (
        "Newton's iteration did not converge at the smallest step; refine the mesh with "
        "`Settings.refined()` and report the point if that fails too"
    ),
    Outcome.TIME_LIMIT: "the wall-clock limit for one curve was reached; raise the limit",
    Outcome.CRASHED: "the process that simulated this curve died; look into the worker's log",
    Outcome.UNPHYSICAL: (
        "the engine went on with salt below zero, which is no solution; refine its mesh in the "
        "settings, or take the native engine"
    ),
    Outcome.UNRESOLVED_FALL: (
        "the voltage fell vertically though neither salt nor lithium had run out, which no cell "
        "does; refine the mesh with `Settings.refined()` and report the point if that fails too"
    ),
}


class StepOutcome(enum.IntEnum):
    """How one step of a protocol ended.

    The next step is run after one that `is_whole`, and after one whose voltage fell vertically
    through the voltage at which it was to end.

    Examples
    --------
    >>> StepOutcome.VOLTAGE.is_whole, StepOutcome.UNREACHABLE.is_whole
    (True, False)
    """

    NOT_RUN = 0
    TIME = 1
    VOLTAGE = 2
    CURRENT = 3
    CAPACITY = 4
    ALREADY = 5
    VOLTAGE_LIMIT = 6
    SALT_EXHAUSTED = 7
    LITHIUM_EXHAUSTED = 8
    UNREACHABLE = 9
    STEP_BUDGET = 10
    NO_CONVERGENCE = 11
    UNRESOLVED_FALL = 12
    TIME_LIMIT = 13

    @property
    def is_whole(self) -> bool:
        """Whether the step ended as it says that it should."""
        return self in _WHOLE_STEPS

    @property
    def is_failure(self) -> bool:
        """Whether the simulation, not the cell or the protocol, is the reason that it ended."""
        return self in _FAILED_STEPS

    @property
    def message(self) -> str:
        """What happened and, where something can be done about it, what."""
        return _STEP_MESSAGES[self]


_WHOLE_STEPS: Final = frozenset(
    {
        StepOutcome.TIME,
        StepOutcome.VOLTAGE,
        StepOutcome.CURRENT,
        StepOutcome.CAPACITY,
        StepOutcome.ALREADY,
    }
)
_FAILED_STEPS: Final = frozenset(
    {
        StepOutcome.STEP_BUDGET,
        StepOutcome.NO_CONVERGENCE,
        StepOutcome.UNRESOLVED_FALL,
        StepOutcome.TIME_LIMIT,
    }
)
_STEP_MESSAGES: Final = {
    StepOutcome.NOT_RUN: "not run, because an earlier step did not end as it should",
    StepOutcome.TIME: "its time was over",
    StepOutcome.VOLTAGE: "the voltage reached the one at which the step ends",
    StepOutcome.CURRENT: "the current fell to the one at which the step ends",
    StepOutcome.CAPACITY: "the capacity reached the one at which the step ends",
    StepOutcome.ALREADY: "it was at its end already when it began, and took no time",
    StepOutcome.VOLTAGE_LIMIT: (
        "the voltage left the range in which the cell is used; end the step earlier, or change "
        "`lower_voltage` or `upper_voltage`"
    ),
    StepOutcome.SALT_EXHAUSTED: (
        "the salt ran out in the pores, so that the cell could not go on like this"
    ),
    StepOutcome.LITHIUM_EXHAUSTED: (
        "the particle surfaces of an electrode ran full or empty, so that the cell could not go on "
        "like this"
    ),
    StepOutcome.UNREACHABLE: (
        "the cell cannot carry this current or power, or reach this voltage, in the state it is in"
    ),
    StepOutcome.STEP_BUDGET: (
        "the step budget was spent; raise `Settings.max_steps` or loosen `Settings.tolerance`"
    ),
    StepOutcome.NO_CONVERGENCE: (
        "Newton's iteration did not converge at the smallest step; refine the mesh with "
        "`Settings.refined()` and report the protocol if that fails too"
    ),
    StepOutcome.UNRESOLVED_FALL: (
        "the voltage went vertically though neither salt nor lithium had run out, which no cell "
        "does; refine the mesh with `Settings.refined()` and report the protocol if that fails too"
    ),
    StepOutcome.TIME_LIMIT: "the wall-clock limit was reached; raise the limit",
}
