"""Asking a network for one's own cell about measured discharges: an answer at once."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells import load_cell
from microbatt.errors import CurveError, ParameterError
from microbatt.features import tensors_of_curves
from microbatt.inference.amortised.calibration import Calibration
from microbatt.inference.amortised.own_network import CALIBRATION, INFERENCE, inference_options
from microbatt.inference.forward.binning import bin_measurement
from microbatt.inference.forward.error_model import ROUGH, white_noise
from microbatt.inference.forward.unknowns import in_words, unknown_quantity
from microbatt.measured import Reading, gather
from microbatt.networks import JointNetwork, Origin, TrainedNetwork, load_network

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.options import InferenceOptions
    from microbatt.measured import Curves, Measurement

    Array = NDArray[np.float64]

NEAR: Final = 5e-3
"""Relative difference of a measured current from one of the network's that is let pass."""
_NEAR_CUTOFF: Final = 0.01
"""A curve that ends further above the cut-off was stopped before it, further below after it [V]."""
_WIDE: Final = 1e-3
"""Readings further apart do not tell where a curve passes the cut-off; share of the charge."""
_MANY: Final = 1.5
"""A curve with so many times the readings of the network is averaged to as many."""
_DRAWS: Final = 4000
"""Draws of an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkAnswer:
    """What a network for one's own cell says of measured discharges.

    Attributes
    ----------
    name : str
        Of the experiment.
    cell : Cell
        What is known of the cell.
    targets : tuple of str
        What is answered, by the names of `microbatt.parameters`.
    value, std, low, high : ndarray
        Median, standard deviation and interval of each target, shape (k,), SI units.
    level : float
        Probability of the intervals.
    draws : ndarray
        Of all targets, shape (n, k), SI units.
    in_range : bool
        Whether the curves are like those that the network learned from; where they are not, the
        answer means nothing.
    options : InferenceOptions
        What the network takes as known, asked for and free.
    calibration : Calibration
        How the network fared on cells that it never saw.
    seconds : float
        From curves in memory to the answer [s].
    """

    name: str
    cell: Cell
    targets: tuple[str, ...]
    value: Array
    std: Array
    low: Array
    high: Array
    level: float
    draws: Array
    in_range: bool
    options: InferenceOptions
    calibration: Calibration
    seconds: float

    @property
    def usable(self) -> bool:
        """Whether the answer may be used: the curves are of the kind that was learned."""
        return self.in_range

    def summary(self) -> str:
        """Return the answer for people.

        Returns
        -------
        str
            A line for each target, and whether to believe it.
        """
        lines = [f"{self.name}: by the network of {self.cell.name!r}, {1e3 * self.seconds:.0f} ms"]
        for i, name in enumerate(self.targets):
            low, high = in_words(name, self.low[i]), in_words(name, self.high[i])
            lines.append(
                f"  {name:28s}{in_words(name, self.value[i]):>16s}   {100 * self.level:.0f} %: "
                f"{low} to {high}"
            )
        held = {one.name: one.coverage for one in self.calibration.targets}
        told = ", ".join(f"{name} {100 * share:.1f} %" for name, share in held.items())
        lines.append(
            f"  of {self.calibration.points} simulated cells that it never saw, its 90 % intervals "
            f"held {told}"
        )
        if not self.in_range:
            lines.append(
                "  OUT OF RANGE: these curves are unlike any that the network learned from, so "
                "nothing of this should be used. Check the cell file and the curves; "
                "`microbatt infer` without --weights says what does not fit."
            )
        return "\n".join(lines)

    def to_dataset(self) -> xr.Dataset:
        """Return the answer with labels.

        Returns
        -------
        xarray.Dataset
            Each target along ``draw``, and ``value``, ``std``, ``low``, ``high`` along
            ``parameter``.
        """
        import xarray as xr

        columns: dict[str, Any] = {
            name: ("draw", self.draws[:, i], unknown_quantity(name).attrs)
            for i, name in enumerate(self.targets)
        }
        columns |= {
            name: ("parameter", getattr(self, name)) for name in ("value", "std", "low", "high")
        }
        return xr.Dataset(
            columns,
            coords={"parameter": list(self.targets)},
            attrs={
                "experiment": self.name,
                "cell_name": self.cell.name,
                "level": self.level,
                "in_range": int(self.in_range),
            },
        )

    def __repr__(self) -> str:
        told = ", ".join(
            f"{name} {value:.4g} ± {std:.2g}"
            for name, value, std in zip(self.targets, self.value, self.std, strict=True)
        )
        return f"<NetworkAnswer {self.name!r}: {told}{'' if self.in_range else ', OUT OF RANGE'}>"


def ask_network(
    curves: Curves,
    cell: str | Path | Cell,
    weights: str | Path | TrainedNetwork,
    *,
    noise: float | None = None,
    level: float = 0.9,
    seed: int = 0,
) -> NetworkAnswer:
    """Ask a network that was trained for a cell about measured discharges of it.

    Parameters
    ----------
    curves : path, Experiment, Measurement, DataFrame, Dataset, Discharge, or several of them
        Discharges at the network's currents, from a full cell to its cut-off, each once.
    cell : str, Path or Cell
        The cell that the network was trained for.
    weights : str, Path or TrainedNetwork
        Folder that `train_own_network` wrote, or the network itself.
    noise : float, optional
        Standard deviation of a single voltage [V]; None estimates it from the curves.
    level : float, default 0.9
        Probability of the intervals.
    seed : int, default 0
        Of the draws.

    Returns
    -------
    NetworkAnswer
        With intervals, draws, and whether the curves are of the kind that was learned.

    Raises
    ------
    CurveError
        If a curve is not one that the network takes: another current, not discharged to the
        cut-off, or there twice.
    ParameterError
        If the network is of another cell, or for less noise, or the curve of a current is missing.
    StoreError
        If there are no weights.

    See Also
    --------
    microbatt.infer : The answer by the engine, of any discharges.
    """
    loaded = load_cell(cell)
    trained = weights if isinstance(weights, TrainedNetwork) else load_network(Path(weights))
    network, options = own_network_of(trained, weights)
    gathered = gather(curves, Reading().for_cell(loaded))
    begun = time.perf_counter()
    cutoff = trained.record.origin.cutoff_voltage
    trained.check_curves(
        Origin.of_cell(
            loaded,
            inventory=str(options.inventory),
            thermal_mode=trained.record.origin.thermal_mode,
            cutoff_voltage=cutoff,
        )
    )
    seen = _by_current(gathered.measurements, trained.currents, cutoff)
    samples = network.config.samples
    known = white_noise(list(seen.values())) if noise is None else noise
    _check_noise(known, seen, samples, options)
    tensors = tensors_of_curves(
        {current: _averaged(one, samples) for current, one in seen.items()},
        samples=samples,
        currents=trained.currents,
    )
    estimate = network.estimate(tensors)
    draws = network.draws(tensors, _DRAWS, np.random.default_rng(seed))[0]
    tail = 0.5 * (1.0 - level)
    low, value, high = np.quantile(draws, [tail, 0.5, 1.0 - tail], axis=0)
    return NetworkAnswer(
        name=gathered.name,
        cell=loaded,
        targets=network.targets,
        value=value,
        std=draws.std(axis=0),
        low=low,
        high=high,
        level=level,
        draws=draws,
        in_range=bool(estimate.in_range[0]),
        options=options,
        calibration=Calibration.from_dict(trained.record.scores[CALIBRATION]),
        seconds=time.perf_counter() - begun,
    )


def own_network_of(trained: TrainedNetwork, where: object) -> tuple[JointNetwork, InferenceOptions]:
    """Return the joint network of a cell, and what it takes as known.

    Raises
    ------
    ParameterError
        If the weights are of another kind.
    """
    network, described = trained.network, trained.record.settings.get(INFERENCE)
    if not isinstance(network, JointNetwork) or described is None:
        name = where if isinstance(where, str | Path) else trained.kind
        raise ParameterError(
            f"{name} is a {trained.kind} network that was trained on a cube; give one that "
            "`microbatt train --cell` made, which knows priors and a tester's errors."
        )
    return network, inference_options(described)


def _by_current(
    measurements: Iterable[Measurement], currents: tuple[float, ...], cutoff: float
) -> dict[float, Measurement]:
    """Return the curve of each of the network's currents, cut at the cut-off."""
    listed = ", ".join(f"{one:.4g}" for one in currents)
    found: dict[float, Measurement] = {}
    for one in measurements:
        current = min(currents, key=lambda known: abs(known / one.current - 1.0))
        if not abs(current / one.current - 1.0) <= NEAR:
            raise CurveError(
                f"{one.source} is at {one.current:.4g} A m⁻²; the network takes {listed} A m⁻². "
                "Leave it out, train with `--current`, or use `microbatt infer` without --weights.",
                one.source,
            )
        if current in found:
            raise CurveError(
                f"{one.source} is at the current of {found[current].source}; the network takes one "
                "curve of each. Leave one out.",
                one.source,
            )
        if not one.voltage[-1] <= cutoff + _NEAR_CUTOFF:
            raise CurveError(
                f"{one.source} ends at {one.voltage[-1]:.4g} V; the network takes discharges down "
                f"to {cutoff:g} V. Train with `--cutoff`, or use `microbatt infer` without "
                "--weights.",
                one.source,
            )
        capacity, voltage = _cut(one, cutoff)
        found[current] = replace(one, capacity=capacity, voltage=voltage)
    missing = [f"{one:.4g}" for one in currents if one not in found]
    if missing:
        raise ParameterError(
            f"there is no discharge at {', '.join(missing)} A m⁻²; the network takes all of "
            f"{listed} A m⁻². Use `microbatt infer` without --weights, or train with fewer."
        )
    return found


