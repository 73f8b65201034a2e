"""All that is wrong with a file, told at once."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MOST: Final = 30
"""So many faults are told."""


class Faults:
    """What is wrong with a file, so that all of it is told at once."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    @property
    def found(self) -> bool:
        """Whether anything is wrong."""
        return bool(self._told)

    def add(self, fault: str, place: str = "") -> None:
        """Note a fault, once; of one place the first is kept."""
        if fault not in self._told.values():
            self._told.setdefault(place or fault, fault)

    @contextmanager
    def noted(self, place: str = "") -> Iterator[None]:
        """Note what is refused inside."""
        try:
            yield
        except ParameterError as error:
            self.add(str(error), place)

    def refuse(self) -> None:
        """Refuse the file if anything is wrong with it.

        Raises
        ------
        ParameterError
            Naming all of it.
        """
        if not self._told:
            return
        told = list(self._told.values())
        if len(told) == 1:
            raise ParameterError(told[0])
        listed = "\n".join(f"  {fault}" for fault in told[:_MOST])
        more = "" if len(told) <= _MOST else f"\n  and {len(told) - _MOST} more"
        raise ParameterError(f"{len(told)} things have to be mended:\n{listed}{more}")
