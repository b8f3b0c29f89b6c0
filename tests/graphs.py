"""Which pixels are read, straight from the definition: every output, every tap, in loops. And graphs to try it on."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from random import Random

from refconv.arithmetic import GraphNode, Layer, Resampled, Transposed


def unbounded(read, i):
    """The positions that output `i` reads, each as often as a tap reads it; the input goes on for ever."""
    if isinstance(read, Layer):
        return [i * read.s + m * read.d - read.lo for m in range(read.k)]
    if isinstance(read, Transposed):
        far = abs(i) + abs(read.lo) + read.d * read.k + 1
        pairs = product(range(-far, far + 1), range(read.k))
        return [j for j, m in pairs if j * read.s + m * read.d - read.lo == i]
    place = Fraction(read.a * i + read.b, read.c)
    lower = place.numerator // place.denominator
    if read.interpolate and place == lower:
        return [lower + (read.taps - 1) // 2]
    return [lower + t for t in range(read.taps)]


def shown(read, q, n, mode):
    """The input position seen at `q`, or None for padding that shows a zero."""
    if isinstance(read, Resampled):
        return sorted((0, q, n - 1))[1]
    if isinstance(read, Transposed) or mode == "zeros":
        return q if 0 <= q < n else None
    if mode == "replicate":
        return sorted((0, q, n - 1))[1]
    if mode == "circular":
        return q % n
    return q if 0 <= q < n else -q if q < 0 else n - 1 - (q - (n - 1))


def paths(nodes, output, position):
    """For every node the number of ways from each of its pixels to one pixel of the output."""
    sizes = {node.name: node.size for node in nodes}
    counts = {node.name: {} for node in nodes}
    counts[output][position] = 1
    for node in reversed(nodes):
        for number, name in enumerate(node.inputs):
            reads = node.reads or tuple(Layer(1) for _ in node.size)
            reads = reads[number] if isinstance(reads[0], tuple) else reads
            for reader, count in counts[node.name].items():
                for taps in product(*map(unbounded, reads, reader)):
                    pixel = tuple(
                        shown(read, q, n, node.padding_mode)
                        for read, q, n in zip(reads, taps, sizes[name], strict=True)
                    )
                    if None not in pixel:
                        counts[name][pixel] = counts[name].get(pixel, 0) + count
    return counts


def seeded(seed):
    """The same draws each time."""
    return Random(seed)  # noqa: S311 - a sample, not a secret


def draw_read(random, kinds=(Layer, Layer, Transposed, Resampled)):
    """A record of any kind, with small numbers, asymmetric and negative padding among them."""
    kind = random.choice(kinds)
    if kind is Resampled:
        return Resampled(
            random.randint(0, 4),
            random.randint(-3, 3),
            random.randint(1, 4),
            random.randint(1, 4),
            random.random() < 0.5,
        )
    return kind(random.randint(1, 4), random.randint(1, 3), random.randint(1, 4), random.randint(-2, 3))


def draw_graph(random, rank, count=6, top=6):
    """A graph of any shape with sizes: any record reads from any size to any other, beyond the borders too."""
    nodes = [GraphNode("x", size=tuple(random.randint(1, top) for _ in range(rank)))]
    for number in range(count):
        inputs = tuple(random.choice(nodes).name for _ in range(random.choice((1, 1, 1, 2, 3))))
        size = tuple(random.randint(1, top) for _ in range(rank))
        apart = random.random() < 0.5
        mode = random.choice(("zeros", "zeros", "replicate", "circular"))
        if apart:
            reads = tuple(tuple(draw_read(random) for _ in range(rank)) for _ in inputs)
        else:
            reads = tuple(draw_read(random) for _ in range(rank))
        if random.random() < 0.2:
            inputs, reads, size = (nodes[-1].name,) * len(inputs), (), nodes[-1].size
        nodes.append(GraphNode(str(number), inputs, reads, size, mode))
    return nodes
