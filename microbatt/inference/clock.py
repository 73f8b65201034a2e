"""How long the stages of a work take."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Clock:
    """Wall-clock seconds of named stages.

    Attributes
    ----------
    seconds
        Stage → time [s].

    Examples
    --------
    >>> clock = Clock()
    >>> with clock.timing("waiting"):
    ...     pass
    >>> list(clock.seconds)
    ['waiting']
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Time what is done inside."""
        begun = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - begun
