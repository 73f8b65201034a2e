"""Runs that exist already: folders with a deck and its output, as discharges."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from microbatt.engines.dualfoil.archives.published import is_published
from microbatt.engines.dualfoil.curve import discharge_from_rows, outcome_of
from microbatt.engines.dualfoil.files.activation import ACTIVATION_FILE, read_activation
from microbatt.engines.dualfoil.files.deck import DECK_FILE, read_deck
from microbatt.engines.dualfoil.files.output import OUTPUT_FILE, read_output
from microbatt.engines.dualfoil.files.template import (
    ExtraFile,
    check_template,
    point_values,
    read_template,
    template_pattern,
)
from microbatt.engines.dualfoil.reading import cell_from_deck
from microbatt.errors import CellFileError, ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from microbatt.engines import Discharge, Thermal
    from microbatt.engines.dualfoil.files.output import Output
    from microbatt.engines.dualfoil.reading import DeckCell, PlannedDischarge

POINT_FILE: Final = "point.json"
"""Beside a deck: ``{"alpha": 2.3, "S": 10}``; also ``record.json``, which the engine keeps."""
_PRINTED: Final = 1e-3
"""Last digit of a printed time [min]."""
_SIDECARS: Final = (POINT_FILE, "record.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """How somebody's runs say what a deck does not.

    Attributes
    ----------
    deck, output : str
        Names of the two files.
    extra_file : ExtraFile or None
        The file through which the executable was told alpha and S.
    folder_name : str or None
        Template that is found in the folder's path, such as ``"alpha{alpha}_S{S}"``.
    alpha, S : float or None
        Of runs that say nothing; None stands for what public copies have built in.
    """

    deck: str = DECK_FILE
    output: str = OUTPUT_FILE
    extra_file: ExtraFile | None = None
    folder_name: str | None = None
    alpha: float | None = None
    S: float | None = None

    def __post_init__(self) -> None:
        if self.folder_name is not None:
            check_template("folder_name", self.folder_name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedRun:
    """One run that exists already.

    Attributes
    ----------
    folder : Path
        Where it lies.
    read : DeckCell
        What its deck says.
    planned : PlannedDischarge
        The discharge that it asked for.
    discharge : Discharge
        The curve and how it ended.
    """

    folder: Path
    read: DeckCell
    planned: PlannedDischarge
    discharge: Discharge

    @property
    def thermal(self) -> Thermal:
        """What the deck does with the heat."""
        return self.read.thermal


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A folder that is no run, and why.

    Attributes
    ----------
    folder : Path
        Where it lies.
    reason : str
        In words.
    """

    folder: Path
    reason: str


def find_runs(places: Sequence[Path], conventions: Conventions) -> list[Path]:
    """Return the folders at or below some places that hold an output, sorted by path.

    Parameters
    ----------
    places : sequence of Path
        Folders to look through.
    conventions : Conventions
        How alpha and S are told.

    Returns
    -------
    list of Path
        Folders that hold a run.

    Raises
    ------
    ParameterError
        If a place does not exist, or there is none.
    """
    found: set[Path] = set()
    for place in places:
        if not place.is_dir():
            raise ParameterError(f"{place} is no folder; give folders that hold runs of dualfoil.")
        found |= {path.parent for path in place.rglob(conventions.output)}
    if not found:
        raise ParameterError(
            f"there is no {conventions.output} in or below {', '.join(map(str, places))}. "
            f"{_what_instead(places)}"
        )
    return sorted(found)


def _what_instead(places: Iterable[Path]) -> str:
    if any(is_published(path) for place in places for path in place.rglob("*.csv")):
        return "It holds CSV files of the published form: use `microbatt import published`."
    return "If your runs call it otherwise, say so with `--output-name`."


def read_runs(folders: Iterable[Path], conventions: Conventions) -> Iterator[ArchivedRun | LeftOut]:
    """Read runs one by one; a folder that is none is told, not raised.

    Parameters
    ----------
    folders : iterable of Path
        From `find_runs`.
    conventions : Conventions
        How alpha and S are told.

    Yields
    ------
    ArchivedRun or LeftOut
        In the order of the folders.
    """
    for folder in folders:
        try:
            yield read_run(folder, conventions)
        except ParameterError as error:
            yield LeftOut(folder=folder, reason=str(error))


