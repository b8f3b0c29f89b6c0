"""Numbers and expressions as they are written on the command line."""

from __future__ import annotations

import argparse
import re
from typing import Any

from refconv.arithmetic.per_axis import PADDING_WORDS
from refconv.errors import RefconvError

__all__ = ["as_given", "number", "padding", "per_axis", "shape"]

_NUMBER = re.compile(r"[+-]?[0-9]{1,4000}")


def number(text: str) -> Any:
    """Return an int, or the expression that a text stands for; argparse reports what is raised here.

    Examples
    --------
    >>> number("224"), number("2*n - 1")
    (224, 2*n - 1)
    """
    if _NUMBER.fullmatch(text.strip()):
        return int(text)
    from refconv.symbolic import parse  # sympy, only where there is something to compute with

    try:
        value = parse(text)
    except RefconvError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if value.is_Relational or value.is_Boolean:
        raise argparse.ArgumentTypeError(f"{text} is a statement, not a number")
    return int(value) if value.is_Integer else value


def per_axis(text: str) -> Any:
    """Return one number, or a tuple with one for each axis, such as ``3`` or ``3,5``.

    Examples
    --------
    >>> per_axis("3"), per_axis("3,5")
    (3, (3, 5))
    """
    parts = tuple(map(number, text.split(",")))
    return parts[0] if len(parts) == 1 else parts


def padding(text: str) -> Any:
    """Return padding: a number, ``lo:hi``, a word, or one of these for each axis between commas.

    Examples
    --------
    >>> padding("1"), padding("0:1"), padding("same"), padding("1,0:2")
    (1, ((0, 1),), 'same', (1, (0, 2)))
    """
    if text in PADDING_WORDS:
        return text
    parts = tuple(_padding_entry(part) for part in text.split(","))
    return parts[0] if len(parts) == 1 and not isinstance(parts[0], tuple) else parts


def _padding_entry(text: str) -> Any:
    if text in PADDING_WORDS:
        return text
    if text.isalpha() and len(text) > 2:  # a slip, rather than a symbol
        raise argparse.ArgumentTypeError(f"{text!r} is no padding: the words are {', '.join(PADDING_WORDS)}")
    pair = tuple(map(number, text.split(":")))
    if len(pair) > 2:
        raise argparse.ArgumentTypeError(f"{text} is no padding: write lo:hi for one axis, and commas between axes")
    return pair[0] if len(pair) == 1 else pair


def shape(text: str) -> tuple[Any, ...]:
    """Return a shape without the batch, channels first, such as ``3,224,224`` or ``3x224x224``.

    Examples
    --------
    >>> shape("3,224,224")
    (3, 224, 224)
    """
    whole = text.replace("x", ",") if re.fullmatch(r"[0-9]+(x[0-9]+)+", text) else text
    return tuple(map(number, whole.split(",")))


def as_given(values: Any) -> Any:
    """Return what JSON shows: one value where the axes agree, a list where not; expressions as text.

    Examples
    --------
    >>> from fractions import Fraction
    >>> as_given((3, 3)), as_given((3, 5)), as_given((Fraction(1, 2),)), as_given(((0, 1), (0, 1)))
    (3, [3, 5], 0.5, [0, 1])
    """
    shown = [_plain(value) for value in values]
    return shown[0] if shown and all(each == shown[0] for each in shown) else shown


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, int | float | str):
        return value
    if hasattr(value, "free_symbols"):
        from refconv.symbolic import simplified

        return str(simplified(value))
    return int(value) if value.denominator == 1 else float(value)
