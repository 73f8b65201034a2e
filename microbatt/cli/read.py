"""``microbatt read``: what is in files of a tester, and what a fit would use of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from microbatt.cli.files import read_options, reading_of
from microbatt.cli.outputs import check_output, overwrite_option, save_picture
from microbatt.errors import MeasurementError, ParameterError
from microbatt.places import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from microbatt.measured import FileReading, MeasuredRun, Reading

_STEPS: Final = 40
"""Steps of a file that are shown unless all are asked for."""
_PICTURES: Final = 6
"""Files drawn beneath each other in a picture."""


@click.command(
    "read",
    epilog="Example: microbatt read rate-test.csv --area '1.54 cm2' --plot steps.png",
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@read_options
@click.option("--all-steps", is_flag=True, help=f"Show every step, not the first {_STEPS}.")
@click.option(
    "--plot",
    "picture",
    type=click.Path(path_type=Path),
    help="Picture of voltage and current, each step in the colour of what became of it.",
)
@click.option(
    "--bdf",
    type=click.Path(path_type=Path),
    help="Write the samples as a file of the Battery Data Format (.bdf.csv or .bdf.parquet).",
)
@overwrite_option
def command(  # noqa: PLR0913 - one parameter an option
    files: tuple[Path, ...],
    *,
    all_steps: bool,
    picture: Path | None,
    bdf: Path | None,
    overwrite: bool,
    area: str | None,
    current: str | None,
    columns: tuple[str, ...],
    skip_bad_rows: bool,
    part: str | None,
) -> None:
    """Show what is in FILES of a tester, and what `infer` would use of it.

    Nothing is fitted. For each file, or each cell of a file: its format, the columns and units
    chosen, every step and what became of it, rows left out and why, and the options that settle
    what the file leaves open. The exit code is 2 if nothing of a file can be used.
    """
    reading = replace(
        reading_of(
            area=area, current=current, columns=columns, skip_bad_rows=skip_bad_rows, part=part
        ),
        runs="auto",
    )
    for place in (picture, bdf):
        check_output(place, Kind.PICTURE if place == picture else Kind.TABLE, overwrite=overwrite)
    found, refused = _inspected(files, reading)
    for file in found:
        click.echo(described(file, most=None if all_steps else _STEPS) + "\n")
    if picture is not None and found:
        _draw(found, picture, overwrite=overwrite)
    if bdf is not None:
        _write_bdf(found, reading, bdf, overwrite=overwrite)
    _end(refused, found)


def described(file: FileReading, *, most: int | None) -> str:
    """Return all that is to be said of a file."""
    lines = [file.summary(most=most)]
    current, charge = file.units
    if file.refusal:
        lines.append(f"  infer would refuse it: {file.refusal}")
    elif file.run is not None:
        lines += ["  infer would fit all of it, as a run:", f"    {_run_words(file.run, current)}"]
    elif file.measurements:
        lines.append("  infer would use:")
        lines += [
            f"    {one.current:.4g} {current}: {len(one)} samples, "
            f"{one.discharge_capacity:.4g} {charge}, {one.voltage[0]:.3f}–{one.voltage[-1]:.3f} V"
            + ("" if one.rest_voltage is None else f", {one.rest_voltage:.3f} V before the load")
            for one in file.measurements
        ]
    lines += [f"  to settle: {one}" for one in file.options]
    return "\n".join(lines)


def _run_words(run: MeasuredRun, unit: str) -> str:
    """Say what a run holds, and how it begins."""
    rest = run.rest_voltage
    begins = "it begins under load" if rest is None else f"{rest:.3f} V at rest before the load"
    warm = ", with its temperature" if run.temperature is not None else ""
    return (
        f"{len(run)} samples over {run.hours:.3g} h, {run.current.min():.4g} to "
        f"{run.current.max():.4g} {unit}, {run.voltage.min():.3f}–{run.voltage.max():.3f} V{warm}; "
        f"{begins}. `--no-protocol` reads discharges alone."
    )


def _inspected(places: Sequence[Path], reading: Reading) -> tuple[list[FileReading], list[str]]:
    """Return what is in the files, and why some cannot be read."""
    from microbatt.measured import curve_files, inspect_file

    found: list[FileReading] = []
    refused: list[str] = []
    for place in places:
        for path in curve_files(place) if place.is_dir() else (place,):
            try:
                found += inspect_file(path, reading)
            except MeasurementError as error:
                refused.append(str(error))
    return found, refused


def _draw(found: Sequence[FileReading], picture: Path, *, overwrite: bool) -> None:
    from microbatt.checks import check_extra

    check_extra("matplotlib", extra="plot")
    from matplotlib.figure import Figure

    from microbatt.plots import draw_reading

    shown = found[:_PICTURES]
    figure = Figure(figsize=(9.0, 4.6 * len(shown)), layout="constrained")
    axes = figure.subplots(2 * len(shown), 1, squeeze=False)[:, 0]
    for at, file in enumerate(shown):
        axes[2 * at].sharex(axes[2 * at + 1])
        draw_reading(axes[2 * at], axes[2 * at + 1], file)
    save_picture(figure, picture, overwrite=overwrite, dpi=120)
    more = f" (the first {len(shown)} of {len(found)})" if len(shown) < len(found) else ""
    click.echo(f"{picture} shows the steps{more}.")


def _write_bdf(
    found: Sequence[FileReading], reading: Reading, path: Path, *, overwrite: bool
) -> None:
    """Write the samples of the one file that was read, with currents in A."""
    from microbatt.places import replacing

    if len(found) != 1 or found[0].samples is None:
        raise ParameterError(
            f"`--bdf` takes one file of one cell, and {len(found)} were read. Give one, with "
            "`--part` where it holds several cells."
        )
    if found[0].per_area and reading.area is None:
        raise ParameterError(
            "`--bdf` writes currents in A, and those of the file are per area. Give the area of "
            "the electrode: `--area '1.54 cm2'`."
        )
    area = 1.0 if reading.area is None else reading.area
    table = found[0].samples.to_bdf(area=area)
    with replacing(path, Kind.TABLE, overwrite=overwrite) as written:
        if path.suffix == ".parquet":
            table.to_parquet(written, index=False)
        else:
            table.to_csv(written, index=False)
    click.echo(f"{path} holds {len(table)} samples.")


def _end(refused: Sequence[str], found: Sequence[FileReading]) -> None:
    """End with what cannot be used, if anything."""
    from microbatt.cli.commands import BadInput

    useless = [f"{one.source}: infer would refuse it, for the reason above"
               for one in found if one.refusal]  # fmt: skip
    if refused or useless:
        raise BadInput("\n".join([*refused, *useless]))
