"""What trades off against what: which numbers alpha and S cannot be told from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.inference.forward.unknowns import MICROSTRUCTURE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from microbatt.inference.result.records import EstimateRecord

    Array = NDArray[np.float64]

TOLD: Final = 0.2
"""Correlation from which a number is named."""
_MOST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOff:
    """How a number goes with alpha and S over the posterior.

    Attributes
    ----------
    name : str
        Of an unknown, or of a value of the cell file that is in doubt.
    alpha, S : float
        Rank correlation with each, between -1 and 1; NaN with one that was not asked for [-].  Near
        1 or -1 the curves cannot tell the two apart: a larger one is made up for by the other.
    """

    name: str
    alpha: float
    S: float

    @property
    def strength(self) -> float:
        """The larger of both, whatever the sign [-]."""
        return float(np.nanmax(np.abs([self.alpha, self.S, 0.0])))


def trade_offs(estimate: EstimateRecord) -> tuple[TradeOff, ...]:
    """Return what alpha and S trade off against, the strongest first.

    Parameters
    ----------
    estimate : Estimate
        What `microbatt.infer` returned.

    Returns
    -------
    tuple of TradeOff
        One for S, for each other unknown and for each doubted value of the cell file.
    """
    names = [*estimate.names, *estimate.doubted]
    draws = [estimate.draws]
    if estimate.doubted:
        draws.append(estimate.cell_value_draws)
    ranks = np.argsort(np.argsort(np.concatenate(draws, axis=1), axis=0), axis=0).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        together = np.atleast_2d(np.corrcoef(ranks, rowvar=False))

    def with_(name: str, i: int) -> float:
        return float(together[names.index(name), i]) if name in names else float("nan")

    found = [
        TradeOff(
            name=name,
            alpha=with_("alpha", i),
            S=with_("S", i) if name != "S" else float("nan"),
        )
        for i, name in enumerate(names)
        if name != "alpha"
    ]
    return tuple(sorted(found, key=lambda one: -one.strength))


def trade_off_sentence(estimate: EstimateRecord) -> str:
    """Say what alpha and S cannot be told from, and what to do about it.

    Parameters
    ----------
    estimate : Estimate
        What `microbatt.infer` returned.

    Returns
    -------
    str
        A sentence or two.
    """
    told = []
    for name in (one for one in MICROSTRUCTURE if one in estimate.names):
        known = [(one.name, getattr(one, name)) for one in trade_offs(estimate)]
        strong = sorted((one for one in known if abs(one[1]) >= TOLD), key=lambda one: -abs(one[1]))
        if strong:
            listed = ", ".join(
                f"{with_.replace('_', ' ')} ({r:+.2f})" for with_, r in strong[:_MOST]
            )
            told.append(f"{name} with {listed}")
    if not told:
        return (
            f"No single number trades off with alpha or S (no correlation beyond {TOLD:g}): what "
            "is uncertain of them comes from many values together."
        )
    return (
        f"What trades off (correlation): {'; '.join(told)}. Near +1 or -1 the curves cannot tell "
        "the two apart: measure that number another way, state a smaller error of it, or add "
        "currents that separate them (`microbatt design`)."
    )
