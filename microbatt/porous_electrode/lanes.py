"""Numbers of several curves at once: a vector of floats that kernels take for a float.

A curve of a bundle is a *lane*.  `LaneFloats` is a machine vector with one number for each lane; it
has the operators of a float, so that a function of nodes that is written on floats is compiled for
either, and gives each lane the bits that it gives a float alone: no operation mixes lanes, and
none is contracted or put in another order.  A comparison gives a `LaneMask`, which `where` chooses
by; there is no branch on it but through `anywhere`.
"""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import extending
from numba.core import types
from numba.core.imputils import lower_builtin, lower_cast
from numba.core.typeconv import Conversion
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import models, overload, register_jitable, register_model
from numba.np import arrayobj

WIDTH = 8
"""Curves in a bundle."""
_BYTES = 8 * WIDTH

intrinsic: Any = extending.intrinsic

Number = Any
"""A float, or lanes of them."""
Truth = Any
"""A truth value, or a mask of lanes."""
Lanes = Any
"""Floats of lanes, or an array of them."""

Integers = Any
"""An array of integers or truth values."""

_OPTIONS = {"error_model": "numpy", "nogil": True, "forceinline": True, "no_cfunc_wrapper": True}

_DOUBLE, _LONG, _BIT = ir.DoubleType(), ir.IntType(64), ir.IntType(1)
_FLOATS = ir.VectorType(_DOUBLE, WIDTH)
_LONGS = ir.VectorType(_LONG, WIDTH)
_BITS = ir.VectorType(_BIT, WIDTH)
_QUADRUPLE = ir.VectorType(_DOUBLE, 4)
_INDEX = ir.IntType(32)


class LaneMask(types.Type):
    """A truth value for each lane."""

    def __init__(self) -> None:
        super().__init__(name="LaneMask")

    def can_convert_from(self, typingctx: Any, other: Any) -> Any:
        """Whether a value of another type is taken."""
        return Conversion.safe if isinstance(other, types.Boolean) else None

    def unify(self, typingctx: Any, other: Any) -> Any:
        """Return the type of a variable that holds one or the other."""
        return self if isinstance(other, types.Boolean) else None


class LaneIntegers(types.Type):
    """An integer for each lane: where each reads a table."""

    def __init__(self) -> None:
        super().__init__(name="LaneIntegers")

    def can_convert_from(self, typingctx: Any, other: Any) -> Any:
        """Whether a value of another type is taken."""
        return Conversion.safe if isinstance(other, types.Integer) else None


class LaneFloats(types.Type):
    """A float for each lane."""

    def __init__(self) -> None:
        super().__init__(name="LaneFloats")

    def can_convert_from(self, typingctx: Any, other: Any) -> Any:
        """Whether a value of another type is taken."""
        taken = isinstance(other, types.Float | types.Integer | LaneIntegers)
        return Conversion.safe if taken else None

    def unify(self, typingctx: Any, other: Any) -> Any:
        """Return the type of a variable that holds one or the other."""
        return self if isinstance(other, types.Float | types.Integer) else None


LANE_MASK, LANE_INTEGERS, LANE_FLOATS = LaneMask(), LaneIntegers(), LaneFloats()


def _vector_model(vector: ir.VectorType) -> type:
    class Model(models.PrimitiveModel):
        def __init__(self, dmm: Any, fe_type: Any) -> None:
            super().__init__(dmm, fe_type, vector)

    return Model


register_model(LaneMask)(_vector_model(_BITS))
register_model(LaneIntegers)(_vector_model(_LONGS))
register_model(LaneFloats)(_vector_model(_FLOATS))


# --------------------------------------------------------------------------------------------------
# Operators


def _spread(builder: ir.IRBuilder, value: ir.Value, vector: ir.VectorType) -> ir.Value:
    """The same number in every lane."""
    one = builder.insert_element(ir.Constant(vector, ir.Undefined), value, _INDEX(0))
    zeros = ir.Constant(ir.VectorType(_INDEX, WIDTH), None)
    return builder.shuffle_vector(one, ir.Constant(vector, ir.Undefined), zeros)


@lower_cast(types.Float, LaneFloats)
def _cast_float(context: Any, builder: Any, fromty: Any, toty: Any, value: Any) -> Any:
    value = context.cast(builder, value, fromty, types.float64)
    return _spread(builder, value, _FLOATS)


