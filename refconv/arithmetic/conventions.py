"""How costs are counted: every choice that counters make silently, as an argument."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from refconv.arithmetic.integers import Integer
from refconv.errors import ArgumentError

__all__ = ["CONVENTIONS", "Conventions", "PerKind", "Rate", "conventions_named", "of_kind"]

PerKind: TypeAlias = Integer | Mapping[str, Integer]
"""FLOPs per element: one number for all kinds, or by kind, 0 for those not named."""


def of_kind(each: PerKind, kind: str) -> Integer:
    """Return the FLOPs per element for one kind.

    Examples
    --------
    >>> of_kind(2, "relu"), of_kind({"relu": 2}, "relu"), of_kind({"relu": 2}, "gelu")
    (2, 2, 0)
    """
    return each.get(kind, 0) if isinstance(each, Mapping) else each


@dataclass(frozen=True, slots=True)
class Rate:
    """FLOPs of a layer without weights: so many per input element, per output element and per tap of its windows.

    Attributes
    ----------
    per_input, per_output, per_tap : int
        FLOPs for each element of the input, of the output, and for each tap of each window.

    Examples
    --------
    The largest of k numbers is found with k - 1 comparisons:

    >>> Rate(per_tap=1, per_output=-1).flops(inputs=16, outputs=4, taps=16)
    12
    """

    per_input: Integer = 0
    per_output: Integer = 0
    per_tap: Integer = 0

    def flops(self, inputs: Integer, outputs: Integer, taps: Integer = 0) -> Integer:
        """Return the FLOPs of a layer with so many inputs, outputs, and taps of all its windows together."""
        return self.per_input * inputs + self.per_output * outputs + self.per_tap * taps


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """What is counted, and as how much; by default what `refconv.arithmetic.convolution_cost` counts.

    Attributes
    ----------
    name : str
        What these conventions are called.
    flops_per_mac : int
        2, a product and a sum; 1 where "FLOPs" are printed that are MACs.
    positions : str
        "all": every tap of every window is a MAC; "real": only taps that do not read zero padding.
    transposed : str
        "input": each input of a transposed convolution is multiplied by every tap, which is what is computed;
        "output": each output by every tap, as if zeros between the inputs were multiplied too, ``s`` times as much
        for every axis of stride ``s``.
    bias : int
        FLOPs for adding a bias to one output.
    normalisation, affine : int or by kind
        FLOPs per element of a normalisation, and what is added where it has a learnt scale or shift.
    activation : int or by function
        FLOPs per element of an activation. Nothing is counted for "identity" and "dropout".
    join : int
        FLOPs per element and input beyond the first, for sums, products and maxima.
    max_pool, average_pool, global_max_pool, global_average_pool : Rate
        Of poolings; for a global one the taps are the inputs.
    resize : mapping
        Of resizing, by method.
    biases, norms, running_statistics : bool
        Whether the biases, the scales and shifts of normalisations, and the running statistics of batch
        normalisations are counted as parameters.
    element_size : int
        Bytes of one number in memory.
    road : str
        Memory traffic of a convolution: "ideal", each tensor moved once, or "im2col", with the matrix of all windows
        written and read besides.
    fused : bool
        Whether normalisations and activations are computed where their input is made, without memory traffic.
    input_gradient : bool
        Whether a backward pass computes the gradient of the network's input too.

    Examples
    --------
    >>> Conventions(flops_per_mac=1, bias=0).positions
    'all'
    """

    name: str = "custom"
    flops_per_mac: Integer = 2
    positions: str = "all"
    transposed: str = "input"
    bias: Integer = 1
    normalisation: PerKind = 0
    affine: PerKind = 0
    activation: PerKind = 0
    join: Integer = 0
    max_pool: Rate = Rate()
    average_pool: Rate = Rate()
    global_max_pool: Rate = Rate()
    global_average_pool: Rate = Rate()
    resize: Mapping[str, Rate] = field(default_factory=dict)
    biases: bool = True
    norms: bool = True
    running_statistics: bool = False
    element_size: Integer = 4
    road: str = "ideal"
    fused: bool = False
    input_gradient: bool = False

    def __post_init__(self) -> None:
        """Refuse words that mean nothing."""
        for name, value, words in (
            ("positions", self.positions, ("all", "real")),
            ("transposed", self.transposed, ("input", "output")),
            ("road", self.road, ("ideal", "im2col")),
        ):
            if value not in words:
                raise ArgumentError(
                    "Conventions", f"{name} is {value!r}.", f"It is one of {words}.", fix="Take one of these."
                )


_OF_INPUT = ("layer", "channel", "group", "instance")
_NORMS = ("batch", *_OF_INPUT)
_TWICE = Rate(per_input=2)


def _each(kinds: tuple[str, ...], flops: Integer) -> dict[str, Integer]:
    return dict.fromkeys(kinds, flops)


CONVENTIONS: dict[str, Conventions] = {
    said.name: said
    for said in (
        Conventions(name="refconv"),
        Conventions(name="macs", flops_per_mac=1, bias=0),
        Conventions(
            name="everything",
            normalisation={"batch": 2, "scale": 3, **_each(_OF_INPUT, 5)},
            affine={"scale": 1, **_each(_OF_INPUT, 2)},
            activation=1,
            join=1,
            max_pool=Rate(per_tap=1, per_output=-1),
            average_pool=Rate(per_tap=1),
            global_max_pool=Rate(per_tap=1, per_output=-1),
            global_average_pool=Rate(per_tap=1),
            resize={method: Rate(per_tap=2, per_output=-1) for method in ("linear", "cubic")},
        ),
        Conventions(name="torch", bias=0),
        Conventions(
            name="fvcore",
            flops_per_mac=1,
            bias=0,
            normalisation={"batch": 1, **_each(_OF_INPUT, 4)},
            affine=_each(_NORMS, 1),
            global_average_pool=Rate(per_input=1),
            resize={"nearest": Rate(per_output=1), "linear": Rate(per_output=4)},
        ),
        Conventions(
            name="ptflops",
            flops_per_mac=1,
            normalisation=_each(_NORMS, 1),
            affine=_each(("batch", "group", "instance"), 1),
            activation={**_each(("relu", "prelu", "elu", "gelu"), 2), **_each(("relu6", "leaky_relu"), 1)}
            | _each(("silu", "swish", "softmax"), 1),
            max_pool=_TWICE,
            average_pool=_TWICE,
            global_max_pool=_TWICE,
            global_average_pool=_TWICE,
        ),
        Conventions(
            name="thop",
            flops_per_mac=1,
            transposed="output",
            bias=0,
            normalisation=_each(("batch", "layer", "channel", "instance"), 2),
            affine=_each(("batch", "layer", "channel", "instance"), 2),
            activation=_each(("prelu", "leaky_relu"), 1),
            average_pool=Rate(per_output=1),
            global_average_pool=Rate(per_input=1, per_output=1),
            resize={"nearest": Rate(per_output=1), "linear": Rate(per_output=11), "cubic": Rate(per_output=259)},
        ),
    )
}
"""Conventions by name.

"refconv": 2 FLOPs per MAC and 1 per added bias. "macs": the MACs alone. "everything": what an inference computes, a
batch normalisation as the one product and sum that its running statistics make of it, any activation as 1.

"torch", "fvcore", "ptflops" and "thop" count as those programs do by their stated rules (torch's FlopCounterMode;
fvcore 0.1.5; ptflops 0.7.5 with its "pytorch" backend, whose module and function hooks both count a ReLU or pooling
module; thop 0.1.1), where each layer is a module of its own. Not reproduced: torch's backward count of grouped
convolutions (it leaves the groups out), fvcore's 0 for convolutions with padding="same", ptflops' resizing and its
bias of transposed convolutions, thop's softmax; and rates that they have for two axes only are used for any number.
"""


def conventions_named(name: str) -> Conventions:
    """Return conventions by name; the message of the error has those there are.

    Examples
    --------
    >>> conventions_named("macs").flops_per_mac
    1
    """
    if name not in CONVENTIONS:
        raise ArgumentError("conventions", f"{name!r} is not known.", fix=f"Take one of {', '.join(CONVENTIONS)}.")
    return CONVENTIONS[name]
