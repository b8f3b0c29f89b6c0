"""Published networks made small: fewer channels and a smaller input, every window, branch and border kept."""

from __future__ import annotations

from dataclasses import replace
from math import ceil, gcd

from refconv.errors import ArgumentError, ShapeError
from refconv.networks.records import (
    Activation,
    Conv,
    ConvTranspose,
    DepthToSpace,
    Join,
    Linear,
    Network,
    Norm,
    Select,
    Shuffle,
    SpaceToDepth,
)
from refconv.networks.shapes import resolve

SIZES = (33, 49, 65, 97, 129, 161, 188, 225, 257, 300, 372, 420, 500)
"""Inputs to try; odd ones have a remainder at every stride."""


def narrow(network, divisor):
    """Return the network with that many times fewer channels; depthwise layers stay depthwise."""
    channels, *size = network.input
    before, after = {"input": channels}, {"input": ceil(channels / divisor) if channels >= 32 else channels}
    nodes = []
    for node in network.nodes:
        record = node.operation
        was, now = ([known[name] for name in node.inputs] for known in (before, after))
        made = _narrowed(record, was[0], now[0], divisor)
        nodes.append(replace(node, operation=made))
        rank = len(network.input) - 1
        before[node.name], after[node.name] = _channels(record, was, rank), _channels(made, now, rank)
    return replace(network, input=(after["input"], *size), nodes=tuple(nodes))


def _narrowed(record, was, now, divisor):
    if isinstance(record, Conv | ConvTranspose):
        if record.groups == was > 1:
            return replace(record, groups=now, filters=now * (record.filters // was))
        filters = ceil(record.filters / divisor)
        return replace(record, filters=filters, groups=gcd(record.groups, now, filters))
    if isinstance(record, Linear):
        return replace(record, features=ceil(record.features / divisor))
    if isinstance(record, Norm | Shuffle) and record.groups > 1:
        return replace(record, groups=gcd(record.groups, now))
    if isinstance(record, Activation) and record.parameters > 1:
        return replace(record, parameters=now)
    if isinstance(record, Select):
        return Select(ceil(record.start / divisor), ceil(record.stop / divisor))
    return record


def _channels(record, given, rank):
    if isinstance(record, Conv | ConvTranspose):
        return record.filters
    if isinstance(record, Linear):
        return record.features
    if isinstance(record, Join):
        return sum(given) if record.kind == "concatenate" else max(given)
    if isinstance(record, DepthToSpace | SpaceToDepth):
        factor = record.block**rank
        return given[0] // factor if isinstance(record, DepthToSpace) else given[0] * factor
    return record.stop - record.start if isinstance(record, Select) else given[0]


def reduced(network: Network, divisor: int = 32, smallest: int = 33):
    """Return the network with as few channels and as small an input as it can take, with its sizes."""
    size = network.input[1:]
    for n in (*(n for n in SIZES if smallest <= n < max(size)), max(size)):
        for fewer in (d for d in (32, 16, 8, 4, 2, 1) if d <= divisor):
            try:
                small = narrow(network, fewer)
                return resolve(small, (small.input[0], *(min(n, m) for m in size)))
            except (ShapeError, ArgumentError):
                continue
    raise AssertionError(network.name)