def _cut(one: Measurement, cutoff: float) -> tuple[Array, Array]:
    """Return a curve that ends at the cut-off; one that goes no deeper ends where it does.

    Raises
    ------
    CurveError
        If it goes deeper and passes the cut-off between readings that lie far apart.
    """
    capacity, voltage = one.capacity, one.voltage
    if voltage[-1] >= cutoff - _NEAR_CUTOFF:
        return capacity, voltage
    after = int(np.flatnonzero(voltage <= cutoff)[0])
    if after == 0:
        return capacity, voltage
    pair = slice(after - 1, after + 1)
    gap = float(np.diff(capacity[pair])[0] / capacity[-1])
    if gap > _WIDE:
        raise CurveError(
            f"{one.source} goes down to {voltage[-1]:.4g} V and passes the network's cut-off of "
            f"{cutoff:g} V between two readings that are {100.0 * gap:.2g} % of the charge apart, "
            "so that nobody knows where. Record more densely, train with `--cutoff`, or use "
            "`microbatt infer` without --weights.",
            one.source,
        )
    end = float(np.interp(-cutoff, -voltage[pair], capacity[pair]))
    if end <= capacity[after - 1]:
        return capacity[:after], voltage[:after]
    return np.append(capacity[:after], end), np.append(voltage[:after], cutoff)


