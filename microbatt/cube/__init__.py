"""The labelled store: where its curves lie, its schema, creating, opening, writing and checking."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
