"""The store of a campaign: made if there is none, refused if it belongs to another campaign."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.campaign.blocks import choose_chunks
from microbatt.campaign.campaign import attributes_of, identity_hash, identity_in
from microbatt.campaign.identity_differences import differences, shortened
from microbatt.cube import (
    ROOT,
    cube_skeleton,
    depth_axis,
    explained,
    list_folder,
    object_exists,
    open_group,
    open_store,
    write_skeleton,
)
from microbatt.engines import load_engine
from microbatt.errors import CampaignError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import zarr

    from microbatt.campaign.campaign import Campaign
    from microbatt.cube import Location


def prepare_store(campaign: Campaign, location: Location) -> zarr.Group:
    """Return the root group of a campaign's store, which is made if there is none.

    Raises
    ------
    StoreError
        If the place holds something else, or cannot be written.
    CampaignError
        If it holds the cube of another campaign; both hashes and what differs are told.
    """
    with explained(location, "creating the cube"):
        if not has_cube(location):
            create_store(campaign, location)
    group = open_group(location)
    refuse_other(campaign, location, dict(group.attrs))
    return group


def has_cube(location: Location) -> bool:
    """Whether there is a Zarr root at a location; nothing is made by looking."""
    if location.is_local and not location.path.exists():
        return False
    return object_exists(open_store(location, read_only=True), ROOT)


def create_store(campaign: Campaign, location: Location) -> None:
    """Write the empty cube of a campaign."""
    skeleton = skeleton_of(campaign)
    store = open_store(location, read_only=False)
    ours = {key.split("/")[0] for key in skeleton} | {"runs"}
    foreign = sorted(set(list_folder(store)) - ours)
    if foreign:
        raise StoreError(
            f"{location} holds other things ({', '.join(foreign[:3])}); "
            "give a place of its own to the cube."
        )
    write_skeleton(store, skeleton)


def skeleton_of(campaign: Campaign) -> dict[str, bytes]:
    """Return the objects of a campaign's empty cube, key → bytes, the root last."""
    curves = campaign.curves_per_task or load_engine(campaign.engine).curves_per_task
    chunks = choose_chunks(campaign.design.shape, curves)
    return cube_skeleton(
        campaign.design,
        depth=depth_axis(campaign.depth_points),
        one_c_current=campaign.cell.one_c_current,
        chunks=chunks,
        attributes=attributes_of(campaign) | {"chunks": list(chunks)},
    )


def refuse_other(campaign: Campaign, location: Location, attributes: Mapping[str, Any]) -> None:
    """Raise if a cube belongs to another campaign.

    Raises
    ------
    CampaignError
        With both hashes and what differs.
    """
    stored = identity_in(attributes, campaign)
    if identity_hash(stored) == campaign.hash:
        return
    raise CampaignError(
        f"{location} belongs to another campaign: it has the hash {identity_hash(stored)[:12]}, "
        f"this one {campaign.hash[:12]}. What differs:\n"
        f"{shortened(differences(stored, campaign.identity))}\n"
        "Give another `--store`; or, if only axes have grown, pass `--extend`."
    )
