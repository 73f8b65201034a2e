"""Rows: what an engine returned, as the cube stores it."""

import numpy as np

from microbatt.cube import VARIABLES
from microbatt.cube.contents import depth_axis, discharge_layout
from microbatt.cube.writing import (
    joined_rows,
    merged_rows,
    row_trouble,
    rows_from_batch,
    rows_without_curve,
)
from microbatt.outcomes import Outcome
from microbatt.testing.formula import NO_CURVE_CURRENT
from tests.campaign.small import small_campaign
from tests.campaign.standin import simulator

POINTS = np.array([[0.0, 3.0, 17.5], [1.0, 3.0, NO_CURVE_CURRENT], [2.0, 1.0, 35.0]])


def rows(elapsed=3.0):
    return rows_from_batch(simulator.simulate(small_campaign(), POINTS), depth_axis(32), elapsed)


def test_rows_have_the_types_of_the_schema():
    for variable in VARIABLES:
        assert rows()[variable.name].dtype == variable.dtype
        assert len(rows()[variable.name]) == 3


def test_the_time_of_a_call_is_shared_out_by_iterations():
    solve_time = rows()["solve_time"]
    np.testing.assert_allclose(solve_time, [1.5, 0.0, 1.5])


def test_delivered_capacity_is_current_times_time():
    batch = simulator.simulate(small_campaign(), POINTS)
    expected = [batch[0].discharge_capacity, np.nan, batch[2].discharge_capacity]
    np.testing.assert_allclose(rows()["discharge_capacity"], expected)


def test_parts_join_to_the_whole():
    parts = [{name: column[:1] for name, column in rows().items()}, tail(rows())]
    for name, column in joined_rows(parts).items():
        np.testing.assert_array_equal(column, rows()[name])


def tail(whole):
    return {name: column[1:] for name, column in whole.items()}


def test_merging_replaces_the_wanted_rows_and_no_other():
    known = rows_without_curve(3, discharge_layout(depth_axis(32)), Outcome.NOT_RUN)
    wanted = np.array([False, True, True])
    merged = merged_rows(known, tail(rows()), wanted)
    assert list(merged["status"]) == [0, Outcome.CUTOFF_AT_START, Outcome.CUTOFF_REACHED]
    assert (known["status"] == 0).all()


def test_rows_that_contradict_their_status_are_found():
    sound = rows()
    assert not row_trouble(sound).any()
    for name, value in (("voltage", np.nan), ("status", 99), ("discharge_capacity", np.nan)):
        broken = {key: column.copy() for key, column in sound.items()}
        broken[name][0] = value
        assert list(row_trouble(broken)) == [True, False, False]
    torn = {key: column.copy() for key, column in sound.items()}
    torn["voltage"][0, 3] = np.nan
    assert list(row_trouble(torn)) == [True, False, False]
