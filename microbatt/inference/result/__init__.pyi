from .text import (
    cell_sensitivity_sentence,
    error_of,
    own_offset,
    strained_sentence,
)
from .trade_offs import (
    TradeOff,
    trade_off_sentence,
)

__all__ = [
    "TradeOff",
    "cell_sensitivity_sentence",
    "error_of",
    "own_offset",
    "strained_sentence",
    "trade_off_sentence",
]
