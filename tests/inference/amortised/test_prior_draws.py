"""Cells drawn from what is known of one."""

import numpy as np
import pytest
from scipy.stats import t

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.inference import InferenceOptions, Prior
from microbatt.inference.amortised.prior_draws import draw_cells, network_priors

CELL = load_cell("chen-2020")


def drawn(count=4096, ranges=None, **options):
    chosen = InferenceOptions(noise=1e-3, **options)
    return draw_cells(network_priors(CELL, chosen, ranges or {}), count, seed=0)


def test_what_is_asked_for_is_spread_evenly_over_its_range():
    cells = drawn(ranges={"alpha": (0.5, 2.5), "S": (1.0, 10.0)}, cell_error=0.0)
    assert cells.targets == ("alpha", "S")
    numbers = cells.numbers
    assert set(numbers) == {"alpha", "S"}
    shares = np.histogram(numbers["alpha"], 10, (0.5, 2.5))[0] / len(cells.x)
    np.testing.assert_allclose(shares, 0.1, atol=0.005)
    shares = np.histogram(np.log(numbers["S"]), 10, (0.0, np.log(10.0)))[0] / len(cells.x)
    np.testing.assert_allclose(shares, 0.1, atol=0.005)


def test_values_of_the_cell_file_follow_the_heavy_tails_of_their_priors():
    cells = drawn(count=8192)
    place = cells.priors.names.index("positive_particle_radius")
    z = (cells.x[:, place] - cells.priors.mean[place]) / cells.priors.std[place]
    for share in (0.05, 0.25, 0.5, 0.75, 0.95):
        assert np.quantile(z, share) == pytest.approx(t(4).ppf(share), abs=0.05)
    assert "positive_particle_radius" not in cells.targets


def test_what_is_free_is_answered_and_an_offset_of_the_tester_is_only_drawn():
    free = {"contact_resistance": 1e-3, "voltage_offset": 5e-3}
    cells = drawn(free=free, cell_error=0.0)
    assert cells.targets == ("alpha", "S", "contact_resistance")
    assert cells.offset.std() == pytest.approx(5e-3, rel=0.02)
    assert "voltage_offset" not in cells.numbers
    assert cells.numbers["contact_resistance"].min() >= 0.0


def test_what_is_not_asked_for_stays_at_the_value_of_the_file():
    cells = drawn(unknown=["alpha", "negative_alpha"], cell_error=0.0)
    assert cells.targets == ("alpha", "negative_alpha")
    assert set(cells.numbers) == {"alpha", "negative_alpha"}


def test_a_temperature_moves_start_and_surroundings_alike():
    cells = drawn(free=["temperature"], cell_error=0.0)
    numbers = cells.numbers
    np.testing.assert_array_equal(numbers["initial_temperature"], numbers["ambient_temperature"])
    assert cells.targets == ("alpha", "S")


@pytest.mark.parametrize(
    ("ranges", "options", "words"),
    [
        ({"alpha": (3.0, 1.0)}, {}, "from a lower to a higher"),
        ({"S": (0.0, 3.0)}, {}, "above 0"),
        ({"positive_thickness": (6e-5, 9e-5)}, {}, "can be given for alpha, S"),
        ({}, {"free": ["area_scale"]}, "same currents"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_the_remedy(ranges, options, words):
    with pytest.raises(ParameterError, match=words):
        drawn(ranges=ranges, cell_error=0.0, **options)


def test_a_prior_of_ones_own_is_drawn_from():
    prior = Prior(kind="log-normal", centre=1e-14, width=0.3)
    cells = drawn(free={"positive_solid_diffusivity": prior}, cell_error=0.0)
    values = np.log(cells.numbers["positive_solid_diffusivity"])
    assert values.mean() == pytest.approx(np.log(1e-14), abs=0.02)
    assert values.std() == pytest.approx(0.3, rel=0.03)
