"""Docstrings of what the front doors offer, held to numpydoc's checks; settings in pyproject.toml.

``[tool.microbatt.docstrings]`` lists the front doors. The classes behind a door are checked with
their public methods; the fields of a record, under Attributes, count as the parameters that they
are.
"""

import dataclasses
import enum
import inspect
import sys
import tomllib
from pathlib import Path

import pytest
from _pytest.fixtures import FixtureFunctionDefinition
from numpydoc.docscrape import get_doc_object
from numpydoc.validate import Validator, validate

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "docs" / "_extensions"))

import front_doors  # noqa: E402 - a module of the documentation

SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]
CHECKS = set(SETTINGS["numpydoc_validation"]["checks"])
SWITCHED_ON = SETTINGS["microbatt"]["docstrings"]["stages"]
OF_PARAMETERS = {"PR01", "PR02", "PR03", "PR04", "PR07", "PR08"}


class Docstring(Validator):
    """A docstring as numpydoc sees it, with a record's attributes in place of parameters."""

    def __init__(self, obj_name):
        super().__init__(get_doc_object(named(obj_name), config={"show_class_members": False}))

    @property
    def doc_all_parameters(self):
        sections = ["Parameters", "Other Parameters"]
        if dataclasses.is_dataclass(self.obj) and not self.doc["Parameters"]:
            sections.append("Attributes")
        return self._doc_parameters(sections)


def named(full):
    """What a front door offers under a name, or a member of it, without the wrapping of numba."""
    door = max((door for door in front_doors.doors() if full.startswith(f"{door}.")), key=len)
    found = sys.modules[door]
    for part in full.removeprefix(f"{door}.").split("."):
        found = getattr(found, part)
    return getattr(found, "py_func", found)


def names_to_check(door):
    """The functions and classes of a front door, and the public methods of its classes.

    The tests of a suite and their fixtures are no methods to call.
    """
    for name in front_doors.offered(door):
        value = front_doors.value_of(door, name)
        kind = front_doors.kind_of(value)
        if kind in {"function", "class"} and getattr(value, "__name__", "") == name:
            yield f"{door}.{name}"
        if kind == "class":
            yield from (
                f"{door}.{name}.{member}"
                for member, method in vars(value).items()
                if not member.startswith(("_", "test_")) and is_written_here(method)
            )


def is_written_here(member):
    """Whether a member of a class is code of its own: a method or a property."""
    if isinstance(member, FixtureFunctionDefinition):
        return False
    function = member.fget if isinstance(member, property) else member
    return inspect.isroutine(function) or isinstance(function, classmethod | staticmethod)


def complaints(name):
    """What numpydoc finds wrong with a docstring, of the checks that are on."""
    obj = named(name)
    simple = inspect.isclass(obj) and not dataclasses.is_dataclass(obj)
    ignored = OF_PARAMETERS if simple and takes_no_arguments_of_its_own(obj) else set()
    return [
        f"{name}: {code} {words}"
        for code, words in validate(name, validator_cls=Docstring)["errors"]
        if code in CHECKS - ignored
    ]


def takes_no_arguments_of_its_own(cls):
    """Whether a class is an enumeration, an error or a protocol."""
    return issubclass(cls, enum.Enum | Exception) or getattr(cls, "_is_protocol", False)


def test_every_front_door_is_held_to_the_checks():
    doors = {door.removeprefix("microbatt.") for door in front_doors.doors()[1:]}
    assert set(SWITCHED_ON) == doors


@pytest.mark.parametrize("stage", SWITCHED_ON)
def test_every_name_of_a_front_door_is_documented(stage):
    found = [line for name in names_to_check(f"microbatt.{stage}") for line in complaints(name)]
    assert not found, "\n".join(found)
