"""Whether an estimate can be relied on: fit, range, intervals, and causes of a misfit."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.fit.prior_conflict import CHANCE, prior_conflict
from microbatt.inference.fit.residuals import (
    TOLERATED_CHARGE,
    UNLIKELY,
    is_misfit,
    reduced_chi_square,
    residual_trend,
    rms_residual,
)
from microbatt.inference.fit.shapes import SCAN_ALPHA, SCAN_LN_S

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.fit.initial_guess import InitialGuess
    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.fit.posterior import Drawn
    from microbatt.inference.fit.prior_conflict import Conflict
    from microbatt.inference.fit.residuals import Trend
    from microbatt.inference.forward.forward_model import ForwardModel
    from microbatt.inference.result.misfit_causes import MisfitCause

    Array = NDArray[np.float64]

_LARGER: Final = 1.2
"""Scatter beyond the noise assumed by more than this is told."""
_BEYOND_NOISE: Final = 3.0
"""Of a good fit it is told why residuals of more than so many times the noise are none."""
_SEEN: Final = 2e-5
"""A drift of less is the engine's own, and is not told [V]."""
_COARSE: Final = 0.01
"""Share of a charge from which on its doubt by the file is named as the cause of a misfit."""


class Verdict(enum.StrEnum):
    """Whether to rely on an estimate, the worst first."""

    MISFIT = "misfit"
    """The cell file cannot explain the data: nothing of the estimate should be used."""
    NOT_SETTLED = "not settled"
    """The intervals were not found to the accuracy that they claim."""
    CONFLICT = "conflict"
    """A value of the cell file is further off than was stated."""
    OUT_OF_RANGE = "out of range"
    """There may be a better fit elsewhere."""
    NO_OBJECTION = "no objection"
    """Nothing speaks against the estimate."""

    @property
    def sentence(self) -> str:
        """In a few words, whether to rely on the estimate."""
        return _VERDICTS[self]


