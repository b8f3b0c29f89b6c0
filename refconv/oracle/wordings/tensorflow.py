"""TensorFlow's words: tf.nn's functions, channels last, padding by word, and in numbers for two axes only."""

from __future__ import annotations

from typing import Any

from refconv.arithmetic.per_axis import letters
from refconv.oracle.calling import Refused
from refconv.oracle.operations import Operation
from refconv.oracle.wordings.model import Asked, Wording, whole_word

__all__ = ["wording"]

_WORDS = {"valid": "VALID", "same_upper": "SAME"}


def wording(operation: Operation) -> Wording | None:
    """Return how TensorFlow says an operation; None for a depthwise one but in two dimensions.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("conv2d"), (1, 2, 5, 5), (3, 2, 3, 3), {"padding": ((0, 1), (2, 0))})
    >>> wording(asked.operation).say(asked)["padding"]
    [[0, 0], [0, 1], [2, 0], [0, 0]]
    """
    rank, family = operation.rank, operation.family
    if family == "depthwise_conv":
        known = tuple(name for name in operation.parameters if name != "padding_mode")
        if rank != 2:
            return None
        return Wording("depthwise_conv2d", operation, "N*C", "*CM", _depthwise, known)
    known = tuple(name for name in operation.parameters if name not in ("padding_mode", "groups"))
    if family == "conv_transpose":
        return Wording(f"conv{rank}d_transpose", operation, "N*C", "*OI", _transposed, known)
    return Wording(f"conv{rank}d", operation, "N*C", "*IO", _conv, known)


def _conv(asked: Asked) -> dict[str, Any]:
    _check_zeros(asked)
    return {
        **_strides(asked),
        "padding": _padding(asked),
        "data_format": _format(asked),
        "dilations": _per_axis(asked, asked.dilation),
    }


def _depthwise(asked: Asked) -> dict[str, Any]:
    _check_zeros(asked)
    if any(s > 1 for s in asked.stride) and any(d > 1 for d in asked.dilation):
        raise Refused("stride with dilation: TensorFlow's depthwise_conv2d is documented to take one of them only")
    return {
        "strides": [1, *asked.stride, 1],
        "padding": _padding(asked),
        "data_format": _format(asked),
        "dilations": list(asked.dilation),
    }


def _transposed(asked: Asked) -> dict[str, Any]:
    if asked.groups != 1:
        raise Refused("groups: TensorFlow's transposed convolutions have none")
    if any(a >= s for a, s in zip(asked.output_padding, asked.stride, strict=True)):
        raise Refused("output padding of a stride or more: TensorFlow's output_shape would come from a larger input")
    if asked.word == "same_upper" and any(asked.output_padding):
        raise Refused("output padding with padding by a word: TensorFlow's SAME would mean another padding")
    n, channels, *sizes = asked.y_shape
    return {
        "output_shape": [n, *sizes, channels],
        **_strides(asked),
        "padding": _padding(asked),
        "data_format": _format(asked),
        "dilations": _per_axis(asked, asked.dilation),
    }


def _format(asked: Asked) -> str:
    return f"N{letters(asked.rank)}C"


def _strides(asked: Asked) -> dict[str, Any]:
    """Return the strides; in one dimension their name is singular, but for the transposed convolution."""
    single = asked.rank == 1 and asked.operation.family != "conv_transpose"
    return {"stride" if single else "strides": _per_axis(asked, asked.stride)}


def _per_axis(asked: Asked, numbers: tuple[int, ...]) -> Any:
    # conv3d asks for an entry for every axis of the array
    return {1: numbers[0], 2: list(numbers)}.get(asked.rank, [1, *numbers, 1])


def _padding(asked: Asked) -> Any:
    word = whole_word(asked, _WORDS, "TensorFlow")
    if word is not None:
        return word
    pairs = asked.pairs
    if all(pair == (0, 0) for pair in pairs):
        return "VALID"
    if asked.rank != 2:
        raise Refused("padding in numbers: TensorFlow takes them with two spatial axes only")
    if any(side < 0 for pair in pairs for side in pair):
        raise Refused("negative padding: TensorFlow takes none")
    return [[0, 0], *([lo, hi] for lo, hi in pairs), [0, 0]]


def _check_zeros(asked: Asked) -> None:
    if asked.padding_mode != "zeros":
        raise Refused("padding_mode: TensorFlow's convolutions pad with zeros")
