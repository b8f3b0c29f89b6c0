"""What a caller says about the windows, one entry for each spatial axis, turned into numbers or an error.

Along an axis XLA first puts ``lhs_dilation - 1`` zeros between the samples of lhs, then pads, negative numbers cropping
what that gave (samples and zeros alike), and then slides a window of dilated taps over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from refconv.arithmetic.per_axis import choice, entries, flag, integer, integers
from refconv.arithmetic.sizes import effective_kernel_size, output_size, same_padding
from refconv.errors import ArgumentError, ArgumentTypeError

__all__ = ["Window", "check_sequence", "dilated", "one_each", "pairs", "window_for"]

WORDS = ("VALID", "SAME", "SAME_LOWER")


def dilated(n: int, d: int) -> int:
    """Return the size of n samples that lie d apart; of none, 0.

    Examples
    --------
    >>> dilated(4, 3), dilated(0, 3)
    (10, 0)
    """
    return int(effective_kernel_size(n, d)) if n else 0


@dataclass(frozen=True, slots=True)
class Window:
    """How windows lie on lhs, along each axis.

    Examples
    --------
    >>> window = Window(strides=(2,), padding=((1, -1),), lhs_dilation=(3,), rhs_dilation=(2,), reversal=(False,))
    >>> window.padded((4,)), window.outputs((4,), (3,))
    ((10,), (3,))
    """

    strides: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    lhs_dilation: tuple[int, ...]
    rhs_dilation: tuple[int, ...]
    reversal: tuple[bool, ...]

    def padded(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """Return the size of lhs, dilated and padded; below 0 where more is cropped than there is."""
        along = zip(sizes, self.lhs_dilation, self.padding, strict=True)
        return tuple(dilated(n, d) + lo + hi for n, d, (lo, hi) in along)

    def outputs(self, sizes: Sequence[int], kernel: Sequence[int]) -> tuple[int, ...]:
        """Return the number of windows: 0 where none fits, or nothing is left to read."""
        spans = (dilated(k, d) for k, d in zip(kernel, self.rhs_dilation, strict=True))
        along = zip(self.padded(sizes), spans, self.strides, strict=True)
        return tuple(int(output_size(n, span, s)) if n >= max(span, 1) else 0 for n, span, s in along)


def window_for(
    op: str,
    names: str,
    sizes: tuple[Sequence[int], Sequence[int]],
    said: tuple[Any, ...],
) -> Window:
    """Return the window that is `said`: strides, padding, lhs_dilation, rhs_dilation, window_reversal.

    Parameters
    ----------
    op : str
        What was called.
    names : str
        A letter for each spatial axis.
    sizes : pair of sequences of int
        Of lhs and of rhs along the spatial axes, which the words for padding ask for.
    said : tuple
        As the caller gave them; None stands for dilations of 1, and for no reversal.

    Examples
    --------
    >>> window_for("conv", "HW", ((5, 6), (3, 2)), ((1, 2), "SAME", None, None, None)).padding
    ((1, 1), (0, 0))
    """
    strides, padding, lhs_dilation, rhs_dilation, reversal = said
    steps = one_each(op, "window_strides", strides, names, optional=False)
    spread = one_each(op, "lhs_dilation", lhs_dilation, names)
    apart = one_each(op, "rhs_dilation", rhs_dilation, names)
    turned = _flags(op, reversal, names)
    if isinstance(padding, str):
        word = choice(op, "padding", padding.upper(), WORDS)
        _check_undilated(op, padding, spread)
        around = _meant(word, sizes, steps, apart)
    else:
        around = pairs(op, padding, names)
    return Window(steps, around, spread, apart, turned)


def one_each(op: str, name: str, value: Any, names: str, *, optional: bool = True) -> tuple[int, ...]:
    """Return one positive int for each spatial axis; None stands for ones where it may, a bare int for nothing.

    Examples
    --------
    >>> one_each("conv", "window_strides", (1, 2), "HW"), one_each("conv", "rhs_dilation", None, "HW")
    ((1, 2), (1, 1))
    """
    if value is None and optional:
        return (1,) * len(names)
    check_sequence(op, name, value, names)
    return integers(op, name, value, names, 1) if names else ()


def check_sequence(op: str, name: str, value: Any, names: str) -> None:
    """Raise unless this is a sequence with one entry for each spatial axis.

    Examples
    --------
    >>> check_sequence("conv", "window_strides", (1, 2), "HW")
    """
    listed = entries(value)
    if listed is None:
        each = (value, value) if name == "padding" else value
        mended = (each,) * len(names)
        number = isinstance(value, int) and _may_be(name, value)
        raise ArgumentTypeError(
            op,
            f"{name} must be a sequence with one entry for each spatial axis, but it is {value!r}.",
            fix=f"If you mean this for all axes, write {name}={mended}." if number else "Write a tuple of them.",
            fixes=[{name: mended}] if number else None,
        )
    if len(listed) != len(names):
        raise ArgumentError(
            op,
            f"{name} has the wrong number of entries for {len(names)} spatial axes: {len(listed)}.",
            f"{name} = {tuple(listed)}",
            fix="Give one entry for each spatial axis, in their order in rhs.",
        )


def _may_be(name: str, value: int) -> bool:
    """Return whether an argument's entries may be this: a bool is no number, and only padding may be below 1."""
    if isinstance(value, bool) or name == "window_reversal":
        return isinstance(value, bool) and name == "window_reversal"
    return name == "padding" or value >= 1


def pairs(op: str, padding: Any, names: str) -> tuple[tuple[int, int], ...]:
    """Return padding as a ``(lo, hi)`` pair for each spatial axis; nothing shorter is taken for one.

    Examples
    --------
    >>> pairs("conv", [(0, 1), (-2, 3)], "HW")
    ((0, 1), (-2, 3))
    """
    check_sequence(op, "padding", padding, names)
    listed = [entries(one) for one in entries(padding) or ()]
    if any(one is None or len(one) != 2 for one in listed):
        raise ArgumentTypeError(
            op,
            f"padding must be one of {WORDS} or a (lo, hi) pair for each spatial axis, but it is {padding!r}.",
            fix="Write a pair for each axis, such as ((1, 1), (0, 2)): the padding before and the padding after.",
        )
    low_high = zip(names, listed, strict=True)
    return tuple(
        (integer(op, f"padding along {name}, before", one[0]), integer(op, f"padding along {name}, after", one[1]))
        for name, one in low_high
        if one
    )


def _flags(op: str, value: Any, names: str) -> tuple[bool, ...]:
    if value is None:
        return (False,) * len(names)
    check_sequence(op, "window_reversal", value, names)
    along = zip(names, entries(value) or (), strict=True)
    return tuple(flag(op, f"window_reversal along {name}", one) for name, one in along)


def _check_undilated(op: str, word: str, lhs_dilation: tuple[int, ...]) -> None:
    if any(d != 1 for d in lhs_dilation):
        raise ArgumentError(
            op,
            f"padding={word!r} does not say how a dilated lhs is padded.",
            f"lhs_dilation = {lhs_dilation}",
            fix="Give a (lo, hi) pair for each spatial axis, or call conv_transpose, which knows words for this.",
        )


def _meant(
    word: str, sizes: tuple[Sequence[int], Sequence[int]], strides: tuple[int, ...], rhs_dilation: tuple[int, ...]
) -> tuple[tuple[int, int], ...]:
    if word == "VALID":
        return ((0, 0),) * len(strides)
    along = zip(*sizes, strides, rhs_dilation, strict=True)
    return tuple(same_padding(n, dilated(k, d), s, lower=word == "SAME_LOWER") for n, k, s, d in along)
