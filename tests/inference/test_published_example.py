"""The released example of the published work, inferred with a cell of its parameters.

The data are no part of the project; see `tests.reference.beside` for where they are looked for.
"""

import pytest

from microbatt.inference import infer
from tests.reference.released import FILES, PUBLISHED
from tests.reference.released_inferred import infer_released, released_curves

pytestmark = [pytest.mark.slow, pytest.mark.beside(PUBLISHED)]


@pytest.fixture(scope="module")
def released():
    return released_curves()


def test_its_published_form_is_read_as_it_is(released):
    assert [one.current for one in released] == list(FILES)
    assert all("three times" in one.remarks[0] for one in released)


@pytest.mark.parametrize(
    ("free", "offset_error", "refitted"),
    [
        (("voltage_offset",), 0.0, 5),
        (("contact_resistance",), 5e-3, 6),
    ],
)
def test_a_cell_of_its_parameters_gives_back_its_microstructure(free, offset_error, refitted):
    """With one offset for all curves five are refitted below 1 mV rms up to 97 % of the capacity,
    and the one at the highest current is off by half a millivolt more.  With an offset for each
    curve and the resistance unknown, all six are.
    """
    estimate = infer_released(free, offset_error)
    assert abs(estimate.alpha - 2.3) < 0.1
    assert abs(estimate.S - 1.0) < 0.02
    rms = [curve.residual_rms for curve in estimate.curves]
    assert max(rms[:refitted]) < 1e-3
    assert max(rms) < 2e-3
    assert estimate.diagnostics.misfit == (refitted < len(rms))


def test_the_plain_isothermal_cell_raises_the_misfit_flag(released):
    estimate = infer(
        released, "doyle-1996-cell-1", noise=1e-3, cell_error=0.0, inventory="area-only"
    )
    assert estimate.diagnostics.misfit
    assert "cannot explain the data" in estimate.diagnostics.misfit_sentence