_VERDICTS: Final = {
    Verdict.MISFIT: "Do not rely on this estimate as it stands.",
    Verdict.NOT_SETTLED: "Do not rely on the intervals of this estimate.",
    Verdict.CONFLICT: "Mind the cell file before you rely on this estimate.",
    Verdict.OUT_OF_RANGE: "Mind the range before you rely on this estimate.",
    Verdict.NO_OBJECTION: "Nothing speaks against this estimate.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostics:
    """Whether the estimate can be relied on.

    Attributes
    ----------
    misfit : bool
        Whether the cell file cannot explain the data.
    reduced_chi_square : float
        Mean squared residual over what was allowed; about 1 for a good fit.
    misfit_sentence : str
        What that means, in plain words.
    out_of_range : bool
        Whether the curves or the estimate lie where the network or the engine's box ends.
    range_sentence : str
        What that means, in plain words.
    at_bound : bool, default False
        Whether an interval of alpha or S ends where the search ends, and not by the data.
    settled : bool, default True
        Whether the intervals agree with the engine where the draws are.
    settled_sentence : str, default empty
        What was found, in plain words; empty where nothing had to be sampled.
    conflict_chance : float, default 1
        Probability that a file whose values are known as was stated disagrees as much with the
        curves [-].
    conflict_sentence : str, default empty
        Which value is further off, in plain words; empty where they agree.
    outlier_sentence : str, default empty
        Which points lie far from the fit, in plain words; empty where none does.
    causes : tuple of MisfitCause, default none
        What may be the matter, the likeliest first; empty without a misfit, and where no cause
        that was tried explains it.
    """

    misfit: bool
    reduced_chi_square: float
    misfit_sentence: str
    out_of_range: bool
    range_sentence: str
    at_bound: bool = False
    settled: bool = True
    settled_sentence: str = ""
    conflict_chance: float = 1.0
    conflict_sentence: str = ""
    outlier_sentence: str = ""
    causes: tuple[MisfitCause, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """Whether to rely on the estimate."""
        if self.misfit:
            return Verdict.MISFIT
        if not self.settled:
            return Verdict.NOT_SETTLED
        if self.in_conflict:
            return Verdict.CONFLICT
        return Verdict.OUT_OF_RANGE if self.out_of_range else Verdict.NO_OBJECTION

    @property
    def in_conflict(self) -> bool:
        """Whether curves and cell file disagree: a value is further off than was stated."""
        return self.conflict_chance < CHANCE

    @property
    def good(self) -> bool:
        """Whether nothing speaks against the estimate."""
        return self.verdict is Verdict.NO_OBJECTION

    @property
    def usable(self) -> bool:
        """Whether anything of the estimate should be used."""
        return self.verdict not in {Verdict.MISFIT, Verdict.NOT_SETTLED}


def judge(
    model: ForwardModel,
    minimum: Minimum,
    starts: tuple[InitialGuess, ...],
    drawn: Drawn,
    noise: float,
    bounds: str,
    causes: tuple[MisfitCause, ...] = (),
) -> Diagnostics:
    """Say whether the cell file explains the data, and whether the estimate can be relied on.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit to them.
    starts
        Where the fit began.
    drawn
        The posterior.
    noise
        Standard deviation of a single sample [V].
    bounds
        Which intervals end where the search does, in words; empty where none does.
    causes
        Of a misfit, the likeliest first.
    """
    trend = residual_trend(model, minimum)
    outside, range_sentence = _range(minimum, starts)
    conflict = prior_conflict(model, minimum)
    return Diagnostics(
        misfit=is_misfit(trend, noise),
        reduced_chi_square=reduced_chi_square(model, minimum),
        misfit_sentence=misfit_sentence(
            trend, noise, rms_residual(model, minimum), causes, first=_first(model)
        ),
        out_of_range=outside,
        range_sentence=f"{range_sentence} {bounds}".rstrip(),
        at_bound=bool(bounds),
        settled=drawn.settled,
        settled_sentence=drawn.settled_sentence,
        conflict_chance=conflict.chance,
        conflict_sentence=_conflict_sentence(conflict),
        causes=causes,
    )


def information(model: ForwardModel, minimum: Minimum) -> list[tuple[float, float]]:
    """Return the share of each curve in the estimates of alpha and of S, summing to 1.

    The variance of an estimate is a sum over the samples that it rests on; a curve's share is that
    of its samples.
    """
    covariance = minimum.covariance
    found = []
    for rows in model.rows:
        weight = covariance @ minimum.jacobian[rows].T
        found.append(np.sum(weight[:2] ** 2, axis=1))
    shares = np.array(found) / np.maximum(np.sum(found, axis=0), 1e-300)
    return [(float(a), float(s)) for a, s in shares]


def _range(minimum: Minimum, starts: tuple[InitialGuess, ...]) -> tuple[bool, str]:
    alpha, ln_s = minimum.x[:2]
    if not SCAN_ALPHA[0] <= alpha <= SCAN_ALPHA[1]:
        low, high = SCAN_ALPHA
        return True, _beyond(f"alpha {alpha:.3g}, outside {low:g} to {high:g}")
    if not SCAN_LN_S[0] <= ln_s <= SCAN_LN_S[1]:
        low, high = np.exp(SCAN_LN_S)
        return True, _beyond(f"S {np.exp(ln_s):.3g}, outside {low:.3g} to {high:.3g}")
    network = next((start for start in starts if start.origin == "network"), None)
    if network is not None and not network.in_range:
        return True, (
            "The curves lie where the shipped network was not trained; its estimate is an "
            "extrapolation. The refined estimate rests on the engine and does not need it."
        )
    return False, "The estimate lies inside the range that was looked at."


def _beyond(what: str) -> str:
    return f"The best fit has {what}, where starts are looked for; there may be a better elsewhere."


def _first(model: ForwardModel) -> str:
    """Say what of the files may be at fault before any cause that is tried; nothing of none."""
    told = ""
    behind = [one.source for one in model.curves if one.after_charge]
    if behind:
        told = (
            f"{behind[0]} follows a charge, which leaves a cell uneven, and is fitted as from an "
            "even one: `--protocol` fits the charge as well. "
        )
    worst = max(model.curves, key=lambda one: one.charge_error, default=None)
    if worst is None or worst.charge_error < _COARSE:
        return told
    return told + (
        f"The charge of {worst.source} is known to {worst.charge_error:.0%} only, since its file "
        "rounds the current or the capacity: export them in smaller units before anything else. "
    )


def misfit_sentence(
    trend: Trend,
    noise: float,
    rms: float,
    causes: tuple[MisfitCause, ...] = (),
    *,
    first: str = "",
) -> str:
    """Say whether the cell file explains the data, how well, and what to do.

    Parameters
    ----------
    trend, noise
        As for `is_misfit`.
    rms
        Of all residuals [V].
    causes
        Of a misfit, the likeliest first.
    first
        What is to be said of the files before all causes.
    """
    told = (
        f"the residuals, averages over samples, are {_mV(rms)} rms, and a sample was taken "
        f"to have {_mV(noise)} of noise"
    )
    drifts = trend.chance < UNLIKELY and trend.size > _SEEN
    if not (drifts or trend.is_gross or is_misfit(trend, noise)):
        larger = trend.scatter > _LARGER
        more = "; the noise is larger than that, and the intervals were widened" if larger else ""
        if not larger and rms > _BEYOND_NOISE * noise:
            more = (
                "; what goes beyond the noise is allowed where voltages are steep and charges, "
                "starts and open-circuit curves are a little off"
            )
        return f"The cell file explains the data: {told}, without a trend{more}."
    trends = f"{told}, and they drift by {_mV(trend.size)} (rms of the worst curve, at "
    trends += f"{trend.current:.4g} A m⁻²)"
    if trend.is_excessive:
        trends += f"; half of them are more than {trend.excess:.0f} times what is allowed"
    if not is_misfit(trend, noise):
        return (
            f"The cell file explains the data to within {_mV(max(trend.size, 5e-5))}: {trends}. "
            "That is little, but no noise: alpha and S may be off by more than their intervals say."
        )
    if abs(trend.late) > TOLERATED_CHARGE:
        when = "later" if trend.late > 0.0 else "earlier"
        trends += f"; at {trend.late_current:.4g} A m⁻² the voltage falls {_percent(trend.late)} "
        trends += f"of the charge {when} than it should"
    return (
        f"The cell file cannot explain the data: {trends}. {first}{causes_sentence(causes)} The "
        "intervals "
        "only hold for a cell file that fits; they were widened to cover residuals of this size by "
        "chance, which is not the same."
    )


def causes_sentence(causes: tuple[MisfitCause, ...]) -> str:
    """Say what may be the matter, the likeliest first."""
    if not causes:
        return (
            "No single cause that was tried explains half of it: contact resistance, temperature "
            "and heat balance, electrode area, state of charge at the start, balance of the "
            "electrodes, voltage offset, the other lithium balance, and each curve by itself. "
            "Check the chemistry and the cell file."
        )
    told = [
        f"{number}. {one.sentence} That takes away {100.0 * one.explained:.0f} % of the misfit."
        for number, one in enumerate(causes, 1)
    ]
    return f"Likely causes, the likeliest first: {' '.join(told)}"


def _conflict_sentence(conflict: Conflict) -> str:
    """Say which value the curves contradict; nothing where they contradict none."""
    if not conflict.chance < CHANCE:
        return ""
    return (
        f"Curves and cell file disagree: by the curves and all its other values, "
        f"{conflict.name.replace('_', ' ')} is {conflict.distance:+.1f} standard deviations from "
        f"the file, which has a chance of {_percent(conflict.chance)} in a file that is as good as "
        "was stated. It, or a value that it goes together with, is further off: alpha and S may be "
        "off by more than their intervals say."
    )


def _mV(volts: float) -> str:  # noqa: N802 - the unit's symbol
    size = volts * 1e3
    return f"{size:.0f} mV" if size >= 10.0 else f"{size:.2g} mV"


def _percent(share: float) -> str:
    return f"{100.0 * abs(share):.2g} %"
