"""The cubes that an explorer has to cope with: whole, all failed, half-filled, predicted."""

import shutil

import numpy as np
import xarray as xr

from microbatt.campaign import run_campaign
from microbatt.cube import Grid, SobolPoints, locate, open_cube
from microbatt.cube.contents import depth_axis, discharge_layout
from microbatt.cube.contents.schema import consolidate
from microbatt.cube.store.location import open_store
from microbatt.cube.writing import merged_rows, open_blocks, region_points, rows_without_curve
from microbatt.outcomes import Outcome
from tests.campaign.small import small_campaign

ALPHA = tuple(np.arange(0.0, 10.1, 0.5))
S = (1.0, 2.0, 3.0, 5.0, 10.0, 20.0, 40.0)
EVERY = slice(0, len(ALPHA))
CURRENT = (1.75, 8.75, 17.5, 35.0, 52.5, 70.0)


def demo_campaign(**terms):
    """The catalog's demo on the stand-in engine: 882 curves, all whole."""
    return small_campaign(
        alpha=ALPHA, S=S, current=CURRENT, name="demo", curves_per_task=84, **terms
    )


def four_axes_campaign():
    """Curves over four axes, two of them of the cell."""
    others = {"positive_thickness": (5e-5, 6e-5, 7e-5), "negative_alpha": (0.5, 1.5)}
    design = Grid(alpha=(0.5, 2.3, 4.0), S=(1.0, 3.0), current=(17.5, 35.0), others=others)
    engine = "tests.campaign.standin:of_the_cell"
    return small_campaign(design=design, engine=engine, name="four")


def scattered_campaign():
    """64 scattered points at two currents."""
    box = {"alpha": (0.0, 10.0), "S": (0.3, 40.0)}
    design = SobolPoints(count=64, seed=1, current=(17.5, 35.0), **box)
    return small_campaign(design=design, name="scattered", curves_per_task=128)


def filled(campaign, store):
    """Run a campaign and return its store."""
    run_campaign(campaign, store, listeners=[])
    return store


def with_outcome(store, copy, outcome, alphas=EVERY):
    """Copy a demo; the curves of some alphas, by number, have no more than an outcome."""
    shutil.copytree(store, copy)
    design, opened = demo_campaign().design, open_blocks(locate(copy))
    for block in opened.blocks():
        points = region_points(design.dims, design.coordinates(), block.region)
        ended = np.isin(points[:, 0], ALPHA[alphas])
        rows = rows_without_curve(int(ended.sum()), discharge_layout(depth_axis(32)), outcome)
        opened.write(block, merged_rows(opened.read(block), rows, ended))
    return copy


def failed(store, copy):
    """Copy a demo in which every curve has failed."""
    return with_outcome(store, copy, Outcome.NO_CONVERGENCE)


def half_filled(store, copy):
    """Copy a demo of which the upper half of the alphas has not been run."""
    return with_outcome(store, copy, Outcome.NOT_RUN, slice(10, len(ALPHA)))


def predicted(store, copy):
    """Copy a demo and join predictions that miss by one step of each axis, and none at S = 1."""
    shutil.copytree(store, copy)
    cube = open_cube(locate(copy), chunks=None)
    alpha, S_ = (
        cube[name].broadcast_like(cube.status.isel(current=0, drop=True)) for name in ("alpha", "S")
    )
    known = alpha.notnull() & (S_ > 1)
    variables = {
        "alpha_predicted": (alpha + 0.5).where(known),
        "S_predicted": (S_ * 1.1).where(known),
        "alpha_predicted_std": xr.full_like(alpha, 0.4).where(known),
        "S_predicted_std": (0.1 * S_).where(known),
        "predicted_correlation": xr.full_like(alpha, 0.5).where(known),
        "prediction_status": known.astype("int8").where(known, 2).astype("int8"),
    }
    joined = xr.Dataset({name: v.drop_attrs() for name, v in variables.items()}, attrs=cube.attrs)
    joined["prediction_status"].attrs = {
        "flag_values": [0, 1, 2, 3],
        "flag_meanings": "not_predicted predicted no_curves out_of_range",
        "long_name": "whether there is a prediction",
    }
    joined.to_zarr(copy, mode="a", consolidated=False, zarr_format=3)
    consolidate(open_store(locate(copy), read_only=False))
    return copy
