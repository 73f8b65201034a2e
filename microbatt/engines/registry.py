"""The engines by name."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Final

from microbatt.checks import suggestion
from microbatt.engines.engine import Engine
from microbatt.errors import ParameterError

_HOME: Final = {
    "native": "microbatt.engines.native:ENGINE",
    "dualfoil": "microbatt.engines.dualfoil.engine:ENGINE",
    "pybamm": "microbatt.engines.pybamm.engine:ENGINE",
}
"""Name → module and attribute; a module loads its simulator at the first curve."""

ENGINES: Final = tuple(_HOME)
"""Names of the engines that microbatt brings."""


@lru_cache(maxsize=16)
def load_engine(name: str) -> Engine:
    """Return an engine by name.

    Parameters
    ----------
    name : str
        One of `ENGINES`, or ``"module:attribute"`` of an `Engine` of your own, which must be
        importable wherever it is to run, workers of a campaign included.

    Raises
    ------
    ParameterError
        If there is none of that name.

    Examples
    --------
    >>> load_engine("native").name
    'native'
    """
    home = name if ":" in name else _HOME.get(name)
    if home is None:
        raise ParameterError(
            f"`engine` is {name!r}, which is not known. {suggestion(name, ENGINES)} "
            'An engine of your own is named "module:attribute".'
        )
    module, attribute = home.split(":")
    try:
        engine = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ParameterError(
            f"`engine` is {name!r}, which cannot be imported ({error}). Install it where "
            "microbatt runs, workers included."
        ) from error
    if not isinstance(engine, Engine):
        raise ParameterError(
            f"`engine` is {name!r}, which is a {type(engine).__name__}; it must be a "
            "`microbatt.engines.engine.Engine`."
        )
    return engine
