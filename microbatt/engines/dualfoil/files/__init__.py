"""dualfoil's own files: decks, activation energies, templates of decks, and its output."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
