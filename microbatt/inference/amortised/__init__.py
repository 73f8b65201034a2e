"""A network for one's own cell: draws from the priors, what a tester makes of them, calibration."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
