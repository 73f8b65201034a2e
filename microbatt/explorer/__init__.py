"""Looking at a cube in the browser: a map of every microstructure, and the curves behind it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
