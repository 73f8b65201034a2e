"""Ready protocols take sizes of currents; what they are for tells the direction."""

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.protocols import cccv, gitt, hppc

CELL = load_cell("lco-graphite")


def currents(protocol):
    """Currents of the steps that hold one, over that of 1C."""
    held = [step.current_in(CELL) for step in protocol if step.current is not None]
    return [one / CELL.one_c_current for one in held if one]


@pytest.mark.parametrize("size", ["C/10", " 0.1C ", 3.0, np.float64(3.0)])
def test_each_protocol_goes_where_its_words_say(size):
    assert currents(gitt(current=size, pulses=1)) == pytest.approx([0.1])
    assert currents(gitt(current=size, pulses=1, charge=True)) == pytest.approx([-0.1])
    assert currents(cccv(current=size, discharge=size)) == pytest.approx([-0.1, 0.1])
    level = hppc(current=size, regenerative=size, step_current=size, levels=1)
    assert currents(level) == pytest.approx([0.1, -0.1, 0.1])


@pytest.mark.parametrize("signed", [-3.0, "-C/10", " -3 A/m2", "+C/10", "−C/10", 0.0, np.nan])
@pytest.mark.parametrize(
    ("make", "name", "remedy"),
    [
        (gitt, "current", "`charge=True` makes the pulses charge"),
        (cccv, "current", "`current` charges"),
        (cccv, "discharge", "`discharge` discharges"),
        (hppc, "current", "`current` and `step_current` discharge"),
        (hppc, "regenerative", "`regenerative` charges"),
        (hppc, "step_current", "`step_current` discharge"),
    ],
)
def test_a_sign_is_refused_with_what_tells_the_direction(make, name, signed, remedy):
    with pytest.raises(ParameterError, match=f"`{name}` is .*{remedy}"):
        make(**{name: signed})
