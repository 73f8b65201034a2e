"""What an inference answers: the estimate, its diagnostics, its text and its dataset."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
