"""What an inference assumes beside the cell file: errors, unknowns, balances, and how to solve."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Final

from microbatt.checks import Interval, check_choice, check_integer, check_number
from microbatt.engines import Inventory, Isothermal, Settings, Thermal, check_thermal
from microbatt.errors import ParameterError
from microbatt.inference.forward.cell_errors import CellError, check_cell_error
from microbatt.inference.forward.forward_model import SETTINGS
from microbatt.inference.forward.priors import Prior, check_asked, free_widths
from microbatt.inference.forward.unknowns import MICROSTRUCTURE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

NOISE: Final = Interval(1e-7, 0.1)
"""Standard deviation of a tester's white noise that can be meant [V]."""
OFFSET: Final = Interval(0.0, 0.1)
"""Standard deviation of a curve's own offset that can be meant [V]."""
CHARGE_ERROR: Final = Interval(0.0, 0.2)
"""Relative standard deviation of a curve's charge that can be meant [-]."""
VOLTAGE: Final = Interval(0.5, 10.0)
"""Voltage of a cell at rest that can be meant [V]."""
LEVEL: Final = Interval(0.1, 0.9999)
"""Probability of an interval that can be meant [-]."""
MODEL_ERROR: Final = 1e-3
"""Smooth error of a model whose cell file is not exact, where none is stated [V]."""
INFERRED: Final = "inferred"
"""Says that the size of the model's error is to be told from the residuals."""
_VOLTS: Final = "Give volts: 1e-3 is 1 mV."


