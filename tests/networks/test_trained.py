"""Trained networks come back from disk with where they come from and what they saw."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.errors import ParameterError, StoreError
from microbatt.networks import (
    TrainingRecord,
    fold_folder,
    load_copies,
    load_network,
    network_for,
    origin_of,
    save_network,
    trained_network,
)
from tests.networks.cubes import learnable_cube
from tests.networks.test_curve import NETWORK

POINTS = np.array([[0.1 + 0.2, 1.0], [2.0, 3.0]])
RECORD = TrainingRecord(
    origin=origin_of(learnable_cube()), settings={"split": "random"}, scores={}, version="0"
)
TRAINED = trained_network(NETWORK, RECORD, POINTS)


def test_a_network_written_comes_back_with_its_points(tmp_path):
    save_network(tmp_path, TRAINED)
    again = load_network(tmp_path)
    assert again.record == RECORD
    assert again.weights_hash == TRAINED.weights_hash
    np.testing.assert_array_equal(again.points, POINTS)
    save_network(tmp_path, again)
    assert load_network(tmp_path).weights_hash == TRAINED.weights_hash


def test_it_knows_the_points_that_it_saw_whatever_their_last_digit():
    asked = np.array([[0.3, 1.0], [2.0, 3.0], [2.0, 3.1]])
    assert TRAINED.never_saw(asked).tolist() == [False, False, True]
    assert not replace(TRAINED, points=None).never_saw(asked).any()


def test_the_folder_of_one_network_is_fold_zero(tmp_path):
    save_network(tmp_path, TRAINED)
    assert list(load_copies(tmp_path)) == [0]


def test_a_folder_of_folds_gives_every_copy_by_its_number(tmp_path):
    for number in (2, 10):
        save_network(fold_folder(tmp_path, number), TRAINED)
    assert list(load_copies(tmp_path)) == [2, 10]


def test_folds_of_different_trainings_are_refused(tmp_path):
    other = replace(TRAINED, record=replace(RECORD, settings={"split": "blocked"}))
    save_network(fold_folder(tmp_path, 1), TRAINED)
    save_network(fold_folder(tmp_path, 2), other)
    with pytest.raises(StoreError, match="2 different trainings"):
        load_copies(tmp_path)


def test_other_weights_are_kept_unless_replacing_them_is_asked_for(tmp_path):
    first = trained_network(NETWORK, RECORD)
    save_network(tmp_path, first)
    save_network(tmp_path, replace(first, record=replace(RECORD, scores={"on": {}})))
    assert load_network(tmp_path).record.scores == {"on": {}}
    other = trained_network(NETWORK, replace(RECORD, settings={"split": "blocked"}), POINTS)
    with pytest.raises(StoreError, match=r"the weights of a network already.*overwrite=True"):
        save_network(tmp_path, other)
    assert load_network(tmp_path).weights_hash == first.weights_hash
    save_network(tmp_path, other, overwrite=True)
    assert load_network(tmp_path).weights_hash == other.weights_hash
    save_network(tmp_path, replace(other, points=None))  # the same training, told otherwise
    assert load_network(tmp_path).points is None


@pytest.mark.parametrize("name", ["network.json", "weights.npz"])
def test_a_file_that_holds_no_weights_is_never_replaced(tmp_path, name):
    (tmp_path / name).write_text('{"my": "notes"}')
    with pytest.raises(StoreError, match="nothing of another kind is ever replaced"):
        save_network(tmp_path, trained_network(NETWORK, RECORD), overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == '{"my": "notes"}'


def test_what_else_lies_in_the_folder_stays(tmp_path):
    (tmp_path / "member-1.checkpoint.npz").write_bytes(b"kept")
    save_network(tmp_path, trained_network(NETWORK, RECORD))
    assert (tmp_path / "member-1.checkpoint.npz").read_bytes() == b"kept"


def test_the_network_for_curves_is_found_among_several_by_their_origin(tmp_path):
    origins = {name: replace(RECORD.origin, inventory=name) for name in ("area-only", "conserving")}
    for name, origin in origins.items():
        save_network(tmp_path / name, trained_network(NETWORK, replace(RECORD, origin=origin)))
    folders = [tmp_path / name for name in origins]
    for origin in origins.values():
        assert network_for(origin, folders).record.origin == origin
    with pytest.raises(ParameterError) as refusal:
        network_for(replace(RECORD.origin, cutoff_voltage=2.7), folders)
    assert "area-only is for the cut-off [V] 2.0 and not 2.7" in str(refusal.value)
    assert "conserving is for the balance 'conserving' and not 'area-only'" in str(refusal.value)


def test_a_folder_without_weights_is_refused(tmp_path):
    for load in (load_network, load_copies):
        with pytest.raises(StoreError, match="it has no"):
            load(tmp_path / "nothing")
