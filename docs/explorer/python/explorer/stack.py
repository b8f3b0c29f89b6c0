"""The layers that the reader has set, as a network of refconv's: their sizes, or why they do not fit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from explorer.kinds import KINDS
from explorer.state import Layer, Problem, State
from refconv.arithmetic.fields import Field
from refconv.arithmetic.fit import check_crop
from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.reads import Layer as Windows
from refconv.arithmetic.reads import Transposed
from refconv.errors import RefconvError
from refconv.networks.records import Conv, ConvTranspose, Network, Node, Pool
from refconv.networks.shaped import Shaped
from refconv.networks.shapes import resolve

__all__ = ["LARGEST", "Stack", "Step", "field_through", "labelled", "stacked"]

LARGEST = 2048
"""Samples along an axis that the explorer follows."""


@dataclass(frozen=True, slots=True, eq=False)  # made once for each layer and shape: the same where it is equal
class Step:
    """One layer with its sizes; a separable one is two nodes, of which the first reads along H and W."""

    layer: Layer
    number: int
    shape: tuple[int, ...]
    result: tuple[int, ...]
    nodes: tuple[Shaped, ...]

    @property
    def axis(self) -> Axis:
        """The axis along H, and W: for a transposed convolution that of the convolution whose adjoint it is."""
        return self.nodes[0].axes[0]

    @property
    def transposed(self) -> bool:
        """Whether windows are its inputs, not its outputs."""
        return self.layer.kind == "transposed"

    @property
    def read(self) -> Windows | Transposed:
        """How it reads, on an input without end."""
        kind = Transposed if self.transposed else Windows
        return kind(self.axis.k, self.axis.s, self.axis.d, self.axis.lo)

    @property
    def label(self) -> str:
        """What it is called in a list."""
        return labelled(self.layer)


@dataclass(frozen=True, slots=True)
class Stack:
    """The layers that fit, the first first, and what is wrong with the next one, if there is one."""

    steps: tuple[Step, ...]
    problem: Problem | None = None

    @property
    def complete(self) -> bool:
        """Whether all layers fit."""
        return self.problem is None


def labelled(layer: Layer) -> str:
    """Return a layer in a few words.

    Examples
    --------
    >>> labelled(Layer("conv", k=3, d=2)), labelled(Layer("max_pool", k=2, s=2))
    ('conv 3x3, d 2', 'max pool 2x2, s 2')
    """
    more = [f", {letter} {value}" for letter, value in layer.numbers.items() if letter in "sd" and value != 1]
    return f"{KINDS[layer.kind].short} {layer.k}x{layer.k}{''.join(more)}"


def field_through(stack: Stack) -> Field:
    """Return the field of the last layer, on an input without end, where layers may be up-samplings too.

    Examples
    --------
    >>> field_through(stacked(State(9, 1, (Layer("transposed", s=2), Layer("conv", d=2))))).sizes
    (4, 3)
    """
    field = Field()
    for step in stack.steps:
        field = field.through(step.read)
    return field


def stacked(state: State) -> Stack:
    """Return the layers with their sizes, as far as they fit.

    Examples
    --------
    >>> stack = stacked(State(5, 1, (Layer("conv"), Layer("conv", d=3))))
    >>> [step.result for step in stack.steps], stack.problem.layer, stack.problem.control
    ([(8, 3, 3)], 1, 'k')
    """
    shape: tuple[int, ...] = (state.c, state.n, state.n)
    steps: list[Step] = []
    for number, layer in enumerate(state.layers):
        try:
            step = _step(layer, number, shape)
        except RefconvError as error:
            return Stack(tuple(steps), Problem(str(error), _blamed(layer, error), number))
        shape = step.result
        if shape[1] > LARGEST:
            message = f"layer {number + 1}: its output has {shape[1]} samples; the explorer follows {LARGEST}."
            return Stack(tuple(steps), Problem(message, "s", number))
        steps.append(step)
    return Stack(tuple(steps))


@lru_cache(maxsize=4096)
def _step(layer: Layer, number: int, shape: tuple[int, ...]) -> Step:
    nodes = _nodes(layer, shape[0])
    name = f"layer {number + 1}"
    layers = resolve(Network(name, shape, nodes, (nodes[-1].name,))).layers
    if layer.kind == "max_pool":
        check_crop(f"{name}, max_pool", "HW", layers[0].axes)
    result = layers[-1].shape
    assert result is not None  # noqa: S101 - no operator here is unsupported
    return Step(layer, number, shape, result, layers)


def _nodes(layer: Layer, channels: int) -> tuple[Node, ...]:
    """Return the layer as records of `refconv.networks`."""
    window: dict[str, Any] = {"stride": layer.s, "padding": ((layer.lo, layer.hi),) * 2}
    if layer.kind == "max_pool":
        return (Node("max_pool", Pool("max", layer.k, **window), ("input",)),)
    window["dilation"] = layer.d
    if layer.kind == "conv":
        return (Node("conv", Conv(layer.o, layer.k, groups=layer.g, **window), ("input",)),)
    if layer.kind == "transposed":
        return (Node("transposed", ConvTranspose(layer.o, layer.k, **window, output_padding=layer.a), ("input",)),)
    depthwise = Node("depthwise", Conv(channels * layer.m, layer.k, groups=channels, **window), ("input",))
    if layer.kind == "depthwise":
        return (depthwise,)
    return depthwise, Node("pointwise", Conv(layer.o, 1), ("depthwise",))


_BLAME = (
    ("groups do not divide", "g"),
    ("kernel does not fit", "k"),
    ("output_padding is too large", "a"),
    ("padding", "lo"),
    ("no window fits", "k"),
)
"""By what a message says, the control that it is mainly about."""


def _blamed(layer: Layer, error: RefconvError) -> str | None:
    problem = error.parts[0][1]
    found = next((control for words, control in _BLAME if words in problem), None)
    return found if found in layer.numbers else None
