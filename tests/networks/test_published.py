"""The published network: sizes, halves, and one answer of two copies."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.networks.published import (
    IMAGE_SHAPE,
    PublishedNetwork,
    PublishedNetworkConfig,
    build_published,
    published_answers,
)

pytest.importorskip("keras")
SMALL = PublishedNetworkConfig(filters=(2, 3), dense=(4,), energies=6)
MEAN, SPREAD = np.arange(6.0), np.full(6, 2.0)


def built(seed=0, precision="float32"):
    return build_published(SMALL, MEAN, SPREAD, seed=seed, precision=precision)


def small_network():
    """Both of its copies are the same."""
    weights = tuple(built().get_weights())
    return PublishedNetwork(
        config=SMALL, current=np.array([5.0, 17.5, 35.0]), energy_mean=MEAN, energy_spread=SPREAD,
        weighted=weights, relative=weights, bin_scores=np.ones((2, 5)),
    )  # fmt: skip


def pictures(count):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, *IMAGE_SHAPE), dtype=np.uint8), rng.normal(size=(count, 6))


def test_blocks_are_two_convolutions_and_a_pool_then_energies_join():
    kinds = [type(layer).__name__ for layer in built().layers]
    block = ["Conv2D", "Conv2D", "MaxPooling2D"]
    assert [k for k in kinds if k in block] == 2 * block
    joined = next(layer for layer in built().layers if type(layer).__name__ == "Concatenate")
    assert joined.output.shape[-1] == 12 * 16 * 3 + 6


def test_it_starts_in_the_middle_of_the_targets():
    answers = published_answers(built(), *pictures(3))
    assert answers.shape == (3, 2)
    assert np.isfinite(answers).all()


def test_a_blank_picture_is_nothing_to_the_convolutions():
    network = built()
    blank = np.full((1, *IMAGE_SHAPE), 255, dtype=np.float32)
    first = next(layer for layer in network.layers if type(layer).__name__ == "Rescaling")
    assert np.abs(np.asarray(first(blank))).max() < 1e-6


def test_half_precision_leaves_input_and_head_in_single():
    layers = built(precision="mixed_bfloat16").layers
    dense = [layer for layer in layers if type(layer).__name__ == "Dense"]
    assert dense[-1].compute_dtype == "float32"
    assert dense[0].compute_dtype == "bfloat16"


def test_a_pair_of_copies_answers_by_the_rule():
    network = small_network()
    image, energies = pictures(4)
    alone = published_answers(built(), image, energies)
    assert network.estimate(image, energies)[:, 1] == pytest.approx(alone[:, 1])


def test_more_blocks_than_the_picture_can_be_halved_are_refused():
    with pytest.raises(ParameterError, match="5 blocks"):
        PublishedNetworkConfig(filters=(1, 1, 1, 1, 1))
