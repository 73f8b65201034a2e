"""Formulas in x: arithmetic and a few functions, slopes exact, everything else refused."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from microbatt.cells.expressions import FUNCTIONS, evaluate, parse_expression
from microbatt.errors import ParameterError

X = np.linspace(0.1, 0.9, 33)


def value(text, x=X):
    return evaluate(parse_expression(text), x)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", X),
        ("3", np.full(33, 3.0)),
        ("-x**2", -(X**2)),
        ("2**-x", 2.0**-X),
        ("2**3**2*x", 512.0 * X),
        ("1 - 2*x/4 + .5e0", 1.5 - X / 2),
        ("exp(-160*x)*tanh((x-0.03)/0.02)", np.exp(-160 * X) * np.tanh((X - 0.03) / 0.02)),
        ("sqrt(abs(sin(pi*x)))", np.sqrt(np.abs(np.sin(np.pi * X)))),
        ("(x - 1)**3", (X - 1) ** 3),
        (" +x \n", X),
    ],
)
def test_a_formula_means_what_it_means_in_python(text, expected):
    np.testing.assert_allclose(value(text), expected, rtol=1e-14)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_functions_are_pythons(name):
    pythons = {"abs": abs, "arctan": math.atan}.get(name) or getattr(math, name)
    np.testing.assert_allclose(value(f"{name}(x)"), [pythons(x) for x in X], rtol=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        *(f"{name}(0.3 + 0.5*x**2)" for name in FUNCTIONS),
        "x**x", "2**x", "x**-1.5", "(x-2)**3", "1/(1+x)", "-x*x*x", "exp(-(x/0.1)**2)*x + 3/x",
    ],
)  # fmt: skip
def test_slopes_are_exact(text):
    """Against a difference of complex steps, which loses no digit."""
    tree = parse_expression(text)
    slope = evaluate(tree, X)[1]
    h = 1e-6
    difference = (evaluate(tree, X + h)[0] - evaluate(tree, X - h)[0]) / (2 * h)
    np.testing.assert_allclose(slope, difference, rtol=1e-7, atol=1e-8)  # the difference's error


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("exit(0)", "at column 1, `exit` is not a function here. Nearest: 'exp'"),
        ("x + __import__('os').system('true')", r"at column 5, `__import__\('os'\)"),
        ("x.__class__", "at column 1, `x.__class__` may not stand in a formula"),
        ("(lambda: 1)()", "at column 1, .* may not stand"),
        ("[x for x in (1, 2)]", "may not stand in a formula"),
        ("x if x else 1", "may not stand"),
        ("x < 1", "may not stand"),
        ("x and 1", "may not stand"),
        ("f'{x}'", "may not stand"),
        ("2*x^2", r"at column 1, `2\*x\^2` may not stand in a formula. Write \*\* for a power"),
        ("x // 2", "Write / for a division"),
        ("exp(x, x)", "may not stand"),
        ("exp(x=1)", "may not stand"),
        ("exp(*x)", "is not known|may not stand"),
        ("1j*x", "may not stand"),
        ("True*x", "may not stand"),
        ("'a'*x", "may not stand"),
        ("1.0 + y", "at column 7, `y` is not known; the variable is `x`"),
        ("exp", "`exp` is not known"),
        ("sto", "the variable is `x`"),
        ("1e999*x", "at column 1 stands a number beyond 1e[+]300"),
        ("", "is no formula in x"),
        ("x +", "is no formula in x"),
        ("(x", "at column 1, .* is no formula"),
        ("x; x", "is no formula in x"),
        ("x = 1", "is no formula in x"),
        ("import os", "is no formula in x"),
        ("\x00", "is no formula in x"),
        ("(" * 5000 + "x" + ")" * 5000, "is no formula in x"),
        ("-" * 5000 + "x", "is no formula in x|operations inside one another"),
        ("+".join(["x"] * 1000), "more than 200 operations inside one another"),
        ("x" * 30_000, "has 30000 characters; at most 20000"),
        ("1" * 10_000 + "*x", "is no formula|stands a number"),
    ],
    ids=lambda case: case[:20],
)
def test_anything_else_is_refused_saying_where(text, message):
    with pytest.raises(ParameterError, match=message):
        parse_expression(text)


@given(st.text(max_size=60) | st.text("x0123456789.+-*/()exptanh ,^_", max_size=40))
def test_no_text_does_anything_but_compute_or_be_refused(text):
    try:
        tree = parse_expression(text)
    except ParameterError:
        return
    values, slopes = evaluate(tree, X)
    assert values.shape == slopes.shape == X.shape


@pytest.mark.parametrize("name", ["X", "theta", "sto", "y"])
def test_the_variable_is_offered_for_another_name(name):
    told = f"at column 5, `{name}` is not known; the variable is `x`; .* Is `x` meant?"
    with pytest.raises(ParameterError, match=told):
        parse_expression(f"4 - {name}")


def test_no_variable_is_offered_for_a_temperature_where_there_is_none():
    with pytest.raises(ParameterError, match=r"`T` is not known; .* `pi` is a number\.$"):
        parse_expression("4 - T")
