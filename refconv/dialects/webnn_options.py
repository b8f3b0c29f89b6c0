"""WebNN's options: a dictionary of known names, lists of a fixed length, lower-case layouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refconv.arithmetic.per_axis import choice, entries, integer
from refconv.errors import ArgumentError, ArgumentTypeError

__all__ = ["INPUT_LAYOUTS", "layout", "numbers", "padding_pairs", "read_options", "whole"]

INPUT_LAYOUTS = ("nchw", "nhwc")


def read_options(op: str, options: Mapping[str, Any] | None, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the options that were given; an unknown name is an error, where a browser would ignore it.

    None is taken for an option that was left out, and so is `label`, which names an operator for people.

    Raises
    ------
    ArgumentError
        For an unknown name, with the one that was meant.
    ArgumentTypeError
        For options that are no dictionary.

    Examples
    --------
    >>> read_options("webnn.conv2d", {"strides": [2, 2], "bias": None}, ("strides", "bias"))
    {'strides': [2, 2]}
    """
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise ArgumentTypeError(
            op,
            f"options must be a dictionary, but it is of type {type(options).__name__}.",
            fix='Write options={"strides": [2, 2]}.',
        )
    for name in options:
        try:
            choice(op, "an option", name, (*known, "label"))
        except ArgumentError as error:
            parts, fix = error.parts
            # what it mends is the option's name, and there is no argument of the name "an option"
            raise ArgumentError(*parts, fix=fix) from None
    return {name: value for name, value in options.items() if value is not None and name != "label"}


def numbers(op: str, name: str, value: Any, length: int, minimum: int) -> tuple[int, ...]:
    """Return a list of so many integers, none below `minimum`.

    Raises
    ------
    ArgumentError
        For another length, and a number that is too small; its `fixes` have the whole list, but for `outputSizes`.
    ArgumentTypeError
        For what is no list of integers.

    Examples
    --------
    >>> numbers("webnn.conv2d", "strides", [2, 1], 2, 1)
    (2, 1)
    """
    listed = entries(value)
    if listed is None:
        raise ArgumentTypeError(
            op, f"{name} must be a list of {length} integers, but it is {value!r}.", fix=f"Write {name}={[1] * length}."
        )
    if len(listed) != length:
        raise ArgumentError(
            op,
            f"{name} must have {length} entries, but it has {len(listed)}.",
            f"{name} = {listed}",
            fix="They are beginning and end of the height, then of the width."
            if length == 4
            else "Height, then width.",
        )
    given = [integer(op, f"{name}[{i}]", entry) for i, entry in enumerate(listed)]
    mended = [max(number, minimum) for number in given]
    if mended != given:
        i = next(i for i, number in enumerate(given) if number < minimum)
        raise ArgumentError(
            op,
            f"{name}[{i}] must be at least {minimum}, but it is {given[i]}.",
            # which sizes there can be depends on the input
            fix="" if name == "outputSizes" else f"The nearest that is allowed is {name}={mended}.",
            fixes=None if name == "outputSizes" else [{name: mended}],
        )
    return tuple(given)


def padding_pairs(op: str, options: Mapping[str, Any]) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the option `padding`, [top, bottom, left, right], as a pair for each axis.

    Examples
    --------
    >>> padding_pairs("webnn.conv2d", {"padding": [0, 1, 2, 3]})
    ((0, 1), (2, 3))
    """
    top, bottom, left, right = numbers(op, "padding", options.get("padding", (0, 0, 0, 0)), 4, 0)
    return (top, bottom), (left, right)


def whole(op: str, options: Mapping[str, Any], name: str, default: tuple[int, int] = (1, 1)) -> tuple[int, ...]:
    """Return the option `name`, one integer from 1 for the height and one for the width.

    Examples
    --------
    >>> whole("webnn.conv2d", {}, "dilations")
    (1, 1)
    """
    return numbers(op, name, options.get(name, default), 2, 1)


def layout(op: str, options: Mapping[str, Any], name: str, allowed: tuple[str, ...]) -> str:
    """Return a layout in refconv's letters; the first of `allowed` is the default.

    Examples
    --------
    >>> layout("webnn.conv2d", {"inputLayout": "nhwc"}, "inputLayout", INPUT_LAYOUTS)
    'NHWC'
    """
    return choice(op, name, options.get(name, allowed[0]), allowed).upper()
