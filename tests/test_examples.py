"""Every example and the README's Python run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[1]
WARNINGS = ("-W", "error", "-W", "ignore:Port 8787 is already in use")  # somebody else's cluster
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One cache of cubes for all, so that `demo` is computed once."""
    return tmp_path_factory.mktemp("cache")


def run(program, folder, cache):
    done = subprocess.run(
        [sys.executable, *WARNINGS, *program],
        cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_examples():
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_and_leaves_something_to_look_at(path, cache, tmp_path):
    output = run([str(path)], tmp_path, cache)
    assert output.strip() or list(tmp_path.iterdir())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_numbered_and_short(path):
    assert re.fullmatch(r"\d\d_\w+\.py", path.name)
    assert len(path.read_text(encoding="utf-8").splitlines()) < 60


def test_the_python_of_the_readme_runs(cache, tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        program = tmp_path / "program.py"
        program.write_text(block, encoding="utf-8")
        run([str(program)], tmp_path, cache)
