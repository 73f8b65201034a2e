"""Lithium and heat balance on the command line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from microbatt.engines import Adiabatic, Isothermal, Lumped

INVENTORY = ("conserving", "area-only")
"""The lithium balances; the first is the default."""
THERMAL = ("isothermal", "adiabatic", "lumped")
_HEAT_OF = ("particles", "charge")

_Command = TypeVar("_Command", bound=Callable[..., Any])


def inventory_option(command: _Command) -> _Command:
    """Give a command the option of the lithium balance."""
    return click.option(
        "--inventory",
        type=click.Choice(INVENTORY),
        default=INVENTORY[0],
        help="Lithium balance of the particles: `conserving` keeps the lithium of the cell as S "
        "changes; `area-only`, that of the published work, does not.",
    )(command)


def balance_options(command: _Command) -> _Command:
    """Give a command the options of both balances; `thermal_mode` reads the last three."""
    for option in reversed(
        (
            inventory_option,
            click.option(
                "--thermal",
                type=click.Choice(THERMAL),
                default=THERMAL[0],
                help="Heat balance of the cell.",
            ),
            click.option(
                "--heat-transfer",
                type=float,
                default=0.0,
                help="Heat-transfer coefficient of --thermal lumped, and of no other [W m⁻² K⁻¹].",
            ),
            click.option(
                "--heat-of",
                type=click.Choice(_HEAT_OF),
                default=_HEAT_OF[0],
                help="Composition at which the heat is computed: that of the particles, or that of "
                "the charge delivered, as in dualfoil; not for --thermal isothermal.",
            ),
        )
    ):
        command = option(command)
    return command


def thermal_mode(
    name: str, heat_transfer: float = 0.0, heat_of: str = _HEAT_OF[0]
) -> Isothermal | Adiabatic | Lumped:
    """Return the heat balance of that name; refuse a number or a word that it would not use."""
    from microbatt.engines import Adiabatic, HeatOf, Isothermal, Lumped

    if name != "lumped" and heat_transfer != 0.0:
        raise ParameterError(
            f"`--heat-transfer` is {heat_transfer:g}, and `--thermal {name}` loses no heat to the "
            "surroundings by it. Add `--thermal lumped`, or leave it out."
        )
    if name == "isothermal" and heat_of != _HEAT_OF[0]:
        raise ParameterError(
            f"`--heat-of` is {heat_of}, and `--thermal isothermal` computes no heat. Add "
            "`--thermal adiabatic` or `--thermal lumped`, or leave it out."
        )
    if name == "lumped":
        return Lumped(heat_transfer_coefficient=heat_transfer, heat_of=HeatOf(heat_of))
    return Adiabatic(heat_of=HeatOf(heat_of)) if name == "adiabatic" else Isothermal()
