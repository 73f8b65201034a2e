"""Questions to a cube of a protocol: what was run, one run of it, and a line for each step."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cube.contents.layout import PROTOCOL, SAMPLE_DIM, SAMPLED, STEP_DIM
from microbatt.cube.contents.outcomes import status_of, varied_in
from microbatt.cube.contents.protocol_outcome import ProtocolOutcome
from microbatt.errors import ParameterError
from microbatt.outcomes import StepOutcome
from microbatt.protocols import protocol_from_dict
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.protocols import Protocol

_MOST_LINES: Final = 12
"""Steps that are told one by one."""
_NOTHING: Final = 1e-9
"""Capacities below are what rounding leaves of a rest [A h m⁻²]."""


def protocol_of(dataset: xr.Dataset) -> Protocol | None:
    """Return the protocol of a cube.

    Parameters
    ----------
    dataset : xarray.Dataset
        A cube or a part of one, from a store or from netCDF.

    Returns
    -------
    Protocol or None
        None where the cube holds discharges at constant current.

    Raises
    ------
    ParameterError
        If what the cube says of it describes none.
    """
    described = dataset.attrs.get(PROTOCOL)
    if described is None:
        return None
    if isinstance(described, str):
        try:
            described = json.loads(described)
        except ValueError as error:
            raise ParameterError(f"the attribute `protocol` is no JSON: {error}.") from error
    return protocol_from_dict(described)


def run_at(place: xr.Dataset) -> xr.Dataset:
    """Return one run of the protocol of a cube, as `microbatt.engines.Simulation.to_dataset` does.

    Parameters
    ----------
    place : xarray.Dataset
        A cube at one point.

    Returns
    -------
    xarray.Dataset
        The samples that are there along ``point``, with ``time``; what is said of steps.
    """
    there = np.flatnonzero(np.isfinite(place["time"].to_numpy()))
    outcome = ProtocolOutcome(int(status_of(place)))
    protocol = protocol_of(place)
    numbers = place[STEP_DIM].to_numpy()
    texts = [] if protocol is None else [str(protocol.steps[number]) for number in numbers]
    told = {"step_text": (STEP_DIM, texts)} if texts else {}
    return (
        place[_told_of_runs(place)]
        .compute()
        .isel({SAMPLE_DIM: there})
        .rename({SAMPLE_DIM: "point", "sample_step": "point_step"})
        .set_coords("time")
        .assign_coords(told)
        .assign_attrs(
            title="protocol",
            cell=str(place.attrs.get("cell_name", "")),
            outcome=outcome.name.lower(),
            reason=outcome.message,
        )
    )


def _told_of_runs(place: xr.Dataset) -> list[str]:
    sampled = [variable.name for variable in SAMPLED]
    return [*sampled, *(str(name) for name in place.data_vars if str(name).startswith("step_"))]


def step_lines(dataset: xr.Dataset) -> tuple[str, ...]:
    """Return a line for each of the first steps of a cube's protocol; none for discharges."""
    protocol = protocol_of(dataset)
    if protocol is None or "step_duration" not in dataset or "step" not in dataset.dims:
        return ()
    lines = []
    for number in dataset["step"].to_numpy()[:_MOST_LINES].tolist():
        part = dataset.sel(step=number)
        text = f"{number} {protocol.steps[number]}"
        ranges = [_range(part, name) for name in ("step_duration", "step_capacity")]
        ranges.append(_range(part, "step_end_voltage", "to "))
        lines.append(f"{text}: {', '.join(told for told in ranges if told) or _nothing(part)}")
    more = dataset.sizes["step"] - len(lines)
    return (*lines, f"and {more} more steps") if more > 0 else tuple(lines)


def _nothing(part: xr.Dataset) -> str:
    """Say why there is nothing to tell of a step: it took no time, or was not run."""
    outcomes = np.unique(part["step_outcome"].to_numpy()) if "step_outcome" in part else np.zeros(1)
    return "took no time" if (outcomes == StepOutcome.ALREADY).any() else "not run"


def _range(part: xr.Dataset, name: str, word: str = "") -> str:
    values: NDArray[Any] = part[name].to_numpy()
    there = values[np.isfinite(values)]
    if not there.size or float(np.abs(there).max()) < _NOTHING:
        return ""
    low, high = f"{there.min():.4g}", f"{there.max():.4g}"
    return f"{word}{low if low == high else f'{low} … {high}'} {quantity(name).pretty_units}"


def curve_along_samples(place: xr.Dataset) -> xr.DataArray:
    """Return the voltage of one run along ``sample``; see `CubeAccessor.curve`."""
    place = place[[*(variable.name for variable in SAMPLED), "status"]].compute()
    run = place["voltage"]
    beside = [variable.name for variable in SAMPLED if variable.name != "voltage"]
    numbers: Mapping[str, xr.DataArray] = {name: place[name] for name in varied_in(place)}
    outcome = ProtocolOutcome(int(status_of(place)))
    labelled = run.assign_coords({**{name: place[name] for name in beside}, **numbers})
    return labelled.assign_attrs(outcome=outcome.name.lower(), reason=outcome.message)
