"""What ordinary and transposed convolution layers share: how windows lie, the first weights, the way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from numpy.typing import DTypeLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.per_axis import flag, integer, integers, letters, paddings
from refconv.errors import ArgumentError
from refconv.layers.modules.checks import generator, weight_type
from refconv.layers.modules.layer import Layer, Seed, check_input, uniform
from refconv.ops.arguments import Padding, PerAxis
from refconv.ops.bilinear import Gradients
from refconv.ops.elements import Array

__all__ = ["WeightedLayer", "check_groups", "spelled"]


class WeightedLayer(Layer):
    """A layer with a weight and perhaps a bias, which one operation applies and another one pulls back.

    Examples
    --------
    >>> from refconv.layers import Conv2d
    >>> Conv2d(1, 1, 3, stride=(2, 1)).options["stride"]
    (2, 1)
    """

    rank: ClassVar[int]
    learnt = ("weight", "bias")
    operation: ClassVar[tuple[Callable[..., Array], Callable[..., Gradients]]]
    """Forward and backward."""
    own_option: ClassVar[str]
    """What the operation takes beside stride, padding, dilation and groups."""

    weight: Array
    bias: Array | None

    def place(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: PerAxis,
        stride: PerAxis,
        padding: Padding,
        dilation: PerAxis,
        groups: int,
    ) -> None:
        """Check how the windows lie, and keep it."""
        op, axes = self.name, letters(self.rank)
        self.in_channels = integer(op, "in_channels", in_channels, 1)
        self.out_channels = integer(op, "out_channels", out_channels, 1)
        self.kernel_size = integers(op, "kernel_size", kernel_size, axes, 1)
        self.stride = integers(op, "stride", stride, axes, 1)
        self.dilation = integers(op, "dilation", dilation, axes, 1)
        self.padding = paddings(op, padding, axes)
        self.groups = check_groups(op, groups, self.in_channels, self.out_channels)

    def draw(self, filters: int, others: int, bias: bool, seed: Seed, dtype: DTypeLike) -> None:
        """Draw first weights of shape (filters, others, *kernel_size), and a bias for each output channel."""
        shape = (filters, others, *self.kernel_size)
        rng, fan_in, kind = generator(self.name, seed), product(shape[1:]), weight_type(self.name, dtype)
        self.weight = uniform(rng, shape, fan_in, kind)
        self.bias = uniform(rng, (self.out_channels,), fan_in, kind) if flag(self.name, "bias", bias) else None

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of the operation."""
        return {name: getattr(self, name) for name in ("stride", "padding", "dilation", "groups", self.own_option)}

    def compute(self, x: Array) -> tuple[Array, Array]:
        """Return the operation's y, and x."""
        check_input(self.name, x, self.rank, self.in_channels)
        forward, _ = self.operation
        return forward(x, self.weight, self.bias, **self.options), x

    def pull(self, kept: Array, dy: Array) -> Array:
        """Return dx; dw and db are added up."""
        _, backward = self.operation
        found = backward(dy, kept, self.weight, bias=self.bias is not None, **self.options)
        self.accumulate(weight=found.dw, bias=found.db)
        return found.dx

    def about(self) -> str:
        """Return the arguments that are not the usual ones."""
        return spelled((self.in_channels, self.out_channels), self, ("kernel_size",), bias=self.bias is None)


def check_groups(op: str, groups: Any, in_channels: int, out_channels: int) -> int:
    """Return the groups, and raise unless they divide both numbers of channels.

    Examples
    --------
    >>> check_groups("Conv2d", 2, 4, 6)
    2
    """
    number = integer(op, "groups", groups, 1)
    for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
        if channels % number:
            raise ArgumentError(
                op,
                f"{name} does not fall into {number} groups of one size.",
                f"{name} = {channels}, groups = {number}, {channels} mod {number} = {channels % number}",
                fix="Take groups that divide in_channels and out_channels.",
            )
    return number


_USUAL = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "padding_mode": "zeros", "output_padding": 0}


def spelled(first: tuple[Any, ...], layer: Layer, always: tuple[str, ...], *, bias: bool) -> str:
    """Return a layer's arguments as they would be typed; `bias` says whether to say that there is none.

    Examples
    --------
    >>> from refconv.layers import Conv1d
    >>> spelled((), Conv1d(1, 1, 3, stride=2), ("kernel_size",), bias=True)
    'kernel_size=3, stride=2, bias=False'
    """
    names = [*always, *(name for name in _USUAL if hasattr(layer, name))]
    said = {name: _short(getattr(layer, name)) for name in names}
    shown = [f"{name}={value!r}" for name, value in said.items() if value != _USUAL.get(name)]
    return ", ".join([*map(str, first), *shown, *(["bias=False"] if bias else [])])


def _short(value: Any) -> Any:
    """Return one number for all axes, where all have the same."""
    while isinstance(value, tuple) and len(set(value)) == 1:
        value = value[0]
    return value
