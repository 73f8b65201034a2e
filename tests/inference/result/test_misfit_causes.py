"""Each fault of a measurement is named first as the cause of its misfit, and none on good data."""

from dataclasses import replace

import pytest

from microbatt.cells import load_cell
from microbatt.constants import FARADAY, SECONDS_PER_HOUR
from microbatt.engines import Adiabatic
from microbatt.inference.result.misfit_causes import explained_share
from tests.inference.experiments import CELL, experiment
from tests.inference.experiments import infer_exact as infer

KNOWN = load_cell(CELL)


def truth(cell=KNOWN, **terms):
    """Return the curves of a cell that is not quite that of the file."""
    return list(experiment(2.3, 4.0, cell=cell, **terms).measurements)


def with_stoichiometries(negative=0.0, positive=0.0):
    return replace(
        KNOWN,
        negative=replace(
            KNOWN.negative, initial_stoichiometry=KNOWN.negative.initial_stoichiometry + negative
        ),
        positive=replace(
            KNOWN.positive, initial_stoichiometry=KNOWN.positive.initial_stoichiometry + positive
        ),
    )


def started_after(charge):
    """Return the cell after a charge [A h m⁻²] has been taken from it."""

    def moved(electrode):
        sites = FARADAY * electrode.thickness * electrode.active_fraction
        return charge * SECONDS_PER_HOUR / (sites * electrode.max_concentration)

    return with_stoichiometries(-moved(KNOWN.negative), moved(KNOWN.positive))


WARM = replace(KNOWN, initial_temperature=318.15, ambient_temperature=318.15)
FAULTS = {
    "start of charge": lambda: truth(started_after(1.5)),
    "contact resistance": lambda: truth(replace(KNOWN, contact_resistance=0.005)),
    "temperature": lambda: truth(WARM),
    "balance of the electrodes (negative)": lambda: truth(with_stoichiometries(negative=-0.03)),
    "balance of the electrodes (positive)": lambda: truth(with_stoichiometries(positive=0.02)),
    "electrode area": lambda: [
        replace(one, current=one.current / 1.03, capacity=one.capacity / 1.03) for one in truth()
    ],
    "voltage offset": lambda: [replace(one, voltage=one.voltage + 0.01) for one in truth()],
    "lithium balance": lambda: truth(inventory="area-only"),
    "heat balance": lambda: truth(thermal=Adiabatic()),
    "one curve": lambda: [
        replace(one, voltage=one.voltage + 0.015 * (number == 1))
        for number, one in enumerate(truth())
    ],
    "start of charge of one curve": lambda: [
        late if number == 1 else one
        for number, (one, late) in enumerate(zip(truth(), truth(started_after(1.5)), strict=True))
    ],
}
QUICK = {"voltage offset", "one curve"}  # of all curves, of one


@pytest.mark.parametrize(
    "cause",
    [one if one in QUICK else pytest.param(one, marks=pytest.mark.slow) for one in FAULTS],
)
def test_the_fault_is_named_first(cause):
    estimate = infer(FAULTS[cause](), CELL, noise=1e-3, network=False)
    first = estimate.diagnostics.causes[0]
    assert first.name == cause
    assert first.explained > 0.95
    assert first.sentence in estimate.diagnostics.misfit_sentence
    assert first.sentence in estimate.summary()
    assert estimate.to_dataset().attrs["misfit_causes"].splitlines()[0] == cause
    assert not estimate.diagnostics.usable


@pytest.mark.parametrize("seed", [0, 1])
def test_on_good_data_no_cause_is_named(seed):
    estimate = infer(truth(seed=seed), CELL, noise=1e-3, network=False)
    assert estimate.diagnostics.causes == ()
    assert estimate.diagnostics.usable


def test_a_share_is_of_what_chance_does_not_leave():
    assert explained_share(1000.0, 1000.0, 100) == 0.0
    assert explained_share(1000.0, 90.0, 100) == 1.0
