"""The cube that is looked at: its numbers, kept once read, and read again when it has grown."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import check_choice
from microbatt.cube.contents import check_discharges, status_of, varied_in
from microbatt.cube.predicted import copies_in, predicted_by
from microbatt.errors import MicrobattError, ParameterError
from microbatt.explorer.plane import plane_of
from microbatt.outcomes import Outcome
from microbatt.plots import check_reach

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.cube.predicted import Fold
    from microbatt.explorer.plane import Plane

_NEEDED: Final = ("voltage", "discharge_capacity")
_REST: Final = 20.0
"""Between two looks at the store at least so many times what one look takes."""

_CURVES: Final = 100
"""So many points' curves are kept at most."""


_SCALARS: Final = ("discharge_capacity", "energy", "power")


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One discharge of a point.

    Parameters
    ----------
    current, c_rate : float
        [A m⁻²], [h⁻¹]; the latter NaN where the cube has none.
    capacity, voltage : numpy.ndarray of float
        [A h m⁻²], [V], shape (n,); empty where there is no curve.
    outcome : Outcome
        How it ended.
    scalars : dict of str to float
        Capacity, energy and power; NaN where the curve is not whole.
    kept : float
        Capacity over that at the lowest current; NaN where one of the two is not whole.
    """

    current: float
    c_rate: float
    capacity: NDArray[np.float64]
    voltage: NDArray[np.float64]
    outcome: Outcome
    scalars: dict[str, float]
    kept: float


class CubeSource:
    """A cube for as many viewers as there are.

    Parameters
    ----------
    reopen : callable
        Returns the cube as it is now; called again to see whether it has grown.
    network, fold : str or int or {"held_out"}
        Whose predictions are shown, as `microbatt.cube.predicted.predicted_by` takes them.
    across : sequence of str, default alpha and S, or the first two axes
        The two axes that are shown.
    at : mapping of str to float, optional
        Where on the other axes; the middle where nothing is said.

    Attributes
    ----------
    opened
        What `reopen` returned last.
    dataset
        The same with all its dimensions, see `as_cube`, and the predictions of one network.
    plane
        Where its points lie.
    axes
        Name → values of everything that varies but the current, of which two are shown.
    currents
        Its currents [A m⁻²].
    version
        Counts the changes.
    """

    def __init__(
        self,
        reopen: Callable[[], xr.Dataset],
        network: str | None = None,
        fold: Fold | None = None,
        *,
        across: Sequence[str] = (),
        at: Mapping[str, float] | None = None,
    ) -> None:
        self._reopen = reopen
        self._copy = (network, fold)
        self._across, self._at = tuple(across), dict(at or {})
        self._others: dict[tuple[str, Fold], CubeSource] = {}
        self.version = 0
        self._looked = time.monotonic()
        self._pause = 0.0
        self._take(reopen())
        if self.copy is not None:
            self._others[self.copy] = self

    def _take(self, opened: xr.Dataset) -> None:
        check_discharges(opened, "the explorer")
        # One reading of how curves ended, before all others: what it calls whole is in the store.
        self.opened = opened.assign(status=status_of(opened).compute())
        seen = predicted_by(self.opened, *self._copy)
        self.axes = {name: np.unique(seen[name].to_numpy()) for name in axes_of(seen)}
        names = shown_axes(seen, self._across, self._at)
        self.dataset = as_cube(seen, names, self._at)
        self._kept: dict[str, NDArray[Any]] = {}
        self._curves: dict[int, list[Curve]] = {}
        self.plane: Plane = plane_of(self.dataset, names)
        self.currents: NDArray[np.float64] = np.asarray(self.dataset["current"], dtype=float)

    @property
    def status(self) -> NDArray[np.int8]:
        """How every curve ended, shape (points, currents)."""
        return self.values("status")

    @property
    def total(self) -> int:
        """How many curves the cube has, in all its planes."""
        return int(self.opened["status"].size)

    @property
    def waiting(self) -> int:
        """How many of them have not been run yet."""
        return int((self.opened["status"].to_numpy() == Outcome.NOT_RUN).sum())

    @property
    def networks(self) -> dict[str, tuple[str, Fold]]:
        """Captions → network and fold, of everybody who has predicted the cube's points."""
        offered: dict[str, tuple[str, Fold]] = {}
        for name, folds in copies_in(self.opened).items():
            if 0 in folds:
                offered[name] = name, 0
            if any(folds):
                offered[f"{name}, held out"] = name, "held_out"
        return offered

    @property
    def copy(self) -> tuple[str, Fold] | None:
        """Network and fold whose predictions are shown; None where there are none."""
        asked = [copy for copy in self.networks.values() if copy == self._copy]
        return next(iter([*asked, *self.networks.values()]), None)

    def seen_by(self, network: str, fold: Fold) -> CubeSource:
        """Return the same cube with the predictions of another network.

        Parameters
        ----------
        network : str
            Its name.
        fold : int or {"held_out"}
            Which of its copies; ``"held_out"`` takes for each point the one that never saw it.

        Returns
        -------
        CubeSource
            Shared by all who ask for the same network.
        """
        if (network, fold) not in self._others:
            other = CubeSource(self._reopen, network, fold, across=self._across, at=self._at)
            other._others = self._others
            self._others[network, fold] = other
        return self._others[network, fold]

    def seen_along(self, across: Sequence[str], at: Mapping[str, float]) -> CubeSource:
        """Return the same cube along two other axes.

        Parameters
        ----------
        across : sequence of str
            The two axes.
        at : mapping of str to float
            Where on the others.

        Returns
        -------
        CubeSource
            Of its own.
        """
        return CubeSource(self._reopen, *self._copy, across=across, at=at)

    def values(self, name: str) -> NDArray[Any]:
        """Return a variable for every point, shape (points, currents), or (points,).

        Parameters
        ----------
        name : str
            Name of a variable of the cube.

        Returns
        -------
        numpy.ndarray
            Kept for those who ask next.
        """
        if name not in self._kept:
            variable = self.dataset[name]
            rows = variable.to_numpy().reshape(self.plane.x.size, -1)
            self._kept[name] = rows if "current" in variable.dims else rows[:, 0]
        return self._kept[name]

    def voltage(self, number: int) -> NDArray[np.float64]:
        """Return the voltages of one point, shape (currents, depth).

        Parameters
        ----------
        number : int
            Number of the point.

        Returns
        -------
        numpy.ndarray of float
            Voltages [V]; NaN where there is no curve.
        """
        curves = self.dataset["voltage"].isel(self.plane.place(number))
        return np.asarray(curves.to_numpy(), dtype=float)

    def curves(self, number: int) -> list[Curve]:
        """Return the curves of one point, kept for those who ask next.

        Parameters
        ----------
        number : int
            Number of the point.

        Returns
        -------
        list of Curve
            One for each current of the cube, in their order.
        """
        if number not in self._curves:
            if len(self._curves) >= _CURVES:
                self._curves.clear()
            self._curves[number] = point_curves(self, number)
        return self._curves[number]

    def look(self) -> bool:
        """Look whether the store has changed, not more often than is fair to it.

        Returns
        -------
        bool
            Whether it has, so that `version` is one higher. A store that cannot be read just
            now, because it is being replaced, say, has not changed.
        """
        start = time.monotonic()
        if start < self._looked + self._pause:
            return False
        try:
            changed = self._take_if_changed()
        except (MicrobattError, OSError):
            changed = False
        self._looked = time.monotonic()
        self._pause = _REST * (self._looked - start)
        return changed

    def _take_if_changed(self) -> bool:
        opened = self._reopen()
        same_names = set(opened.variables) == set(self.opened.variables)
        same_networks = copies_in(opened) == copies_in(self.opened)
        if same_names and same_networks and _same_values(opened, self.opened, "status"):
            return False
        self._take(opened)
        self.version += 1
        return True


