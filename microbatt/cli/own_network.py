"""``microbatt train --cell``: a network for one's own cell, from its priors."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from microbatt.cli.balances import balance_options, thermal_mode
from microbatt.cli.completion import cell_names
from microbatt.cli.values import (
    cell_error_option,
    free_option,
    read_cell_errors,
    read_free,
    read_measured,
)
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from microbatt.inference import OwnNetwork


_Command = TypeVar("_Command", bound=Callable[..., Any])

_LEFT_OUT: Final = {"inventory": "conserving", "thermal": "isothermal"}
"""What options of a cell are where nobody gave them; of the others None, 0 or nothing."""
_USUAL: Final = ("heat_transfer", "heat_of")


def own_network_options(command: _Command) -> _Command:
    """Give a command the options of a network for one's own cell."""
    for option in reversed(
        (
            click.option(
                "--cell",
                shell_complete=cell_names,
                help="Cell to simulate and train for, in place of CUBE: a name that `microbatt "
                "cells` lists, or a cell file.",
            ),
            click.option(
                "--unknown",
                multiple=True,
                metavar="NAME",
                help="With --cell: what is asked for; may be repeated.  [default: alpha and S]",
            ),
            free_option,
            cell_error_option,
            click.option(
                "--model-error",
                help="With --cell: size of a smooth error of the model, such as 3mV.  [default: "
                "1mV, none if the cell file is exact]",
            ),
            click.option(
                "--range",
                "ranges",
                multiple=True,
                metavar="NAME=LOW:HIGH",
                help="With --cell: where the network looks for something unknown; may be repeated. "
                " [default: alpha=0:5, S=1:20, else three usual widths]",
            ),
            click.option(
                "--current",
                "currents",
                multiple=True,
                help="With --cell: current of a discharge that will be measured, such as 1C or "
                "1.75mA/cm2; may be repeated, or several with commas.  [default: C/5,1C,2C]",
            ),
            click.option(
                "--cutoff",
                help="With --cell: voltage at which the tester stops, such as 2.5V.  [default: the "
                "cell's]",
            ),
            click.option(
                "--simulations",
                type=int,
                help="With --cell: how many cells are drawn and simulated.  [default: 8192]",
            ),
            balance_options,
        )
    ):
        command = option(command)
    return command


def refuse_without_cell(of_cell: Mapping[str, Any]) -> None:
    """Refuse options that belong to a cell where a cube is trained on.

    Raises
    ------
    ParameterError
        Naming the first.
    """
    for name, given in of_cell.items():
        if name not in _USUAL and given and given != _LEFT_OUT.get(name):
            option = name.replace("_", "-").removesuffix("s")
            raise ParameterError(
                f"`--{option}` belongs to --cell; a cube has its own cell and its own axes."
            )


def train_for_cell(  # noqa: PLR0913 - one argument an option
    out: Path,
    noise: float,
    sizes: Mapping[str, Any],
    training: Mapping[str, Any],
    *,
    cell: str,
    unknown: tuple[str, ...],
    free: tuple[str, ...],
    cell_errors: tuple[str, ...],
    model_error: str | None,
    ranges: tuple[str, ...],
    currents: tuple[str, ...],
    cutoff: str | None,
    simulations: int | None,
    inventory: str,
    thermal: str,
    heat_transfer: float,
    heat_of: str,
    overwrite: bool,
) -> None:
    """Simulate, train, check and save a network for a cell, and tell how it fared.

    Raises
    ------
    Interrupted
        On Ctrl-C, with the command that goes on.
    """
    from microbatt.campaign import ProgressListener as CampaignProgress
    from microbatt.cells import load_cell
    from microbatt.cli.commands import Interrupted
    from microbatt.inference import InferenceOptions, train_own_network
    from microbatt.inference.amortised import OWN_SETTINGS, OWN_SIZES
    from microbatt.inference.forward import MICROSTRUCTURE
    from microbatt.training import ProgressListener, TensorBoardListener

    loaded = load_cell(cell)
    options = InferenceOptions(
        noise=noise,
        unknown=unknown or MICROSTRUCTURE,
        free=read_free(free),
        cell_error=read_cell_errors(cell_errors),
        model_error=None
        if model_error is None
        else read_measured("--model-error", model_error, "V"),
        inventory=inventory,
        thermal=thermal_mode(thermal, heat_transfer, heat_of),
        seed=training["seed"],
    )
    given = {name: value for name, value in training.items() if value is not None}
    asked: dict[str, Any] = {}
    if currents:
        asked["currents"] = [one for text in currents for one in text.split(",")]
    if cutoff is not None:
        asked["cutoff_voltage"] = read_measured("--cutoff", cutoff, "V")
    if simulations is not None:
        asked["simulations"] = simulations
    try:
        own = train_own_network(
            loaded,
            out,
            options,
            **asked,
            config=replace(OWN_SIZES, **sizes),
            ranges=read_ranges(ranges),
            settings=replace(OWN_SETTINGS, **given),
            overwrite=overwrite,
            campaign_listeners=[CampaignProgress()],
            listeners=[ProgressListener(), TensorBoardListener(out / "logs")],
        )
    except KeyboardInterrupt as error:
        again = shlex.join(["microbatt", *sys.argv[1:]])
        raise Interrupted(f"stopped; what is done is kept; go on with: {again}") from error
    _tell(own, cell)


def _tell(own: OwnNetwork, cell: str) -> None:
    click.echo(own.calibration.summary())
    click.echo(
        f"weights in {own.folder}; use them with: microbatt infer FILES --cell {shlex.quote(cell)} "
        f"--weights {shlex.quote(str(own.folder))}"
    )


def read_ranges(texts: Iterable[str]) -> Mapping[str, tuple[float, float]]:
    """Read where a network looks: ``alpha=0:3``, ``positive_thickness=60um:90um``.

    Raises
    ------
    ParameterError
        If one is no range, or a unit does not fit.

    Examples
    --------
    >>> read_ranges(["alpha=0:3"])
    {'alpha': (0.0, 3.0)}
    """
    from microbatt.inference.forward import unknown_quantity

    found = {}
    for text in texts:
        name, equals, ends = text.partition("=")
        low, colon, high = ends.partition(":")
        if not (equals and colon):
            raise ParameterError(f"`--range` is {text!r}; write NAME=LOW:HIGH, such as alpha=0:3.")
        unit = unknown_quantity(name.strip()).units
        option = f"--range {name.strip()}"
        found[name.strip()] = (
            read_measured(option, low, unit),
            read_measured(option, high, unit),
        )
    return found
