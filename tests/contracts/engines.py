"""The engines that must keep the contract, each with what it needs to run here."""

import os
from dataclasses import dataclass
from importlib.util import find_spec

import pytest

from microbatt.cells import load_cell
from microbatt.engines import Settings, load_engine, simulate_discharges
from microbatt.engines.dualfoil import EXECUTABLE_VARIABLE, DualfoilSettings
from microbatt.engines.pybamm.settings import PybammSettings
from tests.engines.dualfoil.executables import standin_executable

CELL = load_cell("doyle-1996-cell-1")
CUTOFF = 2.5
WHOLE = ((2.3, 3.0, 35.0), (2.3, 3.0, 17.5))
"""Points that every engine can serve; an unaltered dualfoil has this alpha and S built in."""
AT_ONCE = (2.3, 3.0, 150.0)
"""So much current that the cut-off is passed as soon as it flows."""
POINTS = (AT_ONCE, *WHOLE)
"""The first fails to give a curve: that must not show in the next ones."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """An engine with settings that work on this machine, and settings of another engine."""

    name: str
    settings: object
    foreign: object
    points: tuple = POINTS

    @property
    def engine(self):
        return load_engine(self.name)

    def discharges(self, points=None, **terms):
        terms = {"cutoff_voltage": CUTOFF} | terms
        return simulate_discharges(
            CELL, list(points or self.points), engine=self.name, settings=self.settings, **terms
        )


def native(folder):
    del folder
    return Subject(name="native", settings=Settings(), foreign=DualfoilSettings())


def pybamm(folder):
    del folder
    if find_spec("pybamm") is None:
        pytest.skip("PyBaMM is not installed")
    return Subject(name="pybamm", settings=PybammSettings(), foreign=Settings())


def dualfoil(folder):
    """dualfoil's adapter, with a stand-in for the executable that takes seconds to start."""
    settings = DualfoilSettings(executable=str(standin_executable(folder)), retries=())
    return Subject(
        name="dualfoil", settings=settings, foreign=Settings(), points=(AT_ONCE, WHOLE[0])
    )


def real_dualfoil(folder):
    del folder
    if EXECUTABLE_VARIABLE not in os.environ:
        pytest.skip(f"no dualfoil: {EXECUTABLE_VARIABLE} does not name an executable")
    return Subject(name="dualfoil", settings=DualfoilSettings(), foreign=Settings())


SUBJECTS = [
    native,
    pybamm,
    dualfoil,
    pytest.param(real_dualfoil, marks=pytest.mark.peer),
]
