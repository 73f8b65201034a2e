"""dualfoil's input file ``dualfoil5.in`` as a record, versions 5.1 and 5.2.

The file holds one value a line, in a fixed order; what follows the value is comment.  After the
number of segments comes a line for each of them, of five numbers in 5.1 and of six in 5.2, and
after these whatever the author liked to say.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from microbatt.engines.dualfoil.files.fortran import leading_numbers, read_number, write_number
from microbatt.errors import CellFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DECK_FILE: Final = "dualfoil5.in"
Version: TypeAlias = Literal["5.1", "5.2"]
VERSIONS: Final = ("5.1", "5.2")
_SEGMENT_NUMBERS: Final = {"5.1": 5, "5.2": 6}


class Mode(enum.IntEnum):
    """What a segment of the profile holds constant, and when it ends."""

    LOAD = -3
    POWER = -2
    TAPERED_CURRENT = -1
    POTENTIAL = 0
    CURRENT_FOR_A_TIME = 1
    CURRENT_TO_A_CUTOFF = 2


class Heat(enum.IntEnum):
    """What the deck does with the heat."""

    USE_COEFFICIENT = 0
    COMPUTE_COEFFICIENT = 1
    ISOTHERMAL = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One line of the profile.

    Attributes
    ----------
    value : float
        What is held: current [A m⁻²], potential [V], power [W m⁻²] or load [Ω m²].
    end : float
        Its time [min], or in mode 2 its cut-off [V].
    mode : Mode
        See `Mode`.
    low_cutoff, high_cutoff : float
        Voltages that end it early [V].
    resistance : float or None
        Of foils and tabs [Ω m²]; None in a 5.1 deck, which has no such number.
    """

    value: float
    end: float
    mode: Mode
    low_cutoff: float
    high_cutoff: float
    resistance: float | None = None


def _entry(symbol: str, words: str) -> Any:  # noqa: ANN401 - stands in for the field's own type
    """Declare a value of the deck: dualfoil's name for it, and what it is, with its unit."""
    return field(metadata={"symbol": symbol, "words": words})


def _described(record: type[Deck]) -> type[Deck]:
    """Return a record whose docstring tells of every field what its declaration says."""
    told = ((f, f.metadata["words"]) for f in fields(record))
    lines = [
        f"    {f.name} : {f.type}\n        {words[0].upper()}{words[1:]}." for f, words in told
    ]
    attributes = "\n".join(("    Attributes", "    ----------", *lines, "    "))
    record.__doc__ = f"{record.__doc__}\n\n{attributes}"
    return record


