"""What is known of an unknown beforehand becomes residuals whose squares are its distribution."""

import math

import numpy as np
import pytest
from scipy.stats import norm, t

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.inference import Prior
from microbatt.inference.forward import UNKNOWNS, free_widths
from microbatt.inference.forward.priors import TAILS, make_priors
from microbatt.parameters import PARAMETERS

CELL = load_cell("doyle-1996-cell-1")


def log_density(priors, x):
    return -0.5 * np.sum(priors.deviation(x) ** 2, axis=-1)


@pytest.mark.parametrize(
    ("prior", "law"),
    [
        (Prior(centre=0.01, width=0.004), norm(0.01, 0.004)),
        (Prior(centre=0.01, width=0.004, tails=3.0), t(3.0, 0.01, 0.004 * (4 / 3) ** 0.5)),
    ],
)
def test_half_the_squared_residual_is_the_log_density(prior, law):
    priors = make_priors(CELL, {"contact_resistance": prior})
    x = np.array([[2.0, 1.0, value] for value in (0.004, 0.01, 0.0171, 0.05)])
    expected = law.logpdf(x[:, 2]) - law.logpdf(0.01)
    np.testing.assert_allclose(log_density(priors, x), expected, atol=1e-9)


def test_rows_are_the_derivatives_of_the_residuals():
    free = {"contact_resistance": Prior(centre=0.01, width=0.004, tails=3.0), "temperature": 4.0}
    priors = make_priors(CELL, free, doubted={"negative_thickness": 0.02})
    x = priors.mean + np.array([0.1, 0.2, 0.011, 3.0, 0.05])
    step = 1e-6
    moved = [
        priors.deviation(x + step * one) - priors.deviation(x - step * one) for one in np.eye(5)
    ]
    np.testing.assert_allclose(
        priors.rows(x), np.array(moved).T / (2.0 * step), rtol=1e-5, atol=1e-5
    )


def test_a_log_normal_prior_is_normal_in_the_logarithm_of_any_number():
    prior = Prior(kind="log-normal", centre=0.01, width=0.5)
    priors = make_priors(CELL, {"contact_resistance": prior})
    assert priors.natural(priors.mean)[2] == pytest.approx(0.01)
    assert priors.std[2] == 0.5
    with pytest.raises(ParameterError, match="positive `centre`"):
        make_priors(CELL, {"contact_resistance": Prior(kind="log-normal", width=0.5)})


def test_a_prior_is_told_in_one_unit():
    flat = Prior(kind="uniform", low=5e-5, high=9e-5)
    free = {"positive_thickness": flat, "negative_collector_thickness": 1e-6}
    priors = make_priors(load_cell("chen-2020"), free)
    told = "flat in ln positive_thickness, positive_thickness in [50, 90] µm"
    assert priors.describe(2) == told
    assert priors.describe(3) == "normal, 12 ± 1 µm, not negative"


def test_a_uniform_prior_is_flat_and_ends_where_it_says():
    prior = Prior(kind="uniform", low=1e-14, high=1e-13)
    priors = make_priors(CELL, {"negative_solid_diffusivity": prior})
    low, high = np.exp([priors.low[2], priors.high[2]])
    assert (low, high) == pytest.approx((1e-14, 1e-13))
    assert priors.deviation(priors.mean).size == 0


def test_a_number_that_is_not_asked_for_is_held_at_the_cells_value():
    priors = make_priors(CELL, (), unknown=("alpha", "negative_alpha"))
    assert priors.held == ("S",)
    assert [priors.names[i] for i in priors.shown] == ["alpha", "negative_alpha"]
    assert priors.natural(priors.mean)[1] == pytest.approx(3.0)
    assert priors.high[1] - priors.low[1] < 0.02


def test_alpha_and_s_may_have_a_prior_and_are_no_less_asked_for():
    priors = make_priors(CELL, {"S": Prior(kind="log-normal", width=0.5)})
    assert priors.held == ()
    assert priors.names == ("alpha", "S")
    assert list(priors.std) == [math.inf, 0.5]


def test_every_unknown_has_the_vocabularys_width_where_none_is_given():
    for name in set(UNKNOWNS) & set(PARAMETERS):
        width = free_widths([name])[name]
        usual = width.width if isinstance(width, Prior) else width
        assert usual == PARAMETERS[name].uncertainty


def test_values_in_doubt_come_last_with_heavy_tails_and_those_asked_for_are_no_doubt():
    doubted = {"negative_thickness": 0.02, "separator_alpha": 0.5}
    priors = make_priors(CELL, ["separator_alpha"], doubted=doubted)
    assert priors.free == ("separator_alpha",)
    assert priors.doubted == ("negative_thickness",)
    assert priors.tails[-1] == TAILS
    assert math.isinf(priors.tails[2])
    assert priors.without_file().names == priors.names[:-1]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: make_priors(CELL, ["negative_alpha"], unknown=("negative_alpha",)), "both"),
        (lambda: make_priors(CELL, (), unknown=()), "name what is asked for"),
        (lambda: make_priors(CELL, ["one_c_current"]), "convention"),
        (lambda: make_priors(CELL, ["electrode_area"]), "area_scale"),
        (lambda: Prior(kind="gamma"), "log-normal"),
        (lambda: Prior(width=-1.0), "width"),
        (lambda: Prior(tails=0.5), "degrees of freedom"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_remedy(call, words):
    with pytest.raises(ParameterError, match=words):
        call()
