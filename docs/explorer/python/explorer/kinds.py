"""The kinds of layers, and what can be said about each: its letters, their bounds, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["ALIASES", "CONTROLS", "KINDS", "LAYERS", "Control", "Kind"]

LAYERS = 20
"""Layers of a stack, at most."""


@dataclass(frozen=True, slots=True)
class Control:
    """One number that the reader sets.

    Attributes
    ----------
    id : str
        Its letter in the address.
    word : str
        What refconv calls it, in messages and code.
    label, help : str
        For people.
    low, high : int
        What the explorer draws; refconv itself has no upper bound.
    usual : int
        Its value where the address does not give one.
    refused_below : int or None
        Below this refconv itself refuses it.
    """

    id: str
    word: str
    label: str
    help: str
    low: int
    high: int
    usual: int
    refused_below: int | None = 1


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of layer: its name, how it is called in a list, its letters in order, and whether padding may crop."""

    id: str
    label: str
    short: str
    letters: tuple[str, ...]
    crops: bool = True

    def control(self, letter: str) -> Control:
        """Return one of its controls, with the bounds that it has here: not every kind takes negative padding."""
        control = CONTROLS[letter]
        return control if self.crops or letter not in ("lo", "hi") else replace(control, low=0)


CONTROLS: dict[str, Control] = {
    control.id: control
    for control in (
        Control("n", "input_size", "input size n", "samples of the input, along H and W alike", 1, 256, 33),
        Control("c", "channels", "input channels C", "channels of the input", 1, 1024, 8),
        Control("k", "kernel_size", "kernel k", "taps of the kernel, along H and W alike", 1, 11, 3),
        Control("s", "stride", "stride s", "steps in input samples from window to window", 1, 8, 1),
        Control("d", "dilation", "dilation d", "input samples from tap to tap; 1 is the ordinary kernel", 1, 64, 1),
        Control(
            "lo", "padding before", "padding before, lo", "zeros before the input; negative cuts off", -16, 64, 0, None
        ),
        Control(
            "hi", "padding after", "padding after, hi", "zeros after the input; negative cuts off", -16, 64, 0, None
        ),
        Control("a", "output_padding", "output padding a", "samples more at the end of the output", 0, 7, 0, 0),
        Control("g", "groups", "groups G", "channels and filters are split into so many groups", 1, 1024, 1),
        Control("o", "filters", "filters O", "channels of the output", 1, 1024, 8),
        Control("m", "depth multiplier", "depth multiplier m", "filters on each channel", 1, 8, 1),
        Control("i", "output", "output i", "which output of the last layer, along H and W alike", 0, 2047, 0, None),
    )
}

KINDS: dict[str, Kind] = {
    kind.id: kind
    for kind in (
        Kind("conv", "convolution", "conv", ("k", "s", "d", "lo", "hi", "g", "o")),
        Kind("depthwise", "depthwise convolution", "depthwise", ("k", "s", "d", "lo", "hi", "m")),
        Kind("separable", "depthwise-separable convolution", "separable", ("k", "s", "d", "lo", "hi", "m", "o")),
        Kind("max_pool", "max pooling", "max pool", ("k", "s", "lo", "hi"), crops=False),
        Kind("transposed", "transposed convolution", "transposed", ("k", "s", "lo", "hi", "a", "o"), crops=False),
    )
}

ALIASES = {"pool": "max_pool", "maxpool": "max_pool", "conv_transpose": "transposed", "dw": "depthwise"}
"""Other words for the same."""
