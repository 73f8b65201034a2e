"""Everything that is text around the figures: the cube, how far it is, the selected point."""

from __future__ import annotations

import sys
from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Final

import panel as pn

from microbatt.errors import as_html
from microbatt.explorer.appearance import AREAL, AREAL_UNIT, HIDDEN, STYLED
from microbatt.explorer.controls import button, expression_field
from microbatt.explorer.curve_figure import differing
from microbatt.explorer.legend import outcome_name, outcome_sentence
from microbatt.explorer.predictions import has_predictions
from microbatt.explorer.selection import expression
from microbatt.parameters import customary
from microbatt.plots.style import OUTCOME_COLOURS, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from microbatt.explorer.plane import Plane
    from microbatt.explorer.predictions import Prediction
    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource, Curve

_NONE: Final = "–"
_ONE_LINE: Final = 40
_TWO_LINES: Final = 58
"""Heights of the lines that name the points [px]."""


def description(source: CubeSource) -> str:
    """Return the name of the cube, its size and the terms it was made on."""
    attrs = source.opened.attrs
    terms = ("cell_name", "engine", "inventory", "thermal_mode")
    words = [str(attrs[name]) for name in terms if attrs.get(name)]
    name, title = (escape(str(attrs.get(key, ""))) for key in ("name", "title"))
    return (
        f'<div class="mb-title" title="{title}"><b>{name or "cube"}</b>'
        f"<span>{_size(source)}</span><span>{escape(', '.join(words))}</span></div>"
    )


def progress(source: CubeSource) -> str:
    """Return how many curves there are, with a bar while some are waiting to be run."""
    total = source.total
    done = total - source.waiting
    if done == total:
        return f'<div class="mb-progress"><span>{_thousands(total)} curves</span></div>'
    share = done / total
    return (
        f'<div class="mb-progress"><span>{_thousands(done)} of {_thousands(total)} curves run, '
        f'{100 * share:.0f} %</span><u><s style="width:{100 * share:.1f}%"></s></u></div>'
    )


def dashboard() -> str:
    """Return a link to the dashboard of this process's Dask client, or nothing.

    A client is looked for only if Dask's cluster part has been loaded by somebody.
    """
    distributed = sys.modules.get("distributed")
    if distributed is None:
        return ""
    try:
        link = distributed.default_client().dashboard_link
    except ValueError:
        return ""
    if not link:
        return ""
    return (
        f'<a class="mb-link" href="{escape(link, quote=True)}" target="_blank">Dask dashboard</a>'
    )


def _size(source: CubeSource) -> str:
    plane = source.plane
    unit = quantity("current").pretty_units
    currents = [f"{current:g}" for current in source.currents]
    if plane.is_grid:
        axes = {name: axis.size for name, axis in source.axes.items() if axis.size > 1}
        axes |= dict(zip(plane.names, plane.shape, strict=True))
        points = " × ".join(f"{size} {customary(name).short}" for name, size in axes.items())
    else:
        points = f"{_thousands(plane.shape[0])} scattered points"
    ends = currents[0] if len(currents) == 1 else f"{currents[0]} to {currents[-1]}"
    return f"{points} × {len(currents)} currents, {ends} {unit}"


def _thousands(count: int) -> str:
    return f"{count:,}".replace(",", " ")


_AREAL: Final = 3
"""Column of the table in which the capacity stands once more, as cell makers give it."""
_COLUMNS: Final = {
    "discharge_capacity": "Capacity",
    "energy": "Energy",
    "power": "Power",
}


def heading(
    plane: Plane, selection: Selection, prediction: Prediction | None, coinciding: str = ""
) -> str:
    """Return which points are shown: selected, pinned and predicted, each with its line's look.

    `coinciding` are words on the predicted curves that are not drawn.
    """
    parts = [_chip("selected", "Selected", _point(plane, selection.number))]
    if selection.pinned is not None:
        parts.append(_chip("pinned", "Pinned", _point(plane, selection.pinned)))
    if prediction is not None:
        parts.append(_prediction_chip(plane, selection, prediction, coinciding))
    return f'<div class="mb-chips">{"".join(parts)}</div>'


