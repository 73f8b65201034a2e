"""The words on a map: its title, and what the pointer tells of a cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bokeh.models import CustomJSHover

    from microbatt.explorer.map_elements import Picture
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
    value = "" if variable.name == "status" else "<b>@{shown}{custom}</b><br>"
    return (
        '<div style="max-width:260px;font:12px/1.45 Inter,Helvetica,Arial,sans-serif;'
        'color:#1f2933"><span style="color:#616e7c">α @at_alpha{0.[000]}, S @at_S{0.[000]}</span>'
        f"<br>{value}@{{reason}}{{custom}}</div>"
    )


def hover_formatters(picture: Picture) -> dict[str, CustomJSHover]:
    """Return what writes values and reasons: four digits and the unit, or the words of a code.

    Infinity stands for no value. They serve one figure.
    """
    from bokeh.models import CustomJSHover

    variable, reasons = picture.variable, picture.cells.reasons
    units = "" if variable.units == "1" else f" {variable.units}"
    value = CustomJSHover(
        args={"words": _listed(variable.flags), "units": units},
        code="""
        if (!Number.isFinite(value)) return "no value"
        return words[value] ?? `${Number(value.toPrecision(4))}${units}`
        """,
    )
    reason = CustomJSHover(
        args={"words": _listed({code + 1: reason.sentence for code, reason in reasons.items()})},
        code="return words[value + 1] ?? `code ${value}`",
    )
    return {"@{shown}": value, "@{reason}": reason}


def with_share(words: str, count: int, of: int) -> str:
    """Return words and a share in percent, with room to the next column of a legend."""
    percent = 100 * count / of
    return f"{words} {percent:.0f} %\u2003" if percent >= 10 else f"{words} {percent:.2g} %\u2003"


def _listed(words: Mapping[int, str]) -> list[str | None]:
    """Return words at the places of their codes."""
    return [words.get(code) for code in range(max(words, default=-1) + 1)]
