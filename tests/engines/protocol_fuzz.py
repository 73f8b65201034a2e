"""Random protocols over every shipped cell, and what each of them must keep.

    python -m tests.engines.protocol_fuzz FILE [--count 5000] [--first 0] [--seconds 60] [--cut]
    python -m tests.engines.protocol_fuzz FILE --table

Each run is a line of FILE, so that it goes on where it was stopped; a run that takes longer than
`--seconds` is ended and told.  `--table` says what the lines hold.  A seed is a cell of the
catalog, a balance, what happens to the heat, alpha, S and one to eight steps: currents, pulses,
rests, holds, powers and samples, with ends that a tester could be told, sensible or not.  With
`--cut` the open-circuit potentials are tables that end a little beyond what the cell uses, as
measured ones do.
"""

# ruff: noqa: T201 - its product is what it prints

from __future__ import annotations

import argparse
import json
import math
import multiprocessing
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np

from microbatt.cells import available_cells, load_cell
from microbatt.cells.open_circuit import own_potential
from microbatt.constants import FARADAY
from microbatt.engines import Adiabatic, Isothermal, Lumped, MeasuredTemperature, simulate
from microbatt.outcomes import StepOutcome
from microbatt.porous_electrode import protocol_run
from microbatt.protocols import Protocol, Step, profile

CELLS = sorted(available_cells())
BEYOND = (1e-4, 0.1)  # stoichiometry
ALPHA, SHAPE = (0.0, 6.0), (1.0, 20.0)
RATES = (0.02, 6.0)
# What the engine stores is summed over thousands of steps; nothing else is lost but by rounding.
LITHIUM = 1e-10
# A salt balance is what Newton's method leaves of it: 3 % of the tolerance a step.
SALT = 1e-6
# A voltage is landed on within 1e-5 V; where it falls vertically, within what a step is solved to.
VOLTAGE = 2e-4
CURVES = ("time", "current", "voltage", "capacity", "temperature", "mean_positive_stoichiometry")


def log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(math.log(low), math.log(high))))


def random_current(rng):
    return log_uniform(rng, *RATES) * rng.choice([-1, 1])


def random_samples(rng, one, time, power):
    """Samples of a current or a power, now and then with a jump."""
    n = int(rng.integers(3, 60))
    times = np.cumsum(rng.exponential(time / n, n))
    times[rng.integers(n)] = times[rng.integers(n)]
    values = one * rng.normal(0.0, 1.0, n)
    values = {"power": 3.5 * values} if power else {"current": values}
    return profile(np.sort(times), **values, between=str(rng.choice(["line", "hold"])))


def random_steps(rng, cell, limits):
    """A step of any kind that a tester could be told to do, sensible or not; several for pulses."""
    one = cell.one_c_current
    time = log_uniform(rng, 0.01, 2e4)
    voltage, current = float(rng.uniform(*limits)), one * random_current(rng)
    cut = f"C/{rng.uniform(1.0, 100.0):.3f}"
    pulse = Step(current=current, duration=log_uniform(rng, 1.0, 600.0))
    rest = Step(current=0.0, duration=time)
    kinds = (
        (Step(current=current, duration=time),),
        (Step(current=current, until_voltage=voltage, duration=2e5),),
        (rest,),
        (Step(voltage=voltage, until_current=cut, duration=time),),
        (Step(power=3.5 * current, duration=time),),
        (Step(samples=random_samples(rng, one, time, power=False)),),
        (Step(samples=random_samples(rng, one, time, power=True)),),
        (Step(current=current, until_capacity=float(rng.uniform(0.0, 1.0)) * one),),
        (pulse, rest) * 3,
    )
    return kinds[int(rng.integers(len(kinds)))]


