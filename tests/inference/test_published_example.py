"""The released example of the published work, inferred with a cell of its parameters.

The data are no part of the project; see `tests.reference.released` for where they are looked for.
"""

from dataclasses import replace

import pytest

from microbatt.engines.request import Adiabatic, HeatOf
from microbatt.inference.inferring import infer
from microbatt.inference.reading import read_measurements
from tests.reference.released import EXTERNAL_RESISTANCE, FILES, FOLDER, released_cell

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="MICROBATT_PUBLISHED_EXAMPLE names no folder"),
]


@pytest.fixture(scope="module")
def released():
    """Read the six curves as they are published."""
    return [one for file in FILES.values() for one in read_measurements(FOLDER / file)]


def test_its_published_form_is_read_as_it_is(released):
    assert [one.current for one in released] == list(FILES)
    assert all("three times" in one.remarks[0] for one in released)


def test_a_cell_of_its_parameters_gives_back_its_microstructure(released):
    """The drop outside the heat balance is added to the voltages; all else is the cell's.

    Five curves are refitted below 1 mV rms up to 97 % of the capacity; the one at the highest
    current is not, by half a millivolt.
    """
    inside = [replace(m, voltage=m.voltage + EXTERNAL_RESISTANCE * m.current) for m in released]
    estimate = infer(
        inside,
        released_cell(),
        noise=1e-3,
        free=["voltage_offset"],
        thermal=Adiabatic(heat_of=HeatOf.CHARGE),
    )
    assert abs(estimate.alpha - 2.3) < 0.1
    assert abs(estimate.S - 1.0) < 0.02
    rms = [curve.residual_rms for curve in estimate.curves]
    assert max(rms[:5]) < 1e-3
    assert max(rms) < 2e-3


def test_the_plain_isothermal_cell_raises_the_misfit_flag(released):
    estimate = infer(released, "doyle-1996-cell-1", noise=1e-3)
    assert estimate.belief.misfit
    assert "cannot explain the data" in estimate.belief.misfit_sentence
