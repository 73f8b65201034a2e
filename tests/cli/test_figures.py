"""`microbatt figures`: every figure that the cube allows, the others left out with the reason."""

import pytest
from click.testing import CliRunner
from matplotlib.image import imread

from microbatt import plots
from microbatt.campaign import Campaign
from microbatt.cells import load_cell
from microbatt.cli.commands import main
from microbatt.cube import Grid, SobolPoints, join_predictions, locate
from microbatt.plots import FIGURES
from microbatt.testing import made_predictions
from tests.cube.cubes import small_cube
from tests.plots.cubes import ALPHAS, CURRENTS, SHAPES, plotted_cube, with_bounds, with_predictions


def call(*words):
    return CliRunner().invoke(main, ["figures", *map(str, words)])


def test_every_figure_is_drawn_of_a_cube_with_predictions(tmp_path):
    campaign = Campaign(
        name="plots",
        cell=load_cell("doyle-1996-cell-1"),
        design=Grid(alpha=tuple(ALPHAS), S=tuple(SHAPES), current=tuple(CURRENTS)),
    )
    cube = with_bounds(with_predictions(plotted_cube())).assign_attrs(campaign.attributes)
    for figure in FIGURES:
        assert figure.lacks(cube) == ""
        figure.draw(cube).savefig(tmp_path / f"{figure.name}.png", dpi=40)
        assert imread(tmp_path / f"{figure.name}.png").std() > 0.01


def test_a_cube_without_predictions_gives_the_others_and_says_which_are_left_out(tmp_path):
    small_cube(tmp_path)
    done = call(tmp_path / "cube.zarr", "--out", tmp_path / "figures", "--format", "svg")
    assert done.exit_code == 0, done.output
    drawn = {path.stem for path in (tmp_path / "figures").iterdir()}
    assert drawn == {"curves", "ragone", "capacity", "outcomes"}
    assert "left out parity, truth against prediction: the cube has no predictions" in done.output
    assert "microbatt predict" in done.output


@pytest.fixture
def _two_figures(monkeypatch):
    """Draw one of predictions and one without; those above draw all."""
    two = tuple(figure for figure in FIGURES if figure.name in {"parity", "ragone"})
    monkeypatch.setattr(plots, "FIGURES", two)


@pytest.mark.usefixtures("_two_figures")
def test_predictions_are_shown_network_by_network_or_of_those_asked_for(tmp_path):
    cube = small_cube(tmp_path)
    predicted = made_predictions(cube, ("published", "published_L_w", "published_L_M"), (1, 2))
    join_predictions(locate(tmp_path / "cube.zarr"), predicted)
    two = ("--network", "published", "--network", "published_L_M")
    done = call(tmp_path / "cube.zarr", "--out", tmp_path, *two)
    assert done.exit_code == 0, done.output
    rows = imread(tmp_path / "parity.png").shape[0] / imread(tmp_path / "ragone.png").shape[0]
    assert rows == pytest.approx(2 * 4.0 / 4.2, rel=0.01)
    done = call(tmp_path / "cube.zarr", "--out", tmp_path, "--network", "curve")
    assert "'curve', which is not known" in done.output


def test_a_cube_that_suffices_for_none_is_refused(tmp_path):
    design = SobolPoints(count=4, seed=1, alpha=(0.0, 5.0), S=(1.0, 9.0), current=(17.5, 35.0))
    small_cube(tmp_path, design=design)
    done = call(tmp_path / "cube.zarr", "--out", tmp_path / "figures")
    assert done.exit_code == 2
    assert "no figure can be drawn of this cube: the cube has no grid" in done.stderr


@pytest.mark.parametrize("name", ["none.zarr", "misspelt"])
def test_what_is_no_cube_is_refused_before_a_folder_is_made(tmp_path, name):
    done = call(tmp_path / name if name.endswith("zarr") else name, "--out", tmp_path / "figures")
    assert done.exit_code in {1, 2}
    assert not (tmp_path / "figures").exists()
