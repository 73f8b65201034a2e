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
