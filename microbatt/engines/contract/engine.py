"""What an engine is: what it is asked, what it can do, and how it answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Protocol, Self, TypeAlias

import numpy as np

from microbatt.checks import POSITIVE, check_choice, check_number
from microbatt.engines.contract.points import COLUMNS, as_points, check_varied, in_parts, varied_in
from microbatt.engines.request import (
    Adiabatic,
    Inventory,
    Isothermal,
    Lumped,
    Settings,
    Thermal,
    check_thermal,
)
from microbatt.engines.result import join_batches, reordered
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

    from microbatt.cells import Cell
    from microbatt.engines.result import DischargeBatch

    Simulate: TypeAlias = Callable[["Request", NDArray[np.float64]], DischargeBatch]
    Refuse: TypeAlias = Callable[["Request", NDArray[np.float64]], None]

_POINTS_A_PART: Final = 16
"""At most so many of a call go to a thread at once."""
ALL_THERMAL: Final = (Isothermal, Adiabatic, Lumped)


class EngineSettings(Protocol):
    """How an engine is to solve; each engine has a frozen record of its own."""

    def to_dict(self) -> dict[str, Any]:
        """Describe in JSON's terms everything in them that can change a number."""

    @classmethod
    def from_dict(cls, described: Mapping[str, Any], /) -> Self:
        """Read what `to_dict` wrote, or a table of a file; what is left out keeps its default.

        Parameters
        ----------
        described : mapping of str to Any
            Keys are fields of the record.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """On which terms an engine is to discharge which cell; the points come beside it.

    Attributes
    ----------
    cell : Cell
        Of which cell.
    settings : EngineSettings
        How to solve, in the engine's own record.
    cutoff_voltage : float
        Where a discharge ends [V].
    inventory : Inventory
        Which of the two lithium balances.
    thermal : Thermal
        What happens to the heat.
    time_limit : float or None
        Wall-clock limit for one curve [s]; None is none.
    varied : tuple of str
        Numbers of the cell, by their name in `microbatt.parameters`, that vary from point to point
        beside alpha and S. Each is a further column of the points; the cell's own stands for none.
    """

    cell: Cell
    settings: EngineSettings
    cutoff_voltage: float
    inventory: Inventory = Inventory.CONSERVING
    thermal: Thermal = field(default_factory=Isothermal)
    time_limit: float | None = None
    varied: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        """What the columns of the points are: alpha, S, current, then what else varies."""
        return (*COLUMNS, *self.varied)

    def __post_init__(self) -> None:
        object.__setattr__(self, "varied", check_varied(self.varied))
        check_choice("inventory", str(self.inventory), [str(one) for one in Inventory])
        object.__setattr__(self, "inventory", Inventory(self.inventory))
        check_number("cutoff_voltage", self.cutoff_voltage, POSITIVE, unit="V")
        if not isinstance(check_thermal(self.thermal), Isothermal):
            self.cell.check_heat(self.varied)
        if self.time_limit is not None:
            check_number("time_limit", self.time_limit, POSITIVE, unit="s")


def _serves_all(request: Request, points: NDArray[np.float64]) -> None:
    """Refuse nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """A simulator of discharges.

    Attributes
    ----------
    name : str
        As it is asked for.
    simulate : Simulate
        A request and points (alpha, S, current [A m⁻²]), shape (n, 3), in; n discharges out, in
        order.  Failures are endings, never exceptions.  The same input gives the same numbers to
        the last bit, whatever the other points of the call.  What else varies it need not know:
        `Engine.solve` hands it a request and its points for each cell.
    version : callable
        Of the engine with given settings; it changes when the numbers change.
    curves_per_task : int
        How many make a task of some seconds in a campaign.
    settings : type of EngineSettings
        The record of its settings.
    thermal : tuple of type
        The heat balances that it knows.
    inventories : tuple of Inventory
        The lithium balances that it knows.
    refuse : Refuse
        Raises `ParameterError`, saying why and what to do, if a request or a point is beyond it
        for any other reason.
    in_threads : bool
        Whether it releases the interpreter and never ends the process, so that threads of one
        process, which start at once, may share its work.
    keeps_time_limit : bool
        Whether a curve ends at the request's ``time_limit``.  An engine whose curves take
        milliseconds by construction need not; a request with a limit is then refused.
    """

    name: str
    simulate: Simulate
    version: Callable[[Any], str]
    curves_per_task: int
    settings: type[EngineSettings] = Settings
    thermal: tuple[type[Thermal], ...] = ALL_THERMAL
    inventories: tuple[Inventory, ...] = tuple(Inventory)
    refuse: Refuse = _serves_all
    in_threads: bool = False
    keeps_time_limit: bool = True

    def request(
        self,
        *,
        cell: Cell,
        settings: object = None,
        cutoff_voltage: float | None = None,
        **terms: Any,  # noqa: ANN401 - the other fields of a request
    ) -> Request:
        """Return a checked request with this engine's settings; None stands for its defaults.

        Parameters
        ----------
        cell : Cell
            Cell to discharge.
        settings : EngineSettings, optional
            This engine's own record; None stands for its defaults.
        cutoff_voltage : float, default the cell's own
            Where a discharge ends [V].
        **terms : Any
            The other fields of `Request`.

        Returns
        -------
        Request
            Checked, and within what this engine can do.

        Raises
        ------
        ParameterError
            If a term is out of range, or beyond this engine.
        """
        checked = self.settings() if settings is None else self._own(settings)
        cutoff = cell.cutoff_voltage if cutoff_voltage is None else cutoff_voltage
        request = Request(cell=cell, settings=checked, cutoff_voltage=cutoff, **terms)
        _check_known("inventory", str(request.inventory), self.inventories, self.name)
        modes = [one.__name__ for one in self.thermal]
        _check_known("thermal", type(request.thermal).__name__, modes, self.name)
        return request

    def run(
        self, request: Request, points: ArrayLike | Mapping[str, Any], *, threads: int = 1
    ) -> DischargeBatch:
        """Discharge on the terms of a request, after refusing what is beyond this engine.

        Parameters
        ----------
        request : Request
            From `Engine.request`.
        points : array_like, dict, DataFrame or Dataset
            Rows of (alpha, S, current [A m⁻²]), shape (n, 3), and a further column for each name
            of ``request.varied``; or columns of these names. Columns of other numbers of the cell
            vary too.
        threads : int
            How many threads share the points.

        Returns
        -------
        DischargeBatch
            The n discharges, in order.

        Raises
        ------
        ParameterError
            If a point is out of range or beyond this engine, or it does not work in threads.
        """
        named = tuple(name for name in varied_in(points) if name not in request.varied)
        if named:
            request = replace(request, varied=(*request.varied, *named))
        rows = as_points(points, request.cell, request.varied)
        self.check(request, rows)
        if threads == 1 or len(rows) == 1:
            return self.solve(request, rows)
        if not self.in_threads:
            raise ParameterError(
                f"`threads` is {threads}; the engine {self.name!r} does not work in threads. Leave "
                "`threads` out, or run a campaign, which starts processes."
            )
        parts = in_parts(rows, threads, _POINTS_A_PART)
        with ThreadPoolExecutor(threads) as pool:
            futures = [pool.submit(self.solve, request, part) for part in parts]
            try:
                return join_batches([future.result() for future in futures])
            finally:  # after an interrupt nothing that waits is begun
                pool.shutdown(cancel_futures=True)

    def check(self, request: Request, points: NDArray[np.float64]) -> None:
        """Refuse cells that there cannot be, and what is beyond this engine.

        Parameters
        ----------
        request : Request
            From `Engine.request`.
        points : ndarray
            Checked rows, shape (n, 3 + k), with the columns that ``request.columns`` names.

        Raises
        ------
        ParameterError
            Saying which number of which cell it is, and why.
        """
        for one, rows in _cells_of(request, points):
            self.refuse(one, points[rows, : len(COLUMNS)])

    def solve(self, request: Request, points: NDArray[np.float64]) -> DischargeBatch:
        """Discharge at checked points, cell by cell where more than alpha, S and current vary.

        Parameters
        ----------
        request : Request
            From `Engine.request`.
        points : ndarray
            Checked rows, shape (n, 3 + k), with the columns that ``request.columns`` names.

        Returns
        -------
        DischargeBatch
            The n discharges, in order.
        """
        if not request.varied:
            return self.simulate(request, points)
        batches, places = [], []
        for one, rows in _cells_of(request, points):
            batches.append(self.simulate(one, np.ascontiguousarray(points[rows, : len(COLUMNS)])))
            places.append(rows)
        joined = join_batches(batches)
        return reordered(joined, np.argsort(np.concatenate(places), kind="stable"))

    def _own(self, settings: object) -> EngineSettings:
        if isinstance(settings, self.settings):
            return settings
        kind = self.settings
        raise ParameterError(
            f"`settings` is {settings!r}; for the engine {self.name!r} it must be "
            f"{kind.__name__}(…), from {kind.__module__}; {kind.__name__}.from_dict reads a dict."
        )


def _cells_of(
    request: Request, points: NDArray[np.float64]
) -> Iterator[tuple[Request, NDArray[np.intp]]]:
    """Yield a request for each different cell among some points, and the rows that are of it."""
    if not request.varied:
        yield request, np.arange(len(points))
        return
    cells, number = np.unique(points[:, len(COLUMNS) :], axis=0, return_inverse=True)
    order = np.argsort(number.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(number.ravel(), minlength=len(cells)))
    for values, rows in zip(cells.tolist(), np.split(order, ends[:-1]), strict=True):
        numbers = dict(zip(request.varied, values, strict=True))
        yield replace(request, cell=request.cell.with_values(numbers), varied=()), rows


def _check_known(what: str, asked: str, known: Any, engine: str) -> None:  # noqa: ANN401 - names
    names = [str(one) for one in known]
    if asked not in names:
        raise ParameterError(
            f"`{what}` is {asked!r}, which the engine {engine!r} cannot do. It can: "
            f"{', '.join(names)}. Change it, or take another engine."
        )
