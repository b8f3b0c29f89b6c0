"""The network that a reader writes, node by node, with every size worked out as it goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from refconv.arithmetic.integers import Integer
from refconv.errors import RefconvError
from refconv.networks.readers.values import Axes, Inexpressible, Value, channels_first
from refconv.networks.records import Network, Node, Operation, Unsupported
from refconv.networks.rules import RULES
from refconv.networks.shaped import Shape, Shaped

__all__ = ["Draft"]


class Draft:
    """A network in the making.

    Parameters
    ----------
    shape : tuple of int
        Channels and size of the input.
    batch : int
        The batch size that the model was looked at with.

    Examples
    --------
    >>> from refconv.networks.records import Conv
    >>> draft = Draft((3, 32, 32), batch=2)
    >>> draft.placed(Conv(16, 3), draft.input, name="conv").shape
    (2, 16, 30, 30)
    """

    def __init__(self, shape: Shape, batch: int) -> None:
        """Begin with the input alone."""
        self.batch = batch
        self.rank = len(shape) - 1
        self.input = Value("input", (batch, *shape), channels_first(self.rank))
        self._shapes: dict[str, Shape | None] = {"input": shape}
        self._nodes: dict[str, Node] = {}

    def spatial_rank(self, x: Value) -> int:
        """Return the number of spatial axes that the node has whose result this is."""
        shape = self._shapes[x.name]
        return self.rank if shape is None else len(shape) - 1

    def own_shape(self, x: Value) -> tuple[Integer, ...] | None:
        """Return the shape, with the batch, that the node's result has, however it is seen in `x`."""
        shape = self._shapes[x.name]
        return None if shape is None else (self.batch, *shape)

    def add(self, operation: Operation, *inputs: Value, name: str) -> str:
        """Add a node, its name numbered where it is taken, and return its name."""
        unique, count = name, 1
        while unique in self._shapes:
            count += 1
            unique = f"{name}_{count}"
        reads = tuple(value.name for value in inputs)
        node = Node(unique, operation, reads)
        given = tuple(self._shapes[read] for read in reads)
        blank = Shaped(node, given, None)
        if None not in given or isinstance(operation, Unsupported):
            blank = RULES[type(operation)](f"the model, {unique}", blank, operation)
        self._nodes[unique], self._shapes[unique] = node, blank.shape
        return unique

    def placed(self, operation: Operation, *inputs: Value, name: str) -> Value:
        """Add a node whose result has batch, channels, and then the spatial axes."""
        added = self.add(operation, *inputs, name=name)
        shape = self._shapes[added]
        if shape is None:
            return Value(added, None, None)
        return Value(added, (self.batch, *shape), channels_first(len(shape) - 1))

    def each(self, operation: Operation, x: Value, *, name: str) -> Value:
        """Add a node that leaves the shape of `x` as it is, in whatever order its axes are."""
        return Value(self.add(operation, x, name=name), x.shape, x.axes)

    def unsupported(
        self,
        operator: str,
        reason: str,
        inputs: Sequence[Value],
        shape: tuple[int, ...] | None,
        name: str,
    ) -> Value:
        """Add a node for what no record expresses; `shape` is that of its result, with the batch."""
        known: tuple[Integer, ...] | None = tuple(shape[1:]) if shape else None
        added = self.add(Unsupported(operator, reason, known), *(inputs or [self.input]), name=name)
        return Value(added, shape, None)

    def attempt(self, express: Callable[[], Any]) -> Any:
        """Return what `express` returns, or, where it raises, undo what it added and let that pass."""
        before = set(self._nodes)
        try:
            return express()
        except (Inexpressible, RefconvError):
            for name in set(self._nodes) - before:
                del self._nodes[name], self._shapes[name]
            raise

    def plain(self, x: Value, axes: Axes | None = None) -> Value:
        """Return `x` with the axes that an operator takes it to have, by default channels first.

        Behind an operator that no record expresses, the next that says what the axes are decides.

        Raises
        ------
        Inexpressible
            Where they are others.
        """
        if x.shape is None:
            return x
        wanted = axes or channels_first(len(x.shape) - 2)
        if len(wanted) - 2 not in (0, self.rank or len(wanted) - 2):
            raise Inexpressible(f"its input has {len(wanted) - 2} spatial axes, that of the network {self.rank}")
        if x.axes is None:
            return Value(x.name, x.shape, wanted)
        if x.axes != wanted:
            raise Inexpressible("its input has its axes in another order than channels, then positions")
        return x

    def done(self, name: str, outputs: Sequence[Value], references: tuple[str, ...] = (), note: str = "") -> Network:
        """Return the network."""
        shape = self._shapes["input"]
        assert shape is not None  # noqa: S101 - it was given
        return Network(name, shape, tuple(self._nodes.values()), tuple(v.name for v in outputs), references, note)
