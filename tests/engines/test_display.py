"""Discharges as people meet them: a line at a prompt, a picture in a notebook."""

import numpy as np
import pytest

from microbatt.engines import simulate, simulate_discharge, simulate_discharges
from tests.engines.idealised import CELL
from tests.markup import parsed


@pytest.fixture(scope="module")
def batch():
    return simulate_discharges(
        CELL, np.column_stack([np.linspace(0, 9, 40), *[[3.0] * 40, [35.0] * 40]])
    )


def test_a_discharge_is_one_line_and_no_dump_of_arrays():
    words = repr(simulate_discharge(CELL, current=35.0))
    assert words.startswith("<Discharge at alpha 2.3, S 3, 35 A m⁻²: cutoff reached, 15.49 A h m⁻²")
    assert len(words) < 160
    assert "array" not in words


def test_in_a_notebook_a_discharge_is_a_picture_and_a_few_numbers():
    d = simulate_discharge(CELL, current=35.0)
    html = d._repr_html_()
    assert len(html) < 6000
    (line,) = parsed(html).iter("polyline")
    places = [tuple(map(float, one.split(","))) for one in line.get("points").split()]
    across, down = np.array(places).T
    assert np.all(np.diff(across) >= 0.0)
    assert down[0] == down.min()  # the highest voltage is the first
    assert down[-1] == down.max()
    assert f"{d.discharge_capacity:.5g}" in html
    assert d.outcome.message in html


def test_a_discharge_without_a_curve_says_so():
    none = simulate_discharge(CELL, 10.0, 0.3, 2000.0)
    assert repr(none).endswith("cutoff at start, no curve>")
    html = none._repr_html_()
    assert "<svg" not in html
    parsed(html)


def test_a_batch_tells_how_its_discharges_ended(batch):
    assert repr(batch).startswith("<DischargeBatch of 40 discharges: ")
    assert len(repr(batch)) < 200


def test_in_a_notebook_a_batch_shows_its_first_curves(batch):
    html = batch._repr_html_()
    assert len(list(parsed(html).iter("polyline"))) == 24
    assert "the first 24 are drawn" in html
    assert len(html) < 50_000


def test_no_discharges_are_shown_as_none():
    empty = simulate_discharges(CELL, np.empty((0, 3)))
    assert repr(empty) == "<DischargeBatch of 0 discharges: none>"
    parsed(empty._repr_html_())


def test_a_step_of_a_protocol_is_told_in_a_line():
    steps = simulate(
        "lco-graphite", ["Discharge at 1C for 6 minutes", "Charge at 1C until 3 V"]
    ).steps
    went, nothing = (repr(one) for one in steps)
    assert went.startswith("<StepResult 0: Discharge at 1C for 360 s; 360 s, ")
    assert went.endswith(f"V; {steps[0].outcome.message}>")
    assert nothing == f"<StepResult 1: Charge at 1C until 3 V; {steps[1].outcome.message}>"
