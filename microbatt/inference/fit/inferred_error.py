"""How large the smooth error of the model is, told by the residuals themselves.

The size of a random error is found where the data are likeliest once everything else is integrated
over: the restricted likelihood (Patterson & Thompson 1971).  It needs no curve: residuals and
derivatives at a best fit are weighed anew for each size.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.fit.refinement import Fit, fit_samples, jacobian_under

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

SIZES: Final = np.geomspace(5e-5, 3e-2, 41)
"""Sizes that are tried [V]."""
EXPECTED: Final = 1e-3
"""What is expected of the size [V] …"""
WIDTH: Final = 1.5
"""… and the standard deviation of its logarithm."""
_ROUNDS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelError:
    """The size of a model's smooth error.

    Attributes
    ----------
    size, low, high
        The likeliest, and the ends of a 90 % interval [V].
    """

    size: float
    low: float
    high: float

    @property
    def sentence(self) -> str:
        """The size in words."""
        return (
            f"The size of the model's smooth error was told from the residuals: "
            f"{1e3 * self.size:.2g} mV, 90 % between {1e3 * self.low:.2g} and "
            f"{1e3 * self.high:.2g} mV."
        )


def with_inferred_error(fit: Fit) -> tuple[Fit, ModelError]:
    """Infer the size of the model's error, and fit again with it.

    Parameters
    ----------
    fit
        With a size that is only a guess.
    """
    for _ in range(_ROUNDS):
        found = inferred_size(fit.model, fit.minimum)
        model = fit.model.with_model_error(found.size)
        first = jacobian_under(model, fit.model, fit.minimum)
        minimum = fit_samples(model, fit.minimum.x, most=8, jacobian=first)
        if minimum is None:
            break
        fit = replace(fit, model=model, minimum=minimum)
    return fit, found


def inferred_size(model: ForwardModel, minimum: Minimum) -> ModelError:
    """Return the size of the model's error that makes the residuals likeliest.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit to them.
    """
    m = model.measured.size
    volts = model.colour(minimum.residual[:m])
    slopes = model.colour(minimum.jacobian[:m].T)
    scores = np.array([_score(model, minimum, volts, slopes, float(size)) for size in SIZES])
    chance = np.exp(-0.5 * (scores - scores.min()))
    summed = np.cumsum(chance) / chance.sum()
    logarithms = np.log(SIZES)
    low, high = np.exp(np.interp([0.05, 0.95], summed, logarithms))
    return ModelError(size=float(SIZES[int(np.argmin(scores))]), low=float(low), high=float(high))


def _score(
    model: ForwardModel, minimum: Minimum, volts: Array, slopes: Array, size: float
) -> float:
    """Return -2 ln of the restricted likelihood of a size, with what is expected of it."""
    m = volts.size
    other = model.with_model_error(size)
    jacobian = np.concatenate([other.whiten(slopes).T, minimum.jacobian[m:]])
    residual = np.concatenate([other.whiten(volts), minimum.residual[m:]])
    curvature = jacobian.T @ jacobian
    pull = jacobian.T @ residual
    left = residual @ residual - pull @ np.linalg.pinv(curvature, hermitian=True) @ pull
    expected = (np.log(size / EXPECTED) / WIDTH) ** 2
    return float(left + other.log_determinant + np.linalg.slogdet(curvature)[1] + expected)
