"""A whole cell: electrodes, separator, electrolyte, collectors, and what it does as one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from microbatt.cells.collector import Collector
from microbatt.cells.currents import current_density
from microbatt.cells.display import cell_html
from microbatt.cells.electrode import DENSITY, Electrode
from microbatt.cells.electrolyte import Electrolyte
from microbatt.cells.identity import content_digest
from microbatt.cells.lithium_metal import MATERIAL, LithiumMetal
from microbatt.cells.records import (
    NumberSpec,
    Record,
    check_numbers,
    from_mapping,
    number,
    specs,
    to_mapping,
)
from microbatt.cells.separator import Separator
from microbatt.checks import Interval, suggestion
from microbatt.constants import REFERENCE_TEMPERATURE
from microbatt.errors import ParameterError

TEMPERATURE = Interval(200.0, 400.0)

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


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Cell:
    """Everything an engine needs to know of a battery; SI units, per area of separator.

    Attributes
    ----------
    name, description : str
        For people.
    negative : Electrode or LithiumMetal
        The layer next to the negative collector; lithium metal makes a half-cell.
    separator : Separator
        Between the electrodes.
    positive : Electrode
        The layer next to the positive collector.
    electrolyte : Electrolyte
        In the pores of all three.
    negative_collector, positive_collector : Collector
        The foils.
    polymer_density, filler_density : float
        Of the polymer that holds the electrodes together, and of the inert filler [kg m⁻³].
    heat_capacity : float
        Of the whole sandwich [J kg⁻¹ K⁻¹].
    initial_temperature, ambient_temperature : float
        Of the cell before discharge, and of its surroundings [K].
    contact_resistance : float
        Lumped, between the electrodes and the terminals [Ω m²].
    one_c_current : float
        What counts as one C [A m⁻²].
    electrode_area : float or None
        Of one pair of electrodes [m²].
    electrode_pairs : float
        Pairs in parallel [-].
    nominal_capacity : float or None
        Of the whole cell, as its maker states it [A h].
    lower_cutoff_voltage, upper_cutoff_voltage : float or None
        Between which the cell is used [V].
    references : tuple of str
        Keys in docs/references.bib.
    """

    name: str
    description: str = ""
    negative: Electrode  # or lithium metal, which refuses to be read as anything else
    separator: Separator
    positive: Electrode
    electrolyte: Electrolyte
    negative_collector: Collector
    positive_collector: Collector
    polymer_density: float = number("kg m-3", DENSITY, default=1760.0, uncertainty=0.02)
    filler_density: float = number("kg m-3", DENSITY, default=1800.0, uncertainty=0.02)
    heat_capacity: float = number("J kg-1 K-1", Interval(10.0, 1e5), uncertainty=0.1)
    initial_temperature: float = number(
        "K",
        TEMPERATURE,
        remedy="Give kelvin.",
        default=REFERENCE_TEMPERATURE,
        uncertainty=5.0,
        step=1.0,
    )
    ambient_temperature: float = number(
        "K",
        TEMPERATURE,
        remedy="Give kelvin.",
        default=REFERENCE_TEMPERATURE,
        uncertainty=5.0,
        step=1.0,
    )
    contact_resistance: float = number(
        "ohm m2", Interval(0.0, 1.0), default=0.0, uncertainty=0.02, step=5e-4
    )
    one_c_current: float = number(
        "A m-2", Interval(0.0, 1e5, low_open=True), remedy="Give a current per area of separator."
    )
    electrode_area: float | None = number(
        "m2",
        Interval(1e-8, 1e4),
        remedy="Give the area of one pair.",
        default=None,
        uncertainty=0.01,
        rare=True,
    )
    electrode_pairs: float = number(
        "1", Interval(1.0, 1e6), remedy="Count the pairs in parallel.", default=1.0, rare=True
    )
    nominal_capacity: float | None = number(
        "A h", Interval(1e-9, 1e6), default=None, uncertainty=0.02, rare=True
    )
    lower_cutoff_voltage: float | None = number(
        "V", Interval(0.0, 10.0, low_open=True), default=None, rare=True
    )
    upper_cutoff_voltage: float | None = number(
        "V", Interval(0.0, 10.0, low_open=True), default=None, rare=True
    )
    references: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_numbers(self)
        if not self.open_circuit_voltage > 0.0:
            raise ParameterError(
                f"the cell voltage at rest is {self.open_circuit_voltage:.6g} V; it must be above "
                "0 V. Check that the electrodes are not exchanged, and their stoichiometries."
            )

    def __repr__(self) -> str:
        return (
            f"<Cell {self.name!r}: {self.positive.open_circuit.material} | "
            f"{MATERIAL if self.metal else self.negative.open_circuit.material}, "
            f"alpha {self.positive.alpha:g}, S {self.positive.S:g}, "
            f"1 C = {self.one_c_current:g} A m⁻²>"
        )

    def _repr_html_(self) -> str:
        return cell_html(self)

    @property
    def open_circuit_voltage(self) -> float:
        """Voltage at rest before discharge, at 298.15 K [V]."""
        positive = self.positive.open_circuit.potential(self.positive.initial_stoichiometry)
        if self.metal is not None:
            return float(positive)
        negative = self.negative.open_circuit.potential(self.negative.initial_stoichiometry)
        return float(positive - negative)

    @property
    def metal(self) -> LithiumMetal | None:
        """The counter-electrode of a half-cell; None in a cell with two porous electrodes."""
        part: object = self.negative
        return part if isinstance(part, LithiumMetal) else None

    @property
    def cutoff_voltage(self) -> float:
        """Where a discharge ends if nobody says otherwise: the cell's own, or 2 V [V]."""
        return 2.0 if self.lower_cutoff_voltage is None else self.lower_cutoff_voltage

    @property
    def area(self) -> float | None:
        """Of all pairs of electrodes [m²]; None where the cell does not say."""
        return None if self.electrode_area is None else self.electrode_area * self.electrode_pairs

    def current_density(self, current: float | str) -> float:
        """Return a current per area of separator.

        Parameters
        ----------
        current : float or str
            A number is in A m⁻²; text is a C-rate (``"1C"``, ``"C/20"``), or a number with a unit
            of current (``"12.5 A"``) or of current per area (``"1.75 mA/cm2"``).

        Returns
        -------
        float
            Current density [A m⁻²].

        Raises
        ------
        ParameterError
            If it is no current, or is one of a cell whose area nobody knows.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> cell = load_cell("doyle-1996-cell-1")
        >>> cell.current_density("2C"), cell.current_density("1.75 mA/cm2")
        (35.0, 17.5)
        """
        return current_density(current, one_c=self.one_c_current, area=self.area)

    @property
    def mass_per_area(self) -> float:
        """Mass of the sandwich with its collectors: Σ thickness × Σ fraction × density [kg m⁻²]."""
        layers: list[tuple[Electrode | Separator, float]] = [
            (self.separator, self.separator.inert_fraction),
            (self.positive, self.positive.active_fraction),
        ]
        if self.metal is None:
            layers.insert(0, (self.negative, self.negative.active_fraction))
        sheet = 0.0 if self.metal is None else self.metal.mass_per_area
        layer_mass = sum(
            layer.thickness
            * (
                layer.electrolyte_fraction * self.electrolyte.density
                + layer.polymer_fraction * self.polymer_density
                + layer.filler_fraction * self.filler_density
                + solid_fraction * layer.density
            )
            for layer, solid_fraction in layers
        )
        return layer_mass + (
            sheet + self.negative_collector.mass_per_area + self.positive_collector.mass_per_area
        )

    @property
    def digest(self) -> str:
        """Identity of the numbers and of the fits as functions: 64 hexadecimal digits.

        Cells of one digest discharge alike, whatever they are called. An edited fit changes the
        digest of the cells that use it, and of no other.
        """
        parts = {name: getattr(self, name) for name in PARTS}
        return content_digest({"cell": self, **parts})

    def with_values(self, values: Mapping[str, float]) -> "Cell":
        """Return the cell with other numbers, by the names of `microbatt.parameters`.

        Parameters
        ----------
        values : mapping of str to float
            Name → value in SI units: ``alpha`` and ``S`` of the positive electrode, else part and
            key, as in ``positive_thickness``, ``separator_alpha`` or ``initial_temperature``.

        Returns
        -------
        Cell
            A new cell, checked as a cell file is.

        Raises
        ------
        ParameterError
            If a name is unknown (the nearest are offered), stands twice, or a value is not allowed.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> cell = load_cell("doyle-1996-cell-1")
        >>> cell.with_values({"positive_thickness": 1e-4, "alpha": 2.0}).positive.thickness
        0.0001
        """
        changes: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            place = number_of(name)
            given = changes.setdefault(place.part, {})
            if place.key in given:
                raise ParameterError(f"`{name}` is given twice, under two names; give it once.")
            given[place.key] = value
        own = changes.pop("cell", {})
        parts = {
            part: _changed(f"[{part}]", getattr(self, part), given)
            for part, given in changes.items()
        }
        return _changed("[cell]", self, own | parts)

    def value(self, name: str) -> float:
        """Return one number, by its name in `microbatt.parameters`.

        Parameters
        ----------
        name : str
            As for `with_values`.

        Returns
        -------
        float
            In SI units; an effective conductivity that is not given is what follows from the bulk.

        Raises
        ------
        ParameterError
            If the name is unknown (the nearest are offered), or the cell does not say.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> load_cell("doyle-1996-cell-1").value("separator_alpha")
        2.3
        """
        found = number_of(name)
        record = self if found.part == "cell" else getattr(self, found.part)
        if found.key not in specs(record):
            raise ParameterError(f"the cell is a half-cell, whose metal has no `{found.key}`.")
        value = getattr(record, found.key)
        if value is None and isinstance(record, Electrode):
            return record.matrix_conductivity
        if value is None:
            raise ParameterError(f"the cell says nothing of `{found.name}`.")
        return float(value)

    def with_microstructure(self, *, alpha: float, S: float) -> "Cell":
        """Return the cell with another microstructure of its positive electrode.

        Parameters
        ----------
        alpha : float
            Tortuosity exponent [-].
        S : float
            Particle shape factor [-].

        Returns
        -------
        Cell
            A new cell; the negative electrode and the separator keep their own exponents.

        Raises
        ------
        ParameterError
            If either lies outside its range.
        """
        return replace(self, positive=replace(self.positive, alpha=alpha, S=S))

    def to_dict(self) -> dict[str, Any]:
        """Return the cell as plain numbers (SI), names of fits and text, ready for JSON.

        Returns
        -------
        dict
            Part → key → value, and the words.
        """
        words = {
            "name": self.name,
            "description": self.description,
            "references": list(self.references),
        }
        parts = {name: to_mapping(getattr(self, name)) for name in PARTS}
        return words | {"cell": to_mapping(self)} | parts

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Cell":
        """Make a cell from what `to_dict` returned.

        Parameters
        ----------
        values : mapping of str to Any
            As `to_dict` returned it.

        Returns
        -------
        Cell
            An equal cell.

        Raises
        ------
        ParameterError
            Naming the part and the key that is unknown, missing or out of range.
        """
        check_parts(values)
        parts = {
            name: _record(part_kind(name, values[name]), values[name], f"[{name}]")
            for name in PARTS
        }
        return _record(
            cls,
            values["cell"],
            "[cell]",
            name=str(values["name"]),
            description=str(values.get("description", "")),
            references=tuple(values.get("references", ())),
            **parts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One declared number of a cell and its one name.

    Attributes
    ----------
    name : str
        ``alpha`` and ``S`` of the positive electrode; else part and key, or the cell's own key.
    part, key : str
        Where it stands; the part of the cell's own is ``"cell"``.
    spec : NumberSpec
        What its declaration says.
    """

    name: str
    part: str
    key: str
    spec: NumberSpec


_SHORT = {"positive_alpha": "alpha", "positive_S": "S"}


def _numbers() -> dict[str, Number]:
    numbers = {}
    for part, kind in {"cell": Cell, **PARTS}.items():
        for key, (_, spec) in specs(kind).items():
            if isinstance(spec, NumberSpec):
                long = key if part == "cell" else f"{part}_{key}"
                name = _SHORT.get(long, long)
                numbers[name] = Number(name=name, part=part, key=key, spec=spec)
    return numbers


NUMBERS = _numbers()
"""Every number of a cell by its name."""


def number_of(name: str) -> Number:
    """Return what a name of a cell's number stands for.

    Parameters
    ----------
    name : str
        As `NUMBERS` has it; ``positive_alpha`` and ``positive_S`` are understood too.

    Returns
    -------
    Number
        Its place and declaration.

    Raises
    ------
    ParameterError
        If there is none; the nearest known names are offered.

    Examples
    --------
    >>> number_of("separator_alpha").part
    'separator'
    """
    short = _SHORT.get(name, name)
    if short not in NUMBERS:
        raise ParameterError(f"a cell has no number `{name}`. {suggestion(name, NUMBERS)}")
    return NUMBERS[short]


def _changed(section: str, record: Record, changes: dict[str, Any]) -> Record:
    """Return a record with other values, its section in front of any complaint."""
    for name in changes if isinstance(record, LithiumMetal) else ():
        if name not in specs(record):
            raise ParameterError(f"in {section}, lithium metal has no `{name}`.")
    try:
        return replace(record, **changes)  # type: ignore[type-var]  # every part is a dataclass
    except ParameterError as error:
        raise ParameterError(f"in {section}, {error}") from error


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
        if name not in known:
            raise ParameterError(f"`{name}` is not a part of a cell. {suggestion(name, known)}")
    for name in ("name", "cell", *PARTS):
        if name not in values:
            raise ParameterError(f"`{name}` is missing. A cell has {', '.join(known)}.")
        if name not in LABELS and not isinstance(values[name], Mapping):
            raise ParameterError(f"`{name}` is {values[name]!r}; it must be a table of values.")


def _record(
    kind: type[Record],
    values: Mapping[str, Any],
    section: str,
    /,
    **others: Any,  # noqa: ANN401 - passed on to the record
) -> Record:
    """Make one record of a cell, its section in front of any complaint."""
    try:
        return from_mapping(kind, values, **others)
    except ParameterError as error:
        raise ParameterError(f"in {section}, {error}") from error
