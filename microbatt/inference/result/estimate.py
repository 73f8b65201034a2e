"""What an inference answers: the estimate as people and programs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.inference.result.dataset import estimate_dataset, posterior_dataset
from microbatt.inference.result.html import estimate_html
from microbatt.inference.result.records import EstimateRecord
from microbatt.inference.result.structure import (
    DerivedNumber,
    estimated_cell,
    structure_numbers,
)
from microbatt.inference.result.text import one_line, summarise
from microbatt.inference.result.trade_offs import TradeOff, trade_offs

if TYPE_CHECKING:
    import xarray as xr

    from microbatt.cells import Cell


class Estimate(EstimateRecord):
    """alpha and S of a measured cell, with their uncertainty; its fields are `EstimateRecord`'s."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Estimate {one_line(self)}>"

    def _repr_html_(self) -> str:
        return estimate_html(self)

    @property
    def structure(self) -> tuple[DerivedNumber, ...]:
        """Tortuosity, MacMullin number and area per volume of the positive electrode."""
        return structure_numbers(self)

    @property
    def trade_offs(self) -> tuple[TradeOff, ...]:
        """What alpha and S trade off against, the strongest first."""
        return trade_offs(self)

    def to_cell(self) -> Cell:
        """Return the cell with what was inferred written into it.

        Returns
        -------
        Cell
            With the medians of alpha, S, what was free and what was in doubt, and their standard
            deviations; `microbatt.cells.save_cell` writes it as TOML or BPX.
        """
        return estimated_cell(self)

    def to_inference_data(self) -> xr.Dataset:
        """Return the draws as ArviZ reads them, with dimensions ``chain`` and ``draw``.

        Returns
        -------
        xarray.Dataset
            One variable for each unknown and for each doubted value of the cell file; give it to
            ``arviz.InferenceData(posterior=…)`` or to ArviZ's functions as it is.
        """
        return posterior_dataset(self)

    def to_dataset(self) -> xr.Dataset:
        """Return everything as a labelled dataset.

        Returns
        -------
        xarray.Dataset
            Along ``parameter``, ``draw``, ``cell_value`` and ``curve`` × ``sample``.
        """
        return estimate_dataset(self)

    def summary(self) -> str:
        """Return the estimate in a few lines for people.

        Returns
        -------
        str
            Parameters, curves, verdict and what limits it.
        """
        return summarise(self)
