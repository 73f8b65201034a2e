"""What is tried when a discharge does not converge: the ladder, a rung at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microbatt.engines.dualfoil.deck import Deck
    from microbatt.engines.dualfoil.settings import DualfoilSettings

SMALLER_STEP: Final = 8.0
"""The largest step is divided by this."""
FINER_MESH, COARSER_MESH = 4 / 3, 2 / 3
SCALED_RATES: Final = 1.05
"""Both rate constants are multiplied by this.

It changes the cell a little: at most 2RT/F ln 1.05 = 2.5 mV an electrode, at 25 °C.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One way of asking for the same discharge.

    Attributes
    ----------
    words
        What is different; empty for the first.
    deck
        As it is run.
    """

    words: str
    deck: Deck


def variations(deck: Deck, settings: DualfoilSettings) -> Iterator[Variation]:
    """Yield a deck as it is, then each change that the settings name, one at a time."""
    yield Variation(words="", deck=deck)
    for name in settings.retries:
        match name:
            case "smaller-step":
                yield _smaller_step(deck)
            case "other-mesh":
                yield _other_mesh(deck, settings.most_nodes)
            case "scaled-rates":
                yield _scaled_rates(deck)
            case _:
                raise ParameterError(f"`retries` holds {name!r}, which is not known.")


def _smaller_step(deck: Deck) -> Variation:
    step = deck.largest_step / SMALLER_STEP
    return Variation(
        words=f"largest step {step:.4g} s instead of {deck.largest_step:.4g} s",
        deck=replace(deck, largest_step=step),
    )


def _other_mesh(deck: Deck, most: int) -> Variation:
    before = (deck.negative_nodes, deck.separator_nodes, deck.positive_nodes)
    finer = tuple(round(n * FINER_MESH) for n in before)
    nodes = finer if sum(finer) <= most else tuple(max(round(n * COARSER_MESH), 11) for n in before)
    negative, separator, positive = nodes
    return Variation(
        words=f"{'+'.join(map(str, nodes))} nodes instead of {'+'.join(map(str, before))}",
        deck=replace(
            deck, negative_nodes=negative, separator_nodes=separator, positive_nodes=positive
        ),
    )


def _scaled_rates(deck: Deck) -> Variation:
    return Variation(
        words=f"both rate constants times {SCALED_RATES:g}",
        deck=replace(
            deck,
            negative_rate_constant=deck.negative_rate_constant * SCALED_RATES,
            positive_rate_constant=deck.positive_rate_constant * SCALED_RATES,
        ),
    )
