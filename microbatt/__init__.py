"""Discharge curves of lithium-ion cells across electrode microstructure.

The names below are loaded when first used, so that ``import microbatt`` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from microbatt.cells.cell import Cell
    from microbatt.cells.reading import load_cell
    from microbatt.errors import MicrobattError

_HOME = {
    "Cell": "microbatt.cells.cell",
    "MicrobattError": "microbatt.errors",
    "load_cell": "microbatt.cells.reading",
}
"""Public name → module that defines it."""

__all__ = ["Cell", "MicrobattError", "__version__", "load_cell"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        value: object = version("microbatt")
    elif name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    else:
        raise AttributeError(f"module 'microbatt' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
