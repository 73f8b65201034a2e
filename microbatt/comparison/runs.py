"""Running the same points on several engines."""

from __future__ import annotations

import json
import platform
import resource
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import xarray as xr

from microbatt.comparison.difference import SHARE, difference
from microbatt.engines import Inventory, Settings, outcome_attrs, simulate_discharges
from microbatt.engines.contract import load_engine
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Discharge
    from microbatt.engines.contract import EngineSettings

    Tell = Callable[[str, int, int], None]

_POINT: Final = ("alpha", "S", "current")
_RESULTS: Final = ("discharge_capacity", "min_salt_concentration")


@dataclass(slots=True)
class _Column:
    """What one engine did, point by point; NaN and ``not_run`` where it was not asked."""

    outcome: list[int] = field(default_factory=list)
    cpu_time: list[float] = field(default_factory=list)
    wall_time: list[float] = field(default_factory=list)
    voltage_difference: list[float] = field(default_factory=list)
    capacity_difference: list[float] = field(default_factory=list)
    discharge_capacity: list[float] = field(default_factory=list)
    min_salt_concentration: list[float] = field(default_factory=list)


def compare_engines(
    cell: Cell,
    engines: Mapping[str, EngineSettings | None],
    points: NDArray[np.float64],
    *,
    inventory: Inventory | str = Inventory.CONSERVING,
    cutoff_voltage: float | None = None,
    tell: Tell = lambda *_: None,
) -> xr.Dataset:
    """Discharge a cell at the same points on each engine, one curve at a time.

    Parameters
    ----------
    cell : Cell
        The cell.
    engines : mapping of str to EngineSettings or None
        Names and their settings; None stands for an engine's own.
    points : ndarray
        Rows of alpha, S and current [A m⁻²], shape (n, 3).  Where an engine cannot serve one, it
        is left out for that engine.
    inventory : Inventory or str
        As for `simulate_discharges`.
    cutoff_voltage : float, default the cell's own
        Where a discharge ends [V]; it is isothermal.
    tell : Tell
        Called with the engine, how many points are done and how many there are.

    Returns
    -------
    xarray.Dataset
        Along ``engine`` and ``point``: ending, CPU and wall-clock time of a curve, and differences
        from the native engine's refined solution.  The CPU time is of this process and of those
        that it started; the first curve, which loads and builds, is not counted.

    Raises
    ------
    ParameterError
        If an engine is unknown, or cannot serve a single point.
    """
    cutoff = cell.cutoff_voltage if cutoff_voltage is None else cutoff_voltage
    terms: dict[str, Any] = {"inventory": inventory, "cutoff_voltage": cutoff}
    reference = list(simulate_discharges(cell, points, settings=Settings.refined(), **terms))
    columns = {}
    for name, settings in engines.items():
        ask = _asking(cell, name, settings, terms)
        columns[name] = _run(name, ask, points, reference, tell)
    versions = {name: _version(name, settings) for name, settings in engines.items()}
    return _labelled(cell, points, columns, reference, versions, terms)


def _version(name: str, settings: Any) -> dict[str, Any]:  # noqa: ANN401 - an engine's own
    engine = load_engine(name)
    used = engine.settings() if settings is None else settings
    return {"version": engine.version(used), "settings": used.to_dict()}


def _asking(
    cell: Cell,
    name: str,
    settings: Any,  # noqa: ANN401 - an engine's own
    terms: Mapping[str, Any],
) -> Callable[[NDArray[np.float64]], Discharge]:
    def ask(point: NDArray[np.float64]) -> Discharge:
        return simulate_discharges(cell, [point], engine=name, settings=settings, **terms)[0]

    return ask


def _run(
    name: str,
    ask: Callable[[NDArray[np.float64]], Discharge],
    points: NDArray[np.float64],
    reference: Sequence[Discharge],
    tell: Tell,
) -> _Column:
    column, refusal = _Column(), ""
    for number, (point, right) in enumerate(zip(points, reference, strict=True)):
        tell(name, number, len(points))
        try:
            if np.all(np.isnan(column.cpu_time)):
                ask(point)  # loads and builds
            _fill(column, ask, point, right)
        except ParameterError as error:
            refusal = str(error)
            _leave_out(column)
    tell(name, len(points), len(points))
    if np.all(np.isnan(column.cpu_time)):
        raise ParameterError(f"the engine {name!r} serves none of the points: {refusal}")
    return column


def _fill(
    column: _Column,
    ask: Callable[[NDArray[np.float64]], Discharge],
    point: NDArray[np.float64],
    reference: Discharge,
) -> None:
    wall, cpu = time.perf_counter(), _cpu_time()
    one = ask(point)
    column.wall_time.append(time.perf_counter() - wall)
    column.cpu_time.append(_cpu_time() - cpu)
    gap = difference(one, reference)
    column.outcome.append(int(one.outcome))
    column.voltage_difference.append(gap.voltage)
    column.capacity_difference.append(gap.capacity)
    for name in _RESULTS:
        getattr(column, name).append(getattr(one, name))


def _leave_out(column: _Column) -> None:
    column.outcome.append(int(Outcome.NOT_RUN))
    for name in ("cpu_time", "wall_time", "voltage_difference", "capacity_difference", *_RESULTS):
        getattr(column, name).append(float("nan"))


def _cpu_time() -> float:
    """CPU time of this process and of the children that ended [s]."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _labelled(
    cell: Cell,
    points: NDArray[np.float64],
    columns: Mapping[str, _Column],
    reference: Sequence[Discharge],
    versions: Mapping[str, Any],
    terms: Mapping[str, Any],
) -> xr.Dataset:
    own = {
        "outcome": outcome_attrs(),
        "cpu_time": {"units": "s", "long_name": "CPU time of a curve"},
        "wall_time": {"units": "s", "long_name": "wall-clock time of a curve"},
        "voltage_difference": {
            "units": "V",
            "long_name": "rms voltage difference from the refined native solution",
            "comment": f"at equal capacity, up to {100 * SHARE:g} % of the smaller end capacity",
        },
        "capacity_difference": {
            "units": "1",
            "long_name": "end capacity over that of the refined native solution, less one",
        },
    } | {name: quantity(name).attrs for name in _RESULTS}
    variables: dict[str, Any] = {
        name: (("engine", "point"), [getattr(column, name) for column in columns.values()], attrs)
        for name, attrs in own.items()
    }
    variables["reference_outcome"] = (
        "point",
        np.array([one.outcome for one in reference], dtype=np.int8),
        outcome_attrs() | {"long_name": "how the refined native solution ended"},
    )
    labels = {
        name: ("point", column, quantity(name).attrs)
        for name, column in zip(_POINT, points.T, strict=True)
    }
    ds = xr.Dataset(
        variables,
        coords=labels | {"engine": list(columns)},
        attrs={
            "title": f"{len(columns)} engines at the same {len(points)} points",
            "cell_name": cell.name,
            "inventory": str(Inventory(str(terms["inventory"]))),
            "cutoff_voltage": terms["cutoff_voltage"],
            "engines": json.dumps(versions),
            "machine": f"{platform.machine()}, Python {platform.python_version()}",
        },
    )
    return ds.assign(outcome=ds["outcome"].astype(np.int8))
