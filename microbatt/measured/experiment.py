"""The discharges of one cell, and what was read in each file that they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Final

from microbatt.errors import MeasurementError
from microbatt.measured.measurement import HTML_HEADINGS, Measurement, html_row
from microbatt.measured.record import named_rows, units_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from microbatt.measured.run import MeasuredRun
    from microbatt.measured.samples import Samples

READ: Final = "read"
"""What became of a step that is a measurement now."""
_ALTERNATIVES: Final = 6
"""Columns named that could be taken instead."""
_SHOWN: Final = 50
"""Rows of a table in a notebook."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRead:
    """A step of a file, and what became of it.

    Attributes
    ----------
    kind : str
        Rest, charge, discharge, pulse, hold or varying current.
    rows : tuple of int
        First and last row in the file.
    current : float
        Median size [A m⁻²].
    charge : float
        Moved [A h m⁻²].
    became : str
        ``"read"``, or why it was left out.
    """

    kind: str
    rows: tuple[int, int]
    current: float
    charge: float
    became: str

    @property
    def taken(self) -> bool:
        """Whether it became a measurement."""
        return self.became == READ


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class FileReading:
    """What was read in a file, and what was not.

    Attributes
    ----------
    source : str
        The file's name.
    format : str
        In words: how text is separated and encoded, or Parquet, or Excel and its sheets.
    columns : dict of str to tuple of str
        Quantity → heading and unit of the column taken.
    measurements : tuple of Measurement
        The discharges.
    steps : tuple of StepRead
        All steps of the file, and what became of each.
    left_out : tuple of tuple
        Rows that were left out, and why.
    remarks : tuple of str
        Columns that were ignored, copies, and whatever else was changed.
    samples : Samples, optional
        All samples of the file, rests, charges and pulses included.
    part : str, default ""
        Which of several cells of the file this is; empty if it holds one.
    refusal : str, default ""
        Why nothing of the file should be fitted, and what to do; empty if the measurements stand.
    per_area : bool, default True
        Whether currents and charges are per area; in A and A h where no area was given.
    others : dict of str to tuple of str
        Quantity → headings of columns that could be taken instead.
    run : MeasuredRun, optional
        All of the file, where it is read as what it is and not as discharges.
    """

    source: str
    format: str
    columns: Mapping[str, tuple[str, str]]
    measurements: tuple[Measurement, ...]
    steps: tuple[StepRead, ...]
    left_out: tuple[tuple[tuple[int, ...], str], ...] = ()
    remarks: tuple[str, ...] = ()
    samples: Samples | None = None
    part: str = ""
    refusal: str = ""
    per_area: bool = True
    others: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    run: MeasuredRun | None = None

    def __repr__(self) -> str:
        return f"<FileReading {self.headline}>"

    @property
    def headline(self) -> str:
        """The file, its format and how many steps were taken, in a line."""
        count = f"{len(self.steps)} step" + "s" * (len(self.steps) != 1)
        if self.run is not None:
            return f"{self.source}: {self.format}; {count}, read as a run"
        read = sum(step.taken for step in self.steps)
        taken = f"{read} read as discharge" + "s" * (read != 1)
        return f"{self.source}: {self.format}; {count}, {taken}"

    def summary(self, *, most: int | None = None) -> str:
        """Return what was read, as text.

        Parameters
        ----------
        most : int, optional
            Steps told one by one, from the first; all of them if it is left out.

        Returns
        -------
        str
            Several lines.
        """
        current, charge = self.units
        lines = [self.headline, f"  columns: {self.columns_text}"]
        shown = self.steps if most is None else self.steps[:most]
        lines += [
            f"  rows {step.rows[0]}–{step.rows[1]}: {step.kind}, {step.current:.4g} {current}, "
            f"{step.charge:.4g} {charge}" + ("" if step.kind == "rest" else f" – {step.became}")
            for step in shown
        ]
        if len(shown) < len(self.steps):
            lines.append(f"  and {len(self.steps) - len(shown)} more steps")
        lines += [f"  {named_rows(rows)} left out: {why}" for rows, why in self.left_out]
        lines += [f"  {remark}" for remark in self.remarks]
        return "\n".join(lines)

    @property
    def units(self) -> tuple[str, str]:
        """Of currents and of charges."""
        return units_in_words(per_area=self.per_area)

    @property
    def options(self) -> tuple[str, ...]:
        """What may be said to settle what the file leaves open, as options of the command."""
        found = []
        if not self.per_area:
            found.append("the electrode's area, for currents per area: `--area '1.54 cm2'`")
        for quantity, headings in self.others.items():
            taken = self.columns.get(quantity)
            shown = ", ".join(f"`{one}`" for one in headings[:_ALTERNATIVES])
            if taken is None:
                found.append(f"{quantity} is not read; there is {shown}")
            else:
                found.append(
                    f"another {quantity} than `{taken[0]}`: `--column {quantity}="
                    f"'{headings[0]}'`" + (f" (there is {shown})" if len(headings) > 1 else "")
                )
        return tuple(found)

    @property
    def columns_text(self) -> str:
        """The columns taken, in a line."""
        return ", ".join(
            f"{quantity} `{heading}`" + (f" in {unit}" if unit else "")
            for quantity, (heading, unit) in self.columns.items()
        )

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{step.rows[0]}–{step.rows[1]}</td><td>{escape(step.kind)}</td>"
            f"<td>{step.current:.4g}</td><td>{step.charge:.4g}</td><td>{escape(step.became)}</td>"
            "</tr>"
            for step in self.steps[:_SHOWN]
        )
        told = "".join(f"<li>{escape(one)}</li>" for one in self.remarks)
        return (
            f"<b>{escape(self.source)}</b>: {escape(self.format)}<br>"
            f"{escape(self.columns_text)}<table><tr><th>rows</th><th>step</th>"
            f"<th>current [{self.units[0]}]</th><th>charge [{self.units[1]}]</th><th>became</th>"
            f"</tr>{rows}</table>"
            f"<ul>{told}</ul>"
        )


