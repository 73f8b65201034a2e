"""A cube as one netCDF-4 file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from microbatt.cube.contents.schema import typed_flags
from microbatt.places import Kind, mark, replacing

if TYPE_CHECKING:
    import xarray as xr

_COMPRESSED = {"zlib": True, "complevel": 4, "shuffle": True}


def write_netcdf(
    dataset: xr.Dataset,
    path: str | Path,
    *,
    overwrite: bool = False,
    **options: Any,  # noqa: ANN401 - forwarded
) -> Path:
    """Write a cube to a netCDF-4 file.

    Attributes that netCDF has no type for (the cell, the design, the settings, where predictions
    come from) become JSON text; ``flag_values`` gets the type of ``status``; variables
    are compressed.

    Parameters
    ----------
    dataset : xarray.Dataset
        A cube or a part of one.
    path : str or pathlib.Path
        Of the file.
    overwrite : bool, default False
        Whether a cube that lies there in netCDF may be replaced; nothing else ever is.
    **options : object
        Forwarded to `xarray.Dataset.to_netcdf`.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    StoreError
        If something lies there that is not to be lost.
    """
    file = Path(path).expanduser()
    plain = dataset.copy()
    plain.attrs = mark(Kind.CUBE) | {
        name: _attribute(value) for name, value in dataset.attrs.items()
    }
    for name, variable in dataset.variables.items():
        plain[name].attrs = typed_flags(
            {
                key: _attribute(one) if isinstance(one, dict) else one
                for key, one in variable.attrs.items()
            }
        )
        plain[name].encoding = {}
    settings = {"format": "NETCDF4", "engine": "netcdf4", **options}
    settings.setdefault("encoding", {name: _encoding(plain[name]) for name in plain.data_vars})
    with replacing(file, Kind.CUBE, overwrite=overwrite, option="`overwrite=True`") as written:
        plain.to_netcdf(written, **settings)
    return file


def _encoding(variable: xr.DataArray) -> dict[str, Any]:
    # NaN needs no mask, and a status of 0 is a value: no variable has a fill value.
    return {"_FillValue": None, **(_COMPRESSED if variable.ndim else {})}


def _attribute(value: object) -> str | int | float:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str | int | float):
        return value
    return json.dumps(value, ensure_ascii=False)
