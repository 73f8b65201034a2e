"""Networks with their weights: one from a folder, or those of all folds of a cross-validation."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np

from microbatt.checks import check_choice
from microbatt.errors import ParameterError, StoreError
from microbatt.networks.curve import CurveNetwork, CurveNetworkConfig
from microbatt.networks.joint import JointNetwork, JointNetworkConfig
from microbatt.networks.origin import Origin, TrainingRecord, check_origin, differences
from microbatt.networks.published import PublishedNetwork, PublishedNetworkConfig
from microbatt.networks.weights import (
    DESCRIPTION,
    TARGETS,
    Arrays,
    arrays_hash,
    curve_arrays,
    curve_network,
    joint_arrays,
    joint_network,
    published_arrays,
    published_network,
    read_arrays,
    read_description,
    record_of,
    write_weights,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

Network: TypeAlias = CurveNetwork | PublishedNetwork | JointNetwork

_POINTS: Final = "training_points"
"""Beside the weights: alpha and S of the points from which they were learned."""
_DECIMALS: Final = 9
"""To which two points are the same."""
_FOLD: Final = "fold-"
_ALPHA_AND_S: Final = ("alpha", "S")
_MAKERS: Final[dict[str, Callable[[Mapping[str, Any], Arrays], Network]]] = {
    CurveNetworkConfig.kind: curve_network,
    PublishedNetworkConfig.kind: published_network,
    JointNetworkConfig.kind: joint_network,
}
"""Kind of network → what makes one of its description and its arrays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedNetwork:
    """A network with its weights and where they come from.

    Parameters
    ----------
    network : CurveNetwork, PublishedNetwork or JointNetwork
        Ready to estimate.
    record : TrainingRecord
        What it was trained on, how, and what it reached.
    weights_hash : str
        Hash of its weights.
    points : numpy.ndarray of float, optional
        Where it was trained: the targets of the points, shape (n, k); None where nobody knows.
    """

    network: Network
    record: TrainingRecord
    weights_hash: str
    points: NDArray[np.float64] | None = None

    @property
    def kind(self) -> str:
        """``"curve"``, ``"published"`` or ``"joint"``."""
        return self.network.config.kind

    @property
    def targets(self) -> tuple[str, ...]:
        """What it answers, by the names of `microbatt.parameters`."""
        network = self.network
        return network.targets if isinstance(network, JointNetwork) else _ALPHA_AND_S

    @property
    def currents(self) -> tuple[float, ...]:
        """Of the curves it takes, in order [A m⁻²]."""
        return tuple(float(c) for c in self.network.current)

    def check_curves(self, origin: Origin) -> None:
        """Refuse curves of another cell, balance, cut-off or thermal mode.

        Parameters
        ----------
        origin : Origin
            Origin of the curves.

        Raises
        ------
        ParameterError
            Naming what differs.
        """
        check_origin(self.record.origin, origin)

    def never_saw(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return which points are known not to be among those that it was trained on.

        Parameters
        ----------
        points : numpy.ndarray of float
            Values of the targets, shape (n, k).

        Returns
        -------
        numpy.ndarray
            Shape (n,).
        """
        if self.points is None:
            return np.zeros(len(points), dtype=bool)
        seen = {tuple(point) for point in self.points.round(_DECIMALS).tolist()}
        return np.array([tuple(p) not in seen for p in points.round(_DECIMALS).tolist()], bool)


def load_network(folder: str | Path) -> TrainedNetwork:
    """Load the network that `microbatt train --out` wrote.

    Parameters
    ----------
    folder : str or pathlib.Path
        With ``network.json`` and ``weights.npz``.

    Returns
    -------
    TrainedNetwork
        Ready to estimate.

    Raises
    ------
    StoreError
        If there are no weights, they are damaged, or a newer version wrote them.
    """
    place = Path(folder)
    described = read_description(place)
    arrays = read_arrays(place, described)
    kind = check_choice("kind", described["kind"], _MAKERS)
    return TrainedNetwork(
        network=_MAKERS[kind](described["config"], arrays),
        record=record_of(described),
        weights_hash=described["weights_hash"],
        points=arrays.get(_POINTS),
    )


def trained_network(
    network: Network, record: TrainingRecord, points: NDArray[np.float64] | None = None
) -> TrainedNetwork:
    """Return a network with where it comes from, and the hash of its weights.

    Parameters
    ----------
    network : CurveNetwork or PublishedNetwork
        Trained.
    record : TrainingRecord
        What it was trained on, how, and what it reached.
    points : numpy.ndarray of float, optional
        Where it was trained: the targets of the points, shape (n, k).

    Returns
    -------
    TrainedNetwork
        To predict with, or to save.
    """
    return TrainedNetwork(
        network=network,
        record=record,
        weights_hash=arrays_hash(_arrays(network, points)),
        points=points,
    )


def network_for(origin: Origin, folders: Iterable[str | Path]) -> TrainedNetwork:
    """Load the first network of several folders that is for curves of some origin.

    Parameters
    ----------
    origin : Origin
        Origin of the curves.
    folders : iterable of str or pathlib.Path
        Each with ``network.json`` and ``weights.npz``.

    Returns
    -------
    TrainedNetwork
        Ready to estimate.

    Raises
    ------
    ParameterError
        If none is for such curves; the message says of each what differs.
    StoreError
        As for `load_network`.
    """
    others = []
    for folder in map(Path, folders):
        differing = differences(record_of(read_description(folder)).origin, origin)
        if not differing:
            return load_network(folder)
        others.append(f"{folder.name} is for {'; '.join(differing)}")
    raise ParameterError(
        f"no network is for these curves: {', '.join(others) or 'there is none at all'}. Train one "
        "on such curves with `microbatt train`, or take weights that are for them."
    )


def save_network(folder: str | Path, trained: TrainedNetwork, *, overwrite: bool = False) -> None:
    """Write a network to a folder.

    Parameters
    ----------
    folder : str or pathlib.Path
        Made if need be; other things may lie in it.
    trained : TrainedNetwork
        What to write.
    overwrite : bool, default False
        Whether weights of another training may be replaced; those of the same always may.

    Raises
    ------
    StoreError
        If there are weights of another training, or a file of that name that holds none.
    """
    write_weights(
        Path(folder),
        kind=trained.kind,
        config=asdict(trained.network.config) | _told_targets(trained.network),
        arrays=_arrays(trained.network, trained.points),
        record=trained.record,
        overwrite=overwrite,
    )


def _arrays(network: Network, points: NDArray[np.float64] | None) -> Arrays:
    if isinstance(network, CurveNetwork):
        weights = curve_arrays(network)
    elif isinstance(network, JointNetwork):
        weights = joint_arrays(network)
    else:
        weights = published_arrays(network)
    return weights if points is None else weights | {_POINTS: points}


def _told_targets(network: Network) -> dict[str, Any]:
    return {TARGETS: list(network.targets)} if isinstance(network, JointNetwork) else {}


def fold_folder(folder: str | Path, number: int) -> Path:
    """Return where a cross-validation keeps the copy of one fold.

    Parameters
    ----------
    folder : str or pathlib.Path
        Folder of all folds.
    number : int
        Number of the fold, from 1.

    Returns
    -------
    pathlib.Path
        Its own folder in it.

    Examples
    --------
    >>> fold_folder("random-folds", 3).as_posix()
    'random-folds/fold-03'
    """
    return Path(folder) / f"{_FOLD}{number:02d}"


def load_copies(folder: str | Path) -> dict[int, TrainedNetwork]:
    """Load the network of a folder as fold 0, or the copies of a cross-validation.

    Parameters
    ----------
    folder : str or pathlib.Path
        That `microbatt train --out` wrote, or the folder of folds in it.

    Returns
    -------
    dict
        Number of the fold → network.

    Raises
    ------
    StoreError
        As for `load_network`, or if the folds come from different trainings.
    """
    place = Path(folder)
    folds = {
        int(path.parent.name.removeprefix(_FOLD)): path.parent
        for path in sorted(place.glob(f"{_FOLD}*/{DESCRIPTION}"))
    }
    if (place / DESCRIPTION).exists() or not folds:
        return {0: load_network(place)}
    copies = {number: load_network(path) for number, path in folds.items()}
    trainings = {
        (
            copy.kind,
            copy.currents,
            copy.record.origin.campaign_hash,
            copy.record.settings.get("split"),
        )
        for copy in copies.values()
    }
    if len(trainings) > 1:
        raise StoreError(
            f"the folds in {place} come from {len(trainings)} different trainings; cross-validate "
            "again with `microbatt train --folds`, into a folder of its own."
        )
    return copies
