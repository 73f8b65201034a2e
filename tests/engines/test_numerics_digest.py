"""What determines a number belongs to the digest that tells cubes, workers and kernels apart."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import microbatt
from microbatt.engines import native
from microbatt.engines.dualfoil import engine as dualfoil
from microbatt.engines.protocols import protocol
from microbatt.engines.pybamm import engine as pybamm
from microbatt.porous_electrode import compilation

PACKAGE = Path(microbatt.__file__).parent
NO_NUMBER = {"checks.py", "errors.py", "quantities.py", "units.py", "data_files.py"}
"""They word and check, and compute nothing that reaches a curve."""


def defining_module(node):
    """The file, relative to the package, of the module that defines what is imported."""
    parts = node.module.split(".")[1:]
    stub = PACKAGE.joinpath(*parts, "__init__.pyi")
    if not stub.exists():
        return {"/".join(parts) + ".py"}
    wanted = {alias.name for alias in node.names}
    return {
        "/".join([*parts, inner.module]) + ".py"
        for inner in ast.parse(stub.read_text(encoding="utf-8")).body
        if isinstance(inner, ast.ImportFrom) and wanted & {alias.name for alias in inner.names}
    }


def runtime_imports(path):
    """Modules of the package that a module imports when it is imported, not for its types."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("microbatt."):
            yield from defining_module(node)


def sources(places, folder=PACKAGE):
    return {
        found.resolve().relative_to(PACKAGE).as_posix()
        for place in places
        for found in folder.glob(place)
    }


def test_everything_that_is_compiled_into_a_kernel_changes_the_cached_kernels():
    digest = sources(compilation._SOURCES)
    compiled = {name for name in digest if name.startswith("porous_electrode/")}
    used = {n for name in compiled for n in runtime_imports(PACKAGE / name)}
    fits = {"cells/electrolyte_fits.py"}  # read into tables, which are arguments of the kernels
    assert used - digest - fits - NO_NUMBER == set()


def test_everything_that_the_kernels_read_belongs_to_the_numerics():
    assert sources(compilation._SOURCES) <= sources(native._NUMERICS)


@pytest.mark.parametrize(
    "places", [compilation._SOURCES, native._NUMERICS, protocol._SOURCES], ids=str
)
def test_every_place_that_a_digest_names_holds_code(places):
    # A module that moves would otherwise leave the digest without a word.
    assert [place for place in places if not sources([place])] == []


def test_the_numbers_of_a_protocol_come_from_its_rows_too(monkeypatch):
    before = protocol.protocol_version()
    assert "engines/protocols/protocol_rows.py" in sources(protocol._SOURCES)
    monkeypatch.setattr(protocol, "_SOURCES", protocol._SOURCES[1:])
    protocol.protocol_version.cache_clear()
    assert protocol.protocol_version() != before
    protocol.protocol_version.cache_clear()


@pytest.mark.parametrize("engine", [dualfoil, pybamm])
def test_constants_and_resampling_belong_to_the_version_of_every_adapter(engine):
    folder = Path(engine.__file__).parent
    digest = {
        (folder / name).resolve().relative_to(PACKAGE).as_posix() for name in engine._NUMERICS
    }
    assert {"constants.py", "engines/resample.py"} <= digest


def test_another_constant_gives_other_numerics_and_other_kernels(tmp_path):
    # With other constants a cached kernel gave 7.98 A h m⁻² for 8.04 under the same digest.
    shutil.copytree(PACKAGE, tmp_path / "microbatt", ignore=shutil.ignore_patterns("__pycache__"))
    constants = tmp_path / "microbatt/constants.py"
    text = constants.read_text(encoding="utf-8")
    constants.write_text(text.replace("96485.33212", "98000.0"), encoding="utf-8")
    version, kernels = told_by(tmp_path)
    assert version != native.numerics_version()
    assert kernels != str(compilation.source_digest())


def told_by(folder):
    """The numerics and the digest of the kernels, as the package in a folder tells them."""
    code = (
        "from microbatt.engines.native import numerics_version;"
        "from microbatt.porous_electrode.compilation import source_digest;"
        "print(numerics_version(), source_digest(), sep=';')"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder)},
    )  # fmt: skip
    return run.stdout.strip().split(";")
