"""``microbatt cells``: the cells that come with the package."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from microbatt.cells import Cell


COLUMNS = ("A h", "mA h cm⁻²", "θ₊", "θ₋", "mol L⁻¹")
"""Of numbers, by their units."""


@click.command("cells", epilog="Example: microbatt cells")
def command() -> None:
    """List the cells of the catalog.

    For each: its materials, positive | negative; its capacity, of the whole cell if it says how
    large it is, and per area (the nominal one, else what 1 C takes in an hour); and where its fits
    hold: stoichiometries θ of both electrodes, and the concentration of salt.
    """
    from rich.table import Table

    from microbatt.cells import available_cells, load_cell
    from microbatt.cli.terminal import console

    table = Table(box=None, pad_edge=False)
    table.add_column("name", no_wrap=True)
    table.add_column("materials", overflow="fold")
    for column in COLUMNS:
        table.add_column(column, justify="right", no_wrap=True)
    for name in available_cells():
        cell = load_cell(name)
        table.add_row(name, chemistry(cell), *numbers(cell))
    out = console()
    out.print(table)
    out.print(
        "\nθ: lithium in the electrode over its maximum. Other cells: the path of a cell file\n"
        "or a BPX file; or pybamm:NAME, a set of an installed PyBaMM, as pybamm:Chen2020.",
        markup=False,
        highlight=False,
    )


def chemistry(cell: Cell) -> str:
    """Return the active materials, as people name a cell."""
    negative = "lithium metal" if cell.metal else cell.negative.open_circuit.material
    return " | ".join(
        material.split(",")[0] for material in (cell.positive.open_circuit.material, negative)
    )


def numbers(cell: Cell) -> list[str]:
    """Return capacities, and the ranges of the fits; a dash for none."""
    salt = cell.electrolyte.fit
    return [
        "–" if cell.area is None else f"{cell.one_c_current * cell.area:.4g}",
        f"{0.1 * cell.one_c_current:.3g}",
        f"{cell.positive.open_circuit.lower:.2g}–{cell.positive.open_circuit.upper:.2g}",
        "–"
        if cell.metal
        else f"{cell.negative.open_circuit.lower:.2g}–{cell.negative.open_circuit.upper:.2g}",
        f"{1e-3 * salt.lower:.2g}–{1e-3 * salt.upper:.2g}",
    ]
