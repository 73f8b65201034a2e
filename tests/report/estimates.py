"""An estimate made by hand: quick, and with every part filled in."""

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import Inventory, Isothermal, Settings, simulate_discharge
from microbatt.inference import Diagnostics, Estimate, FittedCurve, InitialGuess, ParameterEstimate
from microbatt.inference.fit.posterior import Posterior

NOISE = 1e-3


def curve(current, rng):
    fit = simulate_discharge("doyle-1996-cell-1", alpha=2.3, S=3.0, current=current)
    capacity = np.linspace(0.0, 1.0, 80) * fit.discharge_capacity
    fitted = np.interp(capacity, fit.capacity, fit.voltage)
    return FittedCurve(
        source=f"run <{current:g}>.csv",
        current=current,
        samples=80,
        capacity=capacity,
        measured=fitted + rng.normal(0.0, NOISE, 80),
        fitted=fitted,
        low=fitted - 2.0 * NOISE,
        high=fitted + 2.0 * NOISE,
        sigma=np.full(80, NOISE),
        information=(0.5, 0.5),
        remarks=("2 rows without numbers were left out",) if current > 20.0 else (),
    )


def parameter(name, value, std):
    return ParameterEstimate(
        name=name,
        value=value,
        std=std,
        low=value - 1.6 * std,
        high=value + 1.6 * std,
        prior="flat",
        noise_std=std,
    )


def made_estimate(*, misfit=False):
    rng = np.random.default_rng(11)
    covariance = np.diag([0.02, 0.01, 2e-4]) ** 2
    return Estimate(
        name="cell <7> & co",
        cell=load_cell("doyle-1996-cell-1"),
        inventory=Inventory.AREA_ONLY,
        thermal=Isothermal(),
        settings=Settings(),
        noise=NOISE,
        noise_given=True,
        level=0.9,
        parameters=(
            parameter("alpha", 2.3, 0.02),
            parameter("S", 3.0, 0.01),
            parameter("contact_resistance", 1e-3, 2e-4),
        ),
        covariance=covariance,
        draws=rng.multivariate_normal([2.3, 3.0, 1e-3], covariance, 2000),
        posterior=Posterior.CURVATURE,
        posterior_sentence="Near-Gaussian.",
        curves=(curve(17.5, rng), curve(70.0, rng)),
        diagnostics=Diagnostics(
            misfit=misfit,
            reduced_chi_square=1.0,
            misfit_sentence="The cell file cannot explain the data." if misfit else "It fits.",
            out_of_range=False,
            range_sentence="It lies inside the range.",
        ),
        starts=(InitialGuess(origin="scan", alpha=2.0, S=3.1, covariance=np.full((2, 2), np.nan)),),
        assumptions=("Every discharge began from rest.",),
        versions={"microbatt": "0.1.0", "numpy": "2.0"},
        seconds={"scan": 1.0, "refinement": 0.5},
    )
