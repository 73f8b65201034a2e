"""What HoloViews' figures share: dimensions with words and units, sizes, the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from microbatt.plots.labels import axis_label
from microbatt.quantities import quantity

if TYPE_CHECKING:
    import holoviews as hv
    import xarray as xr

SIZE: Final = {"frame_width": 420, "frame_height": 330}
"""Of the axes [px]; legends and colour bars stand beside them."""
PANEL: Final = {"frame_width": 290, "frame_height": 290}
"""Of one of three beside each other."""
POINTED: Final = {"tools": ["hover"]}
"""The pointer shows the values of what it is on, by name and with units."""
ROOM: Final = {"padding": 0.04}
"""Beside points and lines; a map fills its axes."""
PLAIN: Final = "%.4g"
"""How ticks of logarithmic axes are written."""


def dimension(name: str) -> hv.Dimension:
    """Return the dimension of a quantity: its name, its words and its unit."""
    import holoviews as hv

    known = quantity(name)
    unit = None if known.units == "1" else known.pretty_units
    return hv.Dimension(name, label=_capital(known.long_name), unit=unit)


def worded(name: str, words: str, unit: str | None = None) -> hv.Dimension:
    """Return a dimension of something that is no quantity of a cube, such as a residual."""
    import holoviews as hv

    return hv.Dimension(name, label=_capital(words), unit=unit)


def dimension_of(values: xr.DataArray) -> hv.Dimension:
    """Return the dimension of a variable of a cube; its label has the unit in brackets."""
    import holoviews as hv

    return hv.Dimension(str(values.name), label=axis_label(values))


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]
