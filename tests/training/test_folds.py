"""Cross-validation: each point answered by a network that never saw it, in labelled arrays."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from microbatt.campaign.cluster import local_client
from microbatt.errors import ParameterError
from microbatt.networks.published import PublishedNetworkConfig
from microbatt.outcomes import Outcome
from microbatt.training.events import FitStarted, FoldFinished
from microbatt.training.folds import cross_validate
from microbatt.training.published import PUBLISHED_SETTINGS, fit_published_network
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


def test_every_point_is_predicted_once_and_close_to_the_truth(random):
    assert (random.prediction_status > 0).all()
    counts = np.unique(random.fold, return_counts=True)
    assert counts[0].tolist() == [1, 2, 3]
    assert counts[1].tolist() == [52, 52, 52]
    away = np.abs(random.S_predicted - random.S) / random.S
    assert float(away.median()) < 1e-2


@pytest.mark.slow
def test_folds_on_a_cluster_give_the_same_answers(random):
    with local_client(1, dashboard=False) as client:
        shared = validated(client=client)
    np.testing.assert_array_equal(shared.S_predicted, random.S_predicted)


@pytest.mark.slow
def test_blocked_folds_hold_out_regions_and_are_harder(random):
    blocked = validated(blocked=True)
    assert blocked.attrs["split"] == "blocked"
    miss = [float(np.abs(f.S_predicted / f.S - 1).mean()) for f in (random, blocked)]
    assert miss[1] > miss[0]


def test_finished_folds_are_kept_and_the_rest_runs_later(tmp_path, random):
    heard = []
    some = validated(folder=tmp_path, only=[2], listeners=[heard.append])
    assert set(np.unique(some.fold)) == {0, 2}
    assert np.isnan(some.alpha_predicted.where(some.fold == 0)).all()
    assert [e.fold for e in heard if isinstance(e, FoldFinished)] == [2]
    heard.clear()
    rest = validated(folder=tmp_path, listeners=[heard.append])
    np.testing.assert_array_equal(rest.S_predicted, random.S_predicted)
    begun = [e.name for e in heard if isinstance(e, FitStarted)]
    assert begun == ["fold-01-member-1", "fold-03-member-1"]


@pytest.fixture(scope="module")
def published():
    return cross_validate(
        CUBE, network="published", folds=2, only=[1], config=TINY,
        settings=replace(PUBLISHED_SETTINGS, epochs=1),
    )  # fmt: skip


def test_the_published_network_gives_both_losses_and_their_combination(published):
    assert published.network.values.tolist() == ["combined", "L_w", "L_M"]
    np.testing.assert_array_equal(
        published.S_predicted.sel(network="combined"), published.S_predicted.sel(network="L_w")
    )
    assert np.isnan(published.alpha_predicted_std).all()
    alpha = published.alpha_predicted.sel(network="combined")
    both = published.alpha_predicted.sel(network=["L_w", "L_M"]).clip(0.0, 15.0)
    nearest = np.abs(both - alpha).min("network")
    assert (nearest.where(published.fold == 1, 0.0) < 1e-9).all()


@pytest.mark.slow
def test_a_published_network_takes_its_bin_scores_from_the_points_held_out(published):
    network = fit_published_network(
        CUBE, held_out=published, settings=replace(PUBLISHED_SETTINGS, epochs=1)
    )
    assert np.isfinite(network.bin_scores[:, :2]).all()
    assert np.isnan(network.bin_scores[:, 3:]).all()


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
    with pytest.raises(ParameterError, match="'curve', 'published'"):
        cross_validate(CUBE, network="curves", folds=2)
