"""From a cube to weights: losses, one fit, folds, checkpoints, events."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
