"""The usual questions to a cube, and honest answers."""

import numpy as np
import pytest
import xarray as xr
from scipy.interpolate import PchipInterpolator

from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.testing.formula import NO_CURVE_CURRENT
from tests.campaign.standin import BROKEN_S


def test_whole_curves_are_those_that_ran_to_a_physical_end(cube):
    ok = cube.microbatt.ok()
    assert ok.dtype == bool
    assert ok.chunks is not None, "asking must not read the whole cube"
    assert bool((ok == (cube.status == Outcome.CUTOFF_REACHED)).all())


def test_a_curve_is_voltage_against_delivered_capacity(cube):
    curve = cube.microbatt.curve(alpha=1.0, S=3, current=35)
    end = float(cube.discharge_capacity.sel(alpha=1.0, S=3, current=35))
    assert curve.dims == ("capacity",)
    assert float(curve.capacity[0]) == 0.0
    assert float(curve.capacity[-1]) == pytest.approx(end)
    np.testing.assert_allclose(curve, cube.voltage.sel(alpha=1.0, S=3, current=35))
    assert curve.capacity.attrs["units"] == "A h m-2"
    assert (float(curve.alpha), float(curve.current)) == (1.0, 35.0)


def test_a_curve_is_rebuilt_at_any_capacity_and_nowhere_beyond_its_end(cube):
    stored = cube.microbatt.curve(alpha=1.0, S=3, current=35)
    end = float(stored.capacity[-1])
    wanted = np.array([0.0, 0.3 * end, end, 1.01 * end])
    rebuilt = cube.microbatt.curve(alpha=1.0, S=3, current=35, capacity=wanted)
    core = PchipInterpolator(stored.capacity / end, stored)(wanted[:3] / end)
    np.testing.assert_allclose(rebuilt[:3], core, rtol=1e-9)
    assert np.isnan(rebuilt[3])


def test_where_there_is_no_curve_the_answer_is_empty_and_says_why(cube):
    curve = cube.microbatt.curve(alpha=1.0, S=3, current=NO_CURVE_CURRENT)
    assert curve.size == 0
    assert curve.attrs["outcome"] == "cutoff_at_start"
    at = cube.microbatt.curve(alpha=1.0, S=3, current=NO_CURVE_CURRENT, capacity=[1.0])
    assert np.isnan(at).all()


def test_a_value_between_the_axis_is_refused_with_the_nearest_or_taken_as_such(cube):
    with pytest.raises(ParameterError, match=r"the nearest is 1\.5"):
        cube.microbatt.curve(alpha=1.4, S=3, current=35)
    shown = float(f"{35.0 * (1.0 + 1e-7):.9g}")  # as it may be printed
    assert cube.microbatt.curve(alpha=1.5, S=3, current=shown).size > 0
    nearest = cube.microbatt.curve(alpha=1.4, S=3, current=35, method="nearest")
    assert float(nearest.alpha) == 1.5


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ({"alpha": 1.0, "S": 3}, "current"),
        ({"alpha": 1.0, "S": 3, "curent": 35}, "'current'"),
        ({"alpha": float("nan"), "S": 3, "current": 35}, "nan"),
    ],
)
def test_a_question_without_a_point_is_refused(at, words, cube):
    with pytest.raises(ParameterError, match=words):
        cube.microbatt.curve(**at)


def test_a_scattered_curve_is_found_by_its_number(scattered):
    curve = scattered.microbatt.curve(point=3, current=17.5)
    assert float(curve.alpha) == float(scattered.alpha[3])
    with pytest.raises(ParameterError, match="from 0 to 7"):
        scattered.microbatt.curve(point=8, current=17.5)


def test_failures_are_a_table_with_reasons(cube):
    failures = cube.microbatt.failures()
    assert list(failures.columns) == ["alpha", "S", "current", "outcome", "reason"]
    assert len(failures) == 18
    assert set(failures["S"]) == {BROKEN_S}
    assert set(failures["outcome"]) == {"no_convergence"}
    assert failures["reason"].str.contains("converge").all()


def test_in_a_notebook_the_accessor_shows_its_summary(cube):
    assert str(cube.microbatt.summary()) in repr(cube.microbatt)
    shown = cube.microbatt._repr_html_()
    assert "<table>" in shown
    assert "no_convergence" in shown


def test_outcomes_are_counted_by_name(cube):
    assert cube.microbatt.outcomes() == {
        "cutoff_reached": 12,
        "cutoff_at_start": 6,
        "no_convergence": 18,
    }


def test_a_summary_reads_well_and_holds_its_numbers(cube):
    summary = cube.microbatt.summary()
    assert summary.curves == 36
    assert summary.axes["alpha"] == (6, 0.0, 2.5)
    low, high = summary.ranges["discharge_capacity"]
    assert 0 < low < high
    for words in ("36 curves", "no_convergence", "50.00 %", "doyle-1996-cell-1", "A m⁻²"):
        assert words in str(summary)


def test_a_summary_has_lengths_in_micrometres():
    from tests.plots.cubes import plotted_cube

    cube = plotted_cube().rename(alpha="positive_thickness")
    cube = cube.assign_coords(positive_thickness=[5e-5, 6e-5, 7e-5, 9e-5])
    assert "positive_thickness      4   50 to 90 µm" in str(cube.microbatt.summary())
    assert "4 from 50 to 90 µm" in cube.microbatt._repr_html_()


def test_the_questions_can_be_asked_of_a_part(cube, scattered):
    part = cube.isel(alpha=slice(0, 2))
    assert part.microbatt.summary().curves == 12
    assert part.microbatt.curve(alpha=0.5, S=3, current=35).size > 0
    assert scattered.microbatt.summary().curves == 16
    assert scattered.microbatt.failures().empty


def test_a_dataset_that_is_no_cube_is_told_so():
    with pytest.raises(ParameterError, match="not a microbatt cube"):
        xr.Dataset().microbatt.ok()


def test_a_rate_in_words_is_no_place_in_a_cube(cube):
    with pytest.raises(ParameterError, match="`current` is '1C'; it must be a number"):
        cube.microbatt.curve(alpha=1.0, S=3, current="1C")
