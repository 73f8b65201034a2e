"""What every engine is asked: terms checked once, before anything runs."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Adiabatic, Inventory, Isothermal, Settings, simulate_discharge
from microbatt.engines.native import ENGINE
from microbatt.errors import ParameterError

CELL = load_cell("doyle-1996-cell-1")


def test_a_request_has_the_engines_settings_and_the_usual_terms():
    request = ENGINE.request(cell=CELL)
    assert request.settings == Settings()
    assert request.inventory is Inventory.CONSERVING
    assert request.thermal == Isothermal()
    assert (request.cutoff_voltage, request.time_limit) == (2.0, None)


def test_words_become_what_they_mean():
    assert ENGINE.request(cell=CELL, inventory="area-only").inventory is Inventory.AREA_ONLY


def test_a_request_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        ENGINE.request(cell=CELL).cutoff_voltage = 3.0


def test_a_balance_beyond_an_engine_is_refused_with_those_it_has():
    narrow = replace(ENGINE, name="narrow", inventories=(Inventory.CONSERVING,))
    message = "`inventory` is 'area-only', which the engine 'narrow' cannot do. It can: conserving"
    with pytest.raises(ParameterError, match=message):
        narrow.request(cell=CELL, inventory="area-only")


def test_a_heat_balance_beyond_an_engine_is_refused_with_those_it_has():
    narrow = replace(ENGINE, name="narrow", thermal=(Isothermal,))
    with pytest.raises(ParameterError, match=r"'Adiabatic'.*It can: Isothermal"):
        narrow.request(cell=CELL, thermal=Adiabatic())


def test_threads_are_for_engines_that_work_in_threads():
    alone = replace(ENGINE, name="alone", in_threads=False)
    points = [(2.3, 3.0, 17.5), (2.3, 3.0, 35.0)]
    with pytest.raises(ParameterError, match="'alone' does not work in threads"):
        alone.run(alone.request(cell=CELL), points, threads=2)


def test_a_time_limit_that_an_engine_would_not_keep_is_refused():
    with pytest.raises(ParameterError, match="keeps none"):
        simulate_discharge("doyle-1996-cell-1", time_limit=1.0)


def test_any_number_of_the_cell_is_a_keyword_of_a_discharge():
    thin = simulate_discharge("lco-graphite", current="1C", positive_thickness=5e-5)
    cell = load_cell("lco-graphite").with_values({"positive_thickness": 5e-5})
    np.testing.assert_array_equal(thin.voltage, simulate_discharge(cell, current="1C").voltage)
    with pytest.raises(ParameterError, match="no number `positive_thicknes`"):
        simulate_discharge("lco-graphite", positive_thicknes=5e-5)
    with pytest.raises(ParameterError, match="given twice, under two names"):
        simulate_discharge("lco-graphite", alpha=1.0, positive_alpha=2.0)
