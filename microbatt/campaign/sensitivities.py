"""What each curve of a cube owes to numbers of its cell, joined to the cube."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.campaign.plan import campaign_of
from microbatt.cube import join_variables, open_cube
from microbatt.cube.contents import check_discharges
from microbatt.cube.writing import region_points
from microbatt.engines import simulate_discharges
from microbatt.parameters import parameter
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from microbatt.campaign.campaign import Campaign
    from microbatt.cube import Location

_OF: Final = ("discharge_capacity", "energy")
_STATUS: Final = "sensitivity_status"
_COLUMNS: Final = 3


def join_sensitivities(location: Location, names: Sequence[str]) -> None:
    """Differentiate every curve of a cube by numbers of its cell, and join what comes out.

    The variables are ``discharge_capacity_by_NAME`` and ``energy_by_NAME``, per SI unit of the
    number, and ``sensitivity_status``, 1 where there are derivatives.  Those of the voltage are
    left out: they take as much room as the curves for each number; `microbatt.simulate_discharge`
    gives them.

    Parameters
    ----------
    location : Location
        Of a cube that the native engine made; it gains the variables.
    names : sequence of str
        Numbers of the cell, by their names in `microbatt.parameters`.

    Raises
    ------
    ParameterError
        If a name is unknown or stands twice, or another engine made the cube.
    CampaignError
        If today's engine would not give the curves of the cube.
    StoreError
        If the cube cannot be read or written.
    """
    import xarray as xr

    campaign = campaign_of(location)
    check_discharges(open_cube(location, chunks=None), "joining sensitivities")
    design = campaign.design
    whole = tuple(slice(0, length) for length in design.shape)
    rows = region_points(
        design.dims,
        design.coordinates(),
        whole,
        columns=campaign.request.columns,
        cell=campaign.cell,
    )
    checked = tuple(parameter(name).name for name in names)
    found = _differentiated(campaign, rows, checked)
    variables: dict[str, Any] = {}
    for of, table in found.items():
        for column, name in enumerate(checked):
            values = table[:, column].reshape(design.shape)
            variables[f"{of}_by_{name}"] = (design.dims, values, _attributes(of, name))
    there = np.isfinite(found["discharge_capacity"]).all(axis=1)
    exists = there.astype(np.int8).reshape(design.shape)
    told = {"long_name": "whether a curve has derivatives", "units": "1"}
    variables[_STATUS] = (design.dims, exists, told)
    join_variables(location, xr.Dataset(variables))


def _differentiated(
    campaign: Campaign, rows: NDArray[np.float64], names: tuple[str, ...]
) -> dict[str, NDArray[np.float64]]:
    """Return derivatives of every curve, quantity → shape (n, p)."""
    found = {of: np.full((len(rows), len(names)), np.nan) for of in _OF}
    cells, number = np.unique(rows[:, _COLUMNS:], axis=0, return_inverse=True)
    for place, values in enumerate(cells.tolist()):
        inside = np.flatnonzero(number.ravel() == place)
        numbers = dict(zip(campaign.request.varied, values, strict=True))
        batch = simulate_discharges(
            campaign.cell.with_values(numbers),
            rows[inside, :_COLUMNS],
            inventory=campaign.inventory,
            cutoff_voltage=campaign.cutoff_voltage,
            thermal=campaign.thermal,
            settings=campaign.settings,
            engine=campaign.engine,
            sensitivities=names,
        )
        for row, told in zip(inside, batch.sensitivities or (), strict=True):
            for of in _OF:
                found[of][row] = getattr(told, of)
    return found


def _attributes(of: str, name: str) -> dict[str, str]:
    known, unit = quantity(of), parameter(name).unit
    per = "" if unit == "1" else f" ({unit})-1"
    return {
        "units": f"{known.units}{per}" if known.units != "1" else per.strip() or "1",
        "long_name": f"derivative of the {known.long_name} by {parameter(name).quantity.long_name}",
        "ancillary_variables": _STATUS,
    }
