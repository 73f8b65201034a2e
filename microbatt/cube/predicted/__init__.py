"""What networks say of a cube's curves: the variables, their provenance, and who predicted."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
