"""Material functions: a constant, an expression or a table, with exact slopes and a range."""

import reprlib

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from microbatt.cells import ELECTROLYTE_FITS, OPEN_CIRCUIT_FITS
from microbatt.cells.electrolyte_fits import own_electrolyte
from microbatt.cells.functions import material_function
from microbatt.cells.open_circuit import own_potential
from microbatt.errors import ParameterError

GRAPHITE = (
    "0.194 + 1.5*exp(-120*x) + 0.0351*tanh((x-0.286)/0.083) - 0.0045*tanh((x-0.849)/0.119)"
    " - 0.035*tanh((x-0.9233)/0.05) - 0.0147*tanh((x-0.5)/0.034) - 0.102*tanh((x-0.194)/0.142)"
    " - 0.022*tanh((x-0.9)/0.0164) - 0.011*tanh((x-0.124)/0.0226) + 0.0155*tanh((x-0.105)/0.029)"
)
LIQUID = {
    "transference": 0.4,
    "conductivity": {
        "expression": "0.0911 + 1.9101*(x/1000) - 1.052*(x/1000)**2 + 0.1554*(x/1000)**3",
        "range": [0.0, 3230.0],
    },
    "diffusivity": {"expression": "5.34e-10*exp(-0.65e-3*x)"},
}


def made(described, lower=0.0, upper=1.0, **more):
    return material_function("f", described, lower=lower, upper=upper, **more)


def test_an_expression_is_the_fit_that_it_spells():
    own, fit = own_potential("u", {"expression": GRAPHITE}), OPEN_CIRCUIT_FITS["mcmb-2528"]
    x = np.linspace(0.0, 1.0, 4001)
    np.testing.assert_allclose(own.potential(x), fit.potential(x), rtol=0.0, atol=1e-14)
    np.testing.assert_allclose(own.slope(x), fit.slope(x), rtol=1e-12, atol=1e-11)


def test_a_table_is_a_monotone_cubic_with_its_own_slope():
    fit = OPEN_CIRCUIT_FITS["lmo-bellcore"]
    x = np.linspace(0.17, 0.99, 60)
    own = own_potential("u", {"table": {"x": x.tolist(), "y": fit.potential(x).tolist()}})
    theirs = PchipInterpolator(x, fit.potential(x))
    at = np.linspace(0.17, 0.99, 5001)
    np.testing.assert_allclose(own.potential(at), theirs(at), rtol=1e-13)
    np.testing.assert_allclose(own.slope(at), theirs.derivative()(at), rtol=1e-9, atol=1e-9)
    assert (own.lower, own.upper, own.limits) == (0.17, 0.99, (0.17, 0.99))


def test_a_table_does_not_overshoot_a_plateau():
    own = made({"table": {"x": [0.0, 0.1, 0.2, 0.8, 1.0], "y": [4.0, 3.4, 3.4, 3.4, 2.0]}})
    assert np.all(own(np.linspace(0.1, 0.8, 500)) == 3.4)


def test_beyond_its_range_a_function_keeps_its_value():
    for own in (
        made({"expression": "x**2", "range": [0.2, 0.6]}),
        made({"table": {"x": [0.2, 0.4, 0.6], "y": [0.04, 0.16, 0.36]}}),
    ):
        np.testing.assert_allclose(own([0.0, 0.2, 0.6, 1.0]), [0.04, 0.04, 0.36, 0.36])
        assert own.slope([0.1, 0.7]).tolist() == [0.0, 0.0]


def test_a_falling_table_is_read_as_a_rising_one():
    up = made({"table": {"x": [0.0, 0.5, 1.0], "y": [1.0, 2.0, 4.0]}})
    assert made({"table": {"x": [1.0, 0.5, 0.0], "y": [4.0, 2.0, 1.0]}}) == up


def test_a_factor_turns_values_into_si_units():
    for described in (
        {"value": 3400},
        {"expression": "3400 + 0*x"},
        {"table": {"x": [0, 1], "y": [3400, 3400]}},
    ):
        own = made(described, factor=1e-3)
        np.testing.assert_allclose(own([0.0, 0.3, 1.0]), 3.4)


def test_equal_descriptions_give_equal_functions_and_plain_words_come_back():
    for described in (
        {"value": 3.4},
        {"expression": "3.4 - 0.1*x", "range": [0.0, 0.9]},
        {"table": {"x": [0.0, 0.5, 1.0], "y": [1.0, 2.0, 4.0]}},
    ):
        own = made(described)
        assert own == made(own.plain()) == made(described)
        assert hash(own) == hash(made(described))


