"""Curve tensors are the same of a cube, lazily or not, and of a measured curve."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.features import by_point
from microbatt.features.tensors import (
    joined_tensors,
    labelled_tensors,
    tensors_of_cube,
    tensors_of_curves,
)
from tests.features.cubes import (
    made_capacity,
    made_cube,
    made_voltage,
    scattered_cube,
    troubled_cube,
)


def test_a_curve_tensor_follows_the_curve():
    tensors = tensors_of_cube(made_cube(), samples=33)
    depth = np.linspace(0.0, 1.0, 33)
    # 80 stored depths leave a tenth of a millivolt where the curve bends most.
    np.testing.assert_allclose(
        tensors.voltage[5, 1], made_voltage(1.0, 3.0, 17.5, depth), atol=1.5e-4
    )
    assert tensors.capacity[5, 1] == np.float32(made_capacity(1.0, 3.0, 17.5))
    assert tensors.current[5].tolist() == [5.0, 17.5, 35.0]
    assert tensors.mask.all()


def test_the_labelled_face_and_the_array_core_give_the_same_bits_lazily_too():
    cube = troubled_cube()
    core = tensors_of_cube(cube, samples=20)
    for given in (cube, cube.chunk({"alpha": 2, "current": 2, "depth": 30})):
        labelled = labelled_tensors(given, samples=20)
        assert (labelled["voltage"].chunks is None) == (given is cube)
        for name in ("voltage", "capacity", "mask"):
            values = by_point(labelled[name], ("alpha", "S"))
            np.testing.assert_array_equal(values, getattr(core, name))
            assert values.dtype == getattr(core, name).dtype


def test_labels_say_what_the_tensors_hold():
    labelled = labelled_tensors(made_cube(), samples=5)
    assert labelled["voltage"].attrs["units"] == "V"
    assert labelled["depth"].to_numpy().tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_missing_curves_are_masked_and_never_nan():
    tensors = tensors_of_cube(troubled_cube())
    assert all(np.isfinite(values).all() for values in tensors.arrays().values())
    assert (tensors.voltage[~tensors.mask] == 0.0).all()
    assert (tensors.capacity[~tensors.mask] == 0.0).all()
    assert (tensors.current > 0.0).all()


def test_scattered_points_give_the_tensors_of_the_grid():
    grid, scattered = tensors_of_cube(made_cube()), tensors_of_cube(scattered_cube())
    np.testing.assert_array_equal(grid.voltage, scattered.voltage)


def test_a_measured_curve_gives_the_tensor_of_the_cube_it_was_taken_from():
    cube = made_cube()
    place = cube.sel(alpha=2.0, S=9.0)
    curves = {
        float(i): (
            cube["depth"].to_numpy() * float(place["discharge_capacity"].sel(current=i)),
            place["voltage"].sel(current=i).to_numpy(),
        )
        for i in cube["current"].to_numpy()
    }
    measured, stored = tensors_of_curves(curves), tensors_of_cube(cube).take([10])
    # The depths are divided back out of the capacities: a unit in the last place.
    np.testing.assert_allclose(measured.voltage, stored.voltage, rtol=2e-7)
    np.testing.assert_array_equal(measured.capacity, stored.capacity)
    np.testing.assert_array_equal(measured.current, stored.current)


def test_a_current_that_was_not_measured_is_masked():
    tensors = tensors_of_curves({17.5: ([0.0, 10.0], [4.0, 2.0])}, currents=(5.0, 17.5), samples=3)
    assert tensors.mask.tolist() == [[False, True]]
    assert tensors.voltage[0, 0].tolist() == [0.0, 0.0, 0.0]
    assert tensors.current.tolist() == [[5.0, 17.5]]


def test_tensors_are_joined_end_to_end_and_taken_apart():
    both = tensors_of_cube(made_cube())
    again = joined_tensors([both.take(np.arange(7)), both.take(np.arange(20) >= 7)])
    np.testing.assert_array_equal(again.voltage, both.voltage)
    assert len(again) == 20


@pytest.mark.parametrize(
    ("curve", "words"),
    [
        (([0.0, 1.0], [4.0, np.nan]), "NaN or infinity"),
        (([0.0, 2.0, 1.0], [4.0, 3.0, 2.0]), "does not increase"),
        (([0.0, 1.0], [4.0, 3.0, 2.0]), "one length"),
        (([1.0, 2.0], [4.0, 3.0]), "keep its beginning"),
        (([0.0], [4.0]), "at least 2"),
    ],
)
def test_a_curve_that_cannot_be_one_is_refused_with_the_remedy(curve, words):
    with pytest.raises(ParameterError, match=words):
        tensors_of_curves({17.5: curve})


def test_a_current_that_the_network_does_not_know_is_refused():
    with pytest.raises(ParameterError, match="allowed here are 5, 35"):
        tensors_of_curves({17.5: ([0.0, 1.0], [4.0, 3.0])}, currents=(5.0, 35.0))


@pytest.mark.parametrize("samples", [0, 1, 2.5, float("nan")])
def test_a_number_of_samples_that_makes_no_curve_is_refused(samples):
    with pytest.raises(ParameterError, match="samples"):
        tensors_of_cube(made_cube(), samples=samples)
