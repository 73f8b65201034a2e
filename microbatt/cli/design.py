"""``microbatt design``: which currents to run to know alpha and S best."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from microbatt.cli.balances import inventory_option
from microbatt.cli.completion import cell_names
from microbatt.cli.design_protocols import Protocols, rank_tests
from microbatt.cli.outputs import check_output, overwrite_option, save_picture, save_text
from microbatt.cli.values import (
    free_option,
    read_cell_errors,
    read_currents,
    read_free,
    read_measured,
    read_range,
)
from microbatt.places import Kind, mark

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from microbatt.inference import Prior
    from microbatt.inference.identifiability import Choice, Proposal

ALPHA, SHAPE = "0:10", "1:40"
_STEPS, _FEWER_STEPS = 5, 3
"""Points along each range; fewer where what the cell file leaves open is moved at each."""
CRITERIA = ("ellipse", "sum", "alpha", "S")


@click.command(
    "design",
    epilog="Example: microbatt design --cell doyle-1996-cell-1 --noise 1mV --alpha 1:4 --S 1:10",
)
@click.option(
    "--cell",
    shell_complete=cell_names,
    required=True,
    help="Cell to measure: a name that `microbatt cells` lists, or a cell file.",
)
@click.option("--noise", default="1mV", help="Standard deviation of a measured voltage.")
@click.option("--samples", default=100, help="Number of voltages that are read from a curve.")
@click.option(
    "--charge-error", default=1e-4, help="Relative standard deviation of a curve's charge."
)
@click.option("--max-curves", default=3, help="Largest number of curves to measure.")
@click.option(
    "--max-hours", type=float, help="Longest time that the discharges may take together [h]."
)
@click.option(
    "--currents",
    help="Currents to choose from, such as 17.5,35,70 [A m⁻²] or C/2,1C.  [default: C/10 to 7C]",
)
@click.option(
    "--alpha", default=ALPHA, help="Range in which alpha is expected: LOW:HIGH, or one number."
)
@click.option(
    "--S", "S", default=SHAPE, help="Range in which S is expected: LOW:HIGH, or one number."
)
@free_option
@click.option(
    "--criterion",
    type=click.Choice(CRITERIA),
    default=CRITERIA[0],
    help="What to make small: the joint uncertainty of alpha and S, or that of one.",
)
@click.option(
    "--compare",
    multiple=True,
    metavar="CURRENTS",
    help="Set of currents to compare with the proposal; may be repeated.",
)
@click.option(
    "--protocols",
    is_flag=True,
    help="Rank standard tests instead: discharges, 10 s pulses, GITT, a rest; by the forward model "
    "that `infer` fits.",
)
@click.option(
    "--measured",
    metavar="CURRENTS",
    help="With --protocols: discharges that are measured already, such as C/5,1C.",
)
@click.option(
    "--cell-error",
    "cell_errors",
    multiple=True,
    metavar="[NAME=]SHARE",
    help="How well the cell file is known, as for `infer`: 2% of every value, 0 for exact, "
    "'usual', or a share for a name or kind of value.  [default: what the cell states, else usual]",
)
@click.option(
    "--model-error", help="With --protocols: size of a smooth error of the model, such as 3mV."
)
@inventory_option
@click.option(
    "--cutoff", type=float, help="Cut-off voltage [V].  [default: the cell's own, else 2]"
)
@click.option("--threads", type=int, help="Number of threads that simulate.  [default: all cores]")
@click.option(
    "--plot", "picture", type=click.Path(path_type=Path), help="Picture of the proposal to draw."
)
@click.option(
    "--json", "table", type=click.Path(path_type=Path), help="File for the numbers (.json)."
)
@overwrite_option
def command(  # noqa: PLR0913 - one parameter an option
    *,
    cell: str,
    noise: str,
    samples: int,
    charge_error: float,
    max_curves: int,
    max_hours: float | None,
    currents: str | None,
    alpha: str,
    S: str,
    free: tuple[str, ...],
    criterion: str,
    compare: tuple[str, ...],
    protocols: bool,
    measured: str | None,
    cell_errors: tuple[str, ...],
    model_error: str | None,
    inventory: str,
    cutoff: float | None,
    threads: int | None,
    picture: Path | None,
    table: Path | None,
    overwrite: bool,
) -> None:
    """Propose the currents that tell most about alpha and S.

    The cell may be anywhere in the ranges given. For each number of curves the best set of
    candidates is shown, with the smallest standard deviations that an estimate from them can have.
    With --protocols standard tests are ranked by how much they would narrow alpha, also over
    ranges.
    """
    from microbatt.checks import check_extra

    if picture is not None:
        check_extra("matplotlib", extra="plot")
    check_output(picture, Kind.PICTURE, overwrite=overwrite)
    check_output(table, Kind.NUMBERS, overwrite=overwrite)
    asked = Protocols(
        wanted=protocols, measured=measured, cell_errors=cell_errors, model_error=model_error
    )
    asked.check(others=[name for name, given in (("plot", picture), ("currents", currents),
                                                 ("compare", compare)) if given])  # fmt: skip
    if protocols:
        numbers = rank_tests(
            cell, asked, noise=noise, free=free, charge_error=charge_error, inventory=inventory,
            alpha=read_range("--alpha", alpha) if _is_given("alpha") else None,
            S=read_range("--S", S) if _is_given("S") else None,
        )  # fmt: skip
        if table is not None:
            text = json.dumps(mark(Kind.NUMBERS) | numbers, indent=1) + "\n"
            save_text(text, table, Kind.NUMBERS, overwrite=overwrite)
        return
    import math

    from microbatt.diagnosis import usable_cores
    from microbatt.inference.forward import native_request
    from microbatt.inference.identifiability import (
        Readings,
        judge_currents,
        propose_currents,
        region_points,
    )

    request = native_request(cell, inventory=inventory, cutoff_voltage=cutoff)
    doubts = read_cell_errors(cell_errors)
    steps = _STEPS if doubts == 0.0 else _FEWER_STEPS
    points = region_points(read_range("--alpha", alpha), read_range("--S", S), steps=steps)
    readings = Readings(
        noise=read_measured("--noise", noise, "V"), samples=samples, charge_error=charge_error
    )
    unknown = read_free(free)
    if len(points) > 1:
        told = f"Simulating {len(points)} points of alpha and S; this may take minutes …"
        click.echo(told, err=True)
    found = propose_currents(
        request,
        points,
        None if currents is None else read_currents("--currents", currents, request.cell),
        readings,
        max_curves=max_curves,
        max_hours=math.inf if max_hours is None else max_hours,
        free=unknown,
        cell_error=doubts,
        criterion=criterion,
        threads=threads or usable_cores(),
    )
    others = [
        judge_currents(
            request, found.points, read_currents("--compare", one, request.cell), readings,
            free=unknown, cell_error=doubts, criterion=criterion,
        )
        for one in compare
    ]  # fmt: skip
    one_c = request.cell.one_c_current
    _show(found, others, one_c, f"{request.cell.name}, {inventory}, noise {noise}", unknown)
    if picture is not None:
        _draw(picture, found, overwrite=overwrite)
    if table is not None:
        text = json.dumps(_numbers(found, others), indent=1) + "\n"
        save_text(text, table, Kind.NUMBERS, overwrite=overwrite)


def _is_given(name: str) -> bool:
    """Tell whether an option stands on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _show(
    found: Proposal,
    others: Sequence[Choice],
    one_c: float,
    terms: str,
    free: Mapping[str, float | Prior | None],
) -> None:
    from rich.table import Table

    from microbatt.cli.terminal import console

    out = console()
    out.print(f"[bold]{terms}[/bold], {found.readings.samples} readings a curve")
    out.print(f"unknown: {_unknown(free)}")
    exact = "" if "exact" in found.doubts else " `--cell-error 0` takes them as exact."
    out.print(f"{found.doubts}{exact}", markup=False, highlight=False)
    out.print(_places(found))
    shown = Table(box=None, pad_edge=False, header_style="")
    for heading in ("curves", "currents [A m⁻²]", "C-rates", "alpha ±", "S ± %", "corr.", "hours"):
        shown.add_column(heading, justify="left" if "rr" in heading[:4] else "right")
    for choice in found.choices:
        shown.add_row(*_row(choice, found, one_c))
    shown.add_section()
    shown.add_row(*_row(found.everything, found, one_c, short=True))
    for choice in others:
        shown.add_row(*_row(choice, found, one_c))
    out.print(shown)
    out.print(
        "± smallest possible standard deviation, median over these points; hours of discharging.\n"
        f"{_gain(found)}",
        markup=False,
    )


