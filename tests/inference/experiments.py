"""Synthetic experiments for the tests of inference."""

from dataclasses import replace
from functools import cache, partial

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.cells import load_cell
from microbatt.engines import Isothermal, Settings, simulate_discharges
from microbatt.inference import infer
from microbatt.measured import Experiment, Measurement

CELL = "doyle-1996-cell-1"
FINE = Settings(tolerance=1e-5, mesh=3.0, particle_modes=14)
"""Other settings than those of a fit."""


@cache
def experiment(
    alpha,
    S,
    currents=(17.5, 35.0, 70.0),
    *,
    noise=1e-3,
    resistance=0.0,
    offset=0.0,
    seed=0,
    cell=None,
    inventory="conserving",
    thermal=Isothermal(),
):
    rng = np.random.default_rng(seed)
    if cell is None:
        cell = replace(load_cell(CELL), contact_resistance=resistance)
    points = [(alpha, S, one) for one in currents]
    batch = simulate_discharges(cell, points, settings=FINE, inventory=inventory, thermal=thermal)
    measured = []
    for discharge in batch:
        capacity = np.linspace(0.0, discharge.discharge_capacity, 100)
        voltage = PchipInterpolator(discharge.capacity, discharge.voltage)(capacity)
        measured.append(
            Measurement(
                source=f"{discharge.current:g}",
                current=discharge.current,
                capacity=capacity,
                voltage=voltage + offset + noise * rng.standard_normal(100),
            )
        )
    return Experiment(name="synthetic", measurements=tuple(measured))


published_experiment = partial(experiment, inventory="area-only")
"""Curves on the balance of the published data set, on which S is told to tenths of a percent."""
infer_exact = partial(infer, cell_error=0.0)
"""With a cell file whose values are true."""
infer_published = partial(infer_exact, inventory="area-only")
