"""Protocols that laboratories run every day."""

from __future__ import annotations

from microbatt.checks import POSITIVE, check_integer, check_number, shown
from microbatt.errors import ParameterError
from microbatt.protocols.protocol import Protocol
from microbatt.protocols.step import Step


def _sized(name: str, current: float | str, remedy: str) -> float | str:
    """Return a current that is given by its size alone; `remedy` says what tells the direction."""
    if not isinstance(current, str):
        return check_number(name, current, POSITIVE, unit="A m⁻²", remedy=remedy)
    if current.strip().startswith(("-", "+", "−")):
        raise ParameterError(f"`{name}` is {shown(current)}; give it without a sign. {remedy}")
    return current.strip()


def _charging(current: float | str) -> float | str:
    """Return a current that charges, from its size."""
    return f"-{current}" if isinstance(current, str) else -current


def cccv(
    *,
    current: float | str = "1C",
    voltage: float | str = "upper cut-off",
    until_current: float | str = "C/20",
    rest: float = 3600.0,
    discharge: float | str | None = None,
    until_voltage: float | str = "lower cut-off",
    cycles: int = 1,
) -> Protocol:
    """Charge at constant current, then at constant voltage; rest; discharge if asked.

    Parameters
    ----------
    current : float or str
        Of the charge, without a sign: [A m⁻²], or text such as ``"1C"`` or ``"5 A"``.
    voltage : float or str
        To which the charge goes, and which is held [V]; without one, the cell's own upper cut-off.
        A simulation of a cell that has none, and is given no ``upper_voltage``, is refused.
    until_current : float or str
        At which the hold ends, without a sign.
    rest : float
        After the hold, and after the discharge [s].
    discharge : float or str, optional
        Current of a discharge after it, without a sign; none without.
    until_voltage : float or str
        At which the discharge ends [V]; without one, the cell's own lower cut-off.
    cycles : int
        How many times.

    Returns
    -------
    Protocol
        Three steps a cycle, five with a discharge.

    Raises
    ------
    ParameterError
        If a number is out of range, or a current has a sign.

    Examples
    --------
    >>> [str(step) for step in cccv(current="C/2")][1]
    'Hold at upper cut-off until C/20'
    """
    remedy = "`current` charges, and `discharge` discharges."
    charge = _charging(_sized("current", current, remedy))
    steps = [
        Step(current=charge, until_voltage=voltage),
        Step(voltage=voltage, until_current=until_current),
        Step(current=0.0, duration=rest),
    ]
    if discharge is not None:
        steps += [
            Step(current=_sized("discharge", discharge, remedy), until_voltage=until_voltage),
            Step(current=0.0, duration=rest),
        ]
    return Protocol(steps=tuple(steps) * check_integer("cycles", cycles, low=1))


def gitt(
    *,
    current: float | str = "C/10",
    pulse: float = 1800.0,
    rest: float = 7200.0,
    pulses: int = 20,
    charge: bool = False,
) -> Protocol:
    """Galvanostatic intermittent titration: short pulses of current with long rests between.

    It ends with the last pulse, or where the voltage leaves the range in which the cell is used.
    Weppner & Huggins, J. Electrochem. Soc. 124 (1977) 1569.

    Parameters
    ----------
    current : float or str
        Of a pulse, without a sign: [A m⁻²], or text such as ``"C/10"``.
    pulse, rest : float
        Length of a pulse, and of the rest after it [s].
    pulses : int
        How many.
    charge : bool
        Charge instead of discharge.

    Returns
    -------
    Protocol
        Two steps a pulse.

    Raises
    ------
    ParameterError
        If a number is out of range, or the current has a sign.

    See Also
    --------
    evaluate_pulse : What a textbook reads from a pulse.

    Examples
    --------
    >>> len(gitt(pulses=12))
    24
    """
    size = _sized("current", current, "`charge=True` makes the pulses charge.")
    along = _charging(size) if charge else size
    pair = (Step(current=along, duration=pulse), Step(current=0.0, duration=rest))
    return Protocol(steps=pair * check_integer("pulses", pulses, low=1))


def hppc(
    *,
    current: float | str = "1C",
    regenerative: float | str = "0.75C",
    pulse: float = 10.0,
    between: float = 40.0,
    step_current: float | str = "C/3",
    step_duration: float = 1080.0,
    rest: float = 3600.0,
    levels: int = 9,
) -> Protocol:
    """Hybrid pulse power characterisation: at each of some states of charge two short pulses.

    A discharge pulse, a rest, a charge pulse, a rest; then a slow discharge to the next state of
    charge and a long rest. The defaults are those of the USABC's manual (Battery Test Manual for
    Electric Vehicles, Idaho National Laboratory, INL/EXT-15-34184), 10 % of charge a level.

    Parameters
    ----------
    current, regenerative : float or str
        Of the discharge and of the charge pulse, without a sign.
    pulse, between : float
        Length of each pulse, and of the rest after it [s].
    step_current : float or str
        Of the discharge to the next level, without a sign.
    step_duration : float
        Its length [s].
    rest : float
        After it [s].
    levels : int
        How many.

    Returns
    -------
    Protocol
        Six steps a level.

    Raises
    ------
    ParameterError
        If a number is out of range, or a current has a sign.

    Examples
    --------
    >>> len(hppc(levels=2))
    12
    """
    remedy = "`regenerative` charges, and `current` and `step_current` discharge."
    down = _sized("current", current, remedy)
    up = _charging(_sized("regenerative", regenerative, remedy))
    level = (
        Step(current=down, duration=pulse),
        Step(current=0.0, duration=between),
        Step(current=up, duration=pulse),
        Step(current=0.0, duration=between),
        Step(current=_sized("step_current", step_current, remedy), duration=step_duration),
        Step(current=0.0, duration=rest),
    )
    return Protocol(steps=level * check_integer("levels", levels, low=1))
