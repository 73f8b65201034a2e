"""The published rule: which of two networks answers."""

import numpy as np
import pytest

from microbatt.networks.combination import alpha_bins, bin_means, bin_scores, combined

SCORES = [[5.0, 4.0, 1.0, 1.0, 1.0], [2.0, 3.0, 2.0, 2.0, 2.0]]


@pytest.mark.parametrize(
    ("weighted", "relative", "expected"),
    [
        (1.0, 1.4, 1.4),  # the same bin below 6: L_M
        (5.0, 4.0, 4.0),
        (7.0, 8.0, 7.0),  # the same bin from 6: L_w
        (2.9, 3.1, 3.1),  # 5 against 3: L_M was better
        (6.2, 5.8, 6.2),  # 1 against 3: L_w was better
        (-0.5, 0.2, 0.2),  # below the bins: the first
        (-0.5, -0.2, 0.0),  # clipped
        (17.0, 16.0, np.nextafter(15.0, 0.0)),
    ],
)
def test_alpha_comes_from_the_network_that_the_rule_names(weighted, relative, expected):
    assert combined([[weighted, 3.0]], [[relative, 9.0]], SCORES)[0, 0] == expected


def test_s_always_comes_from_the_weighted_loss():
    assert combined([[1.0, 3.0]], [[1.0, 9.0]], SCORES)[0, 1] == 3.0


def test_a_bin_in_which_a_network_was_never_scored_loses():
    scores = np.array(SCORES)
    scores[1, 1] = np.nan
    assert combined([[2.9, 3.0]], [[3.1, 9.0]], scores)[0, 0] == 2.9


def test_bins_hold_their_lower_edge_and_take_what_lies_outside():
    assert alpha_bins([-1.0, 0.0, 3.0, 5.99, 15.0, 99.0]).tolist() == [0, 0, 1, 1, 4, 4]


def test_scores_are_symmetric_relative_errors_of_alpha_alone():
    answers = [[[3.0, 7.0], [4.0, 7.0]], [[1.0, 9.0], [5.0, 9.0]]]
    scores = bin_scores([1.0, 4.0], answers)
    assert scores[:, 0].tolist() == [100.0, 0.0]
    assert scores[:, 1] == pytest.approx([0.0, 100.0 / 4.5])
    assert np.isnan(scores[:, 2:]).all()
    assert np.isnan(bin_scores([], np.empty((2, 0, 2)))).all()


def test_means_of_empty_bins_are_no_numbers():
    means = bin_means([1.0, 2.0, 7.0], [1.0, 3.0, 5.0])
    assert means[[0, 2]].tolist() == [2.0, 5.0]
    assert np.isnan(means[[1, 3, 4]]).all()
