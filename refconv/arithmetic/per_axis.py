"""What a caller may say about the axes, turned into plain ints, or into an error that names the axis.

An argument is one int for all axes or one per axis; padding may also be a ``(lo, hi)`` pair or a word per axis.
Nothing here needs NumPy, so that sizes can be asked for without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from math import inf
from numbers import Real
from operator import index
from typing import Any, NoReturn, TypeAlias

from refconv.arithmetic.sizes import (
    causal_padding,
    full_padding,
    same_padding,
    same_transposed_padding,
)
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError

__all__ = [
    "PADDING_WORDS",
    "PaddingEntry",
    "choice",
    "entries",
    "flag",
    "integer",
    "integers",
    "letters",
    "paddings",
    "real",
    "resolve",
]

PADDING_WORDS = ("valid", "same", "same_upper", "same_lower", "full", "causal")

MORE_AXES = "ABEFGJKLPQRSTUVXYZ"  # but for those that mean something: C, D, H, I, M, N, O, W

ELSEWHERE = {"constant": "zeros", "edge": "replicate", "wrap": "circular", "symmetric": "reflect", "half": "same"}
"""Other libraries' words for some of ours."""

PaddingEntry: TypeAlias = "tuple[int, int] | str"
"""Padding along one axis: ``(lo, hi)``, or a word whose meaning depends on the axis."""


def letters(rank: int, op: str = "refconv") -> str:
    """Return the names of the spatial axes: W, HW, DHW; before them A, B, ... for still more.

    Examples
    --------
    >>> letters(2), letters(5)
    ('HW', 'ABDHW')
    """
    if not 1 <= rank <= len(MORE_AXES) + 3:
        raise ShapeError(op, f"{rank} spatial axes are not 1 to {len(MORE_AXES) + 3}.", fix="Merge some of them.")
    return MORE_AXES[: max(rank - 3, 0)] + "DHW"[max(3 - rank, 0) :]


def entries(value: Any) -> list[Any] | None:
    """Return a sequence (a list, a tuple, a one-dimensional array, ...) as a list, or None for anything else.

    Examples
    --------
    >>> entries((1, 2)), entries(3), entries("same"), entries({1, 2})
    ([1, 2], None, None, None)
    """
    if type(value) is int:
        return None  # most are, and an abstract class is slow to ask
    if isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray | memoryview):
        return list(value)
    listed = value.tolist() if hasattr(value, "tolist") else None  # an array, of whatever library
    return listed if isinstance(listed, list) else None


def flag(op: str, name: str, value: Any) -> bool:
    """Return `value` as a bool, NumPy's included; numbers, words and arrays are not taken for one."""
    if type(value).__name__ != "bool":  # Python's or NumPy's, which is not loaded here
        raise ArgumentTypeError(
            op,
            f"{name} must be True or False, but it is {value!r}, of type {type(value).__name__}.",
            fix=f"Write {name}=True or {name}=False.",
        )
    return bool(value)


def integer(op: str, name: str, value: Any, minimum: int | None = None) -> int:
    """Return `value` as an int of at least `minimum`; NumPy's ints are welcome, bools and floats are not."""
    if type(value).__name__ == "bool":  # Python's or NumPy's, which old versions of it take for an index
        raise ArgumentTypeError(
            op, f"{name} must be an integer, but it is the bool {value}.", fix=f"Write {int(value)} if you mean it."
        )
    try:
        number = index(value)
    except TypeError:
        raise ArgumentTypeError(
            op,
            f"{name} must be an integer, but it is {value!r}, of type {type(value).__name__}.",
            fix="Write whole numbers as int, such as 1.",
        ) from None
    if minimum is not None and number < minimum:
        raise ArgumentError(
            op,
            f"{name} must be at least {minimum}, but it is {number}.",
            fix=f"The smallest value allowed is {name}={minimum}.",
            fixes=[{name: minimum}],
        )
    return number


def real(op: str, name: str, value: Any, low: float, high: float = inf, *, fix: str) -> float:
    """Return a finite number from `low` to `high`.

    Examples
    --------
    >>> real("SGD", "lr", 0.1, 0, fix="")
    0.1
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        problem = f"{name} must be a number, but it is {value!r}, of type {type(value).__name__}."
        raise ArgumentTypeError(op, problem, fix=fix)
    number = float(value)
    if not (low <= number <= high and -inf < number < inf):
        raise ArgumentError(op, f"{name} is {value}.", fix=fix)
    return number


def choice(op: str, name: str, value: Any, allowed: Iterable[str], mend: Callable[[str], Any] = str) -> str:
    """Return `value` if it is one of the `allowed` words; else an error that offers the nearest.

    `mend` makes of the right word the value of the whole argument, of which `name` may name a part.
    """
    words = tuple(allowed)
    if isinstance(value, str) and value in words:
        return value
    near = _nearest(value, words)
    raise ArgumentError(
        op,
        f"{name} is {value!r}, which is not known.",
        f"{name} is one of {', '.join(map(repr, words))}.",
        fix=f"Did you mean {near!r}?" if near else "Take one of these.",
        fixes=[{name.split(maxsplit=1)[0]: mend(near)}] if near else None,
    )


def _nearest(value: Any, words: tuple[str, ...]) -> str | None:
    """Return the word that was meant: another framework's name for it, other capitals, or a slip of the finger."""
    said = str(value).casefold()
    meant = ELSEWHERE.get(said, said)
    near = [meant] if meant in words else get_close_matches(said, words, n=1)
    return near[0] if near else None


