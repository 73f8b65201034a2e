"""A cell that is not quite its file: intervals that count it, and any number among the unknowns."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.inference import Prior, infer
from microbatt.inference.result import strained_sentence, trade_off_sentence
from microbatt.inference.result.trade_offs import TOLD
from tests.benchmarks.inference_imperfect import FREE, NOISE, OPEN_CIRCUIT
from tests.benchmarks.inference_imperfect import experiment as imperfect
from tests.inference.experiments import CELL, experiment, infer_exact

SHARE = 0.02


@pytest.fixture(scope="module")
def doubted():
    """Infer a cell each of whose values differs from the file by 2 %, and its open circuit."""
    truth, _, one = imperfect(2, CELL, SHARE)
    terms = {"noise": NOISE, "free": FREE, "network": False}
    return truth, infer(one, CELL, cell_error=SHARE, model_error=OPEN_CIRCUIT, **terms)


def test_the_whole_interval_holds_the_truth_where_noise_alone_would_not(doubted):
    truth, estimate = doubted
    for name in ("alpha", "S"):
        assert estimate[name].low < truth[name] < estimate[name].high
    alpha = estimate["alpha"]
    assert abs(alpha.value - truth["alpha"]) > 1.645 * alpha.noise_std
    assert not estimate.diagnostics.misfit


def test_what_trades_off_is_named_with_its_correlation(doubted):
    _, estimate = doubted
    strongest = estimate.trade_offs[0]
    draws = np.column_stack([estimate.draws, estimate.cell_value_draws])
    names = [*estimate.names, *estimate.doubted]
    ranks = np.argsort(np.argsort(draws, axis=0), axis=0)
    with_ = "alpha" if abs(strongest.alpha) == strongest.strength else "S"
    expected = np.corrcoef(ranks[:, names.index(with_)], ranks[:, names.index(strongest.name)])
    assert getattr(strongest, with_) == pytest.approx(expected[0, 1])
    assert strongest.strength == max(one.strength for one in estimate.trade_offs)
    named = strongest.name.replace("_", " ") in trade_off_sentence(estimate)
    assert named == (strongest.strength >= TOLD)
    assert trade_off_sentence(estimate) in estimate.summary()


def test_the_first_lines_show_the_whole_interval_and_noise_alone_beside_it(doubted):
    _, estimate = doubted
    alpha = estimate["alpha"]
    line = estimate.summary().splitlines()[1]
    assert f"± {alpha.std:.2g}" in line
    assert f"(noise alone ± {alpha.noise_std:.2g})" in line
    said = " ".join(estimate.summary().split())
    assert "Each value of the cell file is known to 2 %; so are " in said
    assert (
        "solid conductivity and solid diffusivity, which are usually known to a factor only" in said
    )
    assert strained_sentence(estimate) in estimate.summary()
    assert any("independent facts" in sentence for sentence in estimate.assumptions)
    assert 1.0 < estimate.independent_facts < 600.0


def test_what_was_inferred_is_written_into_the_cell(doubted):
    _, estimate = doubted
    cell = estimate.to_cell()
    assert cell.positive.alpha == estimate.alpha
    assert cell.contact_resistance == estimate["contact_resistance"].value
    for one in estimate.cell_values:
        assert cell.value(one.name) == pytest.approx(one.value)
    assert cell.uncertainties["alpha"] == pytest.approx(estimate["alpha"].std)


def test_engineers_numbers_follow_from_the_draws(doubted):
    _, estimate = doubted
    found = {one.name: one for one in estimate.structure}
    porosity = estimate.cell.positive.porosity
    rough = porosity**-estimate.alpha
    assert found["tortuosity"].value == pytest.approx(rough, rel=0.05)
    assert found["macmullin_number"].value == pytest.approx(rough / porosity, rel=0.05)
    assert found["area_per_volume"].low < found["area_per_volume"].high


def test_draws_are_labelled_as_arviz_reads_them(doubted):
    _, estimate = doubted
    draws = estimate.to_inference_data()
    assert draws["alpha"].dims == ("chain", "draw")
    assert set(estimate.doubted) < set(draws)
    assert float(draws["alpha"].std()) == pytest.approx(estimate["alpha"].std, rel=1e-6)
    labelled = estimate.to_dataset()
    assert labelled.sizes["doubted"] == len(estimate.cell_values)
    assert float(labelled["noise_std"].sel(parameter="alpha")) == estimate["alpha"].noise_std


def test_what_is_not_asked_for_is_known():
    estimate = infer_exact(
        experiment(2.3, 3.0), CELL, noise=1e-3, unknown=("alpha",), network=False
    )
    assert estimate.names == ("alpha",)
    assert estimate.S == load_cell(CELL).positive.S
    assert abs(estimate.alpha - 2.3) < 4.0 * estimate["alpha"].std
    assert "% of what is known of alpha" in estimate.summary()
    assert "% of S" not in estimate.summary()


def test_any_number_of_the_cell_may_be_free():
    truth = load_cell(CELL).with_values({"negative_thickness": 1.02e-4, "separator_alpha": 2.5})
    free = {"negative_thickness": Prior(kind="log-normal", width=0.05), "separator_alpha": 0.5}
    estimate = infer_exact(
        experiment(2.3, 3.0, cell=truth), CELL, noise=1e-3, free=free, network=False
    )
    for name, value in {
        "alpha": 2.3,
        "negative_thickness": 1.02e-4,
        "separator_alpha": 2.5,
    }.items():
        assert abs(estimate[name].value - value) < 4.0 * estimate[name].std
    assert not estimate.diagnostics.misfit
    assert np.isfinite(estimate["separator_alpha"].beyond)
