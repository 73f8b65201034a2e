"""Draw the pictures of the README and the documentation into docs/images.

Run it with: python docs/draw_images.py
"""

from pathlib import Path

from matplotlib.figure import Figure

import microbatt
from microbatt.plots.curves import draw_discharges

IMAGES = Path(__file__).parent / "images"
CELL = "doyle-1996-cell-1"
CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
MICROSTRUCTURES = ((0.5, 11.0), (4.0, 11.0), (8.0, 11.0), (0.5, 1.0), (4.0, 1.0), (8.0, 1.0))


def discharge_curves() -> Figure:
    """Draw six currents for each of six microstructures."""
    figure = Figure(figsize=(9.0, 5.4), layout="constrained")
    panels = figure.subplots(2, 3, sharex=True, sharey=True)
    for axes, (alpha, S) in zip(panels.flat, MICROSTRUCTURES, strict=True):
        draw_discharges(
            axes, [microbatt.simulate_discharge(CELL, alpha, S, current) for current in CURRENTS]
        )
        axes.set(title=f"alpha = {alpha:g}, S = {S:g}", ylim=(2.0, 4.4))
        axes.label_outer()
        axes.get_legend().set_visible(False)
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside right", frameon=False)
    return figure


def main() -> None:
    """Draw every picture."""
    IMAGES.mkdir(exist_ok=True)
    discharge_curves().savefig(IMAGES / "discharge_curves.png", dpi=120)


if __name__ == "__main__":
    main()
