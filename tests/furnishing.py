"""Files that the commands of the pages are called with: small ones, by the names used there."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

import microbatt
from microbatt.cells import to_toml
from microbatt.engines.dualfoil import (
    Told,
    activation_from_cell,
    deck_from_cell,
    galvanostatic,
    run_folder,
)
from microbatt.engines.dualfoil.files import ExtraFile, format_activation, format_deck
from tests.surroundings import CAMPAIGN

CELL = microbatt.load_cell("doyle-1996-cell-1")
CURRENTS = {"C10": 1.75, "C2": 8.75, "1C": 17.5, "2C": 35.0, "4C": 70.0}
TOLD = ExtraFile(name="alpha-S.in", template="{exponent} {S}")
GRID = """
format = 1
name = "grid"
cell = "doyle-1996-cell-1"

[grid]
alpha = { values = [0.5, 2, 4] }
S = { values = [1, 3, 10] }
current = { values = [1.75, 8.75, 17.5, 35.0, 52.5, 70.0], unit = "A m⁻²" }
"""


def furnish(folder):
    """Write into a folder everything that the pages call commands with."""
    for name in ("my-sweep", "corners", "big"):
        (folder / f"{name}.toml").write_text(CAMPAIGN, encoding="utf-8")
    longer = CAMPAIGN.replace("[0, 2]", "[0, 2, 4]")
    (folder / "my-longer-sweep.toml").write_text(longer, encoding="utf-8")
    mine = dataclasses.replace(CELL, name="my-cell")
    (folder / "my-cell.toml").write_text(to_toml(mine, source="made up"), encoding="utf-8")
    _write_measured(folder)
    _write_drive(folder)
    _write_runs(folder)
    _write_published(folder / "curves")


def make_grid(store):
    """Fill a small grid at the six published currents, and predict into it."""
    from microbatt.cli.commands import main

    plan = store.with_suffix(".toml")
    plan.write_text(GRID, encoding="utf-8")
    microbatt.run_campaign(plan, store)
    main(["predict", str(store)], prog_name="microbatt", standalone_mode=False)


def _write_measured(folder):
    """Write curves as a tester exports them: a cell in this folder, two in folders of a folder."""
    for name, current in CURRENTS.items():
        _write_curve(folder / f"{name}.csv", current)
    _write_curve(folder / "rate-test.csv", CURRENTS["1C"])
    for cycle in (1, 2, 3):
        (folder / "life").mkdir(exist_ok=True)
        _write_curve(folder / "life" / f"cycle{cycle}.csv", CURRENTS["1C"])
    for cell in ("cell-1", "cell-2"):
        place = folder / "production-line" / cell
        place.mkdir(parents=True)
        for name in ("1C", "4C"):
            _write_curve(place / f"{name}.csv", CURRENTS[name])


def _write_drive(folder):
    """Write a profile, and a run of rests, loads and a charge as a tester exports it."""
    (folder / "drive.csv").write_text("Time [s],Current [A/m2]\n0,0\n60,-20\n120,10\n", "utf-8")
    steps = ["Rest for 1 minute", "Discharge at 1C for 10 minutes", "Rest for 5 minutes"]
    run = microbatt.simulate(CELL, [*steps, "Charge at C/2 for 5 minutes", "Rest for 5 minutes"])
    time = np.arange(0.0, run.time[-1], 10.0)
    table = {
        "time [s]": time,
        "voltage [V]": np.interp(time, run.time, run.voltage),
        "current [A m-2]": np.interp(time, run.time, run.current),
    }
    pd.DataFrame(table).to_csv(folder / "drive-cycle.csv", index=False)


def _write_curve(path, current):
    curve = microbatt.simulate_discharge(CELL, alpha=3.0, S=4.0, current=current)
    time = np.linspace(0.0, curve.time[-1], 200)
    table = {
        "time [s]": time,
        "voltage [V]": np.interp(time, curve.time, curve.voltage),
        "current [A m-2]": np.full(time.size, current),
    }
    pd.DataFrame(table).to_csv(path, index=False)


def _write_runs(folder):
    """Write runs of dualfoil, one a year, that say alpha and S in a file and in their path."""
    for year, current in (("2009", 17.5), ("2010", 35.0)):
        place = folder / "runs" / year / "alpha2.3_S3"
        _write_deck(place, current)
        (place / TOLD.name).write_text("3.3 3", encoding="utf-8")
        run_folder(place, Told(extra_file=TOLD))
    _write_deck(folder, 35.0)


def _write_deck(place: Path, current):
    place.mkdir(parents=True, exist_ok=True)
    deck = format_deck(deck_from_cell(CELL, galvanostatic(current, 2.0)))
    (place / "dualfoil5.in").write_text(deck, encoding="utf-8")
    activation = format_activation(activation_from_cell(CELL))
    (place / "li-ion-ebar.in").write_text(activation, encoding="utf-8")


def _write_published(folder):
    """Write a curve as the published data set has it, every step three times."""
    folder.mkdir()
    curve = microbatt.simulate_discharge(CELL, S=1.0, current=17.5, inventory="area-only")
    steps = slice(None, None, 4)
    minutes, voltage = np.repeat(curve.time[steps] / 60.0, 3), np.repeat(curve.voltage[steps], 3)
    table = {"Time (min)": minutes, "Cell pot(V)": voltage}
    table |= {"Curr den (A/m^2)": 17.5, "Capacity": 17.5 * minutes / 60.0}
    table |= {"Energy": curve.energy, "Power": curve.power}
    pd.DataFrame(table).to_csv(folder / "set1_1Crate.csv", index=False)
