"""Stores on the command line: a path, a URL or a name of the catalog, and protocol options."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Sequence

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


_OPTION: Final = "--storage-option"
_NO_SECRETS: Final = frozenset({"anon", "endpoint_url", "profile", "region", "region_name"})
"""Options of protocols whose values may stand in a file."""


def words_without_secrets(words: Sequence[str]) -> list[str]:
    """Return a command's words for a file, without what opens a store to whoever reads it.

    Examples
    --------
    >>> words_without_secrets(["train", "--storage-option", "secret=abc", "s3://me:pw@b/a.zarr"])
    ['train', '--storage-option', 'secret=***', 's3://***@b/a.zarr']
    """
    told, follows = [], False
    for word in words:
        option = follows or word.startswith(f"{_OPTION}=")
        told.append(_without_value(word) if option else _without_login(word))
        follows = word == _OPTION
    return told


def _without_value(word: str) -> str:
    start, pair = (f"{_OPTION}=", word.removeprefix(f"{_OPTION}="))
    key, equals, _ = pair.partition("=")
    if key in _NO_SECRETS:
        return _without_login(word)
    return (start if word.startswith(start) else "") + key + equals + "***"


def _without_login(word: str) -> str:
    """Hide who logs in with what, and what a signed address is signed with."""
    hidden = re.sub(r"(://)[^/@\s]+@", r"\1***@", word)
    return re.sub(r"(://[^?\s]*\?).*", r"\1***", hidden)


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
