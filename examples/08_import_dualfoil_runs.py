"""Years of dualfoil runs as one cube: folders with decks and outputs, labelled and checked.

Run it with: python examples/08_import_dualfoil_runs.py
Here the runs are made first, by the stand-in that reads dualfoil's decks; yours exist already.
"""

import itertools
import subprocess
import sys
from pathlib import Path

from matplotlib.figure import Figure

import microbatt
from microbatt.engines.dualfoil import (
    Told,
    activation_from_cell,
    deck_from_cell,
    galvanostatic,
    run_folder,
)
from microbatt.engines.dualfoil.files import ExtraFile, format_activation, format_deck

EXTRA = ExtraFile(name="alpha-S.in", template="{alpha} {S}")  # how the executable was told
cell = microbatt.load_cell("doyle-1996-cell-1")
runs = itertools.product((0.5, 4.0, 8.0), (1.0, 10.0), (17.5, 35.0, 70.0))
for number, (alpha, S, current) in enumerate(runs):
    folder = Path("runs", f"run-{number:03d}")
    folder.mkdir(parents=True)
    deck = format_deck(deck_from_cell(cell, galvanostatic(current, 2.0)))
    (folder / "dualfoil5.in").write_text(deck, "utf-8")
    (folder / "li-ion-ebar.in").write_text(format_activation(activation_from_cell(cell)), "utf-8")
    (folder / EXTRA.name).write_text(f"{alpha} {S}", "utf-8")
    run_folder(folder, Told(extra_file=EXTRA))

# This is all that an archive of runs needs.
words = ["import", "dualfoil", "runs", "--store", "runs.zarr"]
words += ["--extra-file", EXTRA.name, EXTRA.template]
subprocess.run([sys.executable, "-m", "microbatt", *words], check=True)

cube = microbatt.open_dataset("runs.zarr")
print(cube.discharge_capacity.sel(current=35).to_pandas().round(2))

# They lie beside what the native engine says of the same points, in dualfoil's lithium balance.
point = {"alpha": 8.0, "S": 10.0, "current": 35.0}
ours = microbatt.simulate_discharge(cell, **point, inventory="area-only")
theirs = cube.microbatt.curve(alpha=8, S=10, current=35)
print(f"at the end {float(theirs.capacity[-1]):.3f} and {ours.discharge_capacity:.3f} A h m⁻²")
figure = Figure(figsize=(5.5, 3.6), layout="constrained")
cube.microbatt.plot.curves(alpha=8, S=10, axes=figure.add_subplot())
figure.savefig("imported.png", dpi=150)
