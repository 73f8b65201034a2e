"""A cell's identity: its numbers and its fits as functions, not their names."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import (
    ELECTROLYTE_FITS,
    OPEN_CIRCUIT_FITS,
    PARTS,
    FitSpec,
    available_cells,
    load_cell,
    specs,
    to_toml,
)
from microbatt.cells.toml import parse_cell

CELL = load_cell("doyle-1996-cell-1")


def with_potential(cell, side, potential):
    part = getattr(cell, side)
    return replace(cell, **{side: replace(part, open_circuit=potential)})


def shifted(fit, volts):
    return replace(fit, potential=lambda theta: fit.potential(theta) + volts)


@pytest.mark.parametrize("side", ["negative", "positive"])
@pytest.mark.parametrize("volts", [0.3, 1e-5])
def test_a_potential_shifted_under_its_old_name_makes_another_cell(side, volts):
    fit = getattr(CELL, side).open_circuit
    assert with_potential(CELL, side, shifted(fit, volts)).digest != CELL.digest


@pytest.mark.parametrize(
    "function", ["conductivity", "conductivity_slope", "diffusivity", "thermodynamic_factor"]
)
def test_another_electrolyte_under_its_old_name_makes_another_cell(function):
    fit = CELL.electrolyte.fit
    old = getattr(fit, function)
    other = replace(fit, **{function: lambda c: 1.001 * old(c)})
    changed = replace(CELL, electrolyte=replace(CELL.electrolyte, fit=other))
    assert changed.digest != CELL.digest
    still = replace(CELL, electrolyte=replace(CELL.electrolyte, fit=replace(fit, name="other")))
    assert still.digest == CELL.digest


def test_another_transference_number_makes_another_cell():
    fit = replace(CELL.electrolyte.fit, transference=0.364)
    assert replace(CELL, electrolyte=replace(CELL.electrolyte, fit=fit)).digest != CELL.digest


def test_a_fit_added_to_the_catalog_changes_no_cell_that_does_not_use_it(monkeypatch):
    before = {name: load_cell(name).digest for name in available_cells()}
    added = shifted(replace(OPEN_CIRCUIT_FITS["mcmb-2528"], name="new"), 0.1)
    monkeypatch.setitem(OPEN_CIRCUIT_FITS, "new", added)
    for name, digest in before.items():
        text = to_toml(load_cell(name), source="a test")
        assert parse_cell(text).digest == digest


def test_every_declared_number_counts():
    roomy = replace(CELL, separator=replace(CELL.separator, electrolyte_fraction=0.3))
    for part in ("cell", *PARTS):
        record = roomy if part == "cell" else getattr(roomy, part)
        for name, (_, spec) in specs(record).items():
            value = getattr(record, name)
            if isinstance(spec, FitSpec):
                continue
            low, high = spec.allowed.low, spec.allowed.high
            other = 1.01 * value if value else min(0.01, low + 0.01 * (high - low))
            changed = replace(record, **{name: other})
            cell = changed if part == "cell" else replace(roomy, **{part: changed})
            assert cell.digest != roomy.digest, f"{part}.{name}"


def test_words_do_not_count():
    words = replace(CELL, name="another", description="of mine", references=("me",))
    assert words.digest == CELL.digest


def test_the_catalogs_cells_differ():
    digests = {load_cell(name).digest for name in available_cells()}
    assert len(digests) == len(available_cells())


def test_the_last_bits_of_an_exponential_do_not_count():
    fit = CELL.positive.open_circuit
    rounded = replace(fit, potential=lambda theta: fit.potential(theta) * (1.0 + 2.0**-52))
    assert with_potential(CELL, "positive", rounded).digest == CELL.digest
    assert not np.array_equal(rounded.potential(np.array([0.3])), fit.potential(np.array([0.3])))


@pytest.mark.parametrize("fits", [OPEN_CIRCUIT_FITS, ELECTROLYTE_FITS], ids=["ocp", "electrolyte"])
def test_a_fit_is_finite_where_it_is_sampled(fits):
    for fit in fits.values():
        x = np.linspace(*fit.limits, 1025)
        assert all(np.all(np.isfinite(function(x))) for function in fit.functions), fit.name
