"""Predictions in a cube: which networks and folds there are, and those of one of them.

Stored predictions lie along ``network`` and ``fold`` beside the points. A *copy* is one network
trained once: fold 0 saw all points of its training cube, fold k ≥ 1 all but those of fold k.
"""

from __future__ import annotations

import json
from enum import IntEnum
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import numpy as np

from microbatt.checks import check_choice
from microbatt.errors import ParameterError
from microbatt.parameters import PARAMETERS, POINT, quantity_of
from microbatt.quantities import QUANTITIES, Quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xarray as xr

NETWORK: Final = "network"
FOLD: Final = "fold"
COPY: Final = (NETWORK, FOLD)
"""Dimensions that tell copies apart."""
HELD_OUT: Final = "held_out"
"""As a fold: each point by the copy that did not see it. Also the variable that says which do."""
PREDICTION_STATUS: Final = "prediction_status"
PREDICTION_VARIABLES: Final = (
    "alpha_predicted",
    "S_predicted",
    "alpha_predicted_std",
    "S_predicted_std",
    "predicted_correlation",
    HELD_OUT,
    PREDICTION_STATUS,
)
"""Those of alpha and S, along network, fold and points, the status last."""
_PREDICTED: Final = "_predicted"
_STD: Final = "_predicted_std"
_CORRELATION: Final = "predicted_correlation"
_TRUE: Final = "_true"


def variables_of(targets: Sequence[str]) -> tuple[str, ...]:
    """Return the names of the variables that hold predictions of some numbers.

    Parameters
    ----------
    targets : sequence of str
        Names of `microbatt.parameters`.

    Returns
    -------
    tuple of str
        Values, standard deviations, correlations of each pair, ``held_out`` and the status, last.

    Examples
    --------
    >>> variables_of(["alpha", "S"]) == PREDICTION_VARIABLES
    True
    >>> variables_of(["positive_thickness"])[:2]
    ('positive_thickness_predicted', 'positive_thickness_predicted_std')
    """
    values = [f"{name}{_PREDICTED}" for name in targets]
    spreads = [f"{name}{_STD}" for name in targets]
    pairs = [correlation_of(a, b) for a, b in combinations(targets, 2)]
    return (*values, *spreads, *pairs, HELD_OUT, PREDICTION_STATUS)


def correlation_of(first: str, second: str) -> str:
    """Return the name of the variable that holds the correlation of two predictions.

    Parameters
    ----------
    first, second : str
        Names of the two numbers, in the order of the targets.

    Returns
    -------
    str
        Of the variable.

    Examples
    --------
    >>> correlation_of("alpha", "S"), correlation_of("alpha", "negative_alpha")
    ('predicted_correlation', 'predicted_correlation_alpha_negative_alpha')
    """
    usual = (first, second) == ("alpha", "S")
    return _CORRELATION if usual else f"{_CORRELATION}_{first}_{second}"


def targets_in(names: Iterable[object]) -> tuple[str, ...]:
    """Return of which numbers there are predictions among the names of variables.

    Parameters
    ----------
    names : iterable of str
        Names of variables or arrays.

    Returns
    -------
    tuple of str
        In the order of `microbatt.parameters`, alpha and S first.

    Examples
    --------
    >>> targets_in(["voltage", "S_predicted", "S_predicted_std", "alpha_predicted"])
    ('alpha', 'S')
    """
    there = {str(name) for name in names}
    order = dict.fromkeys((*POINT, *PARAMETERS))
    return tuple(name for name in order if f"{name}{_PREDICTED}" in there)


def prediction_quantity(name: str) -> Quantity:
    """Return what is to be said of a variable of predictions.

    Parameters
    ----------
    name : str
        From `variables_of`.

    Returns
    -------
    Quantity
        Its symbol, unit and words.

    Examples
    --------
    >>> prediction_quantity("positive_thickness_predicted").label
    'Predicted thickness of the positive electrode [m]'
    """
    if name in QUANTITIES:
        return QUANTITIES[name]
    if name.startswith(_CORRELATION):
        words = "correlation of the errors of two predictions"
        return Quantity(name=name, symbol="ρ", units="1", long_name=words)
    if name.endswith(_STD):
        told = quantity_of(name.removesuffix(_STD))
        words = f"standard deviation of the predicted {told.long_name}"
        return Quantity(name=name, symbol=f"σ({told.symbol})", units=told.units, long_name=words)
    told = quantity_of(name.removesuffix(_PREDICTED))
    return Quantity(
        name=name, symbol=told.symbol, units=told.units, long_name=f"predicted {told.long_name}"
    )


def truths_in(names: Iterable[object]) -> dict[str, str]:
    """Return which true values a group beside a cube has: name of the number → of its coordinate.

    Examples
    --------
    >>> truths_in(["alpha_true", "S_true", "network"])
    {'alpha': 'alpha_true', 'S': 'S_true'}
    """
    there = {str(name) for name in names}
    order = dict.fromkeys((*POINT, *PARAMETERS))
    return {name: f"{name}{_TRUE}" for name in order if f"{name}{_TRUE}" in there}


