"""Predictions against truth: errors, whole and by range. Arrays and cubes; no learner."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
