"""Which microbatt this is, on which Python, with which packages and extras."""

from __future__ import annotations

import platform
import re
import sys
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Final

from microbatt.diagnosis.result import Finding, State, without_home

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_NAME: Final = re.compile(r"[\w.-]+")
_EXTRA: Final = re.compile(r"""extra\s*==\s*["']([\w-]+)["']""")
_NOT_TOLD: Final = frozenset({"all", "dev", "docs", "gpu"})
"""Extras for those who work on microbatt, or that only another line can tell apart."""


def installation() -> Iterator[Finding]:
    """Yield the versions of microbatt, Python and the packages, and which extras are there."""
    place = Path(__file__).parents[2]
    yield Finding(topic="microbatt", text=f"{version('microbatt')} in {without_home(place)}")
    yield Finding(
        topic="python",
        text=f"{platform.python_version()} ({platform.python_implementation()}) in "
        f"{without_home(Path(sys.prefix))}, {platform.platform()}",
    )
    needed = requirements(requires("microbatt") or ())
    yield _packages("packages", needed.pop(""))
    for extra, names in needed.items():
        if extra not in _NOT_TOLD:
            yield _extra(extra, names)


def requirements(lines: Sequence[str]) -> dict[str, list[str]]:
    """Sort the requirements of a distribution by extra; those without one are under ``""``.

    Examples
    --------
    >>> requirements(["numpy>=2", 's3fs>=2024.6; extra == "s3"'])
    {'': ['numpy'], 's3': ['s3fs']}
    """
    found: dict[str, list[str]] = {"": []}
    for line in lines:
        name = _NAME.match(line)
        extra = _EXTRA.search(line)
        if name is not None and name[0] != "microbatt":
            found.setdefault(extra[1] if extra else "", []).append(name[0])
    return found


def installed(names: Sequence[str]) -> dict[str, str | None]:
    """Return the version of each distribution; `None` where it is not installed."""
    found: dict[str, str | None] = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


def _packages(topic: str, names: Sequence[str]) -> Finding:
    found = installed(names)
    missing = [name for name, one in found.items() if one is None]
    if missing:
        text = f"{', '.join(missing)} missing; install microbatt again with pip"
        return Finding(topic=topic, text=text, state=State.TROUBLE)
    return Finding(topic=topic, text=_listed(found))


def _extra(extra: str, names: Sequence[str]) -> Finding:
    found = installed(names)
    if None in found.values():
        text = f"not installed: pip install 'microbatt[{extra}]'"
        return Finding(topic=f"extra {extra}", text=text, state=State.ABSENT)
    return Finding(topic=f"extra {extra}", text=_listed(found))


def _listed(versions: Mapping[str, str | None]) -> str:
    return ", ".join(f"{name} {one}" for name, one in versions.items())
