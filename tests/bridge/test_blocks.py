"""Blocks are whole chunks: each point lies in one, and reading them gives the cube's curves."""

import numpy as np
import pytest

from microbatt.bridge.blocks import cut_into_blocks, read_blocks
from microbatt.features import arranged, read_curves, scalars_by_point
from tests.features.cubes import scattered_cube, troubled_cube

CHUNKS = [None, {"alpha": 2}, {"alpha": 3, "S": 3, "current": 1}, {"S": 1, "depth": 7}]


def cut(cube, chunks):
    return cube if chunks is None else cube.chunk(chunks)


@pytest.mark.parametrize("chunks", CHUNKS)
def test_blocks_hold_every_point_wanted_once_and_its_curves(chunks):
    full = arranged(cut(troubled_cube(), chunks))
    wanted = np.array([1, 2, 3, 7, 11, 19])
    blocks = cut_into_blocks(full, wanted)
    points = np.concatenate([block.points for block in blocks])
    np.testing.assert_array_equal(np.sort(points), wanted)
    curves = read_blocks(full, blocks, scalars_by_point(full))
    whole = read_curves(troubled_cube())
    np.testing.assert_array_equal(curves.voltage, whole.voltage[points])
    np.testing.assert_array_equal(curves.whole, whole.whole[points])


def test_a_block_is_a_chunk_of_dask():
    blocks = cut_into_blocks(arranged(troubled_cube().chunk({"alpha": 2, "S": 4})), np.arange(20))
    assert [block.points.size for block in blocks] == [8, 8, 4]


def test_a_block_is_a_chunk_of_the_store_when_read_without_dask():
    cube = troubled_cube()
    cube["voltage"].encoding["preferred_chunks"] = {"alpha": 3, "S": 2}
    blocks = cut_into_blocks(arranged(cube), np.arange(20))
    assert [block.points.size for block in blocks] == [6, 6, 4, 4]


def test_blocks_without_a_point_wanted_are_not_read():
    full = arranged(scattered_cube().chunk({"point": 5}))
    assert len(cut_into_blocks(full, np.array([0, 19]))) == 2
