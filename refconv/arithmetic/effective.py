r"""The effective receptive field: how much each pixel of the field weighs.

With equal weights a pixel's influence on an output is the number of *paths* between them, one tap in each layer. Along
one axis that is the distribution of a sum of independent taps, ``sum_l jump_l (d_l m_l - lo_l)`` with `m_l` uniform on
``0 .. k_l-1``, and so close to a Gaussian with

.. math::
    \text{mean} = \sum_l j_l \Big(d_l \frac{k_l - 1}{2} - \ell_l\Big), \qquad
    \text{variance} = \sum_l j_l^2 d_l^2 \frac{k_l^2 - 1}{12},

where `j_l` is the product of the strides before layer `l`. Exact, for any stride and dilation; the Gaussian is the
limit for many layers (Luo et al., arXiv:1701.04128). With independent random weights of mean zero the *square* of the
gradient is so distributed: its root is then a Gaussian that is wider by the square root of 2.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from math import sqrt
from numbers import Integral
from typing import Any, TypeVar

from refconv.arithmetic.graphs import GraphNode, checked_graph, graph_fields
from refconv.arithmetic.integers import Integer, half, product
from refconv.arithmetic.reads import Layer, Read
from refconv.arithmetic.receptive_field import LayerLike, ReceptiveField
from refconv.arithmetic.supports import Position, checked_sizes, positions_read, reads_between

__all__ = ["EffectiveField", "effective_field", "effective_fields", "influence", "moments", "path_counts"]

Place = TypeVar("Place")


@dataclass(frozen=True, slots=True)
class EffectiveField:
    """Mean and variance of the influence of input pixels on the first output, along one axis.

    Attributes
    ----------
    mean : Fraction
        The input position about which it lies: the offset of the receptive field.
    variance : Fraction
        In squared input pixels.

    Examples
    --------
    Ten layers of 3 and one of 21 have the same receptive field, of 21 pixels, but not the same weight on it:

    >>> for stack in ([Layer(3)] * 10, [Layer(21)]):
    ...     print(effective_field(stack))
    EffectiveField(mean=Fraction(10, 1), variance=Fraction(20, 3))
    EffectiveField(mean=Fraction(10, 1), variance=Fraction(110, 3))
    """

    mean: Integer
    variance: Integer

    @property
    def deviation(self) -> float:
        """The standard deviation, in input pixels, rounded to a float."""
        return sqrt(self.variance)

    def through(self, layer: LayerLike, jump: Integer) -> EffectiveField:
        """Return the same after one more layer; `jump` is that of the layers before it.

        Examples
        --------
        >>> EffectiveField(Fraction(0), Fraction(0)).through(Layer(3, d=2), jump=4)
        EffectiveField(mean=Fraction(8, 1), variance=Fraction(128, 3))
        """
        step = layer.d * jump
        spread = step * step * (layer.k * layer.k - 1)
        variance = Fraction(spread, 12) if isinstance(spread, Integral) else spread / 12
        return EffectiveField(self.mean + half(step * (layer.k - 1)) - layer.lo * jump, self.variance + variance)


def effective_field(layers: Iterable[LayerLike]) -> EffectiveField:
    """Return mean and variance of the influence on the first output of a stack, in closed form.

    Numbers give Fractions, symbols expressions.

    Examples
    --------
    >>> effective_field([Layer(7, s=2, lo=3), Layer(3, s=2, lo=1)])
    EffectiveField(mean=Fraction(0, 1), variance=Fraction(20, 3))
    """
    effective, field = EffectiveField(Fraction(0), Fraction(0)), ReceptiveField()
    for layer in layers:
        effective = effective.through(layer, field.jump)
        field = field.through(layer)
    return effective


def effective_fields(
    nodes: Iterable[GraphNode], source: str | None = None, rank: int | None = None
) -> dict[str, tuple[EffectiveField | None, ...]]:
    """Return mean and variance for every node of a graph of windows, along each axis, on an input without end.

    Branches count as much as they have paths, over all axes: a 3x3 kernel nine times as much as a 1x1. The parameters
    are those of `graph_fields`. None stands where nothing is read, behind jumps that differ, and behind an up-sampling,
    where the outputs differ: there ask `path_counts` for one of them.

    Examples
    --------
    A skip connection makes the effective field narrower, the theoretical one stays:

    >>> nodes = [GraphNode("x"), GraphNode("conv", ("x",), (Layer(3, lo=1),)), GraphNode("sum", ("x", "conv"))]
    >>> known = effective_fields(nodes)
    >>> known["conv"][0].variance, known["sum"][0].variance
    (Fraction(2, 3), Fraction(1, 2))
    """
    ordered, source = checked_graph(nodes, source)
    fields = graph_fields(ordered, source, rank)
    rank = len(fields[source].axes)
    start: tuple[EffectiveField | None, ...] = (EffectiveField(Fraction(0), Fraction(0)),) * rank
    known, paths = {source: start}, {source: 1}
    for node in ordered:
        if node.name == source:
            continue
        branches = []
        for number, name in enumerate(node.inputs):
            reads = node.reads_of(number, rank)
            plain = [read for read in reads if isinstance(read, Layer)]
            if len(plain) == rank:
                steps = zip(known[name], plain, fields[name].axes, strict=True)
                moved = [None if old is None else old.through(read, field.jump) for old, read, field in steps]
            else:
                moved = [None] * rank
            weight = paths[name] * product(read.k for read in plain)
            branches.append((weight, moved))
        branches = [(weight, moved) for weight, moved in branches if weight != 0]
        paths[node.name] = sum((weight for weight, _ in branches), 0)
        defined = [field.defined for field in fields[node.name].axes]
        known[node.name] = tuple(
            _mixed([(weight, moved[axis]) for weight, moved in branches]) if defined[axis] else None
            for axis in range(rank)
        )
    return known


def _mixed(branches: list[tuple[Integer, EffectiveField | None]]) -> EffectiveField | None:
    """Return the field of a sum of branches, each with its number of paths."""
    total = sum((weight for weight, _ in branches), 0)
    known = [(weight, branch) for weight, branch in branches if branch is not None]
    if not branches or len(known) < len(branches):
        return None
    mean = sum((branch.mean * weight for weight, branch in known), Fraction(0)) / total
    square = sum(((branch.variance + branch.mean**2) * weight for weight, branch in known), Fraction(0)) / total
    return EffectiveField(mean, square - mean**2)


def influence(reads: Iterable[Read], i: int = 0) -> dict[int, int]:
    """Return for each input position the number of paths to output `i` of a stack, on an input without end.

    Parameters
    ----------
    reads : iterable of Layer, Transposed or Resampled
        The first layer first. Every tap of a resizing counts once, whatever its weight.
    i : int
        The output.

    Examples
    --------
    >>> influence([Layer(3), Layer(3, d=2)])
    {0: 1, 1: 1, 2: 2, 3: 1, 4: 2, 5: 1, 6: 1}
    """
    counts = Counter({i: 1})
    for read in reversed(list(reads)):
        counts = _spread(counts, partial(_comb, read))
    return dict(sorted(counts.items()))


def moments(counts: Mapping[Any, int], axis: int = 0) -> EffectiveField:
    """Return mean and variance of a distribution given as counts; of positions along several axes, along one of them.

    Examples
    --------
    >>> moments(influence([Layer(3), Layer(3, d=2)])) == effective_field([Layer(3), Layer(3, d=2)])
    True
    """
    total = sum(counts.values())
    along = [(position[axis] if isinstance(position, tuple) else position, count) for position, count in counts.items()]
    mean = Fraction(sum(position * count for position, count in along), total)
    square = Fraction(sum(position**2 * count for position, count in along), total)
    return EffectiveField(mean, square - mean**2)


def path_counts(
    nodes: Iterable[GraphNode], output: str, position: Position, source: str | None = None
) -> dict[Position, int]:
    """Return for each input pixel the number of paths to one output of a graph, borders and all.

    Parameters
    ----------
    nodes : iterable of GraphNode
        Each after its inputs, each with its `size`.
    output, position : str, tuple of int
        The output asked about.
    source : str, optional
        The input; by default the first node without inputs.

    Returns
    -------
    dict
        For each pixel of `support` how many ways lead to it: the gradient there, were all weights 1. Channels are not
        counted, and every tap of a resizing counts once, whatever its weight.

    Examples
    --------
    >>> nodes = [GraphNode("x", size=(4,)), GraphNode("y", ("x",), (Layer(3, lo=1),), size=(4,))]
    >>> nodes += [GraphNode("sum", ("x", "y"), size=(4,))]
    >>> path_counts(nodes, "sum", (0,))
    {(0,): 2, (1,): 1}
    """
    ordered, source = checked_graph(nodes, source)
    sizes = checked_sizes(ordered, output, [position])
    counts: dict[str, Counter[Position]] = {node.name: Counter() for node in ordered}
    counts[output][position] = 1
    for node in reversed(ordered):
        for number, name in enumerate(node.inputs):
            found = counts[node.name]
            for axis, (read, n) in enumerate(zip(reads_between(node, number, sizes), sizes[name], strict=True)):
                found = _spread(found, partial(_neighbours, read, n, node.padding_mode, axis))
            counts[name].update(found)
    return dict(sorted(counts[source].items()))


def _comb(read: Read, i: int) -> range:
    return read.comb(i).positions


def _neighbours(read: Read, n: int, mode: str, axis: int, position: Position) -> list[Position]:
    """Return a pixel's sources along one axis."""
    before, after = position[:axis], position[axis + 1 :]
    return [(*before, there, *after) for there in positions_read(read, position[axis], n, mode)]


def _spread(counts: Mapping[Place, int], sources: Callable[[Place], Iterable[Place]]) -> Counter[Place]:
    """Return how many paths lead to the sources, from how many led to their readers."""
    spread: Counter[Place] = Counter()
    for reader, count in counts.items():
        for place in sources(reader):
            spread[place] += count
    return spread
