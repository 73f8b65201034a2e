"""What the package offers: its front doors, the names behind each, and where each is defined.

A front door is the ``__init__`` of a stage, which lists its names in a stub for `lazy_loader`, or
a module that is a stage by itself. The order is that of the import rules in ``pyproject.toml``.
"""

import ast
import inspect
import re
import tomllib
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from sphinx.errors import PycodeError
from sphinx.pycode import ModuleAnalyzer

import microbatt

PACKAGE = Path(microbatt.__file__).parent
ROOT = PACKAGE.parent
NOT_OFFERED = {
    "cli", "porous_electrode", "checks", "data_files", "encodings", "monotone_cubic", "processes",
    "shadowing", "times",
}  # fmt: skip
"""Stages for other stages alone: commands, kernels, wording, places of files, encodings of texts, a
numerical law, programs run within limits, files in the place of packages, times of any kind."""


@cache
def stages() -> tuple[str, ...]:
    """Return the stages in the order in which data flows, those for other stages alone left out."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(one["layers"] for one in contracts if one["id"] == "stages")
    names = [name for layer in reversed(layers) for name in re.findall(r"\w+", layer)]
    return tuple(name for name in names if name not in NOT_OFFERED and exists(name))


def exists(stage: str) -> bool:
    """Tell whether a stage is there; some are planned."""
    return (PACKAGE / stage).is_dir() or (PACKAGE / f"{stage}.py").is_file()


@cache
def doors() -> tuple[str, ...]:
    """Return the full names of all front doors, the root first."""
    found = ["microbatt"]
    for stage in stages():
        found.append(f"microbatt.{stage}")
        # A room of a stage may have a door of its own.
        inner = sorted(path.parent for path in (PACKAGE / stage).glob("*/**/__init__.pyi"))
        found += [".".join(path.relative_to(ROOT).parts) for path in inner]
    return tuple(found)


@cache
def offered(door: str) -> dict[str, str]:
    """Return the names that a front door offers, each with the module that defines it."""
    place = PACKAGE.joinpath(*door.split(".")[1:])
    stub = place / "__init__.pyi"
    if stub.is_file():
        return dict(sorted(_stub_names(stub, door).items()))
    module = import_module(door)
    constants = {name for owner, name in _attribute_docs(door) if not owner}
    names = [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (name in constants or getattr(value, "__module__", None) == door)
    ]
    return dict.fromkeys(names, door)


def _stub_names(stub: Path, door: str) -> dict[str, str]:
    tree = ast.parse(stub.read_text(encoding="utf-8"))
    return {
        alias.name: f"{door}.{node.module}" if node.module else door
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def value_of(door: str, name: str) -> Any:  # noqa: ANN401 - whatever it is
    """Return what is behind a name of a front door."""
    return getattr(import_module(door), name)


def kind_of(value: object) -> str:
    """Return ``class``, ``function``, ``module`` or ``data``."""
    if inspect.isclass(value):
        return "class"
    if inspect.ismodule(value):
        return "module"
    return "function" if inspect.isroutine(value) or hasattr(value, "py_func") else "data"


def docstring(door: str, name: str) -> str:
    """Return what the code says of a name, also of a constant."""
    value = value_of(door, name)
    if kind_of(value) != "data":
        return inspect.getdoc(value) or ""
    lines = _attribute_docs(offered(door)[name]).get(("", name), [])
    return "\n".join(lines).strip()


def first_line(door: str, name: str) -> str:
    """Return the first sentence of what the code says of a name."""
    return docstring(door, name).split("\n\n")[0].replace("\n", " ")


@cache
def _attribute_docs(module: str) -> dict[tuple[str, str], list[str]]:
    try:
        return ModuleAnalyzer.for_module(module).find_attr_docs()
    except PycodeError:
        return {}


@cache
def public_names() -> dict[str, str]:
    """Return where the documentation shows what a module defines: full name → public name."""
    return {
        f"{module}.{name}": f"{door}.{name}"
        for door in doors()[1:]
        for name, module in offered(door).items()
        if f"{module}.{name}" != f"{door}.{name}"
    }


@cache
def by_short_name() -> dict[str, str]:
    """Return the public name that a short name stands for; one that two doors offer is left out."""
    found: dict[str, list[str]] = {}
    for door in doors()[1:]:
        for name in offered(door):
            found.setdefault(name, []).append(f"{door}.{name}")
    return {name: places[0] for name, places in found.items() if len(places) == 1}
