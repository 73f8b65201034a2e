"""``microbatt demo``: a sweep, predictions, an inference and pictures of a cell of today."""

from __future__ import annotations

import csv
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from microbatt.cli.outputs import check_outputs, overwrite_option, save_picture
from microbatt.errors import OccupiedError
from microbatt.places import Kind, kind_of, replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xarray as xr

    from microbatt.cells import Cell
    from microbatt.inference import Estimate

CAMPAIGN: Final = "demo"
STORE: Final = "sweep.zarr"
PICTURES: Final = {
    "sweep.png": "curves, what is left at each rate, and every microstructure at the highest",
    "predictions.png": "truth against the network's prediction, and how well S can be known",
    "inferred.png": "measured and fitted curves, and what they tell",
}
MEASURED: Final = "measured.csv"
REPORT: Final = "report.html"
TRUTH: Final = {"alpha": 1.37, "S": 4.5, "contact_resistance": 1e-3}
"""Microstructure of the cell whose discharges are made, between the points of the sweep."""
RATES: Final = ("C/10", "1C", "2C")
NOISE: Final = 1e-3
"""Standard deviation of the noise on the discharges that are made [V]."""
SAMPLES: Final = 200
_INFERENCE: Final = """
from microbatt import simulate_discharge
simulate_discharge("chen-2020")
simulate_discharge("chen-2020", sensitivities=["alpha"])
"""
"""Runs what an inference runs, in a process that is there to compile it."""


@click.command("demo", epilog="Example: microbatt demo --out demo")
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    help="Folder for the sweep, the curves, the pictures and the report.",
)
@overwrite_option
def command(*, folder: Path, overwrite: bool) -> None:
    """Show all of it on a cell of today, an LG M50, in some minutes.

    Simulates a coarse sweep over alpha, S and current; predicts both back from the curves with the
    network that comes with the package; makes noisy discharges of a microstructure between the
    points of the sweep, and infers it from them; and draws what came out.
    """
    from microbatt.checks import check_extra

    check_extra("matplotlib", extra="infer")
    check_extra("jinja2", extra="infer")
    files = dict.fromkeys(PICTURES, Kind.PICTURE) | {MEASURED: Kind.TABLE, REPORT: Kind.PAGE}
    check_outputs(folder, files, overwrite=overwrite)
    if kind_of(folder / STORE) not in {None, Kind.CUBE}:
        raise OccupiedError(f"{folder / STORE} is no cube; give another folder with --out.")
    folder.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    with _compiling_beside():
        cube = _swept(folder / STORE)
        _predicted(cube)
    estimate = _inferred(folder, overwrite=overwrite)
    _drawn(cube, estimate, folder, overwrite=overwrite)
    click.echo(f"\nall of it took {time.perf_counter() - begun:.0f} s; look at")
    for name, words in PICTURES.items():
        click.echo(f"  {folder / name}: {words}")
    click.echo(f"  {folder / REPORT}: the inference, for people")
    click.echo(f"and at the map behind it: microbatt explore {folder / STORE}")


