"""What stands at axes in print and on screens: words and units; the sizes of HoloViews figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from microbatt.parameters import PARAMETERS, customary
from microbatt.quantities import QUANTITIES, Quantity, quantity

if TYPE_CHECKING:
    import holoviews as hv
    import xarray as xr


def axis_label(variable: xr.DataArray) -> str:
    """Return the label of a variable: as people write it, from its attributes, or the quantities.

    Parameters
    ----------
    variable : xarray.DataArray
        A number of a cell, in its customary unit; else one with the CF attributes ``long_name`` and
        ``units``, or with the name of a quantity.

    Returns
    -------
    str
        Words, then the unit in brackets unless there is none.

    Examples
    --------
    >>> import xarray as xr
    >>> axis_label(xr.DataArray(0.0, name="energy"))
    'Specific energy delivered [W h kg⁻¹]'
    """
    name = str(variable.name or "")
    if name in PARAMETERS:
        return customary(name).label
    if "long_name" in variable.attrs:
        attrs = variable.attrs
        units = str(attrs.get("units", "1"))
        return Quantity(name=name, symbol="", units=units, long_name=attrs["long_name"]).label
    return QUANTITIES[name].label if name in QUANTITIES else name


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
    """Return the dimension of a quantity, labelled as in print: words, then the unit in brackets.

    Parameters
    ----------
    name : str
        Name of a quantity that the cube knows, such as ``"voltage"``, or of a number of a cell, in
        its customary unit.

    Returns
    -------
    holoviews.Dimension
        For an axis or a value of a HoloViews element.

    Examples
    --------
    >>> dimension("voltage").label
    'Cell voltage [V]'
    """
    import holoviews as hv

    known = customary(name) if name in PARAMETERS else quantity(name)
    return hv.Dimension(name, label=known.label)


def slider(name: str) -> hv.Dimension:
    """Return the dimension of a quantity over which figures are gone through.

    Its unit stands apart from its words, so that a title reads ``Discharge current density: 70 A
    m⁻²``.
    """
    import holoviews as hv

    known = quantity(name)
    words = known.long_name[0].upper() + known.long_name[1:]
    return hv.Dimension(name, label=words, unit=known.pretty_units)


def worded(name: str, label: str) -> hv.Dimension:
    """Return a dimension of something that is no quantity of a cube, such as a residual."""
    import holoviews as hv

    return hv.Dimension(name, label=label[0].upper() + label[1:])


def dimension_of(values: xr.DataArray) -> hv.Dimension:
    """Return the dimension of a variable of a cube."""
    import holoviews as hv

    return hv.Dimension(str(values.name), label=axis_label(values))
