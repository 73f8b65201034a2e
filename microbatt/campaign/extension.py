"""More alphas, shape factors or currents for a cube, without simulating again what it holds.

The larger cube grows beside the old one, which stays readable; curves that the old one holds are
copied block by block.  When it is complete, it takes the old one's place by renaming.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from microbatt.campaign.campaign import identity_in
from microbatt.campaign.identity_differences import differences, shortened
from microbatt.campaign.known_curves import KnownCurves, match_axes
from microbatt.cube import Location, carry_joined, explained, open_group
from microbatt.errors import CampaignError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from microbatt.campaign.campaign import Campaign

GROWING = ".extending"
"""Suffix of the larger cube until it is complete."""
REPLACED = ".replaced"
"""Suffix of the old cube for the moment of the change."""


def known_curves(campaign: Campaign, location: Location) -> KnownCurves:
    """Return what a store holds of a campaign.

    Raises
    ------
    CampaignError
        If it belongs to a campaign that differs in more than the length of its axes.
    """
    attributes: dict[str, Any] = dict(open_group(location).attrs)
    _refuse_unlike(campaign, location, attributes)
    design = campaign.design
    if design.to_dict()["kind"] != "grid":
        raise CampaignError(
            "only grids can be extended: scattered points have no axes to add to. "
            "Run the new points into a store of their own."
        )
    new = {name: values for name, (_, values) in design.coordinates().items()}
    return KnownCurves(
        store=location,
        campaign_hash=attributes["campaign_hash"],
        places=match_axes(design.dims, new, attributes["design"]),
    )


def growing_beside(location: Location) -> Location:
    """Return where the larger cube grows.

    Raises
    ------
    StoreError
        If the store is not a local folder: an object store cannot rename in one step.
    """
    if not location.is_local:
        raise StoreError(
            f"{location} cannot be extended in place, because an object store has no renaming. "
            "Give a new place with `--store`, and this one with `--reuse`."
        )
    return location.beside(GROWING)


def replace_by_larger(location: Location) -> None:
    """Put the larger cube, which must be complete, in the old one's place.

    What was joined to the old one, such as predictions, is joined to the larger one first. Nothing
    happens if another runner has done it meanwhile.
    """
    with explained(location, "replacing the cube by the larger one"):
        if location.beside(GROWING).path.exists():
            carry_joined(location, location.beside(GROWING))
            location.path.rename(location.beside(REPLACED).path)
    recover_replacement(location)


def recover_replacement(location: Location) -> None:
    """Finish a replacement that was cut short, if there is one."""
    if not location.is_local:
        return
    replaced, larger = location.beside(REPLACED).path, location.beside(GROWING).path
    with explained(location, "replacing the cube by the larger one"):
        if replaced.exists() and not location.path.exists():
            (larger if larger.exists() else replaced).rename(location.path)
        if replaced.exists() and location.path.exists():
            shutil.rmtree(replaced)


def _refuse_unlike(campaign: Campaign, location: Location, attributes: Mapping[str, Any]) -> None:
    stored = identity_in(attributes, campaign)
    unlike = differences(
        {name: value for name, value in stored.items() if name != "design"},
        {name: value for name, value in campaign.identity.items() if name != "design"},
    )
    if unlike:
        raise CampaignError(
            f"the curves of {location} cannot be used for this campaign, because it differs in "
            f"more than its axes:\n{shortened(unlike)}\nRun it into a store of its own."
        )
    missing = {
        dim: sorted(set(attributes["design"][dim]) - set(campaign.design.to_dict()[dim]))
        for dim in campaign.design.dims
        if dim in attributes["design"]
    }
    if any(missing.values()):
        dropped = "; ".join(f"{dim} {values}" for dim, values in missing.items() if values)
        raise CampaignError(
            f"extending {location} would drop values that it holds: {dropped}. "
            "Keep them in the axes."
        )
