"""The pictures of a report as SVG text that stands inside an HTML page."""

from __future__ import annotations

import io
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from microbatt.plots import (
    draw_bounds,
    draw_corner,
    draw_fit,
    draw_fit_residuals,
    draw_run_fit,
    draw_trade_offs,
    residual_scale,
)
from microbatt.plots.style import current_colours

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xarray as xr
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

    from microbatt.inference import Estimate, FittedCurve

_STYLE: Final[dict[RcKeyType, str | float | bool]] = {
    "axes.linewidth": 0.7,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlesize": "medium",
    "font.family": "sans-serif",
    "font.size": 9.0,
    "svg.fonttype": "none",
    "svg.hashsalt": "microbatt",
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
}
_COLUMNS: Final = 3
_ID: Final = re.compile(r'(id="|url\(#|href="#)')


def fit_picture(estimate: Estimate) -> str:
    """Draw all measured curves beside their fit.

    Returns
    -------
    str
        An ``<svg>`` element.
    """
    with _styled() as new_figure:
        figure = new_figure(figsize=(7.4, 4.4), layout="constrained")
        draw_fit(figure.add_subplot(), estimate.curves, one_c_current=estimate.cell.one_c_current)
        return as_svg(figure, "fit", "Measured discharge curves as points and their fit as lines")


def residual_picture(estimate: Estimate) -> str:
    """Draw the residuals of every curve, a panel each."""
    curves = sorted(estimate.curves, key=lambda curve: curve.current)
    columns = min(_COLUMNS, len(curves))
    rows = -(-len(curves) // columns)
    with _styled() as new_figure:
        figure = new_figure(figsize=(2.47 * columns, 1.75 * rows), layout="constrained")
        _draw_residuals(figure, curves, rows, columns)
        return as_svg(figure, "residuals", "Measured less fitted voltage of each curve")


def run_picture(estimate: Estimate) -> str:
    """Draw measured runs beside their fit, one beneath the other."""
    count = len(estimate.runs)
    with _styled() as new_figure:
        figure = new_figure(figsize=(7.4, 3.6 * count), layout="constrained")
        heights = [2.0, 1.0] * count
        panels = figure.subplots(2 * count, 1, squeeze=False, height_ratios=heights)[:, 0]
        for i, run in enumerate(estimate.runs):
            draw_run_fit(list(panels[2 * i : 2 * i + 2]), run)
        return as_svg(figure, "runs", "Measured runs as points and their fit as lines")


def corner_picture(estimate: Estimate) -> str:
    """Draw the posterior: each parameter and each pair."""
    count = len(estimate.names)
    side = 1.55 * count + 0.9
    with _styled() as new_figure:
        figure = new_figure(figsize=(side, side), layout="constrained")
        panels = figure.subplots(count, count, squeeze=False)
        draw_corner(panels, estimate.draws, estimate.names, level=estimate.level)
        return as_svg(figure, "posterior", "Posterior of each parameter and of each pair")


def trade_off_picture(estimate: Estimate) -> str:
    """Draw what alpha and S trade off against."""
    with _styled() as new_figure:
        figure = new_figure(figsize=(6.2, 3.4), layout="constrained")
        draw_trade_offs(figure.add_subplot(), estimate.trade_offs)
        return as_svg(figure, "trade-offs", "Correlation of alpha and S with other numbers")


def map_picture(bounds: xr.Dataset, estimate: Estimate) -> str:
    """Draw what can be known over alpha and S, with the estimate on it."""
    with _styled() as new_figure:
        figure = new_figure(figsize=(9.6, 3.0), layout="constrained")
        panels = figure.subplots(1, 3, sharey=True)
        draw_bounds(panels, bounds, estimate=(estimate.alpha, estimate.S))
        for axes in panels[1:]:
            axes.set_ylabel("")
        return as_svg(figure, "map", "Smallest standard deviations over alpha and S")


def as_svg(figure: Figure, name: str, title: str) -> str:
    """Return a figure as an ``<svg>`` element that fills its place and has a title.

    Parameters
    ----------
    figure
        The figure.
    name
        Set before every identifier, so that several pictures can stand on a page.
    title
        For readers who hear the page.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    head, body = text.split(">", 1)
    box = re.search(r'viewBox="[^"]*"', head)
    shape = box[0] if box else ""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'{shape} role="img" aria-label="{title}">'
    )
    return svg + _ID.sub(rf"\g<1>{name}-", body)


def _draw_residuals(figure: Figure, curves: Sequence[FittedCurve], rows: int, columns: int) -> None:
    colours = current_colours(curve.current for curve in curves)
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    widest = max(map(residual_scale, curves))
    for number, (axes, curve) in enumerate(zip(panels.flat, curves, strict=False)):
        draw_fit_residuals(axes, curve, colour=colours[curve.current], widest=widest)
        axes.label_outer(remove_inner_ticks=False)
        axes.set_xticks([0.0, 0.5, 1.0])
        if number + columns >= len(curves):  # the lowest of its column, where the last row is short
            axes.set_xlabel("share of the capacity")
            axes.tick_params(labelbottom=True)
    for axes in panels.flat[len(curves) :]:
        axes.remove()


@contextmanager
def _styled() -> Iterator[type[Figure]]:
    """Give figures made inside the style of a report."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(_STYLE):
        yield Figure
