"""Measured curves from files, and a record of what was read in each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from microbatt.checks import POSITIVE, check_choice, check_number
from microbatt.errors import MeasurementError, MicrobattError
from microbatt.measured.copies import without_copies
from microbatt.measured.discharges import Found, discharges, is_run
from microbatt.measured.experiment import Experiment, FileReading, experiment_name
from microbatt.measured.headings import find_columns
from microbatt.measured.parts import cells_apart, choose_part, numbered
from microbatt.measured.record import check_doubles, make_record
from microbatt.measured.run import MeasuredRun, run_of
from microbatt.measured.tables import SUFFIXES, Table, dataset_table, frame_table, read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd
    import xarray as xr

    from microbatt.cells import Cell
    from microbatt.measured.headings import Column
    from microbatt.measured.measurement import Measurement

_PACKED: Final = ".gz"
RUNS: Final = ("never", "auto", "always")
"""Whether files are read as runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read files whose headings do not say everything.

    Attributes
    ----------
    columns : mapping of str to str
        Quantity (time, voltage, current, capacity, temperature) → heading, or
        ``"heading:unit"``.
    area : float, optional
        Of the electrode [m²], for currents in A and capacities in A h. `microbatt.infer` takes the
        one that the cell states where none is given.
    current : float, optional
        Discharge current [A m⁻²] where the files have no column of it.
    skip_bad_rows : bool, default False
        Leave out rows that lack a number or repeat a time, instead of refusing the file.
    part : str, optional
        Which of several cells of a file, or which sheets of a workbook, by name.
    runs : {"never", "auto", "always"}
        Whether a file is read as a run, from its first row to its last, rests and charges included,
        and not as discharges: ``"auto"`` where it holds pulses or changing currents, or no
        discharge from a full cell at constant current. `microbatt.infer` reads so.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    area: float | None = None
    current: float | None = None
    skip_bad_rows: bool = False
    part: str | None = None
    runs: str = "never"

    def __post_init__(self) -> None:
        check_choice("runs", self.runs, RUNS)
        if self.area is not None:
            check_number("area", self.area, POSITIVE, unit="m²")
        if self.current is not None:
            check_number("current", self.current, POSITIVE, unit="A m⁻²")

    def for_cell(self, cell: Cell) -> Reading:
        """Return the same with the area that the cell states, where none is given.

        Parameters
        ----------
        cell : Cell
            That was measured.

        Returns
        -------
        Reading
            Itself where an area is given or the cell states none.
        """
        if self.area is not None or cell.area is None:
            return self
        return replace(self, area=cell.area)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A file, or an experiment, that came to nothing, and why.

    Attributes
    ----------
    source : str
        Its name or path.
    reason : str
        What came, what is allowed, what to do.
    """

    source: str
    reason: str


def read_file(path: str | Path, reading: Reading | None = None) -> FileReading:
    """Read a file: its discharges, and all that was found in it.

    Columns are recognised by name and unit: voltage; current in A (with an area) or per area, or
    none where `Reading.current` gives it; time, or a capacity where there is no time.

    Parameters
    ----------
    path : str or pathlib.Path
        Text of any usual form, also compressed by gzip; Parquet or Excel.
    reading : Reading, optional
        What the headings do not say.

    Returns
    -------
    FileReading
        With the measurements.

    Raises
    ------
    MeasurementError
        Naming file, column, row, what is allowed and what to do.

    See Also
    --------
    read_experiment : Several files, or folders, as one experiment.
    """
    how = reading or Reading()
    return _read_table(read_table(Path(path), how.columns, how.part), how)


def inspect_file(path: str | Path, reading: Reading | None = None) -> tuple[FileReading, ...]:
    r"""Read a file to look at it: whatever steps are in it, fit to be used or not.

    Unlike `read_file` it goes on where nothing should be fitted, and says why in
    `FileReading.refusal`; shows currents in A where the electrode's area is not given; and reads
    every cell of a file that holds several.

    Parameters
    ----------
    path : str or pathlib.Path
        As for `read_file`.
    reading : Reading, optional
        What the headings do not say.

    Returns
    -------
    tuple of FileReading
        One for each cell of the file.

    Raises
    ------
    MeasurementError
        If its rows cannot be read at all; naming column, row, what is allowed and what to do.

    See Also
    --------
    read_file : The same for use: one cell, and an error where nothing should be fitted.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> path = Path(mkdtemp()) / "a.csv"
    >>> rows = "".join(f"{60 * i},{4.1 - 0.02 * i},-0.01\n" for i in range(40))
    >>> _ = path.write_text(f"time [s],voltage [V],current [A]\n{rows}", "utf-8")
    >>> (found,) = inspect_file(path)
    >>> found.steps[0].kind, found.per_area
    ('discharge', False)
    """
    how = reading or Reading()
    table = read_table(Path(path), how.columns, how.part)
    parts = _chosen(table, how, every=True)
    return tuple(_inspected(name, one, how) for name, one in parts.items())


def read_cells(path: str | Path, reading: Reading | None = None) -> tuple[Experiment, ...]:
    """Read a file of several cells, each as an experiment of its own.

    The cells stand below each other, with a column that names them, or side by side, in blocks of
    columns under the same headings.

    Parameters
    ----------
    path : str or pathlib.Path
        As for `read_file`.
    reading : Reading, optional
        What the headings do not say; the area is that of each cell.

    Returns
    -------
    tuple of Experiment
        One for each cell, in the order of the file.

    Raises
    ------
    MeasurementError
        If the file, or one of its cells, cannot be read.
    """
    how = reading or Reading()
    table = read_table(Path(path), how.columns, how.part)
    found = []
    for name, one in _chosen(table, how, every=True).items():
        file = _read_part(name, one, how)
        kept, copies = without_copies([file.measurements])
        called = name or Path(path).stem
        found.append(
            Experiment(
                name=called,
                measurements=kept,
                reading=(_with_copies(file, copies),),
                runs=runs_of([file]),
            )
        )
    return tuple(found)


def read_cycles(
    path: str | Path, reading: Reading | None = None
) -> tuple[dict[float, Experiment], tuple[Unread, ...]]:
    """Read the cycles of one cell from a file that numbers them in a column.

    Parameters
    ----------
    path : str or pathlib.Path
        As for `read_file`.
    reading : Reading, optional
        What the headings do not say.

    Returns
    -------
    cycles : dict of float to Experiment
        Number of the cycle → its discharges and runs, rising.
    unread : tuple of Unread
        Cycles that hold nothing to be fitted, and why.

    Raises
    ------
    MeasurementError
        If the file cannot be read, or no column numbers cycles.
    """
    how = reading or Reading()
    table = read_table(Path(path), how.columns, how.part)
    ((name, one),) = _chosen(table, how).items()
    found: dict[float, Experiment] = {}
    unread: list[Unread] = []
    for number, part in numbered(one).items():
        try:
            file = _read_part(name, part, how)
        except MeasurementError as error:
            unread.append(Unread(source=part.source, reason=str(error)))
            continue
        found[number] = Experiment(
            name=part.source,
            measurements=file.measurements,
            reading=(file,),
            runs=runs_of([file]),
        )
    return found, tuple(unread)


def read_frame(
    frame: pd.DataFrame | xr.Dataset, reading: Reading | None = None, *, name: str = "table"
) -> FileReading:
    """Read a DataFrame, or a Dataset along one dimension, like a file.

    Parameters
    ----------
    frame : pandas.DataFrame or xarray.Dataset
        Columns with names and units as in a file, ``voltage [V]`` for instance; variables of a
        Dataset may have ``attrs["units"]`` instead.
    reading : Reading, optional
        What the names do not say.
    name : str, default "table"
        Of the table, for messages.

    Returns
    -------
    FileReading
        With the measurements.

    Raises
    ------
    MeasurementError
        Naming column, row, what is allowed and what to do.
    """
    import pandas as pd

    how = reading or Reading()
    if isinstance(frame, pd.DataFrame):
        return _read_table(frame_table(frame, name, how.columns), how)
    return _read_table(dataset_table(frame, name, how.columns), how)


def read_experiment(
    places: str | Path | Iterable[str | Path],
    reading: Reading | None = None,
    *,
    name: str | None = None,
) -> Experiment:
    """Read the discharges of one cell from files and folders.

    Parameters
    ----------
    places : str, pathlib.Path or iterable of them
        Files, or folders for all such files in them.
    reading : Reading, optional
        What the headings do not say.
    name : str, optional
        Of the experiment; that of the file or folder if there is one only.

    Returns
    -------
    Experiment
        Without curves that stand twice; `Experiment.reading` tells what was read.

    Raises
    ------
    MeasurementError
        If a file cannot be read, or there is no curve.
    """
    listed = [places] if isinstance(places, str | Path) else list(places)
    files = [file for place in map(Path, listed) for file in files_of(place)]
    found = [read_file(file, reading) for file in files]
    kept, copies = without_copies([file.measurements for file in found])
    called = name or experiment_name(Path(file).stem for file in listed)
    told = tuple(_with_copies(file, copies) for file in found)
    return Experiment(name=called, measurements=kept, reading=told, runs=runs_of(found))


def runs_of(files: Iterable[FileReading]) -> tuple[MeasuredRun, ...]:
    """Return the runs of files that were read as such."""
    return tuple(file.run for file in files if file.run is not None)


def read_measurements(path: str | Path, reading: Reading | None = None) -> tuple[Measurement, ...]:
    """Read the discharges in a file or a folder.

    Parameters
    ----------
    path : str or pathlib.Path
        As for `read_experiment`.
    reading : Reading, optional
        What the headings do not say.

    Returns
    -------
    tuple of Measurement
        In the order of the files, without curves that stand twice.

    Raises
    ------
    MeasurementError
        Naming file, column, row, what is allowed and what to do.
    """
    return read_experiment(path, reading).measurements


def read_files(
    paths: Iterable[str | Path], reading: Reading | None = None
) -> tuple[tuple[FileReading, ...], tuple[Unread, ...]]:
    """Read the discharges of many files, going on after a bad one.

    Parameters
    ----------
    paths : iterable of str or pathlib.Path
        Files.
    reading : Reading, optional
        What the headings do not say.

    Returns
    -------
    files : tuple of FileReading
        What was read in the good files. Curves that stand twice stand here twice; what takes
        several curves, `microbatt.infer` for instance, leaves copies out and says so.
    unread : tuple of Unread
        The other files, and why.
    """
    good: list[FileReading] = []
    bad: list[Unread] = []
    for path in paths:
        try:
            good.append(read_file(path, reading))
        except (MicrobattError, OSError) as error:
            bad.append(Unread(source=str(path), reason=str(error)))
    return tuple(good), tuple(bad)


def curve_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a folder that may hold curves, sorted.

    Parameters
    ----------
    folder : pathlib.Path
        Where to look; not in its subfolders.

    Returns
    -------
    tuple of pathlib.Path
        At least one.

    Raises
    ------
    MeasurementError
        If there is none.
    """
    found = tuple(sorted(path for path in folder.iterdir() if is_curve_file(path)))
    if not found:
        raise MeasurementError(
            f"{folder}: this folder has no file of discharge curves ({', '.join(SUFFIXES)}). Give "
            "another folder, or the files by name."
        )
    return found


