"""A network as plain records: what each layer is, what it reads, and nothing that it does.

Numbers are per axis or one for all axes, as in `refconv.conv2d`, and may be sympy symbols. What follows from the
records (sizes, fields, costs, values) is worked out by functions in other files.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from refconv.arithmetic.integers import Integer

__all__ = [
    "OPERATIONS",
    "WORDS",
    "Activation",
    "Constants",
    "Conv",
    "ConvTranspose",
    "Crop",
    "DepthToSpace",
    "Flatten",
    "GlobalPool",
    "Join",
    "Linear",
    "Network",
    "Node",
    "Norm",
    "Operation",
    "Pad",
    "PerAxis",
    "Pool",
    "Resize",
    "Select",
    "Shuffle",
    "SpaceToDepth",
    "Unflatten",
    "Unsupported",
]

PerAxis: TypeAlias = Any
"""One number for all axes, or a tuple with one for each."""

Constants: TypeAlias = "tuple[tuple[str, float], ...]"
"""Numbers by name that only values depend on, no size, field or cost."""


@dataclass(frozen=True, slots=True)
class Conv:
    """A convolution; depthwise where `groups` is the number of channels.

    Attributes
    ----------
    filters : int
        Output channels O.
    kernel_size, stride, dilation : int or one per axis
        In input samples.
    padding : int, one per axis, (lo, hi) per axis, or a word
        As for `refconv.conv2d`.
    groups : int
        Groups G.
    bias : bool
        Whether each filter has one.
    padding_mode : str
        zeros, reflect, replicate or circular.
    """

    filters: Integer
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: Any = 0
    dilation: PerAxis = 1
    groups: Integer = 1
    bias: bool = True
    padding_mode: str = "zeros"


@dataclass(frozen=True, slots=True)
class ConvTranspose:
    """A transposed convolution: the adjoint of the `Conv` of the same numbers, with `output_padding`.

    Attributes
    ----------
    filters, kernel_size, stride, padding, dilation, groups, bias
        As for `Conv`; `padding` is cropped from the output.
    """

    filters: Integer
    kernel_size: PerAxis
    stride: PerAxis = 1
    padding: Any = 0
    dilation: PerAxis = 1
    groups: Integer = 1
    bias: bool = True
    output_padding: PerAxis = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """A pooling; `kind` is "max" or "average", `stride` None is the kernel size.

    Attributes
    ----------
    kernel_size, padding, dilation
        As for `Conv`.
    ceil_mode : bool
        Whether the last window may hang over the end.
    count_include_pad : bool
        Whether an average counts padding as samples.
    """

    kind: str
    kernel_size: PerAxis
    stride: PerAxis | None = None
    padding: Any = 0
    dilation: PerAxis = 1
    ceil_mode: bool = False
    count_include_pad: bool = True


@dataclass(frozen=True, slots=True)
class GlobalPool:
    """One number per channel, from all positions; `kind` is "max" or "average"."""

    kind: str = "average"


@dataclass(frozen=True, slots=True)
class Linear:
    """A fully connected layer on the channels of a flattened input: `features` outputs, with a `bias` or without."""

    features: Integer
    bias: bool = True


@dataclass(frozen=True, slots=True)
class Flatten:
    """All positions of all channels in a row, channels first: the axes are gone after it."""


@dataclass(frozen=True, slots=True)
class Norm:
    """A normalisation.

    Attributes
    ----------
    kind : str
        "batch", "layer", "group", "instance", "channel" (a layer normalisation over the channels of each position),
        "scale" (an L2 norm over channels with a learnt scale), or "local_response".
    scale, shift : bool
        Whether it has a learnt scale, and a learnt shift, for each channel.
    groups : int
        Of a group normalisation.
    epsilon : float
        What is added to a variance, or for "scale" to a sum of squares, before the root is taken.
    constants : tuple of (str, float)
        What else its values depend on. For "local_response" `size`, `alpha`, `beta` and `k`: x over the power `beta` of
        `k` plus `alpha` times the sum of squares of `size` neighbouring channels over `size`; for "scale" `least`, the
        least that it divides by. For "batch" two are set where they are 1: `batch_statistics`, always the batch's
        statistics, and `per_sample`, in training those of each sample. Those left out are as `refconv.layers` says.

    Notes
    -----
    A batch normalisation keeps running statistics, two per channel, which are no learnt parameters. Layer, group
    and instance normalisation take their statistics from all positions; receptive fields leave that out, as they
    are commonly stated, and say so.
    """

    kind: str = "batch"
    scale: bool = True
    shift: bool = True
    groups: Integer = 1
    epsilon: float = 1e-5
    constants: Constants = ()


@dataclass(frozen=True, slots=True)
class Activation:
    """A function of each position on its own, such as "relu", "softmax" (over channels), "identity", "dropout".

    Attributes
    ----------
    function : str
        Its name.
    parameters : int
        How many numbers it learns: the channels for a PReLU, mostly 0.
    constants : tuple of (str, float)
        Those of its numbers that are not learnt, such as ``(("negative_slope", 0.2),)``; what is left out is as
        `refconv.layers` says. Costs do not depend on them.
    """

    function: str = "relu"
    parameters: Integer = 0
    constants: Constants = ()


@dataclass(frozen=True, slots=True)
class Join:
    """Several inputs put together: `kind` is "add", "multiply", "maximum" or "concatenate" (along channels).

    An input of size 1 along an axis stands for all positions along it.
    """

    kind: str = "add"


@dataclass(frozen=True, slots=True)
class Resize:
    """A resized input: to a `size`, or by a `scale`, rounded down.

    Attributes
    ----------
    size : int or one per axis, or None
        Its size in samples.
    scale : int, Fraction, or one of them per axis, or None
        Its size over that of the input. Where both are None it takes the size of its second input.
    method, coordinates, rounding : str
        As for `refconv.arithmetic.resized`: "nearest", "linear" (along each axis: bilinear for two) or "cubic"; where
        an output stands on the input; and for "nearest" how that place becomes a position.
    """

    size: PerAxis | None = None
    scale: Any = None
    method: str = "nearest"
    coordinates: str = "half_pixel"
    rounding: str = "round_prefer_floor"


@dataclass(frozen=True, slots=True)
class Pad:
    """Padding as a layer of its own; `padding` and `padding_mode` are as for `Conv`, negative padding crops."""

    padding: Any
    padding_mode: str = "zeros"


@dataclass(frozen=True, slots=True)
class Crop:
    """The first input cut to the size of the second, from `offset` on; None is the middle, rounded down."""

    offset: PerAxis | None = None


@dataclass(frozen=True, slots=True)
class DepthToSpace:
    """`block` x `block` times the channels become positions (a pixel shuffle)."""

    block: int


@dataclass(frozen=True, slots=True)
class SpaceToDepth:
    """Positions of each `block` x `block` square become channels."""

    block: int


@dataclass(frozen=True, slots=True)
class Select:
    """The channels from `start` to `stop` of its input, `stop` left out: one part of a split."""

    start: Integer
    stop: Integer


@dataclass(frozen=True, slots=True)
class Shuffle:
    """The channels in another order: of C in `groups`, number ``g * C/groups + j`` becomes ``j * groups + g``."""

    groups: int


@dataclass(frozen=True, slots=True)
class Unflatten:
    """A flattened input put back as channels and positions, channels first; `size` has one number for each axis."""

    size: tuple[Integer, ...]


@dataclass(frozen=True, slots=True)
class Unsupported:
    """An `operator` that a reader could not express, the `reason`, and its output's `shape` where that is known."""

    operator: str
    reason: str = ""
    shape: tuple[Integer, ...] | None = None


