"""What differs between two campaigns, in lines that a person can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_ABSENT = "absent"
_MOST = 12
"""Lines shown before the rest is counted."""


def differences(stored: Mapping[str, object], asked: Mapping[str, object]) -> list[str]:
    """Compare two nested descriptions.

    Parameters
    ----------
    stored, asked
        Dictionaries of dictionaries, lists, numbers and words.

    Returns
    -------
    list of str
        One line for each value that differs.

    Examples
    --------
    >>> differences({"cell": {"thickness": 1.0}}, {"cell": {"thickness": 2.0}})
    ['cell.thickness: 1.0 in the store, 2.0 asked for']
    """
    left, right = dict(_leaves("", stored)), dict(_leaves("", asked))
    return [
        f"{name}: {_shown(left.get(name, _ABSENT))} in the store, "
        f"{_shown(right.get(name, _ABSENT))} asked for"
        for name in sorted(left.keys() | right.keys())
        if left.get(name, _ABSENT) != right.get(name, _ABSENT)
    ]


def shortened(lines: list[str]) -> str:
    """Return the first lines, indented, and how many there are beyond.

    Examples
    --------
    >>> shortened(["a: 1 in the store, 2 asked for"])
    '  a: 1 in the store, 2 asked for'
    """
    more = [f"and {len(lines) - _MOST} more"] if len(lines) > _MOST else []
    return "\n".join(f"  {line}" for line in lines[:_MOST] + more)


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}" if path else name, inner)
    else:
        yield path, value


def _shown(value: object) -> str:
    if isinstance(value, list) and len(value) > 4:
        return f"{len(value)} values from {value[0]} to {value[-1]}"
    return _ABSENT if value is _ABSENT else repr(value)
