"""The published CSV form, made up here: every step stands three times."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines.dualfoil.archives.published import (
    find_published,
    is_published,
    read_published,
)
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome

CELL = load_cell("doyle-1996-cell-1")
HEAD = "Time (min),Cell pot(V),Curr den (A/m^2),Capacity,Energy,Power"


def write(path, steps, current=17.5):
    """Write steps (minutes, voltage): each three times, the first with the time before."""
    lines = [HEAD]
    before = steps[0][0]
    for minutes, voltage in steps:
        lines += [
            f"{time},{voltage},{current},{current * time / 600},38.02,79.11"
            for time in (before, minutes, minutes)
        ]
        before = minutes
    path.write_text("\n".join(lines) + "\n")
    return path


STEPS = [(0.0, 4.0), (0.001, 3.9), (10.0, 3.5), (30.0, 3.0), (50.0, 2.4), (54.0, 1.9), (55.0, 1.7)]


def test_each_step_is_read_once_and_the_curve_ends_on_the_cutoff(tmp_path):
    one = read_published(write(tmp_path / "a.csv", STEPS), CELL, cutoff_voltage=2.0)
    assert one.outcome is Outcome.CUTOFF_REACHED
    np.testing.assert_allclose(one.time / 60.0, [0.0, 0.001, 10.0, 30.0, 50.0, 53.2])
    np.testing.assert_allclose(one.voltage, [4.0, 3.9, 3.5, 3.0, 2.4, 2.0])
    assert one.discharge_capacity == pytest.approx(17.5 * 53.2 / 60.0)
    assert np.isnan(one.end_temperature)


def test_a_curve_that_ends_above_the_cutoff_has_not_converged(tmp_path):
    one = read_published(write(tmp_path / "a.csv", STEPS[:5]), CELL, cutoff_voltage=2.0)
    assert one.outcome is Outcome.NO_CONVERGENCE
    assert one.voltage[-1] == 2.4


def test_the_form_is_known_by_its_headings(tmp_path):
    there = write(tmp_path / "set1_1Crate.csv", STEPS)
    (tmp_path / "other.csv").write_text("time,voltage\n0,4\n")
    assert find_published(tmp_path) == [there]
    assert not is_published(tmp_path / "other.csv")
    (there).unlink()
    with pytest.raises(ParameterError, match="Time"):
        find_published(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (f"{HEAD}\n0,4,17.5\n1,3,35\n", "the current goes from 17.5 to 35"),
        (f"{HEAD}\n0,4,17.5\n1,high,17.5\n", "three numbers"),
        (f"{HEAD}\n", "three numbers"),
    ],
)
def test_a_file_that_holds_no_discharge_is_told(tmp_path, text, words):
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(ParameterError, match=words):
        read_published(path, CELL, cutoff_voltage=2.0)
