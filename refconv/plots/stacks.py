"""Stacks of layers along one axis, as drawings are given them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from refconv.arithmetic.per_axis import entries, integer
from refconv.arithmetic.receptive_field import Layer, LayerLike
from refconv.errors import ArgumentError

__all__ = ["described_layer", "stack_of"]


def stack_of(op: str, layers: Iterable[Any]) -> list[Layer]:
    """Return a stack's layers, each given as a `Layer` or as ``(k,)``, ``(k, s)``, ``(k, s, d)`` or with ``lo``.

    Examples
    --------
    >>> stack_of("draw_coverage", [(3, 1, 2), Layer(2, s=2)])
    [Layer(k=3, s=1, d=2, lo=0), Layer(k=2, s=2, d=1, lo=0)]
    """
    if not isinstance(layers, Iterable):
        raise ArgumentError(op, f"layers is {layers!r}.", fix="Give a list, such as [(3, 1, 1), (3, 1, 2)].")
    stack = [_layer(op, number, given) for number, given in enumerate(layers)]
    if not stack:
        raise ArgumentError(op, "layers is empty.", fix="Give at least one, such as (3, 1, 1).")
    return stack


def _layer(op: str, number: int, given: LayerLike | Any) -> Layer:
    if all(hasattr(given, name) for name in "ksd"):
        return Layer(given.k, given.s, given.d, given.lo)
    listed = entries(given)
    if listed is None or not 1 <= len(listed) <= 4:
        raise ArgumentError(
            op, f"layer {number} is {given!r}.", fix="Write it as (kernel size, stride, dilation), or as a Layer."
        )
    names = ("kernel size", "stride", "dilation", "padding lo")
    values = [
        integer(op, f"{name} of layer {number}", value, None if name == "padding lo" else 1)
        for name, value in zip(names, listed, strict=False)
    ]
    return Layer(*values)


def described_layer(layer: Layer) -> list[str]:
    """Return a layer's arguments in one or two short lines.

    Examples
    --------
    >>> described_layer(Layer(3, s=2, d=4)), described_layer(Layer(3))
    (['kernel 3, dilation 4', 'stride 2'], ['kernel 3'])
    """
    first = f"kernel {layer.k}" + (f", dilation {layer.d}" if layer.d != 1 else "")
    more = [f"stride {layer.s}"] if layer.s != 1 else []
    more += [f"padding lo {layer.lo}"] if layer.lo else []
    return [first, ", ".join(more)] if more else [first]
