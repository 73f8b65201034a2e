"""Campaign files: what they may say, and what is said of a mistake."""

import pytest

from microbatt.campaign.reading import (
    available_recipes,
    default_store,
    load_campaign,
    read_campaign,
)
from microbatt.cells import load_cell, to_toml
from microbatt.cube import Grid, ListedPoints, SobolPoints
from microbatt.engines import Adiabatic, Inventory, Lumped
from microbatt.engines.pybamm.settings import PybammSettings
from microbatt.errors import CampaignError, ParameterError

HEAD = 'format = 1\nname = "mine"\ncell = "doyle-1996-cell-1"\n'
GRID = """
[grid]
alpha = { values = [0.5, 2.3] }
S = { values = [3] }
current = { values = [17.5], unit = "A m-2" }
"""


def written(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_catalog_holds_its_recipes_and_each_can_be_read():
    assert set(available_recipes()) >= {
        "conserving-sweep", "curve-training", "demo", "off-grid", "published-sweep",
    }  # fmt: skip
    for name in available_recipes():
        assert load_campaign(name).name == name


def test_the_published_sweep_is_what_was_published():
    campaign = load_campaign("published-sweep")
    assert campaign.design.shape == (101, 40, 6)
    assert campaign.design.current == (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)
    assert campaign.inventory is Inventory.AREA_ONLY
    assert load_campaign("conserving-sweep").inventory is Inventory.CONSERVING
    released = load_campaign("released-sweep")
    assert released.design == campaign.design
    assert released.cell.name == "doyle-1996-decks"
    assert isinstance(released.thermal, Adiabatic)


def test_the_off_grid_set_scatters_its_points():
    assert isinstance(load_campaign("off-grid").design, SobolPoints)


def test_a_file_may_name_terms_settings_and_rates(tmp_path):
    text = (
        HEAD
        + 'inventory = "conserving"\ncutoff_voltage = { value = 2500, unit = "mV" }\n'
        + '[thermal]\nmode = "lumped"\nheat_transfer_coefficient = 5.0\n'
        + "[settings]\ntolerance = 1e-4\n"
        + "[grid]\nalpha = { values = [1] }\nS = { values = [3] }\n"
        + "c_rate = { values = [0.5, 1] }\n"
        + '[tasks]\ncurves = 7\ntime_limit = { value = 1, unit = "min" }\n'
    )
    campaign = read_campaign(written(tmp_path, text))
    assert campaign.cutoff_voltage == 2.5
    assert campaign.thermal == Lumped(heat_transfer_coefficient=5.0)
    assert campaign.settings.tolerance == 1e-4
    assert campaign.design == Grid(alpha=(1.0,), S=(3.0,), current=(8.75, 17.5))
    assert (campaign.curves_per_task, campaign.time_limit) == (7, 60.0)


def test_points_may_be_listed(tmp_path):
    points = GRID.replace("[grid]", "[points]").replace("[3]", "[3, 5]")
    design = read_campaign(written(tmp_path, HEAD + points)).design
    assert design == ListedPoints(alpha=(0.5, 2.3), S=(3.0, 5.0), current=(17.5,))


def test_a_cell_file_is_looked_for_beside_the_campaign(tmp_path):
    cell = load_cell("doyle-1996-cell-2")
    (tmp_path / "own.toml").write_text(to_toml(cell, source="test"), encoding="utf-8")
    text = HEAD.replace("doyle-1996-cell-1", "own.toml") + GRID
    assert read_campaign(written(tmp_path, text)).cell == cell


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "not valid TOML"),
        ("format = 2\n" + HEAD.split("\n", 1)[1] + GRID, "reads `format = 1`"),
        (HEAD, "either a table `[grid]` or a table `[points]`"),
        (HEAD + 'egnine = "native"\n' + GRID, "'engine'"),
        (HEAD.replace("doyle-1996-cell-1", "doyle-1996-cell-9") + GRID, "doyle-1996-cell-1"),
        (HEAD + 'inventory = "area"\n' + GRID, "area-only"),
        (HEAD + GRID.replace("[0.5, 2.3]", "[2.3, 0.5]"), "sort the axis"),
        (HEAD + GRID.replace("[0.5, 2.3]", "[]"), "is empty"),
        (HEAD + GRID.replace("[3]", "[0]"), "must lie in [0.01,"),
        (HEAD + GRID.replace("[17.5]", "[-17.5]"), "must lie in (0,"),
        (HEAD + GRID.replace("current", "currents"), "'current'"),
        (HEAD + '[thermal]\nmode = "warm"\n' + GRID, "isothermal"),
        (HEAD + "[settings]\ntolerence = 1e-4\n" + GRID, "tolerance"),
        (HEAD + GRID + "[tasks]\ncurves = 0\n", "from 1 to"),
        ('format = 1\nname = "mine"\n' + GRID, "`cell` is missing"),
    ],
)
def test_a_mistake_is_told_by_file_key_and_remedy(tmp_path, text, words):
    with pytest.raises(CampaignError, match=r"mine\.toml") as caught:
        read_campaign(written(tmp_path, text))
    assert words in str(caught.value)


def test_an_axis_in_the_wrong_place_or_form_is_answered_with_the_right_one(tmp_path):
    with pytest.raises(CampaignError, match=r"`c_rate` is an axis .* write it below `\[grid\]`"):
        read_campaign(written(tmp_path, HEAD + "c_rate = [1]\n" + GRID))
    with pytest.raises(CampaignError) as caught:
        read_campaign(written(tmp_path, HEAD + "[grid]\ncurrent = [17.5, 35.0]\n"))
    advised = str(caught.value).split("write it as `")[1].rstrip("`.")
    assert read_campaign(written(tmp_path, HEAD + f"[grid]\ncurrent = {advised}\n"))


def test_a_missing_file_is_answered_with_the_known_campaigns(tmp_path):
    with pytest.raises(CampaignError, match="published-sweep"):
        read_campaign(tmp_path / "none.toml")


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ParameterError, match="published-sweep"):
        load_campaign("publishd-sweep")


def test_a_catalog_cube_goes_to_the_cache_and_any_other_into_this_folder(tmp_path):
    assert default_store(load_campaign("demo")).is_absolute()
    campaign = read_campaign(written(tmp_path, HEAD + GRID))
    assert str(default_store(campaign)) == "mine.zarr"


def test_the_settings_of_a_file_are_those_of_its_engine(tmp_path):
    text = HEAD + 'engine = "pybamm"\n[settings]\nvolumes = [30, 10, 40]\n' + GRID
    campaign = read_campaign(written(tmp_path, text))
    assert campaign.settings == PybammSettings(volumes=(30, 10, 40))
    text = HEAD + 'engine = "pybamm"\n[settings]\nmesh = 2.0\n' + GRID
    with pytest.raises(CampaignError, match="`settings` is 'mesh', which is not known"):
        read_campaign(written(tmp_path, text))


def test_an_engine_that_is_not_known_is_told_with_its_file(tmp_path):
    with pytest.raises(CampaignError, match=r"mine\.toml: `engine` is 'dualfoyl'.*'dualfoil'"):
        read_campaign(written(tmp_path, HEAD + 'engine = "dualfoyl"\n' + GRID))
