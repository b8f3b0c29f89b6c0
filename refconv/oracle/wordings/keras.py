"""Keras' words: keras.ops, channels last, padding by word alone."""

from __future__ import annotations

from typing import Any

from refconv.oracle.calling import Refused
from refconv.oracle.operations import Operation
from refconv.oracle.wordings.model import Asked, Wording, whole_word

__all__ = ["wording"]

_WORDS = {"valid": "valid", "same_upper": "same"}


def wording(operation: Operation) -> Wording | None:
    """Return how Keras says an operation; None for a depthwise one in three dimensions.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("conv1d"), (1, 2, 5), (3, 2, 3), {"padding": "same_upper", "dilation": (2,)})
    >>> wording(asked.operation).say(asked)["dilation_rate"]
    (2,)
    """
    known = tuple(name for name in operation.parameters if name not in ("padding_mode", "groups"))
    if operation.family == "depthwise_conv":
        return None if operation.rank == 3 else Wording("depthwise_conv", operation, "N*C", "*CM", _conv, known)
    if operation.family == "conv_transpose":
        return Wording("conv_transpose", operation, "N*C", "*OI", _transposed, known)
    return Wording("conv", operation, "N*C", "*IO", _conv, known)


def _conv(asked: Asked) -> dict[str, Any]:
    if asked.padding_mode != "zeros":
        raise Refused("padding_mode: Keras' convolutions pad with zeros")
    return {
        "strides": asked.stride,
        "padding": _padding(asked, _WORDS | ({"causal": "causal"} if asked.rank == 1 else {})),
        "data_format": "channels_last",
        "dilation_rate": asked.dilation,
    }


def _transposed(asked: Asked) -> dict[str, Any]:
    if asked.groups != 1:
        raise Refused("groups: Keras' transposed convolution has none")
    if any(a >= s for a, s in zip(asked.output_padding, asked.stride, strict=True)):
        raise Refused("output padding of a stride or more: Keras takes less than the strides only")
    return {
        "strides": asked.stride,
        "padding": _padding(asked, {"valid": "valid"}),
        "output_padding": asked.output_padding,
        "data_format": "channels_last",
        "dilation_rate": asked.dilation,
    }


def _padding(asked: Asked, words: dict[str, str]) -> str:
    word = whole_word(asked, words, "Keras")
    if word is None and any(pair != (0, 0) for pair in asked.pairs):
        raise Refused("padding in numbers: Keras takes words only")
    return word or "valid"
