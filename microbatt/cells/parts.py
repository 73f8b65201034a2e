"""The parts of a cell by name, and the order in which a file has them."""

from collections.abc import Mapping
from typing import Any

from microbatt.cells.collector import Collector
from microbatt.cells.electrode import Electrode
from microbatt.cells.electrolyte import Electrolyte
from microbatt.cells.lithium_metal import LithiumMetal
from microbatt.cells.separator import Separator
from microbatt.cells.synonyms import nearest_meaning
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
    known = (*LABELS, "cell", *PARTS)
    for name in values:
        if name not in (*known, UNCERTAINTIES):
            raise ParameterError(
                f"`{name}` is not a part of a cell. {nearest_meaning(name, known)}"
            )
    missing = [f"`{name}`" for name in ("name", "cell", *PARTS) if name not in values]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        raise ParameterError(f"{', '.join(missing)} {verb} missing. A cell has {', '.join(known)}.")
    for name in ("name", "cell", *PARTS):
        if name not in LABELS and not isinstance(values[name], Mapping):
            raise ParameterError(f"`{name}` is {values[name]!r}; it must be a table of values.")
    _check_words(values)


def _check_words(values: Mapping[str, Any]) -> None:
    for name in ("name", "description"):
        if not isinstance(values.get(name, ""), str):
            raise ParameterError(f"`{name}` is {values[name]!r}; it must be text.")
    references = values.get("references", [])
    if not isinstance(references, list | tuple) or not all(
        isinstance(key, str) for key in references
    ):
        raise ParameterError(f"`references` is {references!r}; it must be a list of texts.")
