"""``microbatt infer``: measured curves in; alpha and S out, with uncertainty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from microbatt.cli.along import Life, follow, show
from microbatt.cli.balances import balance_options, thermal_mode
from microbatt.cli.clusters import client_for
from microbatt.cli.completion import cell_names
from microbatt.cli.files import read_options, reading_of
from microbatt.cli.outputs import check_output, overwrite_option
from microbatt.cli.values import (
    cell_error_option,
    free_option,
    read_cell_errors,
    read_free,
    read_measured,
)
from microbatt.errors import ParameterError
from microbatt.places import Kind, mark, replacing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    import xarray as xr
    from distributed import Client

    from microbatt.cells import Cell
    from microbatt.inference import Estimate, InferenceOptions, Inferred
    from microbatt.measured import Reading


@click.command(
    "infer",
    epilog="Example: microbatt infer C10.csv 1C.csv --cell doyle-1996-cell-1 --noise 1mV "
    "--free contact_resistance --report report.html",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--cell",
    shell_complete=cell_names,
    required=True,
    help="Cell that was measured: a name that `microbatt cells` lists, or a cell file.",
)
@click.option(
    "--noise", help="Noise of a measured voltage, such as 1mV.  [default: found in the curves]"
)
@click.option(
    "--unknown",
    multiple=True,
    metavar="NAME",
    help="What is asked for, with no prior; may be repeated.  [default: alpha and S]",
)
@free_option
@cell_error_option
@click.option(
    "--model-error",
    help="Size of a smooth error of the model, such as 3mV, or `inferred` from the residuals.  "
    "[default: 1mV, none if the cell file is exact]",
)
@click.option(
    "--curve-error",
    help="Size of a smooth error that each curve has of its own, such as 1mV.  [default: told from "
    "differences between the curves]",
)
@click.option(
    "--tails",
    type=float,
    help="Degrees of freedom of Student's t for single points: 4 lets points that lie far off "
    "count less.  [default: normal errors]",
)
@balance_options
@click.option("--level", type=float, default=0.9, help="Probability of the intervals.")
@click.option(
    "--charge-error",
    type=float,
    help="Relative standard deviation of a curve's charge.  [default: what each file supports]",
)
@click.option(
    "--offset-error", default="0mV", help="Standard deviation of each curve's own voltage offset."
)
@read_options
@click.option(
    "--protocol/--no-protocol",
    "protocol",
    default=None,
    help="Fit each file as a run, from its first row to its last, rests and charges included; or "
    "none.  [default: files of pulses, charges or changing currents]",
)
@click.option(
    "--start-voltage",
    help="Voltage at rest before the runs, such as 3.7V.  [default: of the rest they begin with]",
)
@click.option(
    "--measured-temperature/--no-measured-temperature",
    default=True,
    help="Let a temperature column of the files drive the curves.",
)
@click.option(
    "--along",
    metavar="NAME",
    help="Follow one cell over its life: FILES are its cycles, in order of the numbers in their "
    "names, or one file with a column of cycle numbers. NAME says what numbers them, `cycle`.",
)
@click.option(
    "--drifting",
    multiple=True,
    metavar="NAME",
    help="With --along: what drifts; may be repeated.  [default: alpha and S]",
)
@click.option(
    "--step",
    "steps",
    multiple=True,
    metavar="NAME=STEP",
    help="With --along: step of the random walk of NAME, per root of a cycle; S=1% is relative.  "
    "[default: found from the curves]",
)
@click.option(
    "--plot",
    "picture",
    type=click.Path(path_type=Path),
    help="With --along: picture of the trends.",
)
@click.option(
    "--each", is_flag=True, help="Take every file or folder for an experiment of its own."
)
@click.option("--workers", type=int, help="Number of processes for many cells.  [default: threads]")
@click.option("--scheduler", metavar="ADDRESS", help="Running Dask scheduler, for many cells.")
@click.option(
    "--network/--no-network", default=True, help="Take a first guess from the shipped network."
)
@click.option(
    "--weights",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of a network for this cell, from `microbatt train --cell`: it answers at once, on "
    "what it was trained for.",
)
@click.option(
    "--refine", is_flag=True, help="With --weights: go on from its answer with the engine."
)
@click.option(
    "--store", type=click.Path(path_type=Path), help="Store for the estimates (.nc or .zarr)."
)
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Page for people (.html), with its numbers beside it.",
)
@overwrite_option
def command(  # noqa: PLR0913 - one parameter an option
    files: tuple[Path, ...],
    *,
    cell: str,
    noise: str | None,
    unknown: tuple[str, ...],
    free: tuple[str, ...],
    cell_errors: tuple[str, ...],
    model_error: str | None,
    curve_error: str | None,
    tails: float | None,
    inventory: str,
    thermal: str,
    heat_transfer: float,
    heat_of: str,
    level: float,
    charge_error: float | None,
    offset_error: str,
    area: str | None,
    current: str | None,
    columns: tuple[str, ...],
    skip_bad_rows: bool,
    part: str | None,
    protocol: bool | None,
    start_voltage: str | None,
    measured_temperature: bool,
    along: str | None,
    drifting: tuple[str, ...],
    steps: tuple[str, ...],
    picture: Path | None,
    each: bool,
    workers: int | None,
    scheduler: str | None,
    network: bool,
    weights: Path | None,
    refine: bool,
    store: Path | None,
    report: Path | None,
    overwrite: bool,
) -> None:
    """Estimate alpha and S of a cell from its measured discharges in FILES.

    FILES are CSV, Parquet or Excel, one or more curves each, together the curves of one cell; or
    a folder of them. A file of pulses, charges, rests or a drive cycle is fitted as what it is,
    from its first row to its last. With --each, or for a folder of folders, there are many cells:
    they are done beside each other, on a Dask cluster if there is one, and those that fail are
    listed at the end.
    The exit code is 4 if an estimate says that nothing of it should be used: the cell file does not
    explain the data, or the intervals were not found.

    With --weights, a network that was trained for this cell answers, in milliseconds; what it takes
    as known, asked for and free is what it was trained for. With --refine, the engine goes on from
    there, on the same terms.
    """
    from microbatt.cells import load_cell
    from microbatt.engines import Inventory
    from microbatt.inference import InferenceOptions
    from microbatt.inference.forward import MICROSTRUCTURE

    loaded = load_cell(cell)
    if refine and weights is None:
        raise ParameterError("`--refine` goes on from a network's answer; give its --weights.")
    options = InferenceOptions(
        noise=_volts("--noise", noise),
        charge_error=charge_error,
        offset_error=read_measured("--offset-error", offset_error, "V"),
        unknown=unknown or MICROSTRUCTURE,
        free=read_free(free),
        cell_error=read_cell_errors(cell_errors),
        model_error=model_error
        if model_error == "inferred"
        else _volts("--model-error", model_error),
        curve_error=_volts("--curve-error", curve_error),
        tails=math.inf if tails is None else tails,
        inventory=Inventory(inventory),
        thermal=thermal_mode(thermal, heat_transfer, heat_of),
        runs=_RUNS[protocol],
        start_voltage=_volts("--start-voltage", start_voltage),
        measured_temperature=measured_temperature,
        level=level,
        network=network,
    )
    reading = reading_of(
        area=area, current=current, columns=columns, skip_bad_rows=skip_bad_rows, part=part
    )
    outputs = Outputs(store=store, report=report, overwrite=overwrite)
    outputs.check()
    life = Life(along=along, drifting=drifting, steps=steps, picture=picture)
    life.check(alone=report is None and not each and weights is None, overwrite=overwrite)
    if along is not None:
        _life(files, loaded, options, reading, outputs, life)
        return
    if weights is not None:
        _refuse_of_network(
            unknown=unknown,
            free=free,
            cell_error=cell_errors,
            model_error=model_error,
            each=each,
            **{name: _is_given(name) for name in _TERMS},
        )
        terms = _asked_network(files, loaded, options, reading, outputs, weights, refine=refine)
        if terms is None:
            return
        options = terms
    if each or _folder_of_folders(files):
        if report is not None:
            raise ParameterError("`--report` is for one experiment; give `--store` for many.")
        cluster = client_for(scheduler, workers, threads=workers is None)
        _many(files, loaded, options, reading, outputs, cluster)
    elif scheduler is not None or workers is not None:
        raise ParameterError(
            "`--scheduler` and `--workers` are for many cells, and this is one. Leave them out, or "
            "give --each or a folder of folders."
        )
    else:
        _one(files, loaded, options, reading, outputs)


_TERMS: Final = (
    "inventory",
    "thermal",
    "heat_transfer",
    "heat_of",
    "charge_error",
    "offset_error",
    "curve_error",
    "tails",
    "protocol",
    "start_voltage",
    "measured_temperature",
)
"""Options that a network is not asked with: it answers on the terms of its training."""


def _is_given(name: str) -> bool:
    """Tell whether an option stands on the command line."""
    source = click.get_current_context().get_parameter_source(name)
    return source is click.core.ParameterSource.COMMANDLINE


def _refuse_of_network(**given: object) -> None:
    """Refuse what a network was told in its training."""
    for name, value in given.items():
        if value:
            option = name.replace("_", "-")
            raise ParameterError(
                f"`--{option}` is given with --weights; a network answers on the terms of its "
                "training. Leave it out, or train another."
            )


def _asked_network(
    files: tuple[Path, ...],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
    outputs: Outputs,
    weights: Path,
    *,
    refine: bool,
) -> InferenceOptions | None:
    """Tell what a network says; return the options with which the engine goes on, if it is to."""
    from dataclasses import replace

    from microbatt.inference.amortised import ask_network
    from microbatt.measured import read_experiment

    if outputs.report is not None and not refine:
        raise ParameterError("`--report` is of the engine's estimate; give --refine with it.")
    experiment = read_experiment(files, reading.for_cell(cell))
    answer = ask_network(
        experiment, cell, weights, noise=options.noise, level=options.level, seed=options.seed
    )
    click.echo(answer.summary())
    if refine:
        known = options.noise if options.noise is not None else answer.options.noise
        return replace(answer.options, noise=known, level=options.level, weights=weights)
    outputs.save(answer.to_dataset())
    _end_with(doubtful=[] if answer.usable else [f"{answer.name}: out of the network's range"])
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outputs:
    """Where the estimates go."""

    store: Path | None
    report: Path | None
    overwrite: bool

    def check(self) -> None:
        """Refuse places where something lies that is not to be lost, before the work begins."""
        from microbatt.report import check_report

        if self.store is not None and self.store.suffix not in {".nc", ".zarr"}:
            raise ParameterError(f"`--store` is {self.store.name!r}; give a name in .nc or .zarr.")
        check_output(self.store, Kind.ESTIMATES, overwrite=self.overwrite)
        if self.report is None:
            return
        check_report(self.report, overwrite=self.overwrite)
        if self.store == self.report.with_suffix(".nc"):
            raise ParameterError(
                f"`--store` is {str(self.store)!r}, where the report puts its own numbers; leave "
                "one of the two out, or give them other names."
            )

    def save(self, dataset: xr.Dataset) -> None:
        """Save the estimates, if a store is asked for."""
        if self.store is None:
            return
        marked = dataset.assign_attrs(mark(Kind.ESTIMATES))
        with replacing(self.store, Kind.ESTIMATES, overwrite=self.overwrite) as written:
            if self.store.suffix == ".nc":
                marked.to_netcdf(written)
            else:
                marked.to_zarr(written, mode="w", consolidated=False)
        click.echo(f"\nstored: {self.store}")

    def write_report(self, estimate: Estimate) -> None:
        """Write the report, if one is asked for."""
        if self.report is None:
            return
        from microbatt.report import write_report

        click.echo("\nThe report is being written; its map of bounds may take a minute …")
        files = write_report(estimate, self.report, overwrite=self.overwrite)
        click.echo(f"report: {files.page}")


_RUNS: Final = {None: "auto", True: "always", False: "never"}


def _volts(option: str, text: str | None) -> float | None:
    return None if text is None else read_measured(option, text, "V")


def _folder_of_folders(files: tuple[Path, ...]) -> bool:
    return len(files) == 1 and files[0].is_dir() and any(one.is_dir() for one in files[0].iterdir())


def _one(
    files: tuple[Path, ...],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
    outputs: Outputs,
) -> None:
    """Infer one experiment of all files that can be read, and tell of the others."""
    from microbatt.cli.terminal import stages_shown
    from microbatt.inference import infer_files
    from microbatt.measured import experiment_name

    name = experiment_name(file.name if file.is_dir() else file.stem for file in files)
    with stages_shown("microbatt.inference"):
        estimate, left_out = infer_files(name, files, cell, options, reading)
    click.echo(estimate.summary())
    _remarks(estimate)
    outputs.save(estimate.to_dataset())
    outputs.write_report(estimate)
    doubtful = [] if estimate.diagnostics.usable else [estimate.diagnostics.verdict.sentence]
    left = _listed("the estimate is without these", [one.reason for one in left_out])
    _end_with(left, doubtful=doubtful)


def _life(
    files: tuple[Path, ...],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
    outputs: Outputs,
    life: Life,
) -> None:
    """Follow one cell over its life."""
    trends = follow(files, cell, options, reading, life)
    outputs.save(show(trends, life.picture, overwrite=outputs.overwrite))
    _end_with(doubtful=[] if trends.usable else ["Not every cycle is explained."])


def _remarks(estimate: Estimate) -> None:
    told = {remark for curve in estimate.curves for remark in curve.remarks}
    told |= {remark for run in estimate.runs for remark in run.remarks}
    if told:
        click.echo(f"\nOn reading: {'; '.join(sorted(told))}.")


def _many(
    files: tuple[Path, ...],
    cell: Cell,
    options: InferenceOptions,
    reading: Reading,
    outputs: Outputs,
    cluster: AbstractContextManager[Client],
) -> None:
    """Infer many experiments through Dask, and tell of those that failed."""
    from microbatt.inference import experiment_files, experiments_dataset, infer_each

    experiments = experiment_files(*files)
    found: dict[str, Inferred] = {}
    with cluster as client:
        for one in infer_each(experiments, cell, options, reading=reading, client=client):
            found[one.name] = one
            click.echo(_line(one))
    ordered = [found[name] for name in experiments]
    outputs.save(experiments_dataset(ordered))
    bad = [one for one in ordered if one.estimate is None]
    unread = [f"{one.name}: {file.reason}" for one in ordered for file in one.unread]
    told = [_listed("these experiments failed", [f"{one.name}: {one.failure}" for one in bad])]
    told += [_listed("these were left out", unread)]
    doubtful = [
        f"{one.name}: {one.estimate.diagnostics.verdict.sentence}"
        for one in ordered
        if one.estimate is not None and not one.estimate.diagnostics.usable
    ]
    _end_with(*told, doubtful=[] if bad else doubtful)


def _line(one: Inferred) -> str:
    """Tell of an experiment in a line."""
    from microbatt.inference.result import error_of

    if one.estimate is None:
        return f"{one.name:24s} failed"
    judged = [
        words
        for words, flag in (
            ("the cell file does not explain it", one.estimate.diagnostics.misfit),
            ("out of range", one.estimate.diagnostics.out_of_range),
            ("an interval ends at a bound", one.estimate.diagnostics.at_bound),
            (f"without {len(one.unread)} files", bool(one.unread)),
        )
        if flag
    ]
    found = ", ".join(
        f"{each.name} {each.value:.4g} {error_of(each, one.estimate.level)}"
        for each in one.estimate.parameters
    )
    return f"{one.name:24s} {found}" + (f"  ({'; '.join(judged)})" if judged else "")


def _listed(words: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{words}:", *(f"  {line}" for line in lines)]) if lines else ""


def _end_with(*told: str, doubtful: Sequence[str] = ()) -> None:
    """End with what went wrong, if anything did.

    Raises
    ------
    NotToBeUsed
        If an estimate says that nothing of it should be used.
    BadInput
        If something else is to be told.
    """
    from microbatt.cli.commands import BadInput, NotToBeUsed

    if doubtful:
        raise NotToBeUsed("\n".join([words for words in told if words] + [*doubtful]))
    if any(told):
        raise BadInput("\n".join(words for words in told if words))
