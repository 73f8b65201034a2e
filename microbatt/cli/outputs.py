"""Files that commands write; what lies at their places is never lost unasked.

Every command with an output option checks the place before it works and writes through `saved`,
so that an hour of work is not refused at its end, and nothing is half there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from microbatt.errors import OccupiedError, ParameterError
from microbatt.places import Kind, check_replaceable, kind_of, replacing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pandas as pd
    from matplotlib.figure import Figure

_Command = TypeVar("_Command", bound=Callable[..., Any])
_TAKES_FILES: Final = (None, Kind.FOLDER)
"""What files may be written into: a folder that is not there, and one that is not a store."""


def overwrite_option(command: _Command) -> _Command:
    """Give a command the option ``--overwrite``."""
    return click.option(
        "--overwrite",
        is_flag=True,
        help="Replace what an earlier run wrote there. Anything of another kind is never replaced.",
    )(command)


def check_output(path: Path | None, kind: Kind, *, overwrite: bool) -> None:
    """Refuse a place before the work begins; no place is fine."""
    if path is not None:
        check_replaceable(path, kind, overwrite=overwrite)


def check_outputs(folder: Path, files: Mapping[str, Kind], *, overwrite: bool) -> None:
    """Refuse a folder that is a store or no folder, and names in it that are taken."""
    there = kind_of(folder)
    if there not in _TAKES_FILES:
        raise OccupiedError(f"{folder} is {there}; give a folder of their own to the files.")
    for name, kind in files.items():
        check_replaceable(folder / name, kind, overwrite=overwrite)


def save_picture(figure: Figure, path: Path, *, overwrite: bool, dpi: int = 200) -> None:
    """Save a picture; its format follows the ending of its name."""
    known = figure.canvas.get_supported_filetypes()
    if path.suffix.removeprefix(".").lower() not in known:
        raise ParameterError(
            f"the picture is {path.name!r}; give it a name that ends in one of "
            f"{', '.join(f'.{ending}' for ending in sorted(known))}."
        )
    with replacing(path, Kind.PICTURE, overwrite=overwrite) as written:
        figure.savefig(written, dpi=dpi)


def plain_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose words no spreadsheet takes for a formula: such a one gets a quote.

    Names in it come from a store, which anybody may have written.
    """
    from pandas.api.types import is_numeric_dtype

    plain = table.copy()
    for name in plain.columns:
        if not is_numeric_dtype(plain[name]):
            plain[name] = [
                f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell
                for cell in plain[name]
            ]
    return plain


_FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet evaluates."""


def save_text(text: str, path: Path, kind: Kind, *, overwrite: bool) -> None:
    """Save a text."""
    with replacing(path, kind, overwrite=overwrite) as written:
        written.write_text(text, encoding="utf-8")
