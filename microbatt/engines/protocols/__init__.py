"""Protocols on the native engine: many points of one, what each step gives, common samples."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
