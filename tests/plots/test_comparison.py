"""The picture of engines side by side."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.comparison import compare_engines, random_points
from microbatt.plots import draw_comparison

pytest.importorskip("matplotlib")


def test_each_engine_has_its_times_and_its_differences():
    from matplotlib.figure import Figure

    cell = load_cell("doyle-1996-cell-1")
    comparison = compare_engines(
        cell, {"native": None, "tests.comparison.narrow:ENGINE": None}, random_points(cell, 4, 1)
    )
    axes = draw_comparison(Figure().subplots(1, 3), comparison)
    times, voltages, capacities = axes
    labels = [line.get_label() for line in times.get_lines()]
    assert labels == ["native", "tests.comparison.narrow:ENGINE"]
    share = times.get_lines()[0].get_ydata()
    assert share[-1] == 1.0
    for panel, variable, factor in (
        (voltages, "voltage_difference", 1e3),
        (capacities, "capacity_difference", 1e2),
    ):
        drawn = panel.get_lines()[0].get_ydata()
        size = factor * np.abs(comparison[variable].isel(engine=0))
        np.testing.assert_allclose(drawn, np.maximum(size, 1e-3))
        assert panel.get_yscale() == "log"
