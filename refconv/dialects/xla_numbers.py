"""Dimension numbers: which axis of each array is which, as jax.lax and as StableHLO write it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from refconv.arithmetic.per_axis import entries, integer, letters
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.ops.elements import Array

__all__ = ["ConvDimensionNumbers", "DimensionNumbers", "assembly_numbers", "enter", "leave", "numbers_for"]

FIELDS = ("lhs_spec", "rhs_spec", "out_spec")
PAIRS = ("NC", "OI", "NC")
ASSEMBLY = ("bf", "oi", "bf")


class ConvDimensionNumbers(NamedTuple):
    """The axes of lhs, rhs and the result, each by their positions in the array.

    Attributes
    ----------
    lhs_spec, out_spec : sequence of int
        The batch's axis, the features' axis, the spatial axes in order.
    rhs_spec : sequence of int
        The axis of the output features, of the input features, the spatial axes in order.

    Examples
    --------
    >>> ConvDimensionNumbers((0, 3, 1, 2), (3, 2, 0, 1), (0, 3, 1, 2)).lhs_spec
    (0, 3, 1, 2)
    """

    lhs_spec: Sequence[int]
    rhs_spec: Sequence[int]
    out_spec: Sequence[int]


DimensionNumbers: TypeAlias = "ConvDimensionNumbers | Sequence[str] | None"
"""None, three strings such as ("NHWC", "HWIO", "NHWC"), or `ConvDimensionNumbers` (JAX's own will do)."""


def numbers_for(
    op: str, lhs_shape: Sequence[int], rhs_shape: Sequence[int], said: DimensionNumbers
) -> tuple[ConvDimensionNumbers, str]:
    """Return the dimension numbers that `said` means, and a letter for each spatial axis.

    Raises
    ------
    ShapeError, ArgumentError, ArgumentTypeError
        For unequal ranks, for axes missing or named twice, and for anything else than `DimensionNumbers`.

    Examples
    --------
    >>> numbers_for("conv", (1, 5, 7, 3), (2, 2, 3, 4), ("NHWC", "HWIO", "NCWH"))
    (ConvDimensionNumbers(lhs_spec=(0, 3, 1, 2), rhs_spec=(3, 2, 0, 1), out_spec=(0, 1, 3, 2)), 'HW')
    """
    rank = _check_ranks(op, len(lhs_shape), len(rhs_shape))
    names = letters(rank, op) if rank else ""
    if said is None:
        order = tuple(range(2 + rank))
        return ConvDimensionNumbers(order, order, order), names
    if all(hasattr(said, field) for field in FIELDS):
        return ConvDimensionNumbers(*(_positions(op, field, getattr(said, field), rank) for field in FIELDS)), names
    strings = entries(said) or []
    if len(strings) != len(FIELDS) or not all(isinstance(one, str) for one in strings):
        raise ArgumentTypeError(
            op,
            f"dimension_numbers must be three strings, ConvDimensionNumbers or None, but it is {said!r}.",
            fix="Write one string each for lhs, rhs and the result, such as ('NHWC', 'HWIO', 'NHWC').",
        )
    return _from_strings(op, strings, rank)


def _check_ranks(op: str, lhs: int, rhs: int) -> int:
    if lhs != rhs or lhs < 2:
        raise ShapeError(
            op,
            "lhs and rhs must have the same number of axes, and at least 2.",
            f"lhs has {lhs} axes, rhs has {rhs}.",
            fix="Both have two axes beside the spatial ones: batch and features, output and input features.",
        )
    return lhs - 2


def _positions(op: str, field: str, value: Any, rank: int) -> tuple[int, ...]:
    listed = tuple(integer(op, field, one) for one in entries(value) or ())
    if sorted(listed) != list(range(2 + rank)):
        raise ArgumentError(
            op,
            f"{field} must name each of the {2 + rank} axes once, but it is {value!r}.",
            fix=f"Give the numbers 0 to {1 + rank}, in some order.",
        )
    return listed


def _from_strings(op: str, strings: Sequence[str], rank: int) -> tuple[ConvDimensionNumbers, str]:
    spatial = "".join(letter for letter in strings[1] if letter not in PAIRS[1])
    for field, text, pair in zip(FIELDS, strings, PAIRS, strict=True):
        if len(set(text)) != 2 + rank or sorted(text) != sorted(pair + spatial):
            raise ArgumentError(
                op,
                f"dimension_numbers say {text!r} for {field}.",
                f"needed: {2 + rank} letters, each once: {pair[0]}, {pair[1]} and those of the spatial axes, the same "
                "in all three strings.",
                fix=f"For example dimension_numbers={_usual(rank)}.",
            )
    # the spatial axes count in rhs' order: that is also the order of window_strides and the like
    order = (pair + spatial for pair in PAIRS)
    specs = (tuple(map(text.index, one)) for text, one in zip(strings, order, strict=True))
    return ConvDimensionNumbers(*specs), spatial


def _usual(rank: int) -> tuple[str, ...]:
    names = letters(rank) if rank else ""
    return tuple(pair + names for pair in PAIRS)


def assembly_numbers(op: str, text: str, rank: int) -> ConvDimensionNumbers:
    """Return the dimension numbers that StableHLO's assembly writes as ``[b, f, 0, 1]x[o, i, 0, 1]->[b, f, 0, 1]``.

    Raises
    ------
    ArgumentError
        For a text of another form or another number of spatial axes.

    Examples
    --------
    >>> assembly_numbers("stablehlo.convolution", "[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]", 2)
    ConvDimensionNumbers(lhs_spec=(0, 3, 1, 2), rhs_spec=(3, 2, 0, 1), out_spec=(0, 3, 1, 2))
    """
    found = re.fullmatch(r"\[([^]]*)\]\s*x\s*\[([^]]*)\]\s*->\s*\[([^]]*)\]", str(text).strip())
    parts = [[word.strip() for word in part.split(",")] for part in found.groups()] if found else []
    wanted = [[*pair, *map(str, range(rank))] for pair in ASSEMBLY]
    if [sorted(part) for part in parts] != [sorted(one) for one in wanted]:
        lhs, rhs, out = (f"[{', '.join(one)}]" for one in wanted)
        raise ArgumentError(
            op,
            f"dimension_numbers {text!r} cannot be read for {rank} spatial axes.",
            fix=f"Write dimension_numbers='{lhs}x{rhs}->{out}', or the same in your arrays' order.",
            fixes=[{"dimension_numbers": f"{lhs}x{rhs}->{out}"}],
        )
    return ConvDimensionNumbers(*(tuple(map(part.index, one)) for part, one in zip(parts, wanted, strict=True)))


def enter(a: Array, spec: Sequence[int]) -> Array:
    """Return a view with the axes in canonical order, and with one of size 1 where there is no spatial one.

    Examples
    --------
    >>> enter(np.ones((1, 5, 7, 3)), (0, 3, 1, 2)).shape, enter(np.ones((4, 3)), (0, 1)).shape
    ((1, 3, 5, 7), (4, 3, 1))
    """
    canonical = a.transpose(spec)
    return canonical if len(spec) > 2 else canonical[..., np.newaxis]


def leave(a: Array, spec: Sequence[int]) -> Array:
    """Return the array with its axes where `spec` has them: what `enter` undoes.

    Examples
    --------
    >>> leave(np.ones((1, 3, 5, 7)), (0, 3, 1, 2)).shape
    (1, 5, 7, 3)
    """
    own = a if len(spec) > 2 else a[..., 0]
    return np.ascontiguousarray(own.transpose(np.argsort(spec)))