def _unknown(free: Mapping[str, float | Prior | None]) -> str:
    from microbatt.inference import Prior
    from microbatt.inference.forward import free_widths, unknown_quantity

    words = ["alpha", "S"]
    for name, width in free_widths(free).items():
        if isinstance(width, Prior):
            told = f"{100.0 * (width.width or 0.0):.3g} %"
        else:
            unit = unknown_quantity(name).pretty_units
            told = f"{width:g}{'' if unit == '1' else ' ' + unit}"
        words.append(f"{name.replace('_', ' ')} ± {told}")
    return ", ".join(words)


def _places(found: Proposal) -> str:
    alpha, S = found.points[:, 0], found.points[:, 1]
    text = (
        f"alpha {alpha.min():g} to {alpha.max():g}, S {S.min():g} to {S.max():g}: "
        f"{len(found.points)} points"
    )
    if found.left_out:
        text += f"; {found.left_out} left out, where no candidate tells alpha and S"
    return text + "\n"


def _row(choice: Choice, found: Proposal, one_c: float, *, short: bool = False) -> list[str]:
    import numpy as np

    from microbatt.inference.identifiability import typical_bounds

    typical = typical_bounds(choice, found.points)
    numbers = [
        f"{typical['alpha'].middle:.2g}",
        f"{float(format(100.0 * typical['S'].middle, '.2g')):g}",
        f"{np.median(choice.bounds.correlation):+.2f}",
        f"{choice.hours:.1f}",
    ]
    if short:
        return [str(len(choice.currents)), "all candidates", "", *numbers]
    currents = ", ".join(f"{current:g}" for current in choice.currents)
    rates = ", ".join(f"{current / one_c:.3g}" for current in choice.currents)
    return [str(len(choice.currents)), currents, rates, *numbers]


