"""Disturbances: what they do to a curve, and the same by NumPy and by TensorFlow."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.features import tensors_of_cube
from microbatt.features.augmentation import Augmentation, Draws, disturbed, draw, draw_in_graph
from tests.features.cubes import made_cube, troubled_cube

STRONG = Augmentation(
    noise=(0.001, 0.005),
    offset=(-0.01, 0.01),
    contact_resistance=(0.0, 0.002),
    capacity_scale=(0.98, 1.02),
    missing=0.4,
)


@pytest.fixture(scope="module")
def tensors():
    return tensors_of_cube(troubled_cube()).take(np.arange(1, 20)).arrays()


def undisturbed(mask, samples=100):
    """Draws that change nothing."""
    n = len(mask)
    return {
        "noise": np.zeros((*mask.shape, samples), dtype=np.float32),
        "offset": np.zeros(n, dtype=np.float32),
        "contact_resistance": np.zeros(n, dtype=np.float32),
        "capacity_scale": np.ones(n, dtype=np.float32),
        "kept": mask.astype(np.float32),
    }


def test_without_disturbances_tensors_stay_as_they_are(tensors):
    found = disturbed(tensors, Draws(**undisturbed(tensors["mask"])))
    for name, values in tensors.items():
        np.testing.assert_array_equal(found[name], values)


def test_a_contact_resistance_lowers_the_voltage_by_ohms_law(tensors):
    draws = undisturbed(tensors["mask"]) | {"contact_resistance": np.full(19, 1e-3, np.float32)}
    fall = tensors["voltage"] - disturbed(tensors, Draws(**draws))["voltage"]
    expected = np.where(tensors["mask"], 1e-3 * tensors["current"], 0.0)
    np.testing.assert_allclose(fall, np.broadcast_to(expected[..., None], fall.shape), atol=1e-6)


def test_an_offset_shifts_every_curve_of_a_point_alike(tensors):
    draws = undisturbed(tensors["mask"]) | {"offset": np.linspace(-0.01, 0.01, 19, dtype="f4")}
    shift = (disturbed(tensors, Draws(**draws))["voltage"] - tensors["voltage"])[:, 1]
    expected = np.where(tensors["mask"][:, 1], draws["offset"], 0.0)
    np.testing.assert_allclose(shift, np.broadcast_to(expected[:, None], shift.shape), atol=1e-6)


def test_a_scale_changes_capacities_and_no_voltage(tensors):
    draws = undisturbed(tensors["mask"]) | {"capacity_scale": np.full(19, 1.01, np.float32)}
    found = disturbed(tensors, Draws(**draws))
    np.testing.assert_allclose(found["capacity"], 1.01 * tensors["capacity"], rtol=1e-6)
    np.testing.assert_array_equal(found["voltage"], tensors["voltage"])


def test_missing_curves_stay_missing_and_hidden_ones_leave_no_trace(tensors):
    found = disturbed(tensors, draw(STRONG, tensors["mask"], 100, np.random.default_rng(1)))
    assert not (found["mask"] & ~tensors["mask"]).any()
    assert found["mask"].sum() < tensors["mask"].sum()
    assert (found["voltage"][~found["mask"]] == 0.0).all()
    assert (found["capacity"][~found["mask"]] == 0.0).all()


def test_one_curve_of_a_point_that_has_any_always_stays(tensors):
    hiding = Augmentation(missing=0.99)
    kept = draw(hiding, tensors["mask"], 2, np.random.default_rng(0)).kept
    np.testing.assert_array_equal(kept.any(axis=1), tensors["mask"].any(axis=1))


def test_noise_is_white_and_as_large_as_asked_for():
    mask = np.ones((200, 6), dtype=bool)
    noise = draw(Augmentation(noise=0.003), mask, 100, np.random.default_rng(2)).noise
    # 120 000 draws: the standard deviation is known to 0.2 %, a correlation to 0.003.
    assert noise.std() == pytest.approx(0.003, rel=0.01)
    next_to = np.mean(noise[..., 1:] * noise[..., :-1]) / noise.var()
    assert abs(next_to) < 0.015


@pytest.mark.parametrize("place", ["numpy", "tensorflow"])
def test_draws_fill_their_ranges_and_depend_on_the_seed_alone(place):
    mask = np.ones((4000, 3), dtype=bool)
    first, again, other = (draws_of(place, STRONG, mask, seed) for seed in (1, 1, 2))
    for name in Draws.__slots__:
        assert np.array_equal(getattr(first, name), getattr(again, name))
        assert not np.array_equal(getattr(first, name), getattr(other, name))
    for name in ("offset", "contact_resistance", "capacity_scale"):
        low, high = STRONG.range_of(name)
        values = getattr(first, name)
        width = high - low
        assert low <= values.min() < low + 0.01 * width
        assert high - 0.01 * width < values.max() <= np.float32(high)
    # 4000 points keep all three by chance: 0.6³, or none, which then keeps all: 0.4³.
    assert first.kept.mean() == pytest.approx(0.6 + 0.4**3, abs=0.02)
    spread = first.noise.std(axis=(1, 2))
    # 60 samples a point tell their standard deviation to 9 %.
    assert np.quantile(spread, [0.05, 0.95]) == pytest.approx([0.0012, 0.0048], rel=0.06)


def draws_of(place, augmentation, mask, seed):
    if place == "numpy":
        return draw(augmentation, mask, 20, np.random.default_rng(seed))
    tf = pytest.importorskip("tensorflow")
    found = draw_in_graph(augmentation, tf.constant(mask), 20, tf.constant([seed, 0], tf.int64))
    return Draws(**{name: getattr(found, name).numpy() for name in Draws.__slots__})


def test_the_same_draws_disturb_alike_in_numpy_and_in_tensorflow(tensors):
    tf = pytest.importorskip("tensorflow")
    in_graph = {name: tf.constant(values) for name, values in tensors.items()}
    draws = draw_in_graph(STRONG, in_graph["mask"], 100, tf.constant([3, 4], tf.int64))
    ours = disturbed(
        tensors, Draws(**{name: getattr(draws, name).numpy() for name in Draws.__slots__})
    )
    for name, values in disturbed(in_graph, draws).items():
        # The same operations in single precision, in whatever order the compiler likes.
        np.testing.assert_allclose(values.numpy(), ours[name], rtol=1e-6, atol=1e-6)


def test_noise_meets_the_samples_of_the_tensor_not_those_of_the_store():
    pytest.importorskip("tensorflow")
    tensors = tensors_of_cube(made_cube(), samples=7)
    draws = draw(Augmentation(noise=0.01), tensors.mask, 7, np.random.default_rng(0))
    assert draws.noise.shape == tensors.voltage.shape


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"noise": 5.0}, r"`noise` is 5 V; it must lie in \[0, 0.5\] V"),
        ({"noise": (0.002, 0.001)}, "lowest value first"),
        ({"offset": (0.0, 0.1, 0.2)}, "one number, or the lowest and the highest"),
        ({"contact_resistance": -1e-3}, "contact_resistance"),
        ({"capacity_scale": float("nan")}, "capacity_scale"),
        ({"missing": 1.0}, r"must lie in \[0, 1\)"),
    ],
)
def test_a_range_that_cannot_be_is_refused(terms, words):
    with pytest.raises(ParameterError, match=words):
        Augmentation(**terms)
