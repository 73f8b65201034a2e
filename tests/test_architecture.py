"""The layout's rules, kept by machine."""

import ast
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "microbatt"
MODULES = sorted(PACKAGE.rglob("*.py"))
VAGUE = {"utils", "util", "common", "helpers", "base", "misc"}


def name_of(path):
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def verdict():
    """Exit status of the import rules, in-process; its report goes to captured output."""
    return lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)


def test_stages_import_only_earlier_stages_and_the_other_import_rules_hold(verdict):
    assert verdict == EXIT_STATUS_SUCCESS


def roots_imported(tree):
    """Names imported from the package root anywhere in a module, type checking included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "microbatt":
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name == "microbatt")


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_imports_from_where_a_name_is_defined_never_from_the_root(path):
    assert not list(roots_imported(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_module_has_a_vague_name(path):
    assert not VAGUE & set(path.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_every_module_says_what_it_owns(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
