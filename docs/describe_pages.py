"""Write into the pages what the package says of itself: commands, outcomes, variables, catalogs.

Between ``<!-- described: NAME -->`` and ``<!-- end of NAME -->`` stands what the code says of NAME,
so that the reference can be read where the pages are not built.  ``python docs/describe_pages.py``
writes it anew; with ``--check``, as a test runs it, it says which pages are behind.
"""

import dataclasses
import importlib
import inspect
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import click
from numpydoc.docscrape import NumpyDocString

from microbatt.catalog import open_dataset
from microbatt.cells import (
    OPTIONAL_PARTS,
    PARTS,
    Cell,
    Electrode,
    FitSpec,
    LithiumMetal,
    Spec,
    available_cells,
    load_cell,
    specs,
)
from microbatt.cells.file_keys import ENTRY_KEYS, LABEL_KEYS, LEFT_OUT, OTHER_KEYS, keys_of
from microbatt.cli.commands import COMMANDS, main
from microbatt.cube import VARIABLES
from microbatt.cube.contents import PROTOCOL_VARIABLES, ProtocolOutcome
from microbatt.engines.contract import ENGINES, load_engine
from microbatt.outcomes import Outcome, StepOutcome
from microbatt.quantities import QUANTITIES, Quantity, quantity

_DOCS = Path(__file__).parent
sys.path.insert(0, str(_DOCS / "_extensions"))
front_doors = importlib.import_module("front_doors")


