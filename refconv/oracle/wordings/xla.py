"""XLA's words, as jax.lax has them: padding before and after every axis, negative too; layouts as refconv's."""

from __future__ import annotations

from typing import Any

from refconv.arithmetic.per_axis import letters
from refconv.arithmetic.sizes import full_padding
from refconv.oracle.calling import Refused
from refconv.oracle.operations import Operation
from refconv.oracle.wordings.model import Asked, Wording, whole_word

__all__ = ["wording"]

_WORDS = {"valid": "VALID", "same_upper": "SAME", "same_lower": "SAME_LOWER"}


def wording(operation: Operation) -> Wording | None:
    """Return how jax.lax says an operation: all of them but the transposed one by conv_general_dilated.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("conv1d"), (1, 2, 5), (3, 1, 3), {"padding": ((-1, 2),), "groups": 2})
    >>> said = wording(asked.operation).say(asked)
    >>> said["padding"], said["feature_group_count"]
    ([(-1, 2)], 2)
    """
    known = tuple(name for name in operation.parameters if name != "padding_mode")
    if operation.family == "conv_transpose":
        known = tuple(name for name in known if name != "groups")
        return Wording("conv_transpose", operation, "NC*", "IO*", _transposed, known)
    flat = operation.family == "depthwise_conv"
    return Wording("conv_general_dilated", operation, "NC*", "OI*", _conv, known, flat=flat)


def _orders(asked: Asked) -> tuple[str, str, str]:
    axes = letters(asked.rank)
    return f"NC{axes}", f"OI{axes}", f"NC{axes}"


def _conv(asked: Asked) -> dict[str, Any]:
    if asked.padding_mode != "zeros":
        raise Refused("padding_mode: XLA pads with zeros")
    word = whole_word(asked, _WORDS, "XLA")
    return {
        "window_strides": asked.stride,
        "padding": list(asked.pairs) if word is None else word,
        "rhs_dilation": asked.dilation,
        "dimension_numbers": _orders(asked),
        "feature_group_count": asked.groups,
    }


def _transposed(asked: Asked) -> dict[str, Any]:
    """Return the arguments of lax.conv_transpose, whose padding is that of the input with zeros in it."""
    if asked.groups != 1:
        raise Refused("groups: lax.conv_transpose has none")
    whole_word(asked, {}, "lax.conv_transpose")
    rims = [full_padding(k, d) for k, d in zip(asked.kernel, asked.dilation, strict=True)]
    return {
        "strides": asked.stride,
        "padding": [
            (before - lo, after - hi + a)
            for (before, after), (lo, hi), a in zip(rims, asked.pairs, asked.output_padding, strict=True)
        ],
        "rhs_dilation": asked.dilation,
        "dimension_numbers": _orders(asked),
        "transpose_kernel": True,
    }
