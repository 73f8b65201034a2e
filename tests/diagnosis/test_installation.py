"""Versions and extras, as the installation's own metadata tell them."""

import microbatt
from microbatt.diagnosis import State
from microbatt.diagnosis import installation as looked_at
from microbatt.diagnosis.installation import installation


def found():
    return {one.topic: one for one in installation()}


def test_version_place_and_packages_are_told():
    lines = found()
    assert microbatt.__version__ in lines["microbatt"].text
    for name in ("numpy", "xarray", "zarr", "numba", "dask"):
        assert f"{name} " in lines["packages"].text


def test_an_extra_that_is_not_there_is_told_with_the_command_that_brings_it(monkeypatch):
    lines = ["numpy>=2", "made-up-package>=1; extra == 'extra-one'"]
    monkeypatch.setattr(looked_at, "requires", lambda _: lines)
    line = found()["extra extra-one"]
    assert line.state is State.ABSENT
    assert "pip install 'microbatt[extra-one]'" in line.text


def test_a_package_that_is_needed_and_missing_is_trouble(monkeypatch):
    monkeypatch.setattr(looked_at, "requires", lambda _: ["numpy>=2", "made-up-package"])
    line = found()["packages"]
    assert line.state is State.TROUBLE
    assert "made-up-package missing" in line.text
