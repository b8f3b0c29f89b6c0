"""A network in fewer boxes: chains that belong together in one, then whole blocks, until it can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from refconv.networks import Activation, GlobalPool, Join, NodeField, Norm, Pool, Resolved, receptive_fields
from refconv.networks.records import WORDS
from refconv.plots.layer_tables import shape_text, window_text

__all__ = ["Block", "blocks_of"]


@dataclass(frozen=True)
class Block:
    """One box.

    Attributes
    ----------
    name : str
        Its first node's, or what the names of its nodes begin with.
    words : str
        What it does.
    shape : str
        The shape of its result.
    kind : str
        "input", "conv", "pool", "join", "other" or "several".
    nodes : tuple of str
        The network's nodes inside.
    inputs : tuple of str
        The names of the boxes it reads.
    """

    name: str
    words: str
    shape: str
    kind: str
    nodes: tuple[str, ...]
    inputs: tuple[str, ...]


def blocks_of(sized: Resolved, most: int, expand: Sequence[str] = ()) -> list[Block]:
    """Return a network's boxes, the input first, at most so many if names let them be put together.

    Nodes whose names begin with one of `expand` stay apart.

    Examples
    --------
    >>> from refconv.plots.given import resolved
    >>> [block.name for block in blocks_of(resolved("resnet50"), 9)]
    ['input', 'conv1', 'maxpool', 'layer1', 'layer2', 'layer3', 'layer4', 'avgpool', 'fc']
    """
    shape = shape_text(sized.network.input)
    blocks = [Block("input", "", shape, "input", ("input",), ())]
    blocks += [_single(field) for field in receptive_fields(sized)]
    blocks = _tails_joined(blocks)
    for marks in (".", "._"):
        depth = max(sum(map(block.name.count, marks)) for block in blocks)
        while len(blocks) > most and depth > 0:
            blocks, depth = _merged(blocks, depth, marks, expand), depth - 1
    return _shortened(blocks, expand) if len(blocks) > most else blocks


def _shortened(blocks: Sequence[Block], expand: Sequence[str]) -> list[Block]:
    """Put the middle of each chain of more than three boxes into one."""
    readers = Counter(name for block in blocks for name in block.inputs)
    chains: list[list[Block]] = []
    ends: dict[str, list[Block]] = {}
    for block in blocks:
        apart = bool(expand) and block.name.startswith(tuple(expand))
        chain = ends.pop(block.inputs[0], None) if len(block.inputs) == 1 and not apart else None
        if chain is None or readers[chain[-1].name] != 1:
            chain = []
            chains.append(chain)
        chain.append(block)
        if not apart:
            ends[block.name] = chain
    made = {block.name: block for block in blocks}
    for chain in chains:
        middle = chain[1:-1] if chain[0].name != "input" else chain[2:-1]
        if len(middle) > 1:
            first, last = middle[0], middle[-1]
            nodes = tuple(node for block in middle for node in block.nodes)
            name = f"{first.name} to {last.name}"
            made[first.name] = Block(name, f"{len(nodes)} layers", last.shape, "several", nodes, first.inputs)
            made[chain[-1].name] = replace(made[chain[-1].name], inputs=(name,))
            for block in middle[1:]:
                del made[block.name]
    return list(made.values())


def _single(field: NodeField) -> Block:
    layer = field.layer
    node, operation = layer.node, layer.node.operation
    words, window = WORDS[type(operation)].replace("_", " "), window_text(field)
    kind = "conv" if layer.geometry is not None else "other"
    if isinstance(operation, Pool | GlobalPool):
        kind, words = "pool", f"{operation.kind} pool" if isinstance(operation, Pool) else "global pool"
        window = window if isinstance(operation, Pool) else ""
    elif isinstance(operation, Join):
        kind, words = "join", operation.kind
    elif isinstance(operation, Activation):
        words = operation.function
    elif isinstance(operation, Norm):
        words = f"{operation.kind} norm"
    return Block(node.name, f"{words} {window}".strip(), shape_text(layer.shape), kind, (node.name,), node.inputs)


def _tails_joined(blocks: Sequence[Block]) -> list[Block]:
    """Put normalisations, activations and the like into the box that they alone read, if nothing else reads it."""
    readers: dict[str, int] = {}
    for block in blocks:
        for name in block.inputs:
            readers[name] = readers.get(name, 0) + 1
    holder = {block.name: block.name for block in blocks}
    kept = {block.name: block for block in blocks}
    for block in blocks:
        if block.kind != "other" or len(block.inputs) != 1 or readers[block.inputs[0]] != 1:
            continue
        host = holder[block.inputs[0]]
        if host == "input" or (kept[host].kind in ("join", "pool") and "resize" in block.words):
            continue
        into = kept[host]
        kept[host] = replace(
            into, words=f"{into.words}, {block.words}", shape=block.shape, nodes=(*into.nodes, *block.nodes)
        )
        del kept[block.name]
        holder[block.name] = host
    return [
        replace(block, inputs=tuple(dict.fromkeys(holder[name] for name in block.inputs))) for block in kept.values()
    ]


def _beginning(name: str, depth: int, marks: str) -> str:
    """Return the first `depth` parts of a name, which `marks` are between."""
    places = [place for place, letter in enumerate(name) if letter in marks]
    return name if len(places) < depth else name[: places[depth - 1]]


def _merged(blocks: Sequence[Block], depth: int, marks: str, expand: Sequence[str]) -> list[Block]:
    """Put neighbours together whose names begin with the same `depth` parts."""
    groups: list[tuple[str, list[Block]]] = []
    for block in blocks:
        name = _beginning(block.name, depth, marks)
        if block.name.startswith(tuple(expand)) and expand:
            name = block.name
        if groups and groups[-1][0] == name:
            groups[-1][1].append(block)
        else:
            groups.append((name, [block]))
    home: dict[str, str] = {}
    made: list[Block] = []
    for number, (stem, members) in enumerate(groups):
        taken = [other for other, _ in groups[:number]]
        name = stem if stem not in taken else f"{stem} ({taken.count(stem) + 1})"
        if len(members) == 1:
            name = members[0].name
        home |= {member.name: name for member in members}
        inputs = tuple(
            dict.fromkeys(home[given] for member in members for given in member.inputs if home[given] != name)
        )
        if len(members) == 1:
            made.append(replace(members[0], inputs=inputs))
            continue
        nodes = tuple(node for member in members for node in member.nodes)
        made.append(Block(name, f"{len(nodes)} layers", members[-1].shape, "several", nodes, inputs))
    return made
