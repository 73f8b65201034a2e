"""Engines on the command line: which one, its settings, and where dualfoil lies."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from microbatt.engines.contract import EngineSettings

_Command = TypeVar("_Command", bound=Callable[..., Any])


def dualfoil_option(command: _Command) -> _Command:
    """Give a command the option ``--dualfoil``, which the engine then finds."""
    return click.option(
        "--dualfoil",
        metavar="PATH",
        help="Path of the dualfoil executable.  [default: MICROBATT_DUALFOIL, or on the PATH]",
        callback=_remember,
        expose_value=False,
    )(command)


def settings_option(command: _Command) -> _Command:
    """Give a command the option ``--setting``, read by `read_settings`."""
    return click.option(
        "--setting",
        "settings",
        multiple=True,
        metavar="KEY=VALUE",
        help="Setting of the engine, VALUE as in TOML: tolerance=1e-5, 'volumes=[60, 30, 60]'.",
    )(command)


def read_settings(engine: str, pairs: tuple[str, ...]) -> EngineSettings:
    """Read ``KEY=VALUE`` words into the settings of an engine.

    Raises
    ------
    ParameterError
        If one is no such pair, or the engine has no such setting.

    Examples
    --------
    >>> read_settings("native", ("mesh=2.0",)).mesh
    2.0
    """
    from microbatt.engines.contract import load_engine

    return load_engine(engine).settings.from_dict(dict(_pair(pair) for pair in pairs))


def _pair(pair: str) -> tuple[str, Any]:
    key, equals, value = pair.partition("=")
    try:
        return key.strip(), tomllib.loads(f"value {equals} {value}")["value"]
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(
            f"`--setting` is {pair!r}; write it as KEY=VALUE, with text in quotes: "
            "version='\"5.2\"'."
        ) from error


def _remember(context: click.Context, option: click.Parameter, path: str | None) -> None:
    """Name the executable to this command and to the processes that it starts, no longer."""
    del option
    if path is not None:
        context.with_resource(_executable_named(path))


@contextmanager
def _executable_named(path: str) -> Iterator[None]:
    from microbatt.engines.dualfoil import EXECUTABLE_VARIABLE

    before = os.environ.get(EXECUTABLE_VARIABLE)
    os.environ[EXECUTABLE_VARIABLE] = path
    try:
        yield
    finally:
        if before is None:
            del os.environ[EXECUTABLE_VARIABLE]
        else:
            os.environ[EXECUTABLE_VARIABLE] = before
