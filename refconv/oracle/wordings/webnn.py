"""WebNN's words: a kernel is ``f(input, filter, options)``, two spatial axes, padding in numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refconv.oracle.calling import Refused
from refconv.oracle.operations import Operation
from refconv.oracle.wordings.model import Asked, Wording, whole_word

__all__ = ["wording"]


def wording(operation: Operation) -> Wording | None:
    """Return how WebNN says an operation; None but for two spatial axes.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("conv2d"), (1, 2, 5, 5), (3, 2, 3, 3), {"padding": ((0, 1), (2, 3))})
    >>> wording(asked.operation).say(asked)["padding"]
    [0, 1, 2, 3]
    """
    if operation.rank != 2:
        return None
    known = tuple(name for name in operation.parameters if name != "padding_mode")
    transposed = operation.family == "conv_transpose"
    return Wording(
        "conv_transpose2d" if transposed else "conv2d",
        operation,
        "NC*",
        "IO*" if transposed else "OI*",
        _transposed if transposed else _conv,
        known,
        bias=True,
        flat=operation.family == "depthwise_conv",
        hand=_options,
        dictionary=True,
    )


def _options(fn: Callable[..., Any], arrays: tuple[Any, ...], bias: tuple[Any, ...], said: dict[str, Any]) -> Any:
    given = {} if not bias or bias[0] is None else {"bias": bias[0]}
    return fn(*arrays, {**said, **given})


def _conv(asked: Asked) -> dict[str, Any]:
    if asked.padding_mode != "zeros":
        raise Refused("padding_mode: WebNN's conv2d pads with zeros")
    return {**_shared(asked), "inputLayout": "nchw", "filterLayout": "oihw"}


def _transposed(asked: Asked) -> dict[str, Any]:
    if any(a >= s for a, s in zip(asked.output_padding, asked.stride, strict=True)):
        raise Refused("output padding of a stride or more: WebNN takes less than the strides only")
    extra = {"outputPadding": list(asked.output_padding)}
    return {**_shared(asked), **extra, "inputLayout": "nchw", "filterLayout": "iohw"}


def _shared(asked: Asked) -> dict[str, Any]:
    whole_word(asked, {}, "WebNN")
    if any(side < 0 for pair in asked.pairs for side in pair):
        raise Refused("negative padding: WebNN's is 0 or more")
    return {
        "padding": [side for pair in asked.pairs for side in pair],
        "strides": list(asked.stride),
        "dilations": list(asked.dilation),
        "groups": asked.groups,
    }
