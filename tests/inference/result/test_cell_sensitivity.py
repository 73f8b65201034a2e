"""What 1 % of a value of the cell file does to an estimate is foretold."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.inference.result import cell_sensitivity_sentence
from microbatt.inference.result.cell_sensitivity import together
from tests.inference.experiments import CELL
from tests.inference.experiments import infer_published as infer
from tests.inference.experiments import published_experiment as experiment


@pytest.fixture(scope="module")
def estimate():
    return infer(experiment(2.3, 3.0), CELL, noise=1e-3, network=False)


def thicker(cell):
    positive = replace(cell.positive, particle_radius=1.01 * cell.positive.particle_radius)
    return replace(cell, positive=positive)


def slower(cell):
    fit = cell.electrolyte.fit
    changed = replace(
        fit,
        diffusivity=lambda c: 1.01 * fit.diffusivity(c),
        diffusivity_slope=lambda c: 1.01 * fit.diffusivity_slope(c),
    )
    return replace(cell, electrolyte=replace(cell.electrolyte, fit=changed))


@pytest.mark.parametrize(
    ("label", "change"),
    [("positive particle radius", thicker), ("electrolyte diffusivity", slower)],
)
def test_a_fit_with_another_value_moves_as_foretold(estimate, label, change):
    told = next(one for one in estimate.cell_sensitivity if one.label == label)
    other = infer(experiment(2.3, 3.0), change(load_cell(CELL)), noise=1e-3, network=False)
    moved = {name: getattr(other, name) - getattr(estimate, name) for name in ("alpha", "S")}
    for name, size in moved.items():
        assert size == pytest.approx(getattr(told, name), rel=0.1, abs=1e-3)


def test_all_values_that_the_cell_has_are_told_and_no_other(estimate):
    labels = [one.label for one in estimate.cell_sensitivity]
    assert len(set(labels)) == len(labels)
    assert {"separator electrolyte fraction", "electrolyte transference"} <= set(labels)
    assert "positive film resistance" not in labels  # it has none
    sizes = [abs(one.alpha) for one in estimate.cell_sensitivity]
    assert sizes == sorted(sizes, reverse=True)


def test_they_are_summed_and_said_and_labelled(estimate):
    alpha, S = together(estimate.cell_sensitivity)
    assert f"alpha would be off by {alpha:.2g} and S by {S:.2g}" in cell_sensitivity_sentence(
        estimate
    )
    assert cell_sensitivity_sentence(estimate) in estimate.summary()
    found = estimate.to_dataset()
    np.testing.assert_array_equal(
        found.alpha_sensitivity, [one.alpha for one in estimate.cell_sensitivity]
    )
    assert found.cell_value[0] == estimate.cell_sensitivity[0].label
