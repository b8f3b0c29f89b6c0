"""Where the centre of each window lies on the input: an affine map along each axis, the inverse of it on the way up.

Framework code that crops one branch to another (Caffe's automatic crop) takes the offset from these.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from refconv.arithmetic.reads import Layer, Read, Transposed
from refconv.arithmetic.receptive_field import receptive_field
from refconv.errors import ArgumentError
from refconv.networks.reading import reads_of
from refconv.networks.records import Network
from refconv.networks.shaped import Resolved
from refconv.networks.shapes import resolve

__all__ = ["Centre", "centres", "derived_crop"]


class Centre(NamedTuple):
    """Output i stands at ``jump * i + offset`` on the input; both are Fractions."""

    jump: Fraction
    offset: Fraction


def centres(network: Network | Resolved) -> dict[str, tuple[Centre, ...]]:
    """Return for each node where its outputs stand on the input, along each axis.

    A window layer's output stands at the centre of its window. A transposed layer's stands where the convolution
    whose adjoint it is would have to look from. Of a join's inputs the first one counts.

    Raises
    ------
    ArgumentError
        For a layer that resizes: which of its inputs an output stands on is its own choice.

    Examples
    --------
    >>> from refconv.networks.build import Builder
    >>> net = Builder("up", (1, 8))
    >>> down = net.conv("input", 1, 3, stride=2, name="down")
    >>> up = net.conv_transpose(down, 1, 4, stride=2, name="up")
    >>> centres(net.done(up))["up"]
    (Centre(jump=Fraction(1, 1), offset=Fraction(-1, 2)),)
    """
    resolved = network if isinstance(network, Resolved) else resolve(network)
    rank = len(resolved.network.input) - 1
    known = {"input": (Centre(Fraction(1), Fraction(0)),) * rank}
    for layer in resolved.layers:
        reads = reads_of(layer, rank)[0]
        before = known[layer.node.inputs[0]]
        known[layer.node.name] = tuple(
            _through(centre, read, layer.node.name) for centre, read in zip(before, reads, strict=True)
        )
    return known


def _through(centre: Centre, read: Read, name: str) -> Centre:
    if not isinstance(read, Layer | Transposed):
        raise ArgumentError("centres", f"{name} resizes: where its outputs stand is not given.", fix="Leave it out.")
    window = receptive_field([Layer(read.k, read.s, read.d, read.lo)])
    jump, offset = Fraction(window.jump), Fraction(window.offset)
    if isinstance(read, Transposed):  # output j*jump + offset stands where input j does
        return Centre(centre.jump / jump, centre.offset - centre.jump * offset / jump)
    return Centre(centre.jump * jump, centre.jump * offset + centre.offset)


def derived_crop(network: Network | Resolved, crop: str, reference: str) -> tuple[int, ...]:
    """Return where to begin in node `crop`, so that what is left stands where node `reference` does.

    Raises
    ------
    ArgumentError
        Where their jumps differ or no whole offset brings them together.

    Examples
    --------
    >>> from refconv.networks.build import Builder
    >>> net = Builder("crop", (1, 8))
    >>> conv = net.conv("input", 1, 3, name="conv")
    >>> derived_crop(net.done(conv), "input", "conv")
    (1,)
    """
    known = centres(network)
    offsets = []
    for ours, theirs in zip(known[crop], known[reference], strict=True):
        offset = (theirs.offset - ours.offset) / ours.jump
        if ours.jump != theirs.jump or offset.denominator != 1:
            problem = f"{crop} and {reference} stand at {tuple(ours)} and {tuple(theirs)} (jump, offset)."
            raise ArgumentError("derived_crop", problem, fix="Change a padding so that whole steps lie between them.")
        offsets.append(int(offset))
    return tuple(offsets)
