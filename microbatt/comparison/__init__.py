"""Engines side by side: the same points on each, how long they took and how far they are off."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
