"""Options that say how to read the files of a tester."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from microbatt.cli.values import read_measured
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbatt.measured import Reading

_Command = TypeVar("_Command", bound=Callable[..., object])


def read_options(command: _Command) -> _Command:
    """Give a command the options of reading, which `reading_of` takes."""
    options = (
        click.option(
            "--area", help="Area of the electrode, such as '1.54 cm2', for currents in A."
        ),
        click.option(
            "--current",
            help="Current of the discharges, such as '17.5 A/m2', if the files have no such "
            "column.",
        ),
        click.option(
            "--column",
            "columns",
            multiple=True,
            metavar="QUANTITY=HEADING[:UNIT]",
            help="Column that holds time, voltage, current, capacity or temperature; may be "
            "repeated.",
        ),
        click.option(
            "--skip-bad-rows",
            is_flag=True,
            help="Leave out rows that hold no number or repeat the row before.",
        ),
        click.option(
            "--part",
            metavar="NAME",
            help="Cell of a file that holds several, or sheet of a workbook.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def reading_of(
    *,
    area: str | None,
    current: str | None,
    columns: Sequence[str],
    skip_bad_rows: bool,
    part: str | None,
) -> Reading:
    """Return how to read, as the options of `read_options` say.

    Raises
    ------
    ParameterError
        If a value has no unit, or a column is not mapped as it should be.
    """
    from microbatt.measured import Reading

    return Reading(
        columns=read_mapping(columns),
        area=None if area is None else read_measured("--area", area, "m2"),
        current=None if current is None else read_measured("--current", current, "A m-2"),
        skip_bad_rows=skip_bad_rows,
        part=part,
    )


def read_mapping(columns: Sequence[str]) -> dict[str, str]:
    """Read mapped columns: ``QUANTITY=HEADING`` or ``QUANTITY=HEADING:UNIT``.

    Raises
    ------
    ParameterError
        If one is not of this form.

    Examples
    --------
    >>> read_mapping(["voltage=Ewe:mV"])
    {'voltage': 'Ewe:mV'}
    """
    pairs = [one.partition("=") for one in columns]
    for name, equals, heading in pairs:
        if not (name and equals and heading):
            raise ParameterError(
                f"`--column` is {name!r}; write QUANTITY=HEADING or QUANTITY=HEADING:UNIT, "
                "`voltage=Ewe:mV` for instance."
            )
    return {name: heading for name, _, heading in pairs}
