"""How the pixels of a receptive field weigh: the effective receptive field of every node of a network."""

from __future__ import annotations

from refconv.arithmetic.effective import EffectiveField, effective_fields
from refconv.networks.fields import graph_nodes
from refconv.networks.records import Network
from refconv.networks.shaped import Resolved, Shape
from refconv.networks.shapes import resolve

__all__ = ["effective_receptive_fields"]


def effective_receptive_fields(
    network: Network | Resolved,
    input: Shape | None = None,  # noqa: A002 - the word of the records
) -> dict[str, tuple[EffectiveField | None, ...]]:
    """Return mean and variance of the influence on each node's first output, along each axis, far from borders.

    Every path from a pixel counts the same, as with equal weights, so that branches count by their taps. Gates and
    normalisations over all positions are left out, as in `receptive_fields`.

    Parameters
    ----------
    network : Network or Resolved
        The network.
    input : tuple of int, optional
        The input's shape, channels first.

    Returns
    -------
    dict
        For each node's name one `EffectiveField` per axis; None behind an up-sampling, where outputs differ.

    Examples
    --------
    The field of VGG-16's last convolution is 196 pixels wide, but about two thirds of the influence come from the 53 in
    the middle, one standard deviation to either side:

    >>> from refconv.networks.catalogue import network
    >>> round(effective_receptive_fields(network("vgg16"))["conv5_3"][0].deviation, 1)
    26.5
    """
    resolved = network if isinstance(network, Resolved) else resolve(network, input)
    rank = len(resolved.network.input) - 1
    return effective_fields(graph_nodes(resolved, gates=False), "input", rank)
