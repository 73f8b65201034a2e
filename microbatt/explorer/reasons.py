"""Why a cell looks as it does: how its curve ended, or why a network says nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from microbatt.explorer.appearance import HATCHES
from microbatt.explorer.variables import flags_of
from microbatt.outcomes import Outcome
from microbatt.plots.colours import ENDING_COLOURS, MISSING

if TYPE_CHECKING:
    import xarray as xr

NOT_STORED: Final = -1
"""Code of a value that is missing although every curve of the point is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What a code says of a cell.

    Attributes
    ----------
    words
        Its name.
    sentence
        Name and explanation.
    colour, hatch
        What covers a cell without a value.
    is_whole
        Whether it names a curve that is there, which nothing has to be covered for.
    """

    words: str
    sentence: str
    colour: str
    hatch: str
    is_whole: bool = False


def ending_words(outcome: Outcome) -> str:
    """Return the name of an ending as people say it.

    Examples
    --------
    >>> ending_words(Outcome.SALT_EXHAUSTED)
    'salt exhausted'
    """
    return outcome.name.lower().replace("_", " ")


def ending_reason(outcome: Outcome) -> str:
    """Return the name of an ending and what happened, without saying the same twice.

    Examples
    --------
    >>> ending_reason(Outcome.NOT_RUN), ending_reason(Outcome.TIME_LIMIT)[:30]
    ('not run yet', 'time limit: the wall-clock lim')
    """
    name = ending_words(outcome)
    return outcome.message if outcome.message.startswith(name) else f"{name}: {outcome.message}"


ENDINGS: Final = {
    NOT_STORED: Reason(
        words="no value",
        sentence="the cube holds no value here, although every curve is whole",
        colour=MISSING,
        hatch="blank",
    )
} | {
    int(outcome): Reason(
        words=ending_words(outcome),
        sentence=ending_reason(outcome),
        colour=ENDING_COLOURS[outcome],
        hatch=HATCHES[outcome],
        is_whole=outcome.is_whole,
    )
    for outcome in Outcome
}
"""Code of `microbatt.outcomes.Outcome` → what it says."""

_HATCHES: Final = ("dot", "blank", "diagonal_cross", "right_diagonal_line", "cross")


def prediction_reasons(dataset: xr.Dataset) -> dict[int, Reason]:
    """Return what the codes of ``prediction_status`` say."""
    flags = flags_of(dataset["prediction_status"])
    return {NOT_STORED: ENDINGS[NOT_STORED]} | {
        code: Reason(
            words=words,
            sentence=words,
            colour=MISSING,
            hatch=_HATCHES[code % len(_HATCHES)],
            is_whole=words == "predicted",
        )
        for code, words in flags.items()
    }
