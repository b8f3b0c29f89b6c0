"""Does it fit? The checks that need a whole axis, and the advice where one fails.

The fixes are found for all axes together, so that each of them mends the whole call.
"""

from __future__ import annotations

from typing import Any

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import ceil_div
from refconv.errors import ArgumentError, ShapeError

__all__ = ["check_fit", "check_output_left", "check_output_padding", "check_reflect", "check_windows_read"]


def check_fit(op: str, axes: str, plan: tuple[Axis, ...], mode: str = "zeros") -> None:
    """Raise unless the kernel fits in the padded input along every axis.

    The fixes are found for all axes together, so that each of them mends the whole call; reflect padding, which
    reaches no further than the input, is only advised where it suffices.
    """
    tight = [(letter, axis) for letter, axis in zip(axes, plan, strict=True) if axis.span > axis.padded]
    if not tight:
        return
    letter, axis = tight[0]
    missing = axis.span - axis.padded
    advice: list[str] = []
    fixes: list[dict[str, Any]] = []
    if mode != "reflect" or all(max(_widened(axis)) < axis.n for axis in plan):
        advice.append(f"pad by {ceil_div(missing, 2)} more on each side")
        fixes.append({"padding": tuple(_widened(axis) for axis in plan)})
    if all(axis.padded >= axis.k and axis.k > 1 for _, axis in tight):
        dilation = tuple(min(axis.d, _widest_dilation(axis)) for axis in plan)
        advice.append(f"lower dilation to {dilation[axes.index(letter)]}")
        fixes.append({"dilation": dilation, "padding": tuple((axis.lo, axis.hi) for axis in plan)})
    raise ShapeError(
        op,
        f"the kernel does not fit in the padded input along {letter}.",
        f"input {letter} = {axis.n}, padding = {axis.lo} + {axis.hi}  ->  padded size {axis.padded}",
        f"kernel {letter} = {axis.k}, dilation = {axis.d}  ->  effective size "
        f"{axis.d}*({axis.k} - 1) + 1 = {axis.span}",
        f"needed: effective size <= padded size, but {axis.span} > {axis.padded}.",
        fix=_sentence(advice or ["take a smaller kernel"]),
        fixes=fixes,
    )


def _sentence(advice: list[str]) -> str:
    text = ", or ".join(advice)
    return text[0].upper() + text[1:] + "."


def _widened(axis: Axis) -> tuple[int, int]:
    more = max(ceil_div(axis.span - axis.padded, 2), 0)
    return axis.lo + more, axis.hi + more


def _widest_dilation(axis: Axis) -> int:
    # the largest d with d*(k - 1) + 1 <= padded; a kernel of one tap fits at any
    widest: int = axis.d if axis.k == 1 else (axis.padded - 1) // (axis.k - 1)
    return widest


def check_reflect(op: str, axes: str, plan: tuple[Axis, ...]) -> None:
    """Raise where reflect padding would have to mirror more than the input has."""
    for letter, axis in zip(axes, plan, strict=True):
        if max(axis.lo, axis.hi) > axis.n - 1:
            raise ShapeError(
                op,
                f"reflect padding is wider than the input allows along {letter}.",
                f"input {letter} = {axis.n}, padding = {axis.lo} + {axis.hi}",
                f"needed: padding <= {letter} - 1 = {axis.n - 1} on each side, for the edge is not repeated.",
                fix=f"Pad by at most {axis.n - 1}, or take padding_mode='replicate'.",
                fixes=[{"padding_mode": "replicate"}],
            )


def check_output_padding(op: str, axes: str, plan: tuple[Axis, ...], extra: tuple[int, ...]) -> None:
    """Raise unless output padding is less than the stride or the dilation along every axis."""
    bounds = [max(axis.s, axis.d) for axis in plan]
    for letter, axis, a, bound in zip(axes, plan, extra, bounds, strict=True):
        if a >= bound:
            mended = tuple(min(a, bound - 1) for a, bound in zip(extra, bounds, strict=True))
            raise ArgumentError(
                op,
                f"output_padding is too large along {letter}.",
                f"output_padding = {a}, stride = {axis.s}, dilation = {axis.d}",
                f"needed: output_padding < max(stride, dilation), but {a} >= {bound}.",
                fix=f"The largest that works is output_padding={mended}.",
                fixes=[{"output_padding": mended}],
            )


def check_output_left(op: str, axes: str, plan: tuple[Axis, ...]) -> None:
    """Raise unless a transposed convolution's padding leaves some output along every axis."""
    for letter, axis in zip(axes, plan, strict=True):
        if axis.n < 1:
            whole = (axis.out - 1) * axis.s + axis.span
            mended = tuple((0, 0) if each.n < 1 else (each.lo, each.hi) for each in plan)
            raise ShapeError(
                op,
                f"padding crops the whole output along {letter}.",
                f"input {letter} = {axis.out}, stride = {axis.s}, effective kernel size = {axis.span}  ->  "
                f"({axis.out} - 1)*{axis.s} + {axis.span} = {whole} before cropping",
                f"padding = {axis.lo} + {axis.hi} (output padding taken off)  ->  {axis.n} left",
                fix=f"Crop less, such as padding={mended}.",
                fixes=[{"padding": mended, "output_padding": 0}],
            )


def check_windows_read(op: str, axes: str, plan: tuple[Axis, ...]) -> None:
    """Raise where a pooling window has no tap on the input: nothing to take the maximum or average of."""
    for letter, axis in zip(axes, plan, strict=True):
        taps = axis.taps_inside(axis.lo, axis.lo + axis.n)
        if not taps or min(taps) == 0:
            where = f"window {taps.index(0)} of {axis.out} reads" if taps else "there is no window that reads"
            raise ShapeError(
                op,
                f"{where} nothing but padding along {letter}." if taps else f"{where} the input along {letter}.",
                f"input {letter} = {axis.n}, padding = {axis.lo} + {axis.hi}, kernel = {axis.k}, "
                f"stride = {axis.s}, dilation = {axis.d}",
                fix="Pad less than the kernel is wide: half of it is always safe with dilation 1.",
            )
