"""Longer axes or more points for a cube, without simulating again what it holds.

The larger cube grows beside the old one, which stays readable; curves that the old one holds are
copied block by block.  When it is complete, it takes the old one's place by renaming.
"""

from __future__ import annotations

import shutil
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.campaign.campaign import differences, shortened
from microbatt.campaign.plan import belongs, identity_in
from microbatt.cube import copy_joined, cube_attributes, has_cube
from microbatt.cube.contents import design_from_dict
from microbatt.cube.store import alone, check_fence, explained, fence_of
from microbatt.cube.writing import open_blocks, rows_without_curve
from microbatt.errors import CampaignError, StoreError
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from microbatt.campaign.plan import Plan
    from microbatt.cube import Design, Location
    from microbatt.cube.contents import Layout
    from microbatt.cube.writing import BlockStore, Region, Rows

    Coordinates = Mapping[str, tuple[str, NDArray[np.float64]]]

GROWING: Final = ".extending"
"""Suffix of the larger cube until it is complete."""
_GROWS: Final = ("design", "microbatt_schema")
"""Parts of an identity that may differ between a cube and a larger one."""
REPLACED: Final = ".replaced"
"""Suffix of the old cube for the moment of the change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCurves:
    """A cube to copy from, and where its steps lie on the axes of the new one.

    Attributes
    ----------
    store : Location
        Of the cube to copy from.
    fence : str
        Tells it from any other cube that may take its place.
    places : tuple of numpy.ndarray
        For each dimension of the new cube, the place of each of its steps on the old axis, or
        -1 where the old axis lacks it.
    """

    store: Location
    fence: str
    places: tuple[NDArray[np.int64], ...]

    def rows(self, region: Region, layout: Layout) -> Rows:
        """Return the rows of a region of the new cube, ``not_run`` where the old one lacks them.

        Raises
        ------
        StoreChangedError
            If another cube has taken the old one's place.
        """
        places = [place[r] for place, r in zip(self.places, region, strict=True)]
        present = [place >= 0 for place in places]
        held = reduce(np.multiply.outer, present).ravel()
        rows = rows_without_curve(held.size, layout, Outcome.NOT_RUN)
        if held.any():
            index = tuple(place[there] for place, there in zip(places, present, strict=True))
            found = _blocks_of(self.store, self.fence).select(index)
            for name, column in found.items():
                rows[name][held] = column
        return rows


@lru_cache(maxsize=2)
def _blocks_of(store: Location, fence: str) -> BlockStore:
    return open_blocks(store, fence=fence, read_only=True)


def match_axes(
    dims: Sequence[str], new: Coordinates, old: Coordinates
) -> tuple[NDArray[np.int64], ...]:
    """Return for each step of the new axes its place on the old ones, or -1.

    Parameters
    ----------
    dims : sequence of str
        Of both designs.
    new, old : dict
        Name → (dimension it lies along, values).  Points of a list are the same if all of their
        numbers are.

    Examples
    --------
    >>> new = {"alpha": ("alpha", np.array([0.0, 0.5, 1.0]))}
    >>> match_axes(["alpha"], new, {"alpha": ("alpha", np.array([0.0, 1.0]))})
    (array([ 0, -1,  1]),)
    """
    return tuple(_places(_steps(dim, new), _steps(dim, old)) for dim in dims)


def _steps(dim: str, coordinates: Coordinates) -> NDArray[np.float64]:
    """Return the numbers of each step of a dimension, a row a step."""
    along = sorted(name for name, (place, _) in coordinates.items() if place == dim)
    # Adding nothing makes 0 of -0, which has other bytes.
    return np.stack([coordinates[name][1] + 0.0 for name in along], axis=1)


def _places(new: NDArray[np.float64], old: NDArray[np.float64]) -> NDArray[np.int64]:
    known = {row.tobytes(): place for place, row in reversed([*enumerate(old)])}
    return np.array([known.get(row.tobytes(), -1) for row in new], dtype=np.int64)


def known_curves(plan: Plan, location: Location) -> KnownCurves:
    """Return what a store holds of a campaign.

    Raises
    ------
    CampaignError
        If it belongs to a campaign that differs in more than the length of its axes.
    """
    attributes = cube_attributes(location)
    old = _refuse_unlike(plan, location, attributes).coordinates()
    new = plan.design.coordinates()
    _refuse_loss(plan, location, old)
    return KnownCurves(
        store=location,
        fence=fence_of(attributes),
        places=match_axes(plan.design.dims, new, old),
    )


def has_to_grow(plan: Plan) -> bool:
    """Whether there is a cube, with other axes than those of the plan."""
    return has_cube(plan.location) and not belongs(plan, cube_attributes(plan.location))


def growing_beside(location: Location) -> Location:
    """Return where the larger cube grows.

    Parameters
    ----------
    location : Location
        Of the cube.

    Returns
    -------
    Location
        Of the larger one.

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


def replace_by_larger(location: Location, *, fence: str | None = None) -> None:
    """Put the larger cube, which must be complete, in the old one's place.

    What was joined to the old one, such as predictions, is joined to the larger one first. Nobody
    else writes to either meanwhile. Nothing happens if another runner has done it already.

    Parameters
    ----------
    location : Location
        Of the old cube.
    fence : str, optional
        Tells which cube the larger one was copied from; None is the one that is there.

    Raises
    ------
    StoreChangedError
        If another cube has taken its place meanwhile.
    """
    growing = growing_beside(location)
    with explained(location, "replacing the cube by the larger one"):
        if growing.path.exists():
            with alone(location), alone(growing):
                if fence is not None:
                    check_fence(location, fence)
                copy_joined(location, growing)
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
            with suppress(FileNotFoundError):  # another runner removes it too
                shutil.rmtree(replaced)


def _refuse_unlike(plan: Plan, location: Location, attributes: Mapping[str, Any]) -> Design:
    """Return the design of a cube, which differs from that of the plan in nothing but its length.

    Raises
    ------
    CampaignError
        If anything else differs.
    """
    stored = identity_in(plan, attributes)
    unlike = differences(
        {name: value for name, value in stored.items() if name not in _GROWS},
        {name: value for name, value in plan.identity.items() if name not in _GROWS},
    )
    design = design_from_dict(attributes["design"])
    here, there = (set(one.coordinates()) for one in (plan.design, design))
    if design.dims != plan.design.dims or here != there:
        unlike.append(
            f"what varies: {', '.join(sorted(there))} along {', '.join(design.dims)} in the store, "
            f"{', '.join(sorted(here))} along {', '.join(plan.design.dims)} asked for"
        )
    if unlike:
        raise CampaignError(
            f"the curves of {location} cannot be used for this campaign, because it differs in "
            f"more than its axes:\n{shortened(unlike)}\nRun it into a store of its own."
        )
    return design


def _refuse_loss(plan: Plan, location: Location, old: Coordinates) -> None:
    """Raise if a cube has values that the design of a plan lacks."""
    new = plan.design.coordinates()
    lost = match_axes(plan.design.dims, old, new)
    dropped = [
        f"{dim} {old[dim][1][places < 0].tolist()}"
        if dim in old
        else f"{int((places < 0).sum())} of its {places.size} points"
        for dim, places in zip(plan.design.dims, lost, strict=True)
        if (places < 0).any()
    ]
    if dropped:
        raise CampaignError(
            f"extending {location} would drop values that it holds: {'; '.join(dropped)}. "
            "Keep them in the axes; drawn points grow by `count` alone."
        )
