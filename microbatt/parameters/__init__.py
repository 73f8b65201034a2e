"""What can vary: the one vocabulary of a cell's numbers, and the coordinates of a fit."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
