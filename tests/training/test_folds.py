"""Cross-validation: each point answered by a network that never saw it, in labelled arrays."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from microbatt.campaign import local_client
from microbatt.errors import ParameterError, StoreError
from microbatt.features import tensors_of_cube, true_values
from microbatt.networks import (
    PublishedNetworkConfig,
    fold_folder,
    load_copies,
    load_network,
    save_network,
    trained_network,
)
from microbatt.outcomes import Outcome
from microbatt.training import cross_validate
from microbatt.training.events import FitStarted, FoldFinished
from microbatt.training.published import PUBLISHED_SETTINGS, copy_answers, copy_scores
from tests.features.cubes import end
from tests.networks.cubes import SMALL, learnable_cube
from tests.training.test_fit import SETTINGS

CUBE = learnable_cube()
QUICK = replace(SETTINGS, epochs=1)
ONE = replace(SMALL, members=1)
TINY = PublishedNetworkConfig(filters=(2, 2), dense=(4,), energies=6)


def validated(cube=CUBE, **options):
    return cross_validate(cube, folds=3, config=ONE, settings=QUICK, **options)


@pytest.fixture(scope="module")
def random():
    return validated()


def answers(copies, cube=CUBE):
    """Each point's alpha and S from the copy that never saw it, and which copy that is."""
    points = true_values(cube)
    found, fold = np.full(points.shape, np.nan), np.zeros(len(points), dtype=int)
    tensors = tensors_of_cube(cube, samples=SMALL.samples)
    for number, copy in copies.items():
        unseen = np.flatnonzero(copy.never_saw(points))
        found[unseen], fold[unseen] = copy.network.estimate(tensors.take(unseen)).mean, number
    return found, fold, points


def test_every_point_is_unseen_by_one_copy_which_comes_close_to_the_truth(random):
    found, fold, points = answers(random)
    assert np.bincount(fold).tolist() == [0, 52, 52, 52]
    assert float(np.median(np.abs(found[:, 1] / points[:, 1] - 1))) < 1e-2
    scores = [copy.record.scores["points held out"]["S"] for copy in random.values()]
    each = 200 * np.abs(found - points)[:, 1] / (found + points)[:, 1]
    assert np.mean(scores) == pytest.approx(each.mean())


@pytest.mark.slow
def test_folds_on_a_cluster_give_the_same_weights(random):
    with local_client(1, dashboard=False) as client:
        shared = validated(client=client)
    assert [c.weights_hash for c in shared.values()] == [c.weights_hash for c in random.values()]


@pytest.mark.slow
def test_blocked_folds_hold_out_regions_and_are_harder(random):
    blocked = validated(blocked=True)
    assert blocked[1].record.settings["split"] == "blocked"
    miss = [np.abs(f[:, 1] / p[:, 1] - 1).mean() for f, _, p in map(answers, (random, blocked))]
    assert miss[1] > miss[0]


def test_finished_folds_are_kept_and_the_rest_runs_later(tmp_path, random):
    heard = []
    some = validated(folder=tmp_path, only=[2], listeners=[heard.append])
    assert list(some) == list(load_copies(tmp_path)) == [2]
    assert [e.fold for e in heard if isinstance(e, FoldFinished)] == [2]
    heard.clear()
    rest = validated(folder=tmp_path, listeners=[heard.append])
    assert [c.weights_hash for c in rest.values()] == [c.weights_hash for c in random.values()]
    assert list(load_copies(tmp_path)) == [1, 2, 3]
    begun = [e.name for e in heard if isinstance(e, FitStarted) and e.done < e.epochs]
    assert begun == ["fold-01-member-1", "fold-03-member-1"]


def test_weights_of_another_training_stay_unless_replacing_them_is_asked_for(tmp_path, random):
    settings = dict(random[1].record.settings) | {"seed": 7}
    other = trained_network(random[1].network, replace(random[1].record, settings=settings))
    place = fold_folder(tmp_path, 1)
    save_network(place, other)
    with pytest.raises(StoreError, match="overwrite=True"):
        validated(folder=tmp_path, only=[1])
    assert load_network(place).weights_hash == other.weights_hash
    validated(folder=tmp_path, only=[1], overwrite=True)
    assert load_network(place).weights_hash == random[1].weights_hash


@pytest.fixture(scope="module")
def published():
    return cross_validate(
        CUBE, network="published", folds=2, only=[1], config=TINY,
        settings=replace(PUBLISHED_SETTINGS, epochs=1),
    )  # fmt: skip


def test_copies_of_the_published_network_combine_by_what_the_folds_hold_out(published):
    network = published[1].network
    assert np.isfinite(network.bin_scores[:, :2]).all()
    assert np.isnan(network.bin_scores[:, 3:]).all()
    unseen = np.flatnonzero(published[1].never_saw(true_values(CUBE)))
    assert unseen.size == 78
    found = copy_scores(CUBE, unseen, copy_answers(network, CUBE, unseen))
    np.testing.assert_array_equal(found, network.bin_scores)


def test_fewer_points_than_folds_are_refused_before_any_epoch_runs():
    heard = []
    with pytest.raises(ParameterError, match=r"156 points.*200 folds"):
        cross_validate(CUBE, folds=200, settings=QUICK, listeners=[heard.append])
    assert heard == []


def test_a_cube_without_solved_curves_is_refused():
    empty = learnable_cube()
    end(empty, Outcome.NOT_RUN, alpha=slice(None))
    with pytest.raises(ParameterError, match=r"no whole curve|every current"):
        cross_validate(empty, folds=2, settings=QUICK)


def test_labels_that_are_no_numbers_are_refused():
    spoiled = learnable_cube()
    spoiled = spoiled.assign_coords(S=spoiled.S.where(spoiled.S > 1.1))
    with pytest.raises(ParameterError, match="not a number"):
        cross_validate(spoiled, folds=2, settings=QUICK)


def test_a_handful_of_points_is_refused():
    few = learnable_cube().isel(alpha=slice(3), S=slice(4))
    with pytest.raises(ParameterError, match="at least 16"):
        cross_validate(few, folds=2, settings=QUICK)


def test_an_unknown_network_is_answered_with_the_known_ones():
    with pytest.raises(ParameterError, match="'curve', 'joint', 'published'"):
        cross_validate(CUBE, network="curves", folds=2)
