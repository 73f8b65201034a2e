"""How far the default settings are from the refined solution, and how often a discharge fails.

    python -m tests.reference.accuracy run FOLDER [--cell C] [--balance B] [--heat H]
        [--count 2000] [--seed 1] [--share 1/1] [--reference refined]
    python -m tests.reference.accuracy table FOLDER
    python -m tests.reference.accuracy fuzz [--count 20000] [--seed 1] [--seconds 60]
    python -m tests.reference.accuracy box [--cell C] [--count 20000] [--seed 1]

`run` solves random points of the box at default and at refined settings and leaves what it measured
in FOLDER, some points a file; files that are there are not computed again, so it goes on where it
was stopped, and several machines or processes may take a share each.  The reference is
`Settings.refined()`, or `finer`, which costs a fifth of that.  Without a cell, a balance or
a heat mode it takes all of them.  `table` prints what the files say.  `fuzz` looks for a discharge
that does not end or fails, over all that a call allows; `box` counts the discharges of each cell
without a physical ending, alpha of the negative electrode and the heat being drawn too.
"""

# ruff: noqa: T201 - its product is what it prints

import argparse
import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np

from microbatt.cells import available_cells, load_cell
from microbatt.engines import (
    Adiabatic,
    DischargeBatch,
    Inventory,
    Isothermal,
    Lumped,
    Settings,
    simulate_discharge,
    simulate_discharges,
)
from microbatt.outcomes import Outcome
from tests.reference.comparison import Difference, difference