def caption(cube: str, plane: Plane, selection: Selection, prediction: Prediction | None) -> str:
    """Return in plain words, for a picture, which points are shown and how."""
    fixed = [
        f", {customary(name).short} {customary(name).text(at)}" for name, at in plane.fixed.items()
    ]
    words = [f"{cube}: {_point(plane, selection.number)}{''.join(fixed)}"]
    if selection.pinned is not None:
        words.append(f"dotted: {_point(plane, selection.pinned)}")
    if prediction is not None and prediction.nearest is not None:
        said = f"α {prediction.alpha:.3g}, S {prediction.S:.3g}"
        words.append(
            f"dashed: nearest to the predicted {said}, {_point(plane, prediction.nearest)}"
        )
    return "; ".join(words)


def table(curves: list[Curve], pinned: list[Curve] | None) -> str:
    """Return the numbers of a point, a row for each current; beside a pinned one, the change."""
    rows = [_row(curve, None if pinned is None else pinned[k]) for k, curve in enumerate(curves)]
    head = _head(pinned=pinned is not None)
    return (
        f'<div class="mb-scroll"><table class="mb-table"><thead>{head}</thead>'
        f"<tbody>{''.join(_coloured(rows, curves))}</tbody></table></div>{_remedies(curves)}"
    )


def _head(*, pinned: bool) -> str:
    units = {name: quantity(name).pretty_units for name in _COLUMNS}
    cells = [f"<th>Current<small>{quantity('current').pretty_units}</small></th>"]
    cells += ["<th>C-rate<small>h⁻¹</small></th>"]
    cells += [f"<th>{words}<small>{units[name]}</small></th>" for name, words in _COLUMNS.items()]
    cells.insert(_AREAL, f"<th>Capacity<small>{AREAL_UNIT}</small></th>")
    cells.append("<th>Kept<small>of lowest</small></th>")
    if pinned:
        cells.append("<th>Change<small>from pinned</small></th>")
    cells.append('<th class="mb-left">How it ends</th>')
    return f"<tr>{''.join(cells)}</tr>"


def _coloured(rows: list[str], curves: list[Curve]) -> list[str]:
    colours = current_colours(curve.current for curve in curves)
    return [
        f'<tr style="--mb-current:{colours[curve.current]}">{row}</tr>'
        for row, curve in zip(rows, curves, strict=True)
    ]


def _row(curve: Curve, pinned: Curve | None) -> str:
    cells = [f'<td class="mb-current">{curve.current:g}</td>', f"<td>{_number(curve.c_rate)}</td>"]
    cells += [f"<td>{_number(curve.scalars.get(name, float('nan')))}</td>" for name in _COLUMNS]
    areal = AREAL * curve.scalars.get("discharge_capacity", float("nan"))
    cells.insert(_AREAL, f"<td>{_number(areal)}</td>")
    cells.append(f"<td>{_percent(curve.kept)}</td>")
    if pinned is not None:
        cells.append(f"<td>{_change(curve, pinned)}</td>")
    colour = OUTCOME_COLOURS[curve.outcome]
    cells.append(
        f'<td class="mb-left" title="{_plain(curve.outcome.message)}">'
        f'<i class="mb-dot" style="background:{colour}"></i>{outcome_name(curve.outcome)}</td>'
    )
    return "".join(cells)


def _plain(message: str) -> str:
    """Return a message as the value of an attribute, which holds no elements."""
    return escape(message.replace("`", ""), quote=True)


def _remedies(curves: list[Curve]) -> str:
    """Return what happened to the curves that are not whole, once each."""
    failures = dict.fromkeys(curve.outcome for curve in curves if not curve.outcome.is_whole)
    return "".join(
        f'<p class="mb-reason">{as_html(outcome_sentence(outcome))}.</p>' for outcome in failures
    )


