"""One run of the executable in a scratch folder of its own."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from microbatt.engines.dualfoil.files.activation import ACTIVATION_FILE, format_activation
from microbatt.engines.dualfoil.files.deck import DECK_FILE, format_deck
from microbatt.engines.dualfoil.files.output import OUTPUT_FILE, Output, parse_output
from microbatt.processes import Finished, run_limited

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.engines.dualfoil.files.activation import Activation
    from microbatt.engines.dualfoil.files.deck import Deck


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """Everything that an executable reads.

    Attributes
    ----------
    deck, activation
        The two files that every dualfoil reads.
    extra : mapping of str to str
        Name → text of further files.
    environment : mapping of str to str
        Variables that it reads.
    """

    deck: Deck
    activation: Activation
    extra: Mapping[str, str]
    environment: Mapping[str, str]

    def write(self, folder: Path) -> None:
        """Write the files into a folder."""
        texts = {
            DECK_FILE: format_deck(self.deck),
            ACTIVATION_FILE: format_activation(self.activation),
            **self.extra,
        }
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run that is over.

    Attributes
    ----------
    output : Output or None
        What it wrote; None if nothing.
    text : str
        The same as text.
    finished : Finished
        Why it is over, and how long it took.
    """

    output: Output | None
    text: str
    finished: Finished


def run_once(executable: Path, inputs: Inputs, *, time_limit: float, output_limit: int) -> Run:
    """Run an executable once; the scratch folder is removed afterwards.

    Parameters
    ----------
    executable : Path
        Absolute path.
    inputs : Inputs
        What it reads.
    time_limit : float
        Wall-clock time [s].
    output_limit : int
        Of all its files [byte].

    Raises
    ------
    OSError
        If it cannot be started, or the scratch folder cannot be written.
    """
    with tempfile.TemporaryDirectory(prefix="microbatt-dualfoil-") as scratch:
        folder = Path(scratch)
        inputs.write(folder)
        finished = run_limited(
            [str(executable)],
            folder,
            time_limit=time_limit,
            output_limit=output_limit,
            environment=inputs.environment,
        )
        written = folder / OUTPUT_FILE
        if not written.is_file():
            return Run(output=None, text="", finished=finished)
        text = written.read_text(encoding="utf-8", errors="replace")
    return Run(output=parse_output(text), text=text, finished=finished)
