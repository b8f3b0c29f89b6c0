"""Which input sizes come through a network: the inverse problem of `resolve`, along one axis."""

from __future__ import annotations

from collections.abc import Iterator

from refconv.arithmetic.inverse.size_rules import (
    JoinedSize,
    Rule,
    SameSize,
    ScaledSize,
    TransposedSize,
    WindowSize,
)
from refconv.arithmetic.inverse.size_sets import SizeSet
from refconv.arithmetic.inverse.survive import SizeStep, surviving_sizes
from refconv.arithmetic.per_axis import entries, resolve
from refconv.errors import ArgumentError
from refconv.networks.axes import numbers, paddings_of
from refconv.networks.records import (
    Activation,
    Conv,
    ConvTranspose,
    Crop,
    DepthToSpace,
    Flatten,
    GlobalPool,
    Join,
    Linear,
    Network,
    Node,
    Norm,
    Pad,
    Pool,
    Resize,
    Select,
    Shuffle,
    SpaceToDepth,
)

__all__ = ["network_input_sizes", "size_steps"]


def network_input_sizes(network: Network, axis: int = -1, *, even: bool = False, out: int | None = None) -> SizeSet:
    """Return every input size along one axis that a network takes: each window fits, each join agrees.

    Joined branches must have the same size; sizes for which a branch shrinks to a single position, which `resolve`
    would take for all positions, are left out.

    Parameters
    ----------
    network : Network
        Its numbers must be ints.
    axis : int
        Which spatial axis, from 0; by default the last.
    even : bool
        Whether strided windows must divide evenly, so that no pixel is left over at the end, and crops must take as
        much from either end.
    out : int, optional
        Ask only for inputs for which the first output has this size.

    Returns
    -------
    SizeSet
        Exact and complete; `str` says it in a line.

    Raises
    ------
    ArgumentError
        For an axis that the network has not, and for a layer whose size is no such function of the input's: resized to
        a fixed size, or unsupported.

    Examples
    --------
    >>> from refconv.networks.catalogue import network
    >>> print(network_input_sizes(network("unet"), even=True))
    n mod 16 = 12, n >= 188
    >>> print(network_input_sizes(network("unet"), even=True, out=388))
    n = 572
    """
    steps = size_steps(network, axis, even=even)
    if out is not None:
        last = _size_of(network.outputs[0], {step.name for step in steps})
        steps.append(SizeStep("asked", JoinedSize(), (last,)))
    return surviving_sizes(steps, out)


def _size_of(name: str, known: set[str]) -> str:
    if name not in known | {"input"}:
        raise ArgumentError("network_input_sizes", f"{name} has no size along this axis.", fix="Ask without out.")
    return name


def size_steps(network: Network, axis: int = -1, *, even: bool = False) -> list[SizeStep]:
    """Return the network as steps of `refconv.arithmetic.inverse`, for its sizes along one axis.

    What follows a global pooling or flattening has no size, and is left out.

    Examples
    --------
    >>> from refconv.networks.build import Builder
    >>> net = Builder("one", (3, 8, 8))
    >>> size_steps(net.done(net.conv("input", 4, 3, padding="same", stride=2)))
    [SizeStep(name='conv', rule=SameSize(s=2, even=False), inputs=('input',))]
    """
    rank = len(network.input) - 1
    if not -rank <= axis < rank:
        problem = f"there is no axis {axis}: {network.name} has {rank} spatial axes."
        raise ArgumentError("network_input_sizes", problem, fix=f"Take one of {-rank} to {rank - 1}." if rank else "")
    sized = {"input"}
    steps: list[SizeStep] = []
    for node in network.nodes:
        inputs = tuple(name for name in node.inputs if name in sized)
        if inputs and not isinstance(node.operation, GlobalPool | Flatten):
            steps += _steps(node, inputs, axis % rank, rank, even)
            sized.add(node.name)
    return steps


def _steps(node: Node, inputs: tuple[str, ...], axis: int, rank: int, even: bool) -> Iterator[SizeStep]:
    """Yield the step of one node; a crop at an offset is two."""
    record = node.operation
    if isinstance(record, Crop):
        whole, reference = inputs
        if record.offset is not None:
            offset = numbers(node.name, "offset", record.offset, rank, 0)[axis]
            yield SizeStep(f"{node.name}, from {offset} on", WindowSize(1, lo=-offset), (whole,))
            whole = f"{node.name}, from {offset} on"
        centred = even and record.offset is None
        yield SizeStep(node.name, JoinedSize(crop=True, centred=centred), (reference, whole))
    elif isinstance(record, Resize) and record.size is None and record.scale is None:
        yield SizeStep(node.name, JoinedSize(), inputs[1:])  # the reference's size, whatever its own
    else:
        yield SizeStep(node.name, _rule(node, axis, rank, even), inputs)


def _rule(node: Node, axis: int, rank: int, even: bool) -> Rule | JoinedSize:
    record = node.operation
    rule: Rule | JoinedSize | None = None
    if isinstance(record, Conv | Pool | ConvTranspose):
        rule = _window(node.name, record, axis, rank, even)
    elif isinstance(record, Join | Activation | Norm | Linear | Select | Shuffle):
        rule = JoinedSize()
    elif isinstance(record, Pad):
        lo, hi = paddings_of(node.name, record.padding, rank)[axis]
        rule = WindowSize(1, lo=lo, hi=hi)
    elif isinstance(record, DepthToSpace):
        rule = ScaledSize(record.block)
    elif isinstance(record, SpaceToDepth):
        rule = ScaledSize(1, record.block, even=True)
    elif isinstance(record, Resize) and record.scale is not None:
        scale = (entries(record.scale) or [record.scale] * rank)[axis]
        rule = ScaledSize(scale.numerator, scale.denominator, even=even)
    if rule is None:
        problem = f"the size of {node.name}, a {type(record).__name__}, is no function of its input's."
        raise ArgumentError("network_input_sizes", problem, fix="Ask for the part before it.")
    return rule


def _window(name: str, record: Conv | Pool | ConvTranspose, axis: int, rank: int, even: bool) -> Rule:
    """Return the rule of a convolution, pooling or transposed convolution."""
    stride = record.kernel_size if record.stride is None else record.stride
    k, s, d = (numbers(name, "size", value, rank)[axis] for value in (record.kernel_size, stride, record.dilation))
    entry = paddings_of(name, record.padding, rank)[axis]
    transposed = isinstance(record, ConvTranspose)
    if isinstance(entry, str) and entry.startswith("same") and not transposed:
        return SameSize(s, even=even)
    lo, hi = resolve(entry, 1, k, s, d, transposed=transposed)  # but for "same" no word depends on the input's size
    if isinstance(record, ConvTranspose):
        return TransposedSize(k, s, d, lo, hi, numbers(name, "size", record.output_padding, rank, 0)[axis])
    return WindowSize(k, s, d, lo, hi, ceil_mode=isinstance(record, Pool) and record.ceil_mode, even=even)
