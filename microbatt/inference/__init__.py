"""Measured curves in; alpha and S out, with their uncertainty and what limits it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
