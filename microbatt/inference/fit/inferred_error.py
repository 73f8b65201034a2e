"""How large the smooth error of the model is, told by the residuals themselves.

The size of a random error is found where the data are likeliest once everything else is integrated
over: the restricted likelihood (Patterson & Thompson 1971).  It needs no curve: residuals and
derivatives at a best fit are weighed anew for each size.  So is told what each curve has of its
own beside what all share, which differences between the curves show; how large the shared part is
has to be stated or inferred, for alpha and S may hide it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.fit.refinement import Fit, fit_samples, jacobian_under
from microbatt.inference.forward.error_model import steepness
from microbatt.inference.forward.potential_errors import potential_moves

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

SIZES: Final = np.geomspace(5e-5, 3e-2, 25)
"""Sizes that are tried [V]."""
EXPECTED: Final = 1e-3
"""What is expected of the size [V] …"""
WIDTH: Final = 1.5
"""… and the standard deviation of its logarithm."""
SHARES: Final = (0.02, 0.05, 0.1, 0.2, 0.35, 0.6, 1.0)
"""Shares of a model error that curves may have of their own, from where it no longer counts."""
BEYOND_CHANCE: Final = 4.0
"""A gain in twice the logarithm of the likelihood that speaks for more than the least share."""
_ROUNDS: Final = 2
_ROUNDS_OF_SHARE: Final = 3
_NOTHING: Final = 1e3
"""Standard deviation of an average that is to say nothing [V]."""
_MOST: Final = 40
"""Calls of the fit with another share."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelError:
    """The size of a model's smooth error.

    Attributes
    ----------
    size, low, high
        The likeliest, and the ends of a 90 % interval [V].
    own
        Share of it that each curve has of its own [-].
    """

    size: float
    low: float
    high: float
    own: float

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
        found, errors = inferred_size(fit.model, fit.minimum), fit.model.errors
        if (found.size, found.own) == (errors.model_error, errors.own):
            break
        again = _refitted(fit, fit.model.with_model_error(found.size, found.own))
        if again is None:
            break
        fit = again
    return fit, found


def with_potential_errors(fit: Fit) -> Fit:
    """Let the open-circuit potentials of the cell be off by the model's error, and fit again.

    Where the engine does not tell what that moves, the fit stays.

    Parameters
    ----------
    fit
        Of a model with an error.
    """
    moves = potential_moves(fit.model, fit.minimum.x)
    return fit if moves is None else _refitted(fit, fit.model.with_potentials(moves)) or fit


def with_own_share(fit: Fit) -> Fit:
    """Let residuals tell what of the model's error each curve has of its own, and fit again.

    Parameters
    ----------
    fit
        Of a model of any share.
    """
    for _ in range(_ROUNDS_OF_SHARE):
        errors = fit.model.errors
        share = own_share(fit.model, fit.minimum)
        if share == errors.own:
            break
        model = fit.model.with_model_error(errors.model_error, share)
        fit = _refitted(fit, model) or replace(fit, model=model)
    return fit


def _refitted(fit: Fit, model: ForwardModel) -> Fit | None:
    """Fit again with a model of other errors; None where the engine has no curve."""
    first = jacobian_under(model, fit.model, fit.minimum)
    minimum = fit_samples(model, fit.minimum.x, most=_MOST, jacobian=first)
    return None if minimum is None else replace(fit, model=model, minimum=minimum)


def own_share(model: ForwardModel, minimum: Minimum) -> float:
    """Return the share of the model's error that each curve has of its own, of `SHARES` [-].

    The larger one of what flat stretches and what all averages tell.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit to them.
    """
    told = _Told.of(model, minimum)
    return max(_likeliest_share(model, told, flat=flat) for flat in (True, False))


def _likeliest_share(model: ForwardModel, told: _Told, *, flat: bool) -> float:
    """Return the likeliest share, and the least where none is likelier beyond chance."""
    size = model.errors.model_error
    least = score = told.score(model.with_model_error(size, SHARES[0]), flat=flat)
    share = SHARES[0]
    for larger in SHARES[1:]:
        there = told.score(model.with_model_error(size, larger), flat=flat)
        if there > score:
            break
        score, share = there, larger
    return share if least - score > BEYOND_CHANCE else SHARES[0]


def inferred_size(model: ForwardModel, minimum: Minimum) -> ModelError:
    """Return the size of the model's error that makes the residuals likeliest.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit to them.
    """
    told = _Told.of(model, minimum)
    scores = np.array(
        [
            [told.score(model.with_model_error(float(size), share), flat=True) for share in SHARES]
            for size in SIZES
        ]
    )
    logarithms = np.log(SIZES)
    scores += (((logarithms - np.log(EXPECTED)) / WIDTH) ** 2)[:, None]
    chance = np.exp(-0.5 * (scores - scores.min())).sum(axis=1)
    summed = (np.cumsum(chance) - 0.5 * chance) / chance.sum()
    low, high = np.exp(np.interp([0.05, 0.95], summed, logarithms))
    size, share = np.unravel_index(int(np.argmin(scores)), scores.shape)
    return ModelError(size=float(SIZES[size]), low=float(low), high=float(high), own=SHARES[share])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """Residuals and derivatives at a best fit, in volts and of what is expected of unknowns."""

    volts: Array
    slopes: Array
    expected: Array
    expected_slopes: Array

    @classmethod
    def of(cls, model: ForwardModel, minimum: Minimum) -> _Told:
        """Return those of a minimum."""
        m = model.measured.size
        return cls(
            volts=model.colour(minimum.residual[:m]),
            slopes=model.colour(minimum.jacobian[:m].T),
            expected=minimum.residual[m:],
            expected_slopes=minimum.jacobian[m:],
        )

    def score(self, model: ForwardModel, *, flat: bool) -> float:
        """Return -2 ln of the restricted likelihood of errors, of flat stretches or of all."""
        model = _where_flat(model) if flat else model
        jacobian = np.concatenate([model.whiten(self.slopes).T, self.expected_slopes])
        residual = np.concatenate([model.whiten(self.volts), self.expected])
        curvature = jacobian.T @ jacobian
        pull = jacobian.T @ residual
        left = residual @ residual - pull @ np.linalg.pinv(curvature, hermitian=True) @ pull
        return float(left + model.log_determinant + np.linalg.slogdet(curvature)[1])


def _where_flat(model: ForwardModel) -> ForwardModel:
    """Return the model to which averages on slopes say nothing: there charges are off too."""
    flat = tuple(
        replace(one, deviation=np.where(steepness(piece) > 1.0, _NOTHING, one.deviation))
        for one, piece in zip(model.error_models, model.pieces, strict=True)
    )
    return replace(model, error_models=flat)