def table(heading: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """Yield the lines of a Markdown table."""
    titles = list(heading)
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "---|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
    yield ""


def commands() -> Iterator[str]:
    """Describe the command line: each command with its arguments, options and example."""
    for name in sorted(COMMANDS):
        context = click.Context(main, info_name="microbatt")
        command = main.get_command(context, name)
        if command is not None:
            inner = click.Context(command, info_name=f"microbatt {name}", parent=context)
            yield from one_command(command, inner)


def one_command(command: click.Command, context: click.Context) -> Iterator[str]:
    """Describe one command, and those below it if it is a group."""
    yield f"## {context.info_name}"
    yield ""
    yield "```text"
    yield " ".join([str(context.info_name), *command.collect_usage_pieces(context)])
    yield "```"
    yield ""
    yield from inspect.cleandoc(command.help or "").replace("\b", "").splitlines()
    yield ""
    options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    with context.scope():
        records = [one.get_help_record(context) for one in options]
    yield from table(
        ["option", "what it does"],
        ([f"`{record[0]}`", record[1]] for record in records if record is not None),
    )
    if command.epilog:
        example = command.epilog.replace("Example: ", "").replace("Examples: ", "")
        yield from ["```console", f"$ {' '.join(example.split())}", "```", ""]
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                inner = click.Context(
                    below, info_name=f"{context.info_name} {name}", parent=context
                )
                yield from one_command(below, inner)


def outcomes() -> Iterator[str]:
    """Describe every outcome of a discharge."""
    yield from table(
        ["`status`", "name", "what happened", "curve"],
        ([str(int(one)), f"`{one.name.lower()}`", one.message, curve(one)] for one in Outcome),
    )


def curve(outcome: Outcome) -> str:
    """Say in a word what curve an outcome leaves."""
    if outcome.is_whole:
        return "whole"
    if outcome is Outcome.UNPHYSICAL:
        return "there, not to be trusted"
    stopped = {
        Outcome.STEP_BUDGET,
        Outcome.NO_CONVERGENCE,
        Outcome.TIME_LIMIT,
        Outcome.UNRESOLVED_FALL,
    }
    return "up to there" if outcome in stopped else "none"


def protocol_outcomes() -> Iterator[str]:
    """Describe how a run of a protocol can end."""
    yield from codes("status", ProtocolOutcome)


def step_outcomes() -> Iterator[str]:
    """Describe how a step of a protocol can end."""
    yield from codes("step_outcome", StepOutcome)


def codes(name: str, outcomes: Iterable[Any]) -> Iterator[str]:
    """Describe what the codes of a variable mean."""
    yield from table(
        [f"`{name}`", "name", "what happened"],
        ([str(int(one)), f"`{one.name.lower()}`", one.message] for one in outcomes),
    )


def variables() -> Iterator[str]:
    """Describe every variable of a cube of discharges."""
    yield from held(VARIABLES)


def protocol_variables() -> Iterator[str]:
    """Describe every variable of a cube of a protocol."""
    yield from held(PROTOCOL_VARIABLES)


def held(described: Iterable[Any]) -> Iterator[str]:
    """Describe variables."""
    yield from table(
        ["variable", "type", "unit", "what it is"],
        (
            [
                f"`{one.name}`" + "".join(f" along `{dim}`" for dim in one.along),
                one.dtype,
                unit(quantity(one.name)),
                "; ".join(
                    filter(
                        None,
                        [
                            one.words.get("long_name", quantity(one.name).long_name),
                            one.words.get("comment", quantity(one.name).comment),
                        ],
                    )
                ),
            ]
            for one in described
        ),
    )


def unit(described: Quantity) -> str:
    """Return the unit as people write it; ``1`` for a plain number, as in files and cubes."""
    return described.units if described.units == "1" else described.pretty_units


def quantities() -> Iterator[str]:
    """Describe every quantity that datasets and pictures name."""
    yield from table(
        ["name", "symbol", "unit", "what it is"],
        ([f"`{one.name}`", one.symbol, unit(one), one.long_name] for one in QUANTITIES.values()),
    )


def cells() -> Iterator[str]:
    """Describe the cells that come with the package."""
    yield from table(
        ["name", "what it is"],
        ([f"`{name}`", load_cell(name).description] for name in available_cells()),
    )


def datasets() -> Iterator[str]:
    """Describe the catalog of cubes."""
    catalog = open_dataset()
    yield from table(
        ["name", "what it is", "curves"],
        (
            [f"`{name}`", str(row["title"]), f"{row['curves']:,}".replace(",", " ")]
            for name, row in catalog.iterrows()
        ),
    )


def root() -> Iterator[str]:
    """Describe the names at the root of the package."""
    yield from table(
        ["name", "where it is at home", "what it is"],
        (
            [f"`microbatt.{name}`", f"`{home}`", front_doors.first_line("microbatt", name)]
            for name, home in front_doors.offered("microbatt").items()
        ),
    )


def cell_fields() -> Iterator[str]:
    """Describe every key of a cell file, from what its reader takes."""
    yield from ["**At the top**", ""]
    yield from table(
        ["key", "what may stand there", "if left out", "what it is"],
        ([f"`{name}`", one.allowed, one.left_out, one.meaning] for name, one in LABEL_KEYS.items()),
    )
    yield from ["**In every other entry**, `key = { ... }`", ""]
    yield from table(
        ["key", "what it is"], ([f"`{name}`", words] for name, words in ENTRY_KEYS.items())
    )
    for sections, record in file_records():
        yield sections
        yield ""
        yield from table(
            ["key", "SI unit", "allowed, in that unit", "if left out", "what it is"],
            keys_in(sections, record),
        )


def file_records() -> Iterator[tuple[str, type]]:
    """Yield the tables of a cell file, those that are alike together, and what they become."""
    parts: dict[type, list[str]] = {Cell: ["cell"]}
    for part, record in PARTS.items():
        parts.setdefault(record, []).append(part)
    for record, names in parts.items():
        sections = " and ".join(f"`[{name}]`" for name in names)
        optional = ", which may be left out" if set(names) <= set(OPTIONAL_PARTS) else ""
        yield f"**{sections}**{optional}", record
        if record is Electrode:
            yield "**`[negative]`** of a half-cell", LithiumMetal


def keys_in(sections: str, record: type) -> Iterator[list[str]]:
    """Yield a row for each key of a table of a cell file."""
    part = sections.partition("[")[2].partition("]")[0]
    meanings = attributes_of(record)
    declared, others = specs(record), OTHER_KEYS.get(part, {})
    for name in keys_of(part, record):
        if name in declared:
            field, spec = declared[name]
            meaning = meanings[name].replace(" [-]", "")
            yield [f"`{name}`", *allowed(name, field, spec), meaning]
        else:
            one = others[name]
            yield [f"`{name}`", shown_unit(one.unit), one.allowed, one.left_out, one.meaning]


def shown_unit(units: str) -> str:
    """Return the unit of a key as people write it; nothing where words stand."""
    return " or ".join(
        unit(Quantity(name="", symbol="", units=one, long_name="")) if one else ""
        for one in units.split(", or ")
    )


def settings() -> Iterator[str]:
    """Describe the settings of every engine."""
    for name in ENGINES:
        record = load_engine(name).settings
        meanings = attributes_of(record)
        yield f'**`engine = "{name}"`**'
        yield ""
        yield from table(
            ["key of `[settings]`", "if left out", "what it is"],
            (
                [f"`{one.name}`", f"`{default_of(one)}`", meanings.get(one.name, "")]
                for one in dataclasses.fields(record)
            ),
        )


def default_of(field: dataclasses.Field[Any]) -> str:
    """Return the default of a field as it is written in a file."""
    if field.default_factory is not dataclasses.MISSING:
        return str(field.default_factory())
    return "must be given" if field.default is dataclasses.MISSING else str(field.default)


def allowed(name: str, field: dataclasses.Field[Any], spec: Spec) -> tuple[str, str, str]:
    """Return unit, range and default of one key, in words."""
    must = field.default is dataclasses.MISSING
    default = "must be given" if must else "none" if field.default is None else f"{field.default}"
    default = LEFT_OUT.get(name, default)
    if isinstance(spec, FitSpec):
        fits = "one of " + ", ".join(f"`{fit}`" for fit in spec.known) if spec.known else ""
        own = "a constant or a function of the stoichiometry" if spec.unit else ""
        return shown_unit(spec.unit), ", or ".join(filter(None, (fits, own))), default
    more = ", or a function of the stoichiometry" if name == "solid_diffusivity" else ""
    return shown_unit(spec.unit), f"{spec.allowed}{more}", default


def attributes_of(record: type) -> dict[str, str]:
    """Return what a record's docstring says of each of its attributes."""
    return {
        name.strip(): " ".join(one.desc)
        for one in NumpyDocString(inspect.cleandoc(record.__doc__ or ""))["Attributes"]
        for name in (one.name or one.type).split(",")
    }


DESCRIBED = {
    one.__name__: one
    for one in (
        commands,
        outcomes,
        protocol_outcomes,
        protocol_variables,
        step_outcomes,
        variables,
        quantities,
        cells,
        datasets,
        root,
        cell_fields,
        settings,
    )
}


_MARKED = re.compile(
    r"(?P<begin><!-- described: (?P<name>\w+) -->\n).*?(?P<end><!-- end of (?P=name) -->\n)",
    re.DOTALL,
)


def written(text: str) -> str:
    """Return the text of a page with what the package says now."""

    def anew(found: re.Match[str]) -> str:
        lines = "\n".join(line.rstrip() for line in DESCRIBED[found["name"]]()).strip()
        return f"{found['begin']}\n{lines}\n\n{found['end']}"

    return _MARKED.sub(anew, text)


def without(text: str) -> str:
    """Return the text of a page without what the package says."""
    return _MARKED.sub("", text)


def stale() -> dict[Path, str]:
    """Return the pages that do not say what the package says, with what they should be."""
    pages = sorted(_DOCS.glob("**/*.md"))
    texts = {page: page.read_text(encoding="utf-8") for page in pages}
    marked = {page: text for page, text in texts.items() if _MARKED.search(text)}
    return {page: new for page, text in marked.items() if (new := written(text)) != text}


if __name__ == "__main__":
    behind = stale()
    if "--check" in sys.argv:
        sys.exit("\n".join(f"{page} is behind what the package says" for page in behind) or 0)
    for page, text in behind.items():
        page.write_text(text, encoding="utf-8")
        print(f"{page} was written anew")
