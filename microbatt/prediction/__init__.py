"""Networks and cubes → labelled predictions: `load_shipped`, `predict_curves`, `predict`."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