def truth_names(targets: Iterable[str]) -> dict[str, str]:
    """Return how the true values of some numbers are called in a group beside a cube."""
    return {name: f"{name}{_TRUE}" for name in targets}


def is_prediction(name: str) -> bool:
    """Whether an array of a store belongs to predictions.

    Examples
    --------
    >>> is_prediction("S_predicted_std"), is_prediction("S")
    (True, False)
    """
    return (
        name.endswith((_PREDICTED, _STD))
        or name.startswith(_CORRELATION)
        or name
        in (
            HELD_OUT,
            PREDICTION_STATUS,
        )
    )


ORIGIN: Final = "provenance"
"""Attribute of ``prediction_status``: name → fold as text → what is known of the copy (`FACTS`)."""
FACTS: Final = {
    "network_kind": "kind of the network",
    "weights_hash": "hash of its weights",
    "training_cube": "cube on which it was trained",
    "training_campaign_hash": "campaign hash of that cube",
    "noise_voltage": "white noise on the voltages that it was told of [V]",
}
"""What `ORIGIN` says of a copy → in words."""

Facts: TypeAlias = "dict[str, str | float]"
Fold: TypeAlias = 'int | Literal["held_out"]'


class PredictionStatus(IntEnum):
    """Whether and how a point was predicted; the values of ``prediction_status``."""

    NOT_PREDICTED = 0
    PREDICTED = 1
    NO_CURVES = 2
    OUT_OF_RANGE = 3


def copies_in(cube: xr.Dataset) -> dict[str, tuple[int, ...]]:
    """Return which networks have predicted the points of a cube, and the folds of each.

    Parameters
    ----------
    cube : xarray.Dataset
        A cube, or predictions alone.

    Returns
    -------
    dict
        Name → folds, in the order of the cube; without those that have no predictions.
    """
    if not {*COPY} <= set(cube.coords):
        return {}
    folds = set(np.unique(cube[FOLD].to_numpy()).tolist())
    found = {}
    origins = origins_of(cube)
    for name in np.atleast_1d(cube[NETWORK].to_numpy()):
        known = sorted(int(fold) for fold in origins.get(str(name), {}))
        if there := tuple(fold for fold in known if fold in folds):
            found[str(name)] = there
    return found


def origins_of(cube: xr.Dataset) -> dict[str, dict[str, Facts]]:
    """Return where the predictions of a cube come from: name → fold as text → facts.

    Examples
    --------
    ``origins_of(cube)["published"]["3"]["weights_hash"]``
    """
    stored = cube[PREDICTION_STATUS].attrs.get(ORIGIN, {}) if PREDICTION_STATUS in cube else {}
    read = json.loads(stored) if isinstance(stored, str) else stored  # netCDF has no mappings
    return {str(name): dict(copies) for name, copies in read.items()}


def status_key(key: str) -> str | None:
    """Return the key of the chunk that vouches for a chunk of predictions; None for others.

    Examples
    --------
    >>> status_key("off-grid/S_predicted/c/0/1/0")
    'off-grid/prediction_status/c/0/1/0'
    """
    path, mark, number = key.partition("/c/")
    group, slash, name = path.rpartition("/")
    return f"{group}{slash}{PREDICTION_STATUS}{mark}{number}" if is_prediction(name) else None


def as_points(node: xr.Dataset) -> xr.Dataset:
    """Return predictions of another cube's points with their true values as ``alpha`` and ``S``.

    Parameters
    ----------
    node : xarray.Dataset
        A node of a tree; anything else is returned as it is.
    """
    truths = truths_in(node.coords)
    if not truths:
        return node
    inherited = [name for name in node.indexes if name not in COPY]
    return node.drop_vars(inherited).rename({long: name for name, long in truths.items()})


def predicted_by(
    cube: xr.Dataset, network: str | None = None, fold: Fold | None = None
) -> xr.Dataset:
    """Return a cube with the predictions of one network alone, one for each point.

    Parameters
    ----------
    cube : xarray.Dataset
        A cube, a node of its tree, or predictions alone; with predictions of one network already,
        or with none at all, it is returned as it is.
    network : str, optional
        Name; None is the only one, or the first.
    fold : Fold, optional
        Number of the fold; ``"held_out"`` takes for each point the copy that never saw it (the
        first, where several did not); None is fold 0 where it is there, else ``"held_out"``.

    Returns
    -------
    xarray.Dataset
        Without the dimensions ``network`` and ``fold``. Both are coordinates now, and so is where
        the predictions come from; of points held out, ``fold`` says by which fold, and points
        that no copy has predicted without having seen them have the status 0.

    Raises
    ------
    ParameterError
        If there are no such predictions; those that there are are named.

    Examples
    --------
    ``predicted_by(cube, "published", "held_out").alpha_predicted.sel(S=10)``
    """
    cube = as_points(cube)
    if not {*COPY} & {*cube.dims}:
        _check_reduced(cube, network, fold)
        return cube
    copies = copies_in(cube)
    if not copies and network is None and fold is None:
        return cube.drop_dims(COPY, errors="ignore")
    if not copies:
        raise ParameterError(
            "the cube has room for predictions, but no network has predicted it to the end; "
            "run microbatt predict CUBE again."
        )
    name = check_choice(NETWORK, next(iter(copies)) if network is None else network, copies)
    one = cube.isel({NETWORK: _place(cube[NETWORK], name)}, missing_dims="ignore")
    if fold is None and FOLD not in cube.dims:
        fold = int(cube[FOLD])
    wanted = _wanted(fold, name, copies[name])
    if wanted == HELD_OUT:
        numbers = [number for number in copies[name] if number > 0]
        return _with_facts(_held_out(one, numbers), cube, name, numbers)
    only = one.isel({FOLD: _place(one[FOLD], wanted)}, missing_dims="ignore")
    return _with_facts(only, cube, name, [wanted])


