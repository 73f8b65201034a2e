"""What curves can tell at all: bounds, maps of them, and the currents that tell most."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
