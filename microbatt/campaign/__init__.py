"""Which curves to run, and running them on Dask so that nothing that happens loses one."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
