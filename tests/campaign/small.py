"""Small campaigns on the stand-in engine."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from microbatt.campaign import Campaign, run_campaign
from microbatt.cells import load_cell
from microbatt.cube import Grid

ROOT = Path(__file__).parents[2]
STANDIN = "tests.campaign.standin:simulator"
ALPHA = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
S = (1.0, 3.0)
CURRENT = (17.5, 35.0, 70.0)


def small_campaign(*, alpha=ALPHA, S=S, current=CURRENT, **terms):
    """36 curves in three blocks, unless told otherwise."""
    settings = {
        "name": "small",
        "cell": load_cell("doyle-1996-cell-1"),
        "design": Grid(alpha=alpha, S=S, current=current),
        "engine": STANDIN,
        "depth_points": 32,
    }
    return Campaign(**settings | terms)


def lay_small(store):
    """Lay a sound cube of the small campaign at a path; it is filled once and copied."""
    shutil.copytree(_filled(), store)


@cache
def _filled():
    store = Path(tempfile.mkdtemp()) / "small.zarr"
    run_campaign(small_campaign(), store)
    return store


def write_campaign(folder, *, alpha=ALPHA, S=S, current=CURRENT, engine=STANDIN, curves=12):
    """Write a small campaign as a file."""
    path = Path(folder) / "small.toml"
    path.write_text(
        f"""
format = 1
name = "small"
cell = "doyle-1996-cell-1"
engine = "{engine}"
[grid]
alpha = {{ values = {list(alpha)} }}
S = {{ values = {list(S)} }}
current = {{ values = {list(current)}, unit = "A m⁻²" }}
[tasks]
curves = {curves}
""",
        encoding="utf-8",
    )
    return path
