"""Engines by name."""

import pytest

from microbatt.engines.contract import ENGINES, load_engine
from microbatt.errors import ParameterError


@pytest.mark.parametrize("name", ENGINES)
def test_an_engine_that_is_brought_has_its_name(name):
    assert load_engine(name).name == name


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nativ", "'native'"),
        ("no_such_module:simulator", "cannot be imported"),
        ("tests.campaign.standin:SLOW_S", "Engine"),
    ],
)
def test_an_engine_that_is_none_is_refused_with_the_remedy(name, words):
    with pytest.raises(ParameterError, match=words):
        load_engine(name)
