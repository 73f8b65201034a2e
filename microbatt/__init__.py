"""Discharge curves of lithium-ion cells across electrode microstructure.

The names at the root are loaded when first used, so that ``import microbatt`` stays light.
"""

import lazy_loader

from microbatt.registration import register_with_xarray

register_with_xarray()  # `dataset.microbatt`, and `dataset.microbatt.plot`

_lazily, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("microbatt")
    return _lazily(name)
