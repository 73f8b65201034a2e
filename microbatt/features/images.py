"""Curve images as the published network saw them: all curves of a point in one small picture.

64×48 pixels, voltage 2.0–4.7 V upwards against delivered capacity 0–2.0 mAh cm⁻² to the right,
white paper, one colour of the ``rainbow`` map per current.  Drawn without Matplotlib: each curve
is a line of straight pieces between equally spaced depths; a pixel takes the line's colour by the
share of it that a stroke one pixel wide covers, the higher currents over the lower.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.features.tensors import CurveTensors, curve_tensors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.features.curves import StoredCurves

WIDTH: Final = 64
HEIGHT: Final = 48
VOLTAGES: Final = (2.0, 4.7)
"""Bottom and top of the picture [V]."""
CAPACITIES: Final = (0.0, 20.0)
"""Left and right of the picture [A h m⁻²]; 10 A h m⁻² are 1 mAh cm⁻²."""
LINE_WIDTH: Final = 1.0
"""Of a stroke [pixels]; the published width is not known."""
IMAGE_SAMPLES: Final = 128
"""Depths between which a curve is drawn straight: at most a third of a pixel apart."""


def curve_images(curves: StoredCurves) -> NDArray[np.uint8]:
    """Draw the curves of n points, a picture each.

    Parameters
    ----------
    curves : StoredCurves
        At the currents that have a colour, in their order.

    Returns
    -------
    numpy.ndarray
        Red, green and blue, 0 to 255, shape (n, 48, 64, 3); row 0 is the top.
    """
    return images_of_tensors(curve_tensors(curves, samples=IMAGE_SAMPLES))


def images_of_tensors(tensors: CurveTensors) -> NDArray[np.uint8]:
    """Draw curve tensors; the same curve gives the same picture wherever it comes from.

    Parameters
    ----------
    tensors : CurveTensors
        Curve tensors of n points. With `IMAGE_SAMPLES` voltages a curve, the pictures are those of
        `curve_images`.

    Returns
    -------
    numpy.ndarray
        Shape (n, 48, 64, 3).
    """
    from microbatt.features.drawing import draw_curves

    images = np.empty((len(tensors), HEIGHT, WIDTH, 3), dtype=np.uint8)
    x_scale = WIDTH / (CAPACITIES[1] - CAPACITIES[0])
    y_scale = HEIGHT / (VOLTAGES[1] - VOLTAGES[0])
    columns = (tensors.capacity.astype(float) - CAPACITIES[0]) * x_scale
    rows = (VOLTAGES[1] - tensors.voltage.astype(float)) * y_scale
    colours = rainbow(tensors.mask.shape[1])
    draw_curves(columns, rows, tensors.mask, colours, 0.5 * LINE_WIDTH, images)
    return images


def rainbow(count: int) -> NDArray[np.float64]:
    """Return `count` colours evenly spread over Matplotlib's ``rainbow`` map.

    ``red = |2x − ½|``, ``green = sin(πx)``, ``blue = cos(πx/2)``, clipped to [0, 1].

    Returns
    -------
    numpy.ndarray
        Shape (count, 3), from violet to red.

    Examples
    --------
    >>> rainbow(2).round(3).tolist()
    [[0.5, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    x = np.linspace(0.0, 1.0, count)
    colours = [np.abs(2.0 * x - 0.5), np.sin(np.pi * x), np.cos(0.5 * np.pi * x)]
    return np.clip(np.stack(colours, axis=1), 0.0, 1.0)
