"""A fit and its posterior as the records of an estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import norm

from microbatt.inference.result.diagnostics import information
from microbatt.inference.result.estimate import FittedCurve, ParameterEstimate, Posterior

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.gauss_newton import Minimum
    from microbatt.inference.fit.posterior import Drawn
    from microbatt.inference.forward.forward_model import Problem

    Array = NDArray[np.float64]


def parameter_estimates(
    problem: Problem, minimum: Minimum, drawn: Drawn, level: float
) -> tuple[ParameterEstimate, ...]:
    """Return median, deviation and interval of each parameter.

    Parameters
    ----------
    problem, minimum
        The measured curves, the unknowns and the best fit.
    drawn
        The posterior around it.
    level
        Probability of the intervals.
    """
    tail = 0.5 * (1.0 - level)
    if drawn.kind is Posterior.CURVATURE:
        std = np.sqrt(np.diag(minimum.covariance))
        ends = norm.ppf([0.5, tail, 1.0 - tail])
        quantiles = problem.priors.natural(minimum.x + ends[:, None] * std)
    else:
        quantiles = np.quantile(
            problem.priors.natural(drawn.draws), [0.5, tail, 1.0 - tail], axis=0
        )
    deviation = problem.priors.natural(drawn.draws).std(axis=0)
    return tuple(
        ParameterEstimate(
            name=name,
            value=float(quantiles[0, i]),
            std=float(deviation[i]),
            low=float(quantiles[1, i]),
            high=float(quantiles[2, i]),
            prior=problem.priors.describe(i),
        )
        for i, name in enumerate(problem.priors.names)
    )


def fitted_curves(
    problem: Problem, minimum: Minimum, drawn: Drawn, level: float
) -> tuple[FittedCurve, ...]:
    """Return each curve beside its fit, with the band that should hold the samples.

    Parameters
    ----------
    problem, minimum, drawn, level
        As for `parameter_estimates`.
    """
    m = problem.measured.size
    fitted = problem.measured - problem.unexplained(minimum.residual[:m])
    offsets = problem.offsets(minimum.residual[:m])
    moves = drawn.draws - minimum.x
    response = -problem.colour(minimum.jacobian[:m].T).T
    variance = np.einsum("mi,ij,mj->m", response, np.cov(moves, rowvar=False), response)
    reach = norm.ppf(0.5 + 0.5 * level) * np.sqrt(variance + problem.sigma**2)
    shares = information(problem, minimum)
    return tuple(
        FittedCurve(
            source=curve.source,
            current=curve.current,
            samples=curve.samples,
            capacity=curve.capacity,
            measured=curve.voltage,
            fitted=fitted[rows],
            low=fitted[rows] - reach[rows],
            high=fitted[rows] + reach[rows],
            sigma=problem.sigma[rows],
            offset=float(offset),
            information=share,
            remarks=curve.remarks,
        )
        for curve, rows, offset, share in zip(
            problem.curves, problem.rows, offsets, shares, strict=True
        )
    )


def assumptions(
    problem: Problem, noise: float, charge: float, offset: float, *, known: bool, scale: float
) -> tuple[str, ...]:
    """Say what was taken as known.

    Parameters
    ----------
    problem
        The measured curves and the unknowns.
    noise
        Standard deviation of a single sample [V].
    charge
        Relative standard deviation of the charge of a curve.
    offset
        Standard deviation of each curve's own offset [V].
    known
        Whether the noise was given.
    scale
        Factor by which intervals were widened.
    """
    cell, priors = problem.cell, problem.priors
    heat = type(problem.thermal).__name__.lower()
    told = "given" if known else "estimated from the scatter of neighbouring samples"
    sentences = [
        f"The cell is {cell.name!r} in everything but alpha and S of the positive electrode"
        + "".join(f", {name.replace('_', ' ')}" for name in priors.nuisances)
        + ".",
        f"Lithium balance {problem.inventory}; heat balance {heat}.",
        "Every discharge began from rest, fully charged.",
        f"White noise of {noise * 1e3:.3g} mV in each sample, {told}.",
        f"The charge of each curve is known to {100 * charge:.3g} %.",
    ]
    if offset > 0.0:
        sentences.append(f"The voltage of each curve may have an offset of {offset * 1e3:.3g} mV.")
    sentences += [
        f"{name.replace('_', ' ')}: {priors.describe(i)} beforehand."
        for i, name in enumerate(priors.names)
    ]
    if scale > 1.0:
        sentences.append(
            f"The residuals are larger than assumed; every interval was widened by {scale:.3g}."
        )
    return tuple(sentences)
