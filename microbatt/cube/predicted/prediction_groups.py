"""Predictions of another cube's points: a group of a store, a node of its tree.

Its points are listed even if they lie on a grid, and their true values have names of their own: the
groups of a tree share their dimensions and inherit the root's axes, and the alphas of the two cubes
differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.cube.contents.schema import array_of, compression, dimensions, plain_attributes
from microbatt.cube.predicted.predictions import (
    PREDICTION_STATUS,
    targets_in,
    truth_names,
    truths_in,
)
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    import xarray as xr
    import zarr

MARK: Final = "microbatt_predictions"
"""Attribute of such a group: the version of how it is laid out."""
_VERSION: Final = 1
_POINT: Final = "point"
_HOW_STORED: Final = frozenset({"microbatt_schema", "chunks"})
"""Attributes of a cube that do not hold for a group of predictions."""


def prediction_groups(root: zarr.Group) -> dict[str, zarr.Group]:
    """Return the groups of a store that hold predictions of other cubes' points, by name."""
    return {name: group for name, group in root.groups() if MARK in group.attrs}


def group_of_points(root: zarr.Group, predicted: xr.Dataset) -> tuple[zarr.Group, xr.Dataset]:
    """Return the group for the predictions of another cube's points; make it if need be.

    Parameters
    ----------
    root : zarr.Group
        Of the store.
    predicted : xarray.Dataset
        With the attributes of the cube that was predicted.

    Returns
    -------
    group, predicted
        The group, named after the predicted cube, with the true values of its points; and the
        predictions along ``point``. If it held other points, it is empty now.

    Raises
    ------
    ParameterError
        If the name is taken, or the store's own points are listed.
    """
    name = str(predicted.attrs.get("name", ""))
    found = _there(root, name)
    listed = _listed(predicted)
    if found is not None and _same_points(found, listed):
        return found, listed
    if found is not None:
        _remove(root, found)
    group = root.create_group(name, attributes=_attributes(predicted))
    for name in truths_in(listed.coords).values():
        _write_truth(group, listed[name])
    return group, listed


def _there(root: zarr.Group, name: str) -> zarr.Group | None:
    """Return the group of a name if it is there, whole or not; refuse what can be none."""
    import zarr

    found = root.get(name) if name else None
    if not name or (found is not None and MARK not in found.attrs):
        raise ParameterError(
            f"the predicted cube is called {name!r}, and predictions of it go into a group of that "
            "name, which "
            + ("is taken in the store." if name else "needs one.")
            + " Rename the campaign of the cube."
        )
    if any(_POINT in dimensions(array) for _, array in root.arrays()):
        raise ParameterError(
            "the store lists points itself, and all groups of a tree share their dimensions; "
            "join predictions of other points to the cube of a grid, or to their own cube."
        )
    return found if isinstance(found, zarr.Group) else None


def _listed(predicted: xr.Dataset) -> xr.Dataset:
    """Return predictions along one dimension ``point``, the last."""
    truth = truth_names(targets_in(predicted.data_vars))
    if _POINT not in predicted.dims:
        predicted = predicted.stack({_POINT: list(truth)}, create_index=False)
    listed = predicted.drop_vars(_POINT, errors="ignore").transpose(..., _POINT)
    return listed.rename(truth)


def _same_points(group: zarr.Group, listed: xr.Dataset) -> bool:
    return all(
        name in group and np.array_equal(np.asarray(array_of(group, name)), listed[name])
        for name in truths_in(listed.coords).values()
    )


def _remove(root: zarr.Group, group: zarr.Group) -> None:
    """Remove a group, so that whoever still reads it sees points without predictions."""
    if PREDICTION_STATUS in group:
        array = array_of(group, PREDICTION_STATUS)
        array[...] = array.fill_value
    del root[group.path]


def _attributes(predicted: xr.Dataset) -> dict[str, object]:
    kept = {str(k): v for k, v in predicted.attrs.items() if k not in _HOW_STORED}
    return kept | {MARK: _VERSION}


def _write_truth(group: zarr.Group, truth: xr.DataArray) -> None:
    array = group.create_array(
        str(truth.name),
        shape=truth.shape,
        dtype="float64",
        chunks=truth.shape,
        fill_value=float("nan"),
        compressors=compression(),
        dimension_names=(_POINT,),
        attributes=plain_attributes(truth),
        overwrite=True,
    )
    array[...] = truth.to_numpy()