CELLS = tuple(available_cells())
BALANCES = tuple(str(balance) for balance in Inventory)
HEATS = {
    "isothermal": Isothermal(),
    "lumped": Lumped(heat_transfer_coefficient=2.0),
    "adiabatic": Adiabatic(),
}
REFERENCES = {
    "refined": Settings.refined(),
    "finer": Settings(tolerance=5e-5, mesh=2.0, particle_modes=14, max_steps=100_000),
}
MICROSTRUCTURE = ((0.0, 10.0), (0.3, 40.0))
RATES = (1 / 200, 6.0)
VOLTAGE = 1e-3
FAILURES = 5e-4
SHARE_BEYOND = 0.01
POINTS_A_FILE = 50
FALLS = (Outcome.SALT_EXHAUSTED, Outcome.LITHIUM_EXHAUSTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which cell, balance and heat mode points are solved."""

    cell: str
    balance: str = "area-only"
    heat: str = "isothermal"

    def __str__(self) -> str:
        return f"{self.cell} {self.balance} {self.heat}"


class Sample(NamedTuple):
    """Points of the box, and the default settings' distance from the refined solution there.

    ``differences`` is None where either has no curve; ``endings`` are the pairs of outcomes.
    """

    points: np.ndarray
    differences: list[Difference | None]
    endings: list[tuple[Outcome, Outcome]]

    def beyond(self) -> list[int]:
        """Points that miss the promise: 1 mV rms at equal capacity, and the end capacity's."""
        return [i for i, d in enumerate(self.differences) if d is not None and not kept(d)]

    def one_sided(self) -> list[int]:
        """Points with a curve at one of the settings only."""
        return [i for i, (one, other) in enumerate(self.endings) if one.is_whole != other.is_whole]

    def lonely_falls(self) -> list[int]:
        """Falls at the default settings that the refined solution does not have there."""
        return [
            i
            for i, ((one, other), d) in enumerate(zip(self.endings, self.differences, strict=True))
            if one in FALLS and (d is None or not other.is_whole or d.capacity > d.allowed)
        ]


def kept(d: Difference) -> bool:
    """Whether a difference is within what is promised."""
    return d.at_capacity < VOLTAGE and d.capacity < d.allowed


def random_points(cell: str, count: int, seed: int | tuple[int, ...]) -> np.ndarray:
    """Points spread evenly over alpha, S and the logarithm of the current, shape (count, 3)."""
    rng = np.random.default_rng(seed)
    one_c = load_cell(cell).one_c_current
    low, high = np.array([*MICROSTRUCTURE, np.log(np.multiply(RATES, one_c))]).T
    points = rng.uniform(low, high, (count, 3))
    points[:, 2] = np.exp(points[:, 2])
    return points


def solve(
    terms: Terms, points: np.ndarray, settings: Settings = Settings(), threads: int = 1
) -> DischargeBatch:
    """Discharge at the points."""
    return simulate_discharges(
        terms.cell,
        points,
        inventory=terms.balance,
        thermal=HEATS[terms.heat],
        settings=settings,
        threads=threads,
    )


def sample(
    terms: Terms, points: np.ndarray, reference: str = "refined", threads: int = 1
) -> Sample:
    """Solve the points at default settings and at those of the reference."""
    default = solve(terms, points, threads=threads)
    refined = solve(terms, points, REFERENCES[reference], threads=threads)
    differences: list[Difference | None] = []
    for one, other in zip(default, refined, strict=True):
        both = one.outcome.is_whole and other.outcome.is_whole
        differences.append(difference(one, other) if both else None)
    endings = [(a.outcome, b.outcome) for a, b in zip(default, refined, strict=True)]
    return Sample(points, differences, endings)


def parts(terms: Terms, count: int, seed: int) -> Iterator[tuple[str, np.ndarray]]:
    """Name and points of each file."""
    for k in range(0, count, POINTS_A_FILE):
        size = min(POINTS_A_FILE, count - k)
        key = (seed, CELLS.index(terms.cell), BALANCES.index(terms.balance), k)
        name = f"{terms.cell}_{terms.balance}_{terms.heat}_{seed}_{k}_{size}.npz"
        yield name, random_points(terms.cell, size, (*key, list(HEATS).index(terms.heat)))


def save(path: Path, s: Sample) -> None:
    """Write a sample; what has no curve at both settings is NaN."""
    rows = [d if d is not None else (np.nan,) * 4 for d in s.differences]
    partial = path.with_suffix(".part")
    with partial.open("wb") as file:
        np.savez(file, points=s.points, differences=np.array(rows), endings=np.array(s.endings))
    partial.rename(path)


def load(paths: list[Path]) -> Sample:
    """Read samples as one."""
    files = [np.load(path) for path in paths]
    rows = np.concatenate([file["differences"] for file in files])
    return Sample(
        np.concatenate([file["points"] for file in files]),
        [Difference(*row) if np.isfinite(row[0]) else None for row in rows.tolist()],
        [(Outcome(a), Outcome(b)) for file in files for a, b in file["endings"].tolist()],
    )


def run(
    folder: Path,
    chosen: list[Terms],
    count: int,
    seed: int,
    share: tuple[int, int],
    reference: str,
) -> None:
    """Fill the folder with the files that are not there yet, a round of all terms after another."""
    folder.mkdir(parents=True, exist_ok=True)
    rounds = zip(*(parts(terms, count, seed) for terms in chosen), strict=True)
    todo = [(terms, *part) for files in rounds for terms, part in zip(chosen, files, strict=True)]
    for terms, name, points in todo[share[0] - 1 :: share[1]]:
        path = folder / name
        if not path.exists():
            start = time.process_time()
            save(path, sample(terms, points, reference))
            print(f"{name}: {time.process_time() - start:.1f} s", flush=True)


def quantiles(values: list[float]) -> str:
    """Median, 95 %, 99 % and largest."""
    return "  ".join(f"{q:7.3f}" for q in np.quantile(values, [0.5, 0.95, 0.99, 1.0]))


def show_table(folder: Path) -> None:
    """Print a line for each cell, balance and heat mode, and every point beyond the promise."""
    print(
        f"{'cell, balance, heat':44} {'points':>6} {'rms mV: median, 95 %, 99 %, largest':>36} "
        f"{'capacity over allowed: the same':>36}  beyond  failed  refined failed  lonely falls"
    )
    for cell, balance, heat in product(CELLS, BALANCES, HEATS):
        paths = sorted(folder.glob(f"{cell}_{balance}_{heat}_*.npz"))
        if paths:
            show_line(f"{cell} {balance} {heat}", load(paths))


def show_cells(folder: Path) -> None:
    """Print a row for each cell, all balances and heat modes together, as the documentation has."""
    print("| cell | points | beyond | voltage, rms: median, 99 %, largest [mV] | failed | lonely |")
    for cell in CELLS:
        paths = sorted(folder.glob(f"{cell}_*.npz"))
        if not paths:
            continue
        s = load(paths)
        rms = [1e3 * d.at_capacity for d in s.differences if d is not None]
        median, most, largest = np.quantile(rms, [0.5, 0.99, 1.0])
        failed = sum(pair[0].is_failure for pair in s.endings)
        beyond = len({*s.beyond(), *s.one_sided()})
        print(
            f"| `{cell}` | {len(s.points)} | {beyond} ({beyond / len(s.points):.2%}) | "
            f"{median:.3f}, {most:.2f}, {largest:.2f} | {failed} | {len(s.lonely_falls())} |"
        )


def show_line(name: str, s: Sample) -> None:
    """Print one line and its points beyond the promise."""
    whole = [d for d in s.differences if d is not None]
    n = len(s.points)
    failed = [sum(pair[k].is_failure for pair in s.endings) for k in (0, 1)]
    falls = s.lonely_falls()
    print(
        f"{name:44} {n:6} {quantiles([1e3 * d.at_capacity for d in whole]):>36} "
        f"{quantiles([d.capacity / d.allowed for d in whole]):>36}  "
        f"{len(s.beyond()) / n:6.2%}  {failed[0]:6}  {failed[1]:14}  {len(falls):12}"
    )
    for i in sorted({*s.beyond(), *s.one_sided(), *falls}):
        d = s.differences[i]
        alpha, S, current = s.points[i]
        apart = "no pair of curves"
        if d is not None:
            share = d.capacity / d.allowed
            apart = f"{1e3 * d.at_capacity:.2f} mV, capacity {share:.2f} allowances"
        endings = " / ".join(outcome.name for outcome in s.endings[i])
        print(f"    ({alpha!r}, {S!r}, {current!r}): {apart}, {endings}")


NEGATIVE = (0.0, 6.0)
BOX_RATES = (1 / 20, 6.0)


def box(cell: str, count: int, seed: int) -> list[tuple[dict[str, object], Outcome]]:
    """Failures among `count` random points of the box, of both balances and all heat modes."""
    loaded = load_cell(cell)
    failures: list[tuple[dict[str, object], Outcome]] = []
    combinations = list(product(BALANCES, HEATS))
    for k, (balance, heat) in enumerate(combinations):
        size = count // len(combinations) + (k < count % len(combinations))
        rng = np.random.default_rng((seed, CELLS.index(cell), k))
        low, high = np.log(np.multiply(BOX_RATES, loaded.one_c_current))
        points = {
            "alpha": rng.uniform(*MICROSTRUCTURE[0], size),
            "S": rng.uniform(*MICROSTRUCTURE[1], size),
            "current": np.exp(rng.uniform(low, high, size)),
        }
        if loaded.metal is None:
            points["negative_alpha"] = rng.uniform(*NEGATIVE, size)
        batch = simulate_discharges(cell, points, inventory=balance, thermal=HEATS[heat])
        for i, code in enumerate(batch.outcome.tolist()):
            if Outcome(code).is_failure:
                where = {name: float(column[i]) for name, column in points.items()}
                terms = {"cell": cell, "balance": balance, "heat": heat}
                failures.append((terms | where, Outcome(code)))
    return failures


def wild_request(rng: np.random.Generator) -> dict[str, object]:
    """Anything that a call allows: cell, point, current, cut-off and tolerance."""
    cell = str(rng.choice(CELLS))
    voltage = load_cell(cell).open_circuit_voltage
    below = 10.0 ** rng.uniform(-9.0, 0.0)
    return {
        "cell": cell,
        "alpha": float(rng.uniform(0.0, 10.0)),
        "S": float(rng.uniform(0.3, 40.0)),
        "current": float(10.0 ** rng.uniform(-6.0, np.log10(500.0))),
        "cutoff_voltage": float(max(voltage - rng.choice([rng.uniform(0.1, 3.0), below]), 0.01)),
        "inventory": str(rng.choice(BALANCES)),
        "thermal": HEATS[str(rng.choice(list(HEATS)))],
        "settings": Settings(tolerance=float(10.0 ** rng.uniform(-7.0, -2.0))),
    }


def _answer(requests, answers) -> None:
    """Solve what is asked until there is nothing more: the child of `fuzz`."""
    for request in iter(requests.get, None):
        answers.put(int(simulate_discharge(**request).outcome))


def fuzz(count: int, seed: int, seconds: float) -> list[tuple[dict[str, object], str]]:
    """Requests that took longer than `seconds`, or failed, with what became of them."""
    context = multiprocessing.get_context("spawn")
    rng, found = np.random.default_rng(seed), []
    requests, answers = context.Queue(), context.Queue()
    child = None
    for _ in range(count):
        request = wild_request(rng)
        if child is None:
            child = context.Process(target=_answer, args=(requests, answers), daemon=True)
            child.start()
            requests.put({"cell": CELLS[0], "alpha": 2.3, "S": 3.0, "current": 17.5})
            answers.get(timeout=1800.0)  # compiles
        requests.put(request)
        try:
            outcome = Outcome(answers.get(timeout=seconds))
        except Exception as late:  # noqa: BLE001 - queue.Empty, of the context's own making
            found.append((request, f"no end within {seconds} s ({type(late).__name__})"))
            child.kill()
            child.join()
            child = None
            continue
        if outcome.is_failure:
            found.append((request, outcome.name))
    if child is not None:
        requests.put(None)
        child.join()
    return found


def _chosen(arguments: argparse.Namespace) -> list[Terms]:
    def among(value: str | None, all_of: tuple[str, ...]) -> tuple[str, ...]:
        return all_of if value is None else (value,)

    combinations = product(
        among(arguments.cell, CELLS),
        among(arguments.balance, BALANCES),
        among(arguments.heat, tuple(HEATS)),
    )
    return [Terms(cell=cell, balance=balance, heat=heat) for cell, balance, heat in combinations]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("run")
    one.add_argument("folder", type=Path)
    one.add_argument("--cell", choices=CELLS)
    one.add_argument("--balance", choices=BALANCES)
    one.add_argument("--heat", choices=tuple(HEATS))
    one.add_argument("--count", type=int, default=2000)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--share", default="1/1", help="k/n: the k-th of n shares of the files")
    one.add_argument("--reference", choices=tuple(REFERENCES), default="refined")
    two = commands.add_parser("table")
    two.add_argument("folder", type=Path)
    three = commands.add_parser("fuzz")
    three.add_argument("--count", type=int, default=20_000)
    three.add_argument("--seed", type=int, default=1)
    three.add_argument("--seconds", type=float, default=60.0)
    four = commands.add_parser("box")
    four.add_argument("--cell", choices=CELLS)
    four.add_argument("--count", type=int, default=20_000)
    four.add_argument("--seed", type=int, default=1)
    return parser


def main() -> None:
    """Do what the command line says."""
    arguments = _parser().parse_args()
    if arguments.command == "run":
        k, n = map(int, arguments.share.split("/"))
        chosen = _chosen(arguments)
        run(
            arguments.folder,
            chosen,
            arguments.count,
            arguments.seed,
            (k, n),
            arguments.reference,
        )
    elif arguments.command == "table":
        show_table(arguments.folder)
        show_cells(arguments.folder)
    elif arguments.command == "box":
        for cell in CELLS if arguments.cell is None else (arguments.cell,):
            start = time.process_time()
            failures = box(cell, arguments.count, arguments.seed)
            spent = time.process_time() - start
            print(
                f"{cell}: {len(failures)} of {arguments.count} without a physical ending, "
                f"{1e3 * spent / arguments.count:.1f} ms of CPU time a curve",
                flush=True,
            )
            for where, outcome in failures:
                print("   ", outcome.name, where, flush=True)
    else:
        found = fuzz(arguments.count, arguments.seed, arguments.seconds)
        for request, what in found:
            print(what, request)
        print(f"{len(found)} of {arguments.count} did not end or failed")


if __name__ == "__main__":
    main()
