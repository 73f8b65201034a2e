"""Networks from curves to alpha and S: one a file, each with its own frozen settings."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
