"""How the curves of a cube ended: which are whole, how many of each kind, which failed and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.cube.contents.protocol_outcome import ProtocolOutcome
from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.parameters import PARAMETERS, POINT

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

WHOLE = tuple(int(outcome) for outcome in Outcome if outcome.is_whole)
FAILED = tuple(int(outcome) for outcome in Outcome if outcome.is_failure)


def status_of(dataset: xr.Dataset) -> xr.DataArray:
    """Return the variable ``status``.

    Parameters
    ----------
    dataset : xarray.Dataset
        A cube or a part of one.

    Returns
    -------
    xarray.DataArray
        Outcome codes.

    Raises
    ------
    ParameterError
        If the dataset has none, so that it is no cube.
    """
    if "status" not in dataset:
        raise ParameterError(
            "the dataset has no variable `status`, so it is not a microbatt cube; "
            "open one with `microbatt.open_dataset`, and keep `status` when selecting variables."
        )
    return dataset["status"]


def outcomes_of(status: xr.DataArray) -> type[Outcome] | type[ProtocolOutcome]:
    """Return what the codes of a variable ``status`` mean.

    Parameters
    ----------
    status : xarray.DataArray
        Of a cube.

    Returns
    -------
    type of Outcome or ProtocolOutcome
        Of discharges, or of a protocol.
    """
    meanings = str(status.attrs.get("flag_meanings", "")).split()
    return ProtocolOutcome if _COMPLETED in meanings else Outcome


_COMPLETED = ProtocolOutcome.COMPLETED.name.lower()


def check_discharges(dataset: xr.Dataset, what: str) -> None:
    """Refuse a cube of a protocol where discharges at constant current are needed.

    Parameters
    ----------
    dataset : xarray.Dataset
        A cube or a part of one.
    what : str
        Is asked for, as the subject of the message.

    Raises
    ------
    ParameterError
        If the cube is of a protocol; what to do stands there too.
    """
    if "status" in dataset and outcomes_of(dataset["status"]) is ProtocolOutcome:
        raise ParameterError(
            f"{what} needs discharges at constant current, and this cube holds runs of a "
            "protocol, along `sample` and `step`. Run a campaign with `current` or `c_rate`, or "
            "work with its variables themselves: xarray knows them all."
        )


def whole_curves(dataset: xr.Dataset) -> xr.DataArray:
    """Return whether each curve exists and runs to a physical end; lazy where the cube is.

    Parameters
    ----------
    dataset : xarray.Dataset
        A cube or a part of one.

    Returns
    -------
    xarray.DataArray
        Boolean, with the dimensions of ``status``.
    """
    whole = status_of(dataset).isin(WHOLE)
    return whole.rename("ok").assign_attrs(
        units="1", long_name="whether the curve is whole", ancillary_variables="status"
    )


def check_masses(energies: ArrayLike, whole: ArrayLike) -> None:
    """Refuse energies or powers per mass of a cell whose mass nobody knows.

    Parameters
    ----------
    energies : array_like
        NaN where there is none.
    whole : array_like of bool
        Whether each curve is whole, of the same shape.

    Raises
    ------
    ParameterError
        If there are whole curves, and none of them has an energy.
    """
    there = np.asarray(whole, dtype=bool)
    if there.any() and not np.isfinite(np.asarray(energies)[there]).any():
        raise ParameterError(
            "no curve of the cube has an energy per mass: its cell states no densities or no "
            "foils. Add them to the cell file and run the campaign anew, or use `capacity`."
        )


def varied_in(dataset: xr.Dataset) -> tuple[str, ...]:
    """Return which coordinates of a cube say what its curves differ in.

    Parameters
    ----------
    dataset : xarray.Dataset
        A cube or a part of one.

    Returns
    -------
    tuple of str
        Names of `microbatt.parameters`, alpha and S first, then ``current`` and ``c_rate``.
    """
    order = (*POINT, *PARAMETERS, "current", "c_rate")
    return tuple(dict.fromkeys(name for name in order if name in dataset.coords))


def tally(
    status: NDArray[np.int8], outcomes: type[Outcome] | type[ProtocolOutcome] = Outcome
) -> dict[Outcome | ProtocolOutcome, int]:
    """Count the outcomes in an array of status codes; outcomes that do not occur are left out.

    Parameters
    ----------
    status : numpy.ndarray
        Outcome codes of any shape.
    outcomes : type of Outcome or ProtocolOutcome
        What the codes mean.

    Returns
    -------
    dict
        Outcome → how many.

    Examples
    --------
    >>> tally(np.array([0, 1, 1], dtype=np.int8))
    {<Outcome.NOT_RUN: 0>: 1, <Outcome.CUTOFF_REACHED: 1>: 2}
    """
    codes, counts = np.unique(status, return_counts=True)
    return {outcomes(int(c)): int(n) for c, n in zip(codes, counts, strict=True)}


def count_outcomes(dataset: xr.Dataset) -> dict[str, int]:
    """Count the curves of a cube by the name of their outcome."""
    status = status_of(dataset)
    counts = tally(status.to_numpy(), outcomes_of(status))
    return {outcome.name.lower(): count for outcome, count in counts.items()}


def failure_table(dataset: xr.Dataset) -> pd.DataFrame:
    """List the curves whose simulation failed: point, outcome and reason, a row each."""
    import pandas as pd

    status = status_of(dataset)
    codes = status.to_numpy()
    failed = np.isin(codes, FAILED)
    columns = {
        name: _spread(dataset[name], status)[failed]
        for name in varied_in(dataset)
        if name != "c_rate"
    }
    known = outcomes_of(status)
    outcomes = [known(int(code)) for code in codes[failed]]
    return pd.DataFrame(
        columns
        | {
            "outcome": [outcome.name.lower() for outcome in outcomes],
            "reason": [outcome.message for outcome in outcomes],
        }
    )


def _spread(coordinate: xr.DataArray, like: xr.DataArray) -> NDArray[np.float64]:
    values = coordinate.broadcast_like(like).transpose(*like.dims).to_numpy()
    return np.asarray(values, dtype=float)
