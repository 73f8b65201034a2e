"""How a protocol ended at one point of a cube; each of its steps has an outcome of its own."""

from __future__ import annotations

import enum
from typing import Final

from microbatt.outcomes import Outcome


class ProtocolOutcome(enum.IntEnum):
    """The ending of a protocol; its value is stored in ``status`` of a cube of a protocol.

    Where a discharge and a protocol can end alike, the codes are those of
    `microbatt.outcomes.Outcome`, and so are whole endings, failures and endings of neither kind.

    Examples
    --------
    >>> ProtocolOutcome.COMPLETED.is_whole, ProtocolOutcome.STOPPED.is_failure
    (True, False)
    """

    NOT_RUN = 0
    COMPLETED = 1
    STOPPED = 4
    STEP_BUDGET = 5
    NO_CONVERGENCE = 6
    TIME_LIMIT = 7
    CRASHED = 8
    UNRESOLVED_FALL = 10

    @property
    def is_whole(self) -> bool:
        """Whether all steps were run to their ends."""
        return self is ProtocolOutcome.COMPLETED

    @property
    def is_failure(self) -> bool:
        """Whether the simulation, not the cell or the protocol, is the reason that it ended."""
        return self > ProtocolOutcome.STOPPED

    @property
    def message(self) -> str:
        """What happened and, where something can be done about it, what."""
        return _MESSAGES.get(self) or Outcome(int(self)).message


_MESSAGES: Final = {
    ProtocolOutcome.COMPLETED: "every step was run to its end",
    ProtocolOutcome.STOPPED: (
        "a step could not be run to its end, and those after it were not run; `step_outcome` says "
        "which step and why"
    ),
    ProtocolOutcome.TIME_LIMIT: "the wall-clock limit for one run was reached; raise the limit",
}
