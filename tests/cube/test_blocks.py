"""Blocks cover a cube exactly and follow its chunks."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cube.writing.blocks import choose_chunks, cut

shapes = st.lists(st.integers(1, 60), min_size=1, max_size=3)


@given(shape=shapes, curves=st.integers(1, 500))
def test_every_curve_lies_in_exactly_one_block(shape, curves):
    hits = np.zeros(shape, dtype=int)
    for block in cut(shape, choose_chunks(shape, curves)):
        hits[block.region] += 1
        assert hits[block.region].size == block.size
    assert (hits == 1).all()


@given(shape=shapes, curves=st.integers(1, 5000))
def test_a_chunk_never_holds_more_curves_than_asked_for(shape, curves):
    assert math.prod(choose_chunks(shape, curves)) <= curves


def test_the_currents_of_a_point_stay_together_in_the_published_sweep():
    assert choose_chunks((101, 40, 6), 1000) == (4, 40, 6)


def test_blocks_are_whole_chunks_but_for_the_edge():
    for block in cut((7, 5), (3, 2)):
        for r, number, chunk in zip(block.region, block.number, (3, 2), strict=True):
            assert r.start == number * chunk
