"""Draw the pictures of guide/identifiability.md into docs/images.

Run it with: python docs/draw_identifiability.py
"""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from microbatt.inference.forward import native_request, sensitivities_at_depth, simulate_displaced
from microbatt.inference.identifiability import bound_map, propose_currents, region_points
from microbatt.plots import draw_bounds, draw_candidates, draw_choices
from microbatt.plots.style import current_colours

IMAGES = Path(__file__).parent / "images"
CELL = "doyle-1996-cell-1"
CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
REAL = ("contact_resistance", "voltage_offset")


def bound_maps() -> Figure:
    """Draw what six curves can tell over alpha and S, for both balances."""
    figure = Figure(figsize=(11.5, 7.0), layout="constrained")
    alpha, S = np.linspace(0.0, 10.0, 21), np.geomspace(1.0, 40.0, 16)
    for rows, inventory in zip(figure.subfigures(2, 1), ("area-only", "conserving"), strict=True):
        bounds = bound_map(
            native_request(CELL, inventory=inventory), alpha, S, CURRENTS, free=REAL
        ).compute()
        rows.suptitle(inventory, fontweight="bold")
        draw_bounds(rows.subplots(1, 3, sharey=True), bounds)
    return figure


def responses() -> Figure:
    """Draw how curves answer to alpha and to S."""
    depth = np.linspace(0.0, 0.985, 150)
    found = sensitivities_at_depth(
        simulate_displaced(native_request(CELL), [(2.3, 3.0)], CURRENTS), depth
    )
    figure = Figure(figsize=(10.0, 3.8), layout="constrained")
    panels = figure.subplots(1, 2)
    for axes, column, change, words in zip(
        panels, (0, 1), (0.1, 0.03), ("alpha is 0.1 larger", "S is 1 % larger"), strict=True
    ):
        _answer(axes, depth, 1e3 * change * found.voltage_derivative[0, :, :, column])
        axes.set_title(words)
        axes.set_ylabel("change of the voltage [mV]")
    panels[0].set_ylim(-7.0, 0.5)
    panels[1].set_ylim(-0.5, 4.5)
    panels[1].legend(frameon=False, loc="upper left", ncols=2)
    return figure


def _answer(axes: Axes, depth: np.ndarray, changes: np.ndarray) -> None:
    colours = current_colours(CURRENTS)
    for current, change in zip(CURRENTS, changes, strict=True):
        axes.plot(depth, change, color=colours[current], label=f"{current:g} A m⁻²")
    axes.axhline(0.0, color="black", linewidth=0.6)
    axes.set_xlabel("share of the capacity")


def proposal() -> Figure:
    """Draw what candidate currents tell and what further curves buy."""
    found = propose_currents(
        native_request(CELL), region_points([1.0, 4.0], [1.0, 10.0]), max_curves=4, free=REAL
    )
    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_candidates(left, found)
    draw_choices(right, found)
    return figure


def main() -> None:
    """Draw each picture and save it."""
    for draw in (responses, proposal, bound_maps):
        draw().savefig(IMAGES / f"identifiability_{draw.__name__}.png", dpi=110)


if __name__ == "__main__":
    main()
