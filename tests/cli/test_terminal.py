"""Small pictures and headings for the terminal."""

import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cli.terminal import Waiting, chart, heading, shown, stages_shown

POINTS = st.lists(st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)), min_size=1, max_size=50)


def dots(text):
    return sum((ord(c) - 0x2800).bit_count() for c in text if 0x2800 <= ord(c) <= 0x28FF)


@given(POINTS, st.integers(8, 100))
def test_a_chart_has_ten_lines_of_its_width_whatever_the_numbers(points, width):
    xs, ys = zip(*points, strict=True)
    text = chart([(xs, ys)], width=width)
    lines = text.splitlines()
    assert len(lines) == 12
    assert {len(line) for line in lines[:10]} == {len(lines[0])}
    assert {
        len(line[line.index(tick) + 1 :]) for line, tick in zip(lines, "┤││││││││┤└", strict=False)
    } == {width}
    assert dots(text) >= 1


def test_a_falling_line_starts_top_left_and_ends_bottom_right():
    n = 400
    lines = chart([([i / n for i in range(n)], [1 - i / n for i in range(n)])]).splitlines()
    assert dots(lines[0][:20]) > 0
    assert dots(lines[0][-20:]) == 0
    assert dots(lines[9][-20:]) > 0


def test_one_point_is_one_dot():
    assert dots(chart([([3.0], [4.0])])) == 1


def test_two_points_are_joined_by_a_line_without_a_gap():
    lines = chart([([0.0, 1.0], [1.0, 0.0])], width=30).splitlines()[:10]
    margin = len(lines[0]) - 30
    for column in range(margin, margin + 30):
        assert dots("".join(line[column] for line in lines)) > 0


def test_the_axes_are_labelled_with_the_extremes():
    text = chart([([0.0, 17.5], [4.1, 2.0])])
    assert "4.1 ┤" in text
    assert "  2 ┤" in text
    assert "17.5" in text


def test_a_heading_has_two_lines_for_the_name_over_the_unit():
    assert heading("c_rate") == "\nC-rate\n[dim]h⁻¹[/dim]"
    assert heading("discharge_capacity") == "discharge\ncapacity\n[dim]A h m⁻²[/dim]"


@pytest.mark.parametrize(
    ("value", "text"),
    [(float("nan"), "–"), (-1.7e-13, "0"), (36578.6, "36579"), (4.98765, "4.988"), (1e9, "1e+09")],
)
def test_numbers_are_short_and_plain(value, text):
    assert shown(value) == text


@pytest.mark.parametrize("terminal", [False, True])
def test_stages_of_long_work_are_shown_on_a_terminal_and_warnings_anywhere(
    terminal, monkeypatch, capsys
):
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")  # what Rich takes for a terminal
    log = logging.getLogger("made.up")
    with stages_shown("made"):
        log.info("refinement")
        log.warning("This takes minutes.")
    log.info("after")
    told = capsys.readouterr().err
    assert told.count("This takes minutes.") == 1
    assert ("refinement" in told) is terminal
    assert "after" not in told


@pytest.mark.parametrize("terminal", [False, True])
def test_long_work_is_told_of_where_there_is_no_terminal(terminal, monkeypatch, capsys):
    if terminal:
        monkeypatch.setenv("FORCE_COLOR", "1")
    times = iter([0.0, 1.0, 4.0, 12.0, 15.0, 23.0, 24.0])
    monkeypatch.setattr("microbatt.cli.terminal.Waiting", lambda: Waiting(clock=times.__next__))
    stages, details = logging.getLogger("made.up"), logging.getLogger("made.fit")
    with stages_shown("made"):
        stages.info("reading")
        stages.info("refinement")
        details.info("step 1")
        details.info("step 2")
        stages.info("posterior")
    told = capsys.readouterr().err
    if terminal:
        assert "posterior" in told
        assert "23 s" not in told  # the clock is beside it
        return
    assert told == "refinement, step 1, 12 s\nposterior, 23 s\n"