@_described
@dataclass(frozen=True, slots=True, kw_only=True)
class Deck:
    """Every value of a deck, in the order of the file and in the file's own units."""

    iteration_limit: int = _entry("lim", "limit on iterations")
    negative_thickness: float = _entry("h1", "thickness of the negative [m]")
    separator_thickness: float = _entry("h2", "thickness of the separator [m]")
    positive_thickness: float = _entry("h3", "thickness of the positive [m]")
    negative_collector_thickness: float = _entry("hcn", "thickness of the negative's foil [m]")
    positive_collector_thickness: float = _entry("hcp", "thickness of the positive's foil [m]")
    negative_nodes: int = _entry("n1", "nodes in the negative, 0 for lithium foil")
    separator_nodes: int = _entry("n2", "nodes in the separator")
    positive_nodes: int = _entry("n3", "nodes in the positive")
    particle_nodes: int = _entry("n4", "nodes in a particle")
    negative_variable_diffusivity: int = _entry("mvdc1", "variable diffusivity, negative")
    positive_variable_diffusivity: int = _entry("mvdc3", "variable diffusivity, positive")
    solid_iteration_limit: int = _entry("lims", "limit on iterations in the solid")
    temperature: float = _entry("T", "temperature [K]")
    salt_concentration: float = _entry("xi", "salt concentration at rest [mol m-3]")
    negative_stoichiometry: float = _entry("x", "stoichiometry of the negative at rest")
    positive_stoichiometry: float = _entry("y", "stoichiometry of the positive at rest")
    largest_step: float = _entry("tmmax", "largest time step [s]")
    negative_solid_diffusivity: float = _entry("dfs1", "diffusivity in the negative [m2 s-1]")
    positive_solid_diffusivity: float = _entry("dfs3", "diffusivity in the positive [m2 s-1]")
    negative_radius: float = _entry("Rad1", "particle radius, negative [m]")
    positive_radius: float = _entry("Rad3", "particle radius, positive [m]")
    negative_electrolyte_fraction: float = _entry("ep1", "electrolyte in the negative")
    negative_polymer_fraction: float = _entry("epp1", "polymer in the negative")
    negative_filler_fraction: float = _entry("epf1", "filler in the negative")
    negative_gas_fraction: float = _entry("epg1", "gas in the negative")
    separator_electrolyte_fraction: float = _entry("ep2", "electrolyte in the separator")
    separator_polymer_fraction: float = _entry("epp2", "polymer in the separator")
    separator_gas_fraction: float = _entry("epg2", "gas in the separator")
    positive_electrolyte_fraction: float = _entry("ep3", "electrolyte in the positive")
    positive_polymer_fraction: float = _entry("epp3", "polymer in the positive")
    positive_filler_fraction: float = _entry("epf3", "filler in the positive")
    positive_gas_fraction: float = _entry("epg3", "gas in the positive")
    negative_solid_conductivity: float = _entry("sig1", "conductivity of the negative [S m-1]")
    positive_solid_conductivity: float = _entry("sig3", "conductivity of the positive [S m-1]")
    negative_rate_constant: float = _entry("rka1", "rate constant of the negative")
    positive_rate_constant: float = _entry("rka3", "rate constant of the positive")
    negative_film_resistance: float = _entry("ranode", "film resistance, negative [ohm m2]")
    positive_film_resistance: float = _entry("rcathde", "film resistance, positive [ohm m2]")
    negative_coulombic_capacity: float = _entry("cot1", "capacity of the negative [mAh g-1]")
    positive_coulombic_capacity: float = _entry("cot3", "capacity of the positive [mAh g-1]")
    electrolyte_density: float = _entry("re", "density of the electrolyte [kg m-3]")
    negative_density: float = _entry("rs1", "density of the negative material [kg m-3]")
    positive_density: float = _entry("rs3", "density of the positive material [kg m-3]")
    filler_density: float = _entry("rf", "density of the filler [kg m-3]")
    polymer_density: float = _entry("rpl", "density of the polymer [kg m-3]")
    separator_density: float = _entry("rc", "density of the separator's solid [kg m-3]")
    negative_collector_density: float = _entry("rcn", "density of the negative's foil [kg m-3]")
    positive_collector_density: float = _entry("rcp", "density of the positive's foil [kg m-3]")
    heat_transfer_coefficient: float = _entry("htc", "heat transfer of the stack [W m-2 K-1]")
    heat_capacity: float = _entry("Cp", "heat capacity of the cell [J kg-1 K-1]")
    ambient_temperature: float = _entry("Tam", "temperature around the cell [K]")
    cells_in_stack: int = _entry("ncell", "cells in the stack")
    heat: Heat = _entry("lht", "0 uses htc, 1 computes it, 2 isothermal")  # noqa: RUF009
    long_printout: int = _entry("il1", "long print-out")
    print_nodes: int = _entry("il2", "prints every so many nodes")
    print_steps: int = _entry("il3", "prints every so many steps")
    electrolyte_everywhere: int = _entry("lflag", "1 electrolyte everywhere, 0 separator only")
    impedance: int = _entry("imp", "1 for impedance")
    negative_capacitance: float = _entry("capp1", "double layer of the negative [F m-2]")
    positive_capacitance: float = _entry("capp3", "double layer of the positive [F m-2]")
    power_peaks: int = _entry("lpow", "1 for power peaks")
    profile_node: int = _entry("jsol", "node of the saved particle profile")
    side_reactions: int = _entry("nside", "side reactions, 0 for none")
    negative_side_rate_1: float = _entry("rksa1", "side reaction 1, negative")
    positive_side_rate_1: float = _entry("rksc1", "side reaction 1, positive")
    negative_side_rate_2: float = _entry("rksa2", "side reaction 2, negative")
    positive_side_rate_2: float = _entry("rksc2", "side reaction 2, positive")
    negative_side_rate_3: float = _entry("rksa3", "side reaction 3, negative")
    positive_side_rate_3: float = _entry("rksc3", "side reaction 3, positive")
    negative_material: int = _entry("nneg", "material of the negative")
    electrolyte_material: int = _entry("nprop", "electrolyte")
    positive_material: int = _entry("npos", "material of the positive")
    segments: tuple[Segment, ...] = _entry("lcurs", "segments of the profile")

    @property
    def version(self) -> Version:
        """``"5.2"`` if a segment has a sixth number, ``"5.1"`` otherwise."""
        return "5.1" if all(one.resistance is None for one in self.segments) else "5.2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a line of the deck holds."""

    name: str
    symbol: str
    words: str
    kind: str


ENTRIES: Final = tuple(
    Entry(name=f.name, symbol=f.metadata["symbol"], words=f.metadata["words"], kind=str(f.type))
    for f in fields(Deck)
)
"""Every value of a deck in the order of the file; the last is the number of segments."""


