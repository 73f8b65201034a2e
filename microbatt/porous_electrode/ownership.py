"""Records of arrays that kernels hand on without counting who holds them.

A kernel counts the references to every array of a record at each call that takes one, with an
atomic instruction each: a workspace has more than thirty arrays, and a step a dozen such calls.
"""

from __future__ import annotations

from typing import Any

from numba import extending
from numba.core import cgutils, types
from numba.np import arrayobj

intrinsic: Any = extending.intrinsic


def unowned(record: Any) -> Any:
    """The same arrays in a record that holds none of them.

    Whoever calls this keeps the record itself until the last use of what comes back, if need be
    with `hold` behind it.
    """
    return record


def hold(record: Any) -> None:
    """Keep a record up to here."""


@extending.overload(unowned, strict=False)
def _unowned(record: Any) -> Any:
    return lambda record: _without_owner(record)


@extending.overload(hold, strict=False)
def _hold(record: Any) -> Any:
    return lambda record: _held(record)


@intrinsic
def _without_owner(typingctx: Any, record: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _stripped(context, builder, record, args[0])

    return record(record), build


@intrinsic
def _held(typingctx: Any, record: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return context.get_dummy_value()

    return types.none(record), build


def _stripped(context: Any, builder: Any, kind: Any, value: Any) -> Any:
    if isinstance(kind, types.Array):
        array = arrayobj.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        return array._getvalue()  # noqa: SLF001 - numba's way
    if not isinstance(kind, types.BaseTuple):
        return value
    parts = cgutils.unpack_tuple(builder, value)
    stripped = [
        _stripped(context, builder, each, part)
        for each, part in zip(kind.types, parts, strict=True)
    ]
    return context.make_tuple(builder, kind, stripped)