def read_run(folder: Path, conventions: Conventions | None = None) -> ArchivedRun:
    """Read one run.

    Parameters
    ----------
    folder : Path
        With a deck and its output, activation energies beside them if there were any.
    conventions : Conventions or None
        How it says what its deck does not.

    Raises
    ------
    CellFileError
        If the deck cannot be read, or asks for something else than a discharge.
    """
    how = conventions or Conventions()
    deck = read_deck(folder / how.deck)
    activation = read_activation(folder / ACTIVATION_FILE)
    values = _told(folder, how)
    read = cell_from_deck(deck, activation, alpha=how.alpha, S=how.S)
    point = {"alpha": how.alpha, "S": how.S} | point_values(values, read.cell)
    read = cell_from_deck(deck, activation, alpha=point["alpha"], S=point["S"])
    if read.discharge is None:
        raise CellFileError(
            f"{folder / how.deck}: asks for no discharge at constant current "
            f"({'; '.join(read.unmapped[-1:])})"
        )
    return ArchivedRun(
        folder=folder,
        read=read,
        planned=read.discharge,
        discharge=_discharge(read, read.discharge, read_output(folder / how.output)),
    )


def _discharge(read: DeckCell, planned: PlannedDischarge, output: Output | None) -> Discharge:
    if output is None:
        raise CellFileError("there is no output beside the deck.")
    if _ran_its_time(planned, output):
        raise CellFileError(
            f"it ran for {planned.minutes:g} min, as its deck asks, and was still above the "
            f"cut-off of {planned.cutoff_voltage:g} V; a cube holds discharges down to a cut-off."
        )
    return discharge_from_rows(
        read.cell,
        planned.current,
        outcome_of(output, planned.cutoff_voltage),
        minutes=output.column("minutes"),
        voltage=output.column("voltage"),
        celsius=output.column("celsius"),
        cutoff_voltage=planned.cutoff_voltage,
    )


def _ran_its_time(planned: PlannedDischarge, output: Output) -> bool:
    if planned.minutes is None or len(output.rows) == 0:
        return False
    minutes, voltage = output.column("minutes")[-1], output.column("voltage")[-1]
    return bool(minutes >= planned.minutes - _PRINTED and voltage > planned.cutoff_voltage)


def _told(folder: Path, how: Conventions) -> dict[str, float]:
    """Return what an extra file says, else a sidecar, else the folder's name."""
    extra = how.extra_file
    if extra is not None and (folder / extra.name).is_file():
        text = (folder / extra.name).read_text(encoding="utf-8", errors="replace")
        return read_template(extra.template, text)
    for name in _SIDECARS:
        if (folder / name).is_file():
            return _sidecar(folder / name)
    if how.folder_name is None:
        return {}
    return match_name(how.folder_name, folder.as_posix())


def match_name(template: str, name: str) -> dict[str, float]:
    """Return the numbers that a template finds in a path, the deepest if there are several.

    Parameters
    ----------
    template : str
        Text with names in braces.
    name : str
        Of a file or folder.

    Returns
    -------
    dict of str to float
        What stands in braces.

    Raises
    ------
    ParameterError
        If it finds none.

    Examples
    --------
    >>> match_name("S{S}", "old-S3/new-S10")
    {'S': 10.0}
    """
    matches = list(re.finditer(template_pattern(template), name))
    if not matches:
        raise ParameterError(
            f"the path {name} does not hold {template!r}; the names in braces stand for numbers."
        )
    return {name: float(value) for name, value in matches[-1].groupdict().items()}


def _sidecar(path: Path) -> dict[str, float]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {name: float(content[name]) for name in ("alpha", "S") if name in content}
    except (ValueError, TypeError) as error:
        raise CellFileError(
            f'{path}: is not of the form {{"alpha": 2.3, "S": 10}} ({error}).'
        ) from error
