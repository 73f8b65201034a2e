"""A posterior at a glance: every parameter, and every pair of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.errors import ParameterError
from microbatt.inference.forward import unknown_quantity
from microbatt.plots.style.colours import MEASUREMENT, TRUTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Panels = np.ndarray[Any, np.dtype[np.object_]]

SHARES: Final = (0.9, 0.5)
"""Of the draws, inside the two contours."""
_REACH: Final = (0.002, 0.998)
_BINS: Final = 40
_SMOOTH: Final = 1.2
_SPACE: Final = 0.12
_WIDE: Final = 10.0


def draw_corner(
    panels: Panels,
    draws: Array,
    names: Sequence[str],
    *,
    level: float = 0.9,
    truth: Sequence[float] | None = None,
) -> Panels:
    """Draw draws from a posterior: each parameter on the diagonal, each pair below it.

    Parameters
    ----------
    panels : numpy.ndarray of matplotlib.axes.Axes
        Axes, shape (p, p), as `Figure.subplots(p, p, squeeze=False)` makes them; those above the
        diagonal are removed.
    draws : numpy.ndarray of float
        Shape (n, p).
    names : sequence of str
        Names of p quantities.
    level : float, default 0.9
        Probability of the central interval that is shaded on the diagonal.
    truth : sequence of float, optional
        Where the truth lies, if it is known, shape (p,).

    Returns
    -------
    numpy.ndarray
        The same axes.

    Raises
    ------
    ParameterError
        If the number of axes, names and parameters differ.
    """
    count = len(names)
    if draws.ndim != 2 or draws.shape[1] != count or panels.shape != (count, count):
        raise ParameterError(
            f"there are {count} names, draws of the shape {draws.shape} and axes of the shape "
            f"{panels.shape}; give draws (n, {count}) and axes ({count}, {count})."
        )
    ranges = [_edges(column) for column in draws.T]
    for i in range(count):
        _draw_density(panels[i, i], draws[:, i], ranges[i], level)
        for j in range(count):
            if j < i:
                _draw_pair(panels[i, j], draws[:, j], draws[:, i], (ranges[j], ranges[i]))
            if j > i:
                panels[i, j].remove()
        if truth is not None:
            _mark(panels, i, truth)
    _label(panels, names, ranges, [_is_wide(column) for column in draws.T])
    if count > 1:
        _explain(panels[0, 0], level, known=truth is not None)
    return panels


def _draw_density(axes: Axes, values: Array, edges: Array, level: float) -> None:
    counts, _ = np.histogram(values, bins=edges)
    heights = counts / counts.max(initial=1)
    low, middle, high = np.quantile(values, [0.5 - level / 2, 0.5, 0.5 + level / 2])
    axes.axvspan(low, high, color=MEASUREMENT, alpha=0.12, linewidth=0)
    axes.stairs(heights, edges, color=MEASUREMENT, linewidth=1.2)
    axes.axvline(middle, color=MEASUREMENT, linewidth=1.2)
    axes.set_ylim(0.0, None)


def _draw_pair(axes: Axes, x: Array, y: Array, edges: tuple[Array, Array]) -> None:
    counts, x_edges, y_edges = np.histogram2d(x, y, bins=edges)
    density = _smoothed(counts)
    levels = [*density_levels(density, SHARES), density.max()]
    if np.all(np.diff(levels) > 0.0):
        centres = [_centres(edges) for edges in (x_edges, y_edges)]
        axes.contourf(*centres, density.T, levels=levels, colors=MEASUREMENT, alpha=0.3)
        axes.contourf(*centres, density.T, levels=levels[1:], colors=MEASUREMENT, alpha=0.35)
        axes.contour(*centres, density.T, levels=levels[:-1], colors=MEASUREMENT, linewidths=1.0)
    else:
        axes.plot(x, y, ",", color=MEASUREMENT, rasterized=True)


def density_levels(density: Array, shares: Sequence[float]) -> list[float]:
    """Return the densities above which given shares of the whole lie.

    Parameters
    ----------
    density : numpy.ndarray of float
        On cells of equal area, any shape.
    shares : sequence of float
        Decreasing.

    Returns
    -------
    list of float
        Increasing.

    Examples
    --------
    >>> density_levels(np.array([1.0, 2.0, 3.0, 4.0]), [0.9, 0.4])
    [2.0, 4.0]
    """
    ordered = np.sort(density, axis=None)[::-1]
    held = np.cumsum(ordered) / ordered.sum()
    return [float(ordered[np.searchsorted(held, share - 1e-12)]) for share in shares]


def _smoothed(counts: Array) -> Array:
    from scipy.ndimage import gaussian_filter

    smooth: Array = gaussian_filter(counts, _SMOOTH, mode="constant")
    return smooth


def _edges(values: Array) -> Array:
    """Edges of bins; of equal ratios where positive values lie over more than a decade."""
    low, high = np.quantile(values, _REACH)
    if _is_wide(values):
        space = _SPACE * np.log(high / low)
        return np.asarray(np.geomspace(low * np.exp(-space), high * np.exp(space), _BINS + 1))
    space = _SPACE * (high - low) or 1e-9 * max(1.0, abs(high))
    least = max(low - space, 0.0) if values.min() >= 0.0 else low - space
    return np.linspace(least, high + space, _BINS + 1)


def _is_wide(values: Array) -> bool:
    low, high = np.quantile(values, _REACH)
    return bool(values.min() > 0.0 and high > _WIDE * low)


def _centres(edges: Array) -> Array:
    ratios = edges[1:] / edges[:-1] if edges[0] > 0.0 else np.zeros(1)
    if edges[0] > 0.0 and np.allclose(ratios, ratios[0]):
        return np.asarray(np.sqrt(edges[1:] * edges[:-1]))
    return np.asarray((edges[1:] + edges[:-1]) / 2.0)


def _explain(axes: Axes, level: float, *, known: bool) -> None:
    """Say what lines and areas mean, where the panels above the diagonal were."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    outer, inner = SHARES
    handles: list[Line2D | Patch] = [
        Line2D([], [], color=MEASUREMENT, linewidth=1.2, label="median"),
        Patch(color=MEASUREMENT, alpha=0.12, label=f"{100 * level:g} % interval"),
        Patch(
            color=MEASUREMENT, alpha=0.5, label=f"contours: {100 * inner:g} % and {100 * outer:g} %"
        ),
    ]
    if known:
        handles.append(Line2D([], [], color=TRUTH, linestyle="--", linewidth=1.0, label="truth"))
    legend = axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(1.04, 1.02),
        frameon=False,
        fontsize="x-small",
        handlelength=1.4,
    )
    legend.set_in_layout(False)


