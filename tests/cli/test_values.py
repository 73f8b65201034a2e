"""Values as people write them: what the help says may be freed is what may be freed."""

from microbatt.cli.values import FREE
from microbatt.inference import UNKNOWNS


def test_the_help_names_every_nuisance():
    assert set(FREE) == set(UNKNOWNS)
