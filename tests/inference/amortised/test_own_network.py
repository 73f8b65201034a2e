"""A network for one's own cell, from its priors to an answer."""

from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from scipy.interpolate import PchipInterpolator

from microbatt.cells import load_cell
from microbatt.cli.commands import main
from microbatt.engines import simulate_discharge
from microbatt.errors import CurveError, NotCalibratedError, OccupiedError, ParameterError
from microbatt.inference import InferenceOptions, Prior, infer, train_own_network
from microbatt.inference.amortised import OWN_SETTINGS, ask_network, inference_options
from microbatt.inference.amortised.own_network import inference_settings
from microbatt.measured import Measurement
from microbatt.networks import JointNetworkConfig, load_network

CELL = load_cell("chen-2020")
OPTIONS = InferenceOptions(
    noise=1e-3, cell_error=0.0, free={"contact_resistance": Prior(width=1e-3)}
)
RATES = ("C/2", "2C")
TERMS = {
    "currents": RATES,
    "ranges": {"alpha": (0.0, 2.0), "S": (1.0, 10.0)},
    "config": JointNetworkConfig(members=1, width=48, depth=2),
}


def trained_into(folder, simulations=512, epochs=40, **changes):
    settings = replace(OWN_SETTINGS, epochs=epochs, batch=64)
    return train_own_network(
        CELL, folder, OPTIONS, settings=settings, simulations=simulations, **(TERMS | changes)
    )


def measured(
    alpha, S, *, cell=CELL, contact_resistance=1e-3, rates=RATES, samples=100, seed=0, cutoff=2.5
):
    """Discharges of a cell with noise on every voltage."""
    rng = np.random.default_rng(seed)
    drawn = cell.with_values({"contact_resistance": contact_resistance})
    found = []
    for rate in rates:
        curve = simulate_discharge(
            drawn, alpha=alpha, S=S, current=cell.current_density(rate), cutoff_voltage=cutoff
        )
        capacity = np.linspace(0.0, 1.0, samples) * curve.discharge_capacity
        voltage = PchipInterpolator(curve.capacity, curve.voltage)(capacity)
        noisy = voltage + 1e-3 * rng.standard_normal(samples)
        found.append(
            Measurement(source=rate, current=curve.current, capacity=capacity, voltage=noisy)
        )
    return found


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    pytest.importorskip("tensorflow")
    return trained_into(tmp_path_factory.mktemp("own") / "weights")


def test_it_is_calibrated_and_says_so_in_its_folder(own):
    assert own.trained.targets == ("alpha", "S", "contact_resistance")
    assert own.calibration.failures == ()
    stored = load_network(own.folder)
    assert stored.weights_hash == own.trained.weights_hash
    assert stored.record.scores["calibration"]["points"] == own.calibration.points


def test_it_answers_at_once_and_its_intervals_hold_the_truth_as_often_as_they_say(own):
    rng = np.random.default_rng(5)
    truths = rng.uniform([0.0, np.log(1.0)], [2.0, np.log(10.0)], (30, 2))
    drops = np.abs(1e-3 * rng.standard_normal(len(truths)))
    held, seconds, errors = [], [], []
    for number, (alpha, log_S) in enumerate(truths):
        drop = float(drops[number])
        curves = measured(alpha, np.exp(log_S), contact_resistance=drop, seed=number)
        answer = ask_network(curves, CELL, own.trained, noise=1e-3)
        assert answer.in_range
        held.append([lo <= true <= hi for lo, true, hi in zip(
            answer.low, (alpha, np.exp(log_S), drop), answer.high, strict=True)])  # fmt: skip
        errors.append(answer.value[0] - alpha)
        seconds.append(answer.seconds)
    assert np.median(seconds) < 0.05
    assert np.mean(held) > 0.78  # 90 answers: 0.9 less four standard deviations
    assert np.sqrt(np.mean(np.square(errors))) < 0.1  # of a range of 2


def test_dense_records_are_averaged_and_tell_the_same(own):
    few, many = (ask_network(measured(1.0, 3.0, samples=n), CELL, own.folder) for n in (100, 3000))
    assert abs(few.value[0] - many.value[0]) < 0.05
    assert many.in_range


