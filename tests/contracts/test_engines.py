"""Every engine keeps the contract that ships with the package."""

import os

import pytest

from microbatt.engines.dualfoil import EXECUTABLE_VARIABLE, DualfoilSettings
from microbatt.errors import MissingExtraError
from microbatt.testing import EngineContract, EngineSubject
from microbatt.testing.engines import AT_ONCE, WHOLE
from tests.engines.dualfoil.executables import standin_executable


class TestNative(EngineContract):
    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls):
        return EngineSubject(name="native")


class TestPybamm(EngineContract):
    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls):
        pytest.importorskip("pybamm", reason="PyBaMM is not installed")
        return EngineSubject(name="pybamm")


class TestDualfoil(EngineContract):
    """dualfoil's adapter, with a stand-in for the executable that takes seconds to start."""

    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls, tmp_path_factory):
        program = standin_executable(tmp_path_factory.mktemp("engine"))
        settings = DualfoilSettings(executable=str(program), retries=())
        return EngineSubject(name="dualfoil", settings=settings, points=(AT_ONCE, WHOLE[0]))


@pytest.mark.peer
class TestRealDualfoil(EngineContract):
    @pytest.fixture(scope="class")
    @classmethod
    def subject(cls):
        if EXECUTABLE_VARIABLE not in os.environ:
            pytest.skip(f"no dualfoil: {EXECUTABLE_VARIABLE} does not name an executable")
        return EngineSubject(name="dualfoil")


def test_without_pytest_the_suites_say_what_to_install(monkeypatch):
    import microbatt.testing as suites
    from microbatt import checks

    monkeypatch.setattr(checks, "is_installed", lambda name: False)  # noqa: ARG005
    with pytest.raises(MissingExtraError, match=r"pip install 'microbatt\[testing\]'"):
        suites.__getattr__("EngineContract")