def random_heat(rng):
    """One of four: no heat, all of it, some of it, or a temperature that was measured."""
    times = tuple(np.cumsum(rng.exponential(1000.0, 5)))
    return (
        Isothermal(),
        Adiabatic(),
        Lumped(heat_transfer_coefficient=log_uniform(rng, 0.1, 50.0)),
        MeasuredTemperature(time=times, temperature=tuple(rng.uniform(278.0, 323.0, 5))),
    )[int(rng.integers(4))]


def discharged(rng, cell):
    """A step that leaves room to charge: all cells begin full."""
    rate = log_uniform(rng, 0.05, 1.0)
    seconds = 3600.0 / rate * rng.uniform(0.1, 0.7)
    return Step(current=rate * cell.one_c_current, duration=float(seconds))


def milder(rng, cell, step):
    """A step that moves a part of the charge by up to 1.5C, so that the next one is run as well."""
    if not step.current or step.duration is None:
        return step
    size = min(abs(step.current), 1.5 * cell.one_c_current)
    longest = 3600.0 * cell.one_c_current / size * rng.uniform(0.0, 0.3)
    current = math.copysign(size, step.current)
    return replace(step, current=current, duration=float(min(step.duration, longest)))


def limits_of(cell):
    """The voltages between which a cell is used, above the full one where it does not say [V]."""
    return cell.cutoff_voltage, cell.upper_cutoff_voltage or cell.open_circuit_voltage + 0.15


def sites(electrode):
    """Charge of all sites of an electrode [A h m⁻²]."""
    amount = electrode.max_concentration * electrode.active_fraction * electrode.thickness
    return FARADAY * amount / 3600.0


def cut_off(rng, electrode, used):
    """The electrode with a table for its potential, which ends little beyond what it uses."""
    ends = np.sort([electrode.initial_stoichiometry, electrode.initial_stoichiometry + used])
    beyond = [-log_uniform(rng, *BEYOND), log_uniform(rng, *BEYOND)]
    fit = electrode.open_circuit
    low, high = np.clip(ends + beyond, fit.limits[0], min(fit.limits[1], fit.upper + 0.1))
    x = np.linspace(low, high, int(rng.integers(20, 400)))
    table = {"table": {"x": x.tolist(), "y": fit.potential(x).tolist()}}
    return replace(electrode, open_circuit=own_potential("open_circuit", table))


def cut_cell(rng, cell):
    """The cell with `cut_off` electrodes."""
    charge = cell.one_c_current  # A h m⁻²
    cut = {"positive": cut_off(rng, cell.positive, charge / sites(cell.positive))}
    if cell.metal is None:
        cut["negative"] = cut_off(rng, cell.negative, -charge / sites(cell.negative))
    return replace(cell, **cut)


def random_case(seed, *, cut=False):
    """A cell, a protocol and the terms of one run."""
    rng = np.random.default_rng(seed)
    cell = load_cell(CELLS[int(rng.integers(len(CELLS)))])
    if cut:
        cell = cut_cell(np.random.default_rng([seed, 1]), cell)
    limits = limits_of(cell)
    wild, steps = rng.random() < 0.5, ()
    if not wild:
        steps = (discharged(rng, cell),)
    count = int(rng.integers(1, 9))
    while len(steps) < count:
        drawn = random_steps(rng, cell, limits)
        steps += drawn if wild else tuple(milder(rng, cell, step) for step in drawn)
    values = {"alpha": float(rng.uniform(*ALPHA)), "S": log_uniform(rng, *SHAPE)}
    terms = {
        "upper_voltage": limits[1],
        "inventory": str(rng.choice(["conserving", "area-only"])),
        "thermal": random_heat(rng),
    }
    return cell, Protocol(steps=steps[:8]), values, terms


