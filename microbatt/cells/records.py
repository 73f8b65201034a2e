"""Numbers with a unit and a range as fields of frozen records, and records as dictionaries.

A cell is a tree of small records. Each number in it is declared once, by `number`, with its SI
unit, its allowed range and the remedy for a value outside; making a record, reading a file and
writing one all follow that declaration.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from functools import cache
from typing import Any, Protocol, TypeVar

from numpy.typing import ArrayLike, NDArray

from microbatt.cells.synonyms import nearest_meaning
from microbatt.checks import Interval, check_choice, check_number
from microbatt.errors import ParameterError

Record = TypeVar("Record")

_KEY = "microbatt"

ACTIVATION = Interval(0.0, 3e4)
_DECADES = 1e3
_RELATIVE_STEP = 0.01
USE_FRACTION = "Divide a percentage by 100."
"""Remedy of a fraction; `remedy_of` says something else where that is none."""


class Fit(Protocol):
    """What every fitted property of a material says of itself."""

    @property
    def name(self) -> str:
        """How cell files call it."""

    @property
    def lower(self) -> float:
        """Smallest argument that it is meant for."""

    @property
    def upper(self) -> float:
        """Largest argument that it is meant for."""

    @property
    def limits(self) -> tuple[float, float]:
        """Interval on which engines read it."""

    @property
    def functions(self) -> tuple[Callable[[ArrayLike], NDArray[Any]], ...]:
        """All that it computes."""

    @property
    def plain(self) -> dict[str, Any] | None:
        """Description in JSON's terms, of which `FitSpec.build` makes it; None if it has a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberSpec:
    """Declaration of a number: all that is known of it before any cell is.

    Attributes
    ----------
    unit : str
        SI unit; ``"1"`` for a plain number.
    allowed : Interval
        Range in that unit.
    remedy : str
        What to do about a value outside the range.
    optional : bool
        Whether a cell may do without.
    uncertainty : float or None
        Standard deviation with which it is usually known: relative where it is fitted as a
        logarithm, else in its unit; None for a convention, which cannot be wrong.
    step : float
        Of a finite difference, in the same measure.
    rare : bool
        Whether most cells say nothing of it; it is not written down then.
    default : float or None
        Value of a cell that says nothing.
    """

    unit: str
    allowed: Interval
    remedy: str
    optional: bool
    uncertainty: float | None
    step: float
    rare: bool = False
    default: float | None = None

    def left_out(self, value: float | None) -> bool:
        """Return whether a value is not worth writing down.

        Parameters
        ----------
        value : float or None
            Of the field.

        Returns
        -------
        bool
            True for the default of a number that cells rarely change.
        """
        return self.rare and value == self.default

    @property
    def logarithmic(self) -> bool:
        """Whether it is fitted as a logarithm: it is positive and spans decades."""
        low, high = self.allowed.low, self.allowed.high
        positive = low > 0.0 or (low == 0.0 and self.allowed.low_open)
        return positive and high > _DECADES * low


@dataclass(frozen=True, slots=True, kw_only=True)
class FitSpec:
    """Declaration of a field that holds a fitted property of a material.

    Attributes
    ----------
    known : mapping of str to fit
        The fits that a file may name.
    build : callable
        Makes a fit of its key and its description in JSON's terms.
    unit : str
        SI unit of a function that stands there in place of a name; empty where there are several.
    optional : bool
        Whether a cell may do without; nothing is written down then.
    """

    known: Mapping[str, Fit]
    build: Callable[[str, Mapping[str, Any]], Fit]
    unit: str = ""
    optional: bool = False

    def left_out(self, value: Fit | None) -> bool:
        """Return whether there is nothing to write down.

        Parameters
        ----------
        value : fit or None
            Of the field.

        Returns
        -------
        bool
            True for None.
        """
        return value is None


Spec = NumberSpec | FitSpec


