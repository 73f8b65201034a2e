"""What a tester would write of a made-up cell, for the tests of reading."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

AREA = 1e-3
"""Of the electrode [m²]: 10 cm²."""
ONE_C = 17.5
"""Current that empties the cell in about an hour [A m⁻²]."""
REST_VOLTAGE = 4.08
_NOISE = 3e-4


def voltage(seconds, current):
    """Fall of the voltage since the start of a discharge; with the root of time at first."""
    rate = current / ONE_C
    depth = rate * np.asarray(seconds) / 3600.0
    polarised = 0.12 * rate * (1.0 - np.exp(-np.sqrt(np.asarray(seconds) / 150.0)))
    return 4.05 - 0.02 * rate - polarised - 0.5 * depth - 1.2 * depth**16


def seconds_to(current, cutoff=2.6, interval=20.0):
    """Times of the rows of a whole discharge [s]."""
    times = np.arange(0.0, 1.3 * 3600.0 * ONE_C / current, interval)
    return times[voltage(times, current) > cutoff]


@dataclass
class Protocol:
    """Rows of a tester, step after step: time [s], current [A m⁻²], voltage, counters, words."""

    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(7))
    rows: list = field(default_factory=list)
    now: float = 0.0
    steps: int = 0

    def add(self, times, current, volts, word):
        """Add rows at times since the start of a step; the clock goes on to the last of them."""
        self.steps += 1
        current = np.broadcast_to(current, np.shape(times))
        moved = np.concatenate([[current[0] * times[0]], current[1:] * np.diff(times)]) / 3600.0
        noisy = volts + _NOISE * self.rng.standard_normal(np.size(times))
        for t, i, v, q in zip(times, current, noisy, np.cumsum(moved), strict=True):
            self.rows.append((self.now + t, t, i, v, abs(q), self.steps, word))
        self.now += float(times[-1])
        return self

    def rest(self, duration=600.0, interval=60.0, level=REST_VOLTAGE):
        return self.add(np.arange(0.0, duration + 1e-9, interval), 0.0, level, "Rest")

    def discharge(self, current=ONE_C, times=None, *, begun=0.0, interval=20.0, word="CC DChg"):
        """Discharge, after `begun` seconds of one; negative currents."""
        if times is None:
            times = seconds_to(current, interval=interval)
        return self.add(times, -current, voltage(times + begun, current), word)

    def charge(self, current=ONE_C, duration=3000.0, interval=20.0, start=3.0, end=4.2):
        times = np.arange(0.0, duration, interval)
        volts = start + (end - start) * (times / duration) ** 0.5
        return self.add(times, current, volts, "CC Chg")

    def hold(self, level, current, duration=1000.0, interval=10.0):
        times = np.arange(interval, duration, interval)
        return self.add(times, current * np.exp(-times / 400.0), level, "CV")

    def frame(self):
        """Rows as columns of a tester's file, in s, A, V and Ah, with a step of 1e-6 and finer."""
        names = ("time", "step time", "current", "voltage", "capacity", "step", "word")
        table = pd.DataFrame(self.rows, columns=names)
        table["current"] = (table["current"] * AREA).round(6)
        table["capacity"] = (table["capacity"] * AREA).round(7)
        table["voltage"] = table["voltage"].round(4)
        table[["time", "step time"]] = table[["time", "step time"]].round(3)
        return table


def write(path, table, *, headings=None, **options):
    """Write columns under headings, in the order of the headings."""
    names = headings or {
        "time": "time [s]",
        "current": "current [A]",
        "voltage": "voltage [V]",
    }
    chosen = table[list(names)].rename(columns=names)
    chosen.to_csv(path, index=False, **options)
    return path


def rate_test(currents=(ONE_C, 2 * ONE_C), **options):
    """Whole discharges, each after a rest, the cell charged between them."""
    protocol = Protocol().rest()
    for number, current in enumerate(currents):
        if number:
            protocol.charge().rest()
        protocol.discharge(current, **options)
    return protocol
