"""A whole cell: electrodes, separator, electrolyte, collectors, and what it does as one."""

import json
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from microbatt.cells.bpx_writing import bpx_document
from microbatt.cells.collector import Collector
from microbatt.cells.currents import current_density, one_c_of
from microbatt.cells.display import cell_html
from microbatt.cells.electrode import DENSITY, Electrode
from microbatt.cells.electrolyte import Electrolyte
from microbatt.cells.identity import content_digest
from microbatt.cells.lithium_metal import MATERIAL, LithiumMetal
from microbatt.cells.parts import (
    PARTS,
    UNCERTAINTIES,
    check_parts,
    number_name,
    part_kind,
    short_name,
)
from microbatt.cells.records import (
    NumberSpec,
    Record,
    check_numbers,
    example_of,
    from_mapping,
    number,
    specs,
    to_mapping,
)
from microbatt.cells.separator import Separator
from microbatt.cells.start import start_at, state_of_charge
from microbatt.cells.synonyms import nearest_meaning
from microbatt.cells.toml_writing import to_toml
from microbatt.cells.uncertainty import Uncertainties, standard_deviation
from microbatt.checks import Interval
from microbatt.constants import REFERENCE_TEMPERATURE
from microbatt.errors import ParameterError
from microbatt.places import Kind, replacing

