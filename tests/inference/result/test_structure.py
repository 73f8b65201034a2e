"""An estimate written back into the cell: what is written is what the next fit reads."""

from dataclasses import replace

import numpy as np
import pytest

from microbatt.cells import load_cell
from microbatt.engines import Isothermal
from microbatt.inference.forward.cell_errors import cell_doubts
from microbatt.parameters import parameter
from tests.report.estimates import made_estimate
from tests.report.estimates import parameter as estimated

VALUES = {
    "positive_solid_diffusivity": (1.0e-13, 0.9),
    "positive_rate_constant": (2.0e-11, 1.3),
    "negative_solid_conductivity": (100.0, 0.7),
    "positive_thickness": (174e-6, 0.02),
    "negative_electrolyte_fraction": (0.357, 0.01),
}
"""Doubted value → its median and the width of its coordinate."""
S_WIDTH = 0.8


@pytest.fixture(scope="module")
def estimate():
    """Each doubted value and S with a posterior that is normal in its coordinate."""
    rng = np.random.default_rng(3)
    spread = rng.standard_normal((len(VALUES), 4000))
    draws = np.array(
        [
            median * np.exp(width * one)
            if parameter(name).transform == "log"
            else median + width * one
            for (name, (median, width)), one in zip(VALUES.items(), spread, strict=True)
        ]
    )
    made = made_estimate()
    own = made.draws.copy()
    own[:, made.names.index("S")] = 3.0 * np.exp(S_WIDTH * rng.standard_normal(len(own)))
    parameters = tuple(
        replace(one, std=float(column.std()))
        for one, column in zip(made.parameters, own.T, strict=True)
    )
    return replace(
        made,
        draws=own,
        parameters=parameters,
        doubted=tuple(VALUES),
        cell_value_draws=draws.T,
        cell_values=tuple(
            estimated(name, median, float(one.std()))
            for (name, (median, _)), one in zip(VALUES.items(), draws, strict=True)
        ),
    )


def coordinates(estimate):
    """The standard deviation of every posterior in the coordinate of its number."""
    columns = dict(zip(estimate.names, estimate.draws.T, strict=True))
    columns |= dict(zip(estimate.doubted, estimate.cell_value_draws.T, strict=True))
    return {
        name: np.std(np.log(one) if parameter(name).transform == "log" else one)
        for name, one in columns.items()
    }


def test_a_written_cell_is_doubted_as_the_posterior_doubts_it(estimate, tmp_path):
    """A factor of e is 100 %, and not the 216 % by which its numbers scatter."""
    path = tmp_path / "inferred.toml"
    estimate.to_cell().to_toml(path)
    again = load_cell(path)
    assert again == estimate.to_cell()
    expected = coordinates(estimate)
    for name, width in expected.items():
        assert parameter(name).uncertainty_in(again) == pytest.approx(width, rel=1e-6), name
    doubts = cell_doubts(again, None, Isothermal()).widths
    assert {name: doubts[name] for name in VALUES} == pytest.approx(
        {name: expected[name] for name in VALUES}, rel=1e-6
    )
    assert expected["positive_rate_constant"] == pytest.approx(1.3, rel=0.05)


def test_what_counts_by_its_logarithm_is_written_in_per_cent(estimate, tmp_path):
    path = tmp_path / "inferred.toml"
    cell = estimate.to_cell().with_uncertainties(
        {"positive_rate_constant": "100 %", "separator_thickness": "2 %", "separator_alpha": 0.25}
    )
    cell.to_toml(path)
    lines = path.read_text("utf-8").splitlines()
    assert any("rate_constant" in one and 'uncertainty = "100 %"' in one for one in lines)
    assert any("thickness" in one and 'uncertainty = "2 %"' in one for one in lines)
    assert any("alpha" in one and "uncertainty = 0.25," in one for one in lines)
    assert load_cell(path) == cell