@contextmanager
def _compiling_beside() -> Iterator[None]:
    """Let another process compile what the inference needs, and leave it in the cache for this one.

    The sweep needs other kernels: so both of two cores compile for the very first demo.
    """
    beside = subprocess.Popen(  # noqa: S603 - ourselves
        [sys.executable, "-P", "-c", _INFERENCE],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
        beside.wait()
    finally:
        beside.kill()
        beside.wait()


def _swept(store: Path) -> xr.Dataset:
    """Return the sweep with its predictions, simulated as far as it is not there."""
    from microbatt.campaign import ProgressListener, load_campaign, preload_for, run_campaign
    from microbatt.networks import MeasurementNoise
    from microbatt.prediction import predict_into

    click.echo(
        "1. A sweep over alpha, S and current. The very first one on a machine compiles the engine,"
        "\n   which takes a minute or two."
    )
    campaign = load_campaign(CAMPAIGN)
    if kind_of(store) is None:  # else kernels are compiled, and another campaign may lie there
        preload_for(campaign)
    cube = run_campaign(campaign, store, listeners=[ProgressListener()], chunks=None)
    click.echo(cube.microbatt.summary())
    return predict_into(store, noise=MeasurementNoise(voltage=NOISE))


def _predicted(cube: xr.Dataset) -> None:
    from microbatt.scoring import score

    click.echo("\n2. alpha and S of every point, read back from its curves by the shipped network:")
    errors = score(cube)["mean_relative_error_above_zero"]
    for name in ("alpha", "S"):
        away = float(errors.sel(parameter=name).squeeze())
        click.echo(f"   {name:6s} is off by {away:.2g} % in the mean")


def _inferred(folder: Path, *, overwrite: bool) -> Estimate:
    """Make noisy discharges, and infer what they are of."""
    from microbatt.cells import load_cell
    from microbatt.inference import InferenceOptions, infer_files
    from microbatt.measured import Reading
    from microbatt.report import write_report

    cell = load_cell("chen-2020")
    told = ", ".join(f"{name} {value:g}" for name, value in TRUTH.items())
    click.echo(
        f"\n3. Discharges of a cell with {told} Ω m², at {', '.join(RATES)},\n   with "
        f"{1e3 * NOISE:g} mV of noise, and what is inferred from them:"
    )
    _measure(cell, folder / MEASURED, overwrite=overwrite)
    options = InferenceOptions(noise=NOISE, free=["contact_resistance"], cell_error=0.0)
    estimate, _ = infer_files("measured", [folder / MEASURED], cell, options, Reading())
    click.echo(estimate.summary())
    write_report(estimate, folder / REPORT, overwrite=overwrite)
    return estimate


def _measure(cell: Cell, path: Path, *, overwrite: bool) -> None:
    """Write what a tester would record of a cell of the true microstructure."""
    import numpy as np
    from scipy.interpolate import PchipInterpolator

    from microbatt.constants import SECONDS_PER_HOUR
    from microbatt.engines import simulate_discharges

    rng = np.random.default_rng(0)
    true = cell.with_values(TRUTH)
    points = [(TRUTH["alpha"], TRUTH["S"], true.current_density(rate)) for rate in RATES]
    cutoff = cell.cutoff_voltage
    with (
        replacing(path, Kind.TABLE, overwrite=overwrite) as written,
        written.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        writer.writerow(["time [s]", "voltage [V]", "current [A m-2]"])
        for curve in simulate_discharges(true, points, cutoff_voltage=cutoff):
            charge = np.linspace(0.0, curve.discharge_capacity, SAMPLES)
            volts = PchipInterpolator(curve.capacity, curve.voltage)(charge)
            noisy = volts + NOISE * rng.standard_normal(SAMPLES)
            seconds = charge * SECONDS_PER_HOUR / curve.current
            rows = zip(seconds.tolist(), noisy.tolist(), strict=True)
            writer.writerows([t, v, curve.current] for t, v in rows)


def _drawn(cube: xr.Dataset, estimate: Estimate, folder: Path, *, overwrite: bool) -> None:
    from matplotlib.figure import Figure

    from microbatt.plots import draw_answer, draw_overview

    predictions = Figure(figsize=(12.6, 3.9), layout="constrained")
    *parities, known = predictions.subplots(1, 3, width_ratios=(1.0, 1.0, 1.15))
    for axes, name in zip(parities, ("alpha", "S"), strict=True):
        cube.microbatt.plot.parity(name, axes=axes)
        axes.set_title(f"{name} as the network reads it from the curves", fontsize="medium")
    cube.microbatt.plot.map("S_predicted_std", logarithmic=True, axes=known)
    known.set(xlabel="alpha", ylabel="S", yscale="log")
    known.set_yticks(cube["S"].values, [f"{S:g}" for S in cube["S"].values])
    known.minorticks_off()
    known.set_title(f"how well S can be known with {1e3 * NOISE:g} mV of noise", fontsize="medium")
    figures = (draw_overview(cube), predictions, draw_answer(estimate, truth=TRUTH))
    for name, figure in zip(PICTURES, figures, strict=True):
        save_picture(figure, folder / name, overwrite=overwrite)
