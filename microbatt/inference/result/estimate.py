"""What an inference answers: the estimate as people and programs meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.inference.result.dataset import estimate_dataset
from microbatt.inference.result.html import estimate_html
from microbatt.inference.result.records import EstimateRecord
from microbatt.inference.result.text import one_line, summarise

if TYPE_CHECKING:
    import xarray as xr


class Estimate(EstimateRecord):
    """alpha and S of a measured cell, with their uncertainty; its fields are `EstimateRecord`'s."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<Estimate {one_line(self)}>"

    def _repr_html_(self) -> str:
        return estimate_html(self)

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
