"""ONNX' words: a kernel is ``f(op_type, inputs, attributes) -> (y,)``, channels first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refconv.arithmetic.sizes import effective_kernel_size
from refconv.oracle.calling import Refused
from refconv.oracle.operations import Operation
from refconv.oracle.wordings.model import Asked, Hand, Wording, whole_word

__all__ = ["wording"]

_WORDS = {"valid": "VALID", "same_upper": "SAME_UPPER", "same_lower": "SAME_LOWER"}


def wording(operation: Operation) -> Wording | None:
    """Return how ONNX says an operation; a depthwise one is a grouped one to it.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("conv2d"), (1, 2, 5, 5), (3, 2, 3, 3), {"padding": ((0, 1), (2, 3))})
    >>> wording(asked.operation).say(asked)["pads"]
    [0, 2, 1, 3]
    """
    known = tuple(name for name in operation.parameters if name != "padding_mode")
    transposed = operation.family == "conv_transpose"
    op_type = "ConvTranspose" if transposed else "Conv"
    return Wording(
        op_type,
        operation,
        "NC*",
        "IO*" if transposed else "OI*",
        _transposed if transposed else _conv,
        known,
        bias=True,
        flat=operation.family == "depthwise_conv",
        hand=_node(op_type),
        dictionary=True,
    )


def _node(op_type: str) -> Hand:
    def hand(fn: Callable[..., Any], arrays: tuple[Any, ...], bias: tuple[Any, ...], said: dict[str, Any]) -> Any:
        found = fn(op_type, [*arrays, *bias], said)
        # a node's outputs are a tuple; those of a function for gradients are several
        return found[0] if isinstance(found, tuple | list) and len(found) == 1 else found

    return hand


def _conv(asked: Asked) -> dict[str, Any]:
    if asked.padding_mode != "zeros":
        raise Refused("padding_mode: ONNX' Conv pads with zeros")
    return _attributes(asked)


def _transposed(asked: Asked) -> dict[str, Any]:
    spans = [effective_kernel_size(k, d) for k, d in zip(asked.kernel, asked.dilation, strict=True)]
    if (asked.word or "").startswith("same"):
        if any(asked.output_padding):
            raise Refused("output padding with auto_pad: ONNX takes it off the padding again")
        if any(span < s for span, s in zip(spans, asked.stride, strict=True)):
            raise Refused("auto_pad of a stride beyond the kernel's span: it would be negative padding")
    return {**_attributes(asked), "output_padding": list(asked.output_padding)}


def _attributes(asked: Asked) -> dict[str, Any]:
    said: dict[str, Any] = {
        "kernel_shape": list(asked.kernel),
        "strides": list(asked.stride),
        "dilations": list(asked.dilation),
        "group": asked.groups,
    }
    word = whole_word(asked, _WORDS, "ONNX")
    if word is not None:
        return said | {"auto_pad": word}
    pairs = asked.pairs
    if any(side < 0 for pair in pairs for side in pair):
        raise Refused("negative padding: ONNX' pads are 0 or more")
    return said | {"pads": [lo for lo, _ in pairs] + [hi for _, hi in pairs]}
