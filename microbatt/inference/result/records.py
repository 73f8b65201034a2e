"""The plain records of an estimate: parameters, curves beside their fit, and the rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from microbatt.checks import check_choice
from microbatt.inference.fit.residuals import residual_rms
from microbatt.inference.forward.unknowns import OTHER_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.engines import Inventory, Settings, Thermal
    from microbatt.inference.fit.initial_guess import InitialGuess
    from microbatt.inference.fit.posterior import Posterior
    from microbatt.inference.result.cell_sensitivity import CellSensitivity
    from microbatt.inference.result.diagnostics import Diagnostics


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterEstimate:
    """One parameter: its value, its uncertainty and what was assumed beforehand.

    Attributes
    ----------
    name : str
        A name of `microbatt.quantities`.
    value : float
        Median of the posterior.
    std : float
        Standard deviation of the posterior.
    low, high : float
        Ends of the central interval at the estimate's `level`.
    prior : str
        What was assumed before looking at the data, in words.
    noise_std : float, default NaN
        Standard deviation that noise alone would leave, were the cell file and the model exact.
    beyond : float, default 0
        How many widths of its prior the value lies from what was expected; 0 without a prior.
    low_bound, high_bound : float or None, default None
        Bounds of what was looked at, where they end the interval rather than the data.
    """

    name: str
    value: float
    std: float
    low: float
    high: float
    prior: str
    noise_std: float = np.nan
    beyond: float = 0.0
    low_bound: float | None = None
    high_bound: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedCurve:
    """One measured curve beside what the estimate says of it.

    Attributes
    ----------
    source : str
        The measurement's name.
    current : float
        [A m⁻²].
    samples : int
        How many measured samples stand behind the arrays below.
    capacity, measured : ndarray
        Measured samples, averaged over short stretches where there were many, shape (n,)
        [A h m⁻²], [V].
    fitted : ndarray
        The engine's voltage at the best fit, all unknowns and the offset applied, shape (n,) [V];
        NaN where the fitted curve has ended before.
    low, high : ndarray
        Band that should hold a measured sample with the probability `Estimate.level`: of the
        parameters and of the noise, shape (n,) [V].
    sigma : ndarray
        Standard deviation allowed for each sample: noise, engine and slope, shape (n,) [V].
    information : tuple of float
        What the curve tells of (alpha, S): the share of the whole information, between 0 and 1,
        summing to 1 over the curves.
    offset : float, default 0
        What its voltage is expected to be off by, an offset of its own that is in `fitted` too [V].
    shared_error : ndarray, optional
        Smooth error of the model that all curves share, as expected; not in `fitted`, shape (n,)
        [V].
    temperature_measured : bool, default False
        Whether a measured temperature drove it.
    remarks : tuple of str, default none
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
    shared_error: NDArray[np.float64] | None = None
    temperature_measured: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def residual(self) -> NDArray[np.float64]:
        """Measured less fitted voltage [V]."""
        return self.measured - self.fitted

    @property
    def residual_rms(self) -> float:
        """Root mean square of the residual; see `residual_rms` [V]."""
        return residual_rms(self.capacity, self.residual)

    @property
    def allowed_rms(self) -> float:
        """What `residual_rms` may be: the same mean of the standard deviation allowed [V]."""
        return residual_rms(self.capacity, self.sigma)

    @property
    def rms_beside_shared(self) -> float:
        """The same less the smooth error that all curves share [V]."""
        shared = 0.0 if self.shared_error is None else self.shared_error
        return residual_rms(self.capacity, self.residual - shared)


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedRun:
    """One measured run beside what the estimate says of it.

    Attributes
    ----------
    source : str
        The file's name.
    samples : int
        How many measured samples stand behind the arrays below.
    time, current, measured : ndarray
        Samples, averaged over short stretches, shape (n,) [s], [A m⁻²] with discharge positive,
        [V].
    fitted : ndarray
        The engine's voltage at the best fit, all unknowns and the offset applied, shape (n,) [V].
    low, high : ndarray
        Band that should hold an average with the probability `Estimate.level`, shape (n,) [V].
    sigma : ndarray
        Standard deviation allowed for each average, shape (n,) [V].
    count : ndarray
        How many samples each average is of, shape (n,).
    information : tuple of float
        What the run tells of (alpha, S), as for `FittedCurve`.
    offset : float
        What its voltage is expected to be off by [V].
    shared_error : ndarray or None
        As for `FittedCurve`.
    temperature_measured : bool
        Whether a measured temperature drove it.
    remarks : tuple of str
        How it begins, and what reading the file changed.
    """

    source: str
    samples: int
    time: NDArray[np.float64]
    current: NDArray[np.float64]
    measured: NDArray[np.float64]
    fitted: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    sigma: NDArray[np.float64]
    count: NDArray[np.float64]
    information: tuple[float, float]
    offset: float = 0.0
    shared_error: NDArray[np.float64] | None = None
    temperature_measured: bool = False
    remarks: tuple[str, ...] = ()

    @property
    def residual(self) -> NDArray[np.float64]:
        """Measured less fitted voltage [V]."""
        return self.measured - self.fitted

    @property
    def residual_rms(self) -> float:
        """Root mean square of the averages' residual, each by its samples [V]."""
        return self._rms(self.residual)

    @property
    def allowed_rms(self) -> float:
        """What `residual_rms` may be: the same mean of the standard deviation allowed [V]."""
        return self._rms(self.sigma)

    @property
    def rms_beside_shared(self) -> float:
        """The same less the smooth error that all curves share [V]."""
        shared = 0.0 if self.shared_error is None else self.shared_error
        return self._rms(self.residual - shared)

    def _rms(self, values: NDArray[np.float64]) -> float:
        return float(np.sqrt(np.average(values**2, weights=self.count)))


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateRecord:
    """The fields of an estimate, which `microbatt.inference.Estimate` describes."""

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
    diagnostics: Diagnostics
    starts: tuple[InitialGuess, ...]
    assumptions: tuple[str, ...]
    what_was_read: tuple[str, ...] = ()
    runs: tuple[FittedRun, ...] = ()
    cell_sensitivity: tuple[CellSensitivity, ...] = ()
    unasked: str = ""
    cell_values: tuple[ParameterEstimate, ...] = ()
    doubted: tuple[str, ...] = ()
    cell_value_draws: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    cell_error_sentence: str = ""
    model_error: float = 0.0
    independent_facts: float = np.nan
    versions: dict[str, str] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, in order."""
        return tuple(parameter.name for parameter in self.parameters)

    @property
    def alpha(self) -> float:
        """Median of alpha, the cell's own where it was not asked for [-]."""
        return self._value("alpha")

    @property
    def S(self) -> float:  # noqa: N802 - the literature's symbol
        """Median of S, the cell's own where it was not asked for [-]."""
        return self._value("S")

    def _value(self, name: str) -> float:
        return self[name].value if name in self.names else self.cell.value(name)

    @property
    def correlation(self) -> float:
        """Correlation of alpha and S; NaN where one of them was not asked for."""
        if self.names[:2] != ("alpha", "S"):
            return float("nan")
        return float(self.covariance[0, 1] / np.sqrt(self.covariance[0, 0] * self.covariance[1, 1]))

    @property
    def network(self) -> InitialGuess | None:
        """The shipped network's own estimate, if it was asked."""
        return next((start for start in self.starts if start.origin == "network"), None)

    def __getitem__(self, name: str) -> ParameterEstimate:
        name = OTHER_NAMES.get(name, name)
        check_choice("parameter", name, self.names)
        return next(parameter for parameter in self.parameters if parameter.name == name)
