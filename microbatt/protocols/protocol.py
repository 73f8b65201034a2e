"""A protocol: steps in order, from whatever people have."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microbatt.errors import ParameterError
from microbatt.protocols.samples import Samples
from microbatt.protocols.step import Step
from microbatt.protocols.tables import from_table, read_tables
from microbatt.protocols.text import parse_step

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_STEPS = 100_000
_DEEPEST = 50
"""How many lists and files may stand inside each other."""
_HOW = (
    "Give a sentence, a list of them, steps, samples, or the path of a protocol file; "
    "'Discharge at 1C until 2.7 V' is a sentence."
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Protocol:
    """What a tester does: steps, one after the other.

    Attributes
    ----------
    steps : tuple of Step
        At least one.
    """

    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", tuple(self.steps))
        if not 0 < len(self.steps) <= MOST_STEPS:
            came = f"more than {MOST_STEPS}" if self.steps else "0"
            raise ParameterError(
                f"a protocol has {came} steps; it must have from 1 to {MOST_STEPS}."
            )
        for step in self.steps:
            if not isinstance(step, Step):
                raise ParameterError(f"{step!r} is no step of a protocol. {_HOW}")

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __repr__(self) -> str:
        shown = "; ".join(str(step) for step in self.steps[:3])
        more = f"; and {len(self) - 3} more" if len(self) > 3 else ""
        return f"<Protocol of {len(self)} steps: {shown}{more}>"

    def _repr_html_(self) -> str:
        rows = "".join(f"<li>{escape(str(step))}</li>" for step in self.steps[:50])
        more = f"and {len(self) - 50} more" if len(self) > 50 else ""
        return f"<b>Protocol</b><ol>{rows}</ol>{more}"


def as_protocol(steps: Any) -> Protocol:  # noqa: ANN401 - see the parameter
    """Return a protocol from text, steps, samples, a file, or a nested list of these.

    Parameters
    ----------
    steps : str, Step, Samples, Path, Protocol or iterable
        A sentence as `parse_step` reads it, a path that ends in ``.toml``, or what is named. A list
        may hold tuples, so that ``[("Charge at 1C until 4.2 V", "Rest for 1 hour")] * 3`` is three
        cycles.

    Returns
    -------
    Protocol
        All steps in order.

    Raises
    ------
    ParameterError
        If something is none of these, a sentence is not understood, or steps hold themselves.

    Examples
    --------
    >>> len(as_protocol(["Rest for 10 s", ("Charge at 1C for 5 s", "Rest for 5 s") * 3]))
    7
    """
    if isinstance(steps, Protocol):
        return steps
    return Protocol(steps=tuple(islice(_flat(steps), MOST_STEPS + 1)))


def _flat(part: Any, around: tuple[object, ...] = ()) -> Iterator[Step]:  # noqa: ANN401 - any
    """Give the steps of whatever came; `around` are the lists and files in which it stands."""
    if isinstance(part, str) and not part.lower().endswith(".toml"):
        yield parse_step(part)
        return
    is_file = isinstance(part, str | Path)
    itself = Path(part).resolve() if is_file else id(part)
    if itself in around:
        what = f"the protocol file {part}" if is_file else f"the {type(part).__name__} of steps"
        raise ParameterError(f"{what} holds itself, so its steps never end. {_HOW}")
    if len(around) == _DEEPEST:
        raise ParameterError(f"steps stand more than {_DEEPEST} lists or files deep. {_HOW}")
    parts = _opened(part)
    if isinstance(parts, Step):
        yield parts
        return
    for one in parts:
        yield from _flat(one, (*around, itself))


def _opened(part: Any) -> Step | Iterable[Any]:  # noqa: ANN401 - whatever came
    """Return a step, or what is inside of something that holds some."""
    if isinstance(part, Step):
        return part
    if isinstance(part, Samples):
        return Step(samples=part)
    if isinstance(part, str | Path):
        return read_tables(Path(part))
    if isinstance(part, Mapping):
        return from_table(part)
    if isinstance(part, Iterable):
        return part
    raise ParameterError(f"{part!r} is no step of a protocol. {_HOW}")
