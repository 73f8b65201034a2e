from .colours import (
    AMOUNT_MAP,
    DIFFERENCE_MAP,
    MISSING,
    OUTCOME_COLOURS,
    PALETTE,
    PREDICTION,
    colour_map,
    current_colours,
)
from .labels import (
    axis_label,
    dimension,
)

__all__ = [
    "AMOUNT_MAP",
    "DIFFERENCE_MAP",
    "MISSING",
    "OUTCOME_COLOURS",
    "PALETTE",
    "PREDICTION",
    "axis_label",
    "colour_map",
    "current_colours",
    "dimension",
]
