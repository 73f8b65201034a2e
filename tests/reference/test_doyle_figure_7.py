"""The digitised figure's form, from curves of the engine: the figure is no part of the project."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import simulate_discharge
from microbatt.errors import MeasurementError
from tests.reference.doyle_figure_7 import (
    CELL,
    COLUMNS,
    positive_sites,
    read_figure,
    without_film,
)

CELL_1 = load_cell(CELL)


def write(path, rows):
    lines = [",".join(COLUMNS), *(",".join(f"{value:.9g}" for value in row) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_capacity_comes_back_from_the_positive_stoichiometry(tmp_path):
    curves = [simulate_discharge(CELL, current=current) for current in (17.5, 70.0)]
    start, sites = CELL_1.positive.initial_stoichiometry, positive_sites(CELL_1)
    rows = [
        (curve.current, start + capacity / sites, voltage)
        for curve in curves
        for capacity, voltage in zip(curve.capacity, curve.voltage, strict=True)
    ]
    read = read_figure(write(tmp_path / "figure.csv", rows), CELL_1)
    assert [one.current for one in read] == [17.5, 70.0]
    for one, curve in zip(read, curves, strict=True):
        capacity = np.interp(one.voltage, curve.voltage[::-1], curve.capacity[::-1])
        assert np.max(np.abs(one.capacity - capacity)) < 1e-5


def test_points_before_the_start_or_behind_another_are_left_out(tmp_path):
    start = CELL_1.positive.initial_stoichiometry
    steps = (-0.01, 0.01, 0.02, 0.015, 0.03, 0.03, 0.04, 0.05)
    rows = [(17.5, start + step, 4.0 - step) for step in steps]
    (read,) = read_figure(write(tmp_path / "figure.csv", rows), CELL_1)
    kept = np.array([0.01, 0.02, 0.03, 0.04, 0.05])
    assert read.capacity == pytest.approx(kept * positive_sites(CELL_1))
    assert read.voltage == pytest.approx(4.0 - kept)


def test_a_file_of_another_form_is_refused(tmp_path):
    path = tmp_path / "other.csv"
    path.write_text("time,voltage\n0,4\n", encoding="utf-8")
    with pytest.raises(MeasurementError, match="has no column 'current_A_m2'"):
        read_figure(path, CELL_1)


def test_the_film_taken_out_is_a_series_resistance_at_the_start():
    """Its share per area of cell, R/(a L), where the reaction is even; less where it is not."""
    e = CELL_1.negative
    film = e.film_resistance / (e.area_density * e.thickness)
    current = 1.75
    with_it, without = (
        simulate_discharge(cell, current=current).initial_voltage
        for cell in (CELL_1, without_film(CELL_1))
    )
    assert without - with_it == pytest.approx(film * current, rel=0.1)
