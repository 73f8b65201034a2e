"""What an inference answers: the estimate, how far to trust it, and on which assumptions."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import check_choice

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Inventory, Settings, Thermal
    from microbatt.inference.result.cell_sensitivity import Influence
    from microbatt.measured import Unread


class Posterior(enum.StrEnum):
    """How the uncertainty was found."""

    CURVATURE = "curvature"
    SAMPLING = "sampling"


def residual_rms(capacity: NDArray[np.float64], residual: NDArray[np.float64]) -> float:
    """Return the rms of a curve's residual, even in capacity, up to 97 % of it.

    Parameters
    ----------
    capacity
        Increasing, shape (n,) [A h m⁻²].
    residual
        Shape (n,) [V].

    Examples
    --------
    >>> residual_rms(np.array([0.0, 1.0, 2.0]), np.array([1e-3, -1e-3, 1e-3])) < 1e-3
    True
    """
    even = np.linspace(0.0, 0.97, 200) * capacity[-1]
    return float(np.sqrt(np.mean(np.interp(even, capacity, residual) ** 2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEstimate:
    """One parameter: its value, its uncertainty and what was assumed beforehand.

    Attributes
    ----------
    name
        A name of `microbatt.quantities`.
    value
        Median of the posterior.
    std
        Standard deviation of the posterior.
    low, high
        Ends of the central interval at the estimate's `level`.
    prior
        What was assumed before looking at the data, in words.
    """

    name: str
    value: float
    std: float
    low: float
    high: float
    prior: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCurve:
    """One measured curve beside what the estimate says of it.

    Attributes
    ----------
    source
        The measurement's name.
    current
        [A m⁻²].
    samples
        How many measured samples stand behind the arrays below.
    capacity, measured
        Measured samples, averaged over short stretches where there were many, shape (n,)
        [A h m⁻²], [V].
    fitted
        The engine's voltage at the best fit, nuisances and the offset applied, shape (n,) [V].
    low, high
        Band that should hold a measured sample with the probability `Estimate.level`: of the
        parameters and of the noise, shape (n,) [V].
    sigma
        Standard deviation allowed for each sample: noise, engine and slope, shape (n,) [V].
    offset
        What its voltage is expected to be off by, an offset of its own that is in `fitted` too [V].
    information
        What the curve tells of (alpha, S): the share of the whole information, between 0 and 1,
        summing to 1 over the curves.
    remarks
        What reading the file changed.
    """

    source: str
    current: float
    samples: int
    capacity: NDArray[np.float64]
    measured: NDArray[np.float64]
    fitted: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sigma: NDArray[np.float64]
    information: tuple[float, float]
    offset: float = 0.0
    remarks: tuple[str, ...] = ()

    @property
    def residual(self) -> NDArray[np.float64]:
        """Measured less fitted voltage [V]."""
        return self.measured - self.fitted

    @property
    def residual_rms(self) -> float:
        """Root mean square of the residual; see `residual_rms` [V]."""
        return residual_rms(self.capacity, self.residual)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A first estimate, before refinement.

    Attributes
    ----------
    origin
        ``"network"`` (the shipped curve network) or ``"scan"`` (the engine at scattered points).
    alpha, S
        [-].
    covariance
        Of (alpha, S), shape (2, 2); NaN where the origin gives none.
    in_range
        Whether the curves lie where the network was trained; true of a scan.
    """

    origin: str
    alpha: float
    S: float
    covariance: NDArray[np.float64]
    in_range: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Belief:
    """Whether the estimate can be believed.

    Attributes
    ----------
    misfit
        Whether the cell file cannot explain the data.
    reduced_chi_square
        Mean squared residual over what was allowed; about 1 for a good fit.
    misfit_sentence
        What that means, in plain words.
    out_of_range
        Whether the curves or the estimate lie where the network or the engine's box ends.
    range_sentence
        What that means, in plain words.
    """

    misfit: bool
    reduced_chi_square: float
    misfit_sentence: str
    out_of_range: bool
    range_sentence: str

    @property
    def good(self) -> bool:
        """Whether nothing speaks against the estimate."""
        return not (self.misfit or self.out_of_range)

    @property
    def verdict(self) -> str:
        """In a few words, whether to rely on the estimate."""
        if self.misfit:
            return "Do not rely on this estimate as it stands."
        if self.out_of_range:
            return "Mind the range before you rely on this estimate."
        return "Nothing speaks against this estimate."


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """alpha and S of a measured cell, with their uncertainty.

    Attributes
    ----------
    name
        The experiment's name.
    cell, inventory, thermal
        What was assumed of the cell.
    settings
        How finely the engine solved.
    noise
        Standard deviation of the voltage's white noise [V].
    noise_given
        Whether the noise was given, or estimated from the curves.
    level
        Probability of the intervals, 0.9 for instance.
    parameters
        alpha, S, then the freed nuisance parameters.
    covariance
        Of the posterior, in the order of `parameters`, shape (p, p).
    draws
        Draws from the posterior, shape (n, p).
    posterior
        By curvature or by sampling.
    posterior_sentence
        Why so, in plain words.
    curves
        Each measured curve beside its fit.
    belief
        Whether to believe it.
    starts
        The first estimates that refinement began from; the one it kept comes first.
    unasked
        Why the shipped network was not asked; empty if it was, or was not to be.
    influences
        How alpha and S move with each value of the cell file, the largest first.
    assumptions
        Sentences: everything taken as known.
    versions
        Package → version.
    seconds
        Stage → wall-clock time [s].
    """

    name: str
    cell: Cell
    inventory: Inventory
    thermal: Thermal
    settings: Settings
    noise: float
    noise_given: bool
    level: float
    parameters: tuple[ParameterEstimate, ...]
    covariance: NDArray[np.float64]
    draws: NDArray[np.float64]
    posterior: Posterior
    posterior_sentence: str
    curves: tuple[FittedCurve, ...]
    belief: Belief
    starts: tuple[Start, ...]
    assumptions: tuple[str, ...]
    influences: tuple[Influence, ...] = ()
    unasked: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, in order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def alpha(self) -> float:
        """Median of alpha [-]."""
        return self["alpha"].value

    @property
    def S(self) -> float:  # noqa: N802 - the literature's symbol
        """Median of S [-]."""
        return self["S"].value

    @property
    def correlation(self) -> float:
        """Correlation of alpha and S."""
        return float(self.covariance[0, 1] / np.sqrt(self.covariance[0, 0] * self.covariance[1, 1]))

    @property
    def network(self) -> Start | None:
        """The shipped network's own estimate, if it was asked."""
        return next((start for start in self.starts if start.origin == "network"), None)

    def __getitem__(self, name: str) -> ParameterEstimate:
        check_choice("parameter", name, self.names)
        return next(parameter for parameter in self.parameters if parameter.name == name)

    def to_dataset(self) -> xr.Dataset:
        """Return everything as a labelled Dataset: see `microbatt.inference.result.dataset`."""
        from microbatt.inference.result.dataset import estimate_dataset

        return estimate_dataset(self)

    def summary(self) -> str:
        """Return the estimate in a few lines for people."""
        from microbatt.inference.result.text import summarise

        return summarise(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """What became of one experiment.

    Attributes
    ----------
    name
        Of the experiment.
    estimate
        None if it came to nothing.
    failure
        Why it came to nothing; empty if it did not.
    unread
        Its files that could not be read; the estimate is without them.
    """

    name: str
    estimate: Estimate | None = None
    failure: str = ""
    unread: tuple[Unread, ...] = ()