def is_curve_file(path: Path) -> bool:
    """Tell whether a file may hold curves: by its ending, and unless it is hidden.

    Parameters
    ----------
    path : pathlib.Path
        The file.

    Returns
    -------
    bool
        Whether its ending, also before ``.gz``, is one of those that are read.
    """
    suffix = path.suffix.lower()
    if suffix == _PACKED:
        suffix = path.with_suffix("").suffix.lower()
    return path.is_file() and suffix in SUFFIXES and not path.name.startswith(".")


def files_of(place: Path) -> tuple[Path, ...]:
    """Return the files of a folder, or the file itself."""
    return curve_files(place) if place.is_dir() else (place,)


def _read_table(table: Table, how: Reading) -> FileReading:
    """Read a table of one cell, or the cell that is chosen."""
    ((name, one),) = _chosen(table, how).items()
    return _read_part(name, one, how)


def _chosen(table: Table, how: Reading, *, every: bool = False) -> dict[str, Table]:
    """Return the cell that is chosen, or every one if none is and every one is wanted."""
    parts = cells_apart(table)
    if how.part is not None and how.part in table.parts:  # the sheets were chosen already
        return parts
    if every and how.part is None:
        return parts
    name = choose_part(table.source, parts, how.part)
    return {name: parts[name]}