TEMPERATURE = Interval(200.0, 400.0)
HIGHEST_VOLTAGE = 10.0
"""No cell goes above it, whatever limit is asked for: where salt runs out, voltages do [V]."""
_SAME_ONE_C = 1e-9
"""Relative difference within which 1 C is the nominal capacity over the area."""
_EFFECTIVE = "effective_solid_conductivity"
_NO_FOIL = Collector()
"""Of which nothing is known."""


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
        The foils; nothing is known of one that is not given.
    polymer_density, filler_density : float
        Of the polymer that holds the electrodes together, and of the inert filler [kg m⁻³].
    heat_capacity : float or None
        Of the whole sandwich [J kg⁻¹ K⁻¹]; None where the cell does not say.
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
    uncertainties : mapping of str to float
        Name of a number, as for `with_values` → its standard deviation, in the SI unit of the
        number; see `with_uncertainties`.  A number that is not named has none stated.  Of one that
        is fitted by its logarithm it is that of the logarithm, times the number.
    """

    name: str
    description: str = ""
    negative: Electrode  # or lithium metal, which refuses to be read as anything else
    separator: Separator
    positive: Electrode
    electrolyte: Electrolyte
    negative_collector: Collector = _NO_FOIL
    positive_collector: Collector = _NO_FOIL
    polymer_density: float = number("kg m-3", DENSITY, default=1760.0, uncertainty=0.02)
    filler_density: float = number("kg m-3", DENSITY, default=1800.0, uncertainty=0.02)
    heat_capacity: float = number(  # None until `check_heat` has passed
        "J kg-1 K-1", Interval(10.0, 1e5), default=None, uncertainty=0.1
    )
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
        "V", Interval(0.0, HIGHEST_VOLTAGE, low_open=True), default=None, rare=True
    )
    upper_cutoff_voltage: float | None = number(
        "V", Interval(0.0, HIGHEST_VOLTAGE, low_open=True), default=None, rare=True
    )
    references: tuple[str, ...] = ()
    uncertainties: Mapping[str, float] = Uncertainties()

    def __post_init__(self) -> None:
        check_numbers(self)
        object.__setattr__(self, "uncertainties", _uncertainties(self))
        if not self.open_circuit_voltage > 0.0:
            raise ParameterError(
                f"the cell voltage at rest is {self.open_circuit_voltage:.6g} V; it must be above "
                "0 V. Check that the electrodes are not exchanged, and their stoichiometries."
            )
        if self.open_circuit_voltage > HIGHEST_VOLTAGE:
            raise ParameterError(
                f"the cell voltage at rest is {self.open_circuit_voltage:.6g} V; it must be at "
                f"most {HIGHEST_VOLTAGE:g} V. Check the unit of the open-circuit potentials."
            )
        low, high = self.electrolyte.fit.temperature_range
        for name in ("initial_temperature", "ambient_temperature"):
            T = getattr(self, name)
            if not self.electrolyte.fit.known_at(T):
                raise ParameterError(
                    f"`{name}` is {T:.6g} K, and the properties of the electrolyte are known from "
                    f"{low:.6g} to {high:.6g} K. Stay between these, or give the properties at "
                    "other temperatures too."
                )
        lower, upper = self.lower_cutoff_voltage, self.upper_cutoff_voltage
        if lower is not None and upper is not None and not lower < upper:
            raise ParameterError(
                f"the lower cut-off is {lower:g} V and the upper {upper:g} V; the lower one must "
                "be below. Exchange them."
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
        """Mass of the sandwich with its collectors: Σ thickness × Σ fraction × density [kg m⁻²].

        NaN where a density or a foil is not stated; energies per mass are then NaN too.
        """
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
                layer.electrolyte_fraction * (self.electrolyte.density or math.nan)
                + layer.polymer_fraction * self.polymer_density
                + layer.filler_fraction * self.filler_density
                + solid_fraction * (layer.density or math.nan)
            )
            for layer, solid_fraction in layers
        )
        return layer_mass + (
            sheet + self.negative_collector.mass_per_area + self.positive_collector.mass_per_area
        )

    def check_heat(self, given: Collection[str] = ()) -> None:
        """Refuse a cell that does not state all that a heat balance needs.

        Parameters
        ----------
        given : collection of str, optional
            Names of numbers that are given beside the cell.

        Raises
        ------
        ParameterError
            Naming all that is missing, and how a cell file states it.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> load_cell("doyle-1996-cell-1").check_heat()
        """
        missing = [one for one in self._for_heat() if one.name not in given]
        if not missing:
            return
        *names, last = (f"`{one.name}`" for one in missing)
        places: dict[str, list[str]] = {}
        for one in missing:
            places.setdefault(one.part, []).append(example_of(one.key, one.spec))
        told = "; ".join(f"to [{part}] {', '.join(those)}" for part, those in places.items())
        raise ParameterError(
            f"a heat balance needs {', '.join(names)}{' and ' if names else ''}{last}, of which "
            f"the cell {self.name} says nothing. Add {told} in its file, or simulate it isothermal."
        )

    def _for_heat(self) -> "list[Number]":
        """Return the numbers that a heat balance needs and the cell does not state."""
        names = ["heat_capacity", "electrolyte_density"]
        for side in ("negative", "positive"):
            names.append(f"{side}_density")
            if getattr(self, f"{side}_collector").thickness != 0.0:
                names += [f"{side}_collector_thickness", f"{side}_collector_density"]
        numbers = [number_of(name) for name in names]
        records = [self if one.part == "cell" else getattr(self, one.part) for one in numbers]
        return [
            one for one, of in zip(numbers, records, strict=True) if getattr(of, one.key) is None
        ]

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
            A new cell, checked as a cell file is. Where 1 C was the nominal capacity over the area,
            it follows when one of these changes.

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
        return _changed("[cell]", self, self._one_c_that_follows(own) | own | parts)

    def _one_c_that_follows(self, changes: Mapping[str, Any]) -> dict[str, float]:
        """Return the current of 1 C after changes, where it is the nominal capacity over the area.

        Nothing where the cell has another, or the changes are none of these or not allowed.
        """
        names = ("nominal_capacity", "electrode_area", "electrode_pairs")
        before = [getattr(self, name) for name in names]
        after = [changes.get(name, old) for name, old in zip(names, before, strict=True)]
        if None in before or after == before:
            return {}
        if not math.isclose(one_c_of(*before), self.one_c_current, rel_tol=_SAME_ONE_C):
            return {}
        allowed = all(isinstance(value, int | float) and value > 0.0 for value in after)
        return {"one_c_current": one_c_of(*after)} if allowed else {}

    def with_uncertainties(self, stated: Mapping[str, float | str]) -> "Cell":
        """Return the cell with the standard deviations of some of its numbers.

        Parameters
        ----------
        stated : mapping of str to float or str
            Name, as for `with_values` → a standard deviation in the number's SI unit, or text:
            per cent of the number (``"2 %"``), or with a unit (``"3 µm"``).

        Returns
        -------
        Cell
            A new cell with these beside those that it had.  Other values of its numbers leave a
            standard deviation as it is, in its unit.

        Raises
        ------
        ParameterError
            If a name is unknown, or a standard deviation is none or not positive.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> cell = load_cell("doyle-1996-cell-1").with_uncertainties({"positive_thickness": "2 %"})
        >>> cell.uncertainties
        {'positive_thickness': 3.48e-06}
        """
        new = {
            number_of(name).name: _deviation(self, name, given) for name, given in stated.items()
        }
        return replace(self, uncertainties=dict(self.uncertainties) | new)

    def starting_at(self, start: float | str) -> "Cell":
        """Return the cell with the stoichiometries of a state of charge or a voltage at rest.

        Full and empty are the stoichiometries that the cell states (``stoichiometry_full`` and
        ``stoichiometry_empty`` of both electrodes), or else those at which its voltage at rest is
        that of its cut-offs, with the lithium that it holds now.

        Parameters
        ----------
        start : float or str
            A state of charge, ``0.8`` or ``"80 %"``, or a voltage at rest at 298.15 K, ``"3.9 V"``.

        Returns
        -------
        Cell
            A new cell.

        Raises
        ------
        ParameterError
            If it is neither, the cell does not say when it is full, or has no such voltage.

        See Also
        --------
        with_values : Sets the stoichiometries themselves, ``negative_initial_stoichiometry``.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> cell = load_cell("doyle-1996-cell-1").starting_at("3.9 V")
        >>> round(cell.open_circuit_voltage, 9)
        3.9
        """
        return self.with_values(start_at(self, start).values())

    @property
    def state_of_charge(self) -> float | None:
        """At which the cell starts [-]; None if it does not say when it is full."""
        return state_of_charge(self)

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
        if value is None and isinstance(record, Electrode) and found.key == _EFFECTIVE:
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
        stated = {UNCERTAINTIES: dict(self.uncertainties)} if self.uncertainties else {}
        return words | {"cell": to_mapping(self)} | parts | stated

    def to_toml(self, path: str | Path, *, source: str = "", overwrite: bool = False) -> None:
        """Write the cell as a TOML file, which `load_cell` reads back as an equal cell.

        Parameters
        ----------
        path : str or Path
            Of the file, ``.toml``.
        source : str, default the cell's name
            What to name as the source of every value; edit the file where you know better.
        overwrite : bool, default False
            Whether a cell file that lies there is replaced.

        Raises
        ------
        ParameterError
            If the path does not end in ``.toml``.
        OccupiedError
            If something lies there that is not to be lost.

        Examples
        --------
        >>> import tempfile
        >>> from microbatt.cells import load_cell
        >>> cell = load_cell("doyle-1996-cell-1")
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     cell.to_toml(f"{folder}/mine.toml")
        ...     load_cell(f"{folder}/mine.toml") == cell
        True
        """
        text = to_toml(self, source=source or f"the cell {self.name}")
        _write(path, ".toml", text, Kind.CELL_FILE, overwrite=overwrite)

    def to_bpx(self, path: str | Path, *, overwrite: bool = False) -> None:
        """Write the cell as a BPX file (version 1.1), which `load_cell` reads back.

        A cell of spheres, with its area, nominal capacity and cut-offs, comes back equal but for
        its name, which is that of the file, and for fits with a name, which come back as tables.
        Numbers that change no voltage, as densities and uncertainties, stand in the section
        ``User-defined``, where other programs may pass them over.

        Parameters
        ----------
        path : str or Path
            Of the file, ``.json``.
        overwrite : bool, default False
            Whether a BPX file that lies there is replaced.

        Raises
        ------
        ParameterError
            If the standard cannot hold the cell, naming everything that it cannot: a film or
            contact resistance, an S other than 3, a half-cell, a thermodynamic factor, a start at
            which the electrodes do not agree.
        OccupiedError
            If something lies there that is not to be lost.

        Examples
        --------
        >>> from microbatt.cells import load_cell
        >>> load_cell("doyle-1996-cell-1").to_bpx("mine.json")
        Traceback (most recent call last):
        microbatt.errors.ParameterError: this cell cannot be written as BPX: it has no `electro...
        """
        text = json.dumps(bpx_document(self), indent=1, ensure_ascii=False)
        _write(path, ".json", text, Kind.BPX, overwrite=overwrite)

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
            if name in values
        }
        return _record(
            cls,
            values["cell"],
            "[cell]",
            name=str(values["name"]),
            description=str(values.get("description", "")),
            references=tuple(values.get("references", ())),
            uncertainties=values.get(UNCERTAINTIES, {}),
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


def _numbers() -> dict[str, Number]:
    numbers = {}
    for part, kind in {"cell": Cell, **PARTS}.items():
        for key, (_, spec) in specs(kind).items():
            if isinstance(spec, NumberSpec):
                name = number_name(part, key)
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
    short = short_name(name)
    if short not in NUMBERS:
        raise ParameterError(f"a cell has no number `{name}`. {nearest_meaning(name, NUMBERS)}")
    return NUMBERS[short]


def _write(path: str | Path, ending: str, text: str, kind: Kind, *, overwrite: bool) -> None:
    """Write the text of a cell file, if its name has the ending by which it is read."""
    if Path(path).suffix != ending:
        raise ParameterError(f"`path` is {str(path)!r}; a file of this kind ends in {ending}.")
    with replacing(path, kind, overwrite=overwrite, option="`overwrite=True`") as written:
        written.write_text(text, encoding="utf-8")


def _deviation(cell: Cell, name: str, given: float | str) -> float:
    """Return the standard deviation of a number of a cell, in its SI unit."""
    found = number_of(name)
    record = cell if found.part == "cell" else getattr(cell, found.part)
    value = getattr(record, found.key)
    return standard_deviation(found.name, given, value=value, unit=found.spec.unit)


def _uncertainties(cell: Cell) -> Uncertainties:
    """Check the standard deviations that a new cell is given."""
    given = cell.uncertainties
    if not isinstance(given, Mapping):
        raise ParameterError(
            f"`{UNCERTAINTIES}` is {given!r}; it must map names of numbers to standard deviations."
        )
    checked = {
        number_of(name).name: _deviation(cell, name, stated) for name, stated in given.items()
    }
    return Uncertainties(pairs=tuple(sorted(checked.items())))


def _changed(section: str, record: Record, changes: dict[str, Any]) -> Record:
    """Return a record with other values, its section in front of any complaint."""
    for name in changes if isinstance(record, LithiumMetal) else ():
        if name not in specs(record):
            raise ParameterError(f"in {section}, lithium metal has no `{name}`.")
    try:
        return replace(record, **changes)  # type: ignore[type-var]  # every part is a dataclass
    except ParameterError as error:
        raise ParameterError(f"in {section}, {error}") from error


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
