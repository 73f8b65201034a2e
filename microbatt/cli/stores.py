"""Stores on the command line: a path, a URL or a name of the catalog, and protocol options."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from microbatt.cube import Location

_Command = TypeVar("_Command", bound=Callable[..., Any])


def storage_options(command: _Command) -> _Command:
    """Give a command the option ``--storage-option``."""
    return click.option(
        "--storage-option",
        "options",
        multiple=True,
        metavar="KEY=VALUE",
        help="Option of the URL's protocol, such as anon=true; may be repeated.",
    )(command)


def read_options(options: tuple[str, ...]) -> dict[str, Any]:
    """Read ``KEY=VALUE`` words; a value that is JSON is taken as such.

    Raises
    ------
    ParameterError
        If one has no ``=``.

    Examples
    --------
    >>> read_options(("anon=true", "endpoint_url=http://127.0.0.1:5000"))
    {'anon': True, 'endpoint_url': 'http://127.0.0.1:5000'}
    """
    return dict(_pair(option) for option in options)


def find_store(store: str, options: tuple[str, ...] = ()) -> Location:
    """Return the place of a store given by path, URL or name of the catalog."""
    from microbatt.campaign import available_recipes, cached_store, load_campaign
    from microbatt.cube import locate

    if store in available_recipes():
        return locate(cached_store(load_campaign(store)))
    return locate(store, read_options(options))


def _pair(option: str) -> tuple[str, Any]:
    key, equals, value = option.partition("=")
    if not equals:
        raise ParameterError(f"`--storage-option` is {option!r}; write it as KEY=VALUE.")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
