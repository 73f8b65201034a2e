"""How far a step of a protocol, rebuilt from its samples in a cube, is from the engine's.

``python -m tests.benchmarks.protocol_samples`` runs a cycle, pulses and a titration of a cell of
LCO and graphite at random points of alpha 0.5 to 4 and S 1.5 to 6.
"""

import numpy as np
from scipy.interpolate import PchipInterpolator

import microbatt
from microbatt.cube.contents import depth_axis
from microbatt.engines.protocols import resample_points
from microbatt.protocols import gitt

PROTOCOLS = (
    [
        "Discharge at 1C until 3 V",
        "Rest for 1 hour",
        "Charge at C/2 until 4.1 V",
        "Hold at 4.1 V until C/20",
    ],
    ["Discharge at 1C for 10 s", "Rest for 40 s"] * 5,
    gitt(pulses=3),
)
RUNS, FEWEST = 8, 5


def solved_steps(rng):
    """Yield time and voltage of each step, as the engine solved it."""
    for protocol in PROTOCOLS:
        for _ in range(RUNS):
            point = {"alpha": rng.uniform(0.5, 4.0), "S": rng.uniform(1.5, 6.0)}
            run = microbatt.simulate("lco-graphite", protocol, **point)
            for step in run.steps:
                if step.points.stop - step.points.start >= FEWEST:
                    yield run.time[step.points] - step.start, run.voltage[step.points]


def rms(difference, time):
    return float(np.sqrt(np.trapezoid(difference**2, time) / time[-1]))


def main():
    steps = list(solved_steps(np.random.default_rng(0)))
    print(f"{len(steps)} steps; differences in mV: median, 95 %, worst")
    for count in (16, 32, 64, 128):
        shares, found = depth_axis(count), []
        for time, voltage in steps:
            samples = resample_points(time, voltage, shares)
            cubic = PchipInterpolator(shares * time[-1], samples)(time) - voltage
            lines = np.interp(time, shares * time[-1], samples) - voltage
            found.append((rms(cubic, time), np.abs(cubic).max(), rms(lines, time)))
        for name, column in zip(("rms", "largest", "rms, lines"), np.array(found).T, strict=True):
            told = ", ".join(f"{1e3 * q:.3f}" for q in np.quantile(column, [0.5, 0.95, 1.0]))
            print(f"{count:4} samples, {name}: {told}")


if __name__ == "__main__":
    main()
