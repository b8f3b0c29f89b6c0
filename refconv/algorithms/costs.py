"""What each road costs, counted: products of two numbers of the operands, products with constants, additions.

Pure Python, for ints and, where sizes and channels are concerned, for sympy expressions; kernel sizes, strides,
dilations and tiles are ints. A sum of K products counts K additions, the first of them to zero or to the bias, as in
a MAC; sums within a transform count one less. Multiplying with 0, 1 or -1 is free, and nothing is shared between rows.

=================  ============================================================================================
direct, im2col,    K products for each output, ``K = C/G`` times the kernel's taps
shifted
inflated           the same of the kernel's spans
space_to_batch     K, for outputs rounded up to whole phases
winograd           ``n^rank / m^rank`` times C/G, n = m + r - 1, for outputs rounded up to whole tiles; and transforms
fft                2 C/G for each point of the grid (4 for a complex one, and half of them are enough); and transforms
=================  ============================================================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product as combinations
from math import gcd
from typing import NamedTuple

from refconv.algorithms.cook_toom import Matrix, transforms
from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import Integer, ceil_div, floor_div, product, ratio
from refconv.errors import ArgumentError

__all__ = ["RoadCost", "road_cost", "transform_cost"]


class RoadCost(NamedTuple):
    """Operations of one forward pass.

    Attributes
    ----------
    products : int
        Multiplications of two numbers, each from an operand or made of one.
    constants : int
        Multiplications with a constant of a transform other than 0, 1 and -1.
    additions : int
        Sums of two numbers.

    Examples
    --------
    >>> RoadCost(8, 2, 6) + RoadCost(1, 1, 1)
    RoadCost(products=9, constants=3, additions=7)
    """

    products: Integer
    constants: Integer
    additions: Integer

    def __add__(self, other: RoadCost) -> RoadCost:  # type: ignore[override]
        """Return the cost of both."""
        return RoadCost(*(a + b for a, b in zip(self, other, strict=True)))

    def times(self, number: Integer) -> RoadCost:
        """Return the cost of doing it that often."""
        return RoadCost(*(number * each for each in self))

    def per_output(self, plan: Geometry) -> RoadCost:
        """Return the cost divided by the number of outputs, exactly.

        Examples
        --------
        >>> plan = Geometry(1, 2, 3, (Axis(n=6, k=3),))
        >>> road_cost("direct", plan).per_output(plan).products
        Fraction(6, 1)
        """
        outputs = product(plan.y_shape)
        return RoadCost(*(ratio(each, outputs) for each in self))


def road_cost(algorithm: str, plan: Geometry, tile: Sequence[int] | None = None) -> RoadCost:
    """Return what one forward pass costs by a road, without the bias.

    Parameters
    ----------
    algorithm : str
        A name of `refconv.algorithms.ALGORITHMS`.
    plan : Geometry
        Sizes, channels and batch may be sympy expressions.
    tile : sequence of int, optional
        For "winograd": outputs of a tile along each axis; by default as `refconv.algorithms.winograd.tiles` has them.

    Returns
    -------
    RoadCost

    Raises
    ------
    ArgumentError
        For an unknown algorithm.

    Examples
    --------
    >>> plan = Geometry(1, 64, 64, (Axis(n=58, k=3), Axis(n=58, k=3)))
    >>> direct, winograd = (road_cost(name, plan).per_output(plan) for name in ("direct", "winograd"))
    >>> int(direct.products), int(winograd.products)
    (576, 144)
    """
    if algorithm in ("direct", "im2col", "shifted"):
        return _macs(product(plan.y_shape) * plan.taps)
    if algorithm == "inflated":
        return _macs(product(plan.y_shape) * plan.group_channels * product(axis.span for axis in plan.axes))
    if algorithm == "space_to_batch":
        return _macs(plan.batch * plan.filters * plan.taps * product(map(_whole_phases, plan.axes)))
    if algorithm == "fft":
        return _fft(plan)
    if algorithm == "winograd":
        return _winograd(plan, tile)
    raise ArgumentError("road_cost", f"algorithm is {algorithm!r}.", fix="Take one of refconv.algorithms.ALGORITHMS.")


def _macs(count: Integer) -> RoadCost:
    return RoadCost(count, 0, count)


def _whole_phases(axis: Axis) -> Integer:
    """Return the windows of all dilation phases, made equally long."""
    every = axis.d // gcd(axis.s, axis.d)
    phases = min(every, axis.out) if isinstance(axis.out, int) else every
    return phases * ceil_div(axis.out, every)


def _fft(plan: Geometry) -> RoadCost:
    """Count radix-2 transforms, of which real data need one half; a symbolic padded size is taken as a power of two."""
    lengths = [_grid(axis.padded) for axis in plan.axes]
    points, levels = product(lengths), sum(map(_log2, lengths))
    kept = product(lengths[:-1]) * (floor_div(lengths[-1], 2) + 1)
    planes = plan.batch * plan.channels + plan.filters * plan.group_channels + plan.batch * plan.filters
    # a butterfly has a complex product and two complex sums, 4 and 6 operations, for two points of a level
    butterflies = ratio(points * levels, 4)
    summed = 4 * plan.batch * plan.filters * plan.group_channels * kept
    return RoadCost(0, 4 * butterflies, 6 * butterflies).times(planes) + _macs(summed)


def _grid(padded: Integer) -> Integer:
    return 1 << (padded - 1).bit_length() if isinstance(padded, int) else padded


def _log2(length: Integer) -> Integer:
    if isinstance(length, int):
        return length.bit_length() - 1
    import sympy

    return sympy.log(length, 2)


class _Tiles(NamedTuple):
    """Outputs, taps and number of tiles along one axis of one of its parts."""

    m: int
    r: int
    needed: Integer


def _winograd(plan: Geometry, tile: Sequence[int] | None) -> RoadCost:
    asked = tile or (None,) * plan.rank
    total = RoadCost(0, 0, 0)
    for part in combinations(*(list(_parts(axis, m)) for axis, m in zip(plan.axes, asked, strict=True))):
        sizes = [(each.m, each.r) for each in part]
        count = product(each.needed for each in part)
        places = product(len(transforms(m, r).BT) for m, r in sizes)
        total += transform_cost("BT", sizes).times(plan.batch * plan.channels * count)
        total += transform_cost("G", sizes).times(plan.filters * plan.group_channels)
        total += transform_cost("AT", sizes).times(plan.batch * plan.filters * count)
        total += _macs(plan.batch * plan.filters * plan.group_channels * places * count)
    return total


def _parts(axis: Axis, m: int | None) -> Iterator[_Tiles]:
    """Yield the tiles of each plain part of an axis; its number of windows may be a symbol."""
    g = gcd(axis.s, axis.d)
    every, apart = axis.d // g, axis.s // g
    for v in range(min(every, axis.out) if isinstance(axis.out, int) else every):
        for t in range(min(apart, axis.k)):
            r = int(ceil_div(axis.k - t, apart))
            size = 1 if r == 1 else m or (4 if r <= 3 else 2)
            yield _Tiles(size, r, ceil_div(ceil_div(axis.out - v, every), size))


def transform_cost(which: str, sizes: Sequence[tuple[int, int]]) -> RoadCost:
    """Return what one transform of a tile costs: along one axis after the other, all other positions alike.

    Parameters
    ----------
    which : str
        "BT" (of inputs), "G" (of taps) or "AT" (of products).
    sizes : sequence of (m, r)
        Outputs and taps along each axis.

    Examples
    --------
    >>> transform_cost("BT", [(2, 3), (2, 3)]), transform_cost("AT", [(2, 3), (2, 3)])
    (RoadCost(products=0, constants=0, additions=32), RoadCost(products=0, constants=0, additions=24))
    """
    matrices: list[Matrix] = [getattr(transforms(m, r), which) for m, r in sizes]
    total = RoadCost(0, 0, 0)
    for axis, matrix in enumerate(matrices):
        others = product(len(done) for done in matrices[:axis]) * product(len(left[0]) for left in matrices[axis + 1 :])
        rows = [[entry for entry in row if entry] for row in matrix]
        constants = sum(abs(entry) != 1 for row in rows for entry in row)
        total += RoadCost(0, constants, sum(len(row) - 1 for row in rows)).times(others)
    return total
