"""A cell as a circuit, taken through protocols: rests that relax, charges with holds, pulses."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from tests.measured.protocols import AREA, ONE_C

_CAPACITY = ONE_C
"""Of the cell [A h m⁻²]."""
_SERIES, _SLOW, _LAG = 0.003, 0.004, 200.0
"""Resistances [Ω m²] and the time constant of the second one [s]."""
LOW, HIGH = 2.7, 4.2
"""Between which voltages the cell is cycled [V]."""


def open_circuit(charge):
    """Voltage at rest, of how full the cell is, from 0 to 1."""
    full = np.asarray(charge)
    stage = 0.05 * np.tanh((full - 0.55) / 0.08)
    return 3.35 + 0.8 * full - 0.35 * np.exp(-full / 0.03) + stage


@dataclass
class Circuit:
    """Rows of a tester, and what each step of them is."""

    full: float = 1.0
    lag: float = 0.0
    now: float = 0.0
    rows: list = field(default_factory=list)
    steps: list = field(default_factory=list)

    def voltage(self, current):
        return float(open_circuit(self.full)) - _SERIES * current - self.lag

    def advance(self, current, seconds):
        self.full -= current * seconds / 3600.0 / _CAPACITY
        still = np.exp(-seconds / _LAG)
        self.lag = self.lag * still + _SLOW * current * (1.0 - still)

    def step(self, kind, current, seconds, interval, until=None):
        """Go through a step; `current` may be a number or a function of the time in it."""
        moved, t, word = 0.0, 0.0, kind
        size = current if callable(current) else (lambda _t: current)
        number = len(self.steps) + 1
        while t <= seconds + 1e-9:
            now = size(t)
            level = self.voltage(now)
            self.rows.append((self.now + t, t, now, level, abs(moved), number, word))
            if until is not None and t > 0.0 and until(level, now):
                break
            self.advance(now, interval)
            moved += now * interval / 3600.0
            t += interval
        self.now += t
        self.steps.append(kind)
        return self

    def rest(self, seconds=900.0, interval=30.0):
        return self.step("rest", 0.0, seconds, interval)

    def discharge(self, rate, interval=None, low=LOW):
        every = interval or 20.0 / rate
        return self.step("discharge", rate * ONE_C, 9e4 / rate, every, lambda v, _i: v < low)

    def charge(self, rate, interval=None, high=HIGH):
        every = interval or 20.0 / rate
        return self.step("charge", -rate * ONE_C, 9e4 / rate, every, lambda v, _i: v > high)

    def pulse(self, rate, seconds=30.0, interval=1.0):
        return self.step("discharge" if rate > 0 else "charge", rate * ONE_C, seconds, interval)

    def hold(self, level=HIGH, cut=0.03, interval=20.0):
        """Keep the voltage until the current has fallen."""

        def current(_t):
            return (float(open_circuit(self.full)) - self.lag - level) / _SERIES

        def ended(_v, now):
            return abs(now) < cut * ONE_C

        return self.step("hold", current, 2e4, interval, ended)

    def frame(self, rng, noise=3e-4):
        names = ("time", "step time", "current", "voltage", "capacity", "step", "word")
        table = pd.DataFrame(self.rows, columns=names)
        table["voltage"] += noise * rng.standard_normal(len(table))
        table["current"] = -table["current"] * AREA
        table["capacity"] *= AREA
        return table.round({"voltage": 4, "current": 6, "capacity": 7})
