"""What is remembered of a curve beside its numbers: dualfoil's own words, and what was tried."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microbatt.engines.dualfoil.output import OUTPUT_FILE

if TYPE_CHECKING:
    from microbatt.engines import Discharge
    from microbatt.engines.dualfoil.run import Inputs

RECORD_FILE = "record.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One run for a curve.

    Attributes
    ----------
    changed
        What was different from the first; empty for the first.
    ending
        Name of its outcome.
    words
        dualfoil's own, as it wrote them; what it wrote to its standard error if it said no more.
    stop
        Why the process was over.
    exit_code
        Of the process; tells nothing.
    seconds
        Wall-clock time.
    rows
        Of its table.
    mass, energy, power
        As dualfoil prints them [kg m⁻²], [W h kg⁻¹], [W kg⁻¹].
    """

    changed: str
    ending: str
    words: tuple[str, ...]
    stop: str
    exit_code: int
    seconds: float
    rows: int
    mass: float | None
    energy: float | None
    power: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A curve, and how it came about.

    Attributes
    ----------
    discharge
        The curve of the attempt that got furthest.
    attempts
        All of them, in order.
    chosen
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
            "ending": self.discharge.outcome.name,
            "chosen": self.chosen,
            "attempts": [asdict(one) for one in self.attempts],
        }


def keep_record(folder: str, record: Record, inputs: Inputs, text: str) -> Path:
    """Keep a record with the files of its first attempt, in a folder named after the point."""
    point = record.discharge
    place = Path(folder) / f"alpha-{point.alpha:g}_S-{point.S:g}_I-{point.current:g}"
    place.mkdir(parents=True, exist_ok=True)
    inputs.write(place)
    (place / OUTPUT_FILE).write_text(text, encoding="utf-8")
    written = json.dumps(record.to_dict(), indent=1, ensure_ascii=False)
    (place / RECORD_FILE).write_text(written + "\n", encoding="utf-8")
    return place
