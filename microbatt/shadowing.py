"""Files of the user's that have the name of a package, and are imported in its place."""

from __future__ import annotations

import re
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from microbatt.errors import ShadowedError

_STANDARD: Final = sys.stdlib_module_names
_NAMED: Final = re.compile(r"'(\w+)[.']")
"""A module in the message of an error, or the first part of its name."""


def is_installed(package: str) -> bool:
    """Return whether a package can be imported, and not a file that has its name.

    Parameters
    ----------
    package : str
        A folder with an ``__init__.py``, as all are that microbatt imports late.

    Returns
    -------
    bool
        False too for a folder of that name which holds no package.
    """
    spec = find_spec(package)
    return spec is not None and spec.origin is not None and shadow_of(package) is None


def shadow_of(package: str) -> Path | None:
    """Return the file that is imported in the place of a package; None where there is none.

    Parameters
    ----------
    package : str
        As for `is_installed`.

    Returns
    -------
    pathlib.Path or None
        Such as the ``bpx.py`` beside a notebook that does ``import bpx``.
    """
    spec = find_spec(package)
    origin = None if spec is None or spec.origin is None else Path(spec.origin)
    return origin if origin is not None and origin.name == f"{package}.py" else None


def check_unshadowed(*packages: str) -> None:
    """Refuse a file that is imported in the place of a package.

    Parameters
    ----------
    *packages : str
        As for `is_installed`; one that is not installed at all is passed over.

    Raises
    ------
    ShadowedError
        Naming the file, and what to do.
    """
    for package in packages:
        file = shadow_of(package)
        if file is not None:
            raise ShadowedError(_told(package, file))


def shadows_told(error: Exception) -> str:
    """Return what to do about files of the user's from which an error comes.

    Parameters
    ----------
    error : Exception
        Of an import, or of a name that a module does not have.

    Returns
    -------
    str
        A sentence for each module that the error names and that lies in the working folder, or in
        that of the program, though another that lies elsewhere, or one of Python's own, has its
        name; empty where there is none.
    """
    if not isinstance(error, ImportError | AttributeError):
        return ""
    named = set(_NAMED.findall(str(error)))
    own = {Path(sys.path[0] if sys.path else "").resolve(), Path.cwd()}
    told = []
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name not in named or not isinstance(file, str) or Path(file).resolve().parent not in own:
            continue
        others = [one for one in sys.path if Path(one).resolve() not in own]
        if name in _STANDARD or PathFinder.find_spec(name, others) is not None:
            told.append(_told(name, Path(file)))
    return " ".join(told)


def _told(package: str, file: Path) -> str:
    return (
        f"`{package}` is imported from {file}, which is no part of that package and only has its "
        "name. Rename the file."
    )
