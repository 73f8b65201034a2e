"""Which points of a cube can be learned from, how many are left out, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.errors import ParameterError
from microbatt.features import (
    TARGETS,
    arranged,
    by_point,
    check_targets,
    point_dims,
    scalars_by_point,
    targets_of,
    true_values,
)
from microbatt.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

DAMAGED = "damaged"
"""A curve that is said to be whole but has no finite, positive capacity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PointSelection:
    """What a cube offers to learn from; ``print`` shows it.

    Parameters
    ----------
    targets : numpy.ndarray of float
        Numbers that vary of every point, shape (points, k), in the order of ``names``.
    usable : numpy.ndarray of int
        Numbers of the points that can be learned from, increasing.
    left_out : mapping of str to int
        Why → how many points: the outcome of the first curve that is missing.
    hidden : mapping of str to int
        Why → how many curves of usable points are missing, and masked.
    names : tuple of str, default ("alpha", "S")
        What the targets are.
    """

    targets: NDArray[np.float64]
    usable: NDArray[np.int64]
    left_out: Mapping[str, int]
    hidden: Mapping[str, int]
    names: tuple[str, ...] = TARGETS

    def __len__(self) -> int:
        return len(self.targets)

    def __str__(self) -> str:
        lines = [f"{self.usable.size} of {len(self)} points can be learned from"]
        lines += [f"  left out, {why}: {count} points" for why, count in self.left_out.items()]
        lines += [f"  masked, {why}: {count} curves" for why, count in self.hidden.items()]
        return "\n".join(lines)


def select_points(
    cube: xr.Dataset, *, complete: bool = False, targets: Sequence[str] | None = None
) -> PointSelection:
    """Look at what a cube offers to learn from; reads its scalars, not its voltages.

    Parameters
    ----------
    cube : xarray.Dataset
        A grid or scattered points.
    complete : bool, default False
        Whether a point needs a whole curve at every current; otherwise one is enough, and the
        others are masked.
    targets : sequence of str, optional
        Which numbers are to be learned; None is all that vary in the cube.

    Returns
    -------
    PointSelection
        Points are numbered as in `microbatt.features.points`.

    Raises
    ------
    ParameterError
        If the dataset is not a cube, has no curve that is whole, or a target is not a number.

    Examples
    --------
    ``print(select_points(cube))`` says for example
    ``4034 of 4040 points can be learned from`` and why six cannot.
    """
    full = arranged(cube)
    whole = scalars_by_point(full)["whole"]
    names = targets_of(full) if targets is None else check_targets(full, targets)
    values = true_values(full, names)
    _check_values(values, names)
    why = _reasons(by_point(full["status"], point_dims(full)), whole)
    enough = whole.all(axis=1) if complete else whole.any(axis=1)
    if not enough.any():
        raise ParameterError(_nothing_usable(why[~whole], some=bool(whole.any())))
    first_missing = why[np.arange(len(why)), np.argmin(whole, axis=1)]
    return PointSelection(
        targets=values,
        names=names,
        usable=np.flatnonzero(enough),
        left_out=_counted(first_missing[~enough]),
        hidden=_counted(why[enough][~whole[enough]]),
    )


def _reasons(status: NDArray[np.int8], whole: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the name of each curve's outcome, or that it is damaged, shape (n, c)."""
    names = np.full(256, DAMAGED, dtype=object)
    for outcome in Outcome:
        if not outcome.is_whole:
            names[outcome] = outcome.name.lower()
    reasons: NDArray[Any] = names[status.astype(np.uint8)]
    reasons[whole] = ""
    return reasons


def _counted(reasons: NDArray[Any]) -> dict[str, int]:
    names, counts = np.unique(reasons.astype(str), return_counts=True)
    return {str(n): int(c) for n, c in sorted(zip(names, counts, strict=True), key=lambda p: -p[1])}


def _check_values(targets: NDArray[np.float64], names: Sequence[str]) -> None:
    bad = ~np.isfinite(targets).all(axis=1)
    if bad.any():
        raise ParameterError(
            f"{' or '.join(names)} of {int(bad.sum())} points is not a number, the first at point "
            f"{int(bad.argmax())}; every point of a cube to learn from needs them all. Mend its "
            "coordinates, or select the other points."
        )


def _nothing_usable(reasons: NDArray[Any], *, some: bool) -> str:
    outcomes = ", ".join(f"{count} {why}" for why, count in _counted(reasons).items())
    if some:
        return (
            f"no point of the cube has a whole curve at every current ({outcomes}). "
            "Allow missing curves with `complete=False`, or select fewer currents."
        )
    return (
        f"the cube has no whole curve ({outcomes or 'it is empty'}), so there is nothing to learn "
        "from. Run its campaign first: `microbatt status` tells how far it is."
    )
