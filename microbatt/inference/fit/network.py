"""A network as a start: one's own, or the shipped one where it knows the cell and its terms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.errors import MicrobattError, ParameterError
from microbatt.inference.fit.initial_guess import InitialGuess
from microbatt.inference.forward.unknowns import MICROSTRUCTURE

if TYPE_CHECKING:
    from pathlib import Path

    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.measured import Experiment, Measurement
    from microbatt.networks import MeasurementNoise, TrainedNetwork

NEAR: Final = 0.02
"""Relative difference of a measured current from one of the network's that is let pass."""
_ENDS: Final = 0.05
_WIDEST: Final = {"contact_resistance": 0.01, "voltage_offset": 0.1, "area_scale": 0.1}


def network_start(
    experiment: Experiment,
    model: ForwardModel,
    noise: float,
    weights: str | Path | None = None,
) -> tuple[InitialGuess | None, str]:
    """Ask the shipped network, or one's own.

    Parameters
    ----------
    experiment
        The measured curves.
    model
        The cell and its terms, and what is unknown.
    noise
        Standard deviation of a single sample [V].
    weights
        Folder of a network for this cell; None asks the shipped one.

    Returns
    -------
    start
        None where there is no network for these curves.
    sentence
        Why not; empty if it was asked.
    """
    if weights is not None:
        return _own(experiment, model, noise, weights), ""
    try:
        return _asked(experiment, model, noise), ""
    except MicrobattError as error:
        return None, f"The shipped network was not asked: {error}"


def _own(
    experiment: Experiment, model: ForwardModel, noise: float, weights: str | Path
) -> InitialGuess:
    """Ask a network for this cell; what it does not answer is where the model expects it."""
    from microbatt.inference.amortised.network_answer import ask_network

    answer = ask_network(experiment, model.cell, weights, noise=noise)
    place = {name: i for i, name in enumerate(answer.targets)}
    both = [place[name] for name in MICROSTRUCTURE if name in place]
    expected = dict(zip(model.priors.names, model.priors.natural(model.priors.mean), strict=True))
    alpha, S = (
        float(answer.value[place[name]]) if name in place else float(expected[name])
        for name in MICROSTRUCTURE
    )
    covariance = np.full((2, 2), np.nan)
    if len(both) == len(MICROSTRUCTURE):
        covariance = np.cov(answer.draws[:, both], rowvar=False)
    return InitialGuess(
        origin="network", alpha=alpha, S=S, covariance=covariance, in_range=answer.in_range
    )


def _asked(experiment: Experiment, model: ForwardModel, noise: float) -> InitialGuess:
    if not experiment.measurements:
        raise ParameterError("it knows discharges, and there is none.")
    from microbatt.features import tensors_of_curves
    from microbatt.prediction import predict_curves

    trained = _shipped(model)
    cutoff = trained.record.origin.cutoff_voltage
    curves = {_known(one, trained.currents, cutoff): one for one in experiment.measurements}
    tensors = tensors_of_curves(
        {current: (one.capacity, one.voltage) for current, one in curves.items()},
        samples=trained.network.config.samples,  # type: ignore[union-attr]
        currents=trained.currents,
    )
    mean, covariance, in_range = predict_curves(tensors, trained, _disturbed(model, noise))
    alpha, S = np.clip(mean[0], [0.0, 0.05], [15.0, 200.0])
    return InitialGuess(
        origin="network",
        alpha=float(alpha),
        S=float(S),
        covariance=covariance[0],
        in_range=bool(in_range[0]),
    )


def _shipped(model: ForwardModel) -> TrainedNetwork:
    """Return the shipped network for a cell on the terms of a fit."""
    from microbatt.prediction import load_shipped

    cell, heat = model.cell, type(model.thermal).__name__.lower()
    try:
        return load_shipped(
            cell, str(model.inventory), thermal_mode=heat, cutoff_voltage=cell.cutoff_voltage
        )
    except ParameterError as error:
        raise ParameterError(
            f"none is for {cell.name!r} with the balance {model.inventory}, {heat}, down to "
            f"{cell.cutoff_voltage:g} V."
        ) from error


def _known(measured: Measurement, currents: tuple[float, ...], cutoff: float) -> float:
    """Return the network's current that a curve is of."""
    current = min(currents, key=lambda one: abs(one / measured.current - 1.0))
    if not abs(current / measured.current - 1.0) <= NEAR:
        raise ParameterError(
            f"{measured.source} is at {measured.current:.4g} A m⁻²; the network knows "
            f"{', '.join(f'{one:g}' for one in currents)} A m⁻²."
        )
    if not abs(measured.voltage[-1] - cutoff) <= _ENDS:
        raise ParameterError(
            f"{measured.source} ends at {measured.voltage[-1]:.3g} V; the network knows curves "
            f"down to {cutoff:g} V."
        )
    return current


def _disturbed(model: ForwardModel, noise: float) -> MeasurementNoise:
    """Tell the network what the measurement added, no more than it can have learned."""
    from microbatt.networks import MeasurementNoise

    widths = dict(zip(model.priors.names, model.priors.std, strict=True))
    known = {name: min(float(widths.get(name, 0.0)), most) for name, most in _WIDEST.items()}
    return MeasurementNoise(
        voltage=min(noise, 0.05),
        offset=known["voltage_offset"],
        contact_resistance=known["contact_resistance"],
        capacity_scale=known["area_scale"],
    )
