"""Many experiments at once, through Dask: one that fails harms no other."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from microbatt.cells import load_cell
from microbatt.errors import CurveError, MeasurementError, MicrobattError
from microbatt.inference.infer import infer
from microbatt.inference.options import InferenceOptions
from microbatt.inference.result.experiments import Inferred, experiments_dataset
from microbatt.measured import Experiment, Reading, Unread, curve_files, is_curve_file, read_files

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import xarray as xr
    from distributed import Client, Future

    from microbatt.cells import Cell
    from microbatt.inference.result.estimate import Estimate

_NOT_EXPERIMENTS: Final = (".", "__")
"""Folders whose names begin so are not a user's."""


def experiment_files(*places: str | Path) -> dict[str, tuple[Path, ...]]:
    """Return the files of each experiment.

    Parameters
    ----------
    *places : str or Path
        One folder of experiments: its subfolders and the files beside them are an experiment each.
        Or several files and folders, each of them an experiment.

    Returns
    -------
    dict
        Name → one file, or one folder of files. Names are those of the files and folders, or their
        whole paths where these are not unique.

    Raises
    ------
    MeasurementError
        If there is none, or a place does not exist.
    """
    found = [Path(place) for place in places]
    for place in found:
        if not place.exists():
            raise MeasurementError(f"{place}: there is no such file or folder. Check the path.")
    if len(found) == 1 and found[0].is_dir():
        found = [
            one
            for one in sorted(found[0].iterdir())
            if (one.is_dir() or is_curve_file(one)) and not one.name.startswith(_NOT_EXPERIMENTS)
        ]
    if not found:
        raise MeasurementError(
            f"{', '.join(map(str, places)) or 'nothing'}: there is no experiment here. Give a "
            "folder whose subfolders hold the curves of a cell each, or files."
        )
    names = [one.name if one.is_dir() else one.stem for one in found]
    count = Counter(names)
    return {
        name if count[name] == 1 else str(one): (one,)
        for name, one in zip(names, found, strict=True)
    }


def infer_each(
    experiments: Mapping[str, Sequence[str | Path]],
    cell: str | Path | Cell,
    options: InferenceOptions = InferenceOptions(),
    *,
    reading: Reading | None = None,
    client: Client | None = None,
) -> Iterator[Inferred]:
    """Infer many experiments, and return each as soon as it is done.

    Parameters
    ----------
    experiments : dict of str to sequence of str or Path
        Name → files, or folders of files, of its curves; see `experiment_files`.
    cell : str, Path or Cell
        What is known of the cell of each.
    options : InferenceOptions, default all defaults
        What to assume of each.
    reading : Reading, optional
        How to read the files.
    client : distributed.Client, optional
        Of any Dask cluster whose workers import microbatt and see the files under the same paths;
        None runs threads of this process, one for each core.

    Yields
    ------
    Inferred
        Of each experiment, in the order in which they finish. Whatever goes wrong with one, even
        the death of the worker, is told in its `failure` and harms no other.
    """
    from distributed import KilledWorker, as_completed

    how, loaded = reading or Reading(), load_cell(cell)
    paths = {
        name: tuple(Path(file).absolute() for file in files) for name, files in experiments.items()
    }

    def submitted(name: str) -> Future[Inferred]:
        return connected.submit(
            infer_one, name, paths[name], loaded, options, how, key=_key(name), pure=False
        )

    with _connected(client) as connected:
        names = {submitted(name): name for name in paths}
        suspects = []
        for future in as_completed(list(names)):
            name = names.pop(future)
            if isinstance(future.exception(), KilledWorker):
                suspects.append(name)
            else:
                yield _outcome(name, future)
        for name in suspects:  # each by itself: the worker may have died of another's
            yield _outcome(name, submitted(name))


