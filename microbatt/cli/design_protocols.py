"""``microbatt design --protocols``: which standard test would narrow alpha most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from microbatt.cli.values import read_cell_errors, read_free, read_measured, read_range
from microbatt.errors import ParameterError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from microbatt.cells import Cell
    from microbatt.inference.identifiability import Worth


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
    alpha: str | None,
    S: str | None,
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
        Where the cell is thought to be; None for what its file says.
    """
    from microbatt.cells import load_cell
    from microbatt.engines import Inventory
    from microbatt.inference import InferenceOptions
    from microbatt.inference.identifiability import propose_tests

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
    found = propose_tests(
        loaded,
        alpha=_one("--alpha", alpha),
        S=_one("--S", S),
        measured=[_amount(one) for one in already],
        options=options,
    )
    _show(found, loaded, already)
    return {
        "measured": already,
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


def _one(option: str, text: str | None) -> float | None:
    """Read a single value; the middle of a range has no meaning here."""
    if text is None:
        return None
    values = read_range(option, text)
    if len(values) != 1:
        raise ParameterError(
            f"`{option}` is {text!r}; with --protocols give one number, where the cell is thought "
            "to be."
        )
    return float(values[0])


def _amount(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text


def _show(found: Sequence[Worth], cell: Cell, already: Sequence[str]) -> None:
    import numpy as np
    from rich.table import Table

    from microbatt.cli.terminal import console

    out = console()
    held = f"measured already: {', '.join(already)}" if already else "nothing is measured yet"
    out.print(f"[bold]{cell.name}[/bold], {held}")
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
