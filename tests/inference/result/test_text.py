"""How a number and its error read."""

from dataclasses import replace

import pytest

from microbatt.inference.forward.unknowns import in_words
from microbatt.inference.result import error_of
from microbatt.inference.result.records import ParameterEstimate
from microbatt.inference.result.text import bounded, line_of


@pytest.mark.parametrize(
    ("name", "value", "low", "high", "told"),
    [
        ("S", 4.0, 2.0, 8.0, "×/÷ 1.52"),  # 2 ** (1 / 1.645)
        ("S", 4.0, 3.9, 4.1, "± 0.3"),  # up and down are alike
        ("alpha", 1.0, 0.2, 3.0, "± 0.3"),  # not fitted by its logarithm
        ("contact_resistance", 0.0, 0.0, 1e-3, "± 0.3"),  # at its bound there is no logarithm
    ],
)
def test_an_error_is_a_factor_where_the_interval_is_one_of_the_logarithm(
    name, value, low, high, told
):
    found = ParameterEstimate(name=name, value=value, std=0.3, low=low, high=high, prior="")
    assert error_of(found, 0.9) == told


def test_an_interval_that_ends_at_a_bound_says_so():
    wide = ParameterEstimate(
        name="S", value=137.0, std=31.0, low=88.0, high=200.0, prior="", high_bound=200.0
    )
    line = line_of(wide, "90 %", 0.9, alone=False)
    assert line.endswith("90 % between 88 and 200 (ends at the bound 200)")
    both = replace(wide, low=0.05, low_bound=0.05)
    assert bounded(both) == " (ends at the bounds 0.05 and 200)"
    assert bounded(replace(wide, high_bound=None)) == ""


def test_noise_alone_that_tells_nothing_is_not_told_as_a_number():
    open_ = ParameterEstimate(
        name="S", value=4.0, std=2.0, low=1.0, high=16.0, prior="", noise_std=250.0
    )
    line = line_of(open_, "90 %", 0.9, alone=True)
    assert line.endswith("(noise alone leaves it open)")
    known = replace(open_, noise_std=0.4)
    assert line_of(known, "90 %", 0.9, alone=True).endswith("(noise alone ×/÷ 1.11)")


def test_a_length_is_told_in_micrometres_with_all_that_belongs_to_it():
    thickness = ParameterEstimate(
        name="positive_thickness",
        value=7e-5,
        std=1e-6,
        low=6.8e-5,
        high=7.2e-5,
        prior="",
        noise_std=2e-7,
        high_bound=7.2e-5,
    )
    assert line_of(thickness, "90 %", 0.9, alone=True) == (
        "positive_thickness     70 ± 1 µm, 90 % between 68 and 72 (ends at the bound 72) "
        "(noise alone ± 0.2)"
    )
    assert in_words("positive_thickness", 1e-6, 3) == "1 µm"
    assert in_words("contact_resistance", 2e-3) == "0.002 Ω m²"
