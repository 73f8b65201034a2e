"""Trained networks: those shipped with the package, and those of a folder."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from microbatt.cells.reading import load_cell
from microbatt.errors import ParameterError
from microbatt.networks.curve import CurveNetwork, CurveNetworkConfig
from microbatt.networks.origin import Origin, Record, cell_hash, check_origin
from microbatt.networks.published import PublishedNetwork
from microbatt.networks.weights import (
    curve_arrays,
    curve_network,
    published_arrays,
    published_network,
    read_arrays,
    read_description,
    record_of,
    write_weights,
)

if TYPE_CHECKING:
    from microbatt.cells.cell import Cell

Network: TypeAlias = CurveNetwork | PublishedNetwork

SHIPPED: Final = Path(__file__).parent / "weights"


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedNetwork:
    """A network with its weights and where they come from.

    Attributes
    ----------
    network
        Ready to estimate.
    record
        What it was trained on, how, and what it reached.
    weights_hash
        Of its weights.
    """

    network: Network
    record: Record
    weights_hash: str

    @property
    def kind(self) -> str:
        """``"curve"`` or ``"published"``."""
        return self.network.config.kind

    @property
    def currents(self) -> tuple[float, ...]:
        """Of the curves it takes, in order [A m⁻²]."""
        return tuple(float(c) for c in self.network.current)

    def check_curves(self, origin: Origin) -> None:
        """Refuse curves of another cell, balance, cut-off or thermal mode.

        Raises
        ------
        ParameterError
            Naming what differs.
        """
        check_origin(self.record.origin, origin)


def load_network(folder: str | Path) -> TrainedNetwork:
    """Load the network that `microbatt train --out` wrote.

    Parameters
    ----------
    folder
        With ``network.json`` and ``weights.npz``.

    Raises
    ------
    StoreError
        If there are no weights, they are damaged, or a newer version wrote them.
    """
    place = Path(folder)
    described = read_description(place)
    make = curve_network if described["kind"] == CurveNetworkConfig.kind else published_network
    return TrainedNetwork(
        network=make(described["config"], read_arrays(place, described)),
        record=record_of(described),
        weights_hash=described["weights_hash"],
    )


def save_network(folder: str | Path, network: Network, record: Record) -> str:
    """Write a network to a folder; return the hash of its weights."""
    arrays = (
        curve_arrays(network) if isinstance(network, CurveNetwork) else published_arrays(network)
    )
    return write_weights(
        Path(folder),
        kind=network.config.kind,
        config=asdict(network.config),
        arrays=arrays,
        record=record,
    )


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
