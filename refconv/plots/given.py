"""What may be given to a drawing in place of a network: its name, its records, or a plain stack of layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from refconv.arithmetic.per_axis import entries
from refconv.arithmetic.reads import Layer
from refconv.errors import ArgumentError
from refconv.networks import Builder, Network, Resolved, network, resolve
from refconv.plots.stacks import stack_of

__all__ = ["NetworkLike", "Stack", "layers_of", "resolved", "stack_in"]

Stack: TypeAlias = Sequence[Any]
"""Layers in order: each a `Layer`, or the numbers (k,), (k, s), (k, s, d) or (k, s, d, lo)."""

NetworkLike: TypeAlias = str | Network | Resolved | Stack
"""A name in `refconv.networks.NETWORKS`, a network, or a stack."""


def stack_in(given: NetworkLike) -> list[Layer] | None:
    """Return the layers of a plain stack, None for a network."""
    return None if isinstance(given, str | Network | Resolved) else layers_of(given)


def layers_of(stack: Stack) -> list[Layer]:
    """Return a stack as layers.

    Examples
    --------
    >>> layers_of([(3, 1, 2), Layer(5), (2,)])
    [Layer(k=3, s=1, d=2, lo=0), Layer(k=5, s=1, d=1, lo=0), Layer(k=2, s=1, d=1, lo=0)]
    """
    if not isinstance(stack, Sequence):
        problem = f"{type(stack).__name__} is neither a network nor a stack of layers."
        raise ArgumentError("plots", problem, fix='Give a name such as "vgg16", a Network, or [(3, 1, 1), (3, 1, 2)].')
    return stack_of("plots", stack)


def resolved(given: NetworkLike, size: Sequence[int] | None = None, *, rank: int = 2) -> Resolved:
    """Return what was given as a network with all sizes worked out.

    A stack becomes a network of one channel. Layers get the padding `lo` that they have on both sides; those given
    as up to three numbers "same" padding.

    Parameters
    ----------
    given : str, Network, Resolved or stack
        The network.
    size : sequence of int, optional
        The size of the input along each axis; by default the network's own, for a stack 64.
    rank : int
        How many axes a stack has.

    Examples
    --------
    >>> [layer.shape for layer in resolved([(3, 2, 1), Layer(3, lo=2)], (9, 9)).layers]
    [(1, 5, 5), (1, 7, 7)]
    """
    if size is not None and entries(size) is None:
        problem = f"size is {size!r}, but it has a number for each axis."
        raise ArgumentError("plots", problem, fix=f"Give a pair (H, W): size=({size}, {size}).")
    if isinstance(given, Resolved) and size is None:
        return given
    if isinstance(given, Resolved):
        given = given.network
    if isinstance(given, str):
        given = network(given)
    if not isinstance(given, Network):
        given = _network(given, tuple(size or (64,) * rank))
    return resolve(given, None if size is None else (given.input[0], *size))


def _network(stack: Stack, size: tuple[int, ...]) -> Network:
    net, x = Builder("stack", (1, *size)), "input"
    for number, (entry, layer) in enumerate(zip(stack, layers_of(stack), strict=True), 1):
        padding: Any = layer.lo if hasattr(entry, "lo") or len(entry) > 3 else "same"
        x = net.conv(x, 1, layer.k, stride=layer.s, dilation=layer.d, padding=padding, name=f"layer{number}")
    return net.done(x)
