"""The trained networks that are shipped with the package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.networks import (
    Origin,
    TrainedNetwork,
    cell_hash,
    check_origin,
    load_network,
    read_description,
    record_of,
)

if TYPE_CHECKING:
    from microbatt.cells import Cell

SHIPPED: Final = Path(__file__).parent / "weights"


def shipped_networks() -> tuple[str, ...]:
    """Return the names of the networks that come with the package, sorted."""
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/network.json")))


def load_shipped(
    cell: str | Path | Cell = "doyle-1996-cell-1",
    inventory: str = "area-only",
    *,
    thermal_mode: str = "isothermal",
    cutoff_voltage: float = 2.0,
) -> TrainedNetwork:
    """Load the shipped curve network for a cell; needs no TensorFlow.

    Parameters
    ----------
    cell
        A name that `microbatt cells` lists, the path of a cell file, or a `Cell`.
    inventory
        ``"area-only"`` or ``"conserving"``.
    thermal_mode
        As a cube's attributes say.
    cutoff_voltage
        [V].

    Raises
    ------
    ParameterError
        If none is shipped for such curves.

    Examples
    --------
    >>> load_shipped("doyle-1996-cell-1").currents
    (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
    """
    plain = load_cell(cell).to_dict()
    return shipped_for(
        Origin(
            cell_name=str(plain["name"]),
            cell_hash=cell_hash(plain),
            inventory=str(inventory),
            thermal_mode=thermal_mode,
            cutoff_voltage=cutoff_voltage,
        )
    )


def shipped_for(origin: Origin) -> TrainedNetwork:
    """Load the shipped network for curves of some origin.

    Raises
    ------
    ParameterError
        If none is shipped for them.
    """
    names = shipped_networks()
    refusals = []
    for name in names:
        described = record_of(read_description(SHIPPED / name))
        try:
            check_origin(described.origin, origin)
        except ParameterError as error:
            refusals.append(error)
            continue
        return load_network(SHIPPED / name)
    if len(refusals) == 1:
        raise refusals[0]
    raise ParameterError(
        f"no shipped network is for cell {origin.cell_name!r}, balance {origin.inventory!r}, "
        f"{origin.thermal_mode}, cut-off {origin.cutoff_voltage:g} V; shipped are {list(names)}. "
        "Train one with `microbatt train`."
    )
