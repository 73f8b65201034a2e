from .text import (
    cell_sensitivity_sentence,
    own_offset,
    strained_sentence,
)

__all__ = [
    "cell_sensitivity_sentence",
    "own_offset",
    "strained_sentence",
]
