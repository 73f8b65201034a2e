"""What a tester shows of simulated cells: an offset, errors of the model, an end at the cut-off.

Curves are simulated to a voltage below the cut-off.  Each gets the offset of its tester, a factor
on its charge, and smooth errors of the model as `microbatt.inference.forward.error_model` states
them: of the voltage, and where the curve is steep of the capacity.  It ends where the sum and the
noise of the last sample fall to the cut-off.  White noise of the other samples is left to the
training, which draws it anew in every epoch.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr
from scipy.interpolate import PchipInterpolator

from microbatt.features import read_curves
from microbatt.inference.forward.binning import CHARGE
from microbatt.inference.forward.error_model import (
    ENGINE_VOLTAGE,
    OWN,
    ROUGH,
    SLOPE,
    smooth_spectrum,
)
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.amortised.prior_draws import DrawnCells
    from microbatt.inference.options import InferenceOptions

    Array = NDArray[np.float64]

SAMPLES: Final = 100
"""Readings of each curve, at equal shares of its charge."""
_DENSE: Final = 4e-3
"""Widest step of the depths between which curves are taken for straight."""
_PLACES: Final = 257
"""Places along a curve at which a smooth error is drawn."""
_LEAST_STEP: Final = 1e-12
"""Between the depths of neighbouring points of a seen curve, which increase."""
_LEAST_SHARE: Final = 1e-3
"""A curve that ends before this share of its charge is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """What lies between the simulated cells and the curves of a tester.

    Attributes
    ----------
    cutoff
        At which the tester stops [V].
    noise
        Standard deviation of the white noise of a reading [V].
    offset
        Standard deviation of each curve's own offset [V].
    charge
        Relative standard deviation of the charge of each curve [-].
    model_error
        Size of a smooth error of the model [V].
    """

    cutoff: float
    noise: float
    offset: float = 0.0
    charge: float = CHARGE
    model_error: float = 0.0

    @property
    def white(self) -> float:
        """Standard deviation of all that is independent from reading to reading [V]."""
        return float(np.sqrt(self.noise**2 + (ROUGH * self.model_error) ** 2 + ENGINE_VOLTAGE**2))

    @classmethod
    def of(cls, options: InferenceOptions, *, cutoff: float, exact: bool) -> Instrument:
        """Return the instrument that the options of an inference describe.

        Parameters
        ----------
        options
            With a stated noise.
        cutoff
            At which the tester stops [V].
        exact
            Whether the cell file is taken as exact.
        """
        options.check_stated("a network of one's own")
        return cls(
            cutoff=cutoff,
            noise=float(options.noise or 0.0),
            offset=options.offset_error,
            charge=CHARGE if options.charge_error is None else options.charge_error,
            model_error=options.model_error_at(exact=exact),
        )


def seen_cube(
    cube: xr.Dataset,
    cells: DrawnCells,
    instrument: Instrument,
    *,
    copies: int,
    seed: int,
) -> tuple[xr.Dataset, NDArray[np.int64]]:
    """Return a cube of curves as a tester sees them, but for white noise.

    Parameters
    ----------
    cube
        Simulated to below the cut-off, at the points of `cells`.
    cells
        What was drawn.
    instrument
        Of which errors are drawn anew for each copy.
    copies
        How often each cell is seen.
    seed
        Of the draws.

    Returns
    -------
    seen
        In memory, at scattered points, with the targets of `cells` as coordinates.
    cell
        Number of the cell of each point, shape (n,); cells that lack a whole curve are left out.
    """
    curves = read_curves(cube)
    whole = np.flatnonzero(curves.whole.all(axis=1))
    rng = np.random.default_rng(seed)
    depth = _dense(curves.depth)
    charge = curves.discharge_capacity[whole]
    volts = np.asarray(
        PchipInterpolator(curves.depth, curves.voltage[whole].astype(float), axis=-1)(depth)
    )
    seen = [
        [
            _seen(depth, volts[i], charge[i], float(cells.offset[n]), instrument, rng)
            for i, n in enumerate(whole)
        ]
        for _ in range(copies)
    ]
    voltage = np.array([[v for v, _ in part] for part in seen], dtype=np.float32)
    ends = np.array([[q for _, q in part] for part in seen])
    number = np.tile(whole, copies)
    there = np.isfinite(ends).all(axis=-1).ravel()
    return (
        _labelled(
            cube,
            cells,
            number[there],
            voltage.reshape(-1, *voltage.shape[2:])[there],
            ends.reshape(-1, ends.shape[-1])[there],
            instrument,
        ),
        number[there],
    )


