"""Every example and the README's Python run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
WARNINGS = ("-W", "error", "-W", "ignore:Port 8787 is already in use")  # somebody else's cluster
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def run(program, folder):
    done = subprocess.run(
        [sys.executable, *WARNINGS, *program],
        cwd=folder,
        env=os.environ | {"XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_examples():
    assert EXAMPLES


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_and_leaves_something_to_look_at(path, tmp_path):
    output = run([str(path)], tmp_path)
    assert output.strip() or list(tmp_path.iterdir())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_numbered_and_short(path):
    assert re.fullmatch(r"\d\d_\w+\.py", path.name)
    assert len(path.read_text(encoding="utf-8").splitlines()) < 60


def test_the_python_of_the_readme_runs(tmp_path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        program = tmp_path / "program.py"
        program.write_text(block, encoding="utf-8")
        run([str(program)], tmp_path)
