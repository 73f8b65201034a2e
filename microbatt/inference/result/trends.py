"""How alpha, S and others drift over the life of a cell, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Final

import xarray as xr

from microbatt.checks import check_choice
from microbatt.inference.forward.unknowns import unknown_quantity
from microbatt.inference.result.text import error_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.result.records import ParameterEstimate

    Array = NDArray[np.float64]


_MOST: Final = 8
"""Cycles, or remarks, that are listed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One number over the life of a cell.

    Attributes
    ----------
    name : str
        Of the number.
    cycles : numpy.ndarray
        Numbers of the cycles, shape (c,).
    value, std, low, high : numpy.ndarray
        Median, standard deviation and ends of the interval at each cycle, shape (c,).
    change, change_low, change_high : float
        Last less first value, and its interval.
    step, step_low, step_high : float
        Of the random walk, per root of a cycle: of the number, or of its logarithm.
    """

    name: str
    cycles: Array
    value: Array
    std: Array
    low: Array
    high: Array
    change: float
    change_low: float
    change_high: float
    step: float
    step_low: float
    step_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """What `microbatt.inference.infer_along` found.

    Attributes
    ----------
    name : str
        Of the cell that was measured.
    cell : Cell
        What was known of it.
    along : str
        What numbers the cycles.
    cycles : numpy.ndarray
        Their numbers, shape (c,).
    trends : tuple of Trend
        Of each number that drifts.
    shared : tuple of ParameterEstimate
        What is the same at all cycles and was asked for.
    draws : numpy.ndarray
        Of what drifts, shape (n, c, numbers).
    level : float
        Probability of the intervals.
    residual_rms : numpy.ndarray
        Of each cycle, shape (c,) [V].
    misfit : numpy.ndarray
        Whether the cell file does not explain a cycle, shape (c,).
    assumptions : tuple of str
        What was taken as known.
    unread : tuple of str
        Cycles that were left out, and why.
    remarks : tuple of tuple of str
        Of each cycle, what reading it changed or supposed.
    """

    name: str
    cell: Cell
    along: str
    cycles: Array
    trends: tuple[Trend, ...]
    shared: tuple[ParameterEstimate, ...]
    draws: Array
    level: float
    residual_rms: Array
    misfit: NDArray[np.bool_]
    assumptions: tuple[str, ...]
    unread: tuple[str, ...] = ()
    remarks: tuple[tuple[str, ...], ...] = ()

    def __getitem__(self, name: str) -> Trend:
        check_choice("name", name, [one.name for one in self.trends])
        return next(one for one in self.trends if one.name == name)

    def __repr__(self) -> str:
        told = ", ".join(
            f"{one.name} {one.value[0]:.3g} to {one.value[-1]:.3g}" for one in self.trends
        )
        return f"<Trends of {self.name!r} over {self.cycles.size} cycles: {told}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{escape(one.name)}</th>" for one in self.trends)
        rows = "".join(
            f"<tr><td>{number:g}</td>"
            + "".join(
                f"<td>{one.value[i]:.4g} ({one.low[i]:.4g}–{one.high[i]:.4g})</td>"
                for one in self.trends
            )
            + "</tr>"
            for i, number in enumerate(self.cycles)
        )
        return f"<table><tr><th>{escape(self.along)}</th>{head}</tr>{rows}</table>"

    def summary(self) -> str:
        """Return the trends in a few lines for people.

        Returns
        -------
        str
            What drifts, cycle by cycle, by how much in all, and which cycles do not fit.
        """
        percent = f"{100 * self.level:g} %"
        lines = [f"{self.name}: {self.cycles.size} cycles of {self.cell.name}"]
        lines += [
            f"  {one.name}: {one.value[0]:.4g} to {one.value[-1]:.4g}, a change of "
            f"{one.change:+.3g}, {percent} between {one.change_low:+.3g} and {one.change_high:+.3g}"
            for one in self.trends
        ]
        lines += [
            f"  {one.name} {one.value:.4g} {error_of(one, self.level)} at all cycles"
            for one in self.shared
        ]
        lines += ["", "  " + "".join(f"{word:>24s}" for word in self._headings())]
        for i, number in enumerate(self.cycles):
            cells = [
                f"{one.value[i]:.4g} ({one.low[i]:.4g}–{one.high[i]:.4g})" for one in self.trends
            ]
            row = [f"{number:g}", *cells, f"{1e3 * self.residual_rms[i]:.2f}"]
            lines.append("  " + "".join(f"{word:>24s}" for word in row))
        lines += ["", self._verdict()]
        lines += [f"left out: {one}" for one in self.unread]
        lines += self._on_reading()
        return "\n".join(lines)

    def _on_reading(self) -> list[str]:
        """Say what reading changed or supposed in some of the cycles, and not in all alike."""
        of: dict[str, list[float]] = {}
        for number, remarks in zip(self.cycles.tolist(), self.remarks, strict=False):
            for one in dict.fromkeys(remarks):
                of.setdefault(one, []).append(number)
        some = {one: those for one, those in of.items() if len(those) < self.cycles.size}
        lines = [
            f"on reading {self.along} {', '.join(f'{one:g}' for one in those[:_MOST])}"
            f"{f' and {len(those) - _MOST} more' if len(those) > _MOST else ''}: {remark}"
            for remark, those in some.items()
        ]
        more = [f"and {len(lines) - _MOST} more remarks"] if len(lines) > _MOST else []
        return lines[:_MOST] + more

    def _headings(self) -> list[str]:
        return [self.along, *(one.name for one in self.trends), "residual [mV rms]"]

    def _verdict(self) -> str:
        bad = self.cycles[self.misfit]
        if not bad.size:
            return "The cell file explains every cycle."
        shown = ", ".join(f"{one:g}" for one in bad[:_MOST])
        return (
            f"The cell file does not explain {self.along} {shown}"
            + (f" and {bad.size - _MOST} more" if bad.size > _MOST else "")
            + ": do not rely on the trends before you know why; `infer` of such a cycle by itself "
            "tells the likeliest causes."
        )

    @property
    def usable(self) -> bool:
        """Whether the cell file explains every cycle."""
        return not bool(self.misfit.any())

    def to_dataset(self) -> xr.Dataset:
        """Return the trends as a labelled dataset.

        Returns
        -------
        xarray.Dataset
            For each number its value, ``…_std``, ``…_low``, ``…_high`` along ``cycle`` and its
            draws along ``draw`` × ``cycle``; ``residual_rms`` and ``misfit``.
        """
        variables: dict[str, Any] = {}
        for i, one in enumerate(self.trends):
            known = unknown_quantity(one.name)
            for key in ("value", "std", "low", "high"):
                label = one.name if key == "value" else f"{one.name}_{key}"
                variables[label] = ("cycle", getattr(one, key), known.attrs)
            variables[f"{one.name}_draw"] = (("draw", "cycle"), self.draws[:, :, i], known.attrs)
        volts = {"units": "V", "long_name": "rms of the residuals"}
        variables["residual_rms"] = ("cycle", self.residual_rms, volts)
        told = {"long_name": "whether the cell file does not explain the cycle"}
        variables["misfit"] = ("cycle", self.misfit, told)
        return xr.Dataset(
            variables,
            coords={"cycle": ("cycle", self.cycles, {"long_name": self.along})},
            attrs={
                "title": f"microstructure over the life of {self.name}",
                "level": self.level,
                "assumptions": "\n".join(self.assumptions),
                "unread": "\n".join(self.unread),
                "remarks": "\n".join(self._on_reading()),
            },
        )