def integers(op: str, name: str, value: Any, axes: str, minimum: int | None = None) -> tuple[int, ...]:
    """Return one int per axis, from one for all of them or from a sequence.

    Examples
    --------
    >>> integers("conv2d", "stride", 2, "HW"), integers("conv2d", "stride", (1, 2), "HW")
    ((2, 2), (1, 2))
    """
    listed = entries(value)
    if listed is None:
        return (integer(op, name, value, minimum),) * len(axes)
    if len(listed) != len(axes):
        _wrong_length(op, name, listed, axes)
    numbers = tuple(integer(op, f"{name} along {letter}", entry) for letter, entry in zip(axes, listed, strict=True))
    if minimum is not None and min(numbers) < minimum:
        mended = tuple(max(number, minimum) for number in numbers)
        letter = next(letter for letter, number in zip(axes, numbers, strict=True) if number < minimum)
        raise ArgumentError(
            op,
            f"{name} must be at least {minimum} along every axis, but along {letter} it is not.",
            f"{name} = {numbers}, along {_names(axes)}",
            fix=f"The nearest that is allowed is {name}={mended}.",
            fixes=[{name: mended}],
        )
    return numbers


def paddings(op: str, value: Any, axes: str) -> tuple[PaddingEntry, ...]:
    """Return ``(lo, hi)`` or a word for each axis.

    Examples
    --------
    >>> paddings("conv2d", 1, "HW"), paddings("conv2d", (1, (0, 2)), "HW")
    (((1, 1), (1, 1)), ((1, 1), (0, 2)))
    >>> paddings("conv2d", "same", "HW")
    ('same', 'same')
    """
    listed = entries(value)
    if listed is None:
        return (_padding_entry(op, "padding", value, str),) * len(axes)
    if len(listed) != len(axes):
        _wrong_length(op, "padding", listed, axes)

    def mended(number: int) -> Callable[[str], Any]:
        return lambda word: (*listed[:number], word, *listed[number + 1 :])

    return tuple(
        _padding_entry(op, f"padding along {letter}", entry, mended(number))
        for number, (letter, entry) in enumerate(zip(axes, listed, strict=True))
    )


def _padding_entry(op: str, name: str, value: Any, mend: Callable[[str], Any]) -> PaddingEntry:
    if isinstance(value, str):
        return choice(op, name, value, PADDING_WORDS, mend)
    pair = entries(value)
    if pair is None:
        return (integer(op, name, value),) * 2
    if len(pair) != 2:
        raise ArgumentError(
            op,
            f"{name} must be one int or a pair (lo, hi), but it has {len(pair)} entries: {pair}.",
            fix="Write (lo, hi): the padding before and the padding after.",
        )
    return integer(op, f"{name}, before", pair[0]), integer(op, f"{name}, after", pair[1])


def resolve(entry: PaddingEntry, n: int, k: int, s: int, d: int, *, transposed: bool = False) -> tuple[int, int]:
    """Return the ``(lo, hi)`` that an entry means on an axis; with `transposed`, for the adjoint.

    Examples
    --------
    >>> resolve("same", n=6, k=3, s=2, d=1)
    (0, 1)
    """
    if not isinstance(entry, str):
        return entry
    lower = entry == "same_lower"
    if entry == "valid":
        return 0, 0
    if entry == "full":
        return full_padding(k, d)
    if entry == "causal":
        return causal_padding(k, d)
    return same_transposed_padding(k, s, d, lower) if transposed else same_padding(n, k, s, d, lower)


def _wrong_length(op: str, name: str, listed: list[Any], axes: str) -> NoReturn:
    line = f"{name} = {tuple(listed)}, along {_names(axes)}"
    fix, mended = f"Give one int for all axes, or {len(axes)} of them.", None
    if name == "padding" and len(listed) == 2 * len(axes) and all(isinstance(entry, int) for entry in listed):
        mended = tuple(zip(listed[::2], listed[1::2], strict=True))
        fix = f"For a beginning and an end of each axis write pairs, padding={mended}."
    elif len(listed) > len(axes):
        mended = tuple(listed[: len(axes)])
        fix = f"Give one int for all axes, or one per axis, such as {name}={mended}."
    raise ArgumentError(
        op,
        f"{name} has {_count(listed, 'entry', 'entries')} for {_count(axes, 'spatial axis', 'spatial axes')}.",
        line,
        fix=fix,
        fixes=[{name: mended}] if mended else None,
    )


def _count(things: Sequence[Any], one: str, several: str) -> str:
    return f"{len(things)} {one if len(things) == 1 else several}"


def _names(axes: str) -> str:
    return axes if len(axes) == 1 else "(" + ", ".join(axes) + ")"