def _check_reduced(cube: xr.Dataset, network: str | None, fold: Fold | None) -> None:
    """Raise if other predictions are asked for than the only ones."""
    asked = {NETWORK: network, FOLD: fold}
    for name, value in asked.items():
        if value is None:
            continue
        found = cube[name].to_numpy() if name in cube.coords else np.array([])
        only = found.ndim == 0 and str(found) == str(value)
        if not only and not (value == HELD_OUT and found.ndim):
            raise ParameterError(
                f"`{name}` is {value!r}, but the dataset has "
                + (f"the predictions of {name} {found} alone" if found.size else "no predictions")
                + ". Join predictions with microbatt predict CUBE, and pass the whole cube."
            )


def _wanted(fold: Fold | None, name: str, folds: tuple[int, ...]) -> Fold:
    if fold is None:
        return 0 if 0 in folds else HELD_OUT
    if fold == HELD_OUT:
        if any(number > 0 for number in folds):
            return HELD_OUT
    elif fold in folds:
        return fold
    raise ParameterError(
        f"`fold` is {fold!r}, and of the network {name!r} there are predictions of fold "
        f"{', '.join(map(str, folds))}; fold 0 saw all points of its training cube, the others "
        "all but those of their fold. Cross-validate with `microbatt train --folds` for more."
    )


def _place(labels: xr.DataArray, wanted: str | int) -> int:
    """Return the place of a label; strings of a store are not of NumPy's usual type."""
    return [type(wanted)(label) for label in np.atleast_1d(labels.to_numpy())].index(wanted)


def _held_out(one: xr.Dataset, folds: Sequence[int]) -> xr.Dataset:
    """Return each point as the first copy that never saw it predicts it."""
    one = one if FOLD in one.dims else one.expand_dims(FOLD)
    copies = one.isel({FOLD: [_place(one[FOLD], number) for number in folds]})
    unseen = copies[HELD_OUT].load()
    chosen, any_of_them = unseen.argmax(FOLD), unseen.any(FOLD)
    number = copies[FOLD][chosen].where(any_of_them, 0).astype(int)
    found = {
        name: variable.isel({FOLD: chosen}, drop=True)
        .where(any_of_them, _nothing(variable))
        .drop_vars(FOLD, errors="ignore")
        for name, variable in copies.data_vars.items()
        if FOLD in variable.dims
    }
    return (
        copies.drop_dims(FOLD)
        .assign(found)
        .assign_coords({FOLD: number.reset_coords(drop=True).assign_attrs(_HELD_OUT_FOLD)})
    )


_HELD_OUT_FOLD: Final = {"long_name": "fold of the copy that predicted the point; 0 where none"}


def _nothing(variable: xr.DataArray) -> float | int | bool:
    kinds = {"f": np.nan, "b": False}
    return kinds.get(variable.dtype.kind, int(PredictionStatus.NOT_PREDICTED))


def _with_facts(one: xr.Dataset, cube: xr.Dataset, name: str, folds: Sequence[int]) -> xr.Dataset:
    """Add as coordinates what is known of the copies, as far as they agree."""
    told = [origins_of(cube)[name][str(fold)] for fold in folds]
    agreed = [key for key in told[0] if len({facts.get(key) for facts in told}) == 1]
    return one.assign_coords(
        {
            key: ((), strings(told[0][key]), {"long_name": words})
            for key, words in FACTS.items()
            if key in agreed
        }
    )


def strings(values: object) -> np.ndarray[Any, Any]:
    """Return text as arrays that Zarr stores; numbers as they are.

    Parameters
    ----------
    values : object
        Text or numbers, of any shape.

    Returns
    -------
    numpy.ndarray
        With a string type that Zarr stores.

    Examples
    --------
    >>> strings(["curve", "published"]).tolist()
    ['curve', 'published']
    """
    array = np.asarray(values)
    return array.astype(np.dtypes.StringDType()) if array.dtype.kind == "U" else array
