"""A value of the cell file that is further off than was stated is found; a true file is not."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.inference import infer
from microbatt.inference.fit.prior_conflict import CHANCE
from microbatt.inference.result import strained_sentence
from tests.inference.experiments import CELL, experiment

TERMS = {"noise": 1e-3, "cell_error": 0.02, "network": False}


@pytest.fixture(scope="module")
def curves():
    return experiment(2.0, 3.0, (1.75, 17.5, 35.0, 70.0))


def test_a_file_that_is_as_good_as_was_stated_is_not_called_in_conflict(curves):
    told = infer(curves, CELL, **TERMS).diagnostics
    assert told.conflict_chance > 0.1
    assert not told.in_conflict
    assert told.verdict == "no objection"


@pytest.mark.parametrize("sign", [pytest.param(-1.0, marks=pytest.mark.slow), 1.0])
def test_a_salt_conductivity_that_is_off_by_ten_widths_is_named(curves, sign):
    cell = load_cell(CELL)
    scale = cell.electrolyte.conductivity_scale * float(np.exp(sign * 0.2))
    wrong = replace(cell, electrolyte=replace(cell.electrolyte, conductivity_scale=scale))
    estimate = infer(curves, wrong, **TERMS)
    told = estimate.diagnostics
    assert told.conflict_chance < CHANCE
    assert told.verdict in {"conflict", "misfit"}
    assert "electrolyte conductivity scale is" in told.conflict_sentence
    assert f"{'-' if sign > 0 else '+'}" in told.conflict_sentence
    assert told.conflict_sentence in strained_sentence(estimate)
    assert told.conflict_sentence in estimate.summary()


def test_a_file_that_is_taken_as_exact_has_nothing_to_conflict_with(curves):
    told = infer(curves, CELL, **TERMS | {"cell_error": 0.0}).diagnostics
    assert told.conflict_chance == 1.0
    assert told.conflict_sentence == ""
