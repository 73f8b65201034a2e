"""A fit is a function of its data, settings and seed, however often it is interrupted."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from microbatt.errors import StoreError
from microbatt.training import CURVE_SETTINGS, fit_curve_network
from microbatt.training.checkpoints import Checkpoint, write_checkpoint
from microbatt.training.events import EpochFinished, FitFinished, FitStarted
from tests.networks.cubes import SMALL, learnable_cube

CUBE = learnable_cube()
ONE = replace(SMALL, members=1)
SETTINGS = replace(CURVE_SETTINGS, epochs=6, batch=32, checkpoint_every=2)


class PowerCutError(Exception):
    """Stands for a power cut."""


def trained(settings=SETTINGS, **options):
    return fit_curve_network(CUBE, config=ONE, settings=settings, **options)


def same(first, second):
    pairs = zip(first.members[0], second.members[0], strict=True)
    return all(np.array_equal(a, b) for a, b in pairs)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The folder of a training that nothing disturbed, and its network."""
    folder = tmp_path_factory.mktemp("finished")
    return folder, trained(folder=folder)


@pytest.fixture(scope="module")
def undisturbed(finished):
    return finished[1]


def test_the_same_seed_gives_the_same_weights_to_the_bit_and_another_seed_others(undisturbed):
    assert same(trained(), undisturbed)
    assert not same(trained(replace(SETTINGS, seed=1)), undisturbed)


@pytest.mark.parametrize("epoch", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_a_training_killed_at_any_time_goes_on_to_the_same_weights(undisturbed, tmp_path, epoch):
    def kill(event):
        if isinstance(event, EpochFinished) and event.epoch == epoch:
            raise PowerCutError

    with pytest.raises(PowerCutError):
        trained(folder=tmp_path, listeners=[kill])
    heard = []
    again = trained(folder=tmp_path, listeners=[heard.append])
    assert heard[0].done == (epoch - 1) // 2 * 2
    assert same(again, undisturbed)


def test_a_finished_training_is_not_run_again(finished):
    folder, first = finished
    heard = []
    assert same(trained(folder=folder, listeners=[heard.append]), first)
    assert not any(isinstance(event, EpochFinished) for event in heard)


def test_a_checkpoint_of_another_training_is_refused(finished):
    with pytest.raises(StoreError, match="another training"):
        trained(replace(SETTINGS, learning_rate=1e-3), folder=finished[0])


def test_a_damaged_checkpoint_is_refused_with_the_remedy(tmp_path):
    (tmp_path / "member-1.checkpoint.npz").write_bytes(b"PK not a zip")
    with pytest.raises(StoreError, match=r"cannot be read.*remove it"):
        trained(folder=tmp_path)


def test_events_tell_every_epoch_with_a_falling_loss():
    heard = []
    trained(replace(SETTINGS, epochs=20), listeners=[heard.append])
    assert isinstance(heard[0], FitStarted)
    assert isinstance(heard[-1], FitFinished)
    losses = [event.metrics["loss"] for event in heard[1:-1]]
    assert len(losses) == 20
    assert losses[-1] < losses[0] - 0.3


@pytest.mark.parametrize(
    "change",
    [{"precision": "mixed_bfloat16"}, pytest.param({"xla": True}, marks=pytest.mark.slow)],
)
def test_half_precision_and_xla_learn_too(change, undisturbed):
    found = trained(replace(SETTINGS, **change))
    assert all(np.isfinite(w).all() for w in found.members[0])
    # Six short epochs move weights by tenths; the same path is followed to some hundredths.
    distance = np.abs(found.members[0][0] - undisturbed.members[0][0]).max()
    assert distance < 0.05


def test_a_file_of_another_kind_is_never_replaced_by_a_checkpoint(tmp_path):
    notes = tmp_path / "member-1.checkpoint.npz"
    notes.write_text("my notes")
    checkpoint = Checkpoint(identity="x", epoch=1, variables=[np.zeros(2)], losses=[1.0])
    with pytest.raises(StoreError, match="nothing of another kind is ever replaced"):
        write_checkpoint(notes, checkpoint)
    assert notes.read_text() == "my notes"