@lower_cast(types.Integer, LaneFloats)
def _cast_integer(context: Any, builder: Any, fromty: Any, toty: Any, value: Any) -> Any:
    value = context.cast(builder, value, fromty, types.float64)
    return _spread(builder, value, _FLOATS)


@lower_cast(LaneIntegers, LaneFloats)
def _cast_integers(context: Any, builder: Any, fromty: Any, toty: Any, value: Any) -> Any:
    return builder.sitofp(value, _FLOATS)


@lower_cast(types.Integer, LaneIntegers)
def _cast_place(context: Any, builder: Any, fromty: Any, toty: Any, value: Any) -> Any:
    return _spread(builder, context.cast(builder, value, fromty, types.int64), _LONGS)


@lower_cast(types.Boolean, LaneMask)
def _cast_boolean(context: Any, builder: Any, fromty: Any, toty: Any, value: Any) -> Any:
    return _spread(builder, value, _BITS)


def _is_number(kind: Any) -> bool:
    return isinstance(kind, LaneFloats | LaneIntegers | types.Float | types.Integer)


def _is_truth(kind: Any) -> bool:
    return isinstance(kind, LaneMask | types.Boolean)


def _some(kinds: Any, lanes: type) -> bool:
    return any(isinstance(kind, lanes) for kind in kinds)


