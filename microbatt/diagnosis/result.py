"""One line of a diagnosis: what was looked at, and what was found."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class State(StrEnum):
    """Whether what was found is as it should be."""

    FINE = "fine"
    ABSENT = "absent"
    """Not there, and not needed by everybody."""
    TROUBLE = "trouble"
    """Something that microbatt needs, or was asked for, does not work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line of a diagnosis.

    Attributes
    ----------
    topic : str
        What was looked at, in a word or two.
    text : str
        What was found; where it is trouble, what to do about it.
    state : State, default State.FINE
        Whether that is as it should be.
    """

    topic: str
    text: str
    state: State = State.FINE


def without_home(path: Path) -> str:
    """Return a path as people may show it to others: the home folder is ``~``.

    Examples
    --------
    >>> without_home(Path.home() / "cubes" / "demo.zarr")
    '~/cubes/demo.zarr'
    """
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
