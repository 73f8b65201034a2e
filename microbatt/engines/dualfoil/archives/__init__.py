"""Runs of dualfoil that others left in folders or published, found and read."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
