"""Vectors of lanes: every operation is that of a float, lane by lane."""

import math

import numba
import numpy as np
import pytest

from microbatt.porous_electrode.lanes import (
    WIDTH,
    aligned,
    anywhere,
    as_floats,
    as_lanes,
    bits,
    four_from,
    is_not,
    lane_of,
    logarithm,
    mask_of,
    where,
    whole_part,
    with_lane,
)


@numba.njit(error_model="numpy")
def arithmetic(x, y):
    """What node functions are made of, on floats or lanes."""
    larger = max(x, y) - min(x, y) * 2.0
    root = math.sqrt(abs(x)) / (1.0 + y * y)
    chosen = where(x < y, larger, -root)
    return chosen + math.copysign(math.exp(-abs(y)), x)


@numba.njit(error_model="numpy")
def in_lanes(x, y):
    """`arithmetic` of all numbers of two arrays, as many at once as there are lanes."""
    held = aligned(2 * x.size).reshape((2, x.size // WIDTH, WIDTH))
    held[0] = x.reshape((-1, WIDTH))
    held[1] = y.reshape((-1, WIDTH))
    lanes = as_lanes(held)
    for i in range(lanes.shape[1]):
        lanes[0, i] = arithmetic(lanes[0, i], lanes[1, i])
    return as_floats(lanes)[0].copy().reshape(-1)


@numba.njit(error_model="numpy")
def logarithms(x):
    """The logarithm of each number, alone and in lanes."""
    alone, held = np.empty(x.size), aligned(x.size).reshape((-1, WIDTH))
    held[:] = x.reshape((-1, WIDTH))
    lanes = as_lanes(held)
    for i in range(x.size):
        alone[i] = logarithm(x[i])
    for i in range(lanes.shape[0]):
        lanes[i] = logarithm(lanes[i])
    return alone, as_floats(lanes).copy().reshape(-1)


@numba.njit(error_model="numpy")
def read_rows(table, x):
    """Four numbers from each lane's own row, added with a weight for their place."""
    held = aligned(WIDTH).reshape((1, WIDTH))
    held[0] = x
    lanes = as_lanes(held)
    a, b, c, d = four_from(table, whole_part(lanes[0], table.shape[0] - 2), 2, 0)
    lanes[0] = a + 10.0 * b + 100.0 * c + 1000.0 * d
    return as_floats(lanes)[0].copy()


@numba.njit(error_model="numpy")
def masks(x):
    """Bits of lanes above a half, of the others, whether there are any, and one lane changed."""
    held = aligned(WIDTH).reshape((1, WIDTH))
    held[0] = x
    lane = as_lanes(held)[0]
    above = lane > 0.5
    again = bits(mask_of(bits(above)) & is_not(lane > 2.0))
    changed = with_lane(lane, 3, 7.0)
    return bits(above), bits(is_not(above)), anywhere(above), again, lane_of(changed, 3)


def test_lanes_give_the_bits_of_floats():
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 40 * WIDTH))
    alone = np.array([arithmetic(*pair) for pair in zip(x, y, strict=True)])
    np.testing.assert_array_equal(in_lanes(x, y), alone)


def test_the_logarithm_is_that_of_the_library_to_rounding_and_the_same_in_lanes():
    rng = np.random.default_rng(4)
    x = np.exp(rng.uniform(-650.0, 650.0, 500 * WIDTH))
    x[: 50 * WIDTH] = 1.0 + rng.normal(size=50 * WIDTH) * 1e-6
    alone, lanes = logarithms(x)
    np.testing.assert_array_equal(alone, lanes)
    np.testing.assert_allclose(alone, np.log(x), rtol=1e-15)
    assert logarithm(2.5) == pytest.approx(math.log(2.5), rel=1e-15)  # as plain Python


def test_the_logarithm_of_what_has_none_is_not_a_number():
    alone, _ = logarithms(np.array([0.0, -1.0, math.nan, math.inf, 1.0, 1.0, 1.0, 1.0]))
    assert np.isnan(alone[:3]).all()
    assert alone[3] == math.inf
    assert (alone[4:] == 0.0).all()


def test_each_lane_reads_its_own_row_and_none_beyond_the_table():
    table = np.arange(20.0).reshape(10, 2)
    x = np.array([0.0, 1.5, 2.9, 8.0, 8.9, 11.0, -3.0, math.nan])
    rows = np.clip(np.nan_to_num(x), 0.0, 8.0).astype(int)
    expected = [table.reshape(-1)[2 * k : 2 * k + 4] @ [1.0, 10.0, 100.0, 1000.0] for k in rows]
    np.testing.assert_array_equal(read_rows(table, x), expected)


def test_masks_are_bits_of_lanes():
    x = np.array([0.0, 1.0, 0.2, 3.0, 0.9, 0.0, 0.0, 2.5])
    above, others, some, again, changed = masks(x)
    assert (above, others, some) == (0b10011010, 0b01100101, True)
    assert (again, changed) == (0b00010010, 7.0)
    assert not masks(np.zeros(WIDTH))[2]
