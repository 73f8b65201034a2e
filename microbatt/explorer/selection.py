"""Which points are looked at: what taps do, and how to write a point down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.explorer.plane import Plane


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The point whose curves are shown, and one that is pinned to compare with.

    Parameters
    ----------
    number : int
        Number of the selected point.
    pinned : int, optional
        Number of the pinned point, if there is one.
    tapped : bool, default False
        Whether the next tap pins.
    """

    number: int
    pinned: int | None = None
    tapped: bool = False

    def after_tap(self, number: int) -> Selection:
        """Return what a tap makes of it.

        What is tapped is selected, so that its numbers are shown. The second tap pins what was
        selected until then, to compare with; a tap on the pinned point lets it go.

        Examples
        --------
        >>> once = Selection(number=0).after_tap(3)
        >>> once.number, once.pinned
        (3, None)
        >>> twice = once.after_tap(5)
        >>> twice.number, twice.pinned
        (5, 3)
        >>> twice.after_tap(7).number, twice.after_tap(7).pinned, twice.after_tap(3).pinned
        (7, 3, None)
        """
        if number == self.pinned:
            return replace(self.released(), number=number)
        if self.tapped and self.pinned is None and number != self.number:
            return replace(self, number=number, pinned=self.number)
        return replace(self, number=number, tapped=True)

    def moved(self, number: int) -> Selection:
        """Return it with another point selected, as by a drag or a slider."""
        return replace(self, number=number)

    def released(self) -> Selection:
        """Return it without a pinned point; the next tap selects."""
        return replace(self, pinned=None, tapped=False)


def expression(dataset: xr.Dataset, plane: Plane, number: int) -> str:
    """Write a point down as the Python that selects it.

    Parameters
    ----------
    dataset : xarray.Dataset
        The cube, or a part of one, which may have lost a dimension.
    plane : Plane
        Its points.
    number : int
        Number of the point.

    Returns
    -------
    str
        Such as ``ds.sel(alpha=2.3, S=3)``; evaluated with the cube as ``ds``, it is the point.
    """
    place = {dim: at for dim, at in plane.place(number).items() if dim in dataset.dims}
    if not plane.is_grid:
        return f"ds.isel(point={place['point']})"
    values = {dim: float(dataset[dim][index]) for dim, index in place.items()}
    values |= {dim: value for dim, value in plane.fixed.items() if dim in dataset.dims}
    exact = all(float(f"{value:g}") == value for value in values.values())
    words = [f"{dim}={value:g}" for dim, value in values.items()]
    if not exact:
        words.append('method="nearest"')
    return f"ds.sel({', '.join(words)})" if words else "ds"


def selected(dataset: xr.Dataset, plane: Plane, number: int) -> xr.Dataset:
    """Return one point of a cube with all its currents."""
    return dataset.isel(plane.place(number))
