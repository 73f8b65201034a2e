"""A scan of the engine, at few points and currents, finds where the fit of any curves may begin."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.errors import CurveError
from microbatt.inference import InferenceOptions
from microbatt.inference.fit.initial_guess import scan_starts
from microbatt.inference.infer import forward_model
from microbatt.measured import Experiment
from tests.inference.experiments import CELL, experiment

SIX = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)


def model_of(measurements):
    return forward_model(
        Experiment(name="a", measurements=tuple(measurements)),
        load_cell(CELL),
        InferenceOptions(noise=1e-3, cell_error=0.0),
        1e-3,
    )


@pytest.mark.parametrize(("alpha", "S"), [(0.5, 3.0), (2.3, 1.5), (6.0, 8.0)])
def test_one_start_of_a_scan_lies_near_the_truth(alpha, S):
    starts = scan_starts(model_of(experiment(alpha, S, SIX).measurements))
    away = [(one.alpha - alpha, np.log(one.S / S)) for one in starts]
    assert min(abs(of_alpha) for of_alpha, _ in away) < 1.0


def test_the_order_of_the_curves_does_not_matter():
    curves = experiment(2.3, 1.5, SIX).measurements
    one, other = (scan_starts(model_of(some)) for some in (curves, curves[::-1]))
    assert [start.alpha for start in one] == pytest.approx([start.alpha for start in other])


def test_a_capacity_out_of_reach_is_refused_at_a_current_between_those_scanned():
    curves = list(experiment(2.3, 1.5, SIX).measurements)
    curves[1] = replace(curves[1], source="bad.csv", capacity=60.0 * curves[1].capacity)
    with pytest.raises(CurveError, match="seconds where the heading says minutes") as caught:
        scan_starts(model_of(curves))
    assert caught.value.source == "bad.csv"


def test_curves_that_most_of_the_box_does_not_have_begin_at_a_point_that_has_them():
    name = "chen-2020"
    cell = load_cell(name)
    currents = (0.2 * cell.one_c_current, 2.0 * cell.one_c_current)
    shallow = []
    for one in experiment(1.5, 4.0, currents, cell=cell).measurements:
        part = one.capacity <= 0.05 * one.capacity[-1]
        shallow.append(replace(one, capacity=one.capacity[part], voltage=one.voltage[part]))
    starts = scan_starts(
        forward_model(
            Experiment(name="a", measurements=tuple(shallow)),
            cell,
            InferenceOptions(noise=1e-3, cell_error=0.0),
            1e-3,
        )
    )
    assert all(np.isfinite([start.alpha, start.S]).all() for start in starts)
