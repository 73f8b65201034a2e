"""Maps and endings over alpha and S: the right colour at the right place, holes with a reason."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.colors import LogNorm, to_hex
from matplotlib.figure import Figure

from microbatt.errors import ParameterError
from microbatt.outcomes import Outcome
from microbatt.plots.maps import draw_map, draw_outcomes, in_plane
from microbatt.plots.style.colours import AMOUNT_MAP, DIFFERENCE_MAP, ERROR_MAP, OUTCOME_COLOURS
from tests.plots.cubes import plotted_cube, scattered


@pytest.fixture
def axes():
    return Figure().add_subplot()


@pytest.fixture
def cube():
    return plotted_cube()


def meshes(axes):
    return [one for one in axes.collections if one.get_array() is not None]


def test_a_map_has_alpha_across_and_the_shape_up_and_names_its_unit(axes, cube):
    values = cube["discharge_capacity"].sel(current=35.0)
    assert draw_map(axes, values) is axes
    (mesh,) = meshes(axes)
    np.testing.assert_array_equal(mesh.get_array(), values.transpose("S", "alpha"))
    assert axes.get_xlabel() == "Tortuosity exponent of the positive electrode"
    assert axes.get_ylabel() == "Particle shape factor of the positive electrode"
    bar = axes.figure.axes[1]
    assert bar.get_ylabel() == "Capacity delivered at the end of discharge [A h m⁻²]"
    assert mesh.get_cmap().name == AMOUNT_MAP


def test_scattered_points_are_drawn_where_they_lie(axes, cube):
    values = scattered(cube)["discharge_capacity"].sel(current=35.0)
    draw_map(axes, values)
    (points,) = meshes(axes)
    np.testing.assert_array_equal(points.get_offsets()[:, 0], values["alpha"])
    np.testing.assert_array_equal(points.get_array(), values)


def test_a_hole_shows_the_ending_that_made_it(axes, cube):
    cube["status"].loc[{"alpha": 10.0, "S": 1.0}] = Outcome.CUTOFF_AT_START
    cube["discharge_capacity"].loc[{"alpha": 10.0, "S": 1.0}] = np.nan
    at = cube.sel(current=35.0)
    draw_map(axes, at["discharge_capacity"], status=at["status"])
    endings, _ = meshes(axes)
    shown = endings.to_rgba(endings.get_array())[0, 3]
    assert to_hex(shown) == OUTCOME_COLOURS[Outcome.CUTOFF_AT_START]
    assert axes.get_legend().get_texts()[0].get_text() == "cutoff at start (1)"


def test_endings_have_their_colours_and_are_counted(axes, cube):
    status = cube["status"].sel(current=17.5).copy()
    status[0, 0], status[1, 0] = Outcome.NO_CONVERGENCE, Outcome.NOT_RUN
    assert draw_outcomes(axes, status) is axes
    (mesh,) = meshes(axes)
    colours = mesh.to_rgba(mesh.get_array())
    assert to_hex(colours[0, 0]) == OUTCOME_COLOURS[Outcome.NO_CONVERGENCE]
    assert to_hex(colours[0, 1]) == OUTCOME_COLOURS[Outcome.NOT_RUN]
    assert to_hex(colours[2, 3]) == OUTCOME_COLOURS[Outcome.CUTOFF_REACHED]
    names = [text.get_text() for text in axes.get_legend().get_texts()]
    assert names == ["not run (1)", "cutoff reached (10)", "no convergence (1)"]


def test_errors_are_logarithmic_if_asked_and_correlations_centred_on_zero(cube):
    bound = cube["energy"].sel(current=17.5).rename("alpha_bound")
    (mesh,) = meshes(draw_map(Figure().add_subplot(), bound, logarithmic=True))
    assert isinstance(mesh.norm, LogNorm)
    assert mesh.get_cmap().name == ERROR_MAP
    correlation = (bound / 100).rename("bound_correlation")
    (mesh,) = meshes(draw_map(Figure().add_subplot(), correlation))
    assert mesh.get_cmap().name == DIFFERENCE_MAP
    assert mesh.norm.vmin == -mesh.norm.vmax


def test_a_dimension_too_many_is_named_with_the_remedy(axes, cube):
    with pytest.raises(ParameterError, match=r"still has the dimension `current`.*ds\.sel"):
        draw_map(axes, cube["energy"])


def test_a_dimension_too_few_is_named(axes, cube):
    with pytest.raises(ParameterError, match="a map needs two axes"):
        draw_outcomes(axes, cube["status"].sel(S=1.0, current=35.0))


def test_an_axis_of_one_value_is_shown_where_there_is_no_other():
    whole = plotted_cube().rename(S="negative_alpha").expand_dims(positive_thickness=[7e-5, 9e-5])
    part = whole["energy"].isel(alpha=[0], current=0)
    assert set(in_plane(part).dims) == {"negative_alpha", "positive_thickness"}
    assert in_plane(part.isel(negative_alpha=[0])).sizes["alpha"] == 1


def test_energies_per_mass_of_a_cell_without_densities_are_no_empty_picture():
    """It was one panel of the colour of curves that are whole, named as the reason."""
    values = xr.DataArray(
        np.full((2, 2), np.nan),
        coords={"alpha": [1.0, 2.0], "S": [2.0, 3.0]},
        dims=("alpha", "S"),
        name="energy",
    )
    status = xr.full_like(values, int(Outcome.CUTOFF_REACHED), dtype="i1").rename("status")
    with pytest.raises(ParameterError, match="states no densities or no"):
        draw_map(Figure().subplots(), values, status=status)