Operation: TypeAlias = (
    Conv
    | ConvTranspose
    | Pool
    | GlobalPool
    | Linear
    | Flatten
    | Norm
    | Activation
    | Join
    | Resize
    | Pad
    | Crop
    | DepthToSpace
    | SpaceToDepth
    | Select
    | Shuffle
    | Unflatten
    | Unsupported
)

OPERATIONS: dict[str, type[Operation]] = {
    "conv": Conv,
    "conv_transpose": ConvTranspose,
    "pool": Pool,
    "global_pool": GlobalPool,
    "linear": Linear,
    "flatten": Flatten,
    "norm": Norm,
    "activation": Activation,
    "join": Join,
    "resize": Resize,
    "pad": Pad,
    "crop": Crop,
    "depth_to_space": DepthToSpace,
    "space_to_depth": SpaceToDepth,
    "select": Select,
    "shuffle": Shuffle,
    "unflatten": Unflatten,
    "unsupported": Unsupported,
}
"""The word for each operation, in JSON and in tables."""

WORDS: dict[type[Operation], str] = {kind: word for word, kind in OPERATIONS.items()}
"""The same the other way."""


@dataclass(frozen=True, slots=True)
class Node:
    """One layer: its `name`, its `operation`, and `inputs`, the names of what it reads: earlier nodes, or "input".

    Examples
    --------
    >>> Node("conv1", Conv(64, 3, padding=1), ("input",)).operation.filters
    64
    """

    name: str
    operation: Operation
    inputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Network:
    """A network: its nodes, each after what it reads.

    Attributes
    ----------
    name : str
        What it is called.
    input : tuple of int
        The shape of its input without the batch: C and the axes.
    nodes : tuple of Node
        In the order in which they can be computed.
    outputs : tuple of str
        The names of those that are its result.
    references : tuple of str
        Where the architecture is defined.
    note : str
        Which variant this is, in words.

    Examples
    --------
    >>> Network("one", (3, 8, 8), (Node("conv", Conv(4, 3), ("input",)),), ("conv",)).outputs
    ('conv',)
    """

    name: str
    input: tuple[Integer, ...]
    nodes: tuple[Node, ...]
    outputs: tuple[str, ...]
    references: tuple[str, ...] = ()
    note: str = ""
