"""The layouts of testers: every step of one known protocol comes out of each of them."""

import numpy as np
import pytest

from microbatt.measured import Reading, read_file
from tests.measured.layouts import CURRENTS, LAYOUTS, TABLE
from tests.measured.protocols import voltage


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_steps_of_a_layout_are_read(tmp_path, name):
    layout = LAYOUTS[name]
    path = layout.write(tmp_path)
    read = read_file(path, Reading(area=layout.area, **layout.reading))
    assert tuple(step.kind for step in read.steps) == layout.steps
    assert [one.current for one in read.measurements] == pytest.approx(CURRENTS, rel=2e-3)
    for one in read.measurements:
        seconds = one.capacity * 3600.0 / one.current
        steep = voltage(seconds, one.current) < 3.0  # where a rounded time moves the voltage
        np.testing.assert_allclose(
            one.voltage[~steep],
            voltage(seconds, one.current)[~steep],
            atol=2e-3,  # six times the noise, and half a last place
        )
    if "warm" in layout.columns.values():
        assert read.samples.temperature.mean() == pytest.approx(
            273.15 + TABLE["warm"].mean(), abs=0.1
        )
