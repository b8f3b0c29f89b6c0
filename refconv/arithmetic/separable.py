"""When the depthwise-separable form of a convolution is cheaper than the dense one, exactly.

With K positions of the kernel, O filters, multiplier m, G groups of the dense convolution and g of the pointwise
step, and ``u = m G``, the separable form has ``u (1/O + 1/(g K))`` times the dense one's MACs and weights. It wins
where

    u K + u O / g  <  O K      which is      (g K - u) (O - u)  >  u^2.

For ordinary convolutions, ``u = g = 1``, that is ``(K - 1) (O - 1) > 1``: it wins as soon as there are two positions
and two filters, and more than two of one of them. Biases shift the right-hand side.
"""

from __future__ import annotations

from refconv.arithmetic.cost import Cost, convolution_cost, separable_cost
from refconv.arithmetic.coverage import taps_on_real_pixels
from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import Integer, product, ratio
from refconv.errors import ArgumentError

__all__ = ["separable_ratio", "separable_wins"]

_MEASURES = ("macs", "parameters", "flops")


def separable_ratio(
    dense: Geometry,
    multiplier: Integer = 1,
    groups: Integer = 1,
    *,
    measure: str = "macs",
    bias: bool = False,
    positions: str = "all",
) -> Integer:
    """Return the cost of the depthwise-separable form over that of the dense convolution.

    Parameters
    ----------
    dense : Geometry
        The dense convolution; its numbers may be ints or sympy expressions.
    multiplier : int
        Channels that the depthwise step makes of each channel.
    groups : int
        Groups of the pointwise step.
    measure : str
        "macs", "parameters" or "flops".
    bias : bool
        Whether the dense layer and both separable ones have biases.
    positions : str
        "all" taps, or those on "real" pixels.

    Returns
    -------
    Fraction or expression
        Below 1 where the separable form is cheaper.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> separable_ratio(Geometry(1, 64, 128, (Axis(56, 3), Axis(56, 3))))
    Fraction(137, 1152)
    """
    ours = _measured(separable_cost(dense, multiplier, bias, groups, positions), measure)
    theirs = _measured(convolution_cost(dense, bias, positions), measure)
    if theirs == 0:
        raise ArgumentError("separable", "the dense convolution reads no real pixel.", fix="Count all positions.")
    return ratio(ours, theirs)


def _measured(cost: Cost, measure: str) -> Integer:
    if measure not in _MEASURES:
        raise ArgumentError("separable", f"measure is {measure!r}.", fix=f"Take one of {', '.join(_MEASURES)}.")
    return getattr(cost, measure)


def separable_wins(
    dense: Geometry,
    multiplier: Integer = 1,
    groups: Integer = 1,
    *,
    measure: str = "macs",
    bias: bool = False,
    positions: str = "all",
) -> Integer:
    """Return whether the depthwise-separable form is cheaper: True or False, or the condition as an inequality.

    The parameters are those of `separable_ratio`, and the answer is whether that is below 1, for divisible channels.
    The condition is a product in K and O, free of channels, sizes, strides and batch:
    ``(g K - u) (O - u) > u^2``, with ``+ u g`` at the right for parameters with biases and ``+ u g / 2`` for FLOPs
    with biases. Counting taps on real pixels only, K is their mean number per window.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> [separable_wins(Geometry(1, 64, o, (Axis(56, 2),))) for o in (2, 3)]
    [False, True]
    >>> import sympy
    >>> k, o = sympy.symbols("k o", integer=True, positive=True)
    >>> separable_wins(Geometry(1, 64, o, (Axis(56, k),)))
    (k - 1)*(o - 1) > 1
    """
    _measured(Cost(0, 0), measure)
    u = multiplier * dense.groups
    taps, windows = _taps_and_windows(dense, "all" if measure == "parameters" else positions)
    left = (groups * taps - u * windows) * (dense.filters - u)
    extra = {"macs": 0, "parameters": 2, "flops": 1}[measure] if bias else 0
    if extra == 0:
        return left > u * u * windows
    return 2 * left > (2 * u + extra * groups) * u * windows


def _taps_and_windows(dense: Geometry, positions: str) -> tuple[Integer, Integer]:
    """Return taps and the windows they belong to: one window's where all have the same."""
    taps, windows = product(dense.kernel_size), 1
    if positions == "real" and dense.padding_mode == "zeros":
        taps, windows = taps_on_real_pixels(*dense.axes)[0], product(dense.output_size)
    return taps, windows
