"""What can be known of alpha and S, and how exactly derivatives and bounds are computed.

Run it with ``python -m tests.benchmarks.inference_bounds``; the tables are those of
docs/guide/identifiability.md. ``derivatives``, ``ends``, ``bounds`` or ``designs`` as an argument
prints one part alone.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from microbatt.cells import load_cell
from microbatt.engines import Adiabatic, Settings
from microbatt.inference.forward import UNKNOWNS, sensitivities_at_depth
from microbatt.inference.forward.finite_differences import (
    SETTINGS,
    native_request,
    simulate_displaced,
)
from microbatt.inference.identifiability.curve_bounds import Readings, bounds, curve_information
from microbatt.inference.identifiability.design import (
    C_RATES,
    judge_currents,
    propose_currents,
    region_points,
)

CELL = "doyle-1996-cell-1"
POINTS = [(0.05, 1), (0.5, 3), (2.3, 1), (2.3, 11), (0.5, 40), (6, 1), (6, 40)]
THREE = [17.5, 35.0, 70.0]
SIX = [1.75, 8.75, 17.5, 35.0, 52.5, 70.0]
FINE = Settings(tolerance=1e-6, mesh=4.0, particle_modes=16, max_steps=100_000)
EXACT = Readings(reach=0.97, charge_error=0.0, capacity_error=0.0)
REAL = ("contact_resistance", "voltage_offset")

Free = Iterable[str] | Mapping[str, float]


def sample(count: int = 40) -> np.ndarray:
    """Random points over the box: alpha 0 to 10, S 0.5 to 40, even in ln S."""
    rng = np.random.default_rng(2026)
    alpha = rng.uniform(0.0, 10.0, count)
    return np.column_stack([alpha, np.exp(rng.uniform(np.log(0.5), np.log(40.0), count))])


def derivatives() -> None:
    """Print errors of derivatives against a much finer solution, and the cost."""
    points, depth = sample(), np.linspace(0.0, 0.97, 98)

    def derivative(settings: Settings, step: float) -> np.ndarray:
        request = native_request(CELL, settings=settings)
        neighbours = simulate_displaced(request, points, SIX, step=step)
        return sensitivities_at_depth(neighbours, depth).voltage_derivative

    near, far = derivative(FINE, 0.25), derivative(FINE, 0.5)
    fine = near + (near - far) / 3.0
    size = np.sqrt(np.mean(fine**2, axis=(1, 2)))
    print("| tolerance, mesh | alpha: median, 95 %, worst | S | ms a curve |")
    for tolerance, mesh in ((2e-4, 1.0), (5e-5, 1.0), (5e-5, 2.0)):
        settings = replace(SETTINGS, tolerance=tolerance, mesh=mesh)
        request = native_request(CELL, settings=settings)
        simulate_displaced(request, points[:1], SIX)
        start = time.perf_counter()
        count = len(simulate_displaced(request, points, SIX).curves)
        cost = 1e3 * (time.perf_counter() - start) / count
        error = np.sqrt(np.mean((derivative(settings, 1.0) - fine) ** 2, axis=(1, 2))) / size
        columns = [
            ", ".join(f"{100.0 * q:.2f} %" for q in np.quantile(column, [0.5, 0.95, 1.0]))
            for column in error.T
        ]
        print(f"| {tolerance:g}, {mesh:g} | {' | '.join(columns)} | {cost:.1f} |", flush=True)


def ends() -> None:
    """Print errors of bounds where ends are hardest to compute: alpha 6.5 to 10."""
    rng = np.random.default_rng(5)
    alpha = rng.uniform(6.5, 10.0, 40)
    points = np.column_stack([alpha, np.exp(rng.uniform(0.0, np.log(40.0), 40))])
    reference = Settings(tolerance=1e-5, mesh=4.0, particle_modes=16, max_steps=100_000)
    print("| mesh | errors of bounds: median, 95 %, worst; alpha, S of each balance |")
    for inventory in ("area-only", "conserving"):
        exact = None
        for settings in (reference, replace(SETTINGS, mesh=1.0), SETTINGS):
            request = native_request(CELL, inventory=inventory, settings=settings)
            found = bounds_of(request, points, [8.75, 35.0, 70.0], Readings(), REAL)[:2]
            exact = exact or found
            errors = [np.abs(one / other - 1.0) for one, other in zip(found, exact, strict=True)]
            words = [
                ", ".join(f"{100.0 * q:.1f} %" for q in np.quantile(error, [0.5, 0.95, 1.0]))
                for error in errors
            ]
            print(f"| {inventory}, {settings.mesh:g} | {' | '.join(words)} |", flush=True)


def bounds_of(request, points, currents, readings, free: Free = ()):  # type: ignore[no-untyped-def]
    """Bounds of alpha, of S and their correlation."""
    known = curve_information(request, points, currents, readings, free=free)
    found = bounds(known.total())
    return found.alpha, found.S, found.correlation


def row(name: str, found) -> None:  # type: ignore[no-untyped-def]
    """Print bounds relative to alpha and S, in percent."""
    alpha, S, correlation = found
    truth = np.array(POINTS)
    cells = [
        f"{100 * a / p[0]:.2g} / {100 * s / p[1]:.2g} / {c:+.2f}"
        for a, s, c, p in zip(alpha, S, correlation, truth, strict=True)
    ]
    print(f"| {name} | {' | '.join(cells)} |")


def released_cell():
    """Cell 1 as it was in the released dualfoil runs."""
    cell = load_cell(CELL)
    return replace(
        cell,
        contact_resistance=0.00972,
        negative=replace(cell.negative, film_resistance=0.0, rate_constant=1e-8),
        positive=replace(cell.positive, effective_solid_conductivity=1.406, rate_constant=1e-8),
    )


def tables() -> None:
    """Bounds at seven points: both balances, what nuisances cost, heat, more currents."""
    print("| | " + " | ".join(f"({a:g}, {s:g})" for a, s in POINTS) + " |")
    for inventory in ("area-only", "conserving"):
        request = native_request(CELL, inventory=inventory)
        row(
            f"{inventory}, three currents, all else known",
            bounds_of(request, POINTS, THREE, Readings()),
        )
        for name in UNKNOWNS:
            row(f"{inventory}, {name}", bounds_of(request, POINTS, THREE, Readings(), [name]))
        row(f"{inventory}, both", bounds_of(request, POINTS, THREE, Readings(), REAL))
        row(
            f"{inventory}, and scale",
            bounds_of(request, POINTS, THREE, Readings(), [*REAL, "area_scale"]),
        )
        row(f"{inventory}, all six", bounds_of(request, POINTS, THREE, Readings(), UNKNOWNS))
        row(f"{inventory}, six currents, known", bounds_of(request, POINTS, SIX, Readings()))
        row(f"{inventory}, six currents, both", bounds_of(request, POINTS, SIX, Readings(), REAL))
        row(
            f"{inventory}, six currents, both, 5 mV",
            bounds_of(request, POINTS, SIX, Readings(noise=5e-3), REAL),
        )
    row("up to 97 %, exact capacity", bounds_of(native_request(CELL), POINTS, THREE, EXACT))
    adiabatic = native_request(CELL, thermal=Adiabatic())
    row("adiabatic", bounds_of(adiabatic, POINTS, THREE, Readings()))
    released = native_request(released_cell(), thermal=Adiabatic())
    row(
        "released example, adiabatic, up to 97 %, exact capacity",
        bounds_of(released, POINTS, THREE, EXACT),
    )
    print()
    print("| nuisances unknown: factor on the bound, median, largest | alpha | S |")
    points = region_points([0.0, 10.0], [1.0, 40.0], steps=8)
    for inventory in ("area-only", "conserving"):
        request = native_request(CELL, inventory=inventory)
        known = bounds_of(request, points, SIX, Readings())
        for name, free in (
            {one: [one] for one in UNKNOWNS} | {"both": REAL, "all six": UNKNOWNS}
        ).items():
            found = bounds_of(request, points, SIX, Readings(), free)
            a, s = (found[i] / known[i] for i in (0, 1))
            factors = [f"{np.median(one):.2g}, {one.max():.2g}" for one in (a, s)]
            print(f"| {inventory}, {name} | {' | '.join(factors)} |")


def designs() -> None:
    """Which currents tell most, over the box and near spheres."""
    for inventory in ("area-only", "conserving"):
        request = native_request(CELL, inventory=inventory)
        for name, region in {
            "box": ([0.0, 10.0], [1.0, 40.0]),
            "alpha 1 to 4, S 1 to 10": ([1.0, 4.0], [1.0, 10.0]),
        }.items():
            points = region_points(*region)
            print(f"\n{inventory}, {name}, contact resistance and offset unknown")
            found = propose_currents(request, points, max_curves=4, free=REAL)
            quick = propose_currents(request, points, max_curves=4, free=REAL, max_hours=3.0)
            six = judge_currents(request, found.points, SIX, free=REAL)
            for choice in (*found.choices, *quick.choices, six, found.everything):
                relative = 100.0 * choice.bounds.S / found.points[:, 1]
                rates = ", ".join(
                    f"{current / request.cell.one_c_current:g}" for current in choice.currents
                )
                numbers = [
                    f"{np.median(choice.bounds.alpha):.2g}",
                    f"{np.median(relative):.2g} %",
                    f"{choice.size:.2g}",
                    f"{choice.hours:.1f}",
                ]
                print(f"| {len(choice.currents)} | {rates} | {' | '.join(numbers)} |")
    print("candidates, C-rates:", C_RATES)


def main() -> None:
    parts = {"derivatives": derivatives, "ends": ends, "bounds": tables, "designs": designs}
    for name in sys.argv[1:] or parts:
        parts[name]()
        print()


if __name__ == "__main__":
    main()
