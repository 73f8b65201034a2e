"""`import microbatt` is light, and its names arrive when they are used."""

import json
import subprocess
import sys

import pytest

import microbatt

HEAVY = [
    *("tensorflow", "keras", "holoviews", "panel", "matplotlib", "numba", "dask", "zarr"),
    *("xarray", "pandas", "numpy"),
]
PROGRAM = """
import json, sys, time
start = time.perf_counter()
import microbatt
print(json.dumps({"seconds": time.perf_counter() - start, "modules": sorted(sys.modules)}))
"""


def imported():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def test_importing_the_root_loads_no_heavy_library_and_takes_under_a_second():
    # about 10 ms here; the bound leaves room for a cold disk
    report = imported()
    assert not set(HEAVY) & set(report["modules"])
    assert report["seconds"] < 1.0


def test_a_campaign_is_filled_without_xarray():
    program = "import sys, microbatt.campaign.execution; print('xarray' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("imports", ["microbatt, xarray", "xarray, microbatt"])
def test_datasets_have_the_accessor_whichever_comes_first(imports):
    program = f"""
import {imports}, sys
dataset = xarray.Dataset(attrs={{"title": "any"}})
print(type(dataset.microbatt).__name__, type(dataset.microbatt.plot).__name__)
print(type(xarray.__loader__).__name__, type(xarray.__spec__.loader).__name__)
print([finder for finder in sys.meta_path if "microbatt" in repr(finder)])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.splitlines() == [
        "CubeAccessor CubePlots",
        "SourceFileLoader SourceFileLoader",
        "[]",
    ]


@pytest.mark.parametrize("module", ["microbatt.cube.accessor", "microbatt.plots.accessor"])
def test_a_module_of_an_accessor_can_be_what_is_imported_first(module):
    program = f"import {module}, xarray; print(type(xarray.Dataset().microbatt.plot).__name__)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.strip() == "CubePlots"


def test_every_public_name_exists_and_there_are_at_most_25():
    assert len(microbatt.__all__) <= 25
    for name in microbatt.__all__:
        assert getattr(microbatt, name) is not None
    assert dir(microbatt) == sorted(microbatt.__all__)


def test_an_unknown_name_is_an_attribute_error():
    assert not hasattr(microbatt, "no_such_name")


def test_the_package_runs_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "microbatt", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert microbatt.__version__ in done.stdout
