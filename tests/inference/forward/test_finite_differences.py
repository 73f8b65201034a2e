"""Which curves a derivative needs, and with which weights."""

import numpy as np
import pytest

from microbatt.checks import Interval
from microbatt.engines import Adiabatic
from microbatt.errors import ParameterError
from microbatt.inference.forward.finite_differences import (
    difference,
    native_request,
    simulate_displaced,
)

CELL = "doyle-1996-cell-1"
TERMS = native_request(CELL)


@pytest.mark.parametrize("name", ["contact_resistance", "voltage_offset"])
def test_effects_of_the_instrument_need_no_further_curves(name):
    plain = simulate_displaced(TERMS, [(2.3, 3.0)], [17.5, 70.0])
    freed = simulate_displaced(TERMS, [(2.3, 3.0)], [17.5, 70.0], free=[name])
    assert len(freed.curves) == len(plain.curves)


def test_an_area_is_another_current_and_a_stretched_charge():
    found = simulate_displaced(TERMS, [(2.3, 3.0)], [17.5], free=["area_scale"])
    low, high = found.finite_differences["area_scale"].members
    assert found.by_member(found.curves.current)[[low, high], 0, 0] == pytest.approx(
        [17.5 / 0.999, 17.5 / 1.001]
    )
    assert found.stretch[[low, high]] == pytest.approx([0.999, 1.001])


def test_an_adiabatic_cell_warms_by_its_contact_resistance():
    warming = native_request(CELL, thermal=Adiabatic())
    kept = simulate_displaced(warming, [(2.3, 3.0)], [70.0], free=["contact_resistance"])
    assert "contact_resistance" in kept.finite_differences


def test_differences_are_exact_for_parabolas_on_either_side():
    x = np.array([0.0, 1.0, 2.0])
    offsets, weights = difference(x, Interval(0.0, 2.0), 0.25)
    values = np.concatenate([x[:, None], x[:, None] + offsets], axis=1) ** 2
    assert np.sum(weights * values, axis=1) == pytest.approx(2 * x)


def test_a_wrong_shape_and_an_unknown_nuisance_are_refused():
    with pytest.raises(ParameterError, match=r"\(n, 2\)"):
        simulate_displaced(TERMS, [(2.3, 3.0, 17.5)], [17.5])
    with pytest.raises(ParameterError, match="contact_resistance"):
        simulate_displaced(TERMS, [(2.3, 3.0)], [17.5], free=["contact_resistence"])
