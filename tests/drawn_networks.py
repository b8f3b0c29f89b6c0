"""Draw small networks: any operations in any order, with branches that are joined again; see `tests.draw`."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from refconv.errors import ArgumentError, ShapeError
from refconv.networks.records import (
    Activation,
    Conv,
    ConvTranspose,
    Crop,
    DepthToSpace,
    Join,
    Network,
    Node,
    Norm,
    Pad,
    Pool,
    Resize,
    Shuffle,
)
from refconv.networks.shapes import resolve

MODES = ("zeros", "zeros", "reflect", "replicate", "circular")
COORDINATES = ("half_pixel", "asymmetric", "align_corners")


@st.composite
def networks(draw):
    return draw_network(lambda low, high: draw(st.integers(low, high)))


def pick(integer, options):
    return options[integer(0, len(options) - 1)]


def per_axis(integer, rank, low, high):
    return tuple(integer(low, high) for _ in range(rank))


def pairs(integer, rank, low, high):
    return tuple(per_axis(integer, 2, low, high) for _ in range(rank))


def windows(integer, rank):
    return {
        "kernel_size": per_axis(integer, rank, 1, 3),
        "stride": per_axis(integer, rank, 1, 2),
        "dilation": per_axis(integer, rank, 1, 2),
    }


def draw_conv(integer, channels, rank):
    groups = pick(integer, [g for g in (1, 2, 3, 4) if channels % g == 0])
    how = {
        **windows(integer, rank),
        "groups": groups,
        "bias": bool(integer(0, 1)),
        "padding_mode": pick(integer, MODES),
    }
    padding = pick(integer, ("same", "same_lower", "valid", pairs(integer, rank, -1, 2)))
    return Conv(groups * integer(1, 2), padding=padding, **how)


def draw_transposed(integer, channels, rank):
    groups = pick(integer, [g for g in (1, 2) if channels % g == 0])
    how = {**windows(integer, rank), "groups": groups}
    room = [max(s, d) - 1 for s, d in zip(how["stride"], how["dilation"], strict=True)]
    extra = tuple(integer(0, most) for most in room)
    return ConvTranspose(groups * integer(1, 2), padding=pairs(integer, rank, -1, 1), output_padding=extra, **how)


def draw_pool(integer, _channels, rank):
    how = {"padding": pairs(integer, rank, 0, 1), "ceil_mode": bool(integer(0, 1))}
    include = bool(integer(0, 1))
    return Pool(pick(integer, ("max", "average")), **windows(integer, rank), count_include_pad=include, **how)


def draw_resize(integer, _channels, rank):
    scale = tuple(Fraction(integer(1, 5), integer(1, 3)) for _ in range(rank))
    how = {"scale": scale} if integer(0, 1) else {"size": per_axis(integer, rank, 1, 9)}
    rounding = pick(integer, ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"))
    return Resize(
        method=pick(integer, ("nearest", "linear")), coordinates=pick(integer, COORDINATES), rounding=rounding, **how
    )


def draw_move(integer, _channels, rank):
    padding = pairs(integer, rank, -1, 2)
    return pick(integer, (Pad(padding, pick(integer, MODES)), DepthToSpace(2), Shuffle(2)))


def draw_pointwise(integer, _channels, _rank):
    norms = [Norm(kind) for kind in ("batch", "layer", "instance", "channel", "local_response", "scale")]
    return pick(integer, (*norms, Activation("relu"), Activation("sigmoid"), Activation("softmax")))


OPERATIONS = (draw_conv, draw_conv, draw_transposed, draw_pool, draw_resize, draw_move, draw_pointwise)


def draw_network(integer):
    """Return a network of one to eight layers; one that does not fit is left out, so that no draw is thrown away.

    Channels mix throughout: a support speaks of pixels, and cannot see that some channels never meet.
    """
    rank = integer(1, 2)
    shapes = {"input": (integer(1, 3), *per_axis(integer, rank, 3, 8))}
    network = Network("drawn", shapes["input"], (Node("first", Conv(2, 1), ("input",)),), ("first",))
    for number in range(integer(2, 8)):
        shapes.update((layer.node.name, layer.shape) for layer in resolve(network).layers)
        last, other = network.outputs[0], pick(integer, [*shapes])
        if integer(0, 3) == 0:
            node = Node(f"join{number}", _joining(integer, shapes[last], shapes[other]), (last, other))
        else:
            node = Node(f"layer{number}", pick(integer, OPERATIONS)(integer, shapes[last][0], rank), (last,))
        longer = replace(network, nodes=(*network.nodes, node), outputs=(node.name,))
        network = longer if _fits(longer) else network
    return network


def _fits(network):
    try:
        layer = resolve(network).layers[-1]
    except (ShapeError, ArgumentError):
        return False
    return min(layer.shape) > 0 and max(layer.shape) <= 12 and _mirrors(layer)


def _mirrors(layer):
    """Return whether reflect padding has enough to show."""
    record = layer.node.operation
    if getattr(record, "padding_mode", "") != "reflect":
        return True
    sizes = layer.input_shapes[0][1:]
    sides = [(axis.lo, axis.hi) for axis in layer.axes] if isinstance(record, Conv) else record.padding
    return all(max(pair) < n for pair, n in zip(sides, sizes, strict=True))


def _joining(integer, mine, theirs):
    """Return a way to put two shapes together."""
    if mine[1:] == theirs[1:]:
        kinds = ["concatenate", *(("add", "multiply", "maximum") if mine[0] == theirs[0] else ())]
        return Join(pick(integer, kinds))
    if all(n >= m for n, m in zip(mine[1:], theirs[1:], strict=True)):
        return Crop()
    return Resize(method=pick(integer, ("nearest", "linear")))