def _mark(panels: Panels, i: int, truth: Sequence[float]) -> None:
    panels[i, i].axvline(truth[i], color=TRUTH, linestyle="--", linewidth=1.0)
    for j in range(i):
        panels[i, j].axvline(truth[j], color=TRUTH, linestyle="--", linewidth=0.8)
        panels[i, j].axhline(truth[i], color=TRUTH, linestyle="--", linewidth=0.8)


def _label(
    panels: Panels, names: Sequence[str], ranges: Sequence[Array], wide: Sequence[bool]
) -> None:
    last = len(names) - 1
    for i, name in enumerate(names):
        for j in range(i + 1):
            axes = panels[i, j]
            _scale(axes, "x", wide=wide[j])
            axes.set_xlim(ranges[j][0], ranges[j][-1])
            axes.tick_params(axis="x", which="both", labelrotation=30, labelbottom=i == last)
            if i == j:
                axes.set_yticks([])
                continue
            _scale(axes, "y", wide=wide[i])
            axes.set_ylim(ranges[i][0], ranges[i][-1])
            axes.tick_params(axis="y", which="both", labelleft=j == 0)
        panels[last, i].set_xlabel(_short(name))
        if i > 0:
            panels[i, 0].set_ylabel(_short(name))


def _scale(axes: Axes, which: str, *, wide: bool) -> None:
    """Give an axis few ticks; no power of ten aside, where labels stand."""
    from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

    axis: Axis = getattr(axes, f"{which}axis")
    if wide:
        axes.set(**{f"{which}scale": "log"})
        axis.set_major_locator(LogLocator(subs=(1.0,)))
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_major_locator(MaxNLocator(3))
    axis.set_major_formatter("{x:.7g}")


def _short(name: str) -> str:
    known = unknown_quantity(name)
    words = name.replace("_", " ")
    return words if known.units == "1" else f"{words}\n[{known.pretty_units}]"