def _prediction_chip(
    plane: Plane, selection: Selection, prediction: Prediction, coinciding: str
) -> str:
    if prediction.nearest is None:
        return _chip("predicted", "Predicted", f"none: {as_html(prediction.status)}")
    words = (
        f"α {_with_spread(prediction.alpha, prediction.alpha_std)}, "
        f"S {_with_spread(prediction.S, prediction.S_std)}"
    )
    if prediction.nearest == selection.number:
        drawn = "nearest stored: the selected one"
    else:
        drawn = f"nearest stored {_point(plane, prediction.nearest)}{coinciding}"
    return _chip("predicted", "Predicted", words, drawn)


def _chip(kind: str, words: str, point: str, detail: str = "") -> str:
    more = f"<small>{detail}</small>" if detail else ""
    return f'<span class="mb-chip mb-{kind}"><i></i><em>{words}</em> <b>{point}</b>{more}</span>'


def _point(plane: Plane, number: int) -> str:
    across, up = plane.written
    numbers = {across: plane.x[number], up: plane.y[number]}
    return ", ".join(f"{axis.short} {axis.text(float(at))}" for axis, at in numbers.items())


def _with_spread(value: float, std: float) -> str:
    return f"{value:.3g} ± {std:.2g}" if isfinite(std) else f"{value:.3g}"


def _number(value: float) -> str:
    return f"{value:.4g}" if isfinite(value) else _NONE


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %" if isfinite(share) else _NONE


def _change(curve: Curve, pinned: Curve) -> str:
    here, there = (c.scalars.get("discharge_capacity", float("nan")) for c in (curve, pinned))
    if not (isfinite(here) and isfinite(there) and there > 0):
        return _NONE
    percent = round(100 * (here / there - 1), 1)
    return f"{percent:+.1f} %".replace("-", "−") if percent else "0.0 %"


class Captions:
    """The header, the selected point, its table and its expression.

    Parameters
    ----------
    source : CubeSource
        The cube.

    Attributes
    ----------
    height
        Of the lines that name the points [px], so that the figure below stands still.
    """

    def __init__(self, source: CubeSource) -> None:
        self._source = source
        self.description = text(description(source))
        self.description.styles = {"flex": "1 1 320px", "min-width": "0"}
        self.progress = text(progress(source))
        self.dashboard = text(dashboard())
        self.chips = text("", sizing_mode="stretch_width")
        self.table = text("", sizing_mode="stretch_width")
        self.expression = expression_field()
        self.caption = pn.widgets.TextInput(**HIDDEN)
        self.release = button("Release pinned")
        self.release.visible = False
        self.height = _TWO_LINES if has_predictions(source) else _ONE_LINE

    def show(
        self,
        selection: Selection,
        curves: list[Curve],
        pinned: list[Curve] | None,
        prediction: Prediction | None,
    ) -> None:
        """Tell of the selected point."""
        plane = self._source.plane
        self.chips.object = heading(
            plane, selection, prediction, self._coinciding(selection, prediction)
        )
        self.table.object = table(curves, pinned)
        self.expression.value = expression(self._source.opened, plane, selection.number)
        cube = str(self._source.opened.attrs.get("name", "cube"))
        self.caption.value = caption(cube, plane, selection, prediction)
        self.release.visible = pinned is not None

    def _coinciding(self, selection: Selection, prediction: Prediction | None) -> str:
        """Say how many of the predicted curves lie on the selected ones, and are not drawn."""
        if prediction is None or prediction.nearest in (None, selection.number):
            return ""
        apart = {c.current for c in differing(self._source, selection.number, prediction.nearest)}
        there = self._source.curves(prediction.nearest)
        hidden = sum(bool(c.capacity.size) and c.current not in apart for c in there)
        return f", {hidden} of {len(there)} curves coincide" if hidden else ""

    def show_progress(self) -> None:
        """Tell how far the cube is now."""
        self.progress.object = progress(self._source)
        self.dashboard.object = dashboard()


def text(words: str, *, above: int = 4, sizing_mode: str | None = None) -> pn.pane.HTML:
    """Return a pane of HTML in the explorer's style, so many pixels below what is above it."""
    return pn.pane.HTML(words, margin=(above, 10, 4, 10), sizing_mode=sizing_mode, **STYLED)
