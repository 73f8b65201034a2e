"""PyBaMM's settings: what they may be, and their way through a file."""

import pytest

from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.errors import ParameterError


def test_settings_survive_a_toml_table():
    settings = PybammSettings(volumes=(30, 10, 40), rtol=1e-6)
    described = settings.to_dict()
    assert described["volumes"] == [30, 10, 40]
    assert PybammSettings.from_dict(described) == settings
    assert PybammSettings.from_dict({}) == PybammSettings()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"volumes": (20, 20)}, "give three numbers: negative, separator, positive"),
        ({"volumes": 20}, "`volumes` is 20"),
        ({"volumes": (20, 1, 20)}, "`volumes, separator` is 1; it must be a whole number at least"),
        ({"particle_volumes": 0}, "`particle_volumes` is 0"),
        ({"rtol": 1.0}, "`rtol` is 1"),
        ({"atol": float("nan")}, "`atol` is nan"),
    ],
    ids=str,
)
def test_settings_out_of_range_are_refused(values, message):
    with pytest.raises(ParameterError, match=message):
        PybammSettings(**values)


def test_refined_settings_are_finer_in_everything():
    default, refined = PybammSettings(), PybammSettings.refined()
    assert all(a > b for a, b in zip(refined.volumes, default.volumes, strict=True))
    assert refined.particle_volumes > default.particle_volumes
    assert refined.rtol < default.rtol