def number(
    unit: str,
    allowed: Interval,
    *,
    remedy: str = "Check the unit.",
    default: float | object | None = MISSING,
    uncertainty: float | None = None,
    step: float | None = None,
    rare: bool = False,
) -> Any:  # noqa: ANN401 - a field declaration stands in for the field's own type
    """Declare a number of a record.

    Parameters
    ----------
    unit : str
        SI unit; ``"1"`` for a plain number.
    allowed : Interval
        Range in that unit.
    remedy : str
        A sentence on what to do with a value outside the range.
    default : float, object or None
        Value if none is given; `None` makes the number optional.
    uncertainty, step : float or None
        As in `NumberSpec`; a step that is not given is 1 % of a logarithm's number, a tenth of
        the uncertainty of another, or a thousandth of its range.
    """
    spec = NumberSpec(
        unit=unit,
        allowed=allowed,
        remedy=remedy,
        optional=default is None,
        uncertainty=uncertainty,
        step=0.0,
        rare=rare,
        default=default if isinstance(default, float) else None,
    )
    if step is None:
        tenth = 1e-3 * (allowed.high - allowed.low) if uncertainty is None else 0.1 * uncertainty
        step = _RELATIVE_STEP if spec.logarithmic else tenth
    return field(default=default, metadata={_KEY: replace(spec, step=step)})


def remedy_of(remedy: str, value: object, unit: str = "1") -> str:
    """Return what to do about a value outside its range, as it was written.

    Parameters
    ----------
    remedy : str
        What the declaration says.
    value : object
        What came.
    unit : str
        The unit in which it came.

    Returns
    -------
    str
        The same, but for a fraction: to divide by 100 helps a percentage only.

    Examples
    --------
    >>> remedy_of(USE_FRACTION, 30.0), remedy_of(USE_FRACTION, 142.0, "%")
    ('Divide a percentage by 100.', 'It is a share of a whole, at most 100 %; check the value.')
    """
    if remedy != USE_FRACTION or not isinstance(value, int | float):
        return remedy
    if unit == "%":
        if 0.0 < value < 1.0:
            return 'Give a fraction with `unit = "1"`.'
        return "It is a share of a whole, at most 100 %; check the value."
    if _LEAST_PERCENTAGE <= value <= _WHOLE:
        return remedy
    return "It is a share of a whole, at most 1; check the value."


_LEAST_PERCENTAGE = 2.0
"""Less is rather a fraction that is too large."""
_WHOLE = 100.0


def fraction(
    *, low: float = 0.0, default: float | object = MISSING, step: float | None = None
) -> Any:  # noqa: ANN401
    """Declare a fraction of a record."""
    return number(
        "1",
        Interval(low, 1.0),
        remedy=USE_FRACTION,
        default=default,
        uncertainty=0.01,
        step=step,
    )


def end_of_window() -> Any:  # noqa: ANN401
    """Declare an end of the window of stoichiometries in which a cell is used."""
    return number("1", Interval(0.0, 1.0), remedy=USE_FRACTION, default=None, rare=True)


def activation() -> Any:  # noqa: ANN401
    """Declare the activation temperature E/R of an Arrhenius factor; none means no effect."""
    return number(
        "K",
        ACTIVATION,
        remedy="Divide an energy in J mol⁻¹ by 8.314.",
        default=0.0,
        uncertainty=1000.0,
    )


def factor(*, uncertainty: float) -> Any:  # noqa: ANN401
    """Declare a factor on a fitted property; 1 leaves it as it is."""
    return number(
        "1",
        Interval(0.0, 100.0, low_open=True),
        remedy="1 leaves the fit as it is.",
        default=1.0,
        uncertainty=uncertainty,
        rare=True,
    )


def one_of(
    known: Mapping[str, Any],
    *,
    build: Callable[[str, Mapping[str, Any]], Fit],
    unit: str = "",
    optional: bool = False,
) -> Any:  # noqa: ANN401
    """Declare a field that holds one of the known fits, or one of the file's own."""
    spec = FitSpec(known=known, build=build, unit=unit, optional=optional)
    return field(default=None if optional else MISSING, metadata={_KEY: spec})


def specs(record: type[Any] | Any) -> dict[str, tuple[Field[Any], Spec]]:  # noqa: ANN401
    """Return the declared fields of a record, by name.

    Parameters
    ----------
    record : type or record
        A record declared with `number`, or its class.

    Returns
    -------
    dict
        Name → (dataclass field, its declaration).
    """
    kind: Any = record if isinstance(record, type) else type(record)
    return dict(_specs_of(kind))


@cache
def _specs_of(kind: Any) -> dict[str, tuple[Field[Any], Spec]]:  # noqa: ANN401 - a class of records
    return {f.name: (f, f.metadata[_KEY]) for f in fields(kind) if _KEY in f.metadata}


