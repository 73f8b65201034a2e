"""dualfoil 5.1 and 5.2 from the outside: its decks, its runs, its output, as an engine.

dualfoil is a Fortran program of Doyle, Newman and others; microbatt drives it and contains none
of it.  Bring an executable of your own.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
