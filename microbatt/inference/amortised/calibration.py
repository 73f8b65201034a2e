"""Whether a network means what it says: its intervals and ranks on cells that it never saw.

Simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): where cells are drawn from the
priors, the rank of the truth among draws from the answer is uniform.  The answers here are normal
in a coordinate, so the rank's limit for many draws is known, Φ of the deviation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.special import ndtr
from scipy.stats import norm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LEVEL: Final = 0.9
"""Probability of the intervals that are counted."""
COVERAGE: Final = 0.03
"""By how much the share of intervals that hold the truth may differ from `LEVEL` …"""
RANKS: Final = 0.05
"""… and the distribution of ranks from a uniform one, beside what chance does."""
_CHANCE: Final = 2.0
"""Standard deviations of a share that chance may add."""
_KOLMOGOROV: Final = 1.36
"""Of the largest difference of an empirical distribution, at 5 %, times the root of n."""
_WIDENING: Final = (0.5, 5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetCalibration:
    """How one target's answers fared.

    Attributes
    ----------
    name : str
        Of the target.
    coverage : float
        Share of 90 % intervals that hold the truth.
    rank_deviation : float
        Largest difference between the distribution of ranks and a uniform one [-].
    spread : float
        Median standard deviation of the answers over that of the truths, where their distribution
        is normal [-]: 1 says that the curves tell nothing.
    histogram : tuple of int
        How many ranks lie in each tenth.
    """

    name: str
    coverage: float
    rank_deviation: float
    spread: float
    histogram: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How a network's answers fared on cells that it never saw.

    Attributes
    ----------
    points : int
        How many cells.
    targets : tuple of TargetCalibration
        One for each target.
    """

    points: int
    targets: tuple[TargetCalibration, ...]

    @property
    def failures(self) -> tuple[str, ...]:
        """What is not as it should be, a sentence for each; empty for a calibrated network."""
        chance = _CHANCE * np.sqrt(LEVEL * (1.0 - LEVEL) / self.points)
        ranks = RANKS + _KOLMOGOROV / np.sqrt(self.points)
        told = []
        for one in self.targets:
            if not abs(one.coverage - LEVEL) <= COVERAGE + chance:
                told.append(
                    f"{100 * LEVEL:.0f} % intervals of {one.name} hold {100 * one.coverage:.1f} % "
                    f"of {self.points} truths; {100 * (LEVEL - COVERAGE - chance):.1f} to "
                    f"{100 * (LEVEL + COVERAGE + chance):.1f} % is allowed"
                )
            if not one.rank_deviation <= ranks:
                told.append(
                    f"ranks of {one.name} are not uniform: their distribution is off by "
                    f"{one.rank_deviation:.3f}; {ranks:.3f} is allowed"
                )
        return tuple(told)

    def to_dict(self) -> dict[str, Any]:
        """Describe it in JSON's terms.

        Returns
        -------
        dict
            Points, and by target what is known of it.
        """
        return {
            "points": self.points,
            "targets": {
                one.name: {
                    "coverage": round(one.coverage, 4),
                    "rank_deviation": round(one.rank_deviation, 4),
                    "spread": float(f"{one.spread:.4g}"),
                    "histogram": list(one.histogram),
                }
                for one in self.targets
            },
        }

    @classmethod
    def from_dict(cls, described: Mapping[str, Any]) -> Calibration:
        """Read what `to_dict` wrote.

        Parameters
        ----------
        described : mapping
            From `to_dict`.

        Returns
        -------
        Calibration
            The same.
        """
        return cls(
            points=int(described["points"]),
            targets=tuple(
                TargetCalibration(
                    name=name,
                    coverage=float(one["coverage"]),
                    rank_deviation=float(one["rank_deviation"]),
                    spread=float(one["spread"]),
                    histogram=tuple(one["histogram"]),
                )
                for name, one in described["targets"].items()
            ),
        )

    def summary(self) -> str:
        """Return a table for people: a line for each target.

        Returns
        -------
        str
            With headings.
        """
        lines = [
            f"calibration on {self.points} cells that the network never saw:",
            f"  {'':28s}{'90 % hold':>10s}{'ranks off by':>14s}{'left open':>11s}",
        ]
        lines += [
            f"  {one.name:28s}{100 * one.coverage:8.1f} %{one.rank_deviation:14.3f}"
            f"{one.spread:11.3f}"
            for one in self.targets
        ]
        return "\n".join(lines)


def widening(deviations: Array) -> Array:
    """Return by which factor each target's distribution should be wider, shape (k,).

    So that 90 % intervals hold the truth of as many points.

    Parameters
    ----------
    deviations
        Of truths from answers, in standard deviations, shape (n, k).
    """
    wanted = norm.ppf(0.5 + 0.5 * LEVEL)
    found = np.quantile(np.abs(deviations), LEVEL, axis=0) / wanted
    return np.asarray(np.clip(found, *_WIDENING))


def calibration(names: Sequence[str], deviations: Array, spreads: Array) -> Calibration:
    """Return how answers fared.

    Parameters
    ----------
    names
        Of the targets.
    deviations
        Of truths from answers, in standard deviations, shape (n, k).
    spreads
        Median standard deviation of the answers over that of the truths, shape (k,).
    """
    inside = np.abs(deviations) <= norm.ppf(0.5 + 0.5 * LEVEL)
    ranks = ndtr(deviations)
    count = len(deviations)
    steps = np.arange(1, count + 1) / count
    found = []
    for k, name in enumerate(names):
        ordered = np.sort(ranks[:, k])
        off = max(np.abs(steps - ordered).max(), np.abs(steps - 1.0 / count - ordered).max())
        found.append(
            TargetCalibration(
                name=name,
                coverage=float(inside[:, k].mean()),
                rank_deviation=float(off),
                spread=float(spreads[k]),
                histogram=tuple(int(n) for n in np.histogram(ordered, 10, (0.0, 1.0))[0]),
            )
        )
    return Calibration(points=count, targets=tuple(found))
