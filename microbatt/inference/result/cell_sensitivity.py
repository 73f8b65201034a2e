"""What an estimate owes to the cell file: how far it moves if a value there is not quite true.

An interval is for a cell file that is exact, and none is.  Each value is changed a little and the
fit follows along its own derivatives, which costs one more curve for each value and current.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from microbatt.engines import Settings
from microbatt.errors import ParameterError
from microbatt.inference.forward.forward_model import voltages
from microbatt.inference.forward.unknowns import cell_with, value_in_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from microbatt.cells import Cell
    from microbatt.inference.fit.least_squares import Minimum
    from microbatt.inference.forward.forward_model import ForwardModel

    Array = NDArray[np.float64]

ERROR: Final = 0.01
"""Of a value, for which cell_sensitivity are told, relative."""
_STEP: Final = 1e-3
"""Relative change for which curves are simulated; up, or down at the end of a range."""
_OF_ELECTRODES: Final = (
    "thickness",
    "electrolyte_fraction",
    "particle_radius",
    "solid_diffusivity",
    "max_concentration",
    "initial_stoichiometry",
    "rate_constant",
    "film_resistance",
)
_VALUES: Final = (
    *(("positive", name) for name in _OF_ELECTRODES),
    *(("negative", name) for name in (*_OF_ELECTRODES, "alpha")),
    ("separator", "thickness"),
    ("separator", "electrolyte_fraction"),
    ("separator", "alpha"),
    ("electrolyte", "initial_concentration"),
    ("electrolyte", "conductivity"),
    ("electrolyte", "diffusivity"),
    ("electrolyte", "transference"),
)

_FACTORS: Final = {
    "electrolyte_conductivity": "electrolyte_conductivity_scale",
    "electrolyte_diffusivity": "electrolyte_diffusivity_scale",
}
"""Functions of the salt, by what multiplies them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CellSensitivity:
    """How an estimate moves with a value of the cell file.

    Attributes
    ----------
    part, quantity
        Of the cell: ``"positive"``, ``"thickness"``.
    alpha, S
        By how much the estimates rise if the value in the cell file is raised by 1 % and the same
        curves are inferred again [-].
    """

    part: str
    quantity: str
    alpha: float
    S: float

    @property
    def label(self) -> str:
        """Which value, in words."""
        return f"{self.part} {self.quantity.replace('_', ' ')}"


def cell_sensitivity(model: ForwardModel, minimum: Minimum) -> tuple[CellSensitivity, ...]:
    """Tell how alpha and S move with each value of the cell file.

    Parameters
    ----------
    model, minimum
        The measured curves and the best fit.

    Returns
    -------
    tuple of CellSensitivity
        Of the values that the cell has, the largest shift of alpha first; without those for which
        the engine has no curve beside the fitted one.
    """
    if model.priors.doubted:
        return _from_derivatives(model, minimum)
    coarse = model.solved(Settings())  # of differences, which settings hardly change
    x, S = minimum.x, float(model.priors.natural(minimum.x)[1])
    here = voltages(coarse, x[None])[0]
    pull = _pull(model, minimum)[:2, : here.size]
    found = []
    for part, quantity in _VALUES:
        for cell, change in _beside(model.cell, part, quantity):
            there = voltages(replace(coarse, request=replace(coarse.request, cell=cell)), x[None])[
                0
            ]
            alpha, ln_S = pull @ model.whiten(there - here) * (ERROR / change)
            if np.isfinite(alpha):
                found.append(
                    CellSensitivity(
                        part=part, quantity=quantity, alpha=float(alpha), S=S * float(ln_S)
                    )
                )
    return tuple(sorted(found, key=lambda one: -abs(one.alpha)))


def _from_derivatives(model: ForwardModel, minimum: Minimum) -> tuple[CellSensitivity, ...]:
    """Tell the same of the doubted values of the cell file, from their derivatives at the fit."""
    n, m = model.priors.asked, model.measured.size
    core = model.of_file(minimum.x)
    known = int(np.isfinite(core.priors.std).sum())
    asked = [*range(m), *range(m, m + known)]
    alone = replace(
        minimum,
        x=minimum.x[:n],
        residual=minimum.residual[asked],
        jacobian=minimum.jacobian[asked, :n],
    )
    pull = _pull(core, alone)[:2, :m]
    S = float(model.priors.natural(minimum.x)[1])
    found = []
    for i, name in enumerate(model.priors.doubted, n):
        part, _, quantity = name.partition("_")
        share = 1.0 if model.priors.by_logarithm(i) else minimum.x[i]
        alpha, ln_S = -ERROR * share * (pull @ minimum.jacobian[:m, i])
        found.append(
            CellSensitivity(part=part, quantity=quantity, alpha=float(alpha), S=S * float(ln_S))
        )
    return tuple(sorted(found, key=lambda one: -abs(one.alpha)))


def _pull(model: ForwardModel, minimum: Minimum) -> Array:
    """Return what residuals do to the estimates, shape (p, m); nothing to those held at a bound."""
    gradient = minimum.jacobian.T @ minimum.residual
    held = (minimum.x <= model.priors.low) & (gradient > 0.0)
    held |= (minimum.x >= model.priors.high) & (gradient < 0.0)
    pull = np.zeros(minimum.jacobian.shape[::-1])
    pull[~held] = np.linalg.pinv(minimum.jacobian[:, ~held])
    return pull


def together(found: Sequence[CellSensitivity]) -> tuple[float, float]:
    """Return the standard deviations of alpha and S if each value is off by 1 % independently.

    Parameters
    ----------
    found
        From `cell_sensitivity`.

    Examples
    --------
    >>> one = CellSensitivity(part="positive", quantity="thickness", alpha=0.03, S=-0.1)
    >>> two = CellSensitivity(part="separator", quantity="thickness", alpha=0.04, S=0.0)
    >>> together([one, two])
    (0.05, 0.1)
    """
    shifts = np.array([(one.alpha, one.S) for one in found]).reshape(-1, 2)
    alpha, S = np.linalg.norm(shifts, axis=0)
    return float(alpha), float(S)


def _beside(cell: Cell, part: str, quantity: str) -> Iterator[tuple[Cell, float]]:
    """Give a cell with a value a little off and by how much; nothing where it has no such value."""
    for change in (_STEP, -_STEP):
        try:
            moved = _moved(cell, part, quantity, 1.0 + change)
        except ParameterError:
            continue
        if moved is not None:
            yield moved, change
        return


def _moved(cell: Cell, part: str, quantity: str, factor: float) -> Cell | None:
    """Return a cell with one of its values multiplied; None where it has no such value."""
    if quantity == "transference":
        fit = cell.electrolyte.fit
        if fit.transference_function is not None:
            return None
        changed = replace(fit, transference=factor * fit.transference)
        return replace(cell, electrolyte=replace(cell.electrolyte, fit=changed))
    name = f"{part}_{quantity}"
    name = _FACTORS.get(name, name)
    value = value_in_cell(cell, name)
    return cell_with(cell, name, factor * value) if value else None
