"""microbatt's own engine: the porous-electrode equations in compiled kernels.

The kernels are loaded at the first curve, and release the interpreter while they run.
"""

from __future__ import annotations

import hashlib
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from microbatt.engines.compile_notice import tell_of_compiling
from microbatt.engines.contract.engine import Engine
from microbatt.engines.interrupts import interruptible
from microbatt.engines.request import (
    Adiabatic,
    HeatOf,
    Inventory,
    Isothermal,
    Lumped,
    Thermal,
)
from microbatt.engines.result import DischargeBatch, join_batches
from microbatt.engines.temperature_range import warn_outside_range
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from microbatt.engines.contract.engine import Request
    from microbatt.porous_electrode import Batch

SPHERE: Final = 3.0
_FEWEST_TOGETHER: Final = 6
"""From so many curves on, lanes take less time than one curve after the other."""
_FIRST_TOGETHER: Final = 64
_SLICE: Final = 0.2
_GROWTH: Final = 8
_NUMERICS: Final = (
    "porous_electrode/*.py",
    "cells/cell.py",
    "cells/collector.py",
    "cells/electrode.py",
    "cells/electrolyte.py",
    "cells/microstructure.py",
    "cells/separator.py",
    "constants.py",
    "engines/native.py",
    "engines/resample.py",
    "monotone_cubic.py",
    "outcomes.py",
)
"""Where the numbers of a discharge come from, the cell's own apart.

Fits belong to the cells that use them, and count in `microbatt.cells.Cell.digest`.
"""


@cache
def numerics_version() -> str:
    """Return a digest of the code from which the numbers come.

    A version number says what was released; this says what ran, in a working copy too, so that
    a cube is never continued by an engine that would give other numbers.
    """
    package = Path(__file__).parents[1]
    sources = sorted(path for place in _NUMERICS for path in package.glob(place))
    content = b"\0".join(path.read_bytes() for path in sources)
    return f"numerics {hashlib.sha256(content).hexdigest()[:12]}"


def cell_for_kernels(request: Request, values: Mapping[str, float] | None = None) -> Any:  # noqa: ANN401 - a record of the kernels
    """Return the numbers that the kernels read of a request's cell, or of one with other values."""
    from microbatt.porous_electrode import cell_parameters

    tell_of_compiling()
    return cell_parameters(
        request.cell.with_values(values) if values else request.cell,
        heat_transfer_coefficient=heat_transfer(request.thermal),
        heat_follows_charge=heat_follows_charge(request.thermal),
    )


def resolution_of(request: Request) -> Any:  # noqa: ANN401 - a record of the kernels
    """Return how finely the kernels are to solve a request."""
    from microbatt.porous_electrode import numerics

    settings: Any = request.settings
    return numerics(
        tolerance=float(settings.tolerance),
        mesh=float(settings.mesh),
        particle_modes=int(settings.particle_modes),
        max_steps=int(settings.max_steps),
    )


def _simulate(request: Request, points: NDArray[np.float64]) -> DischargeBatch:
    from microbatt.porous_electrode import (
        fits_lanes,
        simulate_bundles,
        simulate_many,
        with_curves,
    )

    parameters, resolution = cell_for_kernels(request), resolution_of(request)
    conserving = request.inventory is Inventory.CONSERVING
    cutoff = float(request.cutoff_voltage)

    def solve_alone(some: NDArray[np.float64]) -> Batch:
        return simulate_many(parameters, resolution, some, conserving, cutoff)[0]

    def solve_together(some: NDArray[np.float64]) -> Batch:
        batch, alone, _ = simulate_bundles(parameters, resolution, some, conserving, cutoff)
        return with_curves(batch, alone, solve_alone(some[alone])) if alone.any() else batch

    together = len(points) >= _FEWEST_TOGETHER and fits_lanes(parameters)
    solve = solve_together if together else solve_alone
    first = _FIRST_TOGETHER if together else 1
    batch = _in_slices(lambda some: labelled(some, solve(some)), points, first)
    warn_outside_range(request.cell, batch.temperature)
    return batch


def _in_slices(
    solve: Callable[[NDArray[np.float64]], DischargeBatch],
    points: NDArray[np.float64],
    first: int,
) -> DischargeBatch:
    """Solve a slice of the points at a time: a kernel that runs does not see an interrupt.

    The `first` slice is of that many; any later one is as long as the last one lets expect of so
    much time.
    """

    def solve_all(look: Callable[[], None]) -> DischargeBatch:
        solved: list[DischargeBatch] = []
        start, size = 0, first
        while start < len(points) or not solved:
            look()
            begin = time.perf_counter()
            solved.append(solve(points[start : start + size]))
            start += size
            spent = max(time.perf_counter() - begin, 1e-6)
            size = max(1, min(_GROWTH * size, int(size * _SLICE / spent)))
        return solved[0] if len(solved) == 1 else join_batches(solved)

    return interruptible(solve_all)


def _refuse(request: Request, points: NDArray[np.float64]) -> None:
    """Refuse a heat balance that would leave the range of the open-circuit fit."""
    if not heat_follows_charge(request.thermal) or request.inventory is Inventory.CONSERVING:
        return
    for row, S in enumerate(points[:, 1]):
        if S > SPHERE:
            raise ParameterError(
                f'`S` is {S:g} in row {row}; with `heat_of` "charge" in the area-only balance it '
                f"must be at most {SPHERE:g}: beyond that the charge is more than the electrode's "
                "sites hold, and there is no open-circuit potential for it. Leave `heat_of` out."
            )


def heat_follows_charge(thermal: Thermal) -> bool:
    """Return whether the heat's open-circuit potential is that of the charge per site."""
    return not isinstance(thermal, Isothermal) and thermal.heat_of is HeatOf.CHARGE


def heat_transfer(thermal: Thermal) -> float | None:
    """Return the heat-transfer coefficient [W m⁻² K⁻¹]; None keeps the temperature."""
    if isinstance(thermal, Lumped):
        return float(thermal.heat_transfer_coefficient)
    return 0.0 if isinstance(thermal, Adiabatic) else None


def labelled(points: NDArray[np.float64], batch: Batch) -> DischargeBatch:
    """Give the kernel's columns their names."""
    scalars, counters = batch.scalars.T, batch.counters.T
    return DischargeBatch(
        alpha=points[:, 0],
        S=points[:, 1],
        current=points[:, 2],
        outcome=batch.outcome,
        offsets=batch.offsets,
        time=batch.curves[0],
        voltage=batch.curves[1],
        temperature=batch.curves[2],
        open_circuit_voltage=scalars[0],
        initial_voltage=scalars[1],
        end_temperature=scalars[2],
        min_salt_concentration=scalars[3],
        negative_surface_stoichiometry=scalars[4],
        positive_surface_stoichiometry=scalars[5],
        energy=scalars[6],
        power=scalars[7],
        steps=counters[0],
        newton_iterations=counters[1],
        rejected_steps=counters[2],
    )


ENGINE: Final = Engine(
    name="native",
    simulate=_simulate,
    version=lambda settings: numerics_version(),  # noqa: ARG005 - the same for all
    curves_per_task=1000,
    refuse=_refuse,
    in_threads=True,
    keeps_time_limit=False,
)
"""A curve takes about half a millisecond, and `Settings.max_steps` bounds it.

A task takes a second and a half; see docs/guide/campaigns.md for what a task costs beside.
"""