def missing_lithium(simulation, cell, values, terms):
    """By how much the lithium of the electrodes is not what went through the cell, over sites."""
    if not len(simulation):
        return 0.0
    share = 1.0 if terms["inventory"] == "conserving" else 3.0 / values["S"]
    gained = simulation.mean_positive_stoichiometry - cell.positive.initial_stoichiometry
    changes = [(gained, cell.positive, share)]
    if cell.metal is None:
        lost = cell.negative.initial_stoichiometry - simulation.mean_negative_stoichiometry
        changes.append((lost, cell.negative, 3.0 / cell.negative.S))
    return max(
        float(np.abs(change - factor * simulation.capacity / sites(electrode)).max())
        for change, electrode, factor in changes
    )


def run_case(seed, time_limit=None, *, cut=False):
    """Run one; return it, its cell, and what of lithium and of salt is missing over what is."""
    cell, protocol, values, terms = random_case(seed, cut=cut)
    states = []

    def kept(*arguments):
        prepared = prepare(*arguments)
        states.append(prepared[1])
        return prepared

    prepare = protocol_run.prepare
    with mock.patch.object(protocol_run, "prepare", kept):
        simulation = simulate(cell, protocol, time_limit=time_limit, **terms, **values)
    salts = [float((state.pore * state.c[0]).sum() / state.pore.sum()) for state in states]
    lost = max(abs(salt / cell.electrolyte.initial_concentration - 1.0) for salt in salts)
    return simulation, cell, missing_lithium(simulation, cell, values, terms), lost


def is_less(simulation, step, wanted):
    """Whether a current is none, or less than flowed when the step began [A m⁻²]."""
    first = step.points.start
    before = float(simulation.current[first - 1]) if first else 0.0
    return wanted == 0.0 or (wanted * before > 0.0 and abs(wanted) <= abs(before))


def is_missed(step, asked, cell):
    """Whether a step ended elsewhere than its outcome says."""
    outcome = step.outcome
    if outcome is StepOutcome.TIME and asked.duration is not None:
        return abs(step.duration - asked.duration) > 1e-9 * max(step.start + asked.duration, 1.0)
    if outcome is StepOutcome.VOLTAGE:
        return abs(step.end_voltage - asked.until_voltage) > VOLTAGE
    steady = asked.samples is None and step.points.stop > step.points.start
    if outcome is StepOutcome.VOLTAGE_LIMIT and steady:  # samples may jump over a limit
        return min(abs(step.end_voltage - limit) for limit in limits_of(cell)) > VOLTAGE
    if outcome is StepOutcome.CAPACITY:
        wanted = asked.capacity_in(cell)
        return abs(abs(step.capacity) - wanted) > 1e-4 * wanted
    return False


def faults_of_ending(simulation, step, asked, cell):
    """What is wrong with how one step ended."""
    if step.outcome.is_failure:
        yield step.outcome.name
    refused = step.outcome is StepOutcome.UNREACHABLE and asked.current is not None
    if refused and is_less(simulation, step, asked.current_in(cell)):
        yield "unreachable though less is asked"
    if is_missed(step, asked, cell):
        yield f"not where it should end: {step.outcome.name}"


def faults_of(simulation, cell, lithium, salt):
    """What is wrong with a simulation, in words."""
    faults = [
        f"no number in {name}"
        for name in CURVES
        if not np.isfinite(getattr(simulation, name)).all()
    ]
    if not lithium < LITHIUM:
        faults.append("lithium lost")
    if not salt < SALT:
        faults.append("salt lost")
    if not (np.diff(simulation.time) >= 0.0).all():
        faults.append("time runs back")
    ran = [step.outcome is not StepOutcome.NOT_RUN for step in simulation.steps]
    stopped = simulation.stopped
    through = len(ran) if stopped is None else stopped.number + 1
    if ran != [k < through for k in range(len(ran))]:
        faults.append("steps run after the end, or not before it")
    for step, asked in zip(simulation.steps, simulation.protocol.steps, strict=True):
        faults += faults_of_ending(simulation, step, asked, cell)
    return faults


