"""What stands at an axis: the words and the unit that a variable brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.quantities import QUANTITIES, Quantity

if TYPE_CHECKING:
    import xarray as xr


def axis_label(variable: xr.DataArray) -> str:
    """Return the label of a variable: from its attributes, else from the known quantities.

    Parameters
    ----------
    variable
        With CF attributes ``long_name`` and ``units``, or the name of a quantity.

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
    if "long_name" in variable.attrs:
        attrs = variable.attrs
        units = str(attrs.get("units", "1"))
        return Quantity(name=name, symbol="", units=units, long_name=attrs["long_name"]).label
    return QUANTITIES[name].label if name in QUANTITIES else name
