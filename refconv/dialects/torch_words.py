"""What PyTorch's calls have in common: words, numbers per axis, and a batch axis that may be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from refconv.arithmetic.per_axis import entries, integers, letters
from refconv.dialects.saying import said_as
from refconv.errors import ArgumentError, RefconvError, ShapeError
from refconv.ops.elements import Array, check_numeric
from refconv.ops.ranks import Ranked

__all__ = ["Batched", "batched", "called", "numbers", "pool_padding", "said", "within_half"]

_OURS_TOO = ("stride", "padding", "dilation", "groups", "padding_mode", "output_padding", "kernel_size", "ceil_mode")

WORDS = {"x": "input", "w": "weight", "b": "bias", **{word: word for word in _OURS_TOO}}
"""PyTorch's word for each of refconv's; those that are the same are here so that fixes may name them."""


@contextmanager
def said(
    op: str, words: Mapping[str, str] = WORDS, check: Callable[[Mapping[str, Any]], object] | None = None
) -> Iterator[None]:
    """Raise what refconv finds wrong in here as an error of `op`, with fixes that PyTorch can say.

    PyTorch has one padding for both ends of an axis, where refconv's fixes have a pair. `check` raises for a fix that
    the operation would refuse; such a one is left out.

    Examples
    --------
    >>> import numpy as np, refconv
    >>> with said("torch.conv1d"):
    ...     refconv.conv1d(np.ones((1, 1, 2)), np.ones((1, 1, 4)))
    Traceback (most recent call last):
    refconv.errors.ShapeError: torch.conv1d: the kernel does not fit in the padded input along W.
      input W = 2, padding = 0 + 0  ->  padded size 2
      kernel W = 4, dilation = 1    ->  effective size 1*(4 - 1) + 1 = 4
      needed: effective size <= padded size, but 4 > 2.
      Pad by 1 more on each side.
    """
    try:
        with said_as(op, words):
            yield
    except RefconvError as error:
        (_, problem, *lines), fix = error.parts
        fixes: list[dict[str, Any]] = []
        proposed, fix = _accepted(error.fixes, fix, check)
        for one in proposed:
            mended = _one_padding(one)
            if mended is None:
                fix = fix.replace(f", such as padding={one['padding']}", "")
            else:
                fix = fix.replace(f"padding={one.get('padding')}", f"padding={mended.get('padding')}")
                fixes.append(mended)
        raise type(error)(op, problem, *lines, fix=fix, fixes=fixes) from None


def _one_padding(fix: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return a fix with one padding per axis, or None where its two ends differ."""
    pairs = fix.get("padding")
    if not isinstance(pairs, tuple):
        return dict(fix)
    if any(lo != hi for lo, hi in pairs):
        return None
    return {**fix, "padding": tuple(lo for lo, _ in pairs)}


def _accepted(
    fixes: Sequence[Mapping[str, Any]], text: str, check: Callable[[Mapping[str, Any]], object] | None
) -> tuple[list[Mapping[str, Any]], str]:
    """Return the fixes that `check` lets pass, and the text without the others."""
    kept = [one for one in fixes if check is None or _passes(check, _one_padding(one))]
    if len(kept) == len(fixes):
        return list(fixes), text
    advice = text.removesuffix(".").split(", or ")
    if not kept or len(advice) != len(fixes):
        return kept, "Take a smaller kernel, or a larger input." if not kept else text
    left = ", or ".join(part for part, one in zip(advice, fixes, strict=True) if one in kept)
    return kept, left[0].upper() + left[1:] + "."


def _passes(check: Callable[[Mapping[str, Any]], object], fix: Mapping[str, Any] | None) -> bool:
    if fix is None:
        return True  # not one padding: dropped elsewhere
    try:
        check(fix)
    except RefconvError:
        return False
    return True


def called(ranked: Ranked) -> tuple[str, str]:
    """Return what an operation of one, two or three spatial axes is called in errors, and the names of these axes.

    Examples
    --------
    >>> called(Ranked("conv{}", 2))
    ('torch.conv2d', 'HW')
    """
    return f"torch.{ranked.op}", letters(ranked.rank or 1)


def numbers(op: str, name: str, value: Any, rank: int, minimum: int | None = None) -> tuple[int, ...]:
    """Return one int per axis, from an int, one per axis, or a sequence of one for all, as PyTorch takes them.

    Examples
    --------
    >>> numbers("torch.conv2d", "stride", (3,), 2), numbers("torch.conv2d", "stride", (1, 2), 2)
    ((3, 3), (1, 2))
    """
    listed = entries(value)
    if listed is not None and len(listed) == 1:
        value = listed[0]
    return integers(op, name, value, letters(rank), minimum)


class Batched:
    """An input with its batch axis, which it may have come without.

    Examples
    --------
    >>> image = Batched(np.ones((3, 5, 5)), missing=True)
    >>> image.array.shape, image.leave(image.array).shape
    ((1, 3, 5, 5), (3, 5, 5))
    """

    def __init__(self, array: Array, *, missing: bool) -> None:
        """Add the axis where it is missing."""
        self.missing = missing
        self.array = array[np.newaxis] if missing else array

    def leave(self, result: Array) -> Array:
        """Return a result without the axis that the input came without."""
        return result[0] if self.missing else result

    def enter(self, op: str, name: str, value: Any) -> Array:
        """Return an array that goes with the input, such as dy, with the axis too."""
        array = check_numeric(op, name, value)
        return array[np.newaxis] if self.missing else array


def batched(op: str, name: str, value: Any, axes: Sequence[str]) -> Batched:
    """Return an input whose axes are these, the first of which may be missing; or raise.

    Examples
    --------
    >>> batched("torch.conv1d", "input", np.ones((1, 5)), "NCW").missing
    True
    """
    array = check_numeric(op, name, value)
    if array.ndim not in (len(axes), len(axes) - 1):
        shown = f"({', '.join(axes)})"
        raise ShapeError(
            op,
            f"{name} must have {len(axes)} axes {shown}, or {len(axes) - 1} without the batch {axes[0]}.",
            f"{name}.shape = {array.shape}: {array.ndim} axes.",
            fix=f"Bring {name} into one of these shapes, or call the operation for other numbers of axes.",
        )
    return Batched(array, missing=array.ndim < len(axes))


def pool_padding(op: str, padding: Any, kernel_size: tuple[int, ...]) -> tuple[int, ...]:
    """Return a pooling's padding per axis: PyTorch's is at most half the kernel size.

    Examples
    --------
    >>> pool_padding("torch.max_pool2d", 1, (2, 3))
    (1, 1)
    """
    listed = numbers(op, "padding", padding, len(kernel_size), 0)
    halves = tuple(k // 2 for k in kernel_size)
    if any(p > half for p, half in zip(listed, halves, strict=True)):
        mended = tuple(map(min, listed, halves))
        raise ArgumentError(
            op,
            "padding must be at most half the kernel size along every axis.",
            f"padding = {listed}, kernel_size = {kernel_size}",
            fix=f"The most that is allowed here is padding={mended}.",
            fixes=[{"padding": mended}],
        )
    return listed


def within_half(op: str, options: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], object]:
    """Return what raises for a fix whose padding `pool_padding` would refuse.

    Examples
    --------
    >>> within_half("torch.max_pool1d", {"kernel_size": (4,), "padding": (0,)})({"padding": (2,)})
    (2,)
    """
    return lambda fix: pool_padding(op, fix.get("padding", options["padding"]), options["kernel_size"])
