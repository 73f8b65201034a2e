"""``microbatt design --protocols``: which standard test would narrow alpha most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import click

from microbatt.cli.values import read_cell_errors, read_free, read_measured
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.identifiability import Worth


_STEPS: Final = 3
"""Points along a range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocols:
    """What the options for tests say."""

    wanted: bool
    measured: str | None
    cell_errors: tuple[str, ...]
    model_error: str | None

    def check(self, *, others: Sequence[str]) -> None:
        """Refuse options that do not go together.

        Raises
        ------
        ParameterError
            If an option for tests stands without ``--protocols``, or one for currents with it.
        """
        if not self.wanted:
            if self.measured is not None or self.model_error is not None:
                raise ParameterError(
                    "`--measured` and `--model-error` are for --protocols; give it too."
                )
        elif others:
            raise ParameterError(
                f"`--{others[0]}` is for a choice of currents, and --protocols ranks tests. Leave "
                "one of the two out."
            )


def rank_tests(
    cell: str,
    asked: Protocols,
    *,
    noise: str,
    free: Sequence[str],
    charge_error: float,
    inventory: str,
    alpha: Sequence[float] | None,
    S: Sequence[float] | None,
) -> dict[str, object]:
    """Rank the standard tests, print them as a table and return their numbers.

    Parameters
    ----------
    cell
        To be measured.
    asked
        What is measured already, and how well the cell file is known.
    noise, free, charge_error, inventory
        As for a choice of currents.
    alpha, S
        Where the cell is thought to be: lowest and highest, or one number; None for what its file
        says. Over a range all that is told is the median over points of it.
    """
    from microbatt.cells import load_cell
    from microbatt.engines import Inventory
    from microbatt.inference import InferenceOptions
    from microbatt.inference.identifiability import propose_tests, region_points

    text = asked.model_error
    options = InferenceOptions(
        noise=read_measured("--noise", noise, "V"),
        free=read_free(tuple(free)),
        cell_error=read_cell_errors(asked.cell_errors),
        model_error=None if text is None else read_measured("--model-error", text, "V"),
        charge_error=charge_error,
        inventory=Inventory(inventory),
    )
    loaded = load_cell(cell)
    given = asked.measured
    already = [] if given is None else [one.strip() for one in given.split(",")]
    points = region_points(alpha or [loaded.value("alpha")], S or [loaded.value("S")], steps=_STEPS)
    ranked = []
    for number, (one_alpha, one_S) in enumerate(points.tolist(), start=1):
        if len(points) > 1:
            where = f"alpha {one_alpha:.3g}, S {one_S:.3g}"
            click.echo(f"point {number} of {len(points)}: {where} …", err=True)
        ranked.append(
            propose_tests(
                loaded,
                alpha=one_alpha,
                S=one_S,
                measured=[_amount(one) for one in already],
                options=options,
            )
        )
    found = _middle(ranked)
    _show(found, loaded, already, points)
    return {
        "measured": already,
        "alpha": points[:, 0].tolist(),
        "S": points[:, 1].tolist(),
        "tests": [
            {
                "name": one.name,
                "hours": one.hours,
                "alpha_bound": one.alpha,
                "S_bound": one.S,
                "sharper": one.sharper,
            }
            for one in found
        ],
    }


def _middle(ranked: Sequence[Sequence[Worth]]) -> Sequence[Worth]:
    """Return of each test the medians over all points, the one that narrows alpha most first."""
    import numpy as np

    if len(ranked) == 1:
        return ranked[0]
    tests: dict[str, list[Worth]] = {}
    for point in ranked:
        for one in point:
            tests.setdefault(one.name, []).append(one)

    def median(worths: Sequence[Worth], name: str) -> float:
        values = np.array([getattr(one, name) for one in worths], dtype=float)
        if name in ("alpha", "S"):  # a test that is not run somewhere tells nothing there
            return float(np.median(np.where(np.isfinite(values), values, np.inf)))
        there = values[np.isfinite(values)]
        return float(np.median(there)) if there.size else float("nan")

    middle = [
        replace(
            one[0],
            hours=median(one, "hours"),
            alpha=median(one, "alpha"),
            S=median(one, "S"),
            sharper=median(one, "sharper"),
        )
        for one in tests.values()
    ]
    return sorted(middle, key=lambda one: (one.protocol is not None, one.alpha))


def _amount(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _show(
    found: Sequence[Worth], cell: Cell, already: Sequence[str], points: NDArray[np.float64]
) -> None:
    import numpy as np
    from rich.table import Table

    from microbatt.cli.terminal import console

    out = console()
    held = f"measured already: {', '.join(already)}" if already else "nothing is measured yet"
    out.print(f"[bold]{cell.name}[/bold], {held}")
    if len(points) > 1:
        (alpha, S), (most, largest) = points.min(axis=0), points.max(axis=0)
        ranges = f"alpha {alpha:g} to {most:g}, S {S:g} to {largest:g}"
        out.print(f"medians over {len(points)} points: {ranges}", highlight=False)
    shown = Table(box=None, pad_edge=False, header_style="")
    for heading in ("test", "hours", "alpha ±", "S ±", "alpha sharper by"):
        shown.add_column(heading, justify="left" if heading == "test" else "right")
    for one in found:
        if one.protocol is None and not already:
            continue
        numbers: Mapping[str, float] = {"alpha": one.alpha, "S": one.S}
        told = [f"{value:.2g}" if np.isfinite(value) else "–" for value in numbers.values()]
        sharper = f"{one.sharper:.3g}" if np.isfinite(one.sharper) else "–"
        hours = f"{one.hours:.2g}" if np.isfinite(one.hours) else "not run"
        shown.add_row(one.name, hours, *told, "" if one.protocol is None else sharper)
    out.print(shown)
    out.print(
        "± smallest possible standard deviation, counting noise, what the cell file leaves open "
        "and the model error; each test beside what is measured already.",
        markup=False,
    )
