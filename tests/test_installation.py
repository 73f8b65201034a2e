"""What people install: a wheel and a source archive that hold everything, and need no extra.

Each is built from a copy of the working tree and used in an environment of its own, from another
folder; this needs a package index.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
EXTRAS = ("matplotlib", "tensorflow", "holoviews", "panel", "bokeh", "pybamm", "s3fs", "emcee")
CORE = f"""
import importlib.util, json, sys
from pathlib import Path

import microbatt

there = [name for name in {EXTRAS} if importlib.util.find_spec(name)]
assert not there, there
curve = microbatt.simulate_discharge("doyle-1996-cell-1", alpha=2.3, S=3.0, current=35.0)
assert curve.outcome.is_whole
Path("small.toml").write_text('''
format = 1
name = "small"
cell = "doyle-1996-cell-1"
[grid]
alpha = {{ values = [0, 2, 4] }}
S = {{ values = [3] }}
current = {{ values = [17.5, 35.0], unit = "A m⁻²" }}
''', encoding="utf-8")
microbatt.run_campaign("small.toml", "small.zarr")
cube = microbatt.open_dataset("small.zarr")
assert cube.microbatt.ok().all()
part = cube.sel(current=35).where(cube.alpha > 1, drop=True)
assert part.voltage.shape == (2, 1, 200), part.voltage.shape
part.microbatt.to_netcdf("part.nc")
print(json.dumps([microbatt.__file__, list(microbatt.open_dataset().index)]))
"""


def run(*words, folder, check=True):
    """Run a program in a folder, with nothing of this interpreter's environment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=kept | {"XDG_CACHE_HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Build a wheel and a source archive; return their paths."""
    folder = tmp_path_factory.mktemp("built")
    tools = environment(folder / "tools", "hatchling")
    source = folder / "source"
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", folder=ROOT)
    for name in listed.stdout.splitlines():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).exists():
            shutil.copy2(ROOT / name, source / name)
    run(tools, "-m", "hatchling", "build", "-d", folder / "dist", folder=source)
    (wheel,) = folder.glob("dist/*.whl")
    (archive,) = folder.glob("dist/*.tar.gz")
    return wheel, archive


def environment(folder, *requirements):
    """Make a virtual environment; return its Python.

    This environment's pip fills it, which takes less time than to install another one; and what is
    installed is compiled when it is first imported, since most of it never is.
    """
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check")
    run(*pip, "install", "--quiet", "--no-compile", *requirements, folder=folder)
    return python


@pytest.fixture(scope="module")
def core(archives, tmp_path_factory):
    """Install the wheel without any extra; return the environment's Python."""
    python = environment(tmp_path_factory.mktemp("core") / "venv", archives[0])
    lend_kernels(python)
    return python


def lend_kernels(python):
    """Give an environment the two kernels that take a minute each to compile, if they are there.

    Numba takes them if their source, its own version and the machine are the same; the other ones
    are compiled in the environment.
    """
    kernels = Path("microbatt", "porous_electrode", "__pycache__")
    (packages,) = python.parents[1].glob("lib/python*/site-packages")
    (packages / kernels).mkdir(exist_ok=True)
    for path in (ROOT / kernels).glob("batch.*.nb[ic]"):
        shutil.copy2(path, packages / kernels)


def test_the_wheel_holds_the_package_its_catalogs_and_its_types(archives):
    names = zipfile.ZipFile(archives[0]).namelist()
    assert "microbatt/py.typed" in names
    for kind in ("cells", "datasets", "measured"):
        shipped = {path.name for path in (ROOT / "catalogs" / kind).glob("*.toml")}
        packed = {
            Path(name).name for name in names if name.startswith(f"microbatt/_catalogs/{kind}")
        }
        assert packed == shipped
    assert any(name.endswith("weights.npz") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


def test_the_source_archive_builds_the_same_wheel(archives, tmp_path):
    wheel, archive = archives
    quiet = ("wheel", "--quiet", "--no-deps", "--disable-pip-version-check", "-w", tmp_path)
    run(sys.executable, "-m", "pip", *quiet, archive, folder=tmp_path)
    (again,) = tmp_path.glob("*.whl")
    assert set(zipfile.ZipFile(again).namelist()) == set(zipfile.ZipFile(wheel).namelist())
    with tarfile.open(archive) as packed:
        assert any(name.endswith("/tests/test_installation.py") for name in packed.getnames())


def test_without_an_extra_it_simulates_runs_a_campaign_opens_and_slices(core, tmp_path):
    done = run(core, "-W", "error", "-c", CORE, folder=tmp_path)
    assert str(core.parents[1]) in done.stdout
    assert "published-sweep" in done.stdout


def test_the_command_works_from_another_folder(core, tmp_path):
    command = core.with_name("microbatt")
    assert "doyle-1996-cell-1" in run(command, "cells", folder=tmp_path).stdout
    doctor = run(core, "-m", "microbatt", "doctor", folder=tmp_path).stdout
    assert "- extra plot" in doctor
    assert "! " not in doctor


def test_a_command_that_needs_an_extra_says_which(core, tmp_path):
    done = run(core, "-m", "microbatt", "plot", "demo", "demo.png", folder=tmp_path, check=False)
    assert done.returncode == 1
    assert "pip install 'microbatt[plot]'" in done.stderr
