"""Making ``dataset.microbatt`` known to xarray, without loading xarray for whoever needs it not.

``import microbatt`` would take half a second if it loaded xarray, and half of the commands never
look at a dataset.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType


def register_with_xarray() -> None:
    """Register the accessors with xarray: at once if it is loaded, else as soon as it is."""
    if "xarray" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _WhenXarrayIsFound())


def _register() -> None:
    # The module of the accessor does not load xarray, or it would be half there when this runs.
    from microbatt.cube.accessor import CubeAccessor

    import_module("xarray").register_dataset_accessor("microbatt")(CubeAccessor)
    import_module("microbatt.plots.accessor")


class _WhenXarrayIsFound(MetaPathFinder):
    """Steps aside for the finders that find xarray, and has its loader tell when it is loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != "xarray" or self not in sys.meta_path:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(fullname)
        if spec is not None and spec.loader is not None:
            spec.loader = _ThenRegister(spec.loader)
        return spec


class _ThenRegister(Loader):
    """Loads xarray as its own loader does, then registers."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        _register()
