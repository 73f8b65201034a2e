"""One figure kind a module; each takes and returns Matplotlib axes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