def experiment_name(names: Iterable[str]) -> str:
    """Return a name for what was measured together.

    Parameters
    ----------
    names : iterable of str
        Of its files or folders.

    Returns
    -------
    str
        All of them, of more than three the first and how many others.

    Examples
    --------
    >>> experiment_name(["slow", "fast"])
    'slow and fast'
    >>> experiment_name(["a", "b", "c", "d"])
    'a and 3 others'
    """
    *before, last = dict.fromkeys(names) or ["experiment"]
    if not before:
        return last
    if len(before) < _MOST_NAMES:
        return f"{', '.join(before)} and {last}"
    return f"{before[0]} and {len(before)} others"


_MOST_NAMES: Final = 3
"""Most names that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Experiment:
    """The discharges of one cell, at one or many currents, and its runs.

    Attributes
    ----------
    name : str
        For people: a folder or a file name.
    measurements : tuple of Measurement
        At least one, or a run.
    reading : tuple of FileReading
        What was read in each file, where the curves come from files.
    runs : tuple of MeasuredRun
        What is no discharge from a full cell: charges, rests, pulses, drive cycles.
    """

    name: str
    measurements: tuple[Measurement, ...]
    reading: tuple[FileReading, ...] = ()
    runs: tuple[MeasuredRun, ...] = ()

    def __post_init__(self) -> None:
        if not self.measurements and not self.runs:
            raise MeasurementError(
                f"{self.name}: there is no discharge curve; at least one is needed."
            )

    def __len__(self) -> int:
        return len(self.measurements)

    def __repr__(self) -> str:
        currents = ", ".join(f"{one:.4g}" for one in self.currents[:6])
        more = ", …" if len(self) > 6 else ""
        held = [f"{len(self)} curves at {currents}{more} A m⁻²"] if self.measurements else []
        if self.runs:
            held.append(f"{len(self.runs)} run{'s' if len(self.runs) > 1 else ''}")
        return f"<Experiment {self.name!r}: {', '.join(held)}>"

    def _repr_html_(self) -> str:
        rows = "".join(html_row(one) for one in self.measurements[:_SHOWN])
        runs = "".join(f"<li>{escape(repr(one)[1:-1])}</li>" for one in self.runs)
        return f"<b>{escape(self.name)}</b><table>{HTML_HEADINGS}{rows}</table>" + (
            f"<ul>{runs}</ul>" if runs else ""
        )

    @property
    def currents(self) -> tuple[float, ...]:
        """Current of each curve [A m⁻²]."""
        return tuple(one.current for one in self.measurements)
