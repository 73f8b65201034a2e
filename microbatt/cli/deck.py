"""``microbatt deck``: dualfoil's decks, shown and converted to cells and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack

import click

from microbatt.cli.completion import cell_names
from microbatt.cli.outputs import check_output, overwrite_option, save_text
from microbatt.errors import ParameterError
from microbatt.places import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

    from microbatt.engines.dualfoil import DeckCell
    from microbatt.engines.dualfoil.files import Deck, Segment, Version

    _Decorator: TypeAlias = Callable[[Callable[..., None]], Callable[..., None]]


class Reading(TypedDict):
    """What a deck leaves open, as the options of `_reading_options` give it."""

    activation: Path | None
    alpha: float | None
    S: float | None
    negative_fit: str | None
    electrolyte_fit: str | None
    positive_fit: str | None


@click.group("deck", epilog="Example: microbatt deck show dualfoil5.in")
def command() -> None:
    """Show dualfoil's decks (dualfoil5.in), and convert them to cell files and back."""


def _reading_options(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command what a deck leaves open."""
    options: tuple[_Decorator, ...] = (
        click.option(
            "--activation",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File of activation energies.  [default: li-ion-ebar.in beside the deck]",
        ),
        click.option(
            "--alpha",
            type=float,
            help="Tortuosity exponent that the executable used.  [default: built in]",
        ),
        click.option(
            "--S", "S", type=float, help="Shape factor that the executable used.  [default: 3]"
        ),
        click.option("--negative-fit", help="Open-circuit fit of the negative electrode."),
        click.option("--electrolyte-fit", help="Fit of the electrolyte."),
        click.option("--positive-fit", help="Open-circuit fit of the positive electrode."),
    )
    for option in reversed(options):
        function = option(function)
    return function


@command.command("show", epilog="Example: microbatt deck show runs/17/dualfoil5.in")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@_reading_options
def show(*, file: Path, **options: Unpack[Reading]) -> None:
    """Show what the deck FILE says, and what microbatt cannot say of it."""
    from rich.table import Table

    from microbatt.cli.terminal import console

    deck, read, trouble = _read_or_trouble(file, **options)
    out = console()
    table = Table(box=None, pad_edge=False, title=f"dualfoil {deck.version}", title_justify="left")
    for column in ("symbol", "value", "what it is"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for symbol, value, words in _rows(deck):
        table.add_row(symbol, value, words)
    out.print(table)
    if read is None:
        out.print(f"\nNot a cell for microbatt: {trouble}", markup=False)
        return
    cell = read.cell
    out.print(
        f"\nAs a cell: {cell.open_circuit_voltage:.3f} V at rest, {cell.mass_per_area:.4f} kg m⁻², "
        f"{type(read.thermal).__name__.lower()}."
    )
    _print_unmapped(read.unmapped)


@command.command("convert", epilog="Example: microbatt deck convert dualfoil5.in -o my-cell.toml")
@click.argument("file", shell_complete=cell_names)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="File to write.  [default: the terminal]",
)
@click.option("--current", help="Current of the deck: 17.5 [A m⁻²], 2C or 12.5A.  [default: 1 C]")
@click.option(
    "--cutoff",
    type=float,
    help="Cut-off voltage of the deck [V].  [default: the cell's own, else 2]",
)
@click.option(
    "--version",
    type=click.Choice(["5.1", "5.2"]),
    default="5.1",
    help="Version of dualfoil that the deck is for.",
)
@overwrite_option
@_reading_options
def convert(
    *,
    file: str,
    output: Path | None,
    current: str | None,
    cutoff: float | None,
    version: str,
    overwrite: bool,
    **options: Unpack[Reading],
) -> None:
    """Convert FILE: a deck to a cell file; a cell file (or a cell of the catalog) to a deck.

    A deck goes with its activation energies: beside the deck that is written, li-ion-ebar.in is
    written too.
    """
    from microbatt.cells import available_cells

    if file.lower().endswith(".toml") or file in available_cells():
        text, activation = _deck_of(file, current, cutoff, version)
        beside = None if output is None else output.with_name(_activation_file())
        check_output(output, Kind.DECK, overwrite=overwrite)
        check_output(beside, Kind.ACTIVATION, overwrite=overwrite)
        _put(output, text, Kind.DECK, overwrite=overwrite)
        if beside is not None:
            save_text(activation, beside, Kind.ACTIVATION, overwrite=overwrite)
        return
    _put(output, _cell_of(Path(file), **options), Kind.CELL_FILE, overwrite=overwrite)


def _activation_file() -> str:
    from microbatt.engines.dualfoil.files import ACTIVATION_FILE

    return ACTIVATION_FILE


def _cell_of(file: Path, **options: Unpack[Reading]) -> str:
    """Return a deck as a cell file, and say what it does not hold."""
    from microbatt.cells import to_toml

    _, read = _read(file, **options)
    _print_unmapped(read.unmapped)
    return to_toml(read.cell, source=f"dualfoil deck {file.name}")


def _deck_of(file: str, current: str | None, cutoff: float | None, version: str) -> tuple[str, str]:
    """Return a cell as a deck and its activation energies, and say what they do not hold."""
    from microbatt.cells import load_cell
    from microbatt.engines.dualfoil import (
        activation_from_cell,
        deck_from_cell,
        galvanostatic,
        not_in_a_deck,
    )
    from microbatt.engines.dualfoil.files import format_activation, format_deck

    cell = load_cell(file)
    kind: Version = "5.2" if version == "5.2" else "5.1"
    asked = cell.one_c_current if current is None else cell.current_density(current)
    segments = galvanostatic(
        asked,
        cell.cutoff_voltage if cutoff is None else cutoff,
        version=kind,
        resistance=cell.contact_resistance,
    )
    _print_unmapped(not_in_a_deck(cell, kind))
    return (
        format_deck(deck_from_cell(cell, segments)),
        format_activation(activation_from_cell(cell)),
    )


def _read_or_trouble(
    file: Path,
    **options: Unpack[Reading],
) -> tuple[Deck, DeckCell | None, str]:
    from microbatt.engines.dualfoil.files import read_deck

    deck = read_deck(file)
    try:
        return *_read(file, **options), ""
    except ParameterError as error:
        return deck, None, str(error)


def _read(file: Path, **options: Unpack[Reading]) -> tuple[Deck, DeckCell]:
    from microbatt.engines.dualfoil import cell_from_deck
    from microbatt.engines.dualfoil.files import ACTIVATION_FILE, read_activation, read_deck

    activation = options["activation"]
    if activation is not None and not activation.is_file():
        raise ParameterError(f"`--activation` is {str(activation)!r}, and there is no such file.")
    fits = {
        "negative": options["negative_fit"],
        "electrolyte": options["electrolyte_fit"],
        "positive": options["positive_fit"],
    }
    deck = read_deck(file)
    read = cell_from_deck(
        deck,
        read_activation(activation or file.with_name(ACTIVATION_FILE)),
        name=file.stem if file.stem != "dualfoil5" else (file.absolute().parent.name or "a-deck"),
        alpha=options["alpha"],
        S=options["S"],
        fits={part: fit for part, fit in fits.items() if fit is not None},
    )
    return deck, read


def _rows(deck: Deck) -> list[tuple[str, str, str]]:
    from microbatt.engines.dualfoil import ELECTROLYTES, NEGATIVES, POSITIVES
    from microbatt.engines.dualfoil.files import ENTRIES

    lists = {
        "negative_material": NEGATIVES,
        "electrolyte_material": ELECTROLYTES,
        "positive_material": POSITIVES,
    }
    rows = []
    for entry in ENTRIES[:-1]:
        value = getattr(deck, entry.name)
        named = lists[entry.name].describe(value) if entry.name in lists else entry.words
        rows.append((entry.symbol, f"{value:g}", named.replace("[", r"\[")))
    segments = enumerate(deck.segments, start=1)
    return rows + [(f"segment {n}", f"{one.value:g}", _segment_words(one)) for n, one in segments]


def _segment_words(segment: Segment) -> str:
    resistance = "" if segment.resistance is None else f", {segment.resistance:g} Ω m²"
    return (
        f"{segment.mode.name.lower().replace('_', ' ')} {segment.end:g}, between "
        f"{segment.low_cutoff:g} and {segment.high_cutoff:g} V{resistance}"
    )


def _put(output: Path | None, text: str, kind: Kind, *, overwrite: bool) -> None:
    if output is None:
        click.echo(text, nl=False)
    else:
        save_text(text, output, kind, overwrite=overwrite)


def _print_unmapped(sentences: tuple[str, ...]) -> None:
    for sentence in sentences:
        click.echo(f"  - {sentence}", err=True)
