"""The engines by name."""

from __future__ import annotations

import re
import sys
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from microbatt.checks import shown, suggestion
from microbatt.engines.contract.engine import Engine
from microbatt.errors import ParameterError

_HOME: Final = {
    "native": "microbatt.engines.native:ENGINE",
    "dualfoil": "microbatt.engines.dualfoil.engine:ENGINE",
    "pybamm": "microbatt.engines.pybamm.engine:ENGINE",
}
"""Name → module and attribute; a module loads its simulator at the first curve."""

ENGINES: Final = tuple(_HOME)
"""Names of the engines that microbatt brings."""


_OWN: Final = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")
"""Module and attribute of an engine of somebody's own."""


def load_engine(name: str) -> Engine:
    """Return an engine by name.

    Parameters
    ----------
    name : str
        One of `ENGINES`, or ``"module:attribute"`` of an `Engine` of your own, which must be
        importable wherever it is to run, workers of a campaign included.

    Returns
    -------
    Engine
        The same object for the same name.

    Raises
    ------
    ParameterError
        If there is none of that name.

    Examples
    --------
    >>> load_engine("native").name
    'native'
    """
    if not isinstance(name, str) or not (name in _HOME or _OWN.fullmatch(name)):
        raise ParameterError(
            f"`engine` is {shown(name)}, which is not known. {suggestion(name, ENGINES)} "
            'An engine of your own is named "module:attribute".'
        )
    return _imported(name)


@lru_cache(maxsize=16)
def _imported(name: str) -> Engine:
    module, attribute = _HOME.get(name, name).split(":")
    try:
        engine = getattr(import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ParameterError(
            f"`engine` is {shown(name)}, which cannot be imported ({error}). Install it where "
            "microbatt runs, workers included."
        ) from error
    if not isinstance(engine, Engine):
        raise ParameterError(
            f"`engine` is {shown(name)}, which is a {type(engine).__name__}; it must be a "
            "`microbatt.engines.contract.engine.Engine`."
        )
    return engine


def check_stored_engine(name: object) -> str:
    """Return the name of an engine that data names, if loading it runs no code of the data's.

    Parameters
    ----------
    name : object
        From the attributes of a cube, which anybody may have written.

    Returns
    -------
    str
        One of `ENGINES`, or a ``"module:attribute"`` whose module somebody has imported already.

    Raises
    ------
    ParameterError
        If it is anything else.

    Examples
    --------
    >>> check_stored_engine("native")
    'native'
    """
    if isinstance(name, str):
        own = bool(_OWN.fullmatch(name))
        if name in _HOME or (own and name.partition(":")[0] in sys.modules):
            return name
        if own:
            raise ParameterError(
                f"the cube says that the engine {shown(name)} made its curves, which is none of "
                "microbatt's; no module is imported because a file names it. If you trust that "
                f"one, import it first, or pass `--engine {name}`."
            )
    raise ParameterError(
        f"the cube names the engine {shown(name)}, which is not known. {suggestion(name, ENGINES)}"
    )


def stored_settings(engine: Engine, described: object) -> Any:  # noqa: ANN401 - each has its own
    """Return settings that data hold, as far as they can change a number.

    Others say which program of this machine to run and where to write; data have no say in that.

    Parameters
    ----------
    engine : Engine
        Whose settings they are.
    described : object
        As read from a store; a table is asked for.

    Returns
    -------
    Any
        The engine's settings.

    Raises
    ------
    ParameterError
        If there are others, or one has a value that is not allowed.
    """
    if not isinstance(described, dict):
        raise ParameterError(
            f"`settings` of the cube are {shown(described)}; they must be a table."
        )
    strange = sorted(described.keys() - engine.settings().to_dict().keys())
    if strange:
        raise ParameterError(
            f"`settings` of the cube hold {', '.join(map(repr, strange))}, which no run of "
            f"{engine.name} stores; the cube was edited. Run its campaign into a store of its own."
        )
    return engine.settings.from_dict(described)
