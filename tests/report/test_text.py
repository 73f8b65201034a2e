"""Numbers in words: with two digits of their uncertainty, and what they mean."""

import pytest
import xarray as xr

from microbatt.report.text import against_bounds, parameter_fact, rounded, structure_facts
from tests.report.estimates import made_estimate


@pytest.mark.parametrize(
    ("value", "std", "words"),
    [
        (2.30481, 0.0262, "2.305"),
        (0.00049715, 1.85e-6, "0.0004972"),
        (104.785, 0.04, "104.785"),
        (1234.5, 30.0, "1234"),
        (3.0, 0.0, "3"),
        (0.0, 1e-3, "0"),
        (2.0, float("nan"), "2"),
    ],
)
def test_values_are_rounded_to_two_digits_of_their_uncertainty(value, std, words):
    assert rounded(value, std) == words


def test_parameters_have_their_unit_and_interval():
    facts = [parameter_fact(one) for one in made_estimate().parameters]
    assert facts[0].label.startswith("alpha: ")
    assert facts[0].interval == "2.268 to 2.332"
    assert (facts[2].value, facts[2].unit) == ("1.00", "mΩ m²")


def test_alpha_and_the_shape_factor_become_tortuosity_and_area():
    estimate = made_estimate()
    tortuosity, macmullin, area = structure_facts(estimate)
    electrode = estimate.cell.positive
    assert float(tortuosity.value) == pytest.approx(electrode.porosity**-2.3, rel=1e-2)
    assert float(macmullin.value) == pytest.approx(
        float(tortuosity.value) / electrode.porosity, rel=1e-2
    )
    expected = 1e-3 * 3.0 * electrode.active_fraction / electrode.particle_radius
    assert float(area.value) == pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize(
    ("bounds", "words"),
    [
        ((0.02, 0.01), "within 5 %, the smallest possible ones"),
        ((0.01, 0.01), "2.00 (alpha) and 1.00 (S) times"),
        ((float("inf"), 0.01), "would not tell"),
        ((float("nan"), 0.01), "would not tell"),
    ],
)
def test_uncertainty_is_held_against_the_smallest_possible(bounds, words):
    here = xr.Dataset({"alpha_bound": bounds[0], "S_bound": bounds[1]})
    assert words in against_bounds(made_estimate(), here)