def test_curves_of_another_kind_are_out_of_range(own):
    other = CELL.with_values({"positive_thickness": 60e-6})
    answer = ask_network(measured(1.0, 3.0, cell=other), CELL, own.folder, noise=1e-3)
    assert not answer.in_range
    assert "OUT OF RANGE" in answer.summary()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda curves: curves[:1], "no discharge at 97.37"),
        (lambda curves: [curves[0], replace(curves[1], current=80.0)], "is at 80 A m⁻²"),
        (
            lambda curves: [*curves, replace(curves[0], voltage=curves[0].voltage + 1e-3)],
            "takes one curve of each",
        ),
        (
            lambda curves: [
                curves[0],
                replace(
                    curves[1], capacity=curves[1].capacity[:40], voltage=curves[1].voltage[:40]
                ),
            ],
            "down to 2.5 V",
        ),
    ],
)
def test_curves_that_it_does_not_take_are_refused_with_the_remedy(own, change, words):
    with pytest.raises((CurveError, ParameterError), match=words):
        ask_network(change(measured(1.0, 3.0)), CELL, own.folder)


def test_a_curve_that_goes_deeper_is_cut_where_its_readings_are_dense(own):
    with pytest.raises(CurveError, match="% of the charge apart"):
        ask_network(measured(1.0, 3.0, cutoff=2.3), CELL, own.folder)
    deeper = ask_network(measured(1.0, 3.0, cutoff=2.3, samples=4000), CELL, own.folder)
    assert deeper.in_range
    assert abs(deeper.value[0] - 1.0) < 0.05


def test_another_cell_and_more_noise_are_refused(own):
    curves = measured(1.0, 3.0)
    other = CELL.with_values({"positive_thickness": 60e-6})
    with pytest.raises(ParameterError, match="with other numbers or fits"):
        ask_network(curves, other, own.folder)
    with pytest.raises(ParameterError, match="trained for 1 mV"):
        ask_network(curves, CELL, own.folder, noise=3e-3)


def test_the_engine_goes_on_from_its_answer_on_the_same_terms(own):
    curves = measured(1.0, 3.0)
    answer = ask_network(curves, CELL, own.folder, noise=1e-3)
    estimate = infer(curves, CELL, answer.options, weights=own.folder)
    first = next(start for start in estimate.starts if start.origin == "network")
    assert first.alpha == pytest.approx(float(answer.value[0]))
    assert [one.name for one in estimate.parameters] == list(answer.targets)
    assert abs(estimate.alpha - float(answer.value[0])) < 0.05


def test_what_an_inference_assumes_comes_back_from_json():
    options = InferenceOptions(
        noise=2e-3,
        unknown=["alpha", "negative_alpha"],
        free={"contact_resistance": 1e-3, "positive_solid_diffusivity": Prior(kind="log-normal")},
        cell_error={"thickness": 0.01},
        inventory="area-only",
    )
    assert inference_options(inference_settings(options)) == options


def test_a_network_that_does_not_mean_what_it_says_is_not_saved(tmp_path, monkeypatch):
    pytest.importorskip("tensorflow")
    path = "microbatt.inference.amortised.own_network.widening"
    monkeypatch.setattr(path, lambda deviations: np.full(deviations.shape[1], 0.3))
    with pytest.raises(NotCalibratedError, match="was not saved"):
        trained_into(tmp_path / "weights", simulations=128, epochs=1)
    assert not (tmp_path / "weights" / "weights.npz").exists()
    assert (tmp_path / "weights" / "simulations.zarr").exists()
    with pytest.raises(NotCalibratedError, match="was not saved"):
        trained_into(tmp_path / "weights", simulations=128, epochs=2, overwrite=True)


def test_weights_of_another_training_are_not_replaced_before_any_work(own):
    with pytest.raises(OccupiedError, match="overwrite"):
        trained_into(own.folder, epochs=41)


def test_the_command_line_asks_it(own, tmp_path):
    files = []
    for curve in measured(1.0, 3.0):
        path = tmp_path / f"{curve.source.replace('/', '')}.csv"
        rows = np.column_stack([curve.time, curve.voltage, np.full(len(curve), curve.current)])
        head = "time [s],voltage [V],current [A m-2]"
        np.savetxt(path, rows, delimiter=",", header=head, comments="")
        files.append(str(path))
    words = ["infer", *files, "--cell", "chen-2020", "--weights", str(own.folder)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert "by the network of 'chen-2020'" in done.output
    refused = CliRunner().invoke(main, [*words, "--free", "contact_resistance"])
    assert refused.exit_code == 2
    assert "on the terms of its training" in refused.output