@pytest.mark.parametrize(
    ("described", "message"),
    [
        ({}, "`f` has nothing; it must have one of value, expression, table"),
        ({"value": 1.0, "expression": "x"}, "has value, expression; it must have one of"),
        ({"value": 1.0, "range": [0, 1]}, "`range` beside an expression only"),
        ({"expresion": "x"}, "`f` has no `expresion`. Nearest: 'expression'"),
        ({"value": "3"}, "`f` is '3'; it must be a number"),
        ({"value": float("nan")}, "`f` is nan"),
        ({"value": 10**400}, "`f` is inf"),
        ({"expression": 3}, "`f.expression` is 3; it must be text"),
        ({"expression": "sin(x"}, r"`f`: at column \d+, `sin\(x` is no formula"),
        (
            {"expression": "log(x)"},
            r"the value of `log\(x\)` is not finite at x = 0\. Give",
        ),
        ({"expression": "1/(x-0.5)"}, "not finite at x = 0.5"),
        ({"expression": "x**0.5"}, r"the slope of `x\*\*0\.5` is not finite at x = 0"),
        ({"expression": "x", "range": [1, 0]}, "the first must be smaller"),
        ({"expression": "x", "range": 3}, "must be two numbers"),
        ({"table": [1, 2]}, "must have `x` and `y`"),
        ({"table": {"x": [0, 1], "y": [1]}}, "2 x and 1 y; it must have as many"),
        ({"table": {"x": [0], "y": [1]}}, "at least two"),
        ({"table": {"x": [0, 0.5, 0.5, 1], "y": [1] * 4}}, "goes from 0.5 to 0.5; it must rise"),
        ({"table": {"x": [0, 0.6, 0.5, 1], "y": [1] * 4}}, "goes from 0.6 to 0.5"),
        ({"table": {"x": [0, float("nan"), 1], "y": [1] * 3}}, r"`f.table.x\[1\]` is nan"),
        ({"table": {"x": [0, 1], "y": [1, "2"]}}, r"`f.table.y\[1\]` is '2'"),
        ({"table": {"x": "ab", "y": [1, 2]}}, "is 'ab'; it must be a list of numbers"),
        ({"table": {"x": [0.0] * 10_000_000, "y": [0.0]}}, "has 10000000 numbers; at most 100000"),
    ],
    ids=lambda case: reprlib.repr(case)[:40],  # one of them is long
)
def test_what_is_no_function_is_refused(described, message):
    with pytest.raises(ParameterError, match=message):
        made(described)


def test_a_potential_is_a_function_of_a_stoichiometry():
    percent = {"table": {"x": [0, 50, 100], "y": [4.2, 3.9, 3.0]}}
    with pytest.raises(ParameterError, match=r"from x = 0 to 100; .*Divide a percentage by 100"):
        own_potential("u", percent)


def test_an_electrolyte_of_ones_own_is_the_fit_that_it_spells():
    own, fit = own_electrolyte("e", LIQUID), ELECTROLYTE_FITS["lipf6-ec-dmc-liquid"]
    c = np.linspace(0.0, 3230.0, 500)
    for mine, theirs in zip(own.functions, fit.functions, strict=True):
        np.testing.assert_allclose(mine(c), theirs(c), rtol=1e-11, atol=1e-16)
    assert (own.lower, own.upper) == (0.0, 3230.0)
    assert own.conductivity(9000.0) == own.conductivity(3230.0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"conductivity": {"expression": "1 - x/500"}}, "`e.conductivity` is .*must be positive"),
        ({"transference": 1.5}, r"`e.transference` is 1\.5; it must lie in \[0, 1\)"),
        ({"viscosity": {"value": 1.0}}, "`e` has no `viscosity`"),
        ({"diffusivity": 3e-10}, "`e.diffusivity` is 3e-10; describe a function"),
    ],
)
def test_an_electrolyte_that_is_none_is_refused(changes, message):
    with pytest.raises(ParameterError, match=message):
        own_electrolyte("e", LIQUID | changes)


def test_an_electrolyte_lacks_nothing():
    without = {name: value for name, value in LIQUID.items() if name != "diffusivity"}
    with pytest.raises(ParameterError, match="`e` has no `diffusivity`"):
        own_electrolyte("e", without)
