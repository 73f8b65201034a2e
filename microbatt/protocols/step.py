"""One step of a protocol: what is controlled, and until when."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from microbatt.checks import FINITE, Interval, check_number
from microbatt.errors import ParameterError
from microbatt.protocols.amounts import CUTOFFS, cutoff_of, kind_of, per_area, size_of
from microbatt.times import one_in_seconds

if TYPE_CHECKING:
    from microbatt.cells import Cell
    from microbatt.protocols.samples import Samples

_CONTROLS: Final = ("current", "voltage", "power", "samples")
_VOLTAGES: Final = Interval(0.0, 10.0, low_open=True)
_DURATIONS: Final = Interval(0.0, 1e10, low_open=True)
"""Up to three centuries [s]."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Step:
    """One thing that a tester does until something is reached.

    Exactly one of `current`, `voltage`, `power` and `samples` is given; the first of its endings
    that is reached ends it.

    Attributes
    ----------
    current : float or str or None
        Held current, discharge positive: [A m⁻² of separator], or text such as ``"1C"``, ``"C/20"``
        or ``"-5 A"``. Zero is a rest.
    voltage : float or str or None
        Held voltage [V]; ``"upper cut-off"`` or ``"lower cut-off"`` is the cell's own.
    power : float or str or None
        Held power, discharge positive: [W m⁻²], or text such as ``"25 W"``.
    samples : Samples or None
        A current or a power that follows samples; it ends with the last of them.
    duration : float or None
        Longest time [s]; a duration of Python, NumPy or pandas is taken in seconds.
    until_voltage : float or str or None
        Of a step at constant current or power: voltage that is not passed, the lower end of a
        discharge or the upper end of a charge [V]; or that of the cell, as for `voltage`.
    until_current : float or str or None
        Of a step at constant voltage: where the current has fallen to, without its sign.
    until_capacity : float or str or None
        Charge moved in the step, without its sign: [A h m⁻²], or text such as ``"2 A h"``.
    """

    current: float | str | None = None
    voltage: float | str | None = None
    power: float | str | None = None
    samples: Samples | None = None
    duration: float | None = None
    until_voltage: float | str | None = None
    until_current: float | str | None = None
    until_capacity: float | str | None = None

    def __post_init__(self) -> None:
        given = [name for name in _CONTROLS if getattr(self, name) is not None]
        if len(given) != 1:
            raise ParameterError(
                f"a step has {' and '.join(given) or 'nothing'} to control; give one of "
                f"{', '.join(_CONTROLS)}."
            )
        for name in ("current", "power"):
            _check_amount(name, getattr(self, name))
        for name in ("until_current", "until_capacity"):
            value = getattr(self, name)
            _check_amount(name, value)
            if value is not None and not _sign(value) > 0.0:
                raise ParameterError(f"`{name}` is {value!r}; it must be above 0, without a sign.")
        for name in ("voltage", "until_voltage"):
            _check_voltage(name, getattr(self, name))
        if self.duration is not None:
            object.__setattr__(self, "duration", one_in_seconds("duration", self.duration))
            check_number("duration", self.duration, _DURATIONS, unit="s")
        self._check_endings()

    def _check_endings(self) -> None:
        ends = [self.duration, self.until_voltage, self.until_current, self.until_capacity]
        if self.samples is None and all(end is None for end in ends):
            raise ParameterError(
                f"the step '{self}' never ends; give it a duration, or say until when."
            )
        if self.is_rest and self.duration is None:
            raise ParameterError("a rest ends by time alone; give it a duration.")
        if self.until_voltage is not None and (self.voltage is not None or self.is_rest):
            raise ParameterError(
                f"the step '{self}' holds a voltage or rests, and is to end at one; leave "
                "`until_voltage` out."
            )
        if self.until_voltage is not None and self.samples is not None:
            raise ParameterError(
                "a sampled step ends with its samples, or at the voltage limits of the whole "
                "protocol; leave `until_voltage` out."
            )
        if isinstance(self.until_voltage, str):
            end = CUTOFFS[1] if self.is_discharge else CUTOFFS[0]
            if self.until_voltage != end:
                raise ParameterError(
                    f"the step '{self}' goes away from the {self.until_voltage}; it can end at the "
                    f"{end}."
                )
        if self.until_current is not None and self.voltage is None:
            raise ParameterError(
                f"the step '{self}' is to end at a current; only one that holds a voltage can."
            )

    @property
    def is_rest(self) -> bool:
        """Whether no current flows."""
        return self.current is not None and _sign(self.current) == 0.0

    @property
    def is_discharge(self) -> bool:
        """Whether a current or power is held that discharges the cell."""
        held = self.current if self.current is not None else self.power
        return held is not None and _sign(held) > 0.0

    def current_in(self, cell: Cell) -> float:
        """Return the held current of a cell.

        Parameters
        ----------
        cell : Cell
            Whose size and 1 C count.

        Returns
        -------
        float
            Discharge positive [A m⁻²].

        Raises
        ------
        ParameterError
            If it is given for a whole cell, and this one does not say how large it is.
        """
        held = self.current
        if held is None:
            raise ParameterError(f"the step '{self}' holds no current.")
        if not isinstance(held, str):
            return cell.current_density(held)
        size = cell.current_density(_unsigned(held))
        return -size if held.strip().startswith("-") else size

    def power_in(self, cell: Cell) -> float:
        """Return the held power of a cell.

        Parameters
        ----------
        cell : Cell
            Whose size counts.

        Returns
        -------
        float
            Discharge positive [W m⁻²].

        Raises
        ------
        ParameterError
            If it is given for a whole cell, and this one does not say how large it is.
        """
        if self.power is None:
            raise ParameterError(f"the step '{self}' holds no power.")
        if not isinstance(self.power, str):
            return per_area("power", self.power, cell, unit="W")
        size = per_area("power", _unsigned(self.power), cell, unit="W")
        return -size if self.power.strip().startswith("-") else size

    def capacity_in(self, cell: Cell) -> float:
        """Return the charge after which it ends.

        Parameters
        ----------
        cell : Cell
            Whose size counts.

        Returns
        -------
        float
            Without a sign [A h m⁻²].

        Raises
        ------
        ParameterError
            If it is given for a whole cell, and this one does not say how large it is.
        """
        if self.until_capacity is None:
            raise ParameterError(f"the step '{self}' does not end by its capacity.")
        return per_area("until_capacity", self.until_capacity, cell, unit="A h")

    def between(self, lowest: float, highest: float | None) -> Step:
        """Return the step with numbers for the voltages that it names.

        Parameters
        ----------
        lowest, highest : float or None
            The lower and the upper cut-off of a cell [V]; None where it has no upper one.

        Returns
        -------
        Step
            The same where it names none.

        Raises
        ------
        ParameterError
            If it names the upper cut-off, and there is none.

        Examples
        --------
        >>> Step(current="-1C", until_voltage="upper cut-off").between(2.5, 4.2)
        <Step: Charge at 1C until 4.2 V>
        """
        named = dict(zip(CUTOFFS, (highest, lowest), strict=True))
        given = {"voltage": self.voltage, "until_voltage": self.until_voltage}
        numbers = {name: named[v] for name, v in given.items() if isinstance(v, str)}
        if None in numbers.values():
            raise ParameterError(
                f"it goes to the {CUTOFFS[0]}, and the cell has none. Give the voltage instead, or "
                "`upper_voltage`."
            )
        return replace(self, **numbers) if numbers else self  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self._control()}{self._endings()}"

    def __repr__(self) -> str:
        return f"<Step: {self}>"

    def _control(self) -> str:
        if self.samples is not None:
            return f"Follow {len(self.samples)} samples of {self.samples.quantity}"
        if self.voltage is not None:
            return f"Hold at {_shown(self.voltage, 'V')}"
        if self.is_rest:
            return "Rest"
        held = self.current if self.current is not None else self.power
        unit = "A/m2" if self.current is not None else "W/m2"
        shown = _unsigned(held) if isinstance(held, str) else f"{abs(held or 0):g} {unit}"
        return f"{'Discharge' if self.is_discharge else 'Charge'} at {shown}"

    def _endings(self) -> str:
        text = "" if self.duration is None else f" for {self.duration:g} s"
        units = {"until_voltage": "V", "until_current": "A/m2", "until_capacity": "A h/m2"}
        for name, unit in units.items():
            value = getattr(self, name)
            if value is not None:
                text += f"{' or' if text else ''} until {_shown(value, unit)}"
        return text


