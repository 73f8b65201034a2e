"""Steps as sentences, in the words that people know from PyBaMM's experiments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from microbatt.checks import suggestion
from microbatt.errors import ParameterError
from microbatt.protocols.amounts import (
    cutoff_of,
    in_volts,
    kind_of,
    seconds,
    size_of,
    with_spaces,
)
from microbatt.protocols.step import Step

if TYPE_CHECKING:
    from collections.abc import Sequence

_VERBS: Final = ("rest", "charge", "discharge", "hold")
_SENTENCE: Final = re.compile(r"\s*(\w+)\b\s*(.*?)\s*\.?\s*", re.DOTALL)
_CLAUSE: Final = re.compile(r"(?:^|\s+|,\s*)(?:or\s+)?\b(at|for|until|or)\s+", re.IGNORECASE)
_PERIOD: Final = re.compile(r"\(\s*[^()]*\bperiod\s*\)", re.IGNORECASE)
_HOW: Final = (
    "Write 'Discharge at C/2 until 2.7 V', 'Charge at 5 A for 10 s or until 4.2 V', "
    "'Hold at 4.2 V until C/20' or 'Rest for 1 hour'; 'upper cut-off' and 'lower cut-off' are "
    "voltages too, the cell's own."
)


def parse_step(text: str) -> Step:
    """Read one step from a sentence.

    A rest, charge, discharge or hold; ``at`` a C-rate, current, power or voltage; ``for`` a time;
    ``until`` a voltage, current or capacity; several endings joined by ``or``. ``upper cut-off``
    and ``lower cut-off`` are the voltages between which the cell is used. Upper and lower case
    are alike in words, not in units. A period in brackets, which PyBaMM takes for its output,
    is passed over: a simulation has the points at which it was solved.

    Parameters
    ----------
    text : str
        The sentence.

    Returns
    -------
    Step
        What it says.

    Raises
    ------
    ParameterError
        If it is no such sentence; the message says which part is not understood.

    Examples
    --------
    >>> parse_step("Discharge at C/2 until 2.7 V").until_voltage
    2.7
    >>> parse_step("Charge at 5 A for 10 seconds or until 4.2V")
    <Step: Charge at 5 A for 10 s or until 4.2 V>
    >>> parse_step("Hold at upper cutoff voltage until C/20")
    <Step: Hold at upper cut-off until C/20>
    """
    if not isinstance(text, str):
        raise ParameterError(f"a step is {text!r}; it must be a sentence. {_HOW}")
    sentence = _SENTENCE.fullmatch(_PERIOD.sub("", text))
    verb = sentence[1].lower() if sentence else ""
    if sentence is None or verb not in _VERBS:
        raise ParameterError(
            f"the step {text!r} is not understood. {suggestion(verb, _VERBS)} {_HOW}"
        )
    pieces = _CLAUSE.split(sentence[2])
    if pieces[0].strip():
        raise ParameterError(f"in the step {text!r}, {pieces[0]!r} is not understood. {_HOW}")
    clauses = list(zip((word.lower() for word in pieces[1::2]), pieces[2::2], strict=True))
    controls = [amount for word, amount in clauses if word == "at"]
    endings = [amount for word, amount in clauses if word != "at"]
    try:
        return Step(**_control(verb, controls), **_endings(endings))
    except ParameterError as error:
        raise ParameterError(f"in the step {text!r}: {error}") from error


def _control(verb: str, controls: Sequence[str]) -> dict[str, Any]:
    if verb == "rest":
        if controls:
            raise ParameterError(f"a rest is at nothing; leave 'at {controls[0]}' out. {_HOW}")
        return {"current": 0.0}
    if len(controls) != 1:
        raise ParameterError(f"it must say once at what; it says so {len(controls)} times. {_HOW}")
    amount = with_spaces(controls[0])
    if verb == "hold":
        return {"voltage": _held(amount)}
    kind = kind_of(amount)
    if kind not in ("current", "power"):
        raise ParameterError(f"{amount!r} is neither a C-rate, a current nor a power. {_HOW}")
    if not size_of(amount) > 0.0:
        raise ParameterError(
            f"{amount!r} must be above 0; 'Charge' and 'Discharge' say the direction, and a rest "
            "is 'Rest for 1 hour'."
        )
    return {kind: amount if verb == "discharge" else f"-{amount}"}


def _held(amount: str) -> float | str:
    cutoff = cutoff_of(amount)
    if cutoff is not None:
        return cutoff
    if kind_of(amount) != "voltage":
        raise ParameterError(f"{amount!r} is no voltage to hold. {_HOW}")
    return in_volts(amount)


def _endings(endings: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for amount in endings:
        time = seconds(amount)
        kind = kind_of(amount)
        if time is not None:
            name, value = "duration", time
        elif (cutoff := cutoff_of(amount)) is not None:
            name, value = "until_voltage", cutoff  # type: ignore[assignment]
        elif kind == "voltage":
            name, value = "until_voltage", in_volts(amount)
        elif kind in ("current", "capacity"):
            name, value = f"until_{kind}", with_spaces(amount)  # type: ignore[assignment]
        else:
            raise ParameterError(
                f"{amount!r} is neither a time, a voltage, a current nor a capacity. {_HOW}"
            )
        if name in found:
            raise ParameterError(f"it ends twice in one way; {amount!r} is too much.")
        found[name] = value
    return found
