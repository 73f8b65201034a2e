"""What an installation has and can reach, each finding in a line for a bug report."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
