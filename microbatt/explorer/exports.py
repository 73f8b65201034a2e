"""The selected points as files: CSV for a spreadsheet, netCDF for everything else."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from microbatt.explorer.selection import selected
from microbatt.explorer.source import point_curves
from microbatt.parameters import quantity_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import xarray as xr

    from microbatt.explorer.selection import Selection
    from microbatt.explorer.source import CubeSource

_COLUMNS = ("current", "capacity", "voltage")


def points_as_csv(source: CubeSource, selection: Selection) -> str:
    """Return the curves of the selected and the pinned point as one table.

    A row for each stored depth; a curve that does not exist is one row with its outcome and no
    numbers. Headings are names with units in brackets.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow([_heading(name) for name in (*source.plane.names, *_COLUMNS)] + ["outcome"])
    for number in _numbers(selection):
        writer.writerows(_rows(source, number))
    return file.getvalue()


def points_as_netcdf(source: CubeSource, selection: Selection) -> bytes:
    """Return the selected and the pinned point, with all their variables, as a netCDF-4 file.

    One point keeps no dimension of the plane; two lie along ``point``, the selected one first.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "points.nc"
        _dataset(source, selection).microbatt.to_netcdf(path)
        return path.read_bytes()


def file_name(source: CubeSource, selection: Selection, suffix: str) -> str:
    """Return a name for a file of the selected point.

    A cube's name is free text, so that everything but letters, digits, dot and dash becomes a
    dash.
    """
    cube = str(source.opened.attrs.get("name", "cube"))
    plane, number = source.plane, selection.number
    across, up = plane.names
    point = f"{across}-{plane.x[number]:.4g}-{up}-{plane.y[number]:.4g}"
    safe = "".join(c if c.isalnum() or c in ".-" else "-" for c in cube)
    return f"{safe}-{point}.{suffix}"


def _dataset(source: CubeSource, selection: Selection) -> xr.Dataset:
    import xarray as xr

    points = [selected(source.dataset, source.plane, n) for n in _numbers(selection)]
    if len(points) == 1:
        return points[0]
    return xr.concat(
        points,
        "point",
        data_vars="all",
        coords=[name for name, value in points[0].coords.items() if value.ndim == 0],
        compat="override",
        combine_attrs="override",
    )


def _numbers(selection: Selection) -> list[int]:
    pinned = [] if selection.pinned is None else [selection.pinned]
    return list(dict.fromkeys([selection.number, *pinned]))


def _rows(source: CubeSource, number: int) -> Iterator[Iterable[object]]:
    alpha, S = source.plane.x[number], source.plane.y[number]
    for curve in point_curves(source, number):
        start = [f"{alpha:.9g}", f"{S:.9g}", f"{curve.current:.9g}"]
        outcome = curve.outcome.name.lower()
        if not curve.capacity.size:
            yield [*start, "", "", outcome]
        for capacity, voltage in zip(curve.capacity, curve.voltage, strict=True):
            yield [*start, f"{capacity:.9g}", f"{voltage:.6g}", outcome]


def _heading(name: str) -> str:
    return f"{name} [{quantity_of(name).units}]"
