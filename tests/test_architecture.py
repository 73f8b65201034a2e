"""The layout's rules, kept by machine."""

import ast
from functools import cache
from pathlib import Path

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "microbatt"
MODULES = sorted(PACKAGE.rglob("*.py"))
ENGINES_BESIDE = {"dualfoil", "pybamm"}
VAGUE = {"utils", "util", "common", "helpers", "base", "misc"}


def name_of(path):
    return str(path.relative_to(ROOT))


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def test_there_are_modules_to_judge():
    assert len(MODULES) > 100


def test_stages_import_only_earlier_stages_and_the_other_import_rules_hold():
    # In-process; its report goes to captured output.
    assert (
        lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
        == EXIT_STATUS_SUCCESS
    )


def is_module(name):
    return (PACKAGE / name).is_dir() or (PACKAGE / f"{name}.py").is_file()


def roots_imported(tree):
    """Names imported from the package root anywhere in a module, type checking included.

    A module or a stage lies at the root and is imported from there where its names need its own.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "microbatt":
            yield from (alias.name for alias in node.names if not is_module(alias.name))
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name == "microbatt")


def test_a_module_imports_from_where_a_name_is_defined_never_from_the_root():
    rooted = {
        name_of(path): names for path in MODULES if (names := list(roots_imported(tree_of(path))))
    }
    assert rooted == {}


def stage_of(name):
    """The package whose front door a module stands behind; None for a module at the root.

    An engine beside the native one, such as `microbatt.engines.dualfoil`, counts as a stage of its
    own, which lies inside another, and may import what others of that stage may.
    """
    parts = name.split(".")
    if parts[0] != "microbatt" or len(parts) < 2 or not (PACKAGE / parts[1]).is_dir():
        return None
    beside = parts[1] == "engines" and len(parts) > 2 and parts[2] in ENGINES_BESIDE
    return ".".join(parts[: 3 if beside else 2])


def is_door(name):
    """Whether a package has a front door: that of a stage, or of a room inside one."""
    return PACKAGE.joinpath(*name.split(".")[1:], "__init__.pyi").is_file()


def module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_past_a_door(path):
    """Names of modules of another stage that `path` imports from, not through its front door."""
    own = stage_of(module_name(path))
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            stage = stage_of(node.module)
            inside = own is not None and stage is not None and own.startswith(f"{stage}.")
            if stage not in (None, own) and not is_door(node.module) and not inside:
                yield node.module


def test_a_stage_is_entered_by_its_front_door():
    # Two modules stand outside the stages: one starts the command line, whose modules are commands;
    # one makes the accessors known to xarray by their modules, and must not load more than those.
    past = {
        name_of(path): names
        for path in MODULES
        if path.name not in {"__main__.py", "registration.py"}
        and (names := sorted(imports_past_a_door(path)))
    }
    assert past == {}


MOST_NAMES = 30
"""Behind a front door. Some twenty-five is the aim; what goes beyond is for a room of its own."""


def offered_names(stub):
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


def test_no_front_door_offers_more_than_a_reader_takes_in():
    crowded = {
        name_of(stub): count
        for stub in PACKAGE.rglob("__init__.pyi")
        if (count := len(list(offered_names(stub)))) > MOST_NAMES
    }
    assert crowded == {}


def test_no_module_has_a_vague_name():
    vague = [
        name_of(path)
        for path in MODULES
        if VAGUE & set(path.relative_to(ROOT).with_suffix("").parts)
    ]
    assert vague == []


def test_every_module_says_what_it_owns():
    silent = [name_of(path) for path in MODULES if not ast.get_docstring(tree_of(path))]
    assert silent == []
