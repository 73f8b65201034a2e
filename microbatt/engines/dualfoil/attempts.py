"""What is tried for a curve, a rung of the ladder at a time, and what is remembered of it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from microbatt.engines.dualfoil.files.output import OUTPUT_FILE
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from microbatt.engines import Discharge
    from microbatt.engines.dualfoil.files.deck import Deck
    from microbatt.engines.dualfoil.run import Inputs
    from microbatt.engines.dualfoil.settings import DualfoilSettings

RECORD_FILE: Final = "record.json"
SMALLER_STEP: Final = 8.0
"""The largest step is divided by this."""
FINER_MESH, COARSER_MESH = 4 / 3, 2 / 3
SCALED_RATES: Final = 1.05
"""Both rate constants are multiplied by this.

It changes the cell a little: at most 2RT/F ln 1.05 = 2.5 mV an electrode, at 25 °C.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run for a curve.

    Attributes
    ----------
    changed : str
        What was different from the first; empty for the first.
    outcome : str
        Its name.
    words : tuple of str
        dualfoil's own, as it wrote them; what it wrote to its standard error if it said no more.
    stop : str
        Why the process was over.
    exit_code : int
        Of the process; tells nothing.
    seconds : float
        Wall-clock time.
    rows : int
        Of its table.
    mass, energy, power : float or None
        As dualfoil prints them [kg m⁻²], [W h kg⁻¹], [W kg⁻¹].
    """

    changed: str
    outcome: str
    words: tuple[str, ...]
    stop: str
    exit_code: int
    seconds: float
    rows: int
    mass: float | None
    energy: float | None
    power: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunHistory:
    """A curve, and how it came about.

    Attributes
    ----------
    discharge : Discharge
        The curve of the attempt that got furthest.
    attempts : tuple of Attempt
        All of them, in order.
    chosen : int
        Which one gave the curve.
    """

    discharge: Discharge
    attempts: tuple[Attempt, ...]
    chosen: int

    def to_dict(self) -> dict[str, Any]:
        """Describe the record in JSON's terms, without the curve."""
        return {
            "alpha": self.discharge.alpha,
            "S": self.discharge.S,
            "current": self.discharge.current,
            "outcome": self.discharge.outcome.name,
            "chosen": self.chosen,
            "attempts": [asdict(one) for one in self.attempts],
        }


def keep_history(folder: str, history: RunHistory, inputs: Inputs, text: str) -> Path:
    """Keep a record with the files of its first attempt, in a folder named after the point."""
    point = history.discharge
    place = Path(folder) / f"alpha-{point.alpha:g}_S-{point.S:g}_I-{point.current:g}"
    place.mkdir(parents=True, exist_ok=True)
    inputs.write(place)
    (place / OUTPUT_FILE).write_text(text, encoding="utf-8")
    written = json.dumps(history.to_dict(), indent=1, ensure_ascii=False)
    (place / RECORD_FILE).write_text(written + "\n", encoding="utf-8")
    return place


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """One way of asking for the same discharge.

    Attributes
    ----------
    words : str
        What is different; empty for the first.
    deck : Deck
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
