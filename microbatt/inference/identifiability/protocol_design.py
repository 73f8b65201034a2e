"""Which test to run next: slower and faster discharges, pulses, GITT or a rest, by what they tell.

Each test is simulated as a tester would record it and becomes data of the same forward model that
`microbatt.infer` fits, with its noise, its smooth model error and the values of the cell file in
doubt.  With J the derivatives of all of that, whitened, and P those of the priors, no unbiased
estimate has a covariance below (JᵀJ + PᵀP)⁻¹.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cells import load_cell
from microbatt.checks import check_number
from microbatt.constants import SECONDS_PER_HOUR
from microbatt.engines import simulate
from microbatt.errors import ParameterError, SimulationError
from microbatt.inference.forward.derivatives import differentiated, simulated
from microbatt.inference.forward.forward_model import beside
from microbatt.inference.infer import forward_model
from microbatt.inference.options import InferenceOptions
from microbatt.measured import Experiment, MeasuredRun, Measurement
from microbatt.parameters import parameter
from microbatt.protocols import Protocol, Step, as_protocol, gitt

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Simulation
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

NOISE: Final = 1e-3
"""Of a voltage, where none is given [V]."""
_SAMPLES: Final = 120
"""Rows of a step, at most one a second."""
_FIRST_REST: Final = 300.0
_ALONE: Final = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a test would tell, beside what is measured already.

    Attributes
    ----------
    name : str
        Of the test.
    protocol : Protocol or None
        Its steps; None for what is measured already, alone.
    hours : float
        How long it takes [h].
    alpha, S : float
        Smallest standard deviations of estimates with it [-].
    sharper : float
        How many times sharper alpha is with it than without.
    """

    name: str
    protocol: Protocol | None
    hours: float
    alpha: float
    S: float
    sharper: float


def standard_tests() -> dict[str, Protocol]:
    """Return the tests that are compared where no others are given.

    Returns
    -------
    dict of str to Protocol
        Name → steps, from a full cell; discharges end at the cell's own cut-off.
    """
    return {
        "discharge at C/10": Protocol(steps=(Step(current="C/10", duration=4e5),)),
        "discharge at C/2": Protocol(steps=(Step(current="C/2", duration=4e5),)),
        "discharge at 2C": Protocol(steps=(Step(current="2C", duration=4e5),)),
        "discharge at 4C": Protocol(steps=(Step(current="4C", duration=4e5),)),
        "half a discharge at 1C, rest of 2 h": as_protocol(
            ["Discharge at 1C for 30 minutes", "Rest for 2 hours"]
        ),
        "10 s pulses at 4 states of charge (HPPC)": as_protocol(
            (
                "Discharge at C/2 for 24 minutes",
                "Rest for 30 minutes",
                "Discharge at 1C for 10 s",
                "Rest for 40 s",
                "Charge at 1C for 10 s",
                "Rest for 40 s",
            )
            * 4
        ),
        "GITT, 10 pulses of C/10": gitt(current="C/10", pulse=3000.0, rest=3600.0, pulses=10),
    }


def propose_tests(
    cell: str | Path | Cell,
    tests: Mapping[str, Any] | None = None,
    *,
    alpha: float | None = None,
    S: float | None = None,
    measured: Iterable[float | str] = (),
    options: InferenceOptions = InferenceOptions(),
    **changes: Any,  # noqa: ANN401 - each option has its own type
) -> tuple[Worth, ...]:
    """Rank tests by how much they would narrow alpha.

    Parameters
    ----------
    cell : str, Path or Cell
        What is known of the cell.
    tests : dict of str to protocol, optional
        Name → steps from a full cell, as `microbatt.simulate` takes them; `standard_tests` without.
    alpha, S : float, default the cell's own
        Where the cell is thought to be.
    measured : iterable of float or str, default none
        Discharges that are measured already: currents [A m⁻²], or rates such as ``"1C"``.
    options : InferenceOptions
        Noise (1 mV where none is given), unknowns, and how well the cell file is known.
    **changes
        Options by name that differ from `options`.

    Returns
    -------
    tuple of Worth
        What is measured already first, then the tests, the one that narrows alpha most first.
        Tests that the cell does not run, or that tell nothing finite, come last.

    Raises
    ------
    ParameterError
        If an argument is out of range, or there is no test.
    SimulationError
        If a discharge that is measured already has no curve.

    See Also
    --------
    propose_currents : Which currents to run, over a region of alpha and S.

    Examples
    --------
    >>> found = propose_tests(
    ...     "lco-graphite",
    ...     {"slow": "Discharge at C/5 for 6 hours", "fast": "Discharge at 2C for 1 hour"},
    ...     measured=["1C"],
    ...     alpha=2.0,
    ...     cell_error={"thickness": 0.02},
    ... )
    >>> found[0].name, len(found)
    ('measured already', 3)
    """
    loaded = load_cell(cell)
    chosen = options.changed(changes)
    chosen.check_stated("a comparison of tests")
    noise = NOISE if chosen.noise is None else chosen.noise
    given = {"alpha": alpha, "S": S}
    place = {
        name: loaded.value(name)
        if value is None
        else check_number(name, value, parameter(name).allowed)
        for name, value in given.items()
    }
    candidates = {name: as_protocol(steps) for name, steps in (tests or standard_tests()).items()}
    if not candidates:
        raise ParameterError("there is no test; give some, or none at all for the usual ones.")
    at = loaded.with_values(place)
    already = [_discharge(at, loaded.current_density(one)) for one in measured]
    base = _bounds(loaded, already, None, place, chosen, noise)
    ranked = []
    for name, protocol in candidates.items():
        item, hours = _recorded(at, name, protocol)
        found = (np.inf, np.inf) if item is None else None
        if found is None:
            found = _bounds(loaded, already, item, place, chosen, noise)
        ranked.append(
            Worth(
                name=name,
                protocol=protocol,
                hours=hours,
                alpha=found[0],
                S=found[1],
                sharper=base[0] / found[0] if np.isfinite(base[0]) else np.nan,
            )
        )
    hours = sum(float(one.time[-1]) for one in already) / SECONDS_PER_HOUR
    now = Worth(
        name="measured already",
        protocol=None,
        hours=hours,
        alpha=base[0],
        S=base[1],
        sharper=1.0,
    )
    return (now, *sorted(ranked, key=lambda one: one.alpha))


