"""Two unknowns of an NMC cell from two measured discharges: PyBOP beside `microbatt.infer`.

    python tests/benchmarks/inference_pybop.py

needs an environment that has PyBOP beside microbatt.  Curves are made by PyBaMM's
Doyle–Fuller–Newman model with its parameters of Chen 2020 on a mesh finer than either program
fits with, with 1 mV of noise.  Unknown are the Bruggeman exponent and the particle radius of the
positive electrode; everything else is known.  Times are CPU times of the process; what both
programs do once (imports, building the model, compiling) is not counted.
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

import microbatt
from microbatt.pybamm_import import load_pybamm

if TYPE_CHECKING:
    from collections.abc import Sequence

BRUGGEMAN: Final = "Positive electrode Bruggeman coefficient (electrolyte)"
RADIUS: Final = "Positive particle radius [m]"
TRUTH: Final = {BRUGGEMAN: 1.8, RADIUS: 4.5e-6}
RATES: Final = (1.0, 2.0)
CAPACITY: Final = 5.0  # A h
SAMPLES: Final = 200
NOISE: Final = 1e-3  # V


def measured(seed: int) -> list[pd.DataFrame]:
    """Return the curves, a table each."""
    pybamm = load_pybamm()
    random = np.random.default_rng(seed)
    tables = []
    for rate in RATES:
        values = pybamm.ParameterValues("Chen2020")
        values.update(TRUTH | {"Current function [A]": CAPACITY * rate})
        solution = pybamm.Simulation(
            pybamm.lithium_ion.DFN(),
            parameter_values=values,
            var_pts={"x_n": 60, "x_s": 30, "x_p": 60, "r_n": 40, "r_p": 40},
            solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8),
        ).solve([0.0, 3700.0 / rate])
        times = np.linspace(0.0, 0.995 * float(solution.t[-1]), SAMPLES)
        voltage = solution["Voltage [V]"](times) + random.normal(0.0, NOISE, SAMPLES)
        tables.append(
            pd.DataFrame(
                {"time [s]": times, "voltage [V]": voltage, "current [A]": CAPACITY * rate}
            )
        )
    return tables


def by_pybop(tables: Sequence[pd.DataFrame]) -> tuple[float, float, float, int]:
    """Return exponent, radius [m], CPU time [s] and evaluations of PyBOP's fit."""
    import pybop

    pybamm = load_pybamm()
    problems = []
    for table in tables:
        values = pybamm.ParameterValues("Chen2020")
        values.update(
            {
                BRUGGEMAN: pybop.Parameter(pybop.Uniform(1.0, 4.0), initial_value=1.5),
                RADIUS: pybop.Parameter(
                    pybop.Uniform(2e-6, 1e-5),
                    initial_value=5.22e-6,
                    transformation=pybop.LogTransformation(),
                ),
            }
        )
        dataset = pybop.Dataset(
            {
                "Time [s]": table["time [s]"].to_numpy(),
                "Current [A]": table["current [A]"].to_numpy(),
                "Voltage [V]": table["voltage [V]"].to_numpy(),
            }
        )
        simulator = pybop.pybamm.Simulator(
            pybamm.lithium_ion.DFN(), parameter_values=values, protocol=dataset
        )
        problems.append(pybop.Problem(simulator, pybop.SumSquaredError(dataset)))
    problem = pybop.MetaProblem(*problems)
    problem({BRUGGEMAN: 1.5, RADIUS: 5.22e-6})  # builds the model
    options = pybop.SciPyMinimizeOptions(method="Nelder-Mead", maxiter=200)
    begin = time.process_time()
    result: Any = pybop.SciPyMinimize(problem, options=options).run()
    spent = time.process_time() - begin
    best = result.best_inputs
    return float(best[BRUGGEMAN]), float(best[RADIUS]), spent, int(result.n_evaluations)


def by_microbatt(tables: Sequence[pd.DataFrame]) -> tuple[Any, float]:
    """Return the estimate and its CPU time [s]."""
    cell = microbatt.load_cell("chen-2020")
    microbatt.simulate_discharge(cell, current="1C")  # loads the kernels
    begin = time.process_time()
    estimate = microbatt.infer(
        list(tables),
        cell,
        unknown=("alpha", "positive_particle_radius"),
        noise=NOISE,
        cell_error=0.0,
        model_error=1e-3,
        network=False,
    )
    return estimate, time.process_time() - begin


def main() -> None:
    """Print what each program finds, and in which time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    seed = parser.parse_args().seed
    tables = measured(seed)
    estimate, own = by_microbatt(tables)
    print(estimate.summary())
    exponent, radius, theirs, count = by_pybop(tables)
    print(f"\ntruth       exponent {TRUTH[BRUGGEMAN]}, radius {1e6 * TRUTH[RADIUS]:.3f} um")
    low, high = estimate.parameters[0].low + 1.0, estimate.parameters[0].high + 1.0
    print(
        f"microbatt   exponent {estimate.alpha + 1.0:.4f} ({low:.4f}-{high:.4f}), radius "
        f"{1e6 * estimate.parameters[1].value:.3f} um ({1e6 * estimate.parameters[1].low:.3f}-"
        f"{1e6 * estimate.parameters[1].high:.3f}), {own:.1f} s of CPU"
    )
    print(
        f"PyBOP       exponent {exponent:.4f}, radius {1e6 * radius:.3f} um, {theirs:.1f} s "
        f"of CPU, {count} evaluations; no interval"
    )
    print(f"ratio of CPU times {theirs / own:.1f}")


if __name__ == "__main__":
    main()
