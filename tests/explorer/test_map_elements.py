"""The elements of the map: what they hold, and that HoloViews draws them as meant."""

import holoviews as hv
import numpy as np
import pytest

from microbatt.explorer import CubeSource, opener
from microbatt.explorer.appearance import INK, colouring
from microbatt.explorer.legend import OUTCOMES, flag_colouring
from microbatt.explorer.map_elements import Picture, covers, mark, miss, values
from microbatt.explorer.predictions import point_prediction
from microbatt.explorer.tiles import map_tiles
from microbatt.explorer.variables import map_variables
from microbatt.outcomes import Outcome
from tests.explorer import cubes


def picture(source, name, *, hatched=False, current=0):
    every = {v.name: v for group in map_variables(source.dataset).values() for v in group}
    tiles = map_tiles(source, every[name], current)
    if every[name].flags:
        colours = flag_colouring(every[name], tiles.codes)
    else:
        colours = colouring(every[name], tiles.value)
    return Picture(variable=every[name], tiles=tiles, colours=colours, at="", hatched=hatched)


def drawn(element):
    alone = element.opts(apply_ranges=True, clone=True)  # no figure gives it limits
    return hv.render(alone, backend="bokeh").renderers[0]


def test_a_grid_is_a_mesh_whose_tiles_know_their_points(source):
    mesh = values(source.plane, picture(source, "energy"), {})
    assert isinstance(mesh, hv.QuadMesh)
    np.testing.assert_array_equal(
        mesh.dimension_values("value", flat=False).T.ravel(), source.values("energy")[:, 0]
    )
    np.testing.assert_array_equal(
        mesh.dimension_values("at_S", flat=False).T.ravel(), source.plane.y
    )


def test_scattered_points_are_points(scattered):
    points = values(scattered.plane, picture(scattered, "energy"), {})
    assert isinstance(points, hv.Points)
    np.testing.assert_array_equal(points["alpha"], scattered.plane.x)


def test_scattered_points_of_one_value_keep_their_colour(scattered):
    flat = scattered.opened.assign(energy=scattered.opened.energy * 0 + 1.0)
    source = CubeSource(lambda: flat)
    fill = drawn(values(source.plane, picture(source, "energy"), {})).glyph.fill_color
    assert (
        fill.transform.palette[0]
        == colouring(picture(source, "energy").variable, np.ones(2)).palette[0]
    )


def test_tiles_that_have_not_been_run_are_covered_and_hatched(half_store):
    source = CubeSource(opener(str(half_store)))
    cover = covers(source.plane, picture(source, "energy"))
    assert len(cover) == 11 * len(cubes.S)
    assert set(cover["reason"]) == {"not run"}
    assert set(cover["cover"]) == {1.0}
    hatch = drawn(cover).glyph.hatch_pattern
    place = hatch.transform.factors.index("not run")
    assert hatch.transform.patterns[place] == OUTCOMES[Outcome.NOT_RUN].hatch == "dot"


def test_a_whole_cube_has_nothing_to_cover_but_its_endings_can_be_hatched(source):
    ended = source.opened.copy(deep=True)
    ended["status"][:3] = Outcome.SALT_EXHAUSTED
    ended = CubeSource(lambda: ended)
    assert len(covers(ended.plane, picture(ended, "energy"))) == 0
    over = covers(ended.plane, picture(ended, "energy", hatched=True))
    assert set(over["reason"]) == {"salt exhausted"}
    assert set(over["cover"]) == {0.0}
    on_tiles = np.isfinite(over["left"])
    assert np.count_nonzero(on_tiles) == 3 * len(cubes.S)
    assert np.flatnonzero(~on_tiles).tolist() == [0]  # what the legend shows


@pytest.mark.parametrize("hatched", [False, True])
def test_a_map_of_endings_hatches_failures_always_and_others_if_asked(source, hatched):
    ended = source.opened.copy(deep=True)
    ended["status"][:3] = Outcome.SALT_EXHAUSTED
    ended["status"][3:5] = Outcome.NO_CONVERGENCE
    ended = CubeSource(lambda: ended)
    cover = covers(ended.plane, picture(ended, "status", hatched=hatched))
    assert len(cover) == ended.plane.x.size
    hatches = drawn(cover).glyph.hatch_pattern.transform
    found = dict(zip(hatches.factors, hatches.patterns, strict=True))
    assert found["no convergence"] == "left_diagonal_line"
    assert found["salt exhausted"] == ("horizontal_line" if hatched else "blank")


def test_the_legend_names_covers_with_their_share(half_store):
    source = CubeSource(opener(str(half_store)))
    cover = covers(source.plane, picture(source, "energy"))
    data = drawn(cover).data_source.data
    words = {w.strip() for w in data[next(name for name in data if name.endswith("_labels"))]}
    assert words == {"not run 52 %"}


def test_a_prediction_is_reached_by_a_way_and_has_a_spread(predicted):
    prediction = point_prediction(predicted, predicted.plane.number(alpha=4, S=3))
    way, spread, *_ = miss((2.0, 5.0), prediction).split()
    assert way["alpha"].tolist() == [2.0, 2.5]
    assert way["S"].tolist() == pytest.approx([5.0, 5.5])
    assert np.ptp(spread["alpha"]) == pytest.approx(0.8, rel=0.01)


def test_without_a_prediction_there_is_no_way(predicted):
    prediction = point_prediction(predicted, predicted.plane.number(alpha=4, S=0))
    assert np.isnan(miss((2.0, 1.0), prediction).dimension_values("alpha")).all()
    assert prediction.place is None


def test_a_mark_shows_on_any_colour():
    glyph = drawn(mark("pinned", (1.0, 2.0)))
    assert glyph.data_source.data["line_color"] == ["#ffffff", INK]
    assert len(mark("pinned", None)) == 0
