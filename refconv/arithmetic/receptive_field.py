"""The receptive field of one layer and of a stack of layers.

Through a layer, the field grows by its taps' distance measured in input pixels, and the distance between
neighbouring fields is multiplied by its stride::

    size < -size + (k - 1) * d * jump
    padding < -padding + lo * jump
    jump < -jump * s
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from refconv.arithmetic.integers import Integer, half
from refconv.arithmetic.reads import Layer
from refconv.arithmetic.sizes import effective_kernel_size, read_position

__all__ = ["Layer", "LayerLike", "ReceptiveField", "receptive_field"]


class LayerLike(Protocol):
    """What `receptive_field` asks of a layer; `Layer` has it, and so has `Axis`."""

    @property
    def k(self) -> Integer:
        """The kernel size."""

    @property
    def s(self) -> Integer:
        """The stride."""

    @property
    def d(self) -> Integer:
        """The dilation."""

    @property
    def lo(self) -> Integer:
        """The padding before the input."""


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """The receptive field of an output along one axis, in input pixels.

    Attributes
    ----------
    size : int
        Pixels from the first to the last that one output can depend on.
    jump : int
        Distance between the fields of neighbouring outputs: the product of the strides.
    padding : int
        How far the first output's field begins before input pixel 0.

    Examples
    --------
    >>> field = receptive_field([Layer(7, s=2, lo=3), Layer(3, s=2, lo=1)])
    >>> field.size, field.jump, field.padding, field.offset
    (11, 4, 5, Fraction(0, 1))
    """

    size: Integer = 1
    jump: Integer = 1
    padding: Integer = 0

    @property
    def offset(self) -> Integer:
        """The centre of the first output's field; a Fraction, for an even size lies between two pixels."""
        return half(self.size - 1) - self.padding

    def region(self, i: Integer) -> tuple[Integer, Integer]:
        """Return the first and the last input pixel of output `i`'s field; outside the input they are padding.

        Examples
        --------
        >>> receptive_field([Layer(3, d=2, lo=2)]).region(5)
        (3, 7)
        """
        first = read_position(i, 0, s=self.jump, lo=self.padding)
        return first, first + self.size - 1

    def through(self, layer: LayerLike) -> ReceptiveField:
        """Return the field after one more layer.

        Examples
        --------
        >>> ReceptiveField(size=5, jump=2).through(Layer(3, s=2))
        ReceptiveField(size=9, jump=4, padding=0)
        """
        return ReceptiveField(
            size=self.size + (effective_kernel_size(layer.k, layer.d) - 1) * self.jump,
            jump=self.jump * layer.s,
            padding=self.padding + layer.lo * self.jump,
        )


def receptive_field(layers: Iterable[LayerLike]) -> ReceptiveField:
    """Return the receptive field of a stack of layers along one axis, the first layer first.

    Parameters
    ----------
    layers : iterable of Layer or Axis
        Each with kernel size `k`, stride `s`, dilation `d` and beginning padding `lo`. None for no layer.

    Returns
    -------
    ReceptiveField
        For one layer its size is ``d*(k - 1) + 1``; for a stack ``1 + sum (k_l - 1) d_l prod_{i<l} s_i``.

    Examples
    --------
    The context module of Yu and Koltun (arXiv:1511.07122):

    >>> rates = [1, 1, 2, 4, 8, 16, 1]
    >>> [receptive_field([Layer(3, d=d) for d in rates[: depth + 1]]).size for depth in range(7)]
    [3, 5, 9, 17, 33, 65, 67]
    """
    field = ReceptiveField()
    for layer in layers:
        field = field.through(layer)
    return field
