"""From a record's numbers to the axes of a plan: checked where they are ints, as they are where they are symbols."""

from __future__ import annotations

from typing import Any, TypeAlias

from refconv.arithmetic.fit import check_fit, check_windows_read
from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import Integer
from refconv.arithmetic.per_axis import entries, integers, letters, paddings, resolve
from refconv.arithmetic.plan import adjoint_axis, fitted, fitted_transposed, stretched
from refconv.errors import ShapeError
from refconv.networks.records import Conv, ConvTranspose, Pool

__all__ = ["Size", "is_symbolic", "numbers", "paddings_of", "pool_axes", "transposed_axes", "window_axes"]

Size: TypeAlias = tuple[Integer, ...]
"""One number for each spatial axis."""


def is_symbolic(*values: Any) -> bool:
    """Return whether any of the values is an expression and no number; sequences are looked into.

    Examples
    --------
    >>> is_symbolic(3, (1, 2)), is_symbolic("same")
    (False, False)
    """
    for value in values:
        listed = entries(value)
        if listed is not None:
            if is_symbolic(*listed):
                return True
        elif getattr(value, "free_symbols", None):
            return True
    return False


def numbers(op: str, name: str, value: Any, rank: int, minimum: int | None = 1) -> Size:
    """Return one number or symbol per axis.

    Examples
    --------
    >>> numbers("conv", "stride", 2, 2)
    (2, 2)
    """
    if not is_symbolic(value):
        return integers(op, name, value, letters(rank, op), minimum)
    listed = entries(value)
    return (value,) * rank if listed is None else tuple(_as_many(op, name, listed, rank))


def paddings_of(op: str, value: Any, rank: int) -> tuple[Any, ...]:
    """Return a pair or a word per axis, of numbers or symbols.

    Examples
    --------
    >>> paddings_of("conv", (1, (0, 2)), 2)
    ((1, 1), (0, 2))
    """
    if not is_symbolic(value):
        return paddings(op, value, letters(rank, op))
    listed = entries(value)
    parts = [value] * rank if listed is None else _as_many(op, "padding", listed, rank)
    return tuple(part if isinstance(part, str) else tuple(entries(part) or (part, part)) for part in parts)


def _as_many(op: str, name: str, listed: list[Any], rank: int) -> list[Any]:
    if len(listed) != rank:
        problem = f"{name} has {len(listed)} entries for {rank} spatial axes."
        raise ShapeError(op, problem, fix="Give one for all axes, or one per axis.")
    return listed


def _asked(op: str, record: Conv | ConvTranspose | Pool, size: Size, transposed: bool = False) -> tuple[Axis, ...]:
    """Return the axes as the record has them, their words for padding resolved."""
    rank = len(size)
    stride = record.kernel_size if record.stride is None else record.stride
    along = zip(
        size,
        numbers(op, "kernel_size", record.kernel_size, rank),
        numbers(op, "stride", stride, rank),
        numbers(op, "dilation", record.dilation, rank),
        paddings_of(op, record.padding, rank),
        strict=True,
    )
    return tuple(Axis(n, k, s, d, *resolve(entry, n, k, s, d, transposed=transposed)) for n, k, s, d, entry in along)


def window_axes(op: str, record: Conv, size: Size) -> tuple[Axis, ...]:
    """Return the axes of a convolution on an input of that size."""
    asked = _asked(op, record, size)
    return asked if _symbols_in(asked) else fitted(op, asked, record.padding_mode)


def pool_axes(op: str, record: Pool, size: Size) -> tuple[Axis, ...]:
    """Return the axes of a pooling, stretched at the end where its last window hangs over."""
    asked = _asked(op, record, size)
    axes = tuple(stretched(axis, True) for axis in asked) if record.ceil_mode else asked
    if not _symbols_in(axes):
        names = letters(len(axes), op)
        check_fit(op, names, axes, pooling=True)
        check_windows_read(op, names, asked, axes)
    return axes


def transposed_axes(op: str, record: ConvTranspose, size: Size) -> tuple[Axis, ...]:
    """Return the axes of the convolution whose adjoint this is: its windows are the inputs here."""
    asked = _asked(op, record, size, transposed=True)
    extra = numbers(op, "output_padding", record.output_padding, len(size), minimum=0)
    if _symbols_in(asked) or is_symbolic(extra):
        return tuple(adjoint_axis(axis, a) for axis, a in zip(asked, extra, strict=True))
    return fitted_transposed(op, asked, extra)


def _symbols_in(axes: tuple[Axis, ...]) -> bool:
    return is_symbolic(*((axis.n, axis.k, axis.s, axis.d, axis.lo, axis.hi) for axis in axes))
