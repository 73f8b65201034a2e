"""Curve images: colours, places, strokes, and the same picture wherever a curve comes from."""

import numpy as np
import pytest

from microbatt.features import CurveTensors, read_curves, tensors_of_cube, tensors_of_curves
from microbatt.features.images import (
    HEIGHT,
    IMAGE_SAMPLES,
    WIDTH,
    curve_images,
    images_of_tensors,
    rainbow,
)
from tests.features.cubes import made_cube, troubled_cube

WHITE = 255


def one_curve(voltage, capacity, *, mask=True):
    """A point with one curve."""
    return CurveTensors(
        voltage=np.asarray(voltage, dtype=np.float32).reshape(1, 1, -1),
        capacity=np.full((1, 1), capacity, dtype=np.float32),
        current=np.full((1, 1), 17.5, dtype=np.float32),
        mask=np.full((1, 1), mask),
    )


def darkness(image):
    """Ink of each pixel: 1 where the stroke covers it all."""
    return 1.0 - image[..., 1].astype(float) / WHITE


def test_colours_are_those_of_matplotlibs_rainbow():
    matplotlib = pytest.importorskip("matplotlib")
    ours = rainbow(6)
    theirs = matplotlib.colormaps["rainbow"](np.linspace(0.0, 1.0, 6))[:, :3]
    # Matplotlib keeps 256 colours and takes the nearest.
    np.testing.assert_allclose(ours, theirs, atol=1.2e-2)


def test_pictures_are_small_and_coloured_and_their_paper_is_white():
    images = curve_images(read_curves(made_cube()))
    assert images.shape == (20, 48, 64, 3)
    assert images.dtype == np.uint8
    assert (images[:, 0] == WHITE).all()  # 4.7 V is above every curve


def test_a_level_curve_lies_in_the_row_of_its_voltage_and_ends_at_its_capacity():
    voltage = 4.7 - 2.7 * 10.5 / HEIGHT  # the middle of row 10
    ink = darkness(images_of_tensors(one_curve(np.full(128, voltage), 10.0))[0])
    np.testing.assert_allclose(ink[10, : WIDTH // 2 - 1], 1.0, atol=1 / WHITE)
    assert ink[9].max() < 2 / WHITE
    assert ink[10, WIDTH // 2 + 1 :].max() == 0.0


def test_a_stroke_between_two_rows_covers_half_of_each():
    voltage = 4.7 - 2.7 * 10.0 / HEIGHT  # the border of rows 9 and 10
    ink = darkness(images_of_tensors(one_curve(np.full(128, voltage), 20.0))[0])
    np.testing.assert_allclose(ink[9:11, 1:-1], 0.5, atol=1 / WHITE)


def test_the_ink_of_a_sloping_stroke_is_its_length_times_its_width():
    ink = darkness(images_of_tensors(one_curve(np.linspace(4.5, 2.5, 128), 16.0))[0])
    length = np.hypot(16.0 * WIDTH / 20.0, 2.0 * HEIGHT / 2.7)
    # Distance to the middle line stands for the share covered, and its ends are round.
    assert ink.sum() == pytest.approx(length, rel=0.03)


def test_a_curve_moves_smoothly_with_its_voltage():
    levels = 3.5 + np.linspace(0.0, 0.1, 21)
    images = [images_of_tensors(one_curve(np.full(128, v), 15.0))[0] for v in levels]
    rows = np.arange(HEIGHT) + 0.5
    middles = [(darkness(i).sum(axis=1) @ rows) / darkness(i).sum() for i in images]
    # Each step of 5 mV moves the ink by 0.089 of a pixel; 8 bits leave a little.
    np.testing.assert_allclose(np.diff(middles), -0.005 * HEIGHT / 2.7, atol=0.01)


def test_missing_curves_are_not_drawn():
    assert (images_of_tensors(one_curve(np.full(128, 3.0), 10.0, mask=False)) == WHITE).all()
    assert (curve_images(read_curves(troubled_cube()))[0] == WHITE).all()


def test_the_higher_current_lies_over_the_lower():
    pair = CurveTensors(
        voltage=np.full((1, 2, 128), 4.7 - 2.7 * 10.5 / HEIGHT, dtype=np.float32),
        capacity=np.full((1, 2), 10.0, dtype=np.float32),
        current=np.array([[17.5, 35.0]], dtype=np.float32),
        mask=np.ones((1, 2), dtype=bool),
    )
    red = (255.0 * rainbow(2)[1] + 0.5).astype(np.uint8)
    np.testing.assert_allclose(images_of_tensors(pair)[0, 10, 5].astype(int), red, atol=1)


def test_a_measured_curve_gives_the_picture_of_the_cube_it_was_taken_from():
    cube = made_cube()
    place = cube.sel(alpha=2.0, S=9.0)
    curves = {
        float(i): (
            cube["depth"].to_numpy() * float(place["discharge_capacity"].sel(current=i)),
            place["voltage"].sel(current=i).to_numpy(),
        )
        for i in cube["current"].to_numpy()
    }
    stored = curve_images(read_curves(cube))[10]
    measured = images_of_tensors(tensors_of_curves(curves, samples=IMAGE_SAMPLES))[0]
    np.testing.assert_array_equal(stored, measured)
    tensors = tensors_of_cube(cube, samples=IMAGE_SAMPLES).take([10])
    np.testing.assert_array_equal(stored, images_of_tensors(tensors)[0])


def test_curves_beyond_the_frame_are_cut_off_at_it():
    tensors = one_curve(np.linspace(6.0, 0.0, 128), 40.0)
    ink = darkness(images_of_tensors(tensors)[0])
    assert 0 < np.count_nonzero(ink) < 0.1 * ink.size


def test_pictures_are_nearly_those_that_matplotlib_draws():
    pytest.importorskip("matplotlib")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    tensors = tensors_of_cube(made_cube(), samples=IMAGE_SAMPLES).take([10])
    figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, 20), ylim=(2.0, 4.7))
    axes.set_axis_off()
    for k, colour in enumerate(rainbow(3)):
        capacity = np.linspace(0, tensors.capacity[0, k], IMAGE_SAMPLES)
        axes.plot(capacity, tensors.voltage[0, k], color=colour, linewidth=0.72)  # one pixel
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    theirs = np.asarray(canvas.buffer_rgba())[..., :3].astype(int)
    ours = images_of_tensors(tensors)[0].astype(int)
    inked = (theirs < WHITE).any(axis=-1) | (ours < WHITE).any(axis=-1)
    # Agg snaps steep pieces and takes exact areas; ours go by the distance of a pixel's centre.
    assert np.abs(ours - theirs)[inked].mean() < 5.0
    assert np.abs(ours - theirs).max() < 40
