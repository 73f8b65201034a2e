"""Energy and power of each curve, interleaved by current: E₁, P₁, E₂, P₂ and so on.

E = ∫V dQ / m over the mass of the cell sandwich, P = E / (time of discharge).  The published work
subtracted the ohmic loss of the contact resistance from a voltage that was net of it already, so
its E is lower by R I Q / m; `published` gives that form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from microbatt.checks import POSITIVE, check_number
from microbatt.cube.contents import check_masses
from microbatt.features.curves import checked_currents, current_place
from microbatt.features.tensors import checked_curve

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import ArrayLike, NDArray

    from microbatt.features.curves import StoredCurves

PUBLISHED_RESISTANCE: Final = 0.00974
"""Contact resistance that the published energies subtract a second time [Ω m²]."""
PUBLISHED_MASS: Final = 0.7549
"""Mass of the cell sandwich in the published energies [kg m⁻²]."""


def energy_vectors(curves: StoredCurves, *, published: bool = False) -> NDArray[np.float32]:
    """Return the energies and powers of stored curves.

    Parameters
    ----------
    curves : StoredCurves
        Curves of n points at c currents.
    published : bool, default False
        Whether the contact resistance is subtracted a second time, as the published work did.

    Returns
    -------
    numpy.ndarray
        E [W h kg⁻¹] and P [W kg⁻¹] interleaved by current, shape (n, 2 c); 0 without a curve.

    Raises
    ------
    ParameterError
        If none of the curves has an energy, as where the mass of the cell is unknown.
    """
    energy, power = curves.energy, curves.power
    if published:
        energy = published_energy(energy, curves.current, curves.discharge_capacity)
        with np.errstate(divide="ignore", invalid="ignore"):
            power = energy * curves.current / curves.discharge_capacity
    there = curves.whole & np.isfinite(energy) & np.isfinite(power)
    check_masses(np.where(there, energy, np.nan), curves.whole)
    return _interleaved(np.where(there, energy, 0.0), np.where(there, power, 0.0))


def energies_of_curves(
    curves: Mapping[float, tuple[ArrayLike, ArrayLike]],
    *,
    mass: float,
    currents: Sequence[float] | None = None,
    published: bool = False,
) -> NDArray[np.float32]:
    """Return the energies and powers of one measured cell.

    Parameters
    ----------
    curves : mapping of float to tuple of array_like
        Current [A m⁻²] → (delivered capacity [A h m⁻²], voltage [V]).
    mass : float
        Mass of the cell sandwich per area [kg m⁻²].
    currents : sequence of float, optional
        Which currents, and in which order; None takes those measured, increasing.
    published : bool, default False
        As in `energy_vectors`.

    Returns
    -------
    numpy.ndarray
        Shape (1, 2 c); 0 without a curve.

    Raises
    ------
    ParameterError
        If a curve or the mass is not allowed.

    Examples
    --------
    >>> energies_of_curves({10.0: ([0.0, 10.0, 20.0], [4.0, 3.5, 3.0])}, mass=0.7)
    array([[100.,  50.]], dtype=float32)
    """
    check_number("mass", mass, POSITIVE, unit="kg m⁻²")
    axis = checked_currents(sorted(curves) if currents is None else currents)
    energy, power = np.zeros((1, axis.size)), np.zeros((1, axis.size))
    for current, curve in curves.items():
        place = current_place(axis, current)
        if place is None:
            continue
        charge, potential = checked_curve(current, *curve)
        delivered = _integral(charge, potential) / mass
        if published:
            delivered = float(published_energy(delivered, current, charge[-1]))
        energy[0, place], power[0, place] = delivered, delivered * current / charge[-1]
    return _interleaved(energy, power)


def published_energy(
    energy: ArrayLike, current: ArrayLike, capacity: ArrayLike
) -> NDArray[np.float64]:
    """Return energies as the published work counted them: lower by R I Q / m [W h kg⁻¹].

    Parameters
    ----------
    energy : array_like
        [W h kg⁻¹].
    current, capacity : array_like
        [A m⁻²], [A h m⁻²].
    """
    lost = PUBLISHED_RESISTANCE * np.asarray(current) * np.asarray(capacity) / PUBLISHED_MASS
    return np.asarray(energy - lost)


def _integral(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    from microbatt.features.interpolation import integrate_rows

    out = np.empty(1)
    integrate_rows(x, y[np.newaxis], out)
    # The first sample may lie a little behind the start: its voltage is held back to there.
    return float(out[0] + x[0] * y[0])


def _interleaved(energy: NDArray[Any], power: NDArray[Any]) -> NDArray[np.float32]:
    pairs = np.stack([energy, power], axis=-1)
    return pairs.reshape(len(pairs), -1).astype(np.float32)