@dataclass(frozen=True, slots=True, kw_only=True)
class InferenceOptions:
    """What `microbatt.infer` assumes, and how it solves.

    Attributes
    ----------
    noise : float or None, default None
        Standard deviation of the voltage's white noise [V]; None estimates it from the scatter of
        neighbouring samples.
    charge_error : float or None, default None
        Relative standard deviation of the charge of each curve, of the tester's clock and current
        [-], beside the rounding that its file shows; None takes 0.01 %.
    offset_error : float, default 0
        Standard deviation of an offset that the voltage of each curve has of its own, from unequal
        rests or a drifting instrument [V].  The unknown ``voltage_offset`` is one for all curves.
    unknown : iterable of str, default ("alpha", "S")
        What is asked for, with no prior but its range: names of `microbatt.parameters`.  Of alpha
        and S, one that is left out is held at the cell's value.
    free : iterable of str, or dict of str to float or Prior, default nothing
        What is unknown beside that: names of `microbatt.inference.forward.UNKNOWNS`; or name →
        standard deviation of what is expected of it, in its own unit; or name → `Prior`.
    cell_error : float, str, dict of str to float, or None, default None
        How well the other values of the cell file are known: a share of each, such as 0.02, and 0
        for a file that is exact; ``"usual"`` for what the cell states, and the width that is usual
        for its kind where it says nothing; name or kind of value → width, relative where
        `microbatt.parameters` fits the logarithm.  None takes
        what the cell states, and what is usual if it states nothing.
    model_error : float, "inferred" or None, default None
        Size of a smooth error of the model, of its open-circuit curves and its equations [V];
        ``"inferred"`` tells it from the residuals; None takes 1 mV, and none where the cell file is
        exact.
    curve_error : float or None, default None
        Size of a smooth error that each curve has of its own beside `model_error` [V]; None tells
        it from differences between the curves, 2 % of `model_error` at least.
    tails : float, default inf
        Degrees of freedom of Student's t for the errors of single points: 4 lets points that lie
        far off count less, infinity takes errors for normal.
    inventory : Inventory or str, default "conserving"
        The lithium balance of the particles; ``"area-only"`` for the published data set.
    runs : {"auto", "always", "never"}
        Whether a file is fitted as a run, from its first row to its last, rests and charges
        included: ``"auto"`` where it holds pulses or changing currents, or no discharge from a full
        cell at constant current.
    start_voltage : float or None, default None
        At rest before the runs [V]; None takes that of the rest with which they begin.
    measured_temperature : bool, default True
        Whether a temperature that was measured drives the curves and runs.
    thermal : Isothermal, Adiabatic or Lumped, default Isothermal()
        What happens to the heat.
    level : float, default 0.9
        Probability of the intervals.
    network : bool, default True
        Whether to ask a network for an initial guess: the shipped one, where it knows the cell.
    weights : str or Path, optional
        Folder of a network for this cell, which `microbatt.inference.train_own_network` wrote, to
        be asked in place of the shipped one.
    settings : Settings
        How finely the native engine solves.
    seed : int, default 0
        Of the draws from the posterior.

    Raises
    ------
    ParameterError
        If a value cannot be meant, such as a noise of one volt.

    Examples
    --------
    >>> InferenceOptions(noise=1e-3, free=["contact_resistance"]).free
    {'contact_resistance': 0.02}
    >>> InferenceOptions(cell_error=0.02).model_error_at(exact=False)
    0.001
    """

    noise: float | None = None
    charge_error: float | None = None
    offset_error: float = 0.0
    unknown: Iterable[str] = MICROSTRUCTURE
    free: Mapping[str, float | Prior] | Iterable[str] = ()
    cell_error: CellError = None
    model_error: float | str | None = None
    curve_error: float | None = None
    tails: float = math.inf
    inventory: Inventory | str = Inventory.CONSERVING
    runs: str = "auto"
    start_voltage: float | None = None
    measured_temperature: bool = True
    thermal: Thermal = field(default_factory=Isothermal)
    level: float = 0.9
    network: bool = True
    weights: str | Path | None = None
    settings: Settings = SETTINGS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.noise is not None:
            check_number("noise", self.noise, NOISE, unit="V", remedy=_VOLTS)
        if self.charge_error is not None:
            check_number("charge_error", self.charge_error, CHARGE_ERROR, remedy="Give a fraction.")
        check_number("offset_error", self.offset_error, OFFSET, unit="V", remedy=_VOLTS)
        if isinstance(self.model_error, str):
            check_choice("model_error", self.model_error, [INFERRED])
        elif self.model_error is not None:
            check_number("model_error", self.model_error, OFFSET, unit="V", remedy=_VOLTS)
        self._check_curve_error()
        if not self.tails >= 1.0:
            raise ParameterError(
                f"`tails` is {self.tails}; give the degrees of freedom of Student's t, at least 1: "
                "4 for heavy tails, infinity for normal errors."
            )
        object.__setattr__(self, "unknown", check_asked(self.unknown))
        object.__setattr__(self, "free", free_widths(self.free))
        object.__setattr__(self, "cell_error", check_cell_error(self.cell_error))
        check_choice("runs", self.runs, ["auto", "always", "never"])
        if self.start_voltage is not None:
            check_number("start_voltage", self.start_voltage, VOLTAGE, unit="V", remedy=_VOLTS)
        check_choice("inventory", str(self.inventory), [str(one) for one in Inventory])
        object.__setattr__(self, "inventory", Inventory(self.inventory))
        check_thermal(self.thermal)
        check_number("level", self.level, LEVEL, remedy="Give a probability: 0.9 is 90 %.")
        if not isinstance(self.settings, Settings):
            raise ParameterError(
                f"`settings` is {self.settings!r}; it must be Settings(…), from microbatt.engines."
            )
        check_integer("seed", self.seed, low=0)

    def _check_curve_error(self) -> None:
        """Refuse a size of each curve's own error that cannot be meant."""
        if self.curve_error is None:
            return
        check_number("curve_error", self.curve_error, OFFSET, unit="V", remedy=_VOLTS)
        if isinstance(self.model_error, str):
            raise ParameterError(
                f"`curve_error` is stated and `model_error` is {self.model_error!r}, which tells "
                "both from the residuals; state both or leave `curve_error` out."
            )

    def own_share_at(self, *, exact: bool) -> float | None:
        """Return which share of the model error each curve has of its own [-].

        Parameters
        ----------
        exact : bool
            Whether the cell file is taken as exact.

        Returns
        -------
        float or None
            None where it is to be told from the curves.

        Raises
        ------
        ParameterError
            If it is stated and there is no model error that it could be a part of.
        """
        if self.curve_error is None:
            return None
        size = self.model_error_at(exact=exact)
        if not size > 0.0:
            raise ParameterError(
                f"`curve_error` is {self.curve_error} V and there is no model error beside which "
                "it stands; state `model_error` too, such as 1e-3 for 1 mV."
            )
        return self.curve_error / size

    def model_error_at(self, *, exact: bool) -> float:
        """Return the size of the smooth model error [V].

        Parameters
        ----------
        exact : bool
            Whether the cell file is taken as exact.

        Returns
        -------
        float
            What was given, or what is usual; the guess to begin with where it is to be inferred.
        """
        if isinstance(self.model_error, str):
            return MODEL_ERROR
        if self.model_error is not None:
            return self.model_error
        return 0.0 if exact else MODEL_ERROR

    def check_stated(self, where: str) -> None:
        """Refuse what is told from residuals, where that is not done.

        Parameters
        ----------
        where : str
            What does not do it, in words.

        Raises
        ------
        ParameterError
            If the model's error is to be inferred, or single points have heavy tails.
        """
        if isinstance(self.model_error, str):
            raise ParameterError(
                f"`model_error` is {self.model_error!r}; {where} needs its size: state it, such as "
                "1e-3 for 1 mV, or infer it for one set of curves first."
            )
        if math.isfinite(self.tails):
            raise ParameterError(
                f"`tails` is {self.tails:g}; {where} takes errors for normal: leave `tails` out."
            )

    def changed(self, changes: Mapping[str, Any]) -> InferenceOptions:
        """Return options of which some are others.

        Parameters
        ----------
        changes : dict
            Name of an option → its value.

        Returns
        -------
        InferenceOptions
            Checked.

        Raises
        ------
        ParameterError
            If an option is not known, or a value cannot be meant.
        """
        names = [one.name for one in fields(self)]
        for name in changes:
            check_choice("option", name, names)
        return replace(self, **changes)
