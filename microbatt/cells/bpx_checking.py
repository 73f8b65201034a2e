"""The sections of a BPX file, checked against the standard and against what a cell may have.

The `bpx` package is given the numbers only, with 1 in the place of expressions and tables.
"""

from __future__ import annotations

import copy
import warnings
from typing import TYPE_CHECKING, Any, Final

from microbatt.cells.cell import NUMBERS, TEMPERATURE
from microbatt.cells.expressions import parse_expression
from microbatt.cells.faults import Faults
from microbatt.cells.functions import material_function
from microbatt.cells.records import ACTIVATION, USE_FRACTION, remedy_of
from microbatt.checks import FINITE, FRACTION, POSITIVE, Interval, check_number
from microbatt.constants import GAS_CONSTANT
from microbatt.errors import ParameterError
from microbatt.shadowing import check_unshadowed

if TYPE_CHECKING:
    from collections.abc import Mapping

ELECTRODES: Final = {"negative": "Negative electrode", "positive": "Positive electrode"}
ENTROPY: Final = "Entropic change coefficient [V.K-1]"
_SECTIONS: Final = ("Cell", "Electrolyte", "Separator", *ELECTRODES.values())
_ENERGY: Final = Interval(0.0, ACTIVATION.high * GAS_CONSTANT)
_ALLOWED: Final = (
    dict.fromkeys(
        (
            "Electrode area [m2]",
            "Number of electrode pairs connected in parallel to make a cell",
            "Maximum concentration [mol.m-3]",
            "Particle radius [m]",
            "Initial concentration [mol.m-3]",
            "Initial electrolyte concentration [mol.m-3]",
        ),
        POSITIVE,
    )
    | dict.fromkeys(
        (
            "Diffusivity activation energy [J.mol-1]",
            "Conductivity activation energy [J.mol-1]",
            "Reaction rate constant activation energy [J.mol-1]",
        ),
        _ENERGY,
    )
    | dict.fromkeys(
        ("Reference temperature [K]", "Initial temperature [K]", "Ambient temperature [K]"),
        TEMPERATURE,
    )
)
"""Numbers that others are divided by, or that stand in an exponent → where they may lie."""
_FUNCTIONS: Final = {
    "Electrolyte": frozenset({"Conductivity [S.m-1]", "Diffusivity [m2.s-1]"}),
} | dict.fromkeys(ELECTRODES.values(), frozenset({"Diffusivity [m2.s-1]", "OCP [V]", ENTROPY}))
"""What may be an expression or a table; everything else is a number."""
_PLAIN: Final = frozenset(
    {
        "Porosity",
        "Transport efficiency",
        "Cation transference number",
        "Minimum stoichiometry",
        "Maximum stoichiometry",
        "Number of electrode pairs connected in parallel to make a cell",
    }
)
"""Numbers without a unit."""
_CHARGE: Final = "Initial state-of-charge"
_NOT_SERVED: Final = {
    "Particle": "several active materials in one electrode (a blend)",
    "OCP (lithiation) [V]": "hysteresis of the open-circuit potential",
    "OCP (delithiation) [V]": "hysteresis of the open-circuit potential",
    "OCP hysteresis decay constant": "hysteresis of the open-circuit potential",
}
_VERSIONS: Final = ("0", "1")
"""Of the standard, by their first numbers."""


def parameterisation(document: object) -> dict[str, Any]:
    """Return the sections of a BPX document."""
    header = document.get("Header") if isinstance(document, dict) else None
    raw = document.get("Parameterisation") if isinstance(document, dict) else None
    if not isinstance(header, dict) or "BPX" not in header or not isinstance(raw, dict):
        raise ParameterError(
            "is no BPX file: it has no `Header` with a `BPX` version, or no `Parameterisation`. A "
            "cell file of microbatt's own form ends in .toml."
        )
    missing = [f"`{name}`" for name in _SECTIONS if not isinstance(raw.get(name), dict)]
    if missing:
        model = str(header.get("Model", ""))
        raise ParameterError(
            f"has no section {', '.join(missing)}; a discharge needs {', '.join(_SECTIONS)}. A "
            f"file for the model {model!r} may lack them: take one for DFN."
        )
    return raw


def refuse_what_is_not_served(raw: Mapping[str, Any]) -> None:
    """Refuse electrodes of several materials, and hysteresis."""
    faults = Faults()
    for title in ELECTRODES.values():
        for key, what in _NOT_SERVED.items():
            if raw[title].get(key) is not None:
                faults.add(f"`{title}` has `{key}`: {what} is not served yet.")
    faults.refuse()


def check_degradation(state: Any, faults: Faults) -> None:  # noqa: ANN401 - a pydantic section
    """Refuse a state of health other than new: lithium or material that is lost."""
    aged = getattr(state, "degradation", None)
    lost = {} if aged is None else aged.model_dump(by_alias=True)
    for key, value in lost.items():
        if value != 0.0:
            faults.add(
                f"`State: Degradation` has `{key}` = {value}: an aged cell is not served. Give the "
                "stoichiometric windows and the active area of the aged cell, and 0 here."
            )


def _check_numbers(raw: Mapping[str, Any], faults: Faults) -> None:
    """Note what is no finite number, and what lies out of the range that a cell may have."""
    for section in _SECTIONS:
        for key, value in raw[section].items():
            is_number = isinstance(value, bool | int | float)
            named = "[" in key or key in _PLAIN
            if value is None or not (is_number or named):
                continue  # what is none of the standard's is for the schema to refuse
            if is_number or not _is_function(section, key):
                allowed, remedy = _allowed(section, key)
                place = f"{section}: {key}"
                with faults.noted(place):
                    check_number(place, value, allowed, remedy=remedy_of(remedy, value))