def _averaged(one: Measurement, samples: int) -> tuple[Array, Array]:
    """Return a curve as the network takes it: dense records averaged, their ends kept."""
    if len(one) <= _MANY * samples:
        return one.capacity, one.voltage
    binned = bin_measurement(one, averages=samples)
    capacity = np.concatenate([one.capacity[:1], binned.capacity, one.capacity[-1:]])
    voltage = np.concatenate([one.voltage[:1], binned.voltage, one.voltage[-1:]])
    keep = np.concatenate([[True], np.diff(capacity) > 0.0])
    return capacity[keep], voltage[keep]


def _check_noise(
    noise: float, curves: Mapping[float, Measurement], samples: int, options: InferenceOptions
) -> None:
    """Refuse curves that are noisier than what the network was trained for."""
    least = min(len(one) for one in curves.values())
    averaged = noise / np.sqrt(max(1.0, least / samples) if least > _MANY * samples else 1.0)
    allowed = 1.25 * float(
        np.hypot(options.noise or 0.0, ROUGH * options.model_error_at(exact=True))
    )
    if averaged > allowed:
        raise ParameterError(
            f"the curves have {1e3 * averaged:.2g} mV of noise a reading, and the network was "
            f"trained for {1e3 * float(options.noise or 0.0):g} mV. Train one with "
            f"`--noise {1e3 * averaged:.1g}mV`, or use `microbatt infer` without --weights."
        )
