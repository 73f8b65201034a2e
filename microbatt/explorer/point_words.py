"""The selected point in words and numbers, as HTML: which it is, and a row for each current."""

from __future__ import annotations

from html import escape
from math import isfinite
from typing import TYPE_CHECKING, Final

from microbatt.explorer.reasons import ending_reason, ending_words
from microbatt.plots import OUTCOME_COLOURS, current_colours
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from microbatt.explorer.plane import Plane
    from microbatt.explorer.points import Curve, Prediction
    from microbatt.explorer.selection import Selection

_NONE: Final = "–"
_COLUMNS: Final = {
    "discharge_capacity": "Capacity",
    "energy": "Energy",
    "power": "Power",
}


def heading(plane: Plane, selection: Selection, prediction: Prediction | None) -> str:
    """Return which points are shown: selected, pinned and predicted, each with its line's look."""
    parts = [_chip("selected", "Selected", _point(plane, selection.number))]
    if selection.pinned is not None:
        parts.append(_chip("pinned", "Pinned", _point(plane, selection.pinned)))
    if prediction is not None:
        parts.append(_prediction_chip(plane, selection, prediction))
    return f'<div class="mb-chips">{"".join(parts)}</div>'


def caption(cube: str, plane: Plane, selection: Selection, prediction: Prediction | None) -> str:
    """Return in plain words, for a picture, which points are shown and how."""
    words = [f"{cube}: {_point(plane, selection.number)}"]
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
    cells.append(f"<td>{_percent(curve.kept)}</td>")
    if pinned is not None:
        cells.append(f"<td>{_change(curve, pinned)}</td>")
    colour = OUTCOME_COLOURS[curve.outcome]
    cells.append(
        f'<td class="mb-left" title="{escape(curve.outcome.message, quote=True)}">'
        f'<i class="mb-dot" style="background:{colour}"></i>{ending_words(curve.outcome)}</td>'
    )
    return "".join(cells)


def _remedies(curves: list[Curve]) -> str:
    """Return what happened to the curves that are not whole, once each."""
    reasons = dict.fromkeys(curve.outcome for curve in curves if not curve.outcome.is_whole)
    return "".join(
        f'<p class="mb-reason">{escape(ending_reason(outcome))}.</p>' for outcome in reasons
    )


def _prediction_chip(plane: Plane, selection: Selection, prediction: Prediction) -> str:
    if prediction.nearest is None:
        return _chip("predicted", "Predicted", f"none: {escape(prediction.status)}")
    words = (
        f"α {_with_spread(prediction.alpha, prediction.alpha_std)}, "
        f"S {_with_spread(prediction.S, prediction.S_std)}"
    )
    if prediction.nearest == selection.number:
        drawn = "nearest stored: the selected one"
    else:
        drawn = f"nearest stored {_point(plane, prediction.nearest)}"
    return _chip("predicted", "Predicted", words, drawn)


def _chip(kind: str, words: str, point: str, detail: str = "") -> str:
    more = f"<small>{detail}</small>" if detail else ""
    return f'<span class="mb-chip mb-{kind}"><i></i><em>{words}</em> <b>{point}</b>{more}</span>'


def _point(plane: Plane, number: int) -> str:
    return f"α {plane.alpha[number]:.4g}, S {plane.S[number]:.4g}"


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
