"""What a tester does to a cell: a frozen sequence of steps, from text, tables, files or samples."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
