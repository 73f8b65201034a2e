"""What a cell file may hold beside the numbers and fits that the records of a cell declare."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from microbatt.cells.parts import PARTS
from microbatt.cells.records import specs
from microbatt.cells.thermal_functions import TEMPERATURES
from microbatt.checks import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class FileKey:
    """What is to be said of a key that stands for no number or fit of its own.

    Attributes
    ----------
    unit : str
        SI; ``"1"`` for a plain number, empty for words.
    allowed : str
        What may stand there, in words.
    left_out : str
        What becomes of a file that does not have it.
    meaning : str
        A sentence.
    """

    unit: str
    allowed: str
    left_out: str
    meaning: str


START: Final = "start"
"""Stands in `[cell]`: a state of charge or a voltage at rest."""
POROSITY: Final = "porosity"
"""Stands in place of `electrolyte_fraction`, with which it agrees where there is no polymer."""
CONDUCTED: Final = Interval(0.0, 1.0, high_open=True)
"""Where a transference number may lie that is a number."""
_FUNCTION: Final = (
    "a constant, or a function of the salt concentration, or of it and the temperature"
)
_BESIDE_FIT: Final = "must be given unless there is a `fit`"
_OF_ELECTROLYTE: Final = {
    "conductivity": FileKey(
        unit="S m-1", allowed=_FUNCTION, left_out=_BESIDE_FIT, meaning="Of the bulk electrolyte."
    ),
    "diffusivity": FileKey(
        unit="m2 s-1", allowed=_FUNCTION, left_out=_BESIDE_FIT, meaning="Of the salt in the bulk."
    ),
    "thermodynamic_factor": FileKey(
        unit="1", allowed=_FUNCTION, left_out="1", meaning="1 + d ln f/d ln c of the salt."
    ),
    "transference_number": FileKey(
        unit="1",
        allowed=f"{CONDUCTED}, or a function of the salt concentration",
        left_out=_BESIDE_FIT,
        meaning="Of the cation.",
    ),
    "description": FileKey(
        unit="", allowed="text", left_out="none", meaning="Salt, solvent and matrix, for people."
    ),
}
_OF_LAYERS: Final = {
    POROSITY: FileKey(
        unit="1",
        allowed="[0.01, 1]",
        left_out="`electrolyte_fraction` must be given",
        meaning="In place of `electrolyte_fraction`: the electrolyte with the polymer.",
    )
}
OTHER_KEYS: Final[Mapping[str, Mapping[str, FileKey]]] = {
    "cell": {
        START: FileKey(
            unit="1, or V",
            allowed="a state of charge, or a voltage at rest",
            left_out="the stoichiometries are as given",
            meaning="Moves the initial stoichiometries of both electrodes.",
        )
    },
    "negative": _OF_LAYERS,
    "separator": _OF_LAYERS,
    "positive": _OF_LAYERS,
    "electrolyte": _OF_ELECTROLYTE,
}
"""Part → keys that a file may have beside those of its record → what they are."""
LABEL_KEYS: Final = {
    "format": FileKey(
        unit="", allowed="1", left_out="must be given", meaning="Version of the format."
    ),
    "name": FileKey(unit="", allowed="text", left_out="must be given", meaning="Of the cell."),
    "description": FileKey(
        unit="", allowed="text", left_out="none", meaning="What it is, in a line."
    ),
    "references": FileKey(
        unit="", allowed="a list of texts", left_out="none", meaning="Where it comes from."
    ),
}
"""Keys at the top of a file, before its tables."""
LEFT_OUT: Final = {
    "one_c_current": "`nominal_capacity` over the area, else must be given",
    "ambient_temperature": "`initial_temperature`",
    "electrolyte_fraction": "`porosity` less `polymer_fraction`, else must be given",
    "initial_stoichiometry": "`stoichiometry_full` where there is a `start`, else must be given",
    "fit": "properties of your own, else must be given",
    "effective_solid_conductivity": "follows from `solid_conductivity`",
}
"""Keys that a reader fills in by others → how."""

NUMBER_KEYS: Final = frozenset({"value", "unit", "source", "note", "uncertainty"})
FIT_KEYS: Final = frozenset({"fit", "source", "note"})
OWN_KEYS: Final = {
    "value": frozenset({"value"}),
    "expression": frozenset({"expression", "range", TEMPERATURES}),
    "table": frozenset({"table"}),
    "tables": frozenset({"tables", TEMPERATURES}),
    "x": frozenset({"x", "y"}),
}
"""What may stand in place of `fit` → the keys that go with it."""
MATERIAL: Final = "material"
ENTRY_KEYS: Final = {
    "value": "a number",
    "unit": 'in which the numbers of the entry are, `"1"` for a plain one',
    "source": "where it comes from, in words or by a reference's key; must be given",
    "note": "anything that is worth saying",
    "uncertainty": 'of a number: a standard deviation in its unit, or text, such as `"2 %"`',
    "fit": "the name of one of the fits, in place of numbers",
    "expression": "a formula in `x`, and in `T` for an electrolyte",
    "range": "of an expression: `[low, high]`, between which it holds",
    TEMPERATURES: "of an electrolyte: `[low, high]` of an expression in `T`, or those of `tables`",
    "table": "the name of a file of two columns, beside the cell file",
    "tables": "of an electrolyte: one such file, or `{ x = [...], y = [...] }`, a temperature",
    "x": "arguments of a table that stands in the file",
    "y": "its values",
    MATERIAL: "of an open-circuit potential of your own: what it is of",
}
"""Key of an entry → what it is."""
OPTIONAL: Final = frozenset({"note", "range", MATERIAL, "uncertainty", TEMPERATURES})
"""Keys that an entry may do without."""


def keys_of(part: str, kind: type[Any]) -> tuple[str, ...]:
    """Return every key that a file may have in a part of a cell.

    Parameters
    ----------
    part : str
        One of `PARTS`, or ``"cell"``.
    kind : type
        The record that the part becomes.

    Returns
    -------
    tuple of str
        Those of the record, then those that stand for others.
    """
    usual = part == "cell" or kind is PARTS[part]
    return (*specs(kind), *(OTHER_KEYS.get(part, {}) if usual else ()))