def infer_many(
    experiments: Mapping[str, Sequence[str | Path]],
    cell: str | Path | Cell,
    options: InferenceOptions = InferenceOptions(),
    *,
    reading: Reading | None = None,
    client: Client | None = None,
) -> tuple[Inferred, ...]:
    """Infer many experiments.

    Parameters
    ----------
    experiments, cell, options : dict, Cell, InferenceOptions
        As for `infer_each`.
    reading, client : Reading, distributed.Client
        As for `infer_each`.

    Returns
    -------
    tuple of Inferred
        In the order of the experiments.
    """
    found = {
        one.name: one
        for one in infer_each(experiments, cell, options, reading=reading, client=client)
    }
    return tuple(found[name] for name in experiments)


def infer_folder(
    folder: str | Path,
    cell: str | Path | Cell,
    options: InferenceOptions = InferenceOptions(),
    *,
    reading: Reading | None = None,
    client: Client | None = None,
) -> xr.Dataset:
    """Infer every experiment in a folder; the estimates beside each other.

    Parameters
    ----------
    folder : str or Path
        See `experiment_files`.
    cell, options, reading, client : Cell, InferenceOptions, Reading, distributed.Client
        As for `infer_each`.

    Returns
    -------
    xarray.Dataset
        Along ``experiment``; see `microbatt.inference.experiments_dataset`.
    """
    return experiments_dataset(
        infer_many(experiment_files(folder), cell, options, reading=reading, client=client)
    )


def infer_files(
    name: str,
    files: Iterable[str | Path],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
) -> tuple[Estimate, tuple[Unread, ...]]:
    """Infer one experiment from what can be read and belongs to the cell.

    Parameters
    ----------
    name : str
        Of the experiment.
    files : iterable of str or Path
        Files, or folders of them.
    cell, options, reading : Cell, InferenceOptions, Reading
        As for `infer_each`.

    Returns
    -------
    estimate
        From the others.
    left_out
        Files and curves, and why.

    Raises
    ------
    MeasurementError
        If nothing can be read, or no curve is one of the cell's.
    ParameterError
        If an option is out of range.
    SimulationError
        If the engine finds no curve near the measured ones.
    """
    listed = [one for file in map(Path, files) for one in _files_of(file)]
    how = replace(reading, runs=options.runs).for_cell(cell)
    told, left_out = read_files(listed, how)
    measurements = tuple(one for file in told for one in file.measurements)
    runs = tuple(file.run for file in told if file.run is not None)
    while measurements or runs:
        experiment = Experiment(name=name, measurements=measurements, runs=runs, reading=told)
        try:
            return infer(experiment, cell, options), left_out
        except CurveError as error:
            left_out += (Unread(source=error.source, reason=str(error)),)
            measurements = tuple(one for one in measurements if one.source != error.source)
            runs = tuple(one for one in runs if one.source != error.source)
    raise MeasurementError("; ".join(one.reason for one in left_out))


def infer_one(
    name: str,
    files: Iterable[str | Path],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
) -> Inferred:
    """Infer one experiment; what makes it impossible is told in the answer.

    Parameters
    ----------
    name, files, cell, options, reading
        As for `infer_files`.
    """
    try:
        estimate, left_out = infer_files(name, files, cell, options, reading)
    except (MicrobattError, OSError) as error:
        return Inferred(name=name, failure=str(error))
    return Inferred(name=name, estimate=estimate, unread=left_out)


def _files_of(place: Path) -> tuple[Path, ...]:
    return curve_files(place) if place.is_dir() else (place,)


def _connected(client: Client | None) -> AbstractContextManager[Client]:
    from microbatt.campaign import local_client

    return local_client(dashboard=False) if client is None else nullcontext(client)


def _key(name: str) -> str:
    """Return a name for Dask's dashboard, which shows what stands before the first dash."""
    from uuid import uuid4

    return f"infer-{name}-{uuid4().hex[:8]}"


def _outcome(name: str, future: Future[Inferred]) -> Inferred:
    """Return what a task returned, or why it did not."""
    error = future.exception()
    if error is None:
        return future.result()
    return Inferred(name=name, failure=f"{type(error).__name__}: {error}")
