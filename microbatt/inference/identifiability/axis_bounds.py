"""Cramér-Rao bounds over any axes of the vocabulary, of alpha, S and any other unknown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
import xarray as xr

from microbatt.checks import check_choice
from microbatt.errors import ParameterError
from microbatt.inference.forward.priors import make_priors
from microbatt.inference.forward.unknowns import (
    MICROSTRUCTURE,
    PARAMETERS,
    cell_with_values,
    known_name,
    unknown_quantity,
    value_in_cell,
)
from microbatt.inference.identifiability.curve_bounds import (
    Readings,
    curve_information,
    inverse_information,
)
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import ArrayLike, NDArray

    from microbatt.engines.contract import Request

    Array = NDArray[np.float64]
    Free = Iterable[str] | Mapping[str, float]

_AXES: Final = tuple(
    name for name, one in PARAMETERS.items() if one.owner in {"microstructure", "cell"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Terms:
    """What the bounds of every place are for."""

    request: Request
    axes: tuple[str, ...]
    currents: Array
    readings: Readings
    free: Free

    def cell_request(self, row: Array) -> Request:
        """Return the request for the cell of a place, shape (axes,)."""
        pairs = zip(self.axes, map(float, row), strict=True)
        values = {name: value for name, value in pairs if name not in MICROSTRUCTURE}
        if not values:
            return self.request
        return replace(self.request, cell=cell_with_values(self.request.cell, values))

    def point(self, row: Array) -> list[float]:
        """Return alpha and S of a place."""
        at = dict(zip(self.axes, map(float, row), strict=True))
        return [at.get(name, value_in_cell(self.request.cell, name)) for name in MICROSTRUCTURE]

    def bounds(self, rows: Array) -> Array:
        """Return the bound of each unknown, and the count of curves, shape (n, p + 1)."""
        other = [i for i, name in enumerate(self.axes) if name not in MICROSTRUCTURE]
        _, cells = np.unique(rows[:, other], axis=0, return_inverse=True)
        found = []
        order = np.argsort(cells.ravel(), kind="stable")
        for group in np.split(order, np.flatnonzero(np.diff(cells.ravel()[order])) + 1):
            information = curve_information(
                self.cell_request(rows[group[0]]),
                [self.point(row) for row in rows[group]],
                self.currents,
                self.readings,
                free=self.free,
            )
            covariance = inverse_information(information.total())
            curves = np.isfinite(information.capacity).sum(axis=1)
            std = np.sqrt(np.einsum("...ii->...i", covariance))
            found.append(np.column_stack([np.where(curves[:, None] > 0, std, np.nan), curves]))
        table = np.empty((len(rows), found[0].shape[1]))
        table[order] = np.concatenate(found)
        return table


def axis_bounds(
    request: Request,
    axes: Mapping[str, ArrayLike],
    currents: ArrayLike,
    readings: Readings = Readings(),
    *,
    free: Free = (),
) -> xr.Dataset:
    """Map what can be known of alpha, S and other unknowns over any axes of the vocabulary.

    Parameters
    ----------
    request : Request
        Of which cell, on which terms; see `microbatt.inference.forward.native_request`.
    axes : dict of str to array_like
        Name of the vocabulary → its values, in its own unit; usually two. alpha and S have the
        cell's values where they are no axis.
    currents : array_like
        Of the curves that are measured, shape (k,) [A m⁻²].
    readings : Readings, default all defaults
        What is read from each curve.
    free : iterable of str or dict of str to float, default none
        Unknowns beside alpha and S, as for `bound_map`; their bounds are mapped too.

    Returns
    -------
    xarray.Dataset
        ``<unknown>_bound``, the smallest standard deviation of each unknown, relative where its
        logarithm is fitted, and ``bound_curves``, the count of whole curves, over the axes; lazy,
        computed by Dask a row of the first axis at a time. Infinite where the curves do not tell,
        NaN where there is no whole curve.

    Raises
    ------
    ParameterError
        If an axis is no number of a cell, a cell of the map cannot be, or a current is out of
        range.

    See Also
    --------
    microbatt.inference.identifiability.bound_map : Over alpha and S.

    Examples
    --------
    >>> from microbatt.inference.forward import native_request
    >>> found = axis_bounds(
    ...     native_request("doyle-1996-cell-1"),
    ...     {"positive_thickness": [150e-6, 183e-6], "temperature": [298.15]},
    ...     [17.5, 70.0],
    ... ).compute()
    >>> dict(found.sizes), sorted(found)
    ({'positive_thickness': 2, 'temperature': 1}, ['S_bound', 'alpha_bound', 'bound_curves'])
    """
    import dask.array as da

    given = {check_choice("axis", known_name(name), _AXES): v for name, v in axes.items()}
    if not given or len(given) != len(axes):
        raise ParameterError(
            f"`axes` is {', '.join(axes) or 'empty'}; name one number of the cell or more, each "
            "once, such as positive_thickness and alpha."
        )
    values = {name: np.atleast_1d(np.asarray(v, dtype=float)) for name, v in given.items()}
    terms = _Terms(
        request=request,
        axes=tuple(values),
        currents=np.atleast_1d(np.asarray(currents, dtype=float)),
        readings=readings,
        free=free if isinstance(free, str | dict) else tuple(free),
    )
    rows = np.array(list(product(*values.values())))
    _check(terms, rows)
    names = make_priors(request.cell, free).names
    a_block = len(rows) // len(next(iter(values.values())))
    lazy = da.from_array(rows, chunks=(a_block, rows.shape[1])).map_blocks(
        terms.bounds,
        chunks=(a_block, len(names) + 1),
        dtype=float,
        meta=np.empty((0, 0)),
    )
    tables = lazy.T.reshape(len(names) + 1, *(one.size for one in values.values()))
    told = {f"{name}_bound": _described(name) for name in names}
    told["bound_curves"] = dict(quantity("bound_curves").attrs)
    dataset = xr.Dataset(
        {
            name: (tuple(values), table, attrs)
            for (name, attrs), table in zip(told.items(), tables, strict=True)
        },
        coords={name: (name, v, unknown_quantity(name).attrs) for name, v in values.items()},
        attrs={
            "Conventions": "CF-1.11",
            "cell_name": request.cell.name,
            "currents": terms.currents,
            "noise_voltage": readings.noise,
        },
    )
    dataset["bound_curves"] = dataset["bound_curves"].astype("int32")
    return dataset


def _check(terms: _Terms, rows: Array) -> None:
    """Refuse what is out of range now, not when the first block is computed."""
    for row in rows:
        terms.cell_request(row)
    points = np.array([terms.point(row) for row in rows])
    for name, column in zip(MICROSTRUCTURE, points.T, strict=True):
        allowed = PARAMETERS[name].allowed
        for value in column:
            if value not in allowed:
                raise ParameterError(f"axis `{name}` holds {value:g}; it must lie in {allowed}.")
    first = terms.cell_request(rows[0])
    curve_information(first, points[:1], terms.currents, terms.readings, free=terms.free)


def _described(name: str) -> dict[str, str]:
    """Return the attributes of the bound of an unknown."""
    logarithmic = PARAMETERS[name].logarithmic and name not in MICROSTRUCTURE
    of = unknown_quantity(name)
    long_name = f"smallest possible standard deviation of {of.attrs['long_name']}"
    if logarithmic:
        return {"long_name": f"{long_name}, relative", "units": "1"}
    return {"long_name": long_name, "units": str(of.attrs["units"])}