def _check_functions(raw: Mapping[str, Any], faults: Faults) -> None:
    """Note expressions and tables that cannot be read."""
    for section, keys in _FUNCTIONS.items():
        for key in keys & raw[section].keys():
            place, value = f"{section}: {key}", raw[section][key]
            with faults.noted(place):
                if isinstance(value, str):
                    _check_expression(place, value)
                elif isinstance(value, dict):
                    material_function(place, {"table": value}, lower=0.0, upper=1.0)


def _check_expression(key: str, text: str) -> None:
    try:
        parse_expression(text)
    except ParameterError as error:
        raise ParameterError(f"`{key}`: {error}") from error


def _check_raw_state(document: Mapping[str, Any], faults: Faults) -> None:
    """Note numbers of the start out of their ranges, in a document that the schema refuses."""
    state = document.get("State")
    sections = state.values() if isinstance(state, dict) else ()
    for section in sections:
        for key, value in section.items() if isinstance(section, dict) else ():
            if isinstance(value, int | float) and (key == _CHARGE or key in _ALLOWED):
                _check_of_state(key, value, faults)


def version_doubts(document: Any) -> tuple[str, ...]:  # noqa: ANN401 - JSON
    """Return that the version of the standard is not one that is known here, if so."""
    version = str(document["Header"]["BPX"])[:20]
    if version.partition(".")[0].strip() in _VERSIONS:
        return ()
    known = " and ".join(f"{one}.x" for one in _VERSIONS)
    doubt = (
        f"it is of version {version} of BPX, and versions {known} are known here: what is new "
        "there may be read in its old meaning. Compare the numbers."
    )
    return (doubt,)


def _allowed(section: str, key: str) -> tuple[Interval, str]:
    """Return where a number may lie, and what to do if it does not; as our records declare it."""
    part = _PARTS.get(section)
    own = None if part is None else _DECLARED.get(key)
    place = NUMBERS.get(f"{part}_{own}")
    if place is None:
        return _ALLOWED.get(key, FINITE), "Check its unit."
    return place.spec.allowed, place.spec.remedy


_PARTS: Final = {title: part for part, title in ELECTRODES.items()} | {"Separator": "separator"}
_DECLARED: Final = {
    "Thickness [m]": "thickness",
    "Porosity": "electrolyte_fraction",
    "Particle radius [m]": "particle_radius",
    "Maximum concentration [mol.m-3]": "max_concentration",
    "Minimum stoichiometry": "stoichiometry_full",
    "Maximum stoichiometry": "stoichiometry_full",
}
"""Numbers that become a cell's as they are → the key whose range they share."""


def check_state(state: Any, around: Any, faults: Faults) -> None:  # noqa: ANN401 - pydantic sections
    """Note numbers of the start, and of the surroundings, out of their ranges."""
    for section in (state, around):
        for name, field in type(section).model_fields.items() if section is not None else ():
            value = getattr(section, name)
            if isinstance(value, int | float):
                _check_of_state(str(field.alias), value, faults)


def _check_of_state(key: str, value: float, faults: Faults) -> None:
    allowed = FRACTION if key == _CHARGE else _ALLOWED.get(key, FINITE)
    remedy = remedy_of(USE_FRACTION, value) if key == _CHARGE else "Check its unit."
    with faults.noted(key):
        check_number(key, value, allowed, remedy=remedy)


def checked_document(document: Any, raw: dict[str, Any]) -> Any:  # noqa: ANN401 - JSON in, a pydantic model out
    """Check a document against the schema, with numbers in place of its functions."""
    check_unshadowed("bpx", "pydantic")
    import pydantic

    faults = Faults()
    _check_numbers(raw, faults)
    skeleton = {key: copy.deepcopy(document[key]) for key in ("Header", "State") if key in document}
    skeleton["Parameterisation"] = {
        section: {
            key: 1.0 if _is_function(section, key) and _is_text(value) else copy.deepcopy(value)
            for key, value in values.items()
        }
        for section, values in raw.items()
        if section != "User-defined" and isinstance(values, dict)
    }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pyparsing's, and of versions brought up to date
            import bpx

            checked = bpx.parse_bpx_obj(skeleton)
    except pydantic.ValidationError as error:
        version = str(document["Header"]["BPX"])[:20]
        for one in error.errors():
            steps = [str(step) for step in one["loc"] if step != "Parameterisation"]
            place = ": ".join(steps[:2])
            faults.add(f"`{place}` {_asked(one)}, by version {version} of BPX.", place)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        faults.add(f"is no BPX file of its version: {error}.")
    if faults.found:  # what would show only later is told with the rest
        _check_functions(raw, faults)
        _check_raw_state(document, faults)
    faults.refuse()
    return checked


def _asked(error: Mapping[str, Any]) -> str:
    """Say what the schema asks for, in our words where it says it of keys."""
    words = {"missing": "is missing", "extra_forbidden": "is not known there"}
    return words.get(error["type"], f"is refused ({error['msg']})")


def _is_function(section: str, key: str) -> bool:
    return key in _FUNCTIONS.get(section, ())


def _is_text(value: object) -> bool:
    """Whether a value is an expression or a table, and not a number."""
    return isinstance(value, str | dict)
