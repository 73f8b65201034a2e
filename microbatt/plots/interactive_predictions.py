"""Predictions against truth on a screen: parity, residuals, errors by range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.plots.predictions import agreement, mean_errors, normal_quantiles
from microbatt.plots.style.colours import PREDICTION, TRUTH, named_colours
from microbatt.plots.style.labels import PANEL, PLAIN, POINTED, ROOM, SIZE, worded
from microbatt.scoring import RANGES, edges_that_hold, range_names, relative_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    import holoviews as hv

    from microbatt.plots.pairs import Pairs

_POINT: Final = 4
_THIN: Final = {"line_width": 1, "color": TRUTH}
_BINS: Final = 40


def parity(pairs: Pairs) -> hv.Overlay:
    """Show predicted against true values of one parameter, and the line on which both agree.

    Returns
    -------
    holoviews.Overlay
        The line, then the points; the pointer tells each one's values and relative error.
    """
    import holoviews as hv

    ends = float(pairs.truth.min()), float(pairs.truth.max())
    axes = [_true(pairs), _predicted(pairs)]
    points = hv.Points(_table(pairs), axes, _error()).opts(
        color=PREDICTION, size=_POINT, **SIZE, **POINTED, **ROOM
    )
    both = hv.Curve((ends, ends), *axes).opts(**_THIN) * points
    return both.opts(title=", ".join(agreement(pairs)))


def residuals(pairs: Pairs) -> hv.Layout:
    """Show prediction less truth in three panels: against the truth, its density, its quantiles.

    Returns
    -------
    holoviews.Layout
        Residuals that are normal lie on the line of the last panel, whose slope is their
        standard deviation.
    """
    return (_against_truth(pairs) + _density(pairs) + _against_normal(pairs)).cols(3)


def errors_by_range(networks: Mapping[str, Pairs]) -> hv.Overlay:
    """Show the mean relative error L_s by range of the true value, a row of points a network.

    Parameters
    ----------
    networks : mapping of str to Pairs
        Name → truth beside prediction of one parameter, the same for all.

    Returns
    -------
    holoviews.Overlay
        Points rather than bars, since the axis of the error is logarithmic and has no zero.
    """
    import holoviews as hv

    parameter = next(iter(networks.values())).parameter
    truth = np.concatenate([pairs.truth for pairs in networks.values()])
    edges = edges_that_hold(RANGES[parameter], truth)
    names = range_names(edges)
    axes = [
        worded("range", f"range of true {parameter}"),
        worded("mean_relative_error", f"mean relative error of {parameter}, L_s [%]"),
    ]
    rows = [
        hv.Scatter((names, mean_errors(networks[name], edges)), *axes, label=name).opts(
            color=colour, size=9, **POINTED
        )
        for name, colour in named_colours(networks).items()
    ]
    return hv.Overlay(rows).opts(
        hv.opts.Scatter(logy=True, yformatter=PLAIN, xrotation=30, **SIZE, **ROOM),
        hv.opts.Overlay(legend_position="right", title="Error by range"),
    )


def _against_truth(pairs: Pairs) -> hv.Overlay:
    import holoviews as hv

    axes = [_true(pairs), _residual(pairs)]
    told = [_predicted(pairs), _error()]
    points = hv.Points(_table(pairs), axes, told).opts(
        color=PREDICTION, size=_POINT, **PANEL, **POINTED, **ROOM
    )
    ends = float(pairs.truth.min()), float(pairs.truth.max())
    both = hv.Curve((ends, (0.0, 0.0)), *axes).opts(**_THIN) * points
    return both.opts(title="Residuals")


def _density(pairs: Pairs) -> hv.Histogram:
    import holoviews as hv

    density, edges = np.histogram(pairs.residual, bins=_BINS, density=True)
    words = worded("density", "density")
    return hv.Histogram((edges, density), kdims=[_residual(pairs)], vdims=[words]).opts(
        color=PREDICTION, line_width=0, xticks=4, title="Their density", **PANEL, **POINTED
    )


def _against_normal(pairs: Pairs) -> hv.Overlay:
    import holoviews as hv

    residual = np.sort(pairs.residual)
    normal = normal_quantiles(residual.size)
    line = float(residual.mean()) + float(residual.std()) * normal
    axes = [
        worded("normal", "normal quantile [standard deviations]"),
        worded("sorted", f"sorted predicted less true {pairs.parameter}"),
    ]
    points = hv.Points((normal, residual), axes).opts(
        color=PREDICTION, size=_POINT, **PANEL, **POINTED, **ROOM
    )
    both = hv.Curve((normal, line), *axes).opts(**_THIN) * points
    return both.opts(title="Against a normal distribution")


def _table(pairs: Pairs) -> dict[str, np.ndarray]:
    return {
        "true": pairs.truth,
        "predicted": pairs.predicted,
        "residual": pairs.residual,
        "error": relative_error(pairs.truth, pairs.predicted),
    }


def _true(pairs: Pairs) -> hv.Dimension:
    return worded("true", f"true {pairs.parameter}")


def _residual(pairs: Pairs) -> hv.Dimension:
    return worded("residual", f"predicted less true {pairs.parameter}")


def _predicted(pairs: Pairs) -> hv.Dimension:
    return worded("predicted", f"predicted {pairs.parameter}")


def _error() -> hv.Dimension:
    return worded("error", "relative error [%]")
