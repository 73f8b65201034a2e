"""A small cube in memory of the file system, with every kind of ending."""

from microbatt.campaign import run_campaign
from microbatt.testing.formula import NO_CURVE_CURRENT
from tests.campaign.small import small_campaign
from tests.campaign.standin import BROKEN_S


def small_cube(folder, **terms):
    """Fill a cube of 36 curves: 12 whole, 18 that failed, 6 without a curve."""
    campaign = small_campaign(
        **{"S": (3.0, BROKEN_S), "current": (17.5, 35.0, NO_CURVE_CURRENT)} | terms
    )
    return run_campaign(campaign, folder / "cube.zarr")
