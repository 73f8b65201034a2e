"""Folders as dualfoil leaves them."""

from pathlib import Path

from microbatt.cells import load_cell
from microbatt.engines.dualfoil import activation_from_cell, deck_from_cell, galvanostatic
from microbatt.engines.dualfoil.files import format_activation, format_deck

DATA = Path(__file__).parent / "data"


def make_run(folder, *, current, output="cutoff_reached", cell=None, cutoff=2.0):
    """Make the folder of a run with a recorded output, and return it."""
    folder.mkdir(parents=True)
    discharged = cell or load_cell("doyle-1996-cell-1")
    deck = deck_from_cell(discharged, galvanostatic(current, cutoff))
    (folder / "dualfoil5.in").write_text(format_deck(deck))
    (folder / "li-ion-ebar.in").write_text(format_activation(activation_from_cell(discharged)))
    (folder / "dualfoil5.out").write_text((DATA / f"{output}.out").read_text())
    return folder
