"""The parts of a cell by name, and the order in which a file has them."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from microbatt.cells.collector import Collector
from microbatt.cells.electrode import Electrode
from microbatt.cells.electrolyte import Electrolyte
from microbatt.cells.lithium_metal import LithiumMetal
from microbatt.cells.separator import Separator
from microbatt.cells.synonyms import unknown_names
from microbatt.errors import ParameterError

PARTS: dict[str, type[Any]] = {
    "negative": Electrode,
    "separator": Separator,
    "positive": Electrode,
    "electrolyte": Electrolyte,
    "negative_collector": Collector,
    "positive_collector": Collector,
}
"""The parts of a cell, by name; in a half-cell the negative one is of another kind."""

OPTIONAL_PARTS = ("negative_collector", "positive_collector")
"""Parts that a cell may say nothing of: no voltage depends on them."""
LABELS = ("name", "description", "references")
"""What a cell says about itself in words."""
UNCERTAINTIES = "uncertainties"
"""Key of the standard deviations of a cell's numbers in its form as plain numbers."""
_SHORT = {"positive_alpha": "alpha", "positive_S": "S"}


def number_name(part: str, key: str) -> str:
    """Return the one name of a number of a cell.

    Parameters
    ----------
    part, key : str
        Where it stands; the part of the cell's own is ``"cell"``.

    Examples
    --------
    >>> number_name("positive", "alpha"), number_name("separator", "alpha")
    ('alpha', 'separator_alpha')
    """
    return short_name(key if part == "cell" else f"{part}_{key}")


def short_name(name: str) -> str:
    """Return ``alpha`` and ``S`` for those of the positive electrode, any other name as it is."""
    return _SHORT.get(name, name)


def part_kind(part: str, values: Mapping[str, Any]) -> type[Any]:
    """Return what a part of a cell is by what is said of it.

    Parameters
    ----------
    part : str
        One of `PARTS`.
    values : mapping of str to Any
        Its keys and values.

    Returns
    -------
    type
        `LithiumMetal` for a negative electrode that has an exchange-current density and no
        particles, else what `PARTS` says.
    """
    metal = part == "negative" and "exchange_current_density" in values
    return LithiumMetal if metal and "particle_radius" not in values else PARTS[part]


def check_parts(values: Mapping[str, Any]) -> None:
    """Refuse a description of a cell that has an unknown part or lacks one.

    Raises
    ------
    ParameterError
        Naming the part.
    """
    for fault in part_faults(values):
        raise ParameterError(fault)


def part_faults(values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with the parts of a cell, whatever stands in them.

    Parameters
    ----------
    values : mapping of str to Any
        Names of parts, and what is said of them.

    Yields
    ------
    str
        A sentence for each unknown part, for all others that are missing together, for each that
        is no table and for each word about the cell that is none.
    """
    known = (*LABELS, "cell", *PARTS)
    unknown = [name for name in values if name not in (*known, UNCERTAINTIES)]
    yield from unknown_names(
        ((name, f"`{name}` is not a part of a cell.") for name in unknown), known
    )
    needed = [name for name in ("name", "cell", *PARTS) if name not in OPTIONAL_PARTS]
    lacking = [name for name in needed if name not in values]
    misspelt = {near for name in unknown for near in get_close_matches(name, lacking, n=1)}
    missing = [f"`{name}`" for name in lacking if name not in misspelt]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        yield f"{', '.join(missing)} {verb} missing. A cell has {', '.join(known)}."
    for name in ("cell", *PARTS):
        if not isinstance(values.get(name, {}), Mapping):
            yield f"`{name}` is {values[name]!r}; it must be a table of values."
    for name in ("name", "description"):
        if not isinstance(values.get(name, ""), str):
            yield f"`{name}` is {values[name]!r}; it must be text."
    references = values.get("references", [])
    if not isinstance(references, list | tuple) or not all(
        isinstance(key, str) for key in references
    ):
        yield f"`references` is {references!r}; it must be a list of texts."
