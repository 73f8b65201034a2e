"""``microbatt simulate``: run a protocol on a cell and show how each step went."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from microbatt.cli.balances import balance_options, thermal_mode
from microbatt.cli.completion import cell_names
from microbatt.cli.outputs import check_output, overwrite_option, save_picture
from microbatt.cli.values import set_option, with_numbers
from microbatt.errors import ParameterError, SimulationError
from microbatt.places import Kind, replacing

if TYPE_CHECKING:
    from microbatt.cells import Cell
    from microbatt.engines import Simulation

_COLUMNS = ("time", "current", "voltage", "capacity", "temperature", "lithium_overpotential")


@click.command(
    "simulate",
    epilog='Example: microbatt simulate lco-graphite "Discharge at 1C until 3 V" "Rest for 1 hour" '
    '"Charge at C/2 until 4.1 V" "Hold at 4.1 V until C/20" --plot cycle.png',
)
@click.argument("cell", shell_complete=cell_names)
@click.argument("steps", nargs=-1)
@click.option(
    "--repeat", type=click.IntRange(min=1), default=1, help="How many times the steps are run."
)
@click.option(
    "--profile",
    "profile_file",
    type=click.Path(path_type=Path),
    help="CSV file of a sampled current or power to follow, with units in its heading.",
)
@click.option(
    "--discharge-is",
    type=click.Choice(("positive", "negative")),
    help="Sign of a discharge in the file of --profile.",
)
@click.option("--alpha", type=float, help="Tortuosity exponent.  [default: the cell's own]")
@click.option("--S", "S", type=float, help="Particle shape factor.  [default: the cell's own]")
@set_option
@balance_options
@click.option("--lower-voltage", type=float, help="Lowest voltage [V].  [default: the cell's own]")
@click.option("--upper-voltage", type=float, help="Highest voltage [V].  [default: the cell's own]")
@click.option("--time-limit", type=float, help="Wall-clock limit [s].")
@click.option(
    "--csv", "csv_file", type=click.Path(path_type=Path), help="File for the points (.csv)."
)
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), help="Picture of voltage and current."
)
@overwrite_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    cell: str,
    steps: tuple[str, ...],
    repeat: int,
    profile_file: Path | None,
    discharge_is: str | None,
    alpha: float | None,
    S: float | None,
    numbers: tuple[str, ...],
    inventory: str,
    thermal: str,
    heat_transfer: float,
    heat_of: str,
    lower_voltage: float | None,
    upper_voltage: float | None,
    time_limit: float | None,
    csv_file: Path | None,
    picture: Path | None,
    overwrite: bool,
) -> None:
    """Run a protocol on CELL: STEPS are sentences, or one TOML file.

    A step is `Discharge at C/2 until 2.7 V`, `Charge at 5 A for 10 s`, `Hold at 4.2 V until C/20`,
    `Discharge at 25 W for 1 min` or `Rest for 1 hour`. Each begins from the state that the one
    before left. The exit code is 1 if a step does not end as it says; what there is of the protocol
    is shown and saved all the same.
    """
    from microbatt.cells import load_cell
    from microbatt.checks import check_extra
    from microbatt.engines import simulate

    if picture is not None:
        check_extra("matplotlib", extra="plot")
    check_output(csv_file, Kind.TABLE, overwrite=overwrite)
    check_output(picture, Kind.PICTURE, overwrite=overwrite)
    loaded = with_numbers(load_cell(cell), numbers, alpha=alpha, S=S)
    simulation = simulate(
        loaded,
        [_protocol(steps, profile_file, discharge_is)] * repeat,
        inventory=inventory,
        thermal=thermal_mode(thermal, heat_transfer, heat_of),
        lower_voltage=lower_voltage,
        upper_voltage=upper_voltage,
        time_limit=time_limit,
    )
    show(loaded, simulation)
    if csv_file is not None:
        write_csv(csv_file, simulation, overwrite=overwrite)
    if picture is not None:
        draw(picture, simulation, overwrite=overwrite)
    if simulation.stopped is not None:
        step = simulation.stopped
        raise SimulationError(f"step {step.number}, '{step.text}': {step.outcome.message}.")


def _protocol(steps: tuple[str, ...], profile: Path | None, discharge_is: str | None) -> Any:  # noqa: ANN401
    """Return the steps of the command line, or the samples of a file."""
    if (profile is None) == (not steps):
        raise ParameterError("give steps, or a file with --profile, and not both.")
    if profile is None:
        return steps
    if discharge_is is None:
        raise ParameterError(
            "say with --discharge-is whether a discharge is positive or negative in the file of "
            "--profile; testers differ."
        )
    from microbatt.protocols import read_profile

    return read_profile(profile, discharge_is=discharge_is)


def show(cell: Cell, simulation: Simulation) -> None:
    """Print a row for each step, and a small picture."""
    from rich.table import Table

    from microbatt.cli.terminal import chart, console, shown

    out = console()
    out.print(f"[bold]{cell.name}[/bold]\n{cell.description}\n")
    table = Table(box=None, pad_edge=False)
    table.add_column("step", justify="right")
    table.add_column("")
    for heading in ("time\n[dim]s[/dim]", "capacity\n[dim]A h m⁻²[/dim]", "voltage\n[dim]V[/dim]",
                    "current\n[dim]A m⁻²[/dim]"):  # fmt: skip
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("how it ended")
    for step in simulation.steps:
        numbers = (step.duration, step.capacity, step.end_voltage, step.end_current)
        ending = step.outcome.name.lower().replace("_", " ")
        table.add_row(str(step.number), step.text, *map(shown, numbers), ending)
    out.print(table)
    if len(simulation):
        out.print("\nvoltage [V] against time [s]", markup=False)
        out.print(chart([(simulation.time.tolist(), simulation.voltage.tolist())]), markup=False)
        least = simulation.lithium_overpotential.min()
        out.print(
            f"least potential of the negative electrode against lithium: {1e3 * least:.1f} mV"
            + ("; lithium may plate" if least < 0.0 else "")
        )


def write_csv(path: Path, simulation: Simulation, *, overwrite: bool) -> None:
    """Write the points as one table; each heading is a name and its unit in brackets."""
    import csv

    from microbatt.quantities import quantity

    with (
        replacing(path, Kind.TABLE, overwrite=overwrite) as written,
        written.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(["step", *(f"{name} [{quantity(name).units}]" for name in _COLUMNS)])
        columns = [simulation.step, *(getattr(simulation, name) for name in _COLUMNS)]
        writer.writerows(zip(*(column.tolist() for column in columns), strict=True))


def draw(path: Path, simulation: Simulation, *, overwrite: bool) -> None:
    """Save a picture of voltage and current; its format follows the file's ending."""
    from matplotlib.figure import Figure

    from microbatt.plots import draw_simulation

    figure = Figure(figsize=(6.4, 4.8), layout="constrained")
    axes = figure.subplots(2, sharex=True, gridspec_kw={"height_ratios": (2, 1)})
    draw_simulation(list(axes), simulation.to_dataset())
    save_picture(figure, path, overwrite=overwrite)
