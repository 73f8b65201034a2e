"""What a cube holds and what made it, in a few lines."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

import numpy as np

from microbatt.cube.contents.outcomes import count_outcomes, outcomes_of, status_of, varied_in
from microbatt.cube.predicted.predictions import copies_in
from microbatt.cube.protocol_cube import step_lines
from microbatt.parameters import customary
from microbatt.quantities import quantity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import xarray as xr


@dataclass(frozen=True, slots=True, kw_only=True)
class CubeSummary:
    """Facts about a cube; ``print`` shows them.

    Attributes
    ----------
    title : str
        Name and title of the campaign.
    axes : dict
        Coordinate → (how many values, lowest, highest).
    curves : int
        How many the cube is to hold.
    outcomes : dict
        Name of an outcome → how many curves.
    messages : dict
        Name of an outcome → what it means.
    steps : tuple of str
        Of a protocol, a line for each of its first steps.
    ranges : dict
        Variable → (lowest, highest) over the whole curves; without those that no curve has.
    made_by : dict
        What made it, a few words for each thing.
    predictions : dict
        Name of a network → its folds.
    """

    title: str
    axes: Mapping[str, tuple[int, float, float]]
    curves: int
    outcomes: Mapping[str, int]
    ranges: Mapping[str, tuple[float, float]]
    made_by: Mapping[str, str]
    predictions: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    steps: tuple[str, ...] = ()

    def __str__(self) -> str:
        lines = [self.title, *_axis_lines(self.axes), ""]
        lines += [f"{self.curves:,} curves".replace(",", " "), *_outcome_lines(self)]
        if self.steps:
            lines += ["", "steps", *(f"  {line}" for line in self.steps), ""]
        else:
            told = _range_lines(self.ranges) or ["  none yet"]
            lines += ["", "whole curves", *told, ""]
        lines += [f"  {name:<12} {words}" for name, words in self.made_by.items()]
        lines += [f"  {'predicted by':<12} {words}" for words in _copy_lines(self.predictions)]
        return "\n".join(lines)


def summary_html(summary: CubeSummary) -> str:
    """Return a summary as tables for a notebook."""
    axes = [
        (name, f"{count} from {_ends(name, low, high)}" if low <= high else str(count))
        for name, (count, low, high) in summary.axes.items()
    ]
    outcomes = [(name, str(count)) for name, count in summary.outcomes.items()]
    made = list(summary.made_by.items())
    steps = [("step", line) for line in summary.steps]
    tables = "".join(_table(rows) for rows in (axes, outcomes, steps, made) if rows)
    return f"<b>{escape(summary.title)}</b>{tables}"


def _table(rows: Sequence[tuple[str, str]]) -> str:
    lines = "".join(f"<tr><td>{escape(a)}</td><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{lines}</table>"


def summarise(dataset: xr.Dataset) -> CubeSummary:
    """Summarise a cube; reads the scalars of every curve, not the voltages."""
    attrs = dataset.attrs
    whole = dataset.microbatt.ok().to_numpy()
    scalars = ("discharge_capacity", "energy", "power")
    return CubeSummary(
        title=f"{attrs.get('name', 'cube')}: {attrs.get('title', '')}".rstrip(": "),
        axes={
            name: (int(values.size), *_range(values.to_numpy()))
            for name in (*varied_in(dataset), "depth", "step", "sample_step")
            if name in dataset.coords and name != "c_rate"
            for values in [dataset[name]]
        },
        curves=int(status_of(dataset).size),
        outcomes=count_outcomes(dataset),
        messages={one.name.lower(): one.message for one in outcomes_of(status_of(dataset))},
        ranges={
            name: (low, high)
            for name in scalars
            if name in dataset
            for low, high in [_range(dataset[name].to_numpy()[whole])]
            if low <= high
        },
        steps=step_lines(dataset),
        made_by=_made_by(attrs),
        predictions=copies_in(dataset),
    )


def _range(values: np.ndarray[Any, Any]) -> tuple[float, float]:
    """Return the ends of what is there; two NaN if nothing is."""
    there = values[np.isfinite(values)]
    if there.size == 0:
        return float("nan"), float("nan")
    return float(there.min()), float(there.max())


def _made_by(attrs: Mapping[str, Any]) -> dict[str, str]:
    made = {
        "cell": attrs.get("cell_name", ""),
        "engine": f"{attrs.get('engine', '')} {attrs.get('engine_version', '')}".strip(),
        "balance": attrs.get("inventory", ""),
        "thermal": attrs.get("thermal_mode", ""),
        "campaign": str(attrs.get("campaign_hash", ""))[:12],
        "run": " to ".join(t for t in (attrs.get("started"), attrs.get("ended")) if t),
    }
    return {name: words for name, words in made.items() if words}


def _axis_lines(axes: Mapping[str, tuple[int, float, float]]) -> list[str]:
    lines = []
    width = max(8, *(len(name) for name in axes)) if axes else 0
    for name, (count, low, high) in axes.items():
        ends = f"   {_ends(name, low, high)}" if low <= high else ""
        lines.append(f"  {name:<{width}} {count:>6}{ends}")
    return lines


def _ends(name: str, low: float, high: float) -> str:
    """Return the ends of an axis in the unit that people use for it, as pictures show them."""
    shown = customary(name)
    return f"{shown.number(low)} to {shown.text(high)}"


def _outcome_lines(summary: CubeSummary) -> list[str]:
    width = max((len(name) for name in summary.outcomes), default=0)
    return [
        f"  {name:<{width}}  {count:>8}  {100 * count / summary.curves:6.2f} %  "
        f"{summary.messages.get(name, '').split(';')[0]}"
        for name, count in summary.outcomes.items()
    ]


def _copy_lines(predictions: Mapping[str, tuple[int, ...]]) -> list[str]:
    """Return what each network was, and on which folds, in words."""
    lines = []
    for name, folds in predictions.items():
        held_out = [fold for fold in folds if fold > 0]
        parts = ["trained on all points"] if 0 in folds else []
        parts += [f"{len(held_out)} folds"] if held_out else []
        lines.append(f"{name} ({', '.join(parts)})")
    return lines


def _range_lines(ranges: Mapping[str, tuple[float, float]]) -> list[str]:
    return [
        f"  {quantity(name).long_name:<36} {low:.4g} to {high:.4g} "
        f"{quantity(name).pretty_units}".rstrip()
        for name, (low, high) in ranges.items()
    ]
