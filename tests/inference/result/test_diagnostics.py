"""An estimate says when its curves lie where the network or the scan ends, wherever it is shown."""

import numpy as np
import pytest

from microbatt.engines import simulate_discharge
from microbatt.inference import Diagnostics, Inferred, experiments_dataset
from microbatt.inference import infer as infer_plainly
from microbatt.measured import Measurement
from microbatt.report.text import parameter_fact
from tests.inference.experiments import CELL
from tests.inference.experiments import infer_published as infer
from tests.inference.experiments import published_experiment as experiment

CURRENTS = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)


@pytest.fixture(scope="module")
def beyond():
    """Infer a cell beyond the box of alpha 0 to 10 and S 1 to 40 on which the network learned."""
    return infer(experiment(10.5, 45.0, CURRENTS), CELL, noise=1e-3)


def test_curves_beyond_what_the_network_learned_raise_the_flag(beyond):
    assert not beyond.network.in_range
    assert beyond.diagnostics.out_of_range
    assert "the shipped network was not trained" in beyond.diagnostics.range_sentence
    assert beyond.diagnostics.verdict.sentence == "Mind the range before you rely on this estimate."


def test_the_refined_estimate_does_not_need_the_network(beyond):
    assert not beyond.diagnostics.misfit
    for name, truth in (("alpha", 10.5), ("S", 45.0)):
        assert abs(beyond[name].value - truth) < 4.0 * beyond[name].std
        assert abs(beyond[name].value - truth) < abs(getattr(beyond.network, name) - truth)


def test_the_flag_is_in_the_words_and_in_the_datasets(beyond):
    assert beyond.diagnostics.range_sentence in beyond.summary()
    one = beyond.to_dataset()
    assert one.attrs["out_of_range"] == 1
    assert one.attrs["range_sentence"] == beyond.diagnostics.range_sentence
    many = experiments_dataset([Inferred(name="far", estimate=beyond)])
    assert bool(many["out_of_range"].sel(experiment="far"))


def test_the_flag_is_in_the_numbers_and_on_the_page_of_a_report(beyond, tmp_path):
    pytest.importorskip("jinja2")
    pytest.importorskip("matplotlib")
    from microbatt.report import write_report
    from microbatt.report.numbers import estimate_numbers

    assert estimate_numbers(beyond)["diagnostics"]["out_of_range"] is True
    page = write_report(beyond, tmp_path / "far.html", map_steps=3).page.read_text("utf-8")
    assert '<div class="verdict doubtful">' in page
    assert beyond.diagnostics.range_sentence in page


def test_an_estimate_beyond_the_scan_says_that_there_may_be_a_better_one():
    far = infer(experiment(3.0, 0.25), CELL, noise=1e-3, network=False)
    assert far.diagnostics.out_of_range
    assert "S 0.25, outside 0.3 to 80" in far.diagnostics.range_sentence
    assert abs(far.S - 0.25) < 4.0 * far["S"].std
    assert not far.diagnostics.misfit


def test_an_interval_that_ends_with_the_search_is_not_called_inside_the_range():
    rng = np.random.default_rng(0)
    curve = simulate_discharge("doyle-1996-cell-1", S=100.0, current=17.5)
    capacity = np.linspace(0.0, 0.98, 300) * curve.discharge_capacity
    voltage = np.interp(capacity, curve.capacity, curve.voltage) + rng.normal(0.0, 6e-3, 300)
    measured = Measurement(current=17.5, capacity=capacity, voltage=voltage, source="a")
    wide = infer_plainly([measured], "doyle-1996-cell-1", noise=6e-3, cell_error=0.0, network=False)
    assert wide["S"].high_bound == wide["S"].high == pytest.approx(200.0)
    assert wide["S"].low_bound is wide["alpha"].high_bound is None
    assert wide.diagnostics.at_bound
    told = "An interval ends where the search ends, of S at 200, and not by the curves"
    assert told in wide.diagnostics.range_sentence
    assert told in wide.summary()
    assert "(ends at the bound 200)" in wide.summary()
    assert parameter_fact(wide["S"]).interval.endswith("to 200 (upper end at the bound)")
    table = experiments_dataset([Inferred(name="wide", estimate=wide)])
    assert bool(table["at_bound"].sel(experiment="wide"))
    assert wide.to_dataset().attrs["at_bound"] == 1


def test_inside_the_box_no_flag_is_raised():
    inside = infer(experiment(3.0, 3.0, CURRENTS), CELL, noise=1e-3)
    assert inside.network.in_range
    assert inside.diagnostics.good
    assert not inside.diagnostics.at_bound


@pytest.mark.parametrize(
    ("misfit", "outside", "words"),
    [(False, False, "Nothing speaks"), (False, True, "Mind"), (True, True, "Do not rely")],
)
def test_the_verdict_is_that_of_the_worst(misfit, outside, words):
    diagnostics = Diagnostics(
        misfit=misfit,
        reduced_chi_square=np.nan,
        misfit_sentence="",
        out_of_range=outside,
        range_sentence="",
    )
    assert diagnostics.verdict.sentence.startswith(words)