def _gain(found: Proposal) -> str:
    """Say in a sentence what the last curve bought and what is left to gain."""
    left = found.best.size / found.everything.size
    words = f"All candidates together would be {left:.3g} times sharper than the best set."
    if len(found.choices) < 2:
        return words
    gained = found.choices[-2].size / found.best.size
    return f"The last curve makes the estimate {gained:.3g} times sharper. {words}"


def _numbers(found: Proposal, others: Sequence[Choice]) -> dict[str, object]:
    def one(choice: Choice) -> dict[str, object]:
        return {
            "currents": list(choice.currents),
            "size": choice.size,
            "hours": choice.hours,
            "alpha_bound": choice.bounds.alpha.tolist(),
            "S_bound": choice.bounds.S.tolist(),
            "bound_correlation": choice.bounds.correlation.tolist(),
        }

    return {
        **mark(Kind.NUMBERS),
        "criterion": found.criterion,
        "alpha": found.points[:, 0].tolist(),
        "S": found.points[:, 1].tolist(),
        "left_out": found.left_out,
        "noise_voltage": found.readings.noise,
        "samples": found.readings.samples,
        "free": list(found.free),
        "cell_error": found.doubts,
        "choices": [one(choice) for choice in found.choices],
        "everything": one(found.everything),
        "compared": [one(choice) for choice in others],
    }


def _draw(path: Path, found: Proposal, *, overwrite: bool) -> None:
    from matplotlib.figure import Figure

    from microbatt.plots import draw_candidates, draw_choices

    figure = Figure(figsize=(10.0, 4.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    draw_candidates(left, found)
    draw_choices(right, found)
    save_picture(figure, path, overwrite=overwrite)
