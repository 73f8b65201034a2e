"""Settings: from TOML and back, and which executable is meant."""

import pytest

from microbatt.engines.dualfoil import EXECUTABLE_VARIABLE, DualfoilSettings, find_executable
from microbatt.engines.dualfoil.files import ExtraFile
from microbatt.errors import ParameterError

TABLE = {
    "extra_file": {"name": "alpha-S.in", "template": "{exponent} {S}"},
    "environment": {"DF_CURRENT": "{current}"},
    "nodes": [80, 40, 80],
    "retries": ["other-mesh"],
    "largest_step": 2.0,
}


@pytest.fixture
def program(tmp_path):
    """An executable file, as a function of its name."""

    def make(name="dualfoil"):
        path = tmp_path / name
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        return path

    return make


@pytest.fixture(autouse=True)
def _no_executable(monkeypatch, tmp_path):
    monkeypatch.delenv(EXECUTABLE_VARIABLE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))


def test_a_table_of_a_file_is_read_and_survives():
    settings = DualfoilSettings.from_dict(TABLE)
    assert settings.extra_file == ExtraFile(name="alpha-S.in", template="{exponent} {S}")
    assert settings.told == {"alpha", "S"}
    assert settings.nodes == (80, 40, 80)
    assert DualfoilSettings.from_dict(settings.to_dict()) == settings


def test_where_things_lie_is_no_part_of_what_determines_the_numbers():
    settings = DualfoilSettings(executable="/somewhere", records="/elsewhere")
    assert settings.to_dict() == DualfoilSettings().to_dict()


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"executabel": "x"}, "Nearest: 'executable'"),
        ({"version": "5.3"}, "'5.1', '5.2'"),
        ({"nodes": [80, 40]}, "give three numbers"),
        ({"nodes": [80, 40, 5]}, "nodes, positive"),
        ({"nodes": [100, 100, 100]}, "raise `most_nodes`"),
        ({"retries": ["pray"]}, "`retries`"),
        ({"extra_file": "alpha.in"}, "extra_file"),
        ({"environment": ["DF"]}, "environment"),
        ({"environment": {"DF": "{beta}"}}, "environment.DF"),
        ({"time_limit": 0}, "time_limit"),
        ({"largest_step": -1.0}, "largest_step"),
    ],
)
def test_a_setting_that_is_wrong_is_told(table, words):
    with pytest.raises(ParameterError) as caught:
        DualfoilSettings.from_dict(table)
    assert words in str(caught.value)


def test_the_executable_is_that_of_the_settings_then_the_variable_then_the_path(
    program, monkeypatch, tmp_path
):
    one, two, three = program("one"), program("two"), program("dualfoil5")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_executable(DualfoilSettings()) == three
    monkeypatch.setenv(EXECUTABLE_VARIABLE, str(two))
    assert find_executable(DualfoilSettings()) == two
    assert find_executable(DualfoilSettings(executable=str(one))) == one
    assert find_executable(DualfoilSettings(executable="one")) == one  # along the PATH


def test_without_an_executable_it_is_said_how_to_give_one():
    with pytest.raises(ParameterError) as caught:
        find_executable(DualfoilSettings())
    for words in ("`executable`", "--dualfoil PATH", EXECUTABLE_VARIABLE, "PATH"):
        assert words in str(caught.value)


def test_a_file_that_cannot_be_run_is_refused(tmp_path):
    path = tmp_path / "dualfoil.f"
    path.write_text("      end\n")
    path.chmod(0o644)
    with pytest.raises(ParameterError, match="not a program that can be run"):
        find_executable(DualfoilSettings(executable=str(path)))
