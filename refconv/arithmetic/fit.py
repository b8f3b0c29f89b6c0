"""Does it fit? The checks that need a whole axis, and the advice where one fails.

The fixes are found for all axes together, so that each of them mends the whole call.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import ceil_div, product
from refconv.errors import ArgumentError, ShapeError

__all__ = [
    "check_addressable",
    "check_crop",
    "check_fit",
    "check_output_left",
    "check_output_padding",
    "check_reflect",
    "check_windows_read",
]

MOST_ELEMENTS = sys.maxsize // 32  # 32 bytes: the largest number, a complex longdouble


def check_fit(op: str, axes: str, plan: tuple[Axis, ...], mode: str = "zeros", *, pooling: bool = False) -> None:
    """Raise unless the kernel fits in the padded input along every axis."""
    tight = [(letter, axis) for letter, axis in zip(axes, plan, strict=True) if axis.span > axis.padded]
    if not tight:
        return
    letter, axis = tight[0]
    advice: list[str] = []
    fixes: list[dict[str, Any]] = []
    wider = tuple(replace(axis, lo=lo, hi=hi) for axis, (lo, hi) in zip(plan, map(_widened, plan), strict=True))
    if not (pooling and any(_empty_window(axis) is not None for axis in wider)):
        more = _mended_mode(wider, mode)
        advice.append(
            f"pad by {ceil_div(axis.span - axis.padded, 2)} more on each side"
            + "".join(f" with {key}={value!r}" for key, value in more.items())
        )
        fixes.append({"padding": tuple((axis.lo, axis.hi) for axis in wider), **more})
    if all(axis.padded >= axis.k and axis.k > 1 for _, axis in tight):
        narrower = tuple(replace(axis, d=min(axis.d, _widest_dilation(axis))) for axis in plan)
        if not (pooling and any(_empty_window(axis) is not None for axis in narrower)):
            dilation, padding = (axis.d for axis in narrower), ((axis.lo, axis.hi) for axis in plan)
            advice.append(f"lower dilation to {narrower[axes.index(letter)].d}")
            fixes.append({"dilation": tuple(dilation), "padding": tuple(padding), **_mended_mode(plan, mode)})
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


def _mended_mode(plan: tuple[Axis, ...], mode: str) -> dict[str, str]:
    """Return another padding mode where reflection would have to reach further than the input goes."""
    return {"padding_mode": "replicate"} if mode == "reflect" and _too_wide(plan) else {}


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


def _too_wide(plan: tuple[Axis, ...]) -> bool:
    return any(max(axis.lo, axis.hi) > axis.n - 1 for axis in plan)


def check_reflect(op: str, axes: str, plan: tuple[Axis, ...]) -> None:
    """Raise where reflect padding would have to mirror more than the input has."""
    for letter, axis in zip(axes, plan, strict=True):
        if _too_wide((axis,)):
            raise ShapeError(
                op,
                f"reflect padding is wider than the input allows along {letter}.",
                f"input {letter} = {axis.n}, padding = {axis.lo} + {axis.hi}",
                f"needed: padding <= {letter} - 1 = {axis.n - 1} on each side, for the edge is not repeated.",
                fix=f"Pad by at most {axis.n - 1}, or take padding_mode='replicate'.",
                fixes=[{"padding_mode": "replicate"}],
            )


def check_output_padding(op: str, axes: str, plan: tuple[Axis, ...], extra: tuple[int, ...]) -> None:
    """Raise unless output padding is less than the stride or the dilation; `plan` is without it."""
    bounds = [max(axis.s, axis.d) for axis in plan]
    for letter, axis, a, bound in zip(axes, plan, extra, bounds, strict=True):
        if a >= bound:
            mended = tuple(min(a, bound - 1) for a, bound in zip(extra, bounds, strict=True))
            fix: dict[str, Any] = {"output_padding": mended}
            if any(axis.n + a < 1 for axis, a in zip(plan, mended, strict=True)):
                fix["padding"] = 0  # else that crops all that is left
            raise ArgumentError(
                op,
                f"output_padding is too large along {letter}.",
                f"output_padding = {a}, stride = {axis.s}, dilation = {axis.d}",
                f"needed: output_padding < max(stride, dilation), but {a} >= {bound}.",
                fix=f"The largest that works is output_padding={mended}.",
                fixes=[fix],
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


def check_crop(op: str, axes: str, plan: tuple[Axis, ...]) -> None:
    """Raise for negative padding, where an operation has no use for it."""
    for letter, axis in zip(axes, plan, strict=True):
        if min(axis.lo, axis.hi) < 0:
            mended = tuple((max(each.lo, 0), max(each.hi, 0)) for each in plan)
            raise ArgumentError(
                op,
                f"padding along {letter} is negative: {axis.lo} + {axis.hi}.",
                fix=f"Crop x itself, and take padding={mended}.",
                fixes=[{"padding": mended}],
            )


def _empty_window(axis: Axis) -> int | None:
    """Return the first window that has no tap on the input, or None."""
    return next((i for i in axis.rim if axis.taps_inside(i, axis.lo, axis.lo + axis.n) == 0), None)


def check_windows_read(op: str, axes: str, asked: tuple[Axis, ...], plan: tuple[Axis, ...]) -> None:
    """Raise where a pooling window has no tap on the input: nothing to take the maximum or average of.

    `plan` has the axes as `asked` for, stretched by ceil_mode.
    """
    for letter, said, axis in zip(axes, asked, plan, strict=True):
        empty = _empty_window(axis)
        if empty is not None or axis.out < 1:
            where = "no window fits" if empty is None else f"window {empty} of {axis.out} reads nothing but padding"
            raise ShapeError(
                op,
                f"{where} along {letter}.",
                f"input {letter} = {axis.n}, padding = {said.lo} + {said.hi}, kernel = {axis.k}, "
                f"stride = {axis.s}, dilation = {axis.d}",
                fix="Take a smaller kernel, or a smaller stride."
                if empty is None
                else "Pad less: by half the kernel at most, and not at all where dilation is more than 1.",
                fixes=[{"padding": 0}] if empty is not None and all(each.span <= each.n for each in plan) else None,
            )


def check_addressable(op: str, plan: Geometry) -> None:
    """Raise where an array would have more elements than can be counted in memory at all."""
    arrays = {
        "input": plan.x_shape,
        "padded input": (*plan.x_shape[:2], *plan.padded_size),
        "output": plan.y_shape,
    }
    for name, shape in arrays.items():
        if product(shape) > MOST_ELEMENTS:
            raise ShapeError(
                op,
                f"the {name} would be larger than any memory.",
                f"shape = {shape}: {product(shape)} elements",
                fix="Look for a padding, stride or dilation that is far too large.",
            )
