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
_NAMED: Final = 5
"""Averages far off that are named."""
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
        apart = np.abs(model.apart(fit.minimum.residual[:m]))
        count = int(np.sum(apart > FAR))
        if count == 0:
            return ""
        lie = "average lies" if count == 1 else "averages lie"
        return (
            f"{count} of {m} {lie} more than {FAR:g} standard deviations from the fit and may pull "
            f"it, {_places(model, apart)}; `--tails 4` lets such points count less."
        )
    return f"Points far from the fit count less: Student's t of {tails:g} degrees of freedom."


def _places(model: ForwardModel, apart: Array) -> str:
    """Say where the averages that lie furthest off are."""
    furthest = np.argsort(-apart)[: min(_NAMED, int(np.sum(apart > FAR)))]
    told = []
    for piece, rows in zip(model.pieces, model.rows, strict=True):
        here = sorted(int(i) - rows.start for i in furthest if rows.start <= i < rows.stop)
        if here:
            where = ", ".join(f"{piece.voltage[i]:.4g} V" for i in here)
            told.append(f"{piece.source} at {where}")
    return f"{'the furthest ' if np.sum(apart > FAR) > _NAMED else ''}of {'; of '.join(told)}"
