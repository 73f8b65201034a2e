"""The lock of the developers' environment answers `pyproject.toml`, and names no place."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LINES = (ROOT / "environment.lock").read_text(encoding="utf-8").splitlines()[2:]
LOCKED = {
    canonicalize_name(name): version for name, version in (line.split("==") for line in LINES)
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]


def needed(requirements):
    """Yield every requirement, those of microbatt's own extras in their place."""
    for text in requirements:
        one = Requirement(text)
        if one.name == "microbatt":
            for extra in sorted(one.extras):  # a set, and workers must agree on the order
                yield from needed(EXTRAS[extra])
        else:
            yield one


NEEDED = list(needed([*PROJECT["dependencies"], "microbatt[dev]"]))


@pytest.mark.parametrize("one", NEEDED, ids=str)
def test_the_lock_has_a_version_that_the_project_allows(one):
    assert LOCKED[canonicalize_name(one.name)] in one.specifier


def test_a_line_of_the_lock_is_a_name_and_a_version():
    assert [line for line in LINES if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)] == []
