"""Layers made of layers: one after the other, beside a shortcut, and side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from refconv.arithmetic.per_axis import choice
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.layers.modules.layer import Layer
from refconv.ops.elements import Array

__all__ = ["Branches", "Residual", "Sequential"]

JOINS = ("concatenate", "add")


class _Several(Layer):
    def __init__(self, *layers: Layer) -> None:
        """Keep the layers."""
        super().__init__()
        self._layers = layers
        for number, layer in enumerate(layers):
            _check_layer(self.name, f"argument {number + 1}", layer)
        _check_apart(self)

    def children(self) -> dict[str, Layer]:
        """Return the layers by their numbers, as PyTorch names them."""
        return {str(number): layer for number, layer in enumerate(self._layers)}

    def __len__(self) -> int:
        return len(self._layers)

    def __getitem__(self, number: int) -> Layer:
        return self._layers[number]

    def __iter__(self) -> Iterator[Layer]:
        return iter(self._layers)


class Sequential(_Several):
    """Layers one after the other; their arrays are named ``0.weight``, ``0.bias``, ``2.weight``, ...

    Examples
    --------
    >>> from refconv.layers import Conv2d, ReLU
    >>> model = Sequential(Conv2d(1, 4, 3, seed=0), ReLU(), Conv2d(4, 2, 1, seed=1))
    >>> model(np.ones((1, 1, 5, 5))).shape, list(model.parameters())
    ((1, 2, 3, 3), ['0.weight', '0.bias', '2.weight', '2.bias'])
    """

    def compute(self, x: Array) -> tuple[Array, None]:
        """Return x through all layers."""
        for layer in self:
            x = layer(x)
        return x, None

    def pull(self, kept: None, dy: Array) -> Array:
        """Return dy back through all layers, the last one first."""
        for layer in reversed(self._layers):
            dy = layer.backward(dy)
        return dy


class Residual(Layer):
    """``body(x) + shortcut(x)``; without a shortcut x itself is added.

    Examples
    --------
    >>> from refconv.layers import Conv1d
    >>> Residual(Conv1d(2, 2, 3, padding="causal", dilation=4, seed=0))(np.ones((1, 2, 9))).shape
    (1, 2, 9)
    """

    def __init__(self, body: Layer, shortcut: Layer | None = None) -> None:
        """Keep the body, and the shortcut if there is one."""
        super().__init__()
        _check_layer(self.name, "body", body)
        if shortcut is not None:
            _check_layer(self.name, "shortcut", shortcut)
        self.body, self.shortcut = body, shortcut
        _check_apart(self)

    def compute(self, x: Array) -> tuple[Array, None]:
        """Return the sum."""
        y, beside = self.body(x), x if self.shortcut is None else self.shortcut(x)
        if y.shape != beside.shape:
            raise ShapeError(
                self.name,
                "the body's result and what is added to it have different shapes.",
                f"body {y.shape}, shortcut {beside.shape}",
                fix="Pad the body so that sizes stay, or give a shortcut, such as a pointwise convolution.",
            )
        return y + beside, None

    def pull(self, kept: None, dy: Array) -> Array:
        """Return the sum of what comes back both ways."""
        return self.body.backward(dy) + (dy if self.shortcut is None else self.shortcut.backward(dy))


class Branches(_Several):
    """Layers that all read x; their results are concatenated along channels, or added.

    Parameters
    ----------
    *layers : Layer
        The branches.
    join : str
        "concatenate" or "add".

    Examples
    --------
    >>> from refconv.layers import Conv2d
    >>> rates = [Conv2d(3, 4, 3, padding="same", dilation=d, seed=d) for d in (1, 2, 4)]
    >>> Branches(*rates)(np.ones((1, 3, 9, 9))).shape, Branches(*rates, join="add")(np.ones((1, 3, 9, 9))).shape
    ((1, 12, 9, 9), (1, 4, 9, 9))
    """

    def __init__(self, *layers: Layer, join: str = "concatenate") -> None:
        """Keep the branches, and how they are joined."""
        super().__init__(*layers)
        if not layers:
            raise ArgumentError(self.name, "there is no branch.", fix="Give at least one layer.")
        self.join = choice(self.name, "join", join, JOINS)

    def compute(self, x: Array) -> tuple[Array, list[int]]:
        """Return the results joined, and the channels of each."""
        results = [layer(x) for layer in self]
        if self.join == "concatenate" and min(y.ndim for y in results) < 2:
            problem = "without an axis of channels there is nothing to concatenate along."
            raise ShapeError(
                self.name, problem, f"x {x.shape}", fix='Give x with a batch: (N, C, ...), or take join="add".'
            )
        shapes = {(y.shape[0], *y.shape[2:]) if self.join == "concatenate" else y.shape for y in results}
        if len(shapes) > 1:
            raise ShapeError(
                self.name,
                f"the branches' results do not fit together to {self.join} them.",
                *(f"branch {number}: {y.shape}" for number, y in enumerate(results)),
                fix="Pad the branches so that they give one size.",
            )
        y = np.concatenate(results, axis=1) if self.join == "concatenate" else np.sum(results, axis=0)
        return y, ([each.shape[1] for each in results] if self.join == "concatenate" else [])

    def pull(self, kept: list[int], dy: Array) -> Array:
        """Return the sum of what comes back through the branches, each from its own part of dy."""
        ends = np.cumsum(kept)[:-1]
        parts: Any = np.split(dy, ends, axis=1) if self.join == "concatenate" else [dy] * len(self)
        pulled = [layer.backward(part) for layer, part in zip(self, parts, strict=True)]
        dx: Array = np.sum(pulled, axis=0)
        return dx

    def about(self) -> str:
        """Return how the results are joined."""
        return f"join={self.join!r}"


def _check_layer(op: str, name: str, layer: Any) -> None:
    if not isinstance(layer, Layer):
        what = f"{name} is {layer!r}, of type {type(layer).__name__}."
        fix = "Write the layers one after the other, not as a list." if isinstance(layer, list | tuple) else ""
        fix = fix if name.startswith("argument") else "Give one layer; Sequential makes one of several." if fix else ""
        raise ArgumentTypeError(op, what, fix=fix or "Give layers of refconv.layers.")


def _check_apart(model: Layer) -> None:
    """Raise where a layer stands twice: it keeps one x, so that its gradient would be that of the last."""
    seen: set[int] = set()
    for layer in model.walk():
        if id(layer) in seen:
            problem = f"one {layer.name} stands in it twice, but a layer keeps what one forward needs."
            raise ArgumentError(model.name, problem, fix="Make a second layer; copy.deepcopy keeps its weights.")
        seen.add(id(layer))