def told(seed, seconds, cut):
    """What one run gave, as a line of the file."""
    begin = time.process_time()
    simulation, cell, lithium, salt = run_case(seed, time_limit=seconds, cut=cut)
    _, _, values, terms = random_case(seed, cut=cut)
    last = [step for step in simulation.steps if step.outcome is not StepOutcome.NOT_RUN][-1]
    return {
        "seed": seed,
        "cell": cell.name,
        "inventory": terms["inventory"],
        "heat": type(terms["thermal"]).__name__,
        **values,
        "outcomes": [step.outcome.name for step in simulation.steps],
        "last": last.text[:60],
        "salt_left": float(np.min(simulation.min_salt_concentration, initial=np.inf)),
        "lithium": lithium,
        "salt": salt,
        "faults": faults_of(simulation, cell, lithium, salt),
        "cpu": round(time.process_time() - begin, 4),
    }


def answer(seeds, lines, seconds, cut):
    """Run what is asked until there is nothing more: the child."""
    for seed in iter(seeds.get, None):
        lines.put(told(seed, seconds, cut))


class Watched:
    """A child that runs one seed after the other, and is ended when one takes too long."""

    def __init__(self, seconds, cut):
        self.seconds, self.cut, self.child = seconds, cut, None
        self.context = multiprocessing.get_context("spawn")

    def start(self):
        self.seeds, self.lines = self.context.Queue(), self.context.Queue()
        self.child = self.context.Process(
            target=answer, args=(self.seeds, self.lines, self.seconds, self.cut), daemon=True
        )
        self.child.start()
        self.seeds.put(0)
        self.lines.get(timeout=1800.0)  # compiles

    def run(self, seed):
        if self.child is None:
            self.start()
        self.seeds.put(seed)
        try:
            return self.lines.get(timeout=2.0 * self.seconds)
        except Exception as late:  # noqa: BLE001 - queue.Empty, of the context's own making
            self.stop()
            return {"seed": seed, "faults": [f"hangs ({type(late).__name__})"]}

    def stop(self):
        if self.child is not None:
            self.child.kill()
            self.child.join()
            self.child = None


def read(path):
    """The lines of a file, by seed."""
    if not path.exists():
        return {}
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["seed"]: line for line in lines}


def fill(path, first, count, seconds, cut):
    """Run the seeds that the file does not hold yet."""
    known, watched = read(path), Watched(seconds, cut)
    with path.open("a") as file:
        for seed in range(first, first + count):
            if seed not in known:
                print(json.dumps(watched.run(seed)), file=file, flush=True)
    watched.stop()


def show(lines):
    """Say how the runs ended, by cell and by fault."""
    print(f"{len(lines)} runs, {sum(line.get('cpu', 0.0) for line in lines):.0f} s of CPU time")
    for quantity in ("lithium", "salt"):
        print(f"{quantity} missing at most: {max(line.get(quantity, 0.0) for line in lines):.1e}")
    for cell, count in sorted(Counter(line.get("cell", "?") for line in lines).items()):
        own = [line for line in lines if line.get("cell", "?") == cell]
        spent = sorted(line.get("cpu", 0.0) for line in own)
        print(
            f"{cell:28} {count:5} runs, {sum(bool(line['faults']) for line in own):4} at fault, "
            f"CPU time median {1e3 * spent[len(own) // 2]:.0f} ms, largest {spent[-1]:.1f} s"
        )
    endings = Counter(
        [name for name in line["outcomes"] if name != "NOT_RUN"][-1]
        for line in lines
        if "outcomes" in line
    )
    print("last steps:", ", ".join(f"{name} {count}" for name, count in endings.most_common()))
    for line in lines:
        if line["faults"]:
            print(json.dumps(line))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--cut", action="store_true")
    parser.add_argument("--table", action="store_true")
    arguments = parser.parse_args()
    if not arguments.table:
        fill(arguments.file, arguments.first, arguments.count, arguments.seconds, arguments.cut)
    show(list(read(arguments.file).values()))


if __name__ == "__main__":
    main()
