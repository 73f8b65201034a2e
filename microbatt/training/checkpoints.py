"""Checkpoints: every variable of a fit after some epoch, in one file that appears in one step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

import numpy as np

from microbatt.errors import StoreError
from microbatt.places import Kind, kind_of, replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_ABOUT: Final = "about"
CHECKPOINT_ENDING: Final = ".checkpoint.npz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A fit after some epoch.

    Parameters
    ----------
    identity : str
        Hash of everything that decides the fit; another fit's checkpoint is not gone on with.
    epoch : int
        How many are done.
    variables : sequence of numpy.ndarray
        Variables of the network and of the optimizer, in their order.
    losses : sequence of float
        Losses of each epoch done.
    """

    identity: str
    epoch: int
    variables: Sequence[NDArray[Any]]
    losses: Sequence[float]


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint; a reader sees the one before or this one, never a part.

    Raises
    ------
    StoreError
        If there is a file of another kind.
    """
    about = {
        "identity": checkpoint.identity,
        "epoch": checkpoint.epoch,
        "losses": list(checkpoint.losses),
    }
    arrays = {f"variable_{i:04d}": np.asarray(v) for i, v in enumerate(checkpoint.variables)}
    described = {_ABOUT: np.array(json.dumps(about)), **arrays}
    with replacing(path, Kind.CHECKPOINT, overwrite=True) as written, written.open("wb") as file:
        np.savez(file, allow_pickle=False, **described)


def read_checkpoint(path: Path, identity: str) -> Checkpoint | None:
    """Read a checkpoint; None where there is none.

    Raises
    ------
    StoreError
        If it belongs to another fit or cannot be read.
    """
    if not path.exists():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = json.loads(str(stored[_ABOUT]))
            variables = [stored[name] for name in sorted(set(stored.files) - {_ABOUT})]
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
        raise StoreError(f"the checkpoint {path} cannot be read ({error}); remove it.") from error
    if about["identity"] != identity:
        raise StoreError(
            f"{path} is a checkpoint of another training: other settings, points or seed. "
            "Give another folder with `--out`, or remove it."
        )
    return Checkpoint(
        identity=identity, epoch=about["epoch"], variables=variables, losses=about["losses"]
    )


def discard_checkpoints(folder: Path) -> None:
    """Remove the checkpoints in a folder and below it, whatever training they are of.

    Parameters
    ----------
    folder : pathlib.Path
        Of weights; it need not be there.
    """
    for found in folder.rglob(f"*{CHECKPOINT_ENDING}"):
        if kind_of(found) is Kind.CHECKPOINT:
            found.unlink()
