"""Levels of noise are checked in their units."""

import pytest

from microbatt.errors import ParameterError
from microbatt.networks import MeasurementNoise


def test_millivolts_taken_for_volts_are_refused():
    with pytest.raises(ParameterError, match="Give volts, not millivolts"):
        MeasurementNoise(voltage=1.0)


def test_a_level_below_zero_or_not_a_number_is_refused():
    for bad in (-1e-3, float("nan")):
        with pytest.raises(ParameterError, match="offset"):
            MeasurementNoise(offset=bad)


def test_the_nuisances_come_in_the_order_of_the_record():
    noise = MeasurementNoise(
        voltage=1e-3, offset=2e-3, contact_resistance=3e-4, capacity_scale=0.01
    )
    assert noise.nuisances.tolist() == [2e-3, 3e-4, 0.01]
