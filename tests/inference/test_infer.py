"""Known truths come back, with intervals that say how well; wrong cells are told."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import microbatt
from microbatt.cells import load_cell
from microbatt.errors import ParameterError
from microbatt.inference.fit.posterior import Posterior
from microbatt.inference.forward.forward_model import SETTINGS
from microbatt.inference.forward.unknowns import cell_with
from tests.benchmarks.inference_coverage import FREE
from tests.benchmarks.inference_coverage import experiment as drawn
from tests.inference.experiments import CELL
from tests.inference.experiments import infer_published as infer
from tests.inference.experiments import published_experiment as experiment


@pytest.mark.parametrize(("alpha", "S"), [(2.3, 1.0), (2.3, 11.0), (6.0, 30.0)])
def test_the_truth_lies_within_four_standard_deviations(alpha, S):
    one = experiment(alpha, S, resistance=0.003, offset=2e-3)
    estimate = infer(
        one, CELL, noise=1e-3, free=["contact_resistance", "voltage_offset"], network=False
    )
    truth = {"alpha": alpha, "S": S, "contact_resistance": 0.003, "voltage_offset": 2e-3}
    for name, value in truth.items():
        assert abs(estimate[name].value - value) < 4.0 * estimate[name].std
    assert estimate.posterior is Posterior.CURVATURE
    assert estimate.diagnostics.good
    assert max(curve.residual_rms for curve in estimate.curves) < 1.3e-3


def test_curves_with_offsets_of_their_own_are_told_apart_from_the_microstructure():
    offsets = np.array([3e-3, -2e-3, 4e-3])
    plain = experiment(2.3, 3.0)
    moved = tuple(
        replace(one, voltage=one.voltage + offset)
        for one, offset in zip(plain.measurements, offsets, strict=True)
    )
    one = replace(plain, measurements=moved)
    assert infer(one, CELL, noise=1e-3, network=False).diagnostics.misfit
    estimate = infer(one, CELL, noise=1e-3, offset_error=5e-3, network=False)
    assert estimate.diagnostics.good
    for name, value in {"alpha": 2.3, "S": 3.0}.items():
        assert abs(estimate[name].value - value) < 4.0 * estimate[name].std
    assert [curve.offset for curve in estimate.curves] == pytest.approx(offsets, abs=1e-3)
    assert max(curve.residual_rms for curve in estimate.curves) < 1.3e-3
    assert estimate.to_dataset().curve_offset.attrs["units"] == "V"
    assert "is off by +" in estimate.summary()


def test_near_the_bound_the_posterior_is_sampled_and_stays_inside():
    pytest.importorskip("emcee")
    estimate = infer(experiment(0.02, 3.0, noise=5e-3), CELL, noise=5e-3, network=False)
    assert estimate.posterior is Posterior.SAMPLING
    assert "bound" in estimate.posterior_sentence
    assert estimate.draws[:, 0].min() >= 0.0
    assert 0.0 <= estimate["alpha"].low < estimate["alpha"].high
    assert abs(np.log(estimate.S / 3.0)) < 0.01


def test_the_noise_is_told_from_the_scatter():
    estimate = infer(experiment(3.0, 2.0, noise=2e-3), CELL, network=False)
    assert not estimate.noise_given
    assert estimate.noise == pytest.approx(2e-3, rel=0.2)


def test_another_temperature_raises_the_misfit_flag_with_a_plain_sentence():
    warm = cell_with(load_cell(CELL), "temperature", 318.15)
    warm = replace(warm, positive=replace(warm.positive, solid_diffusivity_activation=4000.0))
    estimate = infer(experiment(2.3, 1.5, (17.5, 70.0)), warm, noise=1e-3, network=False)
    assert estimate.diagnostics.misfit
    assert "cannot explain the data" in estimate.diagnostics.misfit_sentence
    assert "widened" in " ".join(estimate.assumptions)


def test_the_same_seed_gives_the_same_draws_and_the_numbers_go_to_netcdf(tmp_path):
    one = experiment(4.0, 5.0)
    first, second = (infer(one, CELL, noise=1e-3, network=False, seed=3) for _ in range(2))
    np.testing.assert_array_equal(first.draws, second.draws)
    dataset = first.to_dataset()
    assert dataset["value"].sel(parameter="alpha") == first.alpha
    dataset.to_netcdf(tmp_path / "estimate.nc")
    dataset.to_zarr(tmp_path / "estimate.zarr", consolidated=False)
    assert f"{first.alpha:.5g}" in first.summary()
    for i in (0, 1):
        assert sum(curve.information[i] for curve in first.curves) == pytest.approx(1.0)


def test_the_network_starts_where_it_knows_the_cell_and_says_why_not_elsewhere():
    currents = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
    estimate = infer(experiment(3.0, 3.0, currents), CELL, noise=1e-3)
    assert estimate.network is not None
    assert abs(estimate.network.alpha - 3.0) < 0.5
    other = infer(experiment(3.0, 3.0, (20.0, 60.0)), CELL, noise=1e-3)
    assert other.network is None
    assert "network was not asked" in other.unasked
    assert other.unasked in other.summary()
    assert len(other.unasked) < 200


@pytest.mark.slow
def test_above_alpha_10_the_usual_mesh_is_not_taken_for_a_misfit():
    estimate = infer(experiment(11.0, 5.0, (8.75, 17.5)), CELL, noise=1e-3, network=False)
    assert not estimate.diagnostics.misfit
    assert estimate.settings.mesh > SETTINGS.mesh
    assert abs(estimate.alpha - 11.0) < 4.0 * estimate["alpha"].std


@pytest.mark.slow
def test_a_large_ohmic_drop_leads_no_fit_astray():
    """One experiment of 600 whose nearest shapes, the drop not fitted, lie at alpha 10 and S 40."""
    truth, one = drawn(237, 1e-3)
    estimate = infer(one, CELL, noise=1e-3, free=FREE, network=False)
    assert not estimate.diagnostics.misfit
    for name in ("alpha", "S"):
        assert abs(estimate[name].value - truth[name]) < 4.0 * estimate[name].std


def test_an_unknown_parameter_and_a_silly_noise_are_refused():
    one = experiment(2.3, 1.0)
    with pytest.raises(ParameterError, match="contact_resistance"):
        infer(one, CELL, free=["contact"])
    with pytest.raises(ParameterError, match="noise"):
        infer(one, CELL, noise=-1.0)


def test_the_cell_must_not_be_changed_by_the_inference():
    cell = load_cell(CELL)
    before = cell.to_dict()
    infer(experiment(2.3, 1.0), cell, noise=1e-3, free=["temperature"], network=False)
    assert cell.to_dict() == before


def test_currents_in_amperes_are_those_of_the_cell_whose_area_the_file_states(tmp_path):
    cell = replace(load_cell("doyle-1996-cell-1"), electrode_area=10e-4, electrode_pairs=2.0)
    curve = microbatt.simulate_discharge(cell, alpha=3.0, S=2.0, current=35.0)
    time = np.linspace(0.0, curve.time[-1], 200)
    table = pd.DataFrame(
        {
            "time [s]": time,
            "voltage [V]": np.interp(time, curve.time, curve.voltage),
            "current [A]": 35.0 * 20e-4,
        }
    )
    table.to_csv(tmp_path / "a.csv", index=False)
    estimate = microbatt.infer(tmp_path / "a.csv", cell, noise=1e-3, cell_error=0.0, network=False)
    assert estimate.curves[0].current == pytest.approx(35.0)
    assert estimate.alpha == pytest.approx(3.0, abs=0.1)


def test_doubts_about_the_file_do_not_keep_the_shipped_network_from_being_asked():
    curves = [
        microbatt.simulate_discharge("doyle-1996-cell-1", alpha=3.0, S=4.0, current=current)
        for current in (17.5, 35.0)
    ]
    estimate = microbatt.infer(curves, "doyle-1996-cell-1", noise=1e-3)
    assert "was not asked" not in estimate.summary()
    assert estimate.network is not None


@pytest.mark.parametrize("cell_error", [0.0, None])
def test_a_half_cell_is_inferred_like_any_other(cell_error):
    half = load_cell("xu-2019")
    curves = [
        microbatt.simulate_discharge(half, alpha=1.0, S=4.0, current=rate)
        for rate in ("C/10", "2C")
    ]
    estimate = microbatt.infer(
        curves, half, noise=1e-3, cell_error=cell_error, network=False, seed=1
    )
    assert estimate["alpha"].low <= 1.0 <= estimate["alpha"].high
    assert estimate["S"].low <= 4.0 <= estimate["S"].high