def check_numbers(record: Any) -> None:  # noqa: ANN401 - any record declared with `number`
    """Check every declared number of a new record, and store it as a float.

    Raises
    ------
    ParameterError
        For the first number that is none, is NaN or lies outside its range.
    """
    kind: Any = type(record)
    for name, (_, spec) in _specs_of(kind).items():
        value = getattr(record, name)
        if isinstance(spec, FitSpec) or (value is None and spec.optional):
            continue
        if type(value) is float and value in spec.allowed:
            continue  # as it nearly always is
        remedy = remedy_of(spec.remedy, value, spec.unit)
        checked = check_number(name, value, spec.allowed, unit=spec.unit, remedy=remedy)
        object.__setattr__(record, name, checked)


def check_volume(layer: Any) -> None:  # noqa: ANN401 - an electrode or a separator
    """Refuse a layer whose volume fractions leave no room.

    Raises
    ------
    ParameterError
        If electrolyte, polymer, filler and gas sum to more than 1, rounding aside.
    """
    names = ("electrolyte", "polymer", "filler", "gas")
    fractions = {name: getattr(layer, f"{name}_fraction") for name in names}
    total = sum(fractions.values())
    if not total <= 1.0 + 1e-9:
        parts = " + ".join(f"{name} {value:.6g}" for name, value in fractions.items())
        raise ParameterError(
            f"the volume fractions sum to {total:.6g} ({parts}); they must sum to at most 1. "
            "Lower one of them."
        )


def to_mapping(record: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return a record's declared fields as plain numbers (SI) and names of fits.

    What is rare and not said is left out.
    """
    plain = {}
    for name, (_, spec) in specs(record).items():
        value = getattr(record, name)
        if spec.left_out(value):
            continue
        if isinstance(spec, FitSpec):
            plain[name] = value.name if value.plain is None else value.plain
        else:
            plain[name] = value
    return plain


def from_mapping(
    kind: type[Record],
    values: Mapping[str, Any],
    /,
    **others: Any,  # noqa: ANN401 - fields that are not declared here: words and other records
) -> Record:
    """Make a record from plain numbers (SI) and names of fits; `others` are passed as they are.

    Raises
    ------
    ParameterError
        If a name is unknown or missing, or the record refuses a value.
    """
    declared = specs(kind)
    check_keys(values, declared)
    arguments = {
        name: _fit(name, spec, values[name]) if isinstance(spec, FitSpec) else values[name]
        for name, (_, spec) in declared.items()
        if name in values
    }
    return kind(**arguments, **others)


def _fit(name: str, spec: FitSpec, value: object) -> Fit:
    if isinstance(value, Mapping):
        return spec.build(name, value)
    return spec.known[check_choice(name, value, spec.known)]


def check_keys(values: Mapping[str, Any], declared: Mapping[str, tuple[Field[Any], Spec]]) -> None:
    """Refuse a name that is not declared, and the lack of one that is required.

    Raises
    ------
    ParameterError
        Naming the key, and the nearest known ones or how to write it.
    """
    for name in values:
        if name not in declared:
            raise ParameterError(f"`{name}` is not a key here. {nearest_meaning(name, declared)}")
    missing = missing_keys(values, declared)
    if missing:
        examples = ", ".join(example_of(name, declared[name][1]) for name in missing)
        verb = "is" if len(missing) == 1 else "are"
        raise ParameterError(
            f"{', '.join(f'`{name}`' for name in missing)} {verb} missing. Add {examples}."
        )


def missing_keys(
    values: Collection[str], declared: Mapping[str, tuple[Field[Any], Spec]]
) -> list[str]:
    """Return the names that are required and not there.

    Parameters
    ----------
    values : collection of str
        Names that are there.
    declared : mapping of str to tuple
        From `specs`.

    Returns
    -------
    list of str
        In the order in which they are declared.
    """
    return [
        name
        for name, (declaration, _) in declared.items()
        if name not in values and declaration.default is MISSING
    ]


def example_of(name: str, spec: Spec) -> str:
    """Return how a key is written in a cell file."""
    if isinstance(spec, FitSpec):
        return f'`{name} = {{ fit = "...", source = "..." }}`'
    return f'`{name} = {{ value = ..., unit = "{spec.unit}", source = "..." }}`'
