"""A cube made and filled block by block: rows of results, what was written, and by which run."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
