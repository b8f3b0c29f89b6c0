"""From a caller's words to the axes of a plan, checked: the one road there, for arrays and for bare sizes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from refconv.arithmetic.fit import (
    check_crop,
    check_fit,
    check_output_left,
    check_output_padding,
    check_reflect,
    check_windows_read,
)
from refconv.arithmetic.geometry import Axis, transposed_axis
from refconv.arithmetic.integers import Integer
from refconv.arithmetic.per_axis import entries, flag, integers, letters, paddings, resolve
from refconv.arithmetic.sizes import pooled_output_size
from refconv.errors import ArgumentError

__all__ = [
    "adjoint_axis",
    "convolution_axes",
    "fitted",
    "fitted_transposed",
    "output_size",
    "pooling_axes",
    "stretched",
    "transposed_axes",
]


def _axes(
    op: str, sizes: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, *, transposed: bool = False
) -> list[Axis]:
    """Return the axes as asked for, unchecked against each other; for transposed, `n` is the *input* size."""
    names = letters(len(sizes), op)
    numbers = (
        integers(op, "input_size", sizes, names, 1),
        integers(op, "kernel_size", kernel, names, 1),
        integers(op, "stride", stride, names, 1),
        integers(op, "dilation", dilation, names, 1),
    )
    plan = []
    for entry, n, k, s, d in zip(paddings(op, padding, names), *numbers, strict=True):
        lo, hi = resolve(entry, n, k, s, d, transposed=transposed)
        plan.append(Axis(n, k, s, d, lo, hi))
    return plan


def convolution_axes(
    op: str, sizes: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, mode: str = "zeros"
) -> tuple[Axis, ...]:
    """Return the axes of a convolution, each with at least one window.

    Examples
    --------
    >>> convolution_axes("conv1d", (7,), (3,), 2, "same", 1)
    (Axis(n=7, k=3, s=2, d=1, lo=1, hi=1),)
    """
    return fitted(op, tuple(_axes(op, sizes, kernel, stride, padding, dilation)), mode)


def fitted(op: str, asked: tuple[Axis, ...], mode: str = "zeros") -> tuple[Axis, ...]:
    """Return the axes as asked for, or raise where the kernel or the padding does not fit.

    Examples
    --------
    >>> fitted("conv1d", (Axis(7, 3),))
    (Axis(n=7, k=3, s=1, d=1, lo=0, hi=0),)
    """
    names = letters(len(asked), op)
    check_fit(op, names, asked, mode)
    if mode == "reflect":
        check_reflect(op, names, asked)
    return asked


def transposed_axes(
    op: str, sizes: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, output_padding: Any
) -> tuple[Axis, ...]:
    """Return the axes of the convolution whose adjoint is asked for; `sizes` are its outputs.

    Examples
    --------
    >>> transposed_axes("conv_transpose1d", (4,), (3,), 2, 1, 1, 1)
    (Axis(n=8, k=3, s=2, d=1, lo=1, hi=0),)
    """
    asked = tuple(_axes(op, sizes, kernel, stride, padding, dilation, transposed=True))
    return fitted_transposed(op, asked, integers(op, "output_padding", output_padding, letters(len(asked)), 0))


def fitted_transposed(op: str, asked: tuple[Axis, ...], extra: tuple[int, ...]) -> tuple[Axis, ...]:
    """Return the adjoints' axes, or raise where output padding is too large or padding crops all there is.

    Examples
    --------
    >>> fitted_transposed("conv_transpose1d", (Axis(4, 3, s=2, lo=1, hi=1),), (1,))
    (Axis(n=8, k=3, s=2, d=1, lo=1, hi=0),)
    """
    names = letters(len(asked), op)
    check_output_padding(op, names, tuple(adjoint_axis(axis, 0) for axis in asked), extra)
    plan = tuple(adjoint_axis(axis, a) for axis, a in zip(asked, extra, strict=True))
    check_output_left(op, names, plan)
    return plan


def adjoint_axis(asked: Axis, a: Integer) -> Axis:
    """Return the axis of the convolution whose adjoint is asked for: `asked` has the transposed one's input size.

    Examples
    --------
    >>> adjoint_axis(Axis(4, 3, s=2, lo=1, hi=1), a=1)
    Axis(n=8, k=3, s=2, d=1, lo=1, hi=0)
    """
    return transposed_axis(asked.n, asked.k, asked.s, asked.d, asked.lo, asked.hi, a)


def pooling_axes(
    op: str, sizes: Any, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil_mode: bool = False
) -> tuple[tuple[Axis, ...], tuple[Axis, ...]]:
    """Return the axes as asked for, and those whose `hi` is stretched until the last window fits.

    Examples
    --------
    >>> pooling_axes("max_pool1d", (6,), 3, 2, 0, 1, ceil_mode=True)
    ((Axis(n=6, k=3, s=2, d=1, lo=0, hi=0),), (Axis(n=6, k=3, s=2, d=1, lo=0, hi=1),))
    """
    asked = tuple(_axes(op, sizes, kernel, stride, padding, dilation))
    names = letters(len(asked))
    check_crop(op, names, asked)
    if not flag(op, "ceil_mode", ceil_mode):
        check_fit(op, names, asked, pooling=True)
    plan = tuple(stretched(axis, ceil_mode) for axis in asked)
    check_windows_read(op, names, asked, plan)
    return asked, plan


def stretched(axis: Axis, ceil_mode: bool) -> Axis:
    """Return the axis of a pooling with `hi` such that its last window ends where the padded input does.

    Examples
    --------
    >>> stretched(Axis(6, 3, s=2), ceil_mode=True)
    Axis(n=6, k=3, s=2, d=1, lo=0, hi=1)
    """
    out = pooled_output_size(axis.n, axis.k, axis.s, axis.d, axis.lo, axis.hi, ceil_mode)
    reach = (out - 1) * axis.s + axis.span
    return replace(axis, hi=reach - axis.n - axis.lo)


def output_size(
    input_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    *,
    transposed: bool = False,
    output_padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
) -> int | tuple[int, ...]:
    """Return the output size of a convolution, a transposed convolution or a pooling.

    Public as `refconv.output_size`; the bare formulas are in `refconv.arithmetic.sizes`.

    Parameters
    ----------
    input_size : int or sequence of int
        Input size in samples: one axis as an int, several as a sequence.
    kernel_size, stride, dilation : int or one per axis
        Taps, steps and distances between taps, in input samples.
    padding : int, one per axis, (lo, hi) per axis, or str
        As for `refconv.conv2d`.
    transposed : bool
        Ask for a transposed convolution.
    output_padding : int or one per axis
        Samples more at the end of a transposed convolution's output.
    ceil_mode : bool
        Ask for a pooling whose last window may hang over the end.

    Returns
    -------
    int or tuple of int
        ``(n + lo + hi - d*(k - 1) - 1)//s + 1`` (R15), or transposed
        ``(n - 1)*s + d*(k - 1) + 1 - lo - hi + a`` (R14); an int where `input_size` is one.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an argument out of range, of the wrong type, or with the wrong number of axes.
    ShapeError
        Where no output is left.

    Examples
    --------
    >>> import refconv
    >>> refconv.output_size(224, 7, stride=2, padding=3)
    112
    >>> refconv.output_size((33, 65), 3, padding="same", dilation=(12, 24))
    (33, 65)
    >>> refconv.output_size(4, 3, stride=2, padding=1, output_padding=1, transposed=True)
    8
    """
    op = "output_size"
    listed = entries(input_size)
    request = (op, [input_size] if listed is None else listed, kernel_size, stride, padding, dilation)
    if flag(op, "transposed", transposed):
        _check_unused(op, "ceil_mode", flag(op, "ceil_mode", ceil_mode), False)
        result = tuple(axis.n for axis in transposed_axes(*request, output_padding))
    else:
        extra = integers(op, "output_padding", output_padding, letters(len(request[1]), op), 0)
        _check_unused(op, "output_padding", any(extra), 0)
        pooled = flag(op, "ceil_mode", ceil_mode)
        plan = pooling_axes(*request, pooled)[1] if pooled else convolution_axes(*request)
        result = tuple(axis.out for axis in plan)
    return result[0] if listed is None else result


def _check_unused(op: str, name: str, used: bool, unused: Any) -> None:
    if used:
        raise ArgumentError(
            op,
            f"{name} means something for {'a pooling' if name == 'ceil_mode' else 'a transposed convolution'} only.",
            fix=f"Leave it at {name}={unused}, or ask for that with transposed={name != 'ceil_mode'}.",
            fixes=[{name: unused}],
        )
