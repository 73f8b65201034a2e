"""dualfoil's file of activation energies, ``li-ion-ebar.in``: fourteen values of E/R."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Final

from microbatt.engines.dualfoil.files.fortran import read_number, write_number
from microbatt.errors import CellFileError

if TYPE_CHECKING:
    from pathlib import Path

ACTIVATION_FILE: Final = "li-ion-ebar.in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Activation:
    """E/R of each Arrhenius factor [K], in the order of the file."""

    negative_solid_diffusivity: float = 0.0
    positive_solid_diffusivity: float = 0.0
    conductivity: float = 0.0
    salt_diffusivity: float = 0.0
    negative_kinetics: float = 0.0
    positive_kinetics: float = 0.0
    negative_side_reaction_1: float = 0.0
    positive_side_reaction_1: float = 0.0
    negative_side_reaction_2: float = 0.0
    positive_side_reaction_2: float = 0.0
    negative_side_reaction_3: float = 0.0
    positive_side_reaction_3: float = 0.0
    negative_film: float = 0.0
    positive_film: float = 0.0


_NAMES: Final = tuple(one.name for one in fields(Activation))


def parse_activation(text: str) -> Activation:
    """Make a record of the text of the file.

    Raises
    ------
    CellFileError
        If a line holds no number, or there are fewer than fourteen.

    Examples
    --------
    >>> parse_activation(format_activation(Activation(conductivity=4000.0))).conductivity
    4000.0
    """
    lines = [line for line in text.splitlines() if line.strip()]
    values = {}
    for name, line in zip(_NAMES, lines, strict=False):
        number = read_number(line.replace(",", " ").split()[0].partition("!")[0])
        if number is None:
            raise CellFileError(
                f"{ACTIVATION_FILE}: {line.strip()[:60]!r} is no number; expected "
                f"{name.replace('_', ' ')}, E/R [K]."
            )
        values[name] = number
    if len(values) < len(_NAMES):
        raise CellFileError(
            f"{ACTIVATION_FILE}: has {len(values)} values; it must have {len(_NAMES)}, one a line."
        )
    return Activation(**values)


def read_activation(path: Path) -> Activation | None:
    """Read the file if it is there.

    Parameters
    ----------
    path : Path
        Of ``li-ion-ebar.in``.

    Returns
    -------
    Activation
        Energies over R [K].
    """
    if not path.is_file():
        return None
    return parse_activation(path.read_text(encoding="utf-8", errors="replace"))


def format_activation(activation: Activation) -> str:
    """Return the text of the file.

    Parameters
    ----------
    activation : Activation
        Energies over R [K].

    Returns
    -------
    str
        Text of ``li-ion-ebar.in``.
    """
    return "".join(
        f"{write_number(getattr(activation, name)):<23} ! {name.replace('_', ' ')} [K]\n"
        for name in _NAMES
    )
