"""Random protocols over every shipped cell, and what each of them must keep."""

import math

import numpy as np

from microbatt.cells import available_cells, load_cell
from microbatt.engines import simulate
from microbatt.outcomes import StepOutcome
from microbatt.protocols import Protocol, Step, profile

CELLS = sorted(available_cells())
ALLOWED = {outcome for outcome in StepOutcome if not outcome.is_failure}


def random_current(rng):
    return float(np.exp(rng.uniform(math.log(0.02), math.log(6.0)))) * rng.choice([-1, 1])


def random_samples(rng, one, time):
    """Samples of a current, now and then with a jump."""
    n = int(rng.integers(3, 60))
    times = np.cumsum(rng.exponential(time / n, n))
    times[rng.integers(n)] = times[rng.integers(n)]
    return profile(np.sort(times), current=one * rng.normal(0.0, 1.0, n))


def random_step(rng, cell, limits):
    """A step of any kind, sensible or not, that a tester could be told to do."""
    one = cell.one_c_current
    time = float(np.exp(rng.uniform(math.log(0.01), math.log(2e4))))
    voltage, current = float(rng.uniform(*limits)), one * random_current(rng)
    cut = f"C/{rng.uniform(1.0, 100.0):.3f}"
    samples = random_samples(rng, one, time)
    kinds = (
        {"current": current, "duration": time},
        {"current": current, "until_voltage": voltage, "duration": 2e5},
        {"current": 0.0, "duration": time},
        {"voltage": voltage, "until_current": cut, "duration": time},
        {"power": 3.5 * current, "duration": time},
        {"samples": samples},
        {"current": current, "until_capacity": float(rng.uniform(0.0, 1.0)) * one},
    )
    return Step(**kinds[int(rng.integers(len(kinds)))])


def random_case(seed):
    """A cell, a protocol and the terms of one run."""
    rng = np.random.default_rng(seed)
    cell = load_cell(CELLS[int(rng.integers(len(CELLS)))])
    high = cell.upper_cutoff_voltage or cell.open_circuit_voltage + 0.15
    limits = (cell.cutoff_voltage, high)
    count = int(rng.integers(1, 9))
    protocol = Protocol(steps=tuple(random_step(rng, cell, limits) for _ in range(count)))
    values = {
        "alpha": float(rng.uniform(0.0, 6.0)),
        "S": float(np.exp(rng.uniform(math.log(1.0), math.log(20.0)))),
    }
    terms = {"upper_voltage": high, "inventory": str(rng.choice(["conserving", "area-only"]))}
    return cell, protocol, values, terms


def sites(electrode):
    """Charge of all sites of an electrode [A h m⁻²]."""
    from microbatt.constants import FARADAY

    amount = electrode.max_concentration * electrode.active_fraction * electrode.thickness
    return FARADAY * amount / 3600.0


def run_case(seed):
    """Run one; return it, and by how much lithium is missing over what the electrodes hold."""
    cell, protocol, values, terms = random_case(seed)
    simulation = simulate(cell, protocol, **terms, **values)
    conserving = terms["inventory"] == "conserving"
    missing = 0.0
    if len(simulation):
        share = 1.0 if conserving else 3.0 / values["S"]
        gained = simulation.mean_positive_stoichiometry - cell.positive.initial_stoichiometry
        changes = [(gained, cell.positive, share)]
        if cell.metal is None:
            lost = cell.negative.initial_stoichiometry - simulation.mean_negative_stoichiometry
            changes.append((lost, cell.negative, 3.0 / cell.negative.S))
        for change, electrode, factor in changes:
            expected = factor * simulation.capacity / sites(electrode)
            missing = max(missing, float(np.abs(change - expected).max()))
    return simulation, missing
