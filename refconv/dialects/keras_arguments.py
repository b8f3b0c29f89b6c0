"""Keras' words for how a window moves, said in refconv's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import choice, integers, letters
from refconv.errors import ShapeError
from refconv.ops.arguments import Options, PerAxis
from refconv.ops.elements import check_numeric

__all__ = ["WORDS", "layout_of", "options", "rank_of", "word"]

WORDS = {"x": "inputs", "w": "kernel", "stride": "strides", "dilation": "dilation_rate", "kernel_size": "pool_size"}
"""What Keras calls refconv's arguments."""

MEANT = {"valid": "valid", "same": "same_upper", "causal": "causal"}


def options(
    op: str,
    rank: int,
    strides: PerAxis,
    padding: str,
    data_format: str | None,
    dilation_rate: PerAxis = 1,
    *,
    kernel_layout: str = "*IO",
    causal: bool = False,
) -> Options:
    """Return a call's options in refconv's words; `causal` says whether that padding is known, along one axis.

    Examples
    --------
    >>> said = options("keras.ops.conv", 2, 2, "same", None)
    >>> said.stride, said.padding, said.layout
    ((2, 2), 'same_upper', 'N*C')
    """
    axes = letters(rank, op)
    return Options(
        stride=integers(op, "strides", strides, axes, 1),
        padding=word(op, padding, ("valid", "same", "causal") if causal and rank == 1 else ("valid", "same")),
        dilation=integers(op, "dilation_rate", dilation_rate, axes, 1),
        layout=layout_of(op, data_format),
        kernel_layout=kernel_layout,
    )


def word(op: str, padding: Any, allowed: Iterable[str]) -> str:
    """Return refconv's word for a padding; Keras does not mind capitals.

    Examples
    --------
    >>> word("keras.ops.conv", "SAME", ("valid", "same"))
    'same_upper'
    """
    return MEANT[choice(op, "padding", padding.lower() if isinstance(padding, str) else padding, allowed)]


def layout_of(op: str, data_format: str | None) -> str:
    """Return refconv's layout; None is Keras' own default, channels last.

    Examples
    --------
    >>> layout_of("keras.ops.conv", None), layout_of("keras.ops.conv", "channels_first")
    ('N*C', 'NC*')
    """
    if data_format is None:
        return "N*C"
    return {"channels_last": "N*C", "channels_first": "NC*"}[
        choice(op, "data_format", data_format, ("channels_last", "channels_first"))
    ]


def rank_of(op: str, inputs: ArrayLike, most: int = 3) -> int:
    """Return the number of spatial axes, of which there are 1 to `most`.

    Examples
    --------
    >>> import numpy as np
    >>> rank_of("keras.ops.conv", np.ones((1, 5, 5, 2)))
    2
    """
    shape = check_numeric(op, "inputs", inputs).shape
    if not 3 <= len(shape) <= most + 2:
        raise ShapeError(
            op,
            f"inputs must have 3 to {most + 2} axes, but its shape is {shape}.",
            fix=f"Give a batch, 1 to {most} spatial axes, and channels.",
        )
    return len(shape) - 2