STEP_KEYS: Final = tuple(field.name for field in fields(Step))


def _sign(value: float | str) -> float:
    """Return a number with the sign of an amount, zero for none."""
    if not isinstance(value, str):
        return float(value)
    size = size_of(_unsigned(value))
    return -size if value.strip().startswith("-") else size


def _unsigned(amount: str) -> str:
    """Return an amount without the sign before it."""
    text = amount.strip()
    return text[1:].lstrip() if text.startswith(("+", "-")) else text


def _shown(value: float | str, unit: str) -> str:
    return value if isinstance(value, str) else f"{value:g} {unit}"


def _check_voltage(name: str, value: float | str | None) -> None:
    if value is None or value in CUTOFFS:
        return
    if isinstance(value, str):
        nearest = cutoff_of(value) or CUTOFFS[0]
        raise ParameterError(
            f"`{name}` is {value!r}; it must be a number of volts, '{CUTOFFS[0]}' or "
            f"'{CUTOFFS[1]}'. Write, for instance, 4.2 or '{nearest}'."
        )
    check_number(name, value, _VOLTAGES, unit="V")


def _check_amount(name: str, value: float | str | None) -> None:
    if value is None:
        return
    wanted = name.removeprefix("until_")
    if not isinstance(value, str):
        check_number(name, value, FINITE)
        return
    size = _unsigned(value)
    if size.startswith(("+", "-")) or size_of(size) < 0.0:
        raise ParameterError(f"`{name}` is {value!r}; give one sign at most, before the {wanted}.")
    if kind_of(size) != wanted:
        how = {"current": "'1C', 'C/20' or '5 A'", "power": "'25 W'", "capacity": "'2 A h'"}
        raise ParameterError(f"`{name}` is {value!r}, which is no {wanted}; write {how[wanted]}.")
