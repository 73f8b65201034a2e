"""A cube becomes the same samples in memory and streamed, in any chunks, and can be repeated."""

import logging
import logging.handlers

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from microbatt.bridge import FIXED_PASS, Passes, random_folds, select_points, to_tf_dataset
from microbatt.errors import MissingExtraError, ParameterError
from microbatt.features import Augmentation, tensors_of_cube
from microbatt.features.specification import FEATURES, Curves, Image
from tests.bridge.batches import FEW, IN_MEMORY, STREAMED, batches, by_point, targets
from tests.features.cubes import made_cube, scattered_cube, troubled_cube


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
@pytest.mark.parametrize(
    "cube",
    [
        troubled_cube(),
        troubled_cube().chunk({"alpha": 2, "S": 3, "current": 1}),
        troubled_cube().transpose("depth", "current", "S", "alpha"),
    ],
    ids=["numpy", "dask", "turned"],
)
def test_every_usable_point_comes_once_with_its_own_curves(cube, way):
    x, y = by_point(batches(cube, **way))
    found = select_points(troubled_cube())
    expected = tensors_of_cube(troubled_cube(), samples=5).take(found.usable)
    np.testing.assert_array_equal(y, found.targets[found.usable].astype(np.float32))
    for name, values in expected.arrays().items():
        np.testing.assert_array_equal(x[name], values)
        assert x[name].dtype == values.dtype


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
def test_scattered_points_give_the_samples_of_the_grid(way):
    scattered, grid = (by_point(batches(c, **way)) for c in (scattered_cube(), made_cube()))
    np.testing.assert_array_equal(scattered[1], grid[1])
    np.testing.assert_array_equal(scattered[0]["voltage"], grid[0]["voltage"])


def test_a_store_streams_the_samples_that_it_holds(tmp_path):
    import xarray as xr

    cube = troubled_cube()
    encoding = {"voltage": {"chunks": (2, 3, 2, 80)}}
    cube.to_zarr(tmp_path / "cube.zarr", encoding=encoding, zarr_format=3, consolidated=False)
    expected = by_point(batches(cube))
    for chunks in (None, {}):
        opened = xr.open_zarr(tmp_path / "cube.zarr", chunks=chunks, consolidated=False)
        found = by_point(batches(opened, **STREAMED))
        np.testing.assert_array_equal(found[1], expected[1])
        np.testing.assert_array_equal(found[0]["voltage"], expected[0]["voltage"])


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
@pytest.mark.parametrize("name", FEATURES)
def test_a_nan_never_reaches_a_loss(name, way, caplog):
    cube = troubled_cube().chunk({"alpha": 2})
    voltage = cube["voltage"].compute()
    voltage[{"alpha": 3, "S": 0, "current": 1, "depth": 33}] = np.nan  # one curve of a point
    voltage[{"alpha": 3, "S": 1, "depth": 0}] = np.inf  # all curves of another
    cube["energy"][{"alpha": 3, "S": 2}] = np.nan
    planted = cube.assign(voltage=voltage)
    with caplog.at_level(logging.WARNING):
        found = batches(planted, features=name, **way)
    assert "left out 1 points: their curves hold NaN" in caplog.text
    assert sum(len(y) for _, y in found) == 17
    for x, y in found:
        assert np.isfinite(y).all()
        assert all(np.isfinite(values).all() for values in x.values())


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
def test_the_same_seed_gives_the_same_batches_and_another_seed_others(way):
    noisy = Augmentation(noise=0.01, missing=0.3)
    one, same, other = (
        batches(made_cube(), seed=seed, augmentation=noisy, **way) for seed in (1, 1, 2)
    )
    for (x, y), (x_same, y_same) in zip(one, same, strict=True):
        np.testing.assert_array_equal(y, y_same)
        np.testing.assert_array_equal(x["voltage"], x_same["voltage"])
    assert not np.array_equal(one[0][0]["voltage"], other[0][0]["voltage"])


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
def test_each_iteration_has_an_order_of_its_own(way):
    dataset = to_tf_dataset(made_cube().chunk({"S": 1}), features=FEW, batch=20, **way)
    first, second = (next(iter(dataset))[1].numpy() for _ in range(2))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(np.sort(first, axis=0), np.sort(second, axis=0))


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
def test_passes_that_were_cut_short_go_on_as_if_they_had_not_been(way):
    noisy = Augmentation(noise=0.01)
    terms = {"augmentation": noisy, "seed": 5, **way}
    straight = batches(made_cube(), passes=Passes(epochs=range(3)), **terms)
    parts = batches(made_cube(), passes=Passes(epochs=range(1)), **terms)
    parts += batches(made_cube(), passes=Passes(epochs=range(1, 3)), **terms)
    assert len(straight) == 15
    for (x, y), (x_part, y_part) in zip(straight, parts, strict=True):
        np.testing.assert_array_equal(y, y_part)
        np.testing.assert_array_equal(x["voltage"], x_part["voltage"])
    assert not np.array_equal(straight[0][1], straight[5][1])


def test_without_a_shuffle_points_come_in_their_order():
    for chunks in ({"alpha": 2, "S": 2}, {"alpha": -1}):
        y = targets(made_cube().chunk(chunks), passes=FIXED_PASS)
        np.testing.assert_array_equal(y, select_points(made_cube()).targets)


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
def test_replicas_share_the_samples_of_each_pass_out(way):
    cube = made_cube().chunk({"alpha": 1, "S": 1})
    parts = [
        targets(cube, passes=Passes(epochs=range(2, 3), shard=(which, 3)), **way)
        for which in range(3)
    ]
    assert {len(part) for part in parts} == {6, 7}
    together = np.concatenate(parts)
    order = np.lexsort((together[:, 1], together[:, 0]))
    np.testing.assert_array_equal(together[order], select_points(cube).targets)


