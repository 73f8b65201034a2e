"""Text without faults, read quickly, is what the patient way reads."""

import numpy as np
import pytest

from microbatt.measured import Reading, read_file, strict_text
from tests.measured.protocols import AREA

pytest.importorskip("polars")

ROWS = 12_000
"""Text enough to be read the quick way."""


def clock(seconds):
    return f"{int(seconds // 3600)}:{int(seconds // 60 % 60):02d}:{seconds % 60:06.3f}"


def lines(separator=",", decimal="."):
    """A discharge of an hour and a rest, with a date that is of no use, a state and a clock."""
    time = np.arange(ROWS) * 0.4
    flows = time < 3600.0
    voltage = np.where(flows, 4.1 - time / 3600.0, 3.3)
    names = ["when", "Total Time", "Voltage(V)", "Current(A)", "Step Type", "Note"]
    rows = [
        separator.join(
            [
                "2024-03-01 08:00:00",
                clock(t).replace(".", decimal),
                f"{v:.4f}".replace(".", decimal),
                f"{-1.0 if flow else 0.0:.4f}".replace(".", decimal),
                "DChg" if flow else "Rest",
                "",
            ]
        )
        for t, v, flow in zip(time, voltage, flows, strict=True)
    ]
    return [separator.join(names), *rows]


def both_ways(path, monkeypatch):
    """What is read with polars and without, and whether polars read it."""
    used = []

    def watched(*given, **named):
        used.append(original(*given, **named))
        return used[-1]

    original = strict_text._with_parts
    monkeypatch.setattr(strict_text, "_with_parts", watched)
    quick = read_file(path, Reading(area=AREA))
    monkeypatch.setattr(strict_text, "is_installed", lambda _: False)
    return quick, read_file(path, Reading(area=AREA)), bool(used) and used[-1] is not None


def alike(one, other):
    assert one.steps == other.steps
    for name in ("time", "voltage", "current", "rows"):
        np.testing.assert_array_equal(getattr(one.samples, name), getattr(other.samples, name))


@pytest.mark.parametrize(("separator", "decimal"), [(",", "."), (";", ","), ("\t", ".")])
def test_clocks_beside_dates_are_read_as_in_the_patient_way(
    tmp_path, monkeypatch, separator, decimal
):
    path = tmp_path / "test.csv"
    path.write_text("\n".join(lines(separator, decimal)) + "\n", "utf-8")
    quick, patient, was_quick = both_ways(path, monkeypatch)
    assert was_quick
    alike(quick, patient)


@pytest.mark.parametrize("field", ["2024-03-01 08:00", "2024-03-01 08:00:00:00", "2024-03-01"])
def test_a_row_with_other_colons_is_left_to_the_patient_way(tmp_path, monkeypatch, field):
    written = lines()
    written[7000] = written[7000].replace("2024-03-01 08:00:00", field)
    path = tmp_path / "test.csv"
    path.write_text("\n".join(written) + "\n", "utf-8")
    quick, patient, was_quick = both_ways(path, monkeypatch)
    assert not was_quick
    alike(quick, patient)


def test_colons_that_make_up_for_each_other_shift_no_column(tmp_path, monkeypatch):
    written = lines()
    written[7000] = written[7000].replace("08:00:00", "08:00")
    written[7001] = written[7001].replace("08:00:00", "08:00:00:0")
    path = tmp_path / "test.csv"
    path.write_text("\n".join(written) + "\n", "utf-8")
    quick, patient, _ = both_ways(path, monkeypatch)
    alike(quick, patient)
