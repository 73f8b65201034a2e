"""Weights on disk: a folder of plain NumPy arrays and one JSON file, nothing to execute."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from zipfile import BadZipFile

import numpy as np

from microbatt.errors import StoreError
from microbatt.networks.curve import CurveNetwork, CurveNetworkConfig
from microbatt.networks.decoder import Decoder
from microbatt.networks.encoder import Scaling
from microbatt.networks.input_space import Projection, TypicalInputs
from microbatt.networks.joint import JointNetwork, JointNetworkConfig
from microbatt.networks.origin import Origin, TrainingRecord
from microbatt.networks.published import PublishedNetwork, PublishedNetworkConfig
from microbatt.places import Kind, check_replaceable, kind_of, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

Arrays = dict[str, "NDArray[Any]"]

FORMAT: Final = 2
"""Raised when the code of one day cannot read what that of another wrote; 2 identifies a cell by
what its fits compute."""
TARGETS: Final = "targets"
"""Beside the sizes of a network that may answer anything: what it answers."""
DESCRIPTION: Final = "network.json"
ARRAYS: Final = "weights.npz"


def write_weights(
    folder: Path,
    *,
    kind: str,
    config: Mapping[str, Any],
    arrays: Arrays,
    record: TrainingRecord,
    overwrite: bool = False,
) -> str:
    """Write a trained network; return the hash of its weights.

    Parameters
    ----------
    folder : pathlib.Path
        Made if it does not exist; other things may lie in it.
    kind : str
        ``"curve"``, ``"published"`` or ``"joint"``.
    config : mapping of str to object
        Sizes of the network.
    arrays : Arrays
        Its weights.
    record : TrainingRecord
        Where they come from and what they reached.
    overwrite : bool, default False
        Whether weights of another training may be replaced; those of the same always may.

    Raises
    ------
    StoreError
        If there are weights of another training, or a file of that name that holds none.
    """
    own_hash = arrays_hash(arrays)
    check_place(folder, own_hash, record, overwrite=overwrite)
    folder.mkdir(parents=True, exist_ok=True)
    _replace(folder / ARRAYS, lambda path: _write_arrays(path, arrays))
    described = mark(Kind.WEIGHTS) | {
        "format": FORMAT,
        "kind": kind,
        "config": dict(config),
        "weights_hash": own_hash,
        "origin": record.origin.to_dict(),
        "microbatt": record.version,
        "settings": dict(record.settings),
        "scores": dict(record.scores),
    }
    text = json.dumps(described, indent=1) + "\n"
    _replace(folder / DESCRIPTION, lambda path: path.write_text(text, encoding="utf-8"))
    return own_hash


def check_place(
    folder: Path, weights_hash: str, record: TrainingRecord, *, overwrite: bool = False
) -> None:
    """Refuse a folder whose files would be lost to weights of some hash and training.

    Raises
    ------
    StoreError
        If there are weights of another training, or a file of that name that holds none.
    """
    description, arrays = folder / DESCRIPTION, folder / ARRAYS
    if kind_of(description) is Kind.WEIGHTS:
        there = read_description(folder)
        settings = json.loads(json.dumps(dict(record.settings)))
        training = (there["origin"], there["settings"]) == (record.origin.to_dict(), settings)
        same = there["weights_hash"] == weights_hash or (bool(settings) and training)
        check_replaceable(
            description, Kind.WEIGHTS, overwrite=overwrite or same, option="`overwrite=True`"
        )
        return
    for file in (description, arrays):
        check_replaceable(file, Kind.WEIGHTS)


def read_description(folder: Path) -> dict[str, Any]:
    """Read what a folder says of its weights, and check that this version can use them.

    Raises
    ------
    StoreError
        If there are none, or another version wrote them.
    """
    try:
        described: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
        format_read = int(described["format"])
    except FileNotFoundError as error:
        raise StoreError(
            f"there are no weights in {folder}: it has no `{DESCRIPTION}`. "
            "Give the folder that `microbatt train --out` wrote, or the folder of folds in it."
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{folder / DESCRIPTION} cannot be read ({error}); train the network again."
        ) from error
    if format_read != FORMAT:
        raise StoreError(
            f"the weights in {folder} have format {format_read}; this version of microbatt reads "
            f"{FORMAT}. {'Upgrade microbatt, or train' if format_read > FORMAT else 'Train'} the "
            "network again."
        )
    return described


def read_arrays(folder: Path, described: Mapping[str, Any]) -> Arrays:
    """Read the weights of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where they lie.
    described : mapping of str to object
        From `read_description`.

    Raises
    ------
    StoreError
        If they are missing, damaged, or not those described.
    """
    try:
        with (folder / ARRAYS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
            arrays = dict(stored)
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise StoreError(
            f"{folder / ARRAYS} cannot be read ({error}); train the network again."
        ) from error
    if arrays_hash(arrays) != described["weights_hash"]:
        raise StoreError(
            f"{folder / ARRAYS} does not hold the weights that `{DESCRIPTION}` describes; "
            "the two come from different trainings. Train the network again."
        )
    return arrays


def record_of(described: Mapping[str, Any]) -> TrainingRecord:
    """Return where weights come from, as their description says."""
    return TrainingRecord(
        origin=Origin(**described["origin"]),
        settings=described["settings"],
        scores=described["scores"],
        version=described["microbatt"],
    )


def arrays_hash(arrays: Mapping[str, NDArray[Any]]) -> str:
    """Return a hash of arrays: their names, types, shapes and bytes."""
    digest = sha256()
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def curve_arrays(network: CurveNetwork) -> Arrays:
    """Return the weights of a curve network by name, those that are many in single precision."""
    arrays: Arrays = {"current": network.current}
    arrays |= {f"scaling_{name}": a for name, a in asdict(network.scaling).items()}
    for name in ("knots_u", "knots_v", "mean"):
        arrays[f"decoder_{name}"] = getattr(network.decoder, name)
    for name in ("weights", "components", "spread"):
        arrays[f"decoder_{name}"] = getattr(network.decoder, name).astype(np.float32)
    for number, weights in enumerate(network.members):
        arrays |= {f"member_{number}_{i:02d}": w for i, w in enumerate(weights)}
    return arrays


def curve_network(config: Mapping[str, Any], arrays: Arrays) -> CurveNetwork:
    """Return the curve network that `curve_arrays` took apart."""
    sizes = CurveNetworkConfig(**config)

    def part(prefix: str) -> Arrays:
        named = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
        return {n: a.astype(float) for n, a in sorted(named.items())}

    members = tuple(
        tuple(a.astype(np.float32) for a in part(f"member_{number}_").values())
        for number in range(sizes.members)
    )
    return CurveNetwork(
        config=sizes,
        current=arrays["current"],
        scaling=Scaling(**part("scaling_")),
        members=members,
        decoder=Decoder(**part("decoder_")),
    )


def joint_arrays(network: JointNetwork) -> Arrays:
    """Return the weights of a joint network by name."""
    arrays: Arrays = {name: getattr(network, name) for name in ("current", "low", "high")}
    arrays |= {f"scaling_{name}": a for name, a in asdict(network.scaling).items()}
    for number, weights in enumerate(network.members):
        arrays |= {f"member_{number}_{i:02d}": w for i, w in enumerate(weights)}
    if network.widening is not None:
        arrays["widening"] = network.widening
    if network.typical is not None:
        arrays |= {
            f"typical_{name}": np.asarray(a, np.float32 if name == "whitening" else float)
            for name, a in asdict(network.typical).items()
        }
    if network.projection is not None:
        arrays |= {f"projection_{name}": a for name, a in asdict(network.projection).items()}
    return arrays


def joint_network(config: Mapping[str, Any], arrays: Arrays) -> JointNetwork:
    """Return the joint network that `joint_arrays` took apart."""
    sizes = JointNetworkConfig(**{k: v for k, v in config.items() if k != TARGETS})

    def part(prefix: str) -> Arrays:
        named = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
        return dict(sorted(named.items()))

    typical, projection = part("typical_"), part("projection_")
    return JointNetwork(
        config=sizes,
        targets=tuple(config[TARGETS]),
        scaling=Scaling(**part("scaling_")),
        members=tuple(tuple(part(f"member_{number}_").values()) for number in range(sizes.members)),
        widening=arrays.get("widening"),
        typical=TypicalInputs(
            mean=typical["mean"],
            whitening=typical["whitening"],
            furthest=float(typical["furthest"]),
        )
        if typical
        else None,
        projection=Projection(**projection) if projection else None,
        **{name: arrays[name] for name in ("current", "low", "high")},
    )


def published_arrays(network: PublishedNetwork) -> Arrays:
    """Return the weights of a published network by name."""
    arrays = {name: getattr(network, name) for name in _PUBLISHED}
    for copy in ("weighted", "relative"):
        arrays |= {f"{copy}_{i:02d}": w for i, w in enumerate(getattr(network, copy))}
    return arrays


def published_network(config: Mapping[str, Any], arrays: Arrays) -> PublishedNetwork:
    """Return the published network that `published_arrays` took apart."""

    def copy(name: str) -> tuple[NDArray[Any], ...]:
        return tuple(arrays[key] for key in sorted(arrays) if key.startswith(f"{name}_"))

    return PublishedNetwork(
        config=PublishedNetworkConfig(**config),
        current=arrays["current"],
        energy_mean=arrays["energy_mean"],
        energy_spread=arrays["energy_spread"],
        weighted=copy("weighted"),
        relative=copy("relative"),
        bin_scores=arrays["bin_scores"],
    )


_PUBLISHED: Final = ("current", "energy_mean", "energy_spread", "bin_scores")


def _write_arrays(path: Path, arrays: Arrays) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file beside its place, then move it there in one step."""
    beside = path.with_name(f".{path.name}.part")
    write(beside)
    beside.replace(path)
