"""Settings of engines as words of a command line."""

import os

import click
import pytest
from click.testing import CliRunner

from microbatt.cli.compare import settings_by_engine
from microbatt.cli.engines import dualfoil_option, read_settings
from microbatt.engines.dualfoil import EXECUTABLE_VARIABLE
from microbatt.errors import ParameterError


def test_words_become_settings_of_their_type():
    settings = read_settings("pybamm", ("volumes=[30, 10, 40]", "rtol = 1e-6"))
    assert settings.volumes == (30, 10, 40)
    assert settings.rtol == 1e-6
    assert read_settings("dualfoil", ('version="5.2"',)).version == "5.2"


@pytest.mark.parametrize("word", ["rtol", "rtol=", "volumes=[1", "version=5.2.1"])
def test_a_word_that_is_no_pair_is_refused_with_the_form(word):
    with pytest.raises(ParameterError, match="KEY=VALUE"):
        read_settings("pybamm", (word,))


def test_words_are_sorted_by_engine():
    words = ("pybamm.rtol=1e-6", 'dualfoil.version="5.2"', "pybamm.atol=1e-8")
    assert settings_by_engine(["native", "pybamm", "dualfoil"], words) == {
        "native": (),
        "pybamm": ("rtol=1e-6", "atol=1e-8"),
        "dualfoil": ('version="5.2"',),
    }


@pytest.mark.parametrize("before", [None, "/opt/dualfoil"])
def test_an_executable_is_named_for_one_command_only(monkeypatch, before):
    if before is None:
        monkeypatch.delenv(EXECUTABLE_VARIABLE, raising=False)
    else:
        monkeypatch.setenv(EXECUTABLE_VARIABLE, before)
    seen = []
    command = click.Command("look", callback=lambda: seen.append(os.environ[EXECUTABLE_VARIABLE]))
    result = CliRunner().invoke(dualfoil_option(command), ["--dualfoil", "/usr/bin/true"])
    assert result.exit_code == 0
    assert seen == ["/usr/bin/true"]
    assert os.environ.get(EXECUTABLE_VARIABLE) == before
