"""Where a cube lies, who may write there, and how its voltages are packed."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
