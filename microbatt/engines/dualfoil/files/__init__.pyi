from .activation import (
    ACTIVATION_FILE,
    format_activation,
    read_activation,
)
from .deck import (
    ENTRIES,
    Deck,
    Segment,
    Version,
    format_deck,
    read_deck,
)
from .template import (
    ExtraFile,
    check_template,
    point_values,
)

__all__ = [
    "ACTIVATION_FILE",
    "ENTRIES",
    "Deck",
    "ExtraFile",
    "Segment",
    "Version",
    "check_template",
    "format_activation",
    "format_deck",
    "point_values",
    "read_activation",
    "read_deck",
]
