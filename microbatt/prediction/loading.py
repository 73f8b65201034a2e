"""The trained networks that are shipped with the package, by cell and balance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from microbatt.cells import load_cell
from microbatt.networks import Origin, TrainedNetwork, network_for

if TYPE_CHECKING:
    from microbatt.cells import Cell

SHIPPED: Final = Path(__file__).parent / "weights"
"""A folder for each network, named after the cell and the balance."""


def shipped_networks() -> tuple[str, ...]:
    """Return the names of the networks that come with the package.

    Returns
    -------
    tuple of str
        Sorted; each is the name of a cell, a dash and a balance.
    """
    return tuple(sorted(path.parent.name for path in SHIPPED.glob("*/network.json")))


def load_shipped(
    cell: str | Path | Cell = "doyle-1996-cell-1",
    inventory: str = "conserving",
    *,
    thermal_mode: str = "isothermal",
    cutoff_voltage: float | None = None,
) -> TrainedNetwork:
    """Load the shipped curve network for a cell; needs no TensorFlow.

    Parameters
    ----------
    cell : str, pathlib.Path or Cell, default "doyle-1996-cell-1"
        A name that `microbatt cells` lists, the path of a cell file, or a cell.
    inventory : str, default "conserving"
        Which balance the curves follow: ``"conserving"`` or ``"area-only"``.
    thermal_mode : str, default "isothermal"
        As a cube's attributes say.
    cutoff_voltage : float, optional
        At which the discharges end [V]; None is the cell's lower cut-off.

    Returns
    -------
    TrainedNetwork
        Ready to estimate.

    Raises
    ------
    ParameterError
        If none is shipped for such curves; the message says what differs.

    See Also
    --------
    microbatt.prediction.predict_curves : Use it on curves.

    Examples
    --------
    >>> load_shipped("doyle-1996-cell-1", "area-only").currents
    (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
    """
    loaded = load_cell(cell)
    return shipped_for(
        Origin.of_cell(
            loaded,
            inventory=inventory,
            thermal_mode=thermal_mode,
            cutoff_voltage=loaded.cutoff_voltage if cutoff_voltage is None else cutoff_voltage,
        )
    )


def shipped_for(origin: Origin) -> TrainedNetwork:
    """Load the shipped network for curves of some origin.

    Parameters
    ----------
    origin : Origin
        Origin of the curves: cell, balance, thermal mode and cut-off.

    Returns
    -------
    TrainedNetwork
        Ready to estimate.

    Raises
    ------
    ParameterError
        If none is shipped for them; the message says of each what differs.
    """
    return network_for(origin, [SHIPPED / name for name in shipped_networks()])
