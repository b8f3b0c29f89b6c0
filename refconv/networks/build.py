"""Write a network down layer by layer: each call adds a node and returns its name.

::

    net = Builder("tiny", (3, 32, 32))
    x = net.conv("input", 16, 3, padding=1)
    x = net.relu(x)
    network = net.done(x)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from refconv.arithmetic.integers import Integer
from refconv.errors import ArgumentError
from refconv.networks.records import (
    WORDS,
    Activation,
    Conv,
    ConvTranspose,
    Flatten,
    GlobalPool,
    Join,
    Linear,
    Network,
    Node,
    Norm,
    Operation,
    Pool,
)

__all__ = ["Builder"]


class Builder:
    """A network in the making.

    Parameters
    ----------
    name : str
        The network's name.
    shape : tuple of int
        Channels and size of its input.
    references, note
        As in `Network`.

    Examples
    --------
    >>> net = Builder("tiny", (3, 32, 32))
    >>> with net.scope("stem"):
    ...     x = net.conv_norm("input", 16, 3, padding=1)
    >>> [node.name for node in net.done(x).nodes]
    ['stem.conv', 'stem.norm', 'stem.relu']
    """

    def __init__(self, name: str, shape: tuple[Integer, ...], references: tuple[str, ...] = (), note: str = "") -> None:
        """Begin with the input alone, whose name is "input"."""
        self._about = (name, tuple(shape), references, note)
        self._nodes: dict[str, Node] = {}
        self._scopes: list[str] = []

    @contextmanager
    def scope(self, name: str) -> Iterator[None]:
        """Put `name` and a dot before the names of the nodes added inside."""
        self._scopes.append(name)
        try:
            yield
        finally:
            self._scopes.pop()

    def add(self, operation: Operation, *inputs: str, name: str | None = None) -> str:
        """Add a node, and return its name: the scopes', and `name` or the operation's word, numbered where taken."""
        missing = [given for given in inputs if given != "input" and given not in self._nodes]
        if missing or not inputs:
            problem = f"{name or WORDS[type(operation)]} reads {missing or 'nothing'}, which is no node yet."
            raise ArgumentError("Builder", problem, fix="Add what it reads first.")
        stem = ".".join([*self._scopes, name or WORDS[type(operation)]])
        unique, count = stem, 1
        while unique in self._nodes or unique == "input":
            count += 1
            unique = f"{stem}_{count}"
        self._nodes[unique] = Node(unique, operation, inputs)
        return unique

    def done(self, *outputs: str) -> Network:
        """Return the network with these outputs."""
        name, shape, references, note = self._about
        return Network(name, shape, tuple(self._nodes.values()), outputs, references, note)

    def conv(self, x: str, filters: Integer, kernel_size: Any, *, name: str | None = None, **options: Any) -> str:
        """Add a convolution; the options are those of `Conv`."""
        return self.add(Conv(filters, kernel_size, **options), x, name=name)

    def conv_transpose(
        self, x: str, filters: Integer, kernel_size: Any, *, name: str | None = None, **options: Any
    ) -> str:
        """Add a transposed convolution; the options are those of `ConvTranspose`."""
        return self.add(ConvTranspose(filters, kernel_size, **options), x, name=name)

    def norm(self, x: str, kind: str = "batch", *, name: str | None = None, **options: Any) -> str:
        """Add a normalisation; the options are those of `Norm`."""
        return self.add(Norm(kind, **options), x, name=name or "norm")

    def activation(self, x: str, function: str = "relu", *, name: str | None = None) -> str:
        """Add an activation."""
        return self.add(Activation(function), x, name=name or function)

    def relu(self, x: str, *, name: str | None = None) -> str:
        """Add a ReLU."""
        return self.activation(x, "relu", name=name)

    def conv_norm(
        self,
        x: str,
        filters: Integer,
        kernel_size: Any,
        *,
        activation: str | None = "relu",
        names: tuple[str, str, str] | None = None,
        **options: Any,
    ) -> str:
        """Add a convolution without bias, a batch normalisation, and an activation unless it is None.

        `names` are those of the three; the options are those of `Conv`.
        """
        conv, norm, act = names or (None, None, None)
        x = self.conv(x, filters, kernel_size, name=conv, **{"bias": False, **options})
        x = self.norm(x, name=norm)
        return x if activation is None else self.activation(x, activation, name=act)

    def max_pool(self, x: str, kernel_size: Any, stride: Any = None, *, name: str | None = None, **options: Any) -> str:
        """Add a max pooling; the options are those of `Pool`."""
        return self.add(Pool("max", kernel_size, stride, **options), x, name=name or "max_pool")

    def avg_pool(self, x: str, kernel_size: Any, stride: Any = None, *, name: str | None = None, **options: Any) -> str:
        """Add an average pooling; the options are those of `Pool`."""
        return self.add(Pool("average", kernel_size, stride, **options), x, name=name or "avg_pool")

    def global_pool(self, x: str, kind: str = "average", *, name: str | None = None) -> str:
        """Add a global pooling."""
        return self.add(GlobalPool(kind), x, name=name)

    def flatten(self, x: str, *, name: str | None = None) -> str:
        """Add a flattening."""
        return self.add(Flatten(), x, name=name)

    def linear(self, x: str, features: Integer, *, bias: bool = True, name: str | None = None) -> str:
        """Add a fully connected layer."""
        return self.add(Linear(features, bias), x, name=name)

    def join(self, *inputs: str, kind: str = "add", name: str | None = None) -> str:
        """Add the sum, product, maximum or concatenation of several nodes."""
        return self.add(Join(kind), *inputs, name=name or kind)
