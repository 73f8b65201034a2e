"""Features are asked for by name or as records."""

import numpy as np
import pytest

from microbatt.errors import ParameterError
from microbatt.features import read_curves
from microbatt.features.specification import (
    FEATURES,
    Curves,
    Energies,
    Image,
    wanted_features,
)
from tests.features.cubes import made_cube


def test_a_name_stands_for_the_usual_settings():
    assert wanted_features("curves") == (Curves(),)
    assert wanted_features(["image", Energies(published=True)]) == (
        Image(),
        Energies(published=True),
    )


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match=r"'curvs', which is not known. Nearest: 'curves'"):
        wanted_features("curvs")


@pytest.mark.parametrize("features", [[], ["image", Image()]])
def test_nothing_and_twice_the_same_are_refused(features):
    with pytest.raises(ParameterError, match="each once"):
        wanted_features(features)


@pytest.mark.parametrize("kind", FEATURES.values(), ids=FEATURES)
def test_every_feature_gives_a_row_a_point_for_no_points_too(kind):
    curves = read_curves(made_cube())
    for array in kind().arrays(curves).values():
        assert len(array) == 20
        assert np.isfinite(array).all()


@pytest.mark.parametrize("kind", FEATURES.values(), ids=FEATURES)
def test_every_feature_can_be_had_at_other_currents(kind):
    some = kind(currents=(35.0, 70.0)).arrays(read_curves(made_cube()))
    assert all(np.isfinite(array).all() for array in some.values())
    with pytest.raises(ParameterError, match="current"):
        kind(currents=(-1.0,))
