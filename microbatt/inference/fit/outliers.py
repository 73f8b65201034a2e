"""Averages that lie far off, and how they are kept from moving an estimate.

Single averages get the tails of Student's t instead of the normal distribution's.  A t is a normal
distribution whose variance is itself unknown, so the fit is repeated with the deviation of each
average made larger where the fit before has left it far off (Dempster, Laird & Rubin 1977).  What
a smooth error, the charge or an offset explains is no reason: those are not of single averages.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.fit.refinement import Fit, fit_samples, jacobian_under

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

FAR: Final = 4.0
"""Standard deviations beyond which an average is told to be far off."""
_ROUNDS: Final = 4
_SAME: Final = 0.05
"""Relative change of deviations that needs no further round."""


def with_tails(fit: Fit, tails: float) -> Fit:
    """Fit again with heavy tails for single averages.

    Parameters
    ----------
    fit
        With normal distributions.
    tails
        Degrees of freedom of Student's t; infinity leaves the fit as it is.
    """
    if math.isinf(tails):
        return fit
    plain = fit.model
    loosened = np.ones(plain.measured.size)
    for _ in range(_ROUNDS):
        apart = loosened * fit.model.apart(fit.minimum.residual[: loosened.size])
        before, loosened = loosened, np.sqrt(np.maximum(1.0, (tails + apart**2) / (tails + 1.0)))
        if np.max(np.abs(loosened / before - 1.0)) < _SAME:
            break
        model = _loosened(plain, loosened)
        first = jacobian_under(model, fit.model, fit.minimum)
        minimum = fit_samples(model, fit.minimum.x, most=8, jacobian=first)
        if minimum is None:
            break
        fit = replace(fit, model=model, minimum=minimum)
    return fit


def _loosened(model: ForwardModel, factor: Array) -> ForwardModel:
    """Return the model with larger deviations of single averages."""
    parts = zip(model.rows, model.error_models, strict=True)
    return replace(
        model,
        error_models=tuple(
            replace(one, deviation=one.deviation * factor[rows]) for rows, one in parts
        ),
    )


def outliers_sentence(fit: Fit, tails: float) -> str:
    """Say how many averages lie far off and what that does; empty if none does.

    Parameters
    ----------
    fit
        The best fit.
    tails
        As for `with_tails`.
    """
    model, m = fit.model, fit.model.measured.size
    if math.isinf(tails):
        count = int(np.sum(np.abs(model.apart(fit.minimum.residual[:m])) > FAR))
        if count == 0:
            return ""
        lie = "average lies" if count == 1 else "averages lie"
        return (
            f"{count} of {m} {lie} more than {FAR:g} standard deviations from the fit and may pull "
            "it; `--tails 4` lets such points count less."
        )
    return f"Points far from the fit count less: Student's t of {tails:g} degrees of freedom."
