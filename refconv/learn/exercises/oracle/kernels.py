"""Kernels to be judged: right ones, and ones with a bug that shipped somewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

import refconv

__all__ = ["KERNELS", "RIGHT", "adds_the_bias_afterwards"]

Kernel = Callable[..., Any]


def adds_the_bias_afterwards(
    x: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
) -> Any:
    """Right, in two steps."""
    y = refconv.conv2d(x, w, None, stride, padding, dilation, groups)
    return y if b is None else y + np.reshape(b, (-1, 1, 1))


def _edited(name: str, edit: Callable[..., dict[str, Any]], after: Callable[[Any], Any] = lambda y: y) -> Kernel:
    def kernel(
        x: Any, w: Any, b: Any = None, stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1
    ) -> Any:
        given = dict(x=x, w=w, b=b, stride=stride, padding=padding, dilation=dilation, groups=groups)
        return after(refconv.conv2d(**(given | edit(given))))

    kernel.__name__ = name
    return kernel


def _turned(value: Any) -> Any:
    return value[::-1] if isinstance(value, tuple) else value


def _sides(padding: Any) -> Any:
    pairs = padding if isinstance(padding, tuple) else (padding, padding)
    return tuple(_turned(pair) for pair in pairs)


def _dealt(given: Any) -> dict[str, Any]:
    groups, channels = given["groups"], given["x"].shape[1]
    order = np.arange(channels).reshape(-1, groups).T.ravel()
    return {"x": given["x"][:, order]}


RIGHT: tuple[Kernel, ...] = (refconv.conv2d, adds_the_bias_afterwards)

KERNELS: tuple[Kernel, ...] = (
    *RIGHT,
    _edited("flips_the_kernel", lambda given: {"w": given["w"][:, :, ::-1, ::-1]}),
    _edited("exchanges_the_strides", lambda given: {"stride": _turned(given["stride"])}),
    _edited("exchanges_the_dilations", lambda given: {"dilation": _turned(given["dilation"])}),
    _edited("ignores_the_dilation", lambda given: {"dilation": 1}),
    _edited("exchanges_the_sides_of_the_padding", lambda given: {"padding": _sides(given["padding"])}),
    _edited("deals_channels_to_groups_in_turn", _dealt),
    _edited("ignores_the_bias", lambda given: {"b": None}),
    _edited("takes_the_first_sample_for_all", lambda given: {"x": np.repeat(given["x"][:1], len(given["x"]), axis=0)}),
    _edited("reverses_the_order_of_its_filters", lambda given: {}, lambda y: y[:, ::-1]),
    _edited("is_off_by_one_part_in_ten_thousand", lambda given: {}, lambda y: y * 1.0001),
)
"""The right ones first."""
