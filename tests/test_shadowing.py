"""A file of the user's that has the name of a package is blamed, and nothing else is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from microbatt.checks import check_extra
from microbatt.errors import MissingExtraError, ShadowedError
from microbatt.shadowing import check_unshadowed, is_installed, shadow_of, shadows_told
from tests.cells.test_bpx_writing import CELL

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder whose modules are imported before all others."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


def test_a_file_in_the_place_of_a_package_is_named(folder):
    (folder / "galvano.py").write_text("x = 1\n", encoding="utf-8")
    assert shadow_of("galvano") == folder / "galvano.py"
    assert not is_installed("galvano")
    for check in (check_unshadowed, lambda name: check_extra(name, extra="biologic")):
        with pytest.raises(ShadowedError, match=r"`galvano` is imported from .*galvano\.py, .*Ren"):
            check("galvano")


def test_a_folder_without_a_package_is_none(folder):
    (folder / "galvano").mkdir()
    check_unshadowed("galvano", "no_such_module_anywhere")
    with pytest.raises(MissingExtraError, match="not installed"):
        check_extra("galvano", extra="biologic")


def test_a_package_is_one_wherever_it_lies(folder):
    (folder / "galvano").mkdir()
    (folder / "galvano" / "__init__.py").touch()
    check_extra("galvano", extra="biologic")
    check_unshadowed("bpx", "numpy")


def test_an_error_that_names_no_such_module_blames_no_file(folder):
    (folder / "colorsys.py").write_text("x = 1\n", encoding="utf-8")
    loaded = sys.modules.pop("colorsys", None)
    try:
        import colorsys

        assert not hasattr(colorsys, "rgb_to_hls")
        named = AttributeError("module 'colorsys' has no attribute 'rgb_to_hls'")
        assert "`colorsys` is imported from" in shadows_told(named)
        assert shadows_told(AttributeError("module 'numpy' has no attribute 'x'")) == ""
        assert shadows_told(ZeroDivisionError("of 'colorsys'")) == ""
    finally:
        sys.modules.pop("colorsys")
        if loaded is not None:
            sys.modules["colorsys"] = loaded


def run_in(folder, *arguments):
    """Run the command as ``python -m`` does, which imports from the working folder first."""
    return subprocess.run(
        [sys.executable, "-m", "microbatt", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("name", ["bpx", "matplotlib", "pandas"])
def test_a_command_blames_the_file_and_not_what_it_reads(tmp_path, name):
    """Also of a package that microbatt always has: `pandas` is imported by others."""
    CELL.to_bpx(tmp_path / "mine.json")
    (tmp_path / f"{name}.py").write_text("x = 1\n", encoding="utf-8")
    told = run_in(tmp_path, "discharge", "mine.json", "--plot", "curve.png")
    assert told.returncode == 1
    last = told.stderr.splitlines()[-1]
    assert f"`{name}` is imported from {tmp_path / f'{name}.py'}, which is no part" in last
    assert "mine.json" not in last


def test_without_such_a_file_nothing_is_blamed(tmp_path):
    (tmp_path / "my_analysis.py").write_text("x = 1\n", encoding="utf-8")
    CELL.to_bpx(tmp_path / "mine.json")
    assert run_in(tmp_path, "discharge", "mine.json").returncode == 0
