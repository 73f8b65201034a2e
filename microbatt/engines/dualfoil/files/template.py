"""How alpha and S reach an executable: text with names in braces, written and read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING, Final

from microbatt.cells import area_density
from microbatt.checks import suggestion
from microbatt.engines.dualfoil.files.fortran import read_number
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from microbatt.cells import Cell

NAMES: Final = {
    "alpha": "tortuosity exponent of the positive",
    "exponent": "exponent on the porosity of the positive, 1 + alpha",
    "S": "particle shape factor of the positive",
    "area_density": "area of the positive's particles per volume [m-1]",
    "separator_alpha": "tortuosity exponent of the separator",
    "separator_exponent": "exponent on the porosity of the separator",
    "negative_alpha": "tortuosity exponent of the negative",
    "negative_exponent": "exponent on the porosity of the negative",
    "negative_S": "particle shape factor of the negative",
    "current": "discharge current [A m-2]",
}
"""What may stand in braces."""

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eEdDqQ][+-]?\d+)?"

_SAME: Final = {
    "alpha": {"alpha", "exponent"},
    "S": {"S", "area_density"},
    "separator_alpha": {"separator_alpha", "separator_exponent"},
    "negative_alpha": {"negative_alpha", "negative_exponent"},
    "negative_S": {"negative_S"},
}
"""What an executable must be told → the names that tell it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtraFile:
    """A file beside the deck that an executable reads.

    Attributes
    ----------
    name : str
        Of the file.
    template : str
        Its text, with names in braces; a format may follow a colon, as in ``{exponent:.4f}``.
    """

    name: str
    template: str

    def __post_init__(self) -> None:
        if not self.name or "/" in self.name or self.name in {".", ".."}:
            raise ParameterError(
                f"`extra_file.name` is {self.name!r}; it must be the name of a file in dualfoil's "
                "working directory."
            )
        check_template("extra_file.template", self.template)


def check_template(where: str, template: str) -> None:
    """Refuse a template that cannot be filled.

    Parameters
    ----------
    where : str
        What the caller calls it.
    template : str
        Text with names in braces.

    Raises
    ------
    ParameterError
        Naming what is in braces there and what may be.
    """
    try:
        names = names_in(template)
        template.format_map(dict.fromkeys(NAMES, 1.0))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        wrong = error.args[0] if isinstance(error, KeyError) else ""
        hint = suggestion(wrong, NAMES) if wrong else f"Names in braces may be: {', '.join(NAMES)}."
        raise ParameterError(
            f"`{where}` is {template!r}, which cannot be filled ({error}). {hint}"
        ) from error
    if not names:
        raise ParameterError(
            f"`{where}` is {template!r}, which passes nothing on. Names in braces may be: "
            f"{', '.join(NAMES)}."
        )


def names_in(template: str) -> frozenset[str]:
    """Return the names in braces.

    Examples
    --------
    >>> sorted(names_in("{exponent:.3f} {S}"))
    ['S', 'exponent']
    """
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name is not None)


def told(templates: tuple[str, ...]) -> frozenset[str]:
    """Return which of alpha, S and those of the other layers some templates tell.

    Examples
    --------
    >>> sorted(told(("{exponent} {area_density}",)))
    ['S', 'alpha']
    """
    names = frozenset[str]().union(*map(names_in, templates))
    return frozenset(what for what, telling in _SAME.items() if names & telling)


def fill_template(template: str, cell: Cell, current: float) -> str:
    """Fill a template for a cell whose positive has the point's alpha and S."""
    positive, negative, separator = cell.positive, cell.negative, cell.separator
    return template.format(
        alpha=positive.alpha,
        exponent=1.0 + positive.alpha,
        S=positive.S,
        area_density=positive.area_density,
        separator_alpha=separator.alpha,
        separator_exponent=1.0 + separator.alpha,
        negative_alpha=negative.alpha,
        negative_exponent=1.0 + negative.alpha,
        negative_S=negative.S,
        current=current,
    )


def read_template(template: str, text: str) -> dict[str, float]:
    """Read back what a template was filled with; space counts for nothing.

    Raises
    ------
    ParameterError
        If the text was not made with the template.

    Examples
    --------
    >>> read_template("n = {exponent}, {S}", "n = 3.3d0, 10")
    {'exponent': 3.3, 'S': 10.0}
    """
    match = re.match(template_pattern(template), text)
    if match is None:
        raise ParameterError(
            f"the text {text.strip()[:60]!r} does not read as {template!r}; the names in braces "
            "stand for numbers, the rest must be the same."
        )
    found = {name: read_number(value) for name, value in match.groupdict().items()}
    return {name: value for name, value in found.items() if value is not None}


def point_values(values: dict[str, float], cell: Cell | None = None) -> dict[str, float]:
    """Return alpha and S, as far as they follow from what a template was filled with.

    Parameters
    ----------
    values : dict of str to float
        Name in braces → number.
    cell : Cell, optional
        Turns an area density into S.

    Returns
    -------
    dict of str to float
        Of ``alpha`` and ``S``, those that follow.

    Examples
    --------
    >>> point_values({"exponent": 3.5, "S": 10.0})
    {'alpha': 2.5, 'S': 10.0}
    """
    point = {}
    if "alpha" in values or "exponent" in values:
        point["alpha"] = round(values.get("alpha", values.get("exponent", 0.0) - 1.0), 10)
    if "S" in values:
        point["S"] = values["S"]
    elif "area_density" in values and cell is not None:
        positive = cell.positive
        one = area_density(1.0, positive.active_fraction, positive.particle_radius)
        point["S"] = round(values["area_density"] / one, 10)
    return point


def template_pattern(template: str) -> str:
    """Return the regular expression of what a template can be filled to.

    Examples
    --------
    >>> re.search(template_pattern("a{alpha}_S{S}"), "runs/a2.3_S10/17").groups()
    ('2.3', '10')
    """
    parts, seen = [], set[str]()
    for literal, name, _, _ in Formatter().parse(template):
        parts += [r"\s*"] + [re.escape(word) + r"\s*" for word in literal.split()]
        if name is not None and name not in seen:
            parts.append(rf"(?P<{name}>{_NUMBER})")
            seen.add(name)
        elif name is not None:
            parts.append(rf"(?P={name})")
    return "".join(parts)
