"""The set of figures that the published work shows, drawn from one cube."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matplotlib.figure import Figure

from microbatt.cube.contents import check_discharges
from microbatt.errors import ParameterError
from microbatt.plots.curves import current_handles, draw_sweep, spread
from microbatt.plots.identifiability import draw_bounds
from microbatt.plots.maps import draw_map, draw_outcomes
from microbatt.plots.pairs import PARAMETERS, pairs_of, predictions_in
from microbatt.plots.predictions import (
    draw_errors_by_range,
    draw_normal_quantiles,
    draw_parity,
    draw_residuals,
)
from microbatt.plots.ragone import draw_ragone
from microbatt.plots.resimulation import (
    CASES,
    OWN_CASE,
    Case,
    draw_expected_and_predicted,
    resimulate,
    voltage_difference,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import xarray as xr

_GRID = ("grid of alpha and S", ("alpha", "S", "current"))
_CURVES = ("curves", ("voltage",))
_BOUNDS = (
    "bounds on a grid, which `microbatt map CUBE` joins to it",
    ("alpha", "S", "alpha_bound", "S_bound", "bound_correlation"),
)
_PREDICTIONS = (
    "predictions, which `microbatt predict CUBE` joins to it",
    ("alpha_predicted", "S_predicted"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedFigure:
    """One figure: its name, what it shows, what the cube must hold, and how to draw it.

    Parameters
    ----------
    name : str
        Name of its file, without the suffix.
    title : str
        What it shows, in words.
    draw : callable
        Cube → figure.
    needs : tuple of tuple of (str, tuple of str)
        Pairs of words and names; each name is a dimension or a variable of the cube.
    """

    name: str
    title: str
    draw: Callable[[xr.Dataset], Figure]
    needs: tuple[tuple[str, tuple[str, ...]], ...]

    def lacks(self, cube: xr.Dataset) -> str:
        """Return in words what the cube lacks for this figure; empty if nothing."""
        for words, names in self.needs:
            if not all(name in cube.dims or name in cube.data_vars for name in names):
                return f"the cube has no {words}"
        return ""


def _sweep(cube: xr.Dataset) -> Figure:
    rows, columns = min(3, cube.sizes["S"]), min(4, cube.sizes["alpha"])
    figure = Figure(figsize=(2.8 * columns + 1.0, 2.2 * rows + 0.6), layout="constrained")
    draw_sweep(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False), cube)
    return figure


def _ragone(cube: xr.Dataset) -> Figure:
    figure = Figure(figsize=(9.6, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    draw_ragone(left, cube)
    few = {"alpha": spread(cube["alpha"].to_numpy(), 3), "S": spread(cube["S"].to_numpy(), 2)}
    draw_ragone(right, cube.sel(few))
    right.label_outer()
    return figure


def _maps(cube: xr.Dataset) -> Figure:
    return _by_current(
        cube,
        lambda axes, part: draw_map(axes, part["discharge_capacity"], status=part["status"]),
    )


def _outcomes(cube: xr.Dataset) -> Figure:
    return _by_current(cube, lambda axes, part: draw_outcomes(axes, part["status"]))


def _by_current(cube: xr.Dataset, draw: Callable[..., object]) -> Figure:
    currents = spread(cube["current"].to_numpy(), 6)
    columns = min(3, currents.size)
    rows = -(-currents.size // columns)
    figure = Figure(figsize=(4.4 * columns, 3.9 * rows), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axes in panels.ravel()[currents.size :]:
        axes.remove()
    for axes, current in zip(panels.ravel(), currents, strict=False):
        draw(axes, cube[["discharge_capacity", "status"]].sel(current=current).load())
        axes.text(0.03, 0.95, f"{current:g} A m⁻²", transform=axes.transAxes, bbox=_BOX, va="top")
        axes.label_outer()
    return figure


_BOX: Final = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 2.0}


def _parity(cube: xr.Dataset) -> Figure:
    networks = predictions_in(cube)
    figure = Figure(figsize=(8.4, 4.0 * len(networks)), layout="constrained")
    panels = figure.subplots(len(networks), 2, squeeze=False)
    for row, (name, rows) in zip(panels, networks.items(), strict=True):
        for axes, parameter in zip(row, PARAMETERS, strict=True):
            draw_parity(axes, pairs_of(rows, parameter)).set_title(name, fontsize="medium")
    return figure


def _residuals(cube: xr.Dataset) -> Figure:
    networks = predictions_in(cube)
    figure = Figure(figsize=(10.5, 7.6 * len(networks)), layout="constrained")
    panels = figure.subplots(2 * len(networks), 2, squeeze=False)
    pairs = [
        (name, pairs_of(rows, parameter))
        for name, rows in networks.items()
        for parameter in PARAMETERS
    ]
    for (left, right), (name, both) in zip(panels, pairs, strict=True):
        draw_residuals(left, both).set_title(name, fontsize="medium")
        draw_normal_quantiles(right, both)
    return figure


def _errors_by_range(cube: xr.Dataset) -> Figure:
    networks = predictions_in(cube)
    figure = Figure(figsize=(9.6, 4.0), layout="constrained")
    for axes, parameter in zip(figure.subplots(1, 2), PARAMETERS, strict=True):
        draw_errors_by_range(
            axes, {name: pairs_of(rows, parameter) for name, rows in networks.items()}
        )
    return figure


def _identifiability(cube: xr.Dataset) -> Figure:
    figure = Figure(figsize=(13.2, 3.8), layout="constrained")
    draw_bounds(list(figure.subplots(1, 3)), cube[["alpha_bound", "S_bound", "bound_correlation"]])
    return figure


def _resimulated(cube: xr.Dataset) -> Figure:
    name, predictions = next(iter(predictions_in(cube).items()))
    figure = Figure(figsize=(11.0, 7.0), layout="constrained")
    panels = figure.subplots(2, 3, sharey=True)
    cases = resimulate(cube, predictions, CASES)
    for axes, near, case in zip(panels.flat, CASES, cases, strict=True):
        draw_expected_and_predicted(axes, case.expected, case.simulated)
        whose = "our choice" if near == OWN_CASE else "published pair"
        title = f"{whose} ({near.alpha:g}, {near.S:g})\n{_case_title(case)}"
        axes.set_title(title, fontsize="medium")
    figure.legend(
        *current_handles(curve.current for case in cases for curve in case.expected),
        loc="outside right upper",
        frameon=False,
    )
    figure.suptitle(f"True (alpha, S) → predicted by {name}, and the curves of both")
    return figure


def _case_title(case: Case) -> str:
    pairs = zip(case.expected, case.simulated, strict=True)
    differences = [voltage_difference(truth, guess) for truth, guess in pairs]
    points = "({:.3g}, {:.3g}) → ({:.3g}, {:.3g})".format(*case.truth, *case.predicted)
    return f"{points}; " + (f"worst rms {max(differences):.2%}" if differences else "no curves")


FIGURES: Final = (
    PublishedFigure(
        name="curves",
        title="discharge curves across alpha and S",
        draw=_sweep,
        needs=(_GRID, _CURVES),
    ),
    PublishedFigure(name="ragone", title="energy against power", draw=_ragone, needs=(_GRID,)),
    PublishedFigure(
        name="capacity", title="capacity over alpha and S, by current", draw=_maps, needs=(_GRID,)
    ),
    PublishedFigure(
        name="outcomes", title="how the curves ended, by current", draw=_outcomes, needs=(_GRID,)
    ),
    PublishedFigure(
        name="parity", title="truth against prediction", draw=_parity, needs=(_PREDICTIONS,)
    ),
    PublishedFigure(
        name="residuals",
        title="residuals with their density and quantiles",
        draw=_residuals,
        needs=(_PREDICTIONS,),
    ),
    PublishedFigure(
        name="errors_by_range",
        title="relative errors by range of alpha and S",
        draw=_errors_by_range,
        needs=(_PREDICTIONS,),
    ),
    PublishedFigure(
        name="resimulated",
        title="voltage curves, expected and predicted",
        draw=_resimulated,
        needs=(_PREDICTIONS, _CURVES),
    ),
    PublishedFigure(
        name="identifiability",
        title="what curves can tell of alpha and S at all",
        draw=_identifiability,
        needs=(_BOUNDS,),
    ),
)
"""In the order in which a paper would show them; the last one the published work has not."""


def drawable(cube: xr.Dataset) -> dict[str, str]:
    """Return what the cube lacks for each figure, by name; empty words where nothing is missing.

    Parameters
    ----------
    cube : xarray.Dataset
        Whatever it holds.

    Returns
    -------
    dict of str to str
        Name of the figure → what is missing.

    Raises
    ------
    ParameterError
        If the cube suffices for no figure at all.
    """
    check_discharges(cube, "a figure of the published work")
    lacking = {figure.name: figure.lacks(cube) for figure in FIGURES}
    if all(lacking.values()):
        raise ParameterError(
            f"no figure can be drawn of this cube: {'; '.join(dict.fromkeys(lacking.values()))}."
        )
    return lacking