def read_deck(path: Path) -> Deck:
    """Read a deck.

    Parameters
    ----------
    path : Path
        Of ``dualfoil5.in``.

    Returns
    -------
    Deck
        Every entry.

    Raises
    ------
    CellFileError
        With the file, the line, what stands there and what should.
    """
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CellFileError(
            f"{path}: cannot be read ({error.strerror}). Give the path of a deck, usually called "
            f"{DECK_FILE}."
        ) from error
    try:
        return parse_deck(text)
    except CellFileError as error:
        raise CellFileError(f"{path}: {error}") from error


def parse_deck(text: str) -> Deck:
    """Make a deck of the text of its file; blank lines are passed over, as Fortran does.

    Raises
    ------
    CellFileError
        With the line, what stands there and what should.

    Examples
    --------
    >>> parse_deck("100 ! lim")
    Traceback (most recent call last):
    microbatt.errors.CellFileError: the deck ends before `h1`, thickness of the negative [m]. ...
    """
    lines = ((at, line) for at, line in enumerate(text.splitlines(), start=1) if line.strip())
    values: dict[str, Any] = {}
    for entry in ENTRIES:
        values[entry.name] = _read_entry(entry, lines)
    count = values["segments"]
    if count < 1:
        raise CellFileError("the deck has no segment, `lcurs` is 0; it needs at least one.")
    values["segments"] = tuple(_read_segment(n, count, lines) for n in range(1, count + 1))
    return Deck(**values)


def format_deck(deck: Deck) -> str:
    """Return the text of a deck, each value with a comment, which dualfoil and `parse_deck` read.

    The first 74 lines are the same for 5.1 and 5.2; a segment has its sixth number in 5.2.

    Parameters
    ----------
    deck : Deck
        What to write.

    Returns
    -------
    str
        Text of ``dualfoil5.in``.
    """
    lines = [
        f"{write_number(_plain(getattr(deck, entry.name))):<23} ! {entry.symbol}: {entry.words}"
        for entry in ENTRIES
    ]
    return "\n".join(lines + [_segment_line(one, deck.version) for one in deck.segments]) + "\n"


def _plain(value: Any) -> float:  # noqa: ANN401 - a number, an enumeration or the segments
    return len(value) if isinstance(value, tuple) else value


def _segment_line(segment: Segment, version: Version) -> str:
    numbers: list[float] = [
        segment.value,
        segment.end,
        int(segment.mode),
        segment.low_cutoff,
        segment.high_cutoff,
    ]
    if version == "5.2":
        numbers.append(segment.resistance or 0.0)
    return " ".join(map(write_number, numbers))


def _read_entry(entry: Entry, lines: Iterator[tuple[int, str]]) -> float:
    at, line = next(lines, (0, ""))
    if not at:
        raise CellFileError(
            f"the deck ends before `{entry.symbol}`, {entry.words}. A deck has {len(ENTRIES)} "
            "values, one a line, then its segments."
        )
    word = line.replace(",", " ").split()[0].partition("!")[0]
    number = read_number(word)
    if number is None or number != number:  # noqa: PLR0124 - NaN
        raise CellFileError(_misread(at, line, f"`{entry.symbol}`, {entry.words}"))
    if entry.kind == "float":
        return number
    if number != int(number):
        raise CellFileError(_misread(at, line, f"`{entry.symbol}`, {entry.words}, a whole number"))
    if entry.kind == "Heat":
        return _known(Heat, int(number), at, line, entry.words)
    return int(number)


def _read_segment(n: int, count: int, lines: Iterator[tuple[int, str]]) -> Segment:
    """Read five or six numbers; like Fortran, from more lines if the first has too few."""
    numbers: list[float] = []
    at, line = 0, ""
    while len(numbers) < _SEGMENT_NUMBERS["5.1"]:
        at, line = next(lines, (0, ""))
        found = list(leading_numbers(line))
        if not found:
            words = f"segment {n} of {count}: value, time or cut-off, mode, low and high cut-off"
            raise CellFileError(
                _misread(at, line, words) if at else f"the deck ends before {words}."
            )
        numbers += found
    value, end, mode, low, high, *resistance = numbers
    return Segment(
        value=value,
        end=end,
        mode=_known(Mode, int(mode), at, line, "the mode of a segment"),
        low_cutoff=low,
        high_cutoff=high,
        resistance=resistance[0] if resistance else None,
    )


def _known(kind: Any, number: int, at: int, line: str, words: str) -> Any:  # noqa: ANN401 - an enum
    try:
        return kind(number)
    except ValueError:
        allowed = ", ".join(str(int(one)) for one in kind)
        raise CellFileError(_misread(at, line, f"{words}, one of {allowed}")) from None


def _misread(at: int, line: str, expected: str) -> str:
    return (
        f"line {at} is {line.strip()[:60]!r}; expected {expected}. Values stand one a line in a "
        "fixed order: is a line missing or double before it?"
    )
