"""PyTorch's words: torch.nn.functional's functions, channels first, one padding for both sides of an axis."""

from __future__ import annotations

from typing import Any

from refconv.oracle.calling import Refused
from refconv.oracle.operations import Operation
from refconv.oracle.wordings.model import Asked, Wording, whole_word

__all__ = ["wording"]

_WORDS = {"valid": "valid", "same_upper": "same"}


def wording(operation: Operation) -> Wording | None:
    """Return how PyTorch says an operation; a depthwise one is a grouped one to it.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("depthwise_conv1d"), (1, 4, 9), (4, 2, 3), {"padding": ((1, 1),)})
    >>> wording(asked.operation).say(asked)
    {'stride': (1,), 'padding': (1,), 'dilation': (1,), 'groups': 4}
    """
    if operation.family == "conv_transpose":
        return Wording(
            f"conv_transpose{operation.rank}d", operation, "NC*", "IO*", _transposed, operation.parameters, bias=True
        )
    return Wording(
        f"conv{operation.rank}d",
        operation,
        "NC*",
        "OI*",
        _conv,
        operation.parameters,
        bias=True,
        flat=operation.family == "depthwise_conv",
        extras=("padding_mode",),
    )


def _conv(asked: Asked) -> dict[str, Any]:
    word = whole_word(asked, _WORDS, "PyTorch")
    if word == "same" and any(s > 1 for s in asked.stride):
        raise Refused('padding="same_upper" with a stride: PyTorch\'s "same" takes none')
    said: dict[str, Any] = {
        "stride": asked.stride,
        "padding": _both_sides(asked) if word is None else word,
        "dilation": asked.dilation,
        "groups": asked.groups,
    }
    return said if asked.padding_mode == "zeros" else said | {"padding_mode": asked.padding_mode}


def _transposed(asked: Asked) -> dict[str, Any]:
    whole_word(asked, {}, "PyTorch")
    return {
        "stride": asked.stride,
        "padding": _both_sides(asked),
        "output_padding": asked.output_padding,
        "groups": asked.groups,
        "dilation": asked.dilation,
    }


def _both_sides(asked: Asked) -> tuple[int, ...]:
    if any(side < 0 for pair in asked.pairs for side in pair):
        raise Refused("negative padding: PyTorch's convolutions take none")
    if any(lo != hi for lo, hi in asked.pairs):
        raise Refused("padding that differs per side: PyTorch's convolutions have one for both")
    return tuple(lo for lo, _ in asked.pairs)
