"""What a battery is: its parts, the fits of its materials, and reading it from a file."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