def _same_values(now: xr.Dataset, before: xr.Dataset, name: str) -> bool:
    return np.array_equal(now[name].to_numpy(), before[name].to_numpy())


def axes_of(dataset: xr.Dataset) -> tuple[str, ...]:
    """Return what varies in a cube but the current, alpha and S first; lost axes are scalars."""
    return tuple(name for name in varied_in(dataset) if name not in ("current", "c_rate"))


def shown_axes(
    dataset: xr.Dataset, across: Sequence[str] = (), at: Mapping[str, float] | None = None
) -> tuple[str, str]:
    """Return the two axes to show: as asked for, or the first two on which nothing is fixed.

    Raises
    ------
    ParameterError
        If the cube has no such axis, or fewer than two.
    """
    known = axes_of(dataset)
    for name in (*across, *(at or {})):
        check_choice("axis", name, known)
    for name, value in (at or {}).items():
        check_reach(name, value, dataset[name])
    listed = "point" in dataset.dims
    free = [name for name in known if name not in (at or {})]
    if listed:
        free = [name for name in free if dataset[name].dims == ("point",)]
    # An axis of one value, or that a selection has taken away, is shown where there is no other.
    chosen = [*across] or sorted(free, key=lambda name: dataset[name].size == 1)[:2]
    if len(set(chosen)) != 2:
        raise ParameterError(
            f"the explorer shows two axes, and the dataset has {', '.join(known) or 'none'}; keep "
            "two of them as coordinates."
        )
    first, second = sorted(chosen, key=known.index) if not across else chosen
    return first, second


