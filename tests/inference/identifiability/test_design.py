"""Choosing currents: the best of all sets, better with each curve, inside the limits given."""

from itertools import combinations

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.inference.forward import native_request
from microbatt.inference.identifiability import (
    Readings,
    design,
    judge_currents,
    propose_currents,
    region_points,
)

TERMS = native_request("doyle-1996-cell-1")
REGION = region_points([0.5, 4.0], [1.0, 10.0], steps=2)
CANDIDATES = [1.75, 8.75, 17.5, 35.0, 70.0]


@pytest.fixture(scope="module")
def found():
    return propose_currents(TERMS, REGION, CANDIDATES)


def test_the_proposal_beats_every_other_set_of_as_many_curves(found):
    others = [judge_currents(TERMS, REGION, chosen) for chosen in combinations(CANDIDATES, 3)]
    assert found.best.size == pytest.approx(min(one.size for one in others))


def test_each_further_curve_helps_and_all_candidates_help_most(found):
    sizes = [*(choice.size for choice in found.choices), found.everything.size]
    assert np.all(np.diff(sizes) < 0.0)


def test_three_proposed_curves_beat_the_three_smallest_currents(found):
    assert found.best.size < judge_currents(TERMS, REGION, CANDIDATES[:3]).size


def test_adding_curves_one_by_one_is_nearly_as_good(found, monkeypatch):
    monkeypatch.setattr(design, "_MOST_CHOICES", 0)
    greedy = propose_currents(TERMS, REGION, CANDIDATES)
    assert greedy.choices[0].currents == found.choices[0].currents
    assert greedy.best.size < 1.2 * found.best.size


def test_the_hours_are_kept(found):
    assert found.best.hours > 1.5
    quick = propose_currents(TERMS, REGION, CANDIDATES, max_hours=1.0)
    assert quick.best.hours <= 1.0
    assert quick.best.size > found.best.size


def test_what_matters_can_be_chosen():
    for_alpha = propose_currents(TERMS, REGION, CANDIDATES, max_curves=1, criterion="alpha")
    for_shape = propose_currents(TERMS, REGION, CANDIDATES, max_curves=1, criterion="S")
    assert np.exp(np.log(for_alpha.best.bounds.alpha).mean()) == pytest.approx(for_alpha.best.size)
    assert for_alpha.best.size <= np.exp(np.log(for_shape.best.bounds.alpha).mean())


def test_an_unknown_contact_resistance_costs_information(found):
    freed = propose_currents(TERMS, REGION, CANDIDATES, free=["contact_resistance"])
    assert freed.best.size > found.best.size


def test_points_without_curves_are_left_out_and_counted():
    points = [(2.3, 3.0), (20.0, 0.1)]
    far = propose_currents(TERMS, points, [140.0], Readings(), max_curves=1)
    assert (len(far.points), far.left_out) == (1, 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"max_curves": 9}, "max_curves"),
        ({"criterion": "elipse"}, "ellipse"),
        ({"max_hours": 0.01}, "larger currents"),
        ({"candidates": [17.5, 17.5]}, "each once"),
        ({"points": [(10.0, 0.3)], "candidates": [1000.0], "max_curves": 1}, "smaller currents"),
    ],
)
def test_what_cannot_be_chosen_is_refused_with_the_remedy(arguments, words):
    given = {"points": REGION, "candidates": CANDIDATES} | arguments
    with pytest.raises(ParameterError, match=words):
        propose_currents(TERMS, **given)


@pytest.mark.parametrize(
    ("alpha", "S"), [([2.0, 1.0], [3.0]), ([-1.0], [3.0]), ([1.0], [0.0, 3.0]), ([1, 2, 3], [3.0])]
)
def test_ranges_turned_round_or_out_of_range_are_refused(alpha, S):
    with pytest.raises(ParameterError):
        region_points(alpha, S)
