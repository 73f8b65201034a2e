"""A protocol in JSON's terms, as a cube keeps it, and read again from there.

A step that is repeated, with all its samples, is written once: cycles stay short.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from microbatt.checks import check_integer, shown, suggestion
from microbatt.errors import ParameterError
from microbatt.protocols.protocol import MOST_STEPS, Protocol
from microbatt.protocols.samples import Samples
from microbatt.protocols.step import STEP_KEYS, Step

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAMPLES = ("time", "value", "quantity", "unit")


def protocol_to_dict(protocol: Protocol) -> dict[str, Any]:
    """Describe a protocol in plain numbers and words.

    Parameters
    ----------
    protocol : Protocol
        Any.

    Returns
    -------
    dict
        ``steps``, each different one once, and ``order``, their numbers as they are run.

    See Also
    --------
    protocol_from_dict : Reads it.

    Examples
    --------
    >>> from microbatt.protocols import as_protocol
    >>> protocol_to_dict(as_protocol(["Rest for 10 s"] * 3))
    {'steps': [{'current': 0.0, 'duration': 10.0}], 'order': [0, 0, 0]}
    """
    numbers: dict[Step, int] = {}
    order = [numbers.setdefault(step, len(numbers)) for step in protocol.steps]
    return {"steps": [_described(step) for step in numbers], "order": order}


def protocol_from_dict(described: Mapping[str, Any]) -> Protocol:
    """Read what `protocol_to_dict` wrote.

    Parameters
    ----------
    described : dict
        From `protocol_to_dict`, or the attribute ``protocol`` of a cube.

    Returns
    -------
    Protocol
        Equal to the one that was described.

    Raises
    ------
    ParameterError
        If it describes none.

    Examples
    --------
    >>> from microbatt.protocols import as_protocol
    >>> protocol = as_protocol(["Discharge at 1C until 3 V", "Rest for 1 hour"])
    >>> protocol_from_dict(protocol_to_dict(protocol)) == protocol
    True
    """
    if not isinstance(described, dict) or set(described) != {"steps", "order"}:
        raise ParameterError(
            f"a protocol is described by {shown(described)}; it must be a table of `steps` and "
            "`order`, as `protocol_to_dict` writes it."
        )
    tables, order = described["steps"], described["order"]
    if not isinstance(tables, list) or not isinstance(order, list) or len(order) > MOST_STEPS:
        raise ParameterError(
            f"`steps` and `order` of a protocol must be lists, of at most {MOST_STEPS} steps."
        )
    steps = [_step(table) for table in tables]
    last = len(steps) - 1
    places = [check_integer("order", number, low=0, high=last) for number in order]
    return Protocol(steps=tuple(steps[place] for place in places))


def _described(step: Step) -> dict[str, Any]:
    given = {key: getattr(step, key) for key in STEP_KEYS}
    told = {key: value for key, value in given.items() if value is not None}
    if step.samples is not None:
        told["samples"] = {
            "time": step.samples.time.tolist(),
            "value": step.samples.value.tolist(),
            "quantity": step.samples.quantity,
            "unit": step.samples.unit,
        }
    return told


def _step(table: object) -> Step:
    if not isinstance(table, dict):
        raise ParameterError(f"a step of a protocol is {shown(table)}; it must be a table.")
    _check_keys(table, STEP_KEYS)
    given = dict(table)
    if "samples" in given:
        samples = given["samples"]
        if not isinstance(samples, dict) or not {"time", "value"} <= set(samples):
            raise ParameterError(
                f"`samples` are {shown(samples)}; they must be a table of `time` and `value`."
            )
        _check_keys(samples, _SAMPLES)
        given["samples"] = Samples(**samples)
    return Step(**given)


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for key in table:
        if key not in known:
            raise ParameterError(f"a step has {key!r}; {suggestion(key, known)}")