def test_replicas_have_as_many_full_batches_as_each_other():
    for count, replicas in ((20, 3), (11, 2)):
        sizes = {
            tuple(
                len(y)
                for _, y in batches(
                    made_cube(),
                    split=np.arange(count),
                    batch=2,
                    passes=Passes(shard=(which, replicas), drop_remainder=True),
                )
            )
            for which in range(replicas)
        }
        assert sizes == {(2,) * (count // replicas // 2)}


def test_a_split_gives_its_points_and_leaves_the_unusable_ones_out():
    split = random_folds(20, 4, seed=1)[0]
    y = targets(troubled_cube(), split=split.test)
    found = select_points(troubled_cube())
    expected = np.intersect1d(split.test, found.usable)
    assert len(y) == expected.size
    np.testing.assert_array_equal(
        np.sort(y, axis=0), np.sort(found.targets[expected].astype("f4"), axis=0)
    )


def test_whoever_makes_a_dataset_is_told_what_is_left_out_and_why(monkeypatch):
    told = logging.handlers.BufferingHandler(capacity=100)  # other libraries take the root's away
    monkeypatch.setattr(logging.getLogger("microbatt.bridge.dataset"), "handlers", [told])
    to_tf_dataset(troubled_cube(), features=FEW)
    text = "\n".join(record.getMessage() for record in told.buffer)
    assert "18 of 20 points can be learned from" in text
    assert "left out, no_convergence: 1 points" in text


def test_keras_is_told_how_many_batches_there_are():
    dataset = to_tf_dataset(made_cube(), features=FEW, batch=6, passes=Passes(epochs=range(2)))
    assert int(dataset.cardinality()) == 8
    assert len(list(dataset)) == 8


def test_disturbances_differ_from_pass_to_pass():
    noisy = Augmentation(noise=0.01, offset=(-0.01, 0.01))
    fixed = Passes(shuffle=False, epochs=range(2))
    (first, y), (second, y_again) = batches(made_cube(), batch=20, augmentation=noisy, passes=fixed)
    np.testing.assert_array_equal(y, y_again)
    assert not np.allclose(first["voltage"], second["voltage"], atol=1e-4)
    plain = tensors_of_cube(made_cube(), samples=5).voltage
    assert np.abs(first["voltage"] - plain).max() < 0.01 + 6 * 0.01


def test_several_features_come_together_and_belong_to_the_same_point():
    found = batches(made_cube(), features=["image", "energies", FEW])
    x, _ = by_point(found)
    assert x["image"].shape == (20, 48, 64, 3)
    assert x["energies"].shape == (20, 6)
    energy = 3.5 * x["capacity"] / 0.75
    np.testing.assert_allclose(x["energies"][:, 0::2], energy, rtol=1e-6)


@pytest.mark.parametrize("way", [IN_MEMORY, STREAMED], ids=["in memory", "streamed"])
def test_a_point_counts_only_if_it_has_a_curve_at_a_current_that_is_asked_for(way):
    cube = troubled_cube()  # point 19 lacks its curve at 35, which is also its only one asked for
    x, y = by_point(batches(cube, features=Curves(samples=5, currents=(35.0, 70.0)), **way))
    assert len(y) == 17
    assert x["mask"][:, 0].all()
    assert not x["mask"][:, 1].any()
    plain = tensors_of_cube(cube, samples=5).take(select_points(cube).usable[:-1])
    np.testing.assert_array_equal(x["voltage"][:, 0], plain.voltage[:, 2])


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"features": Image(currents=(1.0, 2.0))}, r"\[1.0, 2.0\]; the cube has none of them"),
        ({"features": "curvs"}, "Nearest: 'curves'"),
        ({"features": ["image"], "augmentation": Augmentation(noise=0.01)}, "'curves' alone"),
        ({"batch": 0}, "batch"),
        ({"seed": -1}, "seed"),
        ({"memory": -1}, "memory"),
        ({"split": [19, 20]}, "points 0 to 19"),
        ({"split": [-1]}, "points 0 to 19"),
        ({"split": [0.5]}, "numbers of points"),
        ({"split": []}, "numbers of points"),
        ({"split": [0, 5]}, "none of the 2 points"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_read(terms, words):
    with pytest.raises(ParameterError, match=words):
        to_tf_dataset(troubled_cube(), **terms)


def test_without_tensorflow_the_remedy_is_told(monkeypatch):
    monkeypatch.setattr("microbatt.shadowing.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError, match=r"microbatt\[learn\]"):
        to_tf_dataset(made_cube())


def test_a_network_learns_from_it():
    import keras

    keras.utils.set_random_seed(0)
    shapes = {"voltage": (3, 5), "capacity": (3,)}
    inputs = {name: keras.Input(shape, name=name) for name, shape in shapes.items()}
    joined = keras.layers.Concatenate()(
        [keras.layers.Flatten()(inputs["voltage"]), inputs["capacity"]]
    )
    network = keras.Model(inputs, keras.layers.Dense(2)(joined))
    network.compile("adam", "mse")
    dataset = to_tf_dataset(troubled_cube(), features=FEW, batch=6)
    kept = dataset.map(lambda x, y: ({name: x[name] for name in inputs}, y))
    losses = network.fit(kept, epochs=8, shuffle=False, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
