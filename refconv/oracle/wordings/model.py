"""A wording: one operation in a dialect's words and layouts; and what is to be said, in refconv's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.per_axis import letters
from refconv.ops.elements import Array
from refconv.ops.layouts import Layout, parse
from refconv.oracle.calling import Refused
from refconv.oracle.operations import Operation

__all__ = ["PAIRS", "Asked", "Hand", "Wording", "by_keywords", "whole_word"]

PAIRS = {"conv_transpose": "IO", "depthwise_conv": "CM"}
"""The first two letters of w, for the families where they are not OI."""

Hand = Callable[[Callable[..., Any], "tuple[Any, ...]", "tuple[Any, ...]", dict[str, Any]], Any]
"""Calls a function with x and w (or dy, x and w), with b or None where it takes one, and with what is said besides."""


def by_keywords(fn: Callable[..., Any], arrays: tuple[Any, ...], bias: tuple[Any, ...], said: dict[str, Any]) -> Any:
    """Call a function as Python does: arrays by position, the rest by name.

    Examples
    --------
    >>> by_keywords(lambda x, w, b=None, *, stride: (x, w, b, stride), (1, 2), (), {"stride": 3})
    (1, 2, None, 3)
    """
    return fn(*arrays, *bias, **said)


@dataclass(frozen=True)
class Asked:
    """What a call is to say: refconv's options, all of them, one entry for each axis.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("conv2d"), (1, 2, 5, 5), (3, 2, 3, 3), {"stride": (2, 1), "padding": "valid"})
    >>> asked.stride, asked.word, asked.pairs
    ((2, 1), 'valid', ((0, 0), (0, 0)))
    """

    operation: Operation
    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(
        cls, operation: Operation, x_shape: tuple[int, ...], w_shape: tuple[int, ...], options: Mapping[str, Any]
    ) -> Asked:
        """Return what these options ask for, over arrays of these shapes (in refconv's order)."""
        return cls(operation, tuple(x_shape), tuple(w_shape), dict(options))

    def _each(self, name: str, usual: int) -> tuple[int, ...]:
        value = self.options.get(name, usual)
        return (value,) * self.rank if isinstance(value, int) else tuple(value)

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return self.operation.rank

    @property
    def stride(self) -> tuple[int, ...]:
        """One for each axis."""
        return self._each("stride", 1)

    @property
    def dilation(self) -> tuple[int, ...]:
        """One for each axis."""
        return self._each("dilation", 1)

    @property
    def output_padding(self) -> tuple[int, ...]:
        """One for each axis."""
        return self._each("output_padding", 0)

    @property
    def kernel(self) -> tuple[int, ...]:
        """The kernel's size along each axis."""
        return self.w_shape[2:]

    @property
    def groups(self) -> int:
        """G; for a depthwise convolution the number of channels."""
        if self.operation.family == "depthwise_conv":
            return self.w_shape[0]
        return int(self.options.get("groups", 1))

    @property
    def padding_mode(self) -> str:
        """What padding shows."""
        return str(self.options.get("padding_mode", "zeros"))

    @property
    def word(self) -> str | None:
        """The word that padding is given in, if it is one."""
        padding = self.options.get("padding")
        return padding if isinstance(padding, str) else None

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """The padding before and after, along each axis; of a word, what it means.

        Raises
        ------
        Refused
            For words that differ per axis.
        """
        padding = self.options.get("padding", 0)
        if isinstance(padding, str):
            # what a transposed convolution's output padding adds, its plan has taken off hi
            plan = self.plan
            extra = self.output_padding if self.operation.family == "conv_transpose" else (0,) * self.rank
            return tuple((axis.lo, axis.hi + a) for axis, a in zip(plan.axes, extra, strict=True))
        if isinstance(padding, int):
            return ((padding, padding),) * self.rank
        if any(isinstance(entry, str) for entry in padding):
            raise Refused("padding words that differ per axis: a dialect has one for all")
        return tuple((entry, entry) if isinstance(entry, int) else (entry[0], entry[1]) for entry in padding)

    @property
    def plan(self) -> Geometry:
        """The plan of the call."""
        return self.operation.plan(self.x_shape, self.w_shape, **self.options)

    @property
    def y_shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        return self.operation.y_shape(self.plan)


def whole_word(asked: Asked, words: Mapping[str, str], who: str) -> str | None:
    """Return the dialect's word for the padding; None where it is given in numbers.

    Raises
    ------
    Refused
        For a word that the dialect has not.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> asked = Asked.of(operation("conv1d"), (1, 1, 5), (1, 1, 3), {"padding": "same"})
    >>> whole_word(asked, {"same_upper": "SAME"}, "TensorFlow")
    'SAME'
    """
    if asked.word is None:
        return None
    word = {"same": "same_upper"}.get(asked.word, asked.word)
    if word not in words:
        raise Refused(f'padding="{word}": {who} has no word for it here')
    return words[word]


@dataclass(frozen=True)
class Wording:
    """How a dialect says one operation.

    Parameters
    ----------
    function : str
        What is called, in the dialect: a function's name, or an operator's.
    operation : Operation
        What it is in refconv.
    x, w : str
        The order of the axes of x (and y) and of w, in letters, ``*`` for the spatial ones.
    say : callable
        From what is asked for to the dialect's arguments; raises `Refused` for what it cannot say.
    parameters : tuple of str
        The options of refconv's that it has words for.
    bias : bool
        Whether the dialect's function takes one.
    flat : bool
        Whether a depthwise w is that of a grouped convolution: (C*M, 1) for (C, M).
    hand : callable
        How the call is made.
    extras : tuple of str
        Words for kernels that name them, beyond the dialect's own.
    dictionary : bool
        Whether all that is said goes into one dictionary, so that a kernel's signature has none of it.
    """

    function: str
    operation: Operation
    x: str
    w: str
    say: Callable[[Asked], dict[str, Any]]
    parameters: tuple[str, ...]
    bias: bool = False
    flat: bool = False
    hand: Hand = by_keywords
    extras: tuple[str, ...] = ()
    dictionary: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The dialect's arguments for this operation."""
        rank = self.operation.rank
        small = Asked.of(self.operation, (1, 1, *(3,) * rank), (1, 1, *(1,) * rank), {})
        return (*self.say(small), *self.extras)

    @property
    def layouts(self) -> tuple[Layout, Layout]:
        """The layouts of x and of w, beside refconv's."""
        axes = letters(self.operation.rank)
        pair = "OI" if self.flat else PAIRS.get(self.operation.family, "OI")
        return parse("check", "layout", self.x, "NC" + axes), parse("check", "kernel_layout", self.w, pair + axes)

    def leave(self, name: str, array: Array) -> Array:
        """Return a view of "x", "y", "w" (or their gradients) as the dialect has it; others as they are."""
        of_x, of_w = self.layouts
        if name in ("w", "dw"):
            flat = array.reshape(-1, 1, *array.shape[2:]) if self.flat else array
            return of_w.leave(flat)
        return array if name in ("b", "db") else of_x.leave(array)

    def enter(self, name: str, array: Array, w_shape: tuple[int, ...]) -> Array:
        """Return a view of a dialect's array as refconv has it; an array that does not fit as it is."""
        of_x, of_w = self.layouts
        layout = {"b": None, "db": None, "w": of_w, "dw": of_w}.get(name, of_x)
        if layout is None or array.ndim != len(layout.letters):
            return array
        entered = layout.enter(array)
        if self.flat and layout is of_w and entered.size == _size(w_shape):
            return entered.reshape(w_shape)
        return entered

    def shape(self, name: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the dialect's shape of an array that has this one in refconv's order."""
        of_x, of_w = self.layouts
        if name in ("w", "dw"):
            return of_w.shape((shape[0] * shape[1], 1, *shape[2:]) if self.flat else shape)
        return shape if name in ("b", "db") else of_x.shape(shape)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for n in shape:
        size *= n
    return size
