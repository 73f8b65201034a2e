"""Cells and their parts in a notebook: a table of their numbers, and a cell's layers to scale."""

from __future__ import annotations

from html import escape
from typing import Any, Final

from microbatt.cells.records import FitSpec, specs
from microbatt.quantities import pretty_units

_WIDTH: Final = 480
_HEIGHT: Final = 56
_COLOURS: Final = {
    "negative_collector": "#c08552",
    "negative": "#8d99a6",
    "separator": "#e6e2d3",
    "positive": "#5a7d9a",
    "positive_collector": "#b9bec4",
}
"""Of the layers, from left to right: copper, carbon, polymer, oxide, aluminium."""
_LAYERS: Final = ("negative", "separator", "positive")
_ROWS: Final = (
    ("thickness", "Thickness", 1e6, "µm"),
    ("porosity", "Porosity", 1.0, ""),
    ("active_fraction", "Active material", 1.0, ""),
    ("particle_radius", "Particle radius", 1e6, "µm"),
    ("max_concentration", "Largest concentration", 1e-3, "mol L⁻¹"),
    ("initial_stoichiometry", "Stoichiometry at rest", 1.0, ""),
    ("alpha", "alpha", 1.0, ""),
    ("S", "S", 1.0, ""),
)


def record_html(title: str, record: Any) -> str:  # noqa: ANN401 - any record of a cell
    """Return the declared fields of a record as a table.

    Parameters
    ----------
    title : str
        Above the table.
    record : Any
        One part of a cell.
    """
    rows = []
    for name, (_, spec) in specs(record).items():
        value = getattr(record, name)
        if isinstance(spec, FitSpec):
            if value is None:
                continue
            rows.append(_row(name, [escape(str(value.name))]))
        elif value is not None:
            unit = "" if spec.unit == "1" else f" {pretty_units(spec.unit)}"
            rows.append(_row(name, [f"{value:.6g}{unit}"]))
    return f"<table><caption><b>{escape(title)}</b></caption>{''.join(rows)}</table>"


def cell_html(cell: Any) -> str:  # noqa: ANN401 - a cell, whose module imports this one
    """Return a cell as its name, a picture of its layers, and a table of what tells them apart."""
    salt = cell.electrolyte
    notes = (
        f"{salt.initial_concentration:.6g} mol m⁻³ of salt, {salt.fit.description}",
        f"1 C = {cell.one_c_current:.6g} A m⁻²",
        f"{cell.open_circuit_voltage:.4g} V at rest",
        f"{cell.initial_temperature:.6g} K",
    )
    head = "".join(f"<th>{name}</th>" for name in ("", *_LAYERS))
    materials = [_material(getattr(cell, name)) for name in _LAYERS]
    rows = [_row("Material", materials)] + [
        _row(
            words,
            [_text(getattr(getattr(cell, layer), key, None), factor, unit) for layer in _LAYERS],
        )
        for key, words, factor, unit in _ROWS
    ]
    return (
        f"<b>{escape(cell.name)}</b><br>{escape(cell.description)}<br>{_sketch(cell)}"
        f"<table><tr>{head}</tr>{''.join(rows)}</table>{escape('; '.join(notes))}"
    )


def _material(layer: Any) -> str:  # noqa: ANN401 - an electrode or the separator
    fit = getattr(layer, "open_circuit", None)
    if fit is None:
        return "lithium metal" if hasattr(layer, "exchange_current_density") else ""
    return escape(fit.material)


def _text(value: float | None, factor: float, unit: str) -> str:
    return "" if value is None else f"{factor * value:.4g} {unit}".strip()


def _row(name: str, values: list[str]) -> str:
    return f"<tr><td>{name}</td>{''.join(f'<td>{value}</td>' for value in values)}</tr>"


def _sketch(cell: Any) -> str:  # noqa: ANN401 - a cell
    """Draw the layers to scale, a thin one at least two pixels wide."""
    known = {name: getattr(cell, name).thickness for name in _COLOURS}
    widths = {name: thickness for name, thickness in known.items() if thickness is not None}
    scale = (_WIDTH - 2.0 * len(widths)) / sum(widths.values())
    place, bars = 0.0, []
    for name, thickness in widths.items():
        width = 2.0 + scale * thickness
        words = escape(f"{name.replace('_', ' ')}, {1e6 * thickness:.4g} µm")
        bars.append(
            f'<rect x="{place:.1f}" width="{width:.1f}" height="{_HEIGHT}" '
            f'fill="{_COLOURS[name]}"><title>{words}</title></rect>'
        )
        place += width
    return (
        f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img" '
        f'aria-label="layers of the cell, to scale">{"".join(bars)}</svg>'
    )
