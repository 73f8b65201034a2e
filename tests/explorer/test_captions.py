"""The words around the figures: exact, and safe to put into a page."""

import numpy as np
import pytest

from microbatt.explorer import CubeSource, opener
from microbatt.explorer.appearance import HATCHES, colouring, inks
from microbatt.explorer.captions import dashboard, description, heading, progress, table
from microbatt.explorer.legend import OUTCOMES, flag_colouring
from microbatt.explorer.predictions import point_prediction
from microbatt.explorer.selection import Selection
from microbatt.explorer.source import point_curves
from microbatt.explorer.variables import MapVariable
from microbatt.outcomes import Outcome
from microbatt.plots.style import MISSING, OUTCOME_COLOURS
from tests.explorer import cubes


def variable(name, **terms):
    return MapVariable(name=name, label=name, units="1", per_current=False, **terms)


def test_every_ending_has_a_colour_a_hatch_and_a_reason():
    for outcome in Outcome:
        assert outcome.message in OUTCOMES[outcome].sentence
        assert OUTCOMES[outcome].colour == OUTCOME_COLOURS[outcome]
    assert len({HATCHES[outcome] for outcome in Outcome}) == len(Outcome)


def test_a_table_has_a_row_for_each_current_and_the_change_from_the_pinned_point(source):
    here, there = (point_curves(source, number) for number in (10, 33))
    words = table(here, there)
    assert words.count("<tr style=") == len(cubes.CURRENT)
    change = here[2].scalars["discharge_capacity"] / there[2].scalars["discharge_capacity"] - 1
    assert f"{100 * change:+.1f} %".replace("-", "−") in words
    assert "Change" not in table(here, None)


def test_a_table_of_failures_says_what_happened_and_what_to_do(all_failed):
    source = all_failed
    words = table(point_curves(source, 0), None)
    assert words.count("refine the mesh with <code>Settings.refined()</code>") == 1
    assert words.count("refine the mesh with Settings.refined()") == len(cubes.CURRENT)
    assert "`" not in words
    assert "nan" not in words


def test_the_heading_names_the_selected_the_pinned_and_the_predicted_point(predicted):
    number = predicted.plane.number(alpha=4, S=3)
    words = heading(
        predicted.plane, Selection(number=number, pinned=0), point_prediction(predicted, number)
    )
    assert "α 2, S 5" in words
    assert "α 0, S 1" in words
    assert "α 2.5 ± 0.4, S 5.5 ± 0.5" in words
    assert "nearest stored α 2.5, S 5" in words


def test_progress_counts_and_ends(source, half_store):
    assert "882 curves<" in progress(source)
    assert "420 of 882 curves run, 48 %" in progress(CubeSource(opener(str(half_store))))


def test_what_a_store_says_of_itself_is_no_markup(source):
    nasty = source.opened.assign_attrs(name="<script>", title='"><b>', cell_name="<i>")
    words = description(CubeSource(lambda: nasty))
    assert "<script>" not in words
    assert "<i>" not in words
    assert 'title="&quot;&gt;&lt;b&gt;"' in words


def test_a_dashboard_is_linked_when_a_client_is_there():
    from distributed import Client

    before = dashboard()  # other tests may hold a client of their own
    with Client(n_workers=1, processes=False, dashboard_address=":0") as client:
        assert client.dashboard_link in dashboard()
    assert dashboard() == before


def test_no_dashboard_is_linked_when_there_is_no_client(monkeypatch):
    def without():
        raise ValueError("No clients found")

    monkeypatch.setattr("distributed.default_client", without)
    assert dashboard() == ""


@pytest.mark.parametrize(
    ("name", "values", "low", "high", "logarithmic"),
    [
        ("energy", [2.0, 4.0], 2.0, 4.0, False),
        ("energy", [3.0, 3.0], 3.0, 3.003, False),
        ("alpha_error", [0.0, 10.0], 0.0, 9.8, False),
        ("alpha_bound", np.geomspace(1e-3, 10.0, 101), 1.2e-3, 8.3, True),
        ("bound_correlation", [0.1, 0.2], -1.0, 1.0, False),
        ("energy", [np.nan, np.nan], 0.0, 1.0, False),
    ],
)
def test_colours_span_what_there_is(name, values, low, high, logarithmic):
    found = colouring(variable(name), np.array(values))
    assert found.low == pytest.approx(low, rel=0.2)
    assert found.high == pytest.approx(high, rel=0.01)
    assert found.logarithmic == logarithmic


def test_codes_have_a_colour_each():
    status = variable("status", flags={int(o): o.name for o in Outcome})
    found = flag_colouring(status, np.zeros(1, dtype=int))
    assert found.palette == (MISSING, *(OUTCOME_COLOURS[outcome] for outcome in Outcome))
    assert found.high - found.low == 1 + len(Outcome)  # and one for what is not stored


def test_hatches_are_dark_on_light_and_light_on_dark():
    colours = colouring(variable("energy"), np.array([0.0, 1.0]))
    dark, light = inks(colours, np.array([0.0, 1.0]))
    assert dark == "#ffffff"
    assert light != "#ffffff"
