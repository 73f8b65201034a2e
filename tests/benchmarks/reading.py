"""How long reading a file of 20 MB takes beside pandas and polars, in several testers' layouts.

    python tests/benchmarks/reading.py [--size MB] [--repeats N] [--layout NAME ...] [--profile]

One test in every layout: discharges at several rates, rests, and charges with holds.
`microbatt.measured.read_file` does everything, from bytes to discharges. The peers turn the text
into a table: they are told separator, decimal sign and the line of headings, and take every
column. Dates stay texts; times such as h:mm:ss become seconds by pandas, and stay texts by polars,
which has no function for them. All take turns; shown are the shortest times, of the wall and of all
processors, and the ratios to each peer.
"""

from __future__ import annotations

import argparse
import cProfile
import io
import pstats
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from microbatt.measured import Reading, read_file

if TYPE_CHECKING:
    from collections.abc import Callable

CAPACITY = 5.0
"""Of the cell [A h]."""
AREA = 0.1027
"""Of its electrode [m²]."""
CLOCKS = {"Time", "Total Time", "Programmdauer"}
"""Columns of h:mm:ss."""
RATES = (0.2, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Test:
    """What a tester recorded: shape (n,) each."""

    time: np.ndarray
    step_time: np.ndarray
    current: np.ndarray
    voltage: np.ndarray
    step: np.ndarray
    cycle: np.ndarray
    discharged: np.ndarray
    charged: np.ndarray
    temperature: np.ndarray


def make_test(rows: int) -> Test:
    """Return about so many rows of discharges, rests, charges and holds, with half a mV noise."""
    random = np.random.default_rng(19)
    hours = sum(2.0 / rate + 2.0 for rate in RATES)
    every = 3600.0 * (hours + 2.0 * len(RATES)) / rows
    columns: dict[str, list[np.ndarray]] = {name: [] for name in Test.__slots__}
    elapsed, number = 0.0, 0
    for cycle, rate in enumerate(RATES, start=1):
        passed = {"discharged": 0.0, "charged": 0.0}
        for kind, length in (
            ("discharge", 0.97 / rate),
            ("rest", 1.0),
            ("charge", 0.9 / rate),
            ("hold", 1.0),
            ("rest", 1.0),
        ):
            number += 1
            n = max(60, int(3600.0 * length / every))
            at = np.arange(n) * 3600.0 * length / n
            depth = at / (3600.0 * length)
            current = {
                "discharge": -np.ones(n),
                "rest": np.zeros(n),
                "charge": np.ones(n),
                "hold": np.exp(-4.0 * depth),
            }[kind]
            current = current * rate * CAPACITY
            voltage = {
                "discharge": 4.15 - 0.1 * rate - 0.9 * depth - 0.5 * depth**12,
                "rest": np.where(
                    number % 5 == 2, 3.1 + 0.3 * (1.0 - np.exp(-6.0 * depth)), 4.2 - 0.02 * depth
                ),
                "charge": 3.3 + 0.1 * rate + 0.8 * depth,
                "hold": np.full(n, 4.2),
            }[kind]
            moved = np.cumsum(np.abs(current)) * length / n
            way = "discharged" if kind == "discharge" else "charged"
            columns["time"].append(elapsed + at)
            columns["step_time"].append(at)
            columns["current"].append(current)
            noise = 1e-4 if kind == "hold" else 5e-4
            columns["voltage"].append(voltage + noise * random.standard_normal(n))
            columns["step"].append(np.full(n, number))
            columns["cycle"].append(np.full(n, cycle))
            for name, before in passed.items():
                columns[name].append(before + (moved if name == way else 0.0 * moved))
            passed[way] += moved[-1]
            columns["temperature"].append(25.0 + rate * depth)
            elapsed += 3600.0 * length
    return Test(**{name: np.concatenate(parts) for name, parts in columns.items()})


def clock(seconds: np.ndarray) -> list[str]:
    """Return times as h:mm:ss.fff."""
    whole = np.floor(seconds).astype(int)
    return [
        f"{w // 3600}:{w // 60 % 60:02d}:{s - w + w % 60:06.3f}"
        for w, s in zip(whole.tolist(), seconds.tolist(), strict=True)
    ]


def texts(values: np.ndarray, form: str) -> list[str]:
    """Return numbers as texts."""
    return [form % one for one in values.tolist()]


def bdf(test: Test) -> tuple[str, str, str, int]:
    return _written(
        {
            "Test Time / s": texts(test.time, "%.3f"),
            "Voltage / V": texts(test.voltage, "%.5f"),
            "Current / A": texts(test.current, "%.6f"),
            "Unix Time / s": texts(1.7e9 + test.time, "%.3f"),
            "Cycle Count / 1": texts(test.cycle, "%d"),
            "Step Index / 1": texts(test.step, "%d"),
            "Ambient Temperature / degC": texts(test.temperature, "%.2f"),
            "Charging Capacity / Ah": texts(test.charged, "%.6f"),
            "Discharging Capacity / Ah": texts(test.discharged, "%.6f"),
        },
        ",",
    )


def plain(test: Test) -> tuple[str, str, str, int]:
    return _written(
        {
            "time [s]": texts(test.time, "%.2f"),
            "voltage [V]": texts(test.voltage, "%.4f"),
            "current [A]": texts(test.current, "%.4f"),
        },
        ",",
    )


def arbin(test: Test) -> tuple[str, str, str, int]:
    n = test.time.size
    start = np.datetime64("2024-03-01T08:00:00.000")
    dates = np.datetime_as_string(start + (1e3 * test.time).astype("timedelta64[ms]")).tolist()
    return _written(
        {
            "Data_Point": texts(np.arange(1, n + 1), "%d"),
            "Test_Time(s)": texts(test.time, "%.4f"),
            "Date_Time": [one.replace("T", " ") for one in dates],
            "Step_Time(s)": texts(test.step_time, "%.4f"),
            "Step_Index": texts(test.step, "%d"),
            "Cycle_Index": texts(test.cycle, "%d"),
            "Current(A)": texts(test.current, "%.7f"),
            "Voltage(V)": texts(test.voltage, "%.7f"),
            "Charge_Capacity(Ah)": texts(test.charged, "%.7f"),
            "Discharge_Capacity(Ah)": texts(test.discharged, "%.7f"),
            "Charge_Energy(Wh)": texts(3.7 * test.charged, "%.7f"),
            "Discharge_Energy(Wh)": texts(3.7 * test.discharged, "%.7f"),
            "dV/dt(V/s)": texts(np.gradient(test.voltage), "%.7f"),
            "Internal_Resistance(Ohm)": ["0.0"] * n,
            "Is_FC_Data": ["0"] * n,
            "AC_Impedance(Ohm)": ["0.0"] * n,
            "ACI_Phase_Angle(Deg)": ["0.0"] * n,
        },
        ",",
    )


def neware(test: Test) -> tuple[str, str, str, int]:
    words = np.array(["CC DChg", "Rest", "CC Chg", "CV Chg", "Rest"])[(test.step - 1) % 5]
    return _written(
        {
            "DataPoint": texts(np.arange(1, test.time.size + 1), "%d"),
            "Cycle Index": texts(test.cycle, "%d"),
            "Step Index": texts(test.step, "%d"),
            "Step Type": words.tolist(),
            "Time": clock(test.step_time),
            "Total Time": clock(test.time),
            "Current(A)": texts(test.current, "%.4f"),
            "Voltage(V)": texts(test.voltage, "%.4f"),
            "Capacity(Ah)": texts(test.charged + test.discharged, "%.4f"),
        },
        ",",
    )


def german(test: Test) -> tuple[str, str, str, int]:
    words = np.array(["Entladen", "Pause", "Laden", "Laden", "Pause"])[(test.step - 1) % 5]
    columns = {
        "Zeit [h]": texts(test.time / 3600.0, "%.6f"),
        "Programmdauer": clock(test.time),
        "Schritt": texts(test.step, "%d"),
        "Zustand": words.tolist(),
        "Spannung [V]": texts(test.voltage, "%.4f"),
        "Strom [A]": texts(test.current, "%.4f"),
        "Temperatur [°C]": texts(test.temperature, "%.1f"),
        "AhLad [Ah]": texts(test.charged, "%.5f"),
        "AhEla [Ah]": texts(test.discharged, "%.5f"),
    }
    commas = {name: [one.replace(".", ",") for one in column] for name, column in columns.items()}
    return _written(commas, ";", decimal=",")


def biologic(test: Test) -> tuple[str, str, str, int]:
    head = "EC-Lab ASCII FILE\nNb header lines : 5\n\nModulo Bat\n"
    return _written(
        {
            "mode": texts(np.ones(test.time.size), "%d"),
            "Ns": texts(test.step - 1, "%d"),
            "time/s": texts(test.time, "%.15E"),
            "Ewe/V": texts(test.voltage, "%.7E"),
            "I/mA": texts(1e3 * test.current, "%.15E"),
            "Q discharge/mA.h": texts(1e3 * test.discharged, "%.15E"),
            "Q charge/mA.h": texts(1e3 * test.charged, "%.15E"),
            "half cycle": texts(test.cycle, "%d"),
        },
        "\t",
        head,
    )


def maccor(test: Test) -> tuple[str, str, str, int]:
    states = np.array(["D", "R", "C", "C", "R"])[(test.step - 1) % 5]
    return _written(
        {
            "Rec#": texts(np.arange(1, test.time.size + 1), "%d"),
            "Cyc#": texts(test.cycle, "%d"),
            "Step": texts(test.step, "%d"),
            "TestTime(s)": texts(test.time, "%.2f"),
            "StepTime(s)": texts(test.step_time, "%.2f"),
            "Amp-hr": texts(test.charged + test.discharged, "%.8f"),
            "Watt-hr": texts(3.7 * (test.charged + test.discharged), "%.8f"),
            "Amps": texts(np.abs(test.current), "%.8f"),
            "Volts": texts(test.voltage, "%.8f"),
            "State": states.tolist(),
        },
        "\t",
        "Today's Date 03/01/2024\nFilename: cell.001\n",
    )


def _written(
    columns: dict[str, list[str]], separator: str, head: str = "", decimal: str = "."
) -> tuple[str, str, str, int]:
    rows = "\n".join(map(separator.join, zip(*columns.values(), strict=True)))
    return f"{head}{separator.join(columns)}\n{rows}\n", separator, decimal, head.count("\n")


LAYOUTS: dict[str, Callable[[Test], tuple[str, str, str, int]]] = {
    "plain": plain,
    "bdf": bdf,
    "arbin": arbin,
    "neware": neware,
    "maccor": maccor,
    "german": german,
    "biologic": biologic,
}


def timed(action: Callable[[], object]) -> tuple[float, float]:
    """Return how long an action takes, of the wall and of all processors [s]."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(name: str, size: float, repeats: int, folder: Path, *, profile: bool) -> str:
    import pandas as pd
    import polars as pl

    written, _, _, _ = LAYOUTS[name](make_test(4000))
    text, separator, decimal, skip = LAYOUTS[name](
        make_test(int(4000 * size * 1e6 / len(written.encode())))
    )
    path = folder / f"{name}.csv"
    path.write_text(text, "utf-8")
    how = Reading(area=AREA)

    def by_pandas() -> pd.DataFrame:
        frame = pd.read_csv(
            path, sep=separator, decimal=decimal, skiprows=skip, skip_blank_lines=False
        )
        for clock_name in CLOCKS & set(frame):
            texts = frame[clock_name].str.replace(",", ".", regex=False)
            frame[clock_name] = pd.to_timedelta(texts).dt.total_seconds()
        return frame

    actions: dict[str, Callable[[], object]] = {
        "microbatt": lambda: read_file(path, how),
        "pandas": by_pandas,
        "polars": lambda: pl.read_csv(
            path,
            separator=separator,
            decimal_comma=decimal == ",",
            skip_lines=skip,
            infer_schema_length=10_000,
        ),
    }
    found = read_file(path, how)
    if profile:
        watch = cProfile.Profile()
        watch.runcall(actions["microbatt"])
        shown = io.StringIO()
        pstats.Stats(watch, stream=shown).sort_stats("cumulative").print_stats(45)
        print(shown.getvalue())
    times: dict[str, list[tuple[float, float]]] = {one: [] for one in actions}
    for _ in range(repeats):
        for one, action in actions.items():
            times[one].append(timed(action))
    best = {one: np.min(tried, axis=0) for one, tried in times.items()}
    ratios = {one: best["microbatt"] / best[one] for one in ("pandas", "polars")}
    rows, read = len(found.samples.voltage) / 1e3, len(found.measurements)
    return (
        f"{name:9} {path.stat().st_size / 1e6:5.1f} {rows:6.0f} {read:4}  "
        + "  ".join(f"{best[one][0]:5.2f} {best[one][1]:5.2f}" for one in actions)
        + "  "
        + "  ".join(f"{ratios[one][0]:5.2f} {ratios[one][1]:5.2f}" for one in ratios)
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=float, default=20.0, help="of each file [MB]")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--layout", nargs="+", choices=LAYOUTS, default=list(LAYOUTS))
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    given = parser.parse_args()
    print(
        "layout       MB  krows read  microbatt     pandas       polars      by pandas   by polars"
        "   (wall, CPU; s and ratios)"
    )
    with tempfile.TemporaryDirectory() as folder:
        for name in given.layout:
            print(
                measure(name, given.size, given.repeats, Path(folder), profile=given.profile),
                flush=True,
            )


if __name__ == "__main__":
    main()
