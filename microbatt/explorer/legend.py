"""Why a tile of a map looks as it does: how its curve ended, or why a network is silent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.explorer.appearance import HATCHES, Colouring
from microbatt.explorer.variables import flags_of
from microbatt.outcomes import Outcome
from microbatt.plots.style import MISSING, OUTCOME_COLOURS, PALETTE

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.explorer.variables import MapVariable

NOT_STORED: Final = -1
"""Code of a value that is missing although every curve of the point is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendEntry:
    """What a code says of a tile.

    Parameters
    ----------
    name : str
        As the legend names it.
    sentence : str
        Name and explanation.
    colour, hatch : str
        What covers a tile without a value.
    is_whole : bool, default False
        Whether it names a curve that is there, which nothing has to be covered for.
    """

    name: str
    sentence: str
    colour: str
    hatch: str
    is_whole: bool = False


def outcome_name(outcome: Outcome) -> str:
    """Return the name of an outcome as people say it.

    Examples
    --------
    >>> outcome_name(Outcome.SALT_EXHAUSTED)
    'salt exhausted'
    """
    return outcome.name.lower().replace("_", " ")


def outcome_sentence(outcome: Outcome) -> str:
    """Return the name of an outcome and what happened, without saying the same twice.

    Examples
    --------
    >>> outcome_sentence(Outcome.NOT_RUN), outcome_sentence(Outcome.TIME_LIMIT)[:30]
    ('not run yet', 'time limit: the wall-clock lim')
    """
    name = outcome_name(outcome)
    return outcome.message if outcome.message.startswith(name) else f"{name}: {outcome.message}"


OUTCOMES: Final = {
    NOT_STORED: LegendEntry(
        name="no value",
        sentence="the cube holds no value here, although every curve is whole",
        colour=MISSING,
        hatch="blank",
    )
} | {
    int(outcome): LegendEntry(
        name=outcome_name(outcome),
        sentence=outcome_sentence(outcome),
        colour=OUTCOME_COLOURS[outcome],
        hatch=HATCHES[outcome],
        is_whole=outcome.is_whole,
    )
    for outcome in Outcome
}
"""Code of `microbatt.outcomes.Outcome` → what it says."""

_HATCHES: Final = ("dot", "blank", "diagonal_cross", "right_diagonal_line", "cross")


def prediction_legend(dataset: xr.Dataset) -> dict[int, LegendEntry]:
    """Return what the codes of ``prediction_status`` say."""
    flags = flags_of(dataset["prediction_status"])
    return {NOT_STORED: OUTCOMES[NOT_STORED]} | {
        code: LegendEntry(
            name=name,
            sentence=name,
            colour=MISSING,
            hatch=_HATCHES[code % len(_HATCHES)],
            is_whole=name == "predicted",
        )
        for code, name in flags.items()
    }


def flag_legend(variable: MapVariable, codes: NDArray[np.int64]) -> dict[int, LegendEntry]:
    """Return what the codes that a map shows say, each with a colour of its own."""
    if variable.name == "status":
        return dict(OUTCOMES)
    return {
        code: LegendEntry(
            name=name,
            sentence=name,
            colour=_flag_colour(code, name),
            hatch="blank",
            is_whole=True,
        )
        for code in sorted({*variable.flags, *np.unique(codes).tolist()})
        for name in [variable.flags.get(code, f"code {code}")]
    }


def flag_colouring(variable: MapVariable, codes: NDArray[np.int64]) -> Colouring:
    """Return the colours of the codes that a map shows, one for each."""
    entries = flag_legend(variable, codes)
    low, high = min(entries), max(entries)
    unknown = OUTCOMES[NOT_STORED].colour
    palette = [entries[c].colour if c in entries else unknown for c in range(low, high + 1)]
    return Colouring(palette=tuple(palette), low=low - 0.5, high=high + 0.5)


def _flag_colour(code: int, name: str) -> str:
    if name == "predicted":
        return OUTCOME_COLOURS[Outcome.CUTOFF_REACHED]  # the ordinary case, as of outcomes
    return PALETTE[code % (len(PALETTE) - 1)]