def _labelled(
    cube: xr.Dataset,
    cells: DrawnCells,
    number: NDArray[np.int64],
    voltage: NDArray[np.float32],
    ends: Array,
    instrument: Instrument,
) -> xr.Dataset:
    """Return seen curves as a cube."""
    numbers = cells.numbers
    status = np.full(ends.shape, int(Outcome.CUTOFF_REACHED), dtype=np.int8)
    per_curve = ("point", "current")
    return xr.Dataset(
        {
            "status": (per_curve, status, cube["status"].attrs),
            "voltage": ((*per_curve, "depth"), voltage, cube["voltage"].attrs),
            "discharge_capacity": (per_curve, ends, cube["discharge_capacity"].attrs),
        },
        coords={
            "current": cube["current"],
            "depth": np.linspace(0.0, 1.0, SAMPLES),
            **{name: ("point", numbers[name][number]) for name in cells.targets},
        },
        attrs=cube.attrs | {"cutoff_voltage": instrument.cutoff},
    )


def _dense(depth: Array) -> Array:
    """Return an axis with more points where it is coarse."""
    parts = [np.linspace(a, b, int(np.ceil((b - a) / _DENSE)) + 1)[:-1] for a, b in pairwise(depth)]
    return np.concatenate([*parts, depth[-1:]])


def _seen(
    depth: Array,
    volts: Array,
    charge: Array,
    offset: float,
    instrument: Instrument,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float32], Array]:
    """Return the curves of one cell as seen, shape (c, samples), and their ends, shape (c,).

    The end is NaN where there is no curve above the cut-off.
    """
    errors = _smooth_errors(depth, charge, instrument.model_error, rng)
    ends, seen = np.full(charge.size, np.nan), np.zeros((charge.size, SAMPLES), np.float32)
    own = instrument.offset * rng.standard_normal(charge.size)
    factor = 1.0 + instrument.charge * rng.standard_normal(charge.size)
    last = instrument.noise * rng.standard_normal(charge.size)
    wanted = np.linspace(0.0, 1.0, SAMPLES)
    for k in range(charge.size):
        place, shown = _moved(depth, volts[k], errors[k])
        shown = shown + offset + own[k]
        share = _end(place, shown + last[k], instrument.cutoff)
        if share > _LEAST_SHARE:
            ends[k] = charge[k] * factor[k] * share
            seen[k] = np.interp(wanted * share, place, shown)
    return seen, ends


def _smooth_errors(depth: Array, charge: Array, size: float, rng: np.random.Generator) -> Array:
    """Return the smooth errors of the curves of a cell, shape (c, m) [V]: shared and own."""
    if not size > 0.0:
        return np.zeros((charge.size, depth.size))
    places, waves = _waves()
    shared, *own = (waves @ rng.standard_normal(waves.shape[1]) for _ in range(len(charge) + 1))
    share = charge / charge.max()
    return np.stack(
        [
            size
            * (np.interp(depth * share[k], places, shared) + OWN * np.interp(depth, places, part))
            for k, part in enumerate(own)
        ]
    )


@cache
def _waves() -> tuple[Array, Array]:
    """Return places along a curve, and what the parts of a smooth error do there."""
    places = np.linspace(0.0, 1.0, _PLACES)
    return places, smooth_spectrum(places)


def _moved(depth: Array, volts: Array, error: Array) -> tuple[Array, Array]:
    """Return a curve with an error: of its voltage, and where it is steep of its capacity."""
    if not error.any():
        return depth, volts
    slope = np.gradient(volts, depth)
    steep = np.abs(slope) > SLOPE
    place = depth + np.where(steep & (depth > 0.5), error / SLOPE, 0.0)
    place = np.maximum.accumulate(place + _LEAST_STEP * np.arange(depth.size))
    return place, volts + np.where(steep & (depth > 0.5), 0.0, error)


def _end(place: Array, shown: Array, cutoff: float) -> float:
    """Return where a curve first falls to the cut-off; its own end if it never does."""
    below = np.flatnonzero(shown <= cutoff)
    if not below.size:
        return float(place[-1])
    after = int(below[0])
    if after == 0:
        return 0.0
    fall = shown[after - 1] - shown[after]
    share = (shown[after - 1] - cutoff) / fall
    return float(place[after - 1] + share * (place[after] - place[after - 1]))
