"""What a reader follows through a model: tensors, and which of their axes are what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

__all__ = [
    "BATCH",
    "CHANNELS",
    "MIXED",
    "UNIT",
    "Axes",
    "Extent",
    "Inexpressible",
    "Value",
    "channels_first",
    "compact",
    "remark",
]

BATCH, CHANNELS, UNIT, MIXED = "batch", "channels", "unit", "mixed"

Axes: TypeAlias = "tuple[Any, ...]"
"""What each axis of a tensor is: BATCH, CHANNELS, a spatial axis's number, UNIT for one of size 1 that is none of
these; ``(CHANNELS, i, m)``, factor `i` of `m` of the channels; or ``(MIXED, i, shape)``, axis `i` of a reshape of
what was of that shape."""


class Inexpressible(Exception):  # noqa: N818 - it says what happened to the reader, no error of the caller's
    """An operator that no record expresses; the message says why."""


class Extent(int):
    """A size that knows which tensor's it is, and along which of its axes.

    Arithmetic on it gives plain ints: a size computed from another is nobody's own.

    Examples
    --------
    >>> height = Extent.of(14, "conv4", 0)
    >>> height, height.source, type(height // 2)
    (14, 'conv4', <class 'int'>)
    """

    source: str | None = None
    axis: Any = None

    @classmethod
    def of(cls, size: int, source: str, axis: Any) -> Extent:
        """Return the size of the tensor named `source` along `axis`."""
        made = cls(size)
        made.source, made.axis = source, axis
        return made


@dataclass(frozen=True, slots=True)
class Value:
    """A tensor of the model.

    Attributes
    ----------
    name : str
        The node that it is the result of.
    shape : tuple of int, or None
        As the model has it, with the batch; None where it is unknown.
    axes : tuple, or None
        What each of its axes is. None where that is not known: behind an operator that no record expresses.
    """

    name: str
    shape: tuple[int, ...] | None
    axes: Axes | None

    @property
    def extents(self) -> tuple[int, ...]:
        """The shape, each size as an `Extent` where the axis is a spatial one."""
        if self.shape is None:
            raise Inexpressible("the shape of its input is not known")
        axes = self.axes or (None,) * len(self.shape)
        along = zip(self.shape, axes, strict=True)
        return tuple(Extent.of(n, self.name, axis) if isinstance(axis, int) else n for n, axis in along)


def channels_first(rank: int) -> Axes:
    """Return the axes of a tensor with batch, channels, and `rank` spatial axes.

    Examples
    --------
    >>> channels_first(2)
    ('batch', 'channels', 0, 1)
    """
    return (BATCH, CHANNELS, *range(rank))


def compact(numbers: Sequence[Any]) -> Any:
    """Return one entry for all axes where they agree.

    Examples
    --------
    >>> compact([3, 3]), compact([(0, 1), (1, 1)]), compact([(2, 2), (2, 2)]), compact([(2, 1)])
    (3, ((0, 1), (1, 1)), 2, ((2, 1),))
    """
    pairs = [entry[0] if isinstance(entry, tuple) and entry[0] == entry[1] else entry for entry in numbers]
    if pairs and all(not isinstance(entry, tuple) and entry == pairs[0] for entry in pairs):
        return pairs[0]
    return tuple(numbers)


def remark(words: str, parameters: Mapping[str, int]) -> str:
    """Return what a network's note says of some parameters, given by name with their sizes; nothing without any.

    Examples
    --------
    >>> remark("in several nodes", {"head.weight": 54, "head.bias": 2})
    '; in several nodes: head.weight, head.bias (56 parameters)'
    """
    if not parameters:
        return ""
    more = f" and {len(parameters) - 3} more" if len(parameters) > 3 else ""
    return f"; {words}: {', '.join([*parameters][:3])}{more} ({sum(parameters.values())} parameters)"
