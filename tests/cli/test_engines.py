"""Settings of engines as words of a command line."""

import pytest

from microbatt.cli.compare import settings_by_engine
from microbatt.cli.engines import read_settings
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
