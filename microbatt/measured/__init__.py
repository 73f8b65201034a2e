"""Files of a tester in; whole discharges out, each with what it was measured by."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
