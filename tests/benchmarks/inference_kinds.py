"""Curves of many kinds of cells and tests: does an interval hold the truth, or is a flag raised?

One fit of each kind, of curves that the engine makes on a finer mesh with white noise: every
shipped cell, one curve alone, slow and fast ones, parts of discharges, wrong areas, offsets and
temperatures, pulses beside discharges.  It tells faults of kinds, not coverage:

    python -m tests.benchmarks.inference_kinds

What it prints is in docs/results/inference.md.
"""

import time

import numpy as np
from scipy.interpolate import PchipInterpolator

from microbatt.cells import available_cells, load_cell
from microbatt.engines import Settings, simulate, simulate_discharges
from microbatt.errors import MicrobattError
from microbatt.inference import infer
from microbatt.measured import Experiment, MeasuredRun, Measurement

CELL, ALPHA, S = "chen-2020", 1.5, 4.0
RATES = (0.1, 1.0, 3.0)  # C
NOISE = 1e-3  # V
FINE = Settings(tolerance=1e-5, mesh=2.5)
PULSES = (
    "Rest for 5 minutes",
    (
        "Discharge at 1C for 30 s",
        "Rest for 40 s",
        "Charge at 0.75C for 10 s",
        "Rest for 40 s",
        "Discharge at 1C for 8 minutes",
        "Rest for 20 minutes",
    )
    * 3,
)


def discharges(
    cell=CELL, rates=RATES, *, noise=NOISE, samples=100, share=1.0, area=1.0, offset=0.0
):
    """Return discharges as measured, over a share of their charge."""
    cell = load_cell(cell) if isinstance(cell, str) else cell
    rng = np.random.default_rng([7, *cell.name.encode()])
    points = [(ALPHA, S, rate * cell.one_c_current) for rate in rates]
    found = []
    for rate, one in zip(rates, simulate_discharges(cell, points, settings=FINE), strict=True):
        if not one.capacity.size:
            continue
        capacity = np.linspace(0.0, share * one.discharge_capacity, samples)
        voltage = PchipInterpolator(one.capacity, one.voltage)(capacity) + offset
        found.append(
            Measurement(
                source=f"{rate:g}C",
                current=area * one.current,
                capacity=area * capacity,
                voltage=voltage + noise * rng.standard_normal(samples),
            )
        )
    return tuple(found)


def pulses(cell, *, on_switches):
    """Return pulses as measured, with rows on the tester's switches or between them."""
    simulation = simulate(cell, list(PULSES), settings=FINE, alpha=ALPHA, S=S)
    time_ = np.arange(0.0, simulation.time[-1], 5.0)
    seen = time_ if on_switches else np.clip(time_ - 1e-6, 0.0, None)
    noise = NOISE * np.random.default_rng(1).standard_normal(time_.size)
    return MeasuredRun(
        source="pulses",
        time=time_,
        current=np.interp(seen, simulation.time, simulation.current),
        voltage=simulation.voltage_at(seen) + noise,
        rest_voltage=simulation.open_circuit_voltage,
    )


def kinds():
    """Yield what each is called, its curves, the cell that they are said to be of, and options."""
    exact = {"cell_error": 0.0}
    for name in available_cells():
        yield f"{name}, exact", discharges(name), name, exact
        yield f"{name}, values known as usual", discharges(name), name, {}
    for called, rates in (("1C", (1.0,)), ("C/50", (0.02,)), ("4C", (4.0,))):
        yield f"{called} alone, exact", discharges(rates=rates), CELL, exact
        yield f"{called} alone", discharges(rates=rates), CELL, {}
    for noise in (1e-4, 5e-3):
        yield f"{1e3 * noise:g} mV", discharges(noise=noise), CELL, {"noise": noise}
    yield "noise not told", discharges(noise=5e-3), CELL, {"noise": None}
    for share in (0.3, 0.05):
        yield f"first {100 * share:g} %", discharges(share=share), CELL, {}
    yield "twelve samples a curve", discharges(samples=12), CELL, {}
    yield "area 2 % off, exact", discharges(area=1.02), CELL, exact
    yield "area 2 % off", discharges(area=1.02), CELL, {}
    yield "20 mV off", discharges(offset=0.02), CELL, {}
    warm = load_cell(CELL).with_values({"initial_temperature": 313.15})
    yield "40 °C taken for 25 °C", discharges(warm), CELL, {}
    yield "of another cell", discharges("ecker-2015"), "kim-2011", {}
    for on_switches in (False, True):
        run = pulses("lco-graphite", on_switches=on_switches)
        both = Experiment(name="both", measurements=discharges("lco-graphite"), runs=(run,))
        where = "rows on switches" if on_switches else "rows between switches"
        yield f"discharges and pulses, {where}", both, "lco-graphite", {}


def main():
    """Print each estimate, and at the end how many hold the truth or are flagged."""
    count = silent = 0
    for called, curves, cell, options in kinds():
        begun = time.process_time()
        try:
            found = infer(curves, cell, **({"noise": NOISE, "network": False} | options))
        except MicrobattError as error:
            print(f"{called}: refused, {str(error)[:120]}", flush=True)
            continue
        alpha, area = found.parameters[:2]
        held = [alpha.low <= ALPHA <= alpha.high, area.low <= S <= area.high]
        verdict = found.diagnostics.verdict
        count, silent = count + 1, silent + (not all(held) and found.diagnostics.good)
        print(
            f"{called}: alpha {alpha.value:.4g} ({alpha.low:.4g}–{alpha.high:.4g}), S "
            f"{area.value:.4g} ({area.low:.4g}–{area.high:.4g}), held {held}, {verdict}, "
            f"{time.process_time() - begun:.1f} s",
            flush=True,
        )
    print(f"{count} estimates; the truth missed without a flag in {silent}")


if __name__ == "__main__":
    main()
