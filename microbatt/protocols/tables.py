"""Protocols in TOML files: one table ``[[protocol]]`` a step, or a cycle of steps."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from microbatt.checks import check_integer, suggestion
from microbatt.errors import ParameterError
from microbatt.protocols.step import STEP_KEYS, Step

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LARGEST_FILE: Final = 2**22
"""Of a protocol [byte]."""
_KEYS: Final = ("step", "steps", "repeat", *(key for key in STEP_KEYS if key != "samples"))
_MOST_REPEATS: Final = 100_000


def read_tables(path: Path) -> list[Any]:
    """Return the steps of a protocol file, sentences and records, cycles as lists.

    Raises
    ------
    ParameterError
        If it is no such file; the message names it.
    """
    if path.stat().st_size > _LARGEST_FILE:
        raise ParameterError(f"{path} is too large for a protocol; it may have 4 MiB.")
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ParameterError(f"{path} is no TOML file: {error}.") from error
    tables = document.get("protocol")
    if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
        raise ParameterError(f"{path} has no tables [[protocol]]; write one for each step.")
    return [from_table(table, f"[[protocol]] {k} of {path}") for k, table in enumerate(tables, 1)]


def from_table(table: Mapping[str, Any], where: str = "a step") -> list[Any]:
    """Return what one table says: a sentence, a cycle of sentences, or a step; repeated.

    Examples
    --------
    >>> from_table({"step": "Rest for 1 s", "repeat": 2})
    ['Rest for 1 s', 'Rest for 1 s']
    """
    for key in table:
        if key not in _KEYS:
            raise ParameterError(
                f"{where} has {key!r}, which is not known. {suggestion(key, _KEYS)}"
            )
    given = dict(table)
    times = check_integer("repeat", given.pop("repeat", 1), low=1, high=_MOST_REPEATS)
    words = [key for key in ("step", "steps") if key in given]
    if not words:
        try:
            return [Step(**given)] * times
        except ParameterError as error:
            raise ParameterError(f"in {where}: {error}") from error
    if len(given) != 1:
        raise ParameterError(
            f"{where} has {sorted(given)}; beside {words[0]!r} stands 'repeat' alone."
        )
    sentences = [given["step"]] if words == ["step"] else given["steps"]
    if not isinstance(sentences, list) or not all(isinstance(one, str) for one in sentences):
        raise ParameterError(f"{where} has {words[0]} = {sentences!r}; it must hold sentences.")
    return list(sentences) * times
