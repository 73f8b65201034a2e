"""A wall-clock limit for each curve: what never ends is stopped, the rest goes on."""

import time

import numpy as np
import pytest
from click.testing import CliRunner

from microbatt.campaign import run_campaign
from microbatt.cli.commands import main
from microbatt.engines.dualfoil import DualfoilSettings
from tests.campaign.small import small_campaign
from tests.engines.dualfoil.executables import toy_executable

HANGS, SPEWS = 13.0, 14.0
"""Shape factors for which the toy executable never ends: silent, and writing rows of NaN."""


@pytest.fixture
def told(tmp_path):
    """Settings of an executable that is told S, and hangs or spews at two of them."""
    return {
        "executable": str(toy_executable(tmp_path)),
        "environment": {"DF_S": "{S:g}"},
    }


@pytest.fixture
def campaign(told):
    return small_campaign(
        alpha=(2.3,),
        S=(1.0, 3.0, HANGS, SPEWS),
        current=(35.0,),
        engine="dualfoil",
        inventory="area-only",
        settings=DualfoilSettings.from_dict(told),
        time_limit=3.0,
    )


def test_a_program_that_hangs_and_one_that_spews_nan_cost_their_curves_only(
    campaign, threads, tmp_path
):
    start = time.monotonic()
    cube = run_campaign(campaign, tmp_path / "a.zarr", client=threads).load()
    assert time.monotonic() - start < 30.0
    assert cube.microbatt.outcomes() == {"cutoff_reached": 2, "time_limit": 2}
    assert bool(cube.sel(S=[1.0, 3.0]).microbatt.ok().all())
    stopped = cube.sel(S=[HANGS, SPEWS])
    assert set(stopped.microbatt.failures()["outcome"]) == {"time_limit"}
    assert (stopped.discharge_capacity < cube.discharge_capacity.sel(S=3.0)).all()
    assert np.isfinite(stopped.voltage).all()  # up to where they were stopped


@pytest.mark.parametrize(
    ("tasks", "options"),
    [
        ('[tasks]\ntime_limit = { value = 3, unit = "s" }', ()),
        ("", ("--time-limit", "3")),
    ],
)
def test_the_limit_of_a_campaign_file_and_of_the_command_are_kept(told, tmp_path, tasks, options):
    file = tmp_path / "slow.toml"
    file.write_text(
        f"""
format = 1
name = "slow"
cell = "doyle-1996-cell-1"
engine = "dualfoil"
inventory = "area-only"
[settings]
executable = "{told["executable"]}"
environment = {{ DF_S = "{{S:g}}" }}
[points]
alpha = {{ values = [2.3, 2.3] }}
S = {{ values = [3, {HANGS:g}] }}
current = {{ values = [35], unit = "A m⁻²" }}
{tasks}
""",
        encoding="utf-8",
    )
    call = ["run", str(file), "--store", str(tmp_path / "s.zarr"), *options]
    result = CliRunner().invoke(main, call)
    assert result.exit_code == 0, result.output
    assert "time_limit" in result.output
    assert "cutoff_reached" in result.output
