"""``microbatt cells``: the cells that come with the package."""

import click


@click.command("cells", epilog="Example: microbatt cells")
def command() -> None:
    """List the cells of the catalog."""
    from rich.table import Table

    from microbatt.cells import available_cells, load_cell
    from microbatt.cli.terminal import console

    table = Table(box=None, pad_edge=False)
    for column in ("name", "what it is", "at rest, V", "1 C, A m⁻²", "mass, kg m⁻²"):
        table.add_column(column, justify="right" if ", " in column else "left")
    for name in available_cells():
        cell = load_cell(name)
        table.add_row(
            name,
            cell.description,
            f"{cell.open_circuit_voltage:.3f}",
            f"{cell.one_c_current:g}",
            f"{cell.mass_per_area:.3f}",
        )
    console().print(table)