def _register(functions: tuple[Any, ...], count: int, given: Any, result: Any, build: Any) -> None:
    """Give lanes a function of `count` arguments of the type `given`."""
    known = _is_truth if isinstance(given, LaneMask) else _is_number

    class Template(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            if kws or len(args) != count or not _some(args, type(given)):
                return None
            if not all(known(kind) for kind in args):
                return None
            return signature(result, *[given] * count)

    def lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return build(builder, *args)

    for function in functions:
        infer_global(function)(type(f"Lanes_{function.__name__}", (Template,), {"key": function}))
        lower_builtin(function, *[given] * count)(lower)


def _unary(name: str) -> Any:
    def build(builder: ir.IRBuilder, x: ir.Value) -> ir.Value:
        return _call_vector(builder, name, x)

    return build


def _call_vector(builder: ir.IRBuilder, name: str, *args: ir.Value) -> ir.Value:
    """Call LLVM's function `name` for vectors of floats."""
    kind = ir.FunctionType(_FLOATS, [_FLOATS] * len(args))
    name = f"llvm.{name}.v{WIDTH}f64"
    known = builder.module.globals.get(name)
    return builder.call(known or ir.Function(builder.module, kind, name), args)


def _comparison(sign: str) -> Any:
    def build(builder: ir.IRBuilder, a: ir.Value, b: ir.Value) -> ir.Value:
        ordered = builder.fcmp_unordered if sign == "!=" else builder.fcmp_ordered
        return ordered(sign, a, b)

    return build


def _larger(builder: ir.IRBuilder, a: ir.Value, b: ir.Value) -> ir.Value:
    return builder.select(builder.fcmp_ordered(">", b, a), b, a)


def _smaller(builder: ir.IRBuilder, a: ir.Value, b: ir.Value) -> ir.Value:
    return builder.select(builder.fcmp_ordered("<", b, a), b, a)


_TWO: tuple[tuple[tuple[Any, ...], Any], ...] = (
    ((operator.add, operator.iadd), lambda builder, a, b: builder.fadd(a, b)),
    ((operator.sub, operator.isub), lambda builder, a, b: builder.fsub(a, b)),
    ((operator.mul, operator.imul), lambda builder, a, b: builder.fmul(a, b)),
    ((operator.truediv, operator.itruediv), lambda builder, a, b: builder.fdiv(a, b)),
    ((max,), _larger),
    ((min,), _smaller),
    ((math.copysign,), lambda builder, a, b: _call_vector(builder, "copysign", a, b)),
)
for _functions, _build in _TWO:
    _register(_functions, 2, LANE_FLOATS, LANE_FLOATS, _build)
_ONE: tuple[tuple[tuple[Any, ...], Any], ...] = (
    ((operator.neg,), lambda builder, a: builder.fneg(a)),
    ((abs,), _unary("fabs")),
    ((math.sqrt,), _unary("sqrt")),
)
for _functions, _build in _ONE:
    _register(_functions, 1, LANE_FLOATS, LANE_FLOATS, _build)
for _function, _sign in (
    (operator.lt, "<"),
    (operator.le, "<="),
    (operator.gt, ">"),
    (operator.ge, ">="),
    (operator.eq, "=="),
    (operator.ne, "!="),
):
    _register((_function,), 2, LANE_FLOATS, LANE_MASK, _comparison(_sign))
for _functions, _build in (
    ((operator.and_, operator.iand), lambda builder, a, b: builder.and_(a, b)),
    ((operator.or_, operator.ior), lambda builder, a, b: builder.or_(a, b)),
):
    _register(_functions, 2, LANE_MASK, LANE_MASK, _build)


# --------------------------------------------------------------------------------------------------
# Choosing


@intrinsic
def _select(typingctx: Any, mask: Any, a: Any, b: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.select(*args)

    if not isinstance(mask, LaneMask):
        return None
    given: types.Type = LANE_FLOATS
    if _is_truth(a) and _is_truth(b):
        given = LANE_MASK
    elif all(isinstance(kind, LaneIntegers | types.Integer) for kind in (a, b)):
        given = LANE_INTEGERS
    return signature(given, LANE_MASK, given, given), build


@intrinsic
def _bits(typingctx: Any, mask: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.zext(builder.bitcast(args[0], ir.IntType(WIDTH)), _LONG)

    return signature(types.int64, LANE_MASK), build


@intrinsic
def _not(typingctx: Any, mask: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.xor(args[0], ir.Constant(_BITS, [_BIT(1)] * WIDTH))

    return signature(LANE_MASK, LANE_MASK), build


@intrinsic
def mask_of(typingctx: Any, bits: Any) -> Any:
    """The mask of an integer: bit k is lane k."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.bitcast(builder.trunc(args[0], ir.IntType(WIDTH)), _BITS)

    return signature(LANE_MASK, types.int64), build


def where(mask: Any, a: Any, b: Any) -> Any:
    """`a` where the mask says so, `b` elsewhere."""
    return a if mask else b


@overload(where, jit_options=_OPTIONS, strict=False)
def _where(mask: Any, a: Any, b: Any) -> Any:
    if isinstance(mask, LaneMask):
        return lambda mask, a, b: _select(mask, a, b)
    return lambda mask, a, b: a if mask else b


def number_as(value: float, example: Any) -> Any:
    """A number in every lane, where the example has lanes."""
    return value


@overload(number_as, jit_options=_OPTIONS, strict=False)
def _number_as(value: Any, example: Any) -> Any:
    if isinstance(example, LaneFloats):
        return lambda value, example: _select(example == example, value, value)  # noqa: PLR0124
    return lambda value, example: value


def truth_as(value: bool, example: Any) -> Any:
    """A truth value in every lane, where the example has lanes."""
    return value


@overload(truth_as, jit_options=_OPTIONS, strict=False)
def _truth_as(value: Any, example: Any) -> Any:
    if isinstance(example, LaneFloats):
        return lambda value, example: _select(example == example, value, value)  # noqa: PLR0124
    return lambda value, example: value


def bits(mask: Any) -> int:
    """An integer whose bit k is lane k; 1 or 0 of a truth value."""
    return 1 if mask else 0


@overload(bits, jit_options=_OPTIONS, strict=False)
def _overload_bits(mask: Any) -> Any:
    if isinstance(mask, LaneMask):
        return lambda mask: _bits(mask)
    return lambda mask: 1 if mask else 0


def anywhere(mask: Any) -> bool:
    """Whether the mask is true of any lane."""
    return bool(mask)


@overload(anywhere, jit_options=_OPTIONS, strict=False)
def _anywhere(mask: Any) -> Any:
    if isinstance(mask, LaneMask):
        return lambda mask: _bits(mask) != 0
    return lambda mask: mask


def is_not(mask: Any) -> Any:
    """The opposite of a mask."""
    return not mask


@overload(is_not, jit_options=_OPTIONS, strict=False)
def _is_not(mask: Any) -> Any:
    if isinstance(mask, LaneMask):
        return lambda mask: _not(mask)
    return lambda mask: not mask


# --------------------------------------------------------------------------------------------------
# One lane of many


@intrinsic
def lane_of(typingctx: Any, vector: Any, lane: Any) -> Any:
    """The number of one lane."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.extract_element(args[0], args[1])

    return signature(types.float64, LANE_FLOATS, types.int64), build


@intrinsic
def with_lane(typingctx: Any, vector: Any, lane: Any, value: Any) -> Any:
    """The vector with another number in one lane."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.insert_element(args[0], args[2], args[1])

    return signature(LANE_FLOATS, LANE_FLOATS, types.int64, types.float64), build


@register_jitable(**_OPTIONS)
def _exponential(x: Any) -> Any:
    for lane in range(WIDTH):
        x = with_lane(x, lane, math.exp(lane_of(x, lane)))
    return x


@overload(math.exp, jit_options=_OPTIONS, strict=False)
def _exp(x: Any) -> Any:
    return (lambda x: _exponential(x)) if isinstance(x, LaneFloats) else None


# --------------------------------------------------------------------------------------------------
# Arrays


@intrinsic
def _address(typingctx: Any, array: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        held = arrayobj.make_array(sig.args[0])(context, builder, args[0])
        return builder.ptrtoint(held.data, _LONG)

    return signature(types.int64, array), build


@register_jitable(**_OPTIONS)
def aligned(count: int) -> Any:
    """`count` zeros, of which the first begins a line of the cache."""
    raw = np.zeros(count + WIDTH)
    skipped = ((_BYTES - _address(raw) % _BYTES) % _BYTES) // 8
    return raw[skipped : skipped + count]


def _viewed(context: Any, builder: Any, sig: Any, args: Any, keep: int) -> Any:
    given, wanted = sig.args[0], sig.return_type
    held = arrayobj.make_array(given)(context, builder, args[0])
    view = arrayobj.make_array(wanted)(context, builder)
    shape = [builder.extract_value(held.shape, k) for k in range(min(keep, given.ndim))]
    lanes = context.get_constant(types.intp, WIDTH)
    if wanted.ndim > given.ndim:
        shape.append(lanes)
    size = 8 if wanted.dtype is types.float64 else _BYTES
    strides: list[Any] = []
    stride = context.get_constant(types.intp, size)
    for length in reversed(shape):
        strides.insert(0, stride)
        stride = builder.mul(stride, length)
    arrayobj.populate_array(
        view,
        data=builder.bitcast(held.data, view.data.type),
        shape=shape,
        strides=strides,
        itemsize=context.get_constant(types.intp, size),
        meminfo=held.meminfo,
        parent=held.parent,
    )
    return arrayobj.impl_ret_borrowed(context, builder, wanted, view._getvalue())  # noqa: SLF001 - numba's way


@intrinsic
def as_lanes(typingctx: Any, array: Any) -> Any:
    """An array of floats whose last axis is that of the lanes, as an array of `LaneFloats`."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _viewed(context, builder, sig, args, array.ndim - 1)

    return signature(types.Array(LANE_FLOATS, array.ndim - 1, "C"), array), build


@intrinsic
def as_floats(typingctx: Any, array: Any) -> Any:
    """An array of `LaneFloats` as one of floats, whose last axis is that of the lanes."""

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _viewed(context, builder, sig, args, array.ndim)

    return signature(types.Array(types.float64, array.ndim + 1, "C"), array), build


# --------------------------------------------------------------------------------------------------
# Tables


def whole_part(position: Any, most: int) -> Any:
    """The integer below a position, which lies within 0 … `most`."""
    return int(min(max(0.0, position), float(most)))


@intrinsic
def _truncated(typingctx: Any, vector: Any) -> Any:
    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return builder.fptosi(args[0], _LONGS)

    return signature(LANE_INTEGERS, LANE_FLOATS), build


@overload(whole_part, jit_options=_OPTIONS, strict=False)
def _whole_part(position: Any, most: Any) -> Any:
    if isinstance(position, LaneFloats):
        return lambda position, most: _truncated(min(max(0.0, position), float(most)))
    return lambda position, most: int(min(max(0.0, position), float(most)))


def four_from(table: Any, place: Any, width: int, offset: Any) -> Any:
    """Four numbers of a table, from its number `place` · `width` + `offset` on; of each lane's own.

    Nothing is asked of the place: `whole_part` has held it within the table.
    """
    start = place * width + offset
    return tuple(table.reshape(-1)[start : start + 4])


@overload(four_from, jit_options=_OPTIONS, strict=False)
def _four_from(table: Any, place: Any, width: Any, offset: Any) -> Any:
    return lambda table, place, width, offset: _loaded_four(table, place, width, offset)


@intrinsic
def _loaded_four(typingctx: Any, table: Any, place: Any, width: Any, offset: Any) -> Any:
    lanes = isinstance(place, LaneIntegers)
    number, index = (LANE_FLOATS, LANE_INTEGERS) if lanes else (types.float64, types.int64)
    result = types.UniTuple(number, 4)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        data = arrayobj.make_array(sig.args[0])(context, builder, args[0]).data
        start = builder.add(builder.mul(args[1], args[2]), args[3])
        if lanes:
            rows = []
            for lane in range(WIDTH):
                pointer = builder.gep(data, [builder.extract_element(start, _INDEX(lane))])
                pointer = builder.bitcast(pointer, _QUADRUPLE.as_pointer())
                rows.append(builder.load(pointer, align=8))
            columns = [_transposed(builder, rows, column) for column in range(4)]
        else:
            pointer = builder.gep(data, [start])
            columns = [builder.load(builder.gep(pointer, [_LONG(k)])) for k in range(4)]
        return context.make_tuple(builder, result, columns)

    return signature(result, table, index, index, index), build


def _transposed(builder: ir.IRBuilder, rows: list[ir.Value], column: int) -> ir.Value:
    """One column of the lanes' rows of four, by shuffles of pairs."""

    def picked(a: ir.Value, b: ir.Value, places: list[int]) -> ir.Value:
        kind = ir.VectorType(_INDEX, len(places))
        return builder.shuffle_vector(a, b, ir.Constant(kind, [_INDEX(k) for k in places]))

    parts = [picked(rows[k], rows[k + 1], [column, column + 4]) for k in range(0, WIDTH, 2)]
    while len(parts) > 1:
        both = list(range(2 * parts[0].type.count))
        parts = [picked(parts[k], parts[k + 1], both) for k in range(0, len(parts), 2)]
    return parts[0]


# --------------------------------------------------------------------------------------------------
# The logarithm


def mantissa_and_exponent(x: Any) -> Any:
    """X = m 2^e with m in [√½, √2), of normal positive numbers."""
    m, e = math.frexp(x)
    return (2.0 * m, e - 1.0) if m < math.sqrt(0.5) else (m, float(e))


@overload(mantissa_and_exponent, jit_options=_OPTIONS, strict=False)
def _mantissa_and_exponent(x: Any) -> Any:
    return lambda x: _split(x)


@intrinsic
def _split(typingctx: Any, x: Any) -> Any:
    lanes = isinstance(x, LaneFloats)
    number = LANE_FLOATS if lanes else types.float64
    result = types.UniTuple(number, 2)

    def build(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        integers, floats = (_LONGS, _FLOATS) if lanes else (_LONG, _DOUBLE)

        def constant(value: int) -> ir.Constant:
            return ir.Constant(integers, [_LONG(value)] * WIDTH if lanes else value)

        held = builder.bitcast(args[0], integers)
        exponent = builder.ashr(builder.sub(held, constant(_ROOT_OF_HALF)), constant(52))
        mantissa = builder.sub(held, builder.shl(exponent, constant(52)))
        parts = [builder.bitcast(mantissa, floats), builder.sitofp(exponent, floats)]
        return context.make_tuple(builder, result, parts)

    return signature(result, number), build


_ROOT_OF_HALF = int(np.float64(math.sqrt(0.5)).view(np.int64))
_LN_2 = math.log(2.0)


@register_jitable(**_OPTIONS)
def logarithm(x: Any) -> Any:
    """Ln x of a positive number, by ln m = 2 artanh s with s = (m − 1)/(m + 1), |s| < 0.172.

    The series of artanh to s²¹, which leaves 10⁻¹⁷; written on its own because a vector has no
    logarithm, and used for one curve too, so that it has the same bits.
    """
    m, e = mantissa_and_exponent(x)
    s = (m - 1.0) / (m + 1.0)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    low = (1.0 / 3.0 + z * (1.0 / 5.0)) + z2 * (1.0 / 7.0 + z * (1.0 / 9.0))
    middle = (1.0 / 11.0 + z * (1.0 / 13.0)) + z2 * (1.0 / 15.0 + z * (1.0 / 17.0))
    high = 1.0 / 19.0 + z * (1.0 / 21.0)
    series = low + z4 * (middle + z4 * high)
    value = e * _LN_2 + (2.0 * s) * (1.0 + z * series)
    return where(x < math.inf, where(x > 0.0, value, math.nan), x)
