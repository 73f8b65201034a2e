"""Curves as people have them: records, files, tables, simulated discharges."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from microbatt.errors import ParameterError
from microbatt.measured.copies import without_copies
from microbatt.measured.experiment import Experiment, experiment_name
from microbatt.measured.measurement import Measurement
from microbatt.measured.run import MeasuredRun, run_of
from microbatt.measured.steps import REST

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from microbatt.engines import Discharge, Simulation
    from microbatt.measured.experiment import FileReading
    from microbatt.measured.reading import Reading

Curve: TypeAlias = (
    "Experiment | Measurement | MeasuredRun | str | Path | pd.DataFrame | xr.Dataset | Discharge"
    " | Simulation"
)
"""A measured curve, or several, as people have them."""
Curves: TypeAlias = "Curve | Iterable[Curve]"
"""One such, or many."""
_ALLOWED: Final = (
    "a path of a file or a folder, a pandas DataFrame, an xarray Dataset of one curve, a "
    "Discharge, a Simulation, a Measurement, a MeasuredRun, an Experiment, or a list of such"
)


def gather(curves: Curves, reading: Reading | None = None) -> Experiment:
    """Return the curves as one experiment.

    Parameters
    ----------
    curves : Experiment, Measurement, MeasuredRun, path, table, Discharge, Simulation, or several
        Tables are pandas DataFrames or xarray Datasets, whose columns have names and units as
        in a file; discharges and protocols are simulated ones, or their Datasets.
    reading : Reading, optional
        What the headings of files and tables do not say.

    Returns
    -------
    Experiment
        Without curves that stand twice; `Experiment.reading` tells what was read.

    Raises
    ------
    MeasurementError
        If a file or a table cannot be read, or there is no curve.
    ParameterError
        If something else came.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame(
    ...     {
    ...         "time [s]": range(0, 600, 60),
    ...         "voltage [V]": [4.0 - 0.1 * row for row in range(10)],
    ...         "current [A m-2]": 17.5,
    ...     }
    ... )
    >>> gather(table).currents
    (17.5,)
    """
    items = [curves] if _is_one(curves) else _listed(curves)
    found: list[Sequence[Measurement]] = []
    told: list[FileReading] = []
    names: list[str] = []
    runs: list[MeasuredRun] = []
    for number, item in enumerate(items, start=1):
        if isinstance(item, MeasuredRun):
            names.append(item.source)
            runs.append(item)
            continue
        name, groups, read = _gathered(item, number, len(items), reading)
        names.append(name)
        found += groups
        told += read
        whole = item.runs if isinstance(item, Experiment) else ()
        runs += whole or [file.run for file in read if file.run is not None]
    kept, _ = without_copies(found)
    name = experiment_name(names)
    return Experiment(name=name, measurements=kept, reading=tuple(told), runs=tuple(runs))


def _gathered(
    item: Curve, number: int, count: int, reading: Reading | None
) -> tuple[str, tuple[Sequence[Measurement], ...], tuple[FileReading, ...]]:
    """Return name, measurements of each file, and what was read of one thing."""
    from microbatt.engines import Discharge, Simulation
    from microbatt.measured.reading import files_of, read_file, read_frame

    kind = "simulation" if isinstance(item, Simulation) else "table"
    label = kind if count == 1 else f"{kind} {number}"
    if isinstance(item, Experiment):
        return item.name, (item.measurements,), item.reading
    if isinstance(item, Measurement):
        return item.source, ((item,),), ()
    if isinstance(item, str | Path):
        files = tuple(read_file(file, reading) for file in files_of(Path(item)))
        return Path(item).stem, tuple(file.measurements for file in files), files
    if isinstance(item, Discharge):
        return "discharge", ((_of_discharge(item, number),),), ()
    if isinstance(item, Simulation):
        read = _begun_at(read_frame(item.to_dataset(), reading, name=label), item)
        return label, (read.measurements,), (read,)
    if _is_table(item):
        read = read_frame(item, reading, name=label)
        return label, (read.measurements,), (read,)
    raise ParameterError(
        f"`curves` holds a {type(item).__name__}; it must be {_ALLOWED}. {_advice(item)}"
    )


def _begun_at(read: FileReading, simulation: Simulation) -> FileReading:
    """Tell what was read of a simulation the voltage at rest from which it began."""
    run, measurements, rest = read.run, read.measurements, simulation.open_circuit_voltage
    if run is not None and run.rest_voltage is None:
        run = replace(run, rest_voltage=rest)
    if measurements and simulation.current[0] > 0.0 and measurements[0].rest_voltage is None:
        measurements = (replace(measurements[0], rest_voltage=rest), *measurements[1:])
    return replace(read, run=run, measurements=measurements)


def as_runs(experiment: Experiment) -> Experiment | None:
    """Return an experiment whose discharges are read as runs, each file from its first row on.

    So are discharges fitted that do not start where the cell file starts.

    Parameters
    ----------
    experiment : Experiment
        Discharges that were read from files or tables, with the voltage at rest before each.

    Returns
    -------
    Experiment or None
        With runs in place of the discharges; None if a file has no time, or its state at the start
        is not known.
    """
    taken = {one.source for one in experiment.measurements}
    files = [file for file in experiment.reading if taken & {m.source for m in file.measurements}]
    runs = [_as_run(file) for file in files]
    told = {one.source for file in files for one in file.measurements}
    if not taken <= told or any(run is None for run in runs):
        return None
    reading = tuple(
        replace(file, measurements=(), run=runs[files.index(file)]) if file in files else file
        for file in experiment.reading
    )
    found = tuple(run for run in runs if run is not None)
    return replace(experiment, measurements=(), reading=reading, runs=(*experiment.runs, *found))


def _as_run(file: FileReading) -> MeasuredRun | None:
    """Return a file as a run; None if its time or its state at the start is not known."""
    if file.samples is None or file.samples.time is None or not file.steps:
        return None
    run = run_of(file.source, file.samples, file.remarks, from_rest=file.steps[0].kind == REST)
    if run.rest_voltage is None and file.steps[0].taken:  # as a simulation tells it
        run = replace(run, rest_voltage=file.measurements[0].rest_voltage)
    if run.rest_voltage is None:
        return None
    told = "read as a run, since its discharges do not start where the cell file starts"
    return replace(run, remarks=(*run.remarks, told))


def _of_discharge(discharge: Discharge, number: int) -> Measurement:
    """Return a simulated discharge as a measurement without noise."""
    if len(discharge.voltage) < 2:
        raise ParameterError(
            f"`curves` holds a discharge without a curve ({discharge.outcome.message}); leave it "
            "out."
        )
    return Measurement(
        source=f"discharge {number} at {discharge.current:.4g} A m⁻²",
        current=float(discharge.current),
        capacity=discharge.capacity,
        voltage=discharge.voltage,
    )


def _is_one(curves: object) -> bool:
    from microbatt.engines import Discharge, Simulation

    kinds = (Experiment, Measurement, MeasuredRun, str, Path, Discharge, Simulation)
    return isinstance(curves, kinds) or _is_table(curves)


def _is_table(item: object) -> bool:
    import pandas as pd
    import xarray as xr

    return isinstance(item, pd.DataFrame | xr.Dataset)


def _listed(curves: object) -> list[Curve]:
    if isinstance(curves, bytes | dict) or not isinstance(curves, Iterable):
        raise ParameterError(
            f"`curves` is a {type(curves).__name__}; it must be {_ALLOWED}. {_advice(curves)}"
        )
    listed = list(curves)
    if not listed:
        raise ParameterError(f"`curves` is empty; it must be {_ALLOWED}.")
    return listed


def _advice(item: object) -> str:
    if isinstance(item, dict):
        return "Make a table of it: `pandas.DataFrame(...)`."
    if type(item).__name__ in {"ndarray", "Series", "DataArray"}:
        return (
            "Make a table with named columns of it: `pandas.DataFrame({'time [s]': t, "
            "'voltage [V]': v, 'current [A m-2]': i})`."
        )
    return "Save it to a file, or make a DataFrame of it."