def _read_part(name: str, table: Table, how: Reading) -> FileReading:
    file, refusal = _look(name, table, how)
    if refusal is not None:
        raise refusal
    return file


def _inspected(name: str, table: Table, how: Reading) -> FileReading:
    """Read a table whose currents may be in A without an area."""
    if how.area is not None:
        return _look(name, table, how)[0]
    columns = find_columns(table.source, table.headings, how.columns, table.units).taken
    current = columns.get("current")
    if current is None or current.per_area:
        return _look(name, table, how)[0]
    file, _ = _look(name, table, replace(how, area=1.0), per_area=False)
    return replace(file, per_area=False)


def _look(
    name: str, table: Table, how: Reading, *, per_area: bool = True
) -> tuple[FileReading, MeasurementError | None]:
    """Return what is in a table, and why it should not be used, if so."""
    columns = find_columns(table.source, table.headings, how.columns, table.units)
    taken = {quantity: one for quantity, one in columns.taken.items() if one.index in table.columns}
    if "voltage" not in taken:
        raise MeasurementError(
            f"{table.source}: the rows have fewer fields than the headings, and column "
            f"`{columns.taken['voltage'].heading}` is not among them. Export the file again."
        )
    check_doubles(table, columns)
    record = make_record(
        table,
        taken,
        area=how.area,
        given_current=how.current,
        wanted=how.columns,
        per_area=per_area,
    )
    remarks = (*table.remarks, *columns.remarks, *record.remarks)
    shown = _shown(taken)
    found = discharges(replace(record, remarks=remarks), skip_bad_rows=how.skip_bad_rows)
    run = _run(table.source, found, how)
    told = "columns: " + ", ".join(f"{name} `{heading}`" for name, (heading, _) in shown.items())
    notes = [note for one in found.measurements for note in one.remarks]
    file = FileReading(
        source=table.source,
        format=table.format,
        columns=shown,
        measurements=tuple(
            replace(one, remarks=(f"{table.source} – {told}", *one.remarks))
            for one in found.measurements
        ),
        steps=found.steps,
        left_out=found.record.left_out,
        remarks=tuple(dict.fromkeys(notes or found.record.remarks)),
        samples=found.samples,
        part=name,
        refusal="" if found.refusal is None else str(found.refusal),
        others=columns.others,
    )
    if run is None:
        return file, found.refusal
    run = replace(run, remarks=(f"{table.source} – {told}", *run.remarks))
    steps = tuple(
        replace(one, became="part of the run") if one.kind != "rest" else one for one in file.steps
    )
    whole = replace(file, measurements=(), refusal="", run=run, steps=steps)
    return replace(whole, remarks=run.remarks[1:]), None


def _run(source: str, found: Found, how: Reading) -> MeasuredRun | None:
    """Return a file as a run, if it is to be read so: asked for, or more than plain discharges."""
    if how.runs == "never" or (how.runs == "auto" and not is_run(found)):
        return None
    from_rest = bool(found.steps) and found.steps[0].kind == "rest"
    return run_of(source, found.samples, found.record.remarks, from_rest=from_rest)


def _shown(taken: Mapping[str, Column]) -> dict[str, tuple[str, str]]:
    """Return the columns that a reader should know of: those with units, and the state."""
    clock = next((one for one in ("time", "step time", "date") if one in taken), "")
    named = ("voltage", "current", clock, "capacity", "temperature", "state")
    return {name: (taken[name].heading, taken[name].unit) for name in named if name in taken}


def _with_copies(file: FileReading, copies: tuple[tuple[str, str], ...]) -> FileReading:
    """Return a reading with a remark for each of its curves that is a copy."""
    own = {one.source for one in file.measurements}
    told = tuple(f"{copy} is a copy of {original}: left out" for copy, original in copies
                 if copy in own)  # fmt: skip
    return replace(file, remarks=(*file.remarks, *told)) if told else file
