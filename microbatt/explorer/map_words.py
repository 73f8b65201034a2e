"""The words on a map: its title, and what the pointer tells of a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bokeh.models import CustomJSHover

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.explorer.reasons import Reason
    from microbatt.explorer.variables import MapVariable


def title(variable: MapVariable, at: str, stride: int) -> str:
    """Return the title of a map.

    Parameters
    ----------
    variable
        What it shows.
    at
        Words on the current.
    stride
        Of the points drawn; more than one is said.
    """
    words = f"{variable.label}, {at}" if variable.per_current and at else variable.label
    return words if stride == 1 else f"{words} (one point in {stride} along each axis)"


def tooltip(variable: MapVariable) -> str:
    """Return what the pointer tells of a cell, in HTML with Bokeh's column references."""
    value = "" if variable.name == "status" else "<b>@shown{custom}</b><br>"
    return (
        '<div style="max-width:260px;font:12px/1.45 Inter,Helvetica,Arial,sans-serif;'
        'color:#1f2933"><span style="color:#616e7c">α @alpha{0.[000]}, S @S{0.[000]}</span><br>'
        f"{value}@reason{{custom}}</div>"
    )


def value_formatter() -> CustomJSHover:
    """Return a formatter of values: four digits and the unit, or the word of a code.

    Infinity stands for no value.
    """
    return CustomJSHover(
        args={"words": [], "units": ""},
        code="""
        if (!Number.isFinite(value)) return "no value"
        return words[value] ?? `${Number(value.toPrecision(4))}${units}`
        """,
    )


def value_words(variable: MapVariable) -> dict[str, Any]:
    """Return the arguments of `value_formatter` for a variable."""
    units = "" if variable.units == "1" else f" {variable.units}"
    return {"words": _listed(variable.flags), "units": units}


def reason_formatter() -> CustomJSHover:
    """Return a formatter of the codes of reasons."""
    return CustomJSHover(args={"words": []}, code="return words[value + 1] ?? `code ${value}`")


def reason_words(reasons: Mapping[int, Reason]) -> dict[str, Any]:
    """Return the arguments of `reason_formatter`."""
    return {"words": _listed({code + 1: reason.sentence for code, reason in reasons.items()})}


def _listed(words: Mapping[int, str]) -> list[str | None]:
    """Return words at the places of their codes."""
    return [words.get(code) for code in range(max(words, default=-1) + 1)]
