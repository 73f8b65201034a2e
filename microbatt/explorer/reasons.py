"""Why a cell looks as it does: how its curve ended, or why a network says nothing of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.explorer.appearance import HATCHES, Colouring
from microbatt.explorer.variables import flags_of
from microbatt.outcomes import Outcome
from microbatt.plots import OUTCOME_COLOURS, MISSING, PALETTE

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.explorer.variables import MapVariable

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
        colour=OUTCOME_COLOURS[outcome],
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


def flag_reasons(variable: MapVariable, codes: NDArray[np.int64]) -> dict[int, Reason]:
    """Return what the codes that a map shows say, each with a colour of its own."""
    if variable.name == "status":
        return dict(ENDINGS)
    return {
        code: Reason(
            words=words,
            sentence=words,
            colour=_flag_colour(code, words),
            hatch="blank",
            is_whole=True,
        )
        for code in sorted({*variable.flags, *np.unique(codes).tolist()})
        for words in [variable.flags.get(code, f"code {code}")]
    }


def flag_colouring(variable: MapVariable, codes: NDArray[np.int64]) -> Colouring:
    """Return the colours of the codes that a map shows, one for each."""
    found = flag_reasons(variable, codes)
    low, high = min(found), max(found)
    unknown = ENDINGS[NOT_STORED].colour
    palette = [found[c].colour if c in found else unknown for c in range(low, high + 1)]
    return Colouring(palette=tuple(palette), low=low - 0.5, high=high + 0.5)


def _flag_colour(code: int, words: str) -> str:
    if words == "predicted":
        return OUTCOME_COLOURS[Outcome.CUTOFF_REACHED]  # the ordinary case, as of endings
    return PALETTE[code % (len(PALETTE) - 1)]
