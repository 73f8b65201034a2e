"""Many experiments at once, through Dask: one that fails harms no other."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from dask.base import compute
from dask.delayed import delayed

from microbatt.cells.reading import load_cell
from microbatt.engines.request import Inventory, Isothermal, Thermal
from microbatt.errors import MeasurementError, MicrobattError
from microbatt.inference.inferring import infer
from microbatt.inference.labelled import experiments_dataset
from microbatt.inference.measurement import Experiment
from microbatt.inference.noise import CHARGE
from microbatt.inference.reading import Reading, Unread, curve_files, read_measurements

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xarray as xr
    from distributed import Client

    from microbatt.cells.cell import Cell
    from microbatt.inference.estimate import Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What `microbatt.inference.inferring.infer` is to assume of every experiment.

    Attributes
    ----------
    cell, noise, charge_error, free, inventory, thermal, level, network, seed
        As for `infer`.
    """

    cell: Cell
    noise: float | None = None
    charge_error: float = CHARGE
    free: Mapping[str, float] = field(default_factory=dict)
    inventory: Inventory = Inventory.AREA_ONLY
    thermal: Thermal = field(default_factory=Isothermal)
    level: float = 0.9
    network: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "cell", load_cell(self.cell))

    def infer(self, experiment: Experiment) -> Estimate:
        """Infer one experiment on these terms."""
        return infer(
            experiment,
            self.cell,
            noise=self.noise,
            charge_error=self.charge_error,
            free=self.free,
            inventory=self.inventory,
            thermal=self.thermal,
            level=self.level,
            network=self.network,
            seed=self.seed,
        )


def experiment_files(folder: str | Path) -> dict[str, tuple[Path, ...]]:
    """Return the files of each experiment in a folder.

    A subfolder is an experiment, and its files are the curves; without subfolders each file is one.

    Raises
    ------
    MeasurementError
        If there is none, or `folder` is not a folder.
    """
    place = Path(folder)
    if not place.is_dir():
        raise MeasurementError(f"{place}: this is not a folder. Give a folder of experiments.")
    inner = sorted(path for path in place.iterdir() if path.is_dir())
    if inner:
        return {path.name: (path,) for path in inner}
    return {path.stem: (path,) for path in curve_files(place)}


def infer_many(
    experiments: Mapping[str, Sequence[str | Path]],
    terms: Terms,
    *,
    reading: Reading | None = None,
    client: Client | None = None,
) -> tuple[tuple[Estimate, ...], tuple[Unread, ...]]:
    """Infer many experiments.

    Parameters
    ----------
    experiments
        Name → files, or folders of files, of its curves; see `experiment_files`.
    terms
        What to assume of each.
    reading
        How to read the files.
    client
        Of a Dask cluster; None uses threads of this process.

    Returns
    -------
    done
        Estimates, in order.
    failed
        Experiments that came to nothing, and why.
    """
    how = reading or Reading()
    tasks = [delayed(_one)(name, tuple(files), terms, how) for name, files in experiments.items()]
    found = (
        client.gather(client.compute(tasks))
        if client is not None
        else compute(*tasks, scheduler="threads")
    )
    return (
        tuple(one for one in found if not isinstance(one, Unread)),
        tuple(one for one in found if isinstance(one, Unread)),
    )


def infer_folder(
    folder: str | Path,
    terms: Terms,
    *,
    reading: Reading | None = None,
    client: Client | None = None,
) -> xr.Dataset:
    """Infer every experiment in a folder; the estimates beside each other.

    Parameters
    ----------
    folder
        See `experiment_files`.
    terms, reading, client
        As for `infer_many`.

    Returns
    -------
    xarray.Dataset
        Along ``experiment``; see `microbatt.inference.labelled.experiments_dataset`.
    """
    return experiments_dataset(
        *infer_many(experiment_files(folder), terms, reading=reading, client=client)
    )


def _one(
    name: str, files: Iterable[str | Path], terms: Terms, reading: Reading
) -> Estimate | Unread:
    """Infer one experiment; why not, if it cannot be."""
    try:
        measurements = tuple(one for file in files for one in read_measurements(file, reading))
        return terms.infer(Experiment(name=name, measurements=measurements))
    except (MicrobattError, OSError) as error:
        return Unread(source=name, reason=str(error))
