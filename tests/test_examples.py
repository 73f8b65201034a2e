"""Every example and the README's Python run as they stand."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.docs

ROOT = Path(__file__).parents[1]
WARNINGS = ("-W", "error", "-W", "ignore:Port 8787 is already in use")  # somebody else's cluster
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
README = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def results(request, tmp_path_factory):
    """Run the programs that were asked for, each in a folder of its own: what came of each.

    One process runs them, with one cache of cubes: starting an interpreter and computing `demo` for
    each would take longer than they do.
    """
    folder = tmp_path_factory.mktemp("examples")
    asked = {item.callspec.params.get("path") for item in request.session.items if in_this(item)}
    programs = {
        path.stem: copied(path, folder / path.stem) for path in EXAMPLES if path in asked
    } | {
        f"readme {number}": written(code, folder / f"readme-{number}")
        for number, code in enumerate(README)
    }
    done = subprocess.run(
        [sys.executable, *WARNINGS, "-m", "tests.run_pages"],
        input=json.dumps(programs),
        cwd=ROOT,
        env=os.environ
        | {
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
            "MPLBACKEND": "agg",
            "XDG_CACHE_HOME": str(folder / "cache"),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=1200,
    )
    assert done.returncode == 0, done.stderr
    return {
        name: result | {"left": {path.name for path in Path(programs[name]).parent.iterdir()}}
        for name, result in json.loads(done.stdout.splitlines()[-1]).items()
    }


def in_this(item):
    return item.path == Path(__file__) and hasattr(item, "callspec")


def copied(path, folder):
    folder.mkdir()
    return str(shutil.copy(path, folder))


def written(code, folder):
    folder.mkdir()
    (folder / "program.py").write_text(code, encoding="utf-8")
    return str(folder / "program.py")


def test_there_are_examples():
    assert EXAMPLES
    assert README


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_and_leaves_something_to_look_at(path, results):
    result = results[path.stem]
    assert result["error"] == ""
    assert result["said"].strip() or result["left"] - {path.name}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_an_example_is_numbered_and_short(path):
    assert re.fullmatch(r"\d\d_\w+\.py", path.name)
    assert len(path.read_text(encoding="utf-8").splitlines()) < 60


def test_the_python_of_the_readme_runs(results):
    assert {f"readme {n}": results[f"readme {n}"]["error"] for n in range(len(README))} == {
        f"readme {n}": "" for n in range(len(README))
    }
