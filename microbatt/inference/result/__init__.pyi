from .text import (
    cell_sensitivity_sentence,
    own_offset,
    strained_sentence,
)
from .trade_offs import (
    trade_off_sentence,
)

__all__ = [
    "cell_sensitivity_sentence",
    "own_offset",
    "strained_sentence",
    "trade_off_sentence",
]
