"""The colour language: what differs in meaning differs to every eye."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from microbatt.outcomes import Outcome
from microbatt.plots.style.colours import (
    AMOUNT_MAP,
    ERROR_MAP,
    MEASUREMENT,
    OUTCOME_COLOURS,
    PALETTE,
    PREDICTION,
    TRUTH,
    colour_map,
    named_colours,
)

# Machado, Oliveira & Fernandes (2009), severity 1, in linear RGB.
EYES = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
}
SEEN_APART = 15.0  # ΔE of CIE 1976; 2.3 is just noticeable side by side


def linear(colour):
    rgb = np.asarray(to_rgb(colour))
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    """CIELAB of linear sRGB, white point D65."""
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    xyz = np.asarray(to_xyz) @ np.clip(rgb, 0.0, 1.0) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def nearest(colours, eye):
    seen = [lab(EYES[eye] @ linear(colour)) for colour in colours]
    return min(float(np.linalg.norm(one - other)) for one, other in combinations(seen, 2))


@pytest.mark.parametrize("eye", EYES)
def test_every_two_endings_can_be_told_apart(eye):
    assert set(OUTCOME_COLOURS) == set(Outcome)
    assert nearest(OUTCOME_COLOURS.values(), eye) > SEEN_APART


@pytest.mark.parametrize("eye", EYES)
def test_truth_prediction_measurement_and_names_can_be_told_apart(eye):
    assert nearest((TRUTH, PREDICTION, MEASUREMENT), eye) > SEEN_APART
    assert nearest(PALETTE, eye) > SEEN_APART


@pytest.mark.parametrize("name", [AMOUNT_MAP, ERROR_MAP])
def test_a_map_is_read_in_grey_as_in_colour(name):
    lightness = [lab(linear(colour))[0] for colour in colormaps[name](np.linspace(0, 1, 64))]
    steps = np.diff(lightness)
    assert (steps > 0).all() or (steps < 0).all()


def test_a_variable_has_the_map_of_its_kind():
    assert colour_map("discharge_capacity") == AMOUNT_MAP
    assert colour_map("S_error") == colour_map("S_predicted_std") == ERROR_MAP


def test_a_name_has_one_colour_however_often_it_comes():
    assert named_colours(["a", "b", "a"]) == {"a": PALETTE[0], "b": PALETTE[1]}
