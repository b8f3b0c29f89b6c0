"""Is a record possible at all? Its numbers are whole and in range, its flags are flags, and its words are known.

What depends on the size of an input is asked about in `refconv.networks.rules`.
"""

from __future__ import annotations

from dataclasses import fields
from math import isfinite
from numbers import Rational, Real
from typing import Any

from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import choice, entries, flag, integer
from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.networks.records import (
    Activation,
    Conv,
    ConvTranspose,
    DepthToSpace,
    GlobalPool,
    Join,
    Linear,
    Norm,
    Operation,
    Pad,
    Pool,
    Resize,
    Select,
    Shuffle,
    SpaceToDepth,
    Unflatten,
    Unsupported,
)

__all__ = ["check_numbers", "check_words"]

_LEAST: dict[type, dict[str, int]] = {
    Conv: {"filters": 1, "groups": 1},
    ConvTranspose: {"filters": 1, "groups": 1},
    Linear: {"features": 1},
    Norm: {"groups": 1},
    Activation: {"parameters": 0},
    DepthToSpace: {"block": 1},
    SpaceToDepth: {"block": 1},
    Select: {"start": 0, "stop": 1},
    Shuffle: {"groups": 1},
}
"""The numbers that are one for all axes, and the least that each can be."""

_POOLINGS = ("max", "average")
_NORMS = ("batch", "layer", "group", "instance", "channel", "scale", "local_response")
_WORDS: dict[type, dict[str, tuple[str, ...]]] = {
    Conv: {"padding_mode": PADDING_MODES},
    Pad: {"padding_mode": PADDING_MODES},
    Pool: {"kind": _POOLINGS},
    GlobalPool: {"kind": _POOLINGS},
    Norm: {"kind": _NORMS},
    Join: {"kind": ("add", "multiply", "maximum", "concatenate")},
}


def check_numbers(op: str, record: Operation) -> None:
    """Raise unless the numbers that a record has for all axes are integers, or symbols, and large enough.

    Examples
    --------
    >>> check_numbers("conv1", Conv(8, 3, groups=0))
    Traceback (most recent call last):
        ...
    refconv.errors.ArgumentError: conv1: groups must be at least 1, but it is 0.
      The smallest value allowed is groups=1.
    """
    for name, least in _LEAST.get(type(record), {}).items():
        _check_integer(op, name, getattr(record, name), least)
    if isinstance(record, Norm | Activation):
        _check_constants(op, record.constants)
    if isinstance(record, Norm) and not (_is_finite(record.epsilon) and record.epsilon >= 0):
        raise ArgumentTypeError(op, f"epsilon is {record.epsilon!r}.", fix="Take a number of at least 0.")
    if isinstance(record, Unflatten) or (isinstance(record, Unsupported) and record.shape is not None):
        name = "size" if isinstance(record, Unflatten) else "shape"
        value = getattr(record, name)
        listed = entries(value)
        if not listed:
            raise ArgumentTypeError(op, f"{name} is {value!r}.", fix="Give one number for each axis.")
        for entry in listed:
            _check_integer(op, name, entry, 1)
    if isinstance(record, Resize) and record.scale is not None:
        scales = entries(record.scale)
        for scale in [record.scale] if scales is None else scales:
            if not _is_symbol(scale) and (not isinstance(scale, Rational) or isinstance(scale, bool) or scale <= 0):
                fix = "Take an int or a Fraction above 0 for each axis."
                raise ArgumentTypeError(op, f"scale is {record.scale!r}.", fix=fix)


def _check_integer(op: str, name: str, value: Any, least: int) -> None:
    if not _is_symbol(value):
        integer(op, name, value, least)


def _check_constants(op: str, constants: Any) -> None:
    pairs = constants if isinstance(constants, tuple) else (constants,)
    whole = all(
        isinstance(pair, tuple) and len(pair) == 2 and isinstance(pair[0], str) and _is_finite(pair[1])
        for pair in pairs
    )
    if not whole or len(dict(pairs)) < len(pairs):
        fix = "Take pairs of a name, each another, and a finite number."
        raise ArgumentTypeError(op, f"constants is {constants!r}.", fix=fix)


def _is_finite(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and isfinite(value)


def _is_symbol(value: Any) -> bool:
    return bool(getattr(value, "free_symbols", None))


def check_words(op: str, record: Operation) -> None:
    """Raise unless a record's flags are flags and its words are known: those that its sizes do not depend on.

    The function of an activation may be any word.

    Examples
    --------
    >>> check_words("pool1", Pool("maximum", 2))
    Traceback (most recent call last):
        ...
    refconv.errors.ArgumentError: pool1: kind is 'maximum', which is not known.
      kind is one of 'max', 'average'.
      Did you mean 'max'?
    """
    known = _WORDS.get(type(record), {})
    for field in fields(record):
        value = getattr(record, field.name)
        if field.type == "bool":
            flag(op, field.name, value)
        elif field.name in known:
            choice(op, field.name, value, known[field.name])
        elif field.type == "str" and not isinstance(value, str):
            raise ArgumentError(op, f"{field.name} is {value!r}.", fix="Write a word, in quotes.")
