"""Draw the pictures of the README and the documentation into docs/images.

Run it with: python docs/draw_images.py [NAME OF A PICTURE OR AN EXAMPLE ...]
Those of the examples are what the examples save; they are run in a folder of their own.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Circle, FancyArrowPatch, Rectangle
from PIL import Image

import microbatt
from microbatt.plots import draw_discharges, draw_simulation
from microbatt.plots.style import PALETTE

DOCS = Path(__file__).parent
IMAGES = DOCS / "images"
CELL = "doyle-1996-cell-1"
CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
MICROSTRUCTURES = ((0.5, 11.0), (4.0, 11.0), (8.0, 11.0), (0.5, 1.0), (4.0, 1.0), (8.0, 1.0))
BLUE, AMBER, GREEN, PINK, RED, SKY = PALETTE
GREY = "#666666"
WIDTH = 1200
"""Widest picture of an example [pixels]."""


def discharge_curves() -> Figure:
    """Draw six currents for each of six microstructures."""
    figure = Figure(figsize=(9.0, 5.4), layout="constrained")
    panels = figure.subplots(2, 3, sharex=True, sharey=True)
    for axes, (alpha, S) in zip(panels.flat, MICROSTRUCTURES, strict=True):
        points = [(alpha, S, current) for current in CURRENTS]
        batch = microbatt.simulate_discharges(CELL, points, inventory="area-only")
        draw_discharges(axes, list(batch))
        axes.set(title=f"alpha = {alpha:g}, S = {S:g}", ylim=(2.0, 4.4))
        axes.label_outer()
        axes.get_legend().set_visible(False)
    figure.legend(*panels.flat[0].get_legend_handles_labels(), loc="outside right", frameon=False)
    return figure


def protocol() -> Figure:
    """Draw two cycles of a cell: voltage against time, and the current under it."""
    cycle = ("Discharge at 1C until 3 V", "Rest for 1 hour", "Charge at C/2 until 4.1 V",
             "Hold at 4.1 V until C/20")  # fmt: skip
    simulation = microbatt.simulate("lco-graphite", [cycle] * 2)
    figure = Figure(figsize=(8.0, 4.2), layout="constrained")
    axes = figure.subplots(2, sharex=True, gridspec_kw={"height_ratios": (2, 1)})
    draw_simulation(list(axes), simulation.to_dataset())
    return figure


def maps() -> Figure:
    """Draw a map of capacity beside one of outcomes."""
    plot = microbatt.open_dataset("published-sweep", chunks=None).microbatt.plot
    figure = Figure(figsize=(10.6, 4.4), layout="constrained")
    left, right = figure.subplots(1, 2)
    plot.map("discharge_capacity", current=70, axes=left)
    plot.outcomes(current=8.75, axes=right)
    return figure


def cell_sketch() -> Figure:
    """Draw the layers of a cell, to scale across, and what moves where in discharge."""
    cell = microbatt.load_cell(CELL)
    figure = Figure(figsize=(7.6, 3.1), layout="constrained")
    axes = figure.add_subplot()
    place = 0.0
    random = np.random.default_rng(7)
    layers = (("negative electrode", cell.negative, AMBER), ("separator", cell.separator, None),
              ("positive electrode", cell.positive, BLUE))  # fmt: skip
    for name, layer, colour in layers:
        width = layer.thickness * 1e6
        axes.add_patch(Rectangle((place, 0), width, 100, facecolor="#eaf4fb", edgecolor="none"))
        if colour is not None:
            _particles(axes, place, width, layer.particle_radius * 1e6, colour, random)
        axes.text(place + width / 2, 108, f"{name}\n{width:g} µm", ha="center", fontsize=9)
        place += width
    for left in (-10.0, place):
        axes.add_patch(Rectangle((left, 0), 10, 100, facecolor="#b0b0b0", edgecolor="none"))
    _arrow(axes, (70, 50), (215, 50), "lithium ions, in the electrolyte of the pores", -14)
    _arrow(axes, (-5, -14), (place + 5, -14), "electrons, through what the cell drives", -12)
    axes.set(xlim=(-14, place + 14), ylim=(-34, 132), aspect="equal")
    axes.axis("off")
    return figure


def _particles(
    axes: Axes, left: float, width: float, radius: float, colour: str, random: np.random.Generator
) -> None:
    """Fill a layer with particles that do not overlap."""
    centres: list[np.ndarray] = []
    for _ in range(4000):
        centre = random.uniform((left + radius, radius), (left + width - radius, 100 - radius))
        if all(np.hypot(*(centre - other)) > 2.02 * radius for other in centres):
            centres.append(centre)
            axes.add_patch(Circle(tuple(centre), radius, facecolor=colour, alpha=0.85))


def _arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], words: str, below: float
) -> None:
    style = {"arrowstyle": "-|>", "mutation_scale": 14, "color": "#222222", "linewidth": 1.4}
    axes.add_patch(FancyArrowPatch(start, end, **style))
    middle = (start[0] + end[0]) / 2
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1.5}
    axes.text(middle, start[1] + below, words, ha="center", va="center", fontsize=9, bbox=box)


def two_balances() -> Figure:
    """Draw what each lithium balance takes from a particle, and the capacity that follows."""
    figure = Figure(figsize=(10.4, 3.6), layout="constrained")
    area_only, conserving, result = figure.subplots(1, 3, width_ratios=(1, 1, 1.25))
    _particle(
        area_only,
        AMBER,
        "area-only",
        "three times a sphere's area reacts,\nonly what crosses one sphere counts",
    )
    _particle(
        conserving,
        BLUE,
        "conserving",
        "three times a sphere's area reacts,\nand the particle gains all of it",
    )
    shapes = np.geomspace(0.5, 40, 60)
    for inventory, colour in (("area-only", AMBER), ("conserving", BLUE)):
        batch = microbatt.simulate_discharges(
            CELL, [(2.3, S, 1.75) for S in shapes], inventory=inventory
        )
        ends = [one.discharge_capacity for one in batch]
        result.plot(shapes, ends, color=colour, label=inventory, linewidth=2)
    result.axvline(3.0, color=GREY, linewidth=0.8, linestyle=":")
    result.annotate("sphere", (3.1, 1.0), color=GREY, fontsize=9)
    result.set(xscale="log", ylim=(0, None), xlabel="S", ylabel="Capacity at 1.75 A m⁻² [A h m⁻²]")
    result.set_xticks([0.5, 1, 3, 10, 40], ["0.5", "1", "3", "10", "40"])
    result.legend(frameon=False)
    return figure


def _particle(axes: Axes, colour: str, name: str, words: str) -> None:
    """Draw a particle with three times the sites of a sphere and the arrows that it feels."""
    axes.add_patch(Circle((0, 0), 1, facecolor=colour, alpha=0.3, edgecolor=colour, linewidth=2))
    for i, angle in enumerate(np.linspace(0, 2 * np.pi, 12, endpoint=False)):
        way = np.array([np.cos(angle), np.sin(angle)])
        felt = name == "conserving" or i % 3 == 0
        axes.add_patch(
            FancyArrowPatch(
                tuple(1.75 * way),
                tuple((0.62 if felt else 1.06) * way),
                arrowstyle="-|>",
                mutation_scale=12,
                color="#222222" if felt else "#bbbbbb",
            )
        )
    axes.set_title(f"{name}, S = 9")
    axes.text(0, -2.35, words, ha="center", va="center", fontsize=9)
    axes.set(xlim=(-2.1, 2.1), ylim=(-2.8, 1.9), aspect="equal")
    axes.axis("off")


def example(program: Path) -> None:
    """Run an example in a folder of its own and keep the pictures that it saves."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(program)], cwd=folder, check=True)  # noqa: S603
        for picture in Path(folder).glob("*.png"):
            shown = Image.open(picture).convert("RGB")
            shown.thumbnail((WIDTH, WIDTH))
            shown.save(IMAGES / f"example_{program.stem[:2]}_{picture.name}", optimize=True)


