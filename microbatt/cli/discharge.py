"""``microbatt discharge``: simulate a cell's discharge and show the curve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.balances import balance_options, thermal_mode
from microbatt.cli.completion import cell_names
from microbatt.cli.engines import dualfoil_option, read_settings, settings_option
from microbatt.cli.outputs import check_output, overwrite_option, save_picture
from microbatt.cli.values import set_option, with_numbers
from microbatt.errors import SimulationError
from microbatt.places import Kind, replacing

if TYPE_CHECKING:
    from microbatt.cells import Cell
    from microbatt.engines import Discharge


@click.command(
    "discharge",
    epilog="Example: microbatt discharge doyle-1996-cell-1 --alpha 4 --current 17.5 --current 35",
)
@click.argument("cell", shell_complete=cell_names)
@click.option("--alpha", type=float, help="Tortuosity exponent.  [default: the cell's own]")
@click.option("--S", "S", type=float, help="Particle shape factor.  [default: the cell's own]")
@set_option
@click.option(
    "--current",
    "currents",
    multiple=True,
    help="Discharge current: 17.5 [A m⁻²], 2C, C/20 or 12.5A; give it again for more curves.  "
    "[default: 1 C]",
)
@click.option(
    "--start",
    help="State of charge or voltage at rest from which the discharge starts: 80% or 3.9V.  "
    "[default: the cell's own]",
)
@balance_options
@click.option(
    "--cutoff", type=float, help="Cut-off voltage [V].  [default: the cell's own, else 2]"
)
@click.option(
    "--engine",
    default="native",
    help="Simulator: native, dualfoil, pybamm, or MODULE:ATTRIBUTE of your own.",
)
@settings_option
@click.option("--time-limit", type=float, help="Wall-clock limit for a curve [s].")
@dualfoil_option
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="File for the curves (.csv)."
)
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), help="Picture of the curves to draw."
)
@overwrite_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    cell: str,
    alpha: float | None,
    S: float | None,
    numbers: tuple[str, ...],
    currents: tuple[str, ...],
    start: str | None,
    inventory: str,
    cutoff: float | None,
    thermal: str,
    heat_transfer: float,
    heat_of: str,
    engine: str,
    settings: tuple[str, ...],
    time_limit: float | None,
    csv_file: Path | None,
    picture: Path | None,
    overwrite: bool,
) -> None:
    """Simulate the discharge of CELL and show the curve.

    CELL is a name listed by `microbatt cells`, the path of a cell file or a BPX file, or
    pybamm:NAME, a parameter set of an installed PyBaMM. The exit code is 1 if a curve fails or does
    not reach its end; what there is of it is shown and saved all the same.
    """
    from microbatt.cells import load_cell
    from microbatt.checks import check_extra
    from microbatt.engines import simulate_discharge

    if picture is not None:
        check_extra("matplotlib", extra="plot")
    check_output(csv_file, Kind.TABLE, overwrite=overwrite)
    check_output(picture, Kind.PICTURE, overwrite=overwrite)
    loaded = with_numbers(load_cell(cell), numbers, alpha=alpha, S=S)
    if start is not None:
        loaded = loaded.starting_at(start)
    cutoff = loaded.cutoff_voltage if cutoff is None else cutoff
    discharges = [
        simulate_discharge(
            loaded,
            current=current,
            inventory=inventory,
            cutoff_voltage=cutoff,
            thermal=thermal_mode(thermal, heat_transfer, heat_of),
            engine=engine,
            settings=read_settings(engine, settings),
            time_limit=time_limit,
        )
        for current in currents or (loaded.one_c_current,)
    ]
    show(loaded, discharges, terms=f"{inventory}, {thermal}, down to {cutoff:g} V, {engine} engine")
    if csv_file is not None:
        write_csv(csv_file, discharges, overwrite=overwrite)
    if picture is not None:
        draw(picture, loaded, discharges, overwrite=overwrite)
    check_whole(discharges)


def check_whole(discharges: list[Discharge]) -> None:
    """Say which discharges gave no curve to a physical end, and why.

    Raises
    ------
    SimulationError
        If there is one.
    """
    failed = [one for one in discharges if not one.outcome.is_whole]
    if failed:
        reasons = "\n".join(f"  {one.current:g} A m⁻²: {one.outcome.message}." for one in failed)
        raise SimulationError(
            f"{len(failed)} of {len(discharges)} discharges gave no whole curve:\n{reasons}"
        )


def show(cell: Cell, discharges: list[Discharge], *, terms: str) -> None:
    """Print what was asked, a row for each discharge, and a small picture."""
    from rich.table import Table

    from microbatt.cli.terminal import chart, console, heading

    out = console()
    first = discharges[0]
    out.print(f"[bold]{cell.name}[/bold]\n{cell.description}")
    out.print(f"alpha {first.alpha:g}, S {first.S:g}, {terms}\n")
    table = Table(box=None, pad_edge=False)
    for name in ("current", "c_rate", "discharge_capacity", "energy", "power", "time"):
        table.add_column(heading(name), justify="right", no_wrap=True)
        if name == "discharge_capacity":
            for unit in capacity_units(cell):
                table.add_column(f"\n\n[dim]{unit}[/dim]", justify="right", no_wrap=True)
    table.add_column("how it ended")
    for discharge in discharges:
        table.add_row(*row(cell, discharge), ending(discharge))
    out.print(table)
    curves = [(d.capacity.tolist(), d.voltage.tolist()) for d in discharges if d.time.size]
    if curves:
        out.print("\nvoltage [V] against capacity [A h m⁻²]", markup=False)
        out.print(chart(curves), markup=False)


def capacity_units(cell: Cell) -> dict[str, float]:
    """Return the units in which a capacity is shown beside A h m⁻² → how many make one of that."""
    per_area = {"mA h cm⁻²": 0.1}
    return per_area if cell.area is None else per_area | {"A h": cell.area}


def ending(discharge: Discharge) -> str:
    """Return the name of the ending, in words."""
    return discharge.outcome.name.lower().replace("_", " ")


def row(cell: Cell, discharge: Discharge) -> list[str]:
    """Return the numbers of one discharge as text; a dash where there is none."""
    end_time = float(discharge.time[-1]) if discharge.time.size else float("nan")
    from microbatt.cli.terminal import shown

    numbers = (
        discharge.current,
        discharge.current / cell.one_c_current,
        discharge.discharge_capacity,
        *(factor * discharge.discharge_capacity for factor in capacity_units(cell).values()),
        discharge.energy,
        discharge.power,
        end_time,
    )
    return [shown(value) for value in numbers]


def write_csv(path: Path, discharges: list[Discharge], *, overwrite: bool) -> None:
    """Write the curves as one table; each heading is a name and its unit in brackets."""
    import csv

    from microbatt.quantities import quantity

    names = ("current", "time", "voltage", "capacity", "temperature")
    with (
        replacing(path, Kind.TABLE, overwrite=overwrite) as written,
        written.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow([f"{name} [{quantity(name).units}]" for name in names])
        for d in discharges:
            columns = (d.time, d.voltage, d.capacity, d.temperature)
            writer.writerows(
                [d.current, *point] for point in zip(*(c.tolist() for c in columns), strict=True)
            )


def draw(path: Path, cell: Cell, discharges: list[Discharge], *, overwrite: bool) -> None:
    """Save a picture of the curves; its format follows the file's ending."""
    from matplotlib.figure import Figure

    from microbatt.plots import draw_discharges

    figure = Figure(figsize=(6.0, 4.0), layout="constrained")
    axes = draw_discharges(figure.add_subplot(), discharges, one_c_current=cell.one_c_current)
    first = discharges[0]
    axes.set_title(f"{cell.name}, alpha {first.alpha:g}, S {first.S:g}")
    save_picture(figure, path, overwrite=overwrite)
