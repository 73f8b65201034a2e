"""What was joined to a cube goes with it when its axes grow; new points have no values yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from microbatt.cube.beside import groups_beside
from microbatt.cube.creation import consolidate
from microbatt.cube.joining import join_variables
from microbatt.cube.location import open_store
from microbatt.cube.objects import list_objects, read_object, write_object
from microbatt.cube.opening import open_cube, open_group
from microbatt.cube.predictions import FOLD, NETWORK, PREDICTION_VARIABLES, copies_in
from microbatt.cube.slabs import join_predictions
from microbatt.cube.variables import VARIABLES as OWN

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.cube.location import Location


def carry_joined(smaller: Location, larger: Location) -> None:
    """Join to a larger cube what was joined to the smaller one.

    Parameters
    ----------
    smaller
        Whose axes are part of those of `larger`.
    larger
        Where predictions of other cubes' points, predictions and other variables are written;
        points that `smaller` lacks are not predicted.
    """
    _carry_groups(smaller, larger)
    axes = open_cube(larger, chunks=None).indexes
    joined = open_cube(smaller, chunks=None).drop_vars([variable.name for variable in OWN])
    joined = joined.reset_coords(drop=True)
    joined = _grown(joined, {dim: axes[dim] for dim in joined.indexes if dim in axes})
    for name, folds in copies_in(joined).items():
        predicted = joined[list(PREDICTION_VARIABLES)].sel({NETWORK: [name], FOLD: list(folds)})
        join_predictions(larger, predicted)
    others = joined.drop_dims([NETWORK, FOLD], errors="ignore")
    if others.data_vars:
        join_variables(larger, others)


def _carry_groups(smaller: Location, larger: Location) -> None:
    """Copy groups beside the cube, whose points do not grow, object by object."""
    source, target = open_store(smaller, read_only=True), open_store(larger, read_only=False)
    names = groups_beside(open_group(smaller))
    for key in [key for name in names for key in list_objects(source, f"{name}/")]:
        write_object(target, key, read_object(source, key) or b"")
    if names:
        consolidate(target)


def _grown(joined: xr.Dataset, axes: dict[str, object]) -> xr.Dataset:
    """Return variables along longer axes, empty where there is nothing new to say."""
    empty = {"f": np.nan, "b": False}
    fill = {name: empty.get(v.dtype.kind, 0) for name, v in joined.data_vars.items()}
    return joined.reindex(axes, fill_value=fill)