def as_cube(
    dataset: xr.Dataset,
    across: Sequence[str] = ("alpha", "S"),
    at: Mapping[str, float] | None = None,
) -> xr.Dataset:
    """Return a plane of a cube with its dimensions in order: a part of one has lost some.

    Parameters
    ----------
    dataset : xarray.Dataset
        A cube, or what a selection has left of it.
    across : sequence of str, default ("alpha", "S")
        The two axes of the plane.
    at : mapping of str to float, optional
        Values of the other axes, of which the nearest is taken; the middle where nothing is said.

    Returns
    -------
    xarray.Dataset
        With the dimensions ``across, current`` or ``point, current`` first.

    Raises
    ------
    ParameterError
        If it is no cube, or a needed variable or coordinate has been left out.
    """
    status_of(dataset)
    missing = [name for name in _NEEDED if name not in dataset]
    missing += [name for name in (*across, "current") if name not in dataset.coords]
    if missing:
        raise ParameterError(
            f"the dataset has no {', '.join(f'`{name}`' for name in missing)}, which the explorer "
            "shows; keep them when selecting variables."
        )
    first = ("point",) if "point" in dataset.dims else tuple(across)
    for name in axes_of(dataset):
        if name in dataset.dims and name not in first:
            middle = float(dataset[name][dataset.sizes[name] // 2])
            dataset = dataset.sel({name: (at or {}).get(name, middle)}, method="nearest")
    lost = [name for name in (*first, "current") if name not in dataset.dims]
    return dataset.expand_dims(lost).transpose(*first, "current", ...)


def is_whole(status: NDArray[np.int8]) -> NDArray[np.bool_]:
    """Whether each code is that of a whole curve."""
    return np.isin(status, [outcome for outcome in Outcome if outcome.is_whole])


def point_curves(source: CubeSource, number: int) -> list[Curve]:
    """Return the curves of a point, one for each current of the cube, in their order."""
    voltage = source.voltage(number)
    end = source.values("discharge_capacity")[number]
    status = source.status[number]
    whole = is_whole(status)
    depth = source.dataset["depth"].to_numpy()
    rates = source.dataset["c_rate"].to_numpy() if "c_rate" in source.dataset.coords else None
    curves = []
    for k, current in enumerate(source.currents):
        there = np.isfinite(voltage[k]).all() and np.isfinite(end[k])
        curves.append(
            Curve(
                current=float(current),
                c_rate=float("nan") if rates is None else float(rates[k]),
                capacity=depth * end[k] if there else depth[:0],
                voltage=voltage[k] if there else depth[:0],
                outcome=Outcome(int(status[k])),
                scalars={
                    name: float(source.values(name)[number, k]) if whole[k] else float("nan")
                    for name in _SCALARS
                    if name in source.dataset
                },
                kept=float(end[k] / end[0]) if whole[k] and whole[0] else float("nan"),
            )
        )
    return curves
