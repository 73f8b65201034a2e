"""A network for one's own cell: simulate from the priors, train, check, save."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.campaign import Campaign, run_campaign
from microbatt.cells import load_cell
from microbatt.checks import check_extra, check_integer
from microbatt.cube import ListedPoints
from microbatt.engines import thermal_from_dict, thermal_to_dict
from microbatt.errors import CampaignError, NotCalibratedError, OccupiedError, ParameterError
from microbatt.features import tensors_of_cube, true_values
from microbatt.inference.amortised.calibration import Calibration, calibration, widening
from microbatt.inference.amortised.instrument import Instrument, seen_cube
from microbatt.inference.amortised.prior_draws import draw_cells, network_priors
from microbatt.inference.forward.cell_errors import cell_doubts
from microbatt.inference.forward.priors import Prior, free_widths
from microbatt.inference.options import InferenceOptions
from microbatt.networks import (
    JointNetworkConfig,
    TrainedNetwork,
    TrainingRecord,
    load_network,
    origin_of,
    save_network,
    trained_network,
)
from microbatt.places import Kind, kind_of
from microbatt.training import TrainingSettings, discard_checkpoints, fit_joint_network

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import xarray as xr
    from distributed import Client
    from numpy.typing import NDArray

    from microbatt.campaign import Listener as CampaignListener
    from microbatt.cells import Cell
    from microbatt.features import CurveTensors
    from microbatt.inference.amortised.prior_draws import DrawnCells
    from microbatt.networks import JointNetwork
    from microbatt.training import Listener as TrainingListener

OWN_SETTINGS: Final = TrainingSettings(epochs=30, batch=256, learning_rate=2e-3)
"""How the encoders of a network for one's own cell are trained, unless somebody says otherwise."""
OWN_SIZES: Final = JointNetworkConfig(width=128)
"""Its sizes, unless somebody says otherwise."""
RATES: Final = ("C/5", "1C", "2C")
"""Currents of the curves that it takes, unless somebody says otherwise."""
SIMULATIONS: Final = 8192
"""Cells that are simulated, unless somebody says otherwise."""
STORE: Final = "simulations.zarr"
"""Beside the weights: the simulated curves, from which a training that was stopped goes on."""
CALIBRATION: Final = "calibration"
"""Among the scores of a network: how it fared on cells that it never saw."""
INFERENCE: Final = "inference"
"""Among the settings of a network: what it takes as known, asked for and free."""
_COPIES: Final = 4
"""How often each simulated cell is measured."""
_HELD_OUT: Final = 0.125
"""Share of the cells that widen the answers, and again of those that check them."""
_LEAST: Final = 128
"""Fewer simulated cells teach and check nothing."""
_DEEPER: Final = 4.0
"""Standard deviations of offset, noise and model error by which is simulated below the cut-off …"""
_DEEP: Final = 0.05
"""… at least so far [V], so that curves serve another level of noise too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNetwork:
    """A network for one's own cell, with how it fared.

    Attributes
    ----------
    trained : TrainedNetwork
        The network with its record; its weights lie in `folder`.
    calibration : Calibration
        On cells that it never saw.
    folder : pathlib.Path
        For `microbatt.inference.amortised.ask_network` and ``microbatt infer --weights``.
    """

    trained: TrainedNetwork
    calibration: Calibration
    folder: Path


def train_own_network(  # noqa: PLR0913 - what is known, what is measured, how much work
    cell: str | Path | Cell,
    folder: str | Path,
    options: InferenceOptions = InferenceOptions(noise=1e-3),
    *,
    currents: Iterable[float | str] = RATES,
    cutoff_voltage: float | None = None,
    ranges: Mapping[str, tuple[float, float]] | None = None,
    simulations: int = SIMULATIONS,
    config: JointNetworkConfig | None = None,
    settings: TrainingSettings = OWN_SETTINGS,
    overwrite: bool = False,
    client: Client | None = None,
    campaign_listeners: Iterable[CampaignListener] = (),
    listeners: Sequence[TrainingListener] = (),
    **changes: Any,  # noqa: ANN401 - each option has its own type
) -> OwnNetwork:
    """Train a network that answers at once what `microbatt.infer` asks of measured discharges.

    Cells are drawn from the priors and discharged; a tester's errors are put on the curves; a joint
    network learns what is asked for and free, and integrates over the rest. An eighth of the cells
    widens its answers where they are too narrow, and another eighth checks them: weights that fail
    are not saved. What is done is kept in the folder, and the same call goes on from there.

    Parameters
    ----------
    cell : str, Path or Cell
        What is known of the cell: a name of the catalog, a cell file, or a `Cell`.
    folder : str or Path
        For the weights, checkpoints and simulated curves.
    options : InferenceOptions
        As for `microbatt.infer`: noise, what is asked for, what is free, how well the cell file is
        known, the size of a smooth model error. ``area_scale`` cannot be free.
    currents : iterable of float or str, default ("C/5", "1C", "2C")
        Of the discharges that will be measured, each as `Cell.current_density` takes it.
    cutoff_voltage : float, optional
        At which the tester stops [V]; None is the cell's lower cut-off.
    ranges : dict of str to tuple of float, optional
        Lowest and highest value of what is asked for, in SI units. Left out are 0 to 5 for alpha,
        1 to 20 for S, and three usual widths to either side for other numbers.
    simulations : int, default 8192
        How many cells are drawn.
    config : JointNetworkConfig, optional
        Sizes of the network, None for `OWN_SIZES`; its noise and its box are those of the options.
    settings : TrainingSettings, default OWN_SETTINGS
        How its encoders are trained.
    overwrite : bool, default False
        Whether weights and simulated curves of another call may be replaced.
    client : distributed.Client, optional
        Of a Dask cluster that simulates; None runs threads of this process.
    campaign_listeners, listeners : iterable of callable, default ()
        Hear how simulating and training go on.
    **changes
        Options by name that differ from `options`, as for `microbatt.infer`.

    Returns
    -------
    OwnNetwork
        Saved in the folder.

    Raises
    ------
    NotCalibratedError
        If the answers are not what they say: simulate more cells, or train longer.
    ParameterError
        If an option cannot be meant.
    StoreError
        If the folder holds something else.
    MissingExtraError
        If TensorFlow is not installed.
    KeyboardInterrupt
        On Ctrl-C; what is done is kept, and the same call goes on.

    See Also
    --------
    microbatt.inference.amortised.ask_network : Use it on measured curves.
    """
    check_extra("tensorflow", extra="learn")
    check_integer("simulations", simulations, low=_LEAST)
    chosen = options.changed(changes)
    if chosen.noise is None:
        raise ParameterError(
            "`noise` is left open; a network is trained for one level of noise. Give that of the "
            "tester, such as `noise=1e-3`."
        )
    loaded, place = load_cell(cell), Path(folder)
    exact = not cell_doubts(loaded, chosen.cell_error, chosen.thermal).widths
    cutoff = loaded.cutoff_voltage if cutoff_voltage is None else float(cutoff_voltage)
    instrument = Instrument.of(chosen, cutoff=cutoff, exact=exact)
    cells = draw_cells(network_priors(loaded, chosen, ranges or {}), simulations, chosen.seed)
    axis = tuple(sorted(loaded.current_density(one) for one in currents))
    campaign = _campaign(loaded, cells, chosen, instrument, axis)
    told = asdict(settings) | {INFERENCE: inference_settings(chosen), "simulations": simulations}
    _check_place(place, told, overwrite=overwrite)
    cube = _simulated(campaign, place, client, campaign_listeners, overwrite=overwrite)
    seen, number = seen_cube(cube, cells, instrument, copies=_COPIES, seed=chosen.seed)
    seen = seen.assign_attrs(
        name=f"{loaded.name}-own", campaign_hash=_identity(campaign.hash, instrument)
    )
    sizes = replace(
        config or OWN_SIZES, samples=seen.sizes["depth"],
        noise=instrument.white, bounded=True, whitened=True,
    )  # fmt: skip
    parts = _parts(number, simulations)
    network = fit_joint_network(
        seen, targets=cells.targets, points=parts["learn"], config=sizes, box=cells.box,
        settings=settings, folder=place, listeners=listeners,
    )  # fmt: skip
    finished, found = _checked(network, seen, parts, instrument, chosen.seed)
    if found.failures:
        raise NotCalibratedError(
            "the network does not mean what it says, and was not saved: "
            f"{'; '.join(found.failures)}. Simulate more cells or train for more epochs, with "
            f"`overwrite`: what is simulated in {place} is used again.\n{found.summary()}"
        )
    record = TrainingRecord(
        origin=origin_of(seen),
        settings=told,
        scores={CALIBRATION: found.to_dict()},
        version=version("microbatt"),
    )
    trained = trained_network(finished, record)
    save_network(place, trained, overwrite=overwrite)
    return OwnNetwork(trained=trained, calibration=found, folder=place)


def _check_place(folder: Path, settings: Mapping[str, Any], *, overwrite: bool) -> None:
    """Refuse a folder with the weights of another training, or clear it, before any work."""
    if overwrite:
        discard_checkpoints(folder)
    if overwrite or kind_of(folder) is not Kind.WEIGHTS:
        return
    there = load_network(folder).record.settings
    if json.loads(json.dumps(settings)) != dict(there):
        raise OccupiedError(
            f"{folder} holds the weights of another training: another cell, or other options. Give "
            "another folder, or ask for `overwrite` to replace them."
        )


def _identity(campaign_hash: str, instrument: Instrument) -> str:
    """Return a hash of simulated curves and of what a tester made of them."""
    return sha256(f"{campaign_hash} {instrument} {_COPIES}".encode()).hexdigest()


def _campaign(
    cell: Cell,
    cells: DrawnCells,
    options: InferenceOptions,
    instrument: Instrument,
    currents: tuple[float, ...],
) -> Campaign:
    """Return the campaign of all cells, to a voltage that no error of a tester reaches."""
    numbers = {name: tuple(values.tolist()) for name, values in cells.numbers.items()}
    offset = float(np.abs(cells.offset).max())
    own = np.hypot(instrument.offset, np.hypot(instrument.noise, 1.5 * instrument.model_error))
    return Campaign(
        name=f"{cell.name}-drawn",
        title=f"{cell.name}: cells drawn from what is known of it",
        cell=cell,
        design=ListedPoints(
            alpha=numbers.pop("alpha", None),
            S=numbers.pop("S", None),
            current=currents,
            others=numbers,
        ),
        inventory=options.inventory,  # type: ignore[arg-type]
        thermal=options.thermal,
        cutoff_voltage=round(instrument.cutoff - max(_DEEP, offset + _DEEPER * float(own)), 6),
    )


def _simulated(
    campaign: Campaign,
    folder: Path,
    client: Client | None,
    listeners: Iterable[CampaignListener],
    *,
    overwrite: bool,
) -> xr.Dataset:
    """Return the curves of all cells, from the folder as far as they are there."""
    store = folder / STORE
    try:
        cube = run_campaign(campaign, store, client=client, listeners=listeners, chunks=None)
    except CampaignError:
        if not (overwrite and kind_of(store) is Kind.CUBE):
            raise
        shutil.rmtree(store)
        cube = run_campaign(campaign, store, client=client, listeners=listeners, chunks=None)
    return cube


def _parts(number: NDArray[np.int64], simulations: int) -> dict[str, NDArray[np.int64]]:
    """Return the points that teach, widen and check, apart by cells; cells are in random order."""
    first, second = int(_HELD_OUT * simulations), int(2 * _HELD_OUT * simulations)
    _, once = np.unique(number, return_index=True)
    parts = {
        "check": once[number[once] < first],
        "widen": once[(number[once] >= first) & (number[once] < second)],
        "learn": np.flatnonzero(number >= second),
    }
    for name, points in parts.items():
        if points.size < _LEAST // 8:
            raise ParameterError(
                f"{points.size} cells with whole curves are left to {name}; at least {_LEAST // 8} "
                "are needed. Most cells of these ranges have no curve at one of the currents: "
                "narrow `ranges`, leave out the highest current, or simulate more cells."
            )
    return parts


def _checked(
    network: JointNetwork,
    seen: xr.Dataset,
    parts: Mapping[str, NDArray[np.int64]],
    instrument: Instrument,
    seed: int,
) -> tuple[JointNetwork, Calibration]:
    """Return the network with wider answers where they were too narrow, and how it fares then."""
    rng = np.random.default_rng((seed, 1))
    tensors = noisy(tensors_of_cube(seen, samples=network.config.samples), instrument.white, rng)
    values = true_values(seen, network.targets)
    knowing = network.with_typical(tensors.take(parts["learn"]))
    missed, _ = knowing.deviations(tensors.take(parts["widen"]), values[parts["widen"]])
    finished = knowing.widened(widening(missed))
    there = parts["check"]
    away, spreads = finished.deviations(tensors.take(there), values[there])
    return finished, calibration(network.targets, away, np.median(spreads, axis=0))


def noisy(tensors: CurveTensors, noise: float, rng: np.random.Generator) -> CurveTensors:
    """Return curve tensors with white noise on every reading.

    Parameters
    ----------
    tensors
        Without noise.
    noise
        Standard deviation [V].
    rng
        The dice.
    """
    white = noise * rng.standard_normal(tensors.voltage.shape, dtype=np.float32)
    return replace(tensors, voltage=tensors.voltage + white.astype(np.float32))


def inference_settings(options: InferenceOptions) -> dict[str, Any]:
    """Return what an inference takes as known, asked for and free, in JSON's terms.

    Parameters
    ----------
    options
        Checked.
    """

    def words(prior: object) -> object:
        if not isinstance(prior, Prior):
            return prior
        return {k: v for k, v in asdict(prior).items() if v is not None and v != np.inf}

    return {
        "noise": options.noise,
        "charge_error": options.charge_error,
        "offset_error": options.offset_error,
        "unknown": list(options.unknown),
        "free": {name: words(prior) for name, prior in free_widths(options.free).items()},
        "cell_error": options.cell_error
        if options.cell_error is None or isinstance(options.cell_error, str | float | int)
        else dict(options.cell_error),
        "model_error": options.model_error,
        "inventory": str(options.inventory),
        "thermal": thermal_to_dict(options.thermal),
        "seed": options.seed,
    }


def inference_options(described: Mapping[str, Any]) -> InferenceOptions:
    """Read what `inference_settings` wrote.

    Parameters
    ----------
    described : dict
        From `inference_settings`.

    Returns
    -------
    InferenceOptions
        The same as were written.
    """
    free = {
        name: Prior(**prior) if isinstance(prior, dict) else prior
        for name, prior in described["free"].items()
    }
    same = ("noise", "charge_error", "offset_error", "cell_error", "model_error", "seed")
    return InferenceOptions(
        **{name: described[name] for name in same},
        unknown=tuple(described["unknown"]),
        free=free,
        inventory=described["inventory"],
        thermal=thermal_from_dict(described["thermal"]),
    )
