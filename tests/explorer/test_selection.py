"""Taps select, pin and release; a selection is written as Python that works."""

import numpy as np

from microbatt.explorer.selection import Selection, expression


def test_what_is_tapped_is_selected_and_the_second_tap_pins_the_first():
    first = Selection(number=0).after_tap(1)
    again = first.after_tap(1)
    second = first.after_tap(2)
    third = second.after_tap(3)
    assert (first.number, first.pinned) == (1, None)
    assert (again.number, again.pinned) == (1, None)
    assert (second.number, second.pinned) == (2, 1)
    assert (third.number, third.pinned) == (3, 1)


def test_a_tap_on_the_pinned_point_lets_it_go_and_the_next_selects():
    pinned = Selection(number=0).after_tap(1).after_tap(2)
    released = pinned.after_tap(1)
    assert (released.number, released.pinned) == (1, None)
    assert (released.after_tap(5).number, released.after_tap(5).pinned) == (5, None)


def test_a_drag_moves_the_selected_point_only():
    pinned = Selection(number=0).after_tap(1).after_tap(2)
    assert (pinned.moved(9).number, pinned.moved(9).pinned) == (9, 1)


def test_the_expression_selects_the_point(source, scattered):
    for cube in (source, scattered):
        for number in (0, 17, cube.plane.x.size - 1):
            words = expression(cube.opened, cube.plane, number)
            point = eval(words, {"ds": cube.opened})  # noqa: S307 - our own words
            assert float(point.alpha) == cube.plane.x[number]
            assert float(point.S) == cube.plane.y[number]
            assert point.status.dims == ("current",)


def test_an_expression_is_short_where_it_can_be_and_asks_for_the_nearest_where_not(source):
    number = source.plane.number(alpha=3, S=2)
    assert expression(source.opened, source.plane, number) == "ds.sel(alpha=1.5, S=3)"
    odd = source.opened.assign_coords(alpha=source.opened.alpha + 1 / 3)
    assert expression(odd, source.plane, number) == 'ds.sel(alpha=1.83333, S=3, method="nearest")'
    assert np.isclose(float(odd.sel(alpha=1.83333, S=3, method="nearest").alpha), 1.5 + 1 / 3)


def test_an_expression_leaves_out_what_a_part_of_a_cube_has_lost(source):
    part = source.opened.sel(S=3)
    number = source.plane.number(alpha=3, S=2)
    assert expression(part, source.plane, number) == "ds.sel(alpha=1.5)"