def interactive() -> None:
    """Take a picture of figures for screens in a browser, Debian's chromium."""
    import holoviews as hv

    cube = microbatt.open_dataset("demo", chunks=None)
    few = cube.sel(alpha=[0, 1.5, 3], S=[1, 20]).microbatt.plot.interactive
    plot = cube.microbatt.plot.interactive
    figures = plot.curves(alpha=2, S=5) + plot.outcomes()[float(cube.current[2])] + few.ragone()
    with tempfile.TemporaryDirectory() as folder:
        page, picture = Path(folder, "page.html"), Path(folder, "page.png")
        hv.save(figures.cols(3), page, resources="inline")
        options = ["--headless", "--no-sandbox", "--hide-scrollbars", "--virtual-time-budget=8000"]
        options += ["--window-size=1990,450", f"--screenshot={picture}", page.as_uri()]
        subprocess.run(["chromium", *options], check=True)  # noqa: S603, S607
        shown = Image.open(picture).convert("RGB")
        shown.thumbnail((1600, 1600))
        shown.save(IMAGES / "interactive.png", optimize=True)


def main(*names: str) -> None:
    """Draw the pictures named, or every picture."""
    IMAGES.mkdir(exist_ok=True)
    if not names or "interactive" in names:
        interactive()
    for draw in (discharge_curves, protocol, maps, cell_sketch, two_balances):
        if not names or draw.__name__ in names:
            draw().savefig(IMAGES / f"{draw.__name__}.png", dpi=120)
    for program in sorted((DOCS.parent / "examples").glob("*.py")):
        if not names or program.stem in names:
            example(program)


if __name__ == "__main__":
    main(*sys.argv[1:])
