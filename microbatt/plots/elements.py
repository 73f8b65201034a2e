"""What HoloViews figures of a cube share: axes named as in every other picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.quantities import quantity

if TYPE_CHECKING:
    import holoviews as hv


def axis(name: str) -> hv.Dimension:
    """Return the dimension of a quantity: its words, and its unit or else its symbol."""
    import holoviews as hv

    known = quantity(name)
    words = f"{known.label}, {known.symbol}" if known.units == "1" else known.label
    return hv.Dimension(name, label=words)
