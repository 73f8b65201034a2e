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
    """alpha and S of a measured cell, with their uncertainty.

    Attributes
    ----------
    name : str
        The experiment's name.
    cell, inventory, thermal : Cell, Inventory, Thermal
        What was assumed of the cell.
    settings : Settings
        How finely the engine solved.
    noise : float
        Standard deviation of the voltage's white noise [V].
    noise_given : bool
        Whether the noise was given, or estimated from the curves.
    level : float
        Probability of the intervals, 0.9 for instance.
    parameters : tuple of ParameterEstimate
        Those asked for: alpha, S, then the other unknowns.
    covariance : ndarray
        Of the posterior, in the order of `parameters`, shape (p, p).
    draws : ndarray
        Draws from the posterior, shape (n, p).
    posterior : Posterior
        By curvature or by sampling.
    posterior_sentence : str
        Why so, in plain words.
    curves : tuple of FittedCurve
        Each measured curve beside its fit.
    diagnostics : Diagnostics
        Whether to rely on it, and why not.
    starts : tuple of InitialGuess
        The first estimates that refinement began from; the one it kept comes first.
    assumptions : tuple of str
        Sentences: everything taken as known.
    what_was_read : tuple of str, default none
        Of each file: format, columns and units, steps and what became of them, rows left out.
    runs : tuple of FittedRun
        Each measured run beside its fit: what is no discharge from a full cell.
    cell_sensitivity : tuple of CellSensitivity, default none
        How alpha and S move with each value of the cell file, the largest first.
    unasked : str, default empty
        Why the shipped network was not asked; empty if it was, or was not to be.
    cell_values : tuple of ParameterEstimate, default none
        Values of the cell file that are in doubt, as the data leave them, the most moved first.
    doubted, cell_value_draws : tuple of str, ndarray
        Names of these values, and draws of them in that order, shape (n, values).
    cell_error_sentence : str, default empty
        How well the cell file was taken to be known.
    model_error : float, default 0
        Size of the smooth model error that was allowed for [V].
    independent_facts : float, default NaN
        How many independent numbers the residuals hold, with that.
    versions : dict of str to str
        Package → version.
    seconds : dict of str to float
        Stage → wall-clock time [s].
    """

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
            deviations, which doubt the cell in a next fit as this one does; `Cell.to_toml`
            writes it, `Cell.to_bpx` where S is 3.
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
