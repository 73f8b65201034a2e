"""How long a discharge can last: what the electrodes can give and take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from microbatt.constants import FARADAY, SECONDS_PER_HOUR

if TYPE_CHECKING:
    from microbatt.cells import Electrode


def held_capacity(negative: Electrode, positive: Electrode) -> float:
    """Return what the limiting electrode can give or take with whole spheres [A h m⁻²].

    The smaller of F ε L c_max x at the negative and F ε L c_max (1 − y) at the positive.
    """
    return min(
        _full_capacity(negative) * negative.initial_stoichiometry,
        _full_capacity(positive) * (1.0 - positive.initial_stoichiometry),
    )


def _full_capacity(electrode: Electrode) -> float:
    held = electrode.active_fraction * electrode.thickness * electrode.max_concentration
    return FARADAY * held / SECONDS_PER_HOUR
