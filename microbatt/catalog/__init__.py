"""Cubes by name: computed, downloaded or opened; and a cube made ready to be published."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