def _discharge(cell: Cell, current: float) -> Measurement:
    """Return a discharge as a tester would record it, without noise."""
    from microbatt.engines import simulate_discharge

    found = simulate_discharge(cell, alpha=cell.positive.alpha, S=cell.positive.S, current=current)
    if len(found.voltage) < 2:
        raise SimulationError(
            f"at {current:.4g} A m⁻² the cell {cell.name!r} has no curve: "
            f"{found.outcome.message}. Leave it out of `measured`."
        )
    depth = np.linspace(0.0, 1.0, _SAMPLES) * found.discharge_capacity
    return Measurement(
        source=f"discharge at {current:.4g} A m⁻²",
        current=current,
        capacity=depth,
        voltage=np.interp(depth, found.capacity, found.voltage),
    )


def _recorded(
    cell: Cell, name: str, protocol: Protocol
) -> tuple[Measurement | MeasuredRun | None, float]:
    """Return a test as a tester would record it, and its hours; None where the cell runs none."""
    only = protocol.steps[0]
    plain = len(protocol.steps) == 1 and only.is_discharge and only.current is not None
    if plain and only.until_voltage is None and only.until_capacity is None:
        current = only.current_in(cell)
        try:
            found = _discharge(cell, current)
        except SimulationError:
            return None, float("nan")
        longest = float("inf") if only.duration is None else only.duration
        if found.time[-1] <= longest:
            return found, float(found.time[-1]) / SECONDS_PER_HOUR
    rest = Step(current=0.0, duration=_FIRST_REST)
    simulation = simulate(cell, [rest, protocol])
    hours = float(simulation.time[-1] - _FIRST_REST) / SECONDS_PER_HOUR
    if len(simulation) < 2 or simulation.time[-1] <= 1.01 * _FIRST_REST:
        return None, float("nan")
    time = _rows(simulation)
    before = np.clip(time - 1e-6, 0.0, None)
    run = MeasuredRun(
        source=name,
        time=time,
        current=np.interp(before, simulation.time, simulation.current),
        voltage=simulation.voltage_at(before),
        rest_voltage=simulation.open_circuit_voltage,
    )
    return run, hours


def _rows(simulation: Simulation) -> Array:
    """Return times of a tester's rows: some in every step, at most one a second."""
    ends = [0.0, *(float(simulation.time[simulation.step == k][-1])
                   for k in np.unique(simulation.step))]  # fmt: skip
    rows = [
        np.linspace(begin, end, max(3, min(_SAMPLES, round(end - begin) + 1)))
        for begin, end in pairwise(ends)
        if end > begin
    ]
    return np.unique(np.round(np.concatenate(rows), 6))


def _bounds(
    cell: Cell,
    already: Sequence[Measurement],
    item: Measurement | MeasuredRun | None,
    place: Mapping[str, float],
    options: InferenceOptions,
    noise: float,
) -> tuple[float, float]:
    """Return the smallest standard deviations of alpha and S, infinite where there is no bound."""
    curves = [*already, *([item] if isinstance(item, Measurement) else [])]
    runs = [item] if isinstance(item, MeasuredRun) else []
    if not curves and not runs:
        return np.inf, np.inf
    experiment = Experiment(name="tests", measurements=tuple(curves), runs=tuple(runs))
    model = forward_model(experiment, cell, options, noise)
    x = model.priors.mean.copy()
    x[:2] = [place["alpha"], np.log(place["S"])]
    x = np.clip(x, model.priors.low, model.priors.high)
    model = beside(model, x)
    jacobian = _whitened(model, x)
    if jacobian is None:
        return np.inf, np.inf
    rows = np.concatenate([jacobian, model.priors.rows(x)])
    return _deviations(rows.T @ rows, place["S"])


def _whitened(model: ForwardModel, x: Array) -> Array | None:
    """Return the derivatives of what is measured by all unknowns, whitened."""
    here = simulated(model, x)
    volts = None if here is None else differentiated(model, here)
    return None if volts is None else model.whiten(volts.T).T


def _deviations(information: Array, S: float) -> tuple[float, float]:
    """Return the standard deviations of alpha and S of an information of (alpha, ln S, …)."""
    scale = np.sqrt(np.diag(information))
    if not (scale[:2] > 0.0).all():
        return np.inf, np.inf
    scale[scale == 0.0] = 1.0
    scaled = information / np.outer(scale, scale)
    if np.linalg.eigvalsh(scaled)[0] < _ALONE:
        return np.inf, np.inf
    std = np.sqrt(np.diag(np.linalg.inv(scaled))) / scale
    return float(std[0]), float(S * std[1])
