"""What a map can show: the variables of a cube that have one number a point or a curve."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.cube.contents import status_of
from microbatt.explorer.source import is_whole
from microbatt.plots.style import axis_label
from microbatt.quantities import QUANTITIES, Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.explorer.source import CubeSource

KEPT: Final = "capacity_kept"
"""Derived here: the capacity over that at the lowest current."""
ERRORS: Final = {"alpha_error": "alpha", "S_error": "S"}
"""Derived from the predictions where they have not been joined to the cube."""

_FROM_NETWORK: Final = "What a network says"
_COUNTERS: Final = "Solver counters"
"""The last group: few ask for it."""
_GROUPS: Final = {
    "What the cell delivers": ("discharge_capacity", KEPT, "energy", "power"),
    "Why it ends": (
        "status",
        "min_salt_concentration",
        "initial_voltage",
        "end_temperature",
        "positive_surface_stoichiometry",
        "negative_surface_stoichiometry",
    ),
    _FROM_NETWORK: (
        *ERRORS,
        "alpha_predicted_std",
        "S_predicted_std",
        "predicted_correlation",
        "alpha_predicted",
        "S_predicted",
        "prediction_status",
    ),
    "What the curves can tell": ("alpha_bound", "S_bound", "bound_correlation"),
    _COUNTERS: ("solve_time", "steps", "newton_iterations", "rejected_steps"),
}
_OTHERS: Final = "Others"
_AT_THE_END: Final = frozenset(
    {
        "discharge_capacity",
        KEPT,
        "energy",
        "power",
        "end_temperature",
        "min_salt_concentration",
        "positive_surface_stoichiometry",
        "negative_surface_stoichiometry",
    }
)
"""Numbers that mean something only if the curve runs to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapVariable:
    """One thing that a map can show.

    Parameters
    ----------
    name : str
        In the cube, or of what is derived from it.
    label, units : str
        Captions and unit; the unit alone, ``"1"`` if there is none.
    per_current : bool
        Whether it has a value for each current rather than for each point.
    from_network : bool, default False
        Whether it is, or follows from, a prediction.
    flags : mapping of int to str, default empty
        Code → words, of a variable whose numbers are codes.
    """

    name: str
    label: str
    units: str
    per_current: bool
    from_network: bool = False
    flags: Mapping[int, str] = field(default_factory=dict)


def map_variables(dataset: xr.Dataset) -> dict[str, list[MapVariable]]:
    """Return what a map of a cube can show, group → variables, in the order to offer them."""
    left = {name: True for name in map(str, dataset.data_vars) if _is_map(dataset, name)}
    left |= dict.fromkeys(_derived(dataset), True)
    groups: dict[str, list[MapVariable]] = {}
    for group, names in _GROUPS.items():
        offered = [_described(dataset, name) for name in names if left.pop(name, False)]
        if offered:
            groups[group] = offered
    counters = groups.pop(_COUNTERS, [])
    if left:
        groups[_OTHERS] = [_described(dataset, name) for name in left]
    return groups | ({_COUNTERS: counters} if counters else {})


def variable_values(source: CubeSource, variable: MapVariable, current: int) -> NDArray[np.float64]:
    """Return a variable for every point, NaN where it means nothing.

    Parameters
    ----------
    source : CubeSource
        The cube.
    variable : MapVariable
        Which.
    current : int
        Index of the current, for a variable that depends on it.

    Returns
    -------
    numpy.ndarray
        Shape (points,).
    """
    values = _values(source, variable.name)
    if variable.per_current:
        values = values[:, current]
    values = np.array(values, dtype=float)
    if variable.name in _AT_THE_END:
        values[~is_whole(source.status[:, current])] = np.nan
    return values


def flags_of(variable: xr.DataArray) -> dict[int, str]:
    """Return code → words of a variable with CF flags, and nothing for any other."""
    codes, words = variable.attrs.get("flag_values"), variable.attrs.get("flag_meanings")
    if codes is None or not isinstance(words, str):
        return {}
    names = (word.replace("_", " ") for word in words.split())
    return {int(code): name for code, name in zip(np.ravel(codes), names, strict=False)}


def _values(source: CubeSource, name: str) -> NDArray[Any]:
    if name == KEPT:
        capacity = np.where(is_whole(source.status), source.values("discharge_capacity"), np.nan)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(capacity / capacity[:, [0]])
    if name in ERRORS and name not in source.dataset:
        from microbatt.scoring import relative_error

        true = ERRORS[name]
        truth = source.dataset[true].broadcast_like(source.dataset[f"{true}_predicted"])
        like = truth.transpose(*source.dataset[f"{true}_predicted"].dims).to_numpy().ravel()
        return relative_error(like, source.values(f"{true}_predicted"))
    return source.values(name)


def _derived(dataset: xr.Dataset) -> list[str]:
    errors = [name for name, true in ERRORS.items() if f"{true}_predicted" in dataset]
    return [KEPT, *errors] if dataset.sizes["current"] > 1 else errors


def _is_map(dataset: xr.Dataset, name: str) -> bool:
    variable = dataset[name]
    points = {*status_of(dataset).dims} - {"current"}
    is_number = variable.dtype.kind in "fiub"
    return is_number and set(variable.dims) in (points, points | {"current"})


def _described(dataset: xr.Dataset, name: str) -> MapVariable:
    known = QUANTITIES.get(name)
    if name not in dataset:
        known = QUANTITIES[name]
        return MapVariable(
            name=name,
            label=known.label,
            units=known.pretty_units,
            per_current=name == KEPT,
            from_network=name in ERRORS,
        )
    variable = dataset[name]
    units = Quantity(name=name, symbol="", units=variable.attrs.get("units", "1"), long_name=name)
    return MapVariable(
        name=name,
        label=known.label if known else axis_label(variable),
        units=known.pretty_units if known else units.pretty_units,
        per_current="current" in variable.dims,
        from_network=name in _GROUPS[_FROM_NETWORK],
        flags=flags_of(variable),
    )
