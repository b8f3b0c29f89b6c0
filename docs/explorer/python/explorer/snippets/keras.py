"""The stack as layers of Keras, which pads by words only: a padding layer goes before, and a cropping one behind.

Its convolutions have either stride or dilation: with both, every s-th output is taken, which is the same.
"""

from __future__ import annotations

from explorer.stack import Stack, Step
from explorer.state import Layer, State

__all__ = ["code"]


def code(state: State, stack: Stack) -> str:
    """Return a program that leaves the model in `model` and its result in `y`."""
    lines = ["import keras", "from keras import layers", "", "model = keras.Sequential(", "    ["]
    lines.append(f"        keras.Input(({state.n}, {state.n}, {state.c})),  # H, W, C")
    for step in stack.steps:
        lines += [f"        {layer}" for layer in _layers(step)]
    lines += ["    ]", ")", f"x = keras.ops.zeros((1, {state.n}, {state.n}, {state.c}))  # N, H, W, C", "y = model(x)"]
    lines.append("print(tuple(y.shape))")
    return "\n".join(lines) + "\n"


def _layers(step: Step) -> list[str]:
    layer = step.layer
    if layer.kind == "max_pool":
        return [*_least(layer), f"layers.MaxPooling2D({layer.k}, strides={layer.s}),"]
    if layer.kind == "transposed":
        return _transposed(step)
    before = _sides(layer.lo, layer.hi)
    both = layer.s > 1 and layer.d > 1
    how = _options(strides=1 if both else layer.s, dilation_rate=layer.d)
    after = [f"layers.MaxPooling2D(1, strides={layer.s}),  # Keras has no stride with dilation: take every {layer.s}th"]
    after = after if both else []
    if layer.kind == "conv":
        return [*before, f"layers.Conv2D({layer.o}, {layer.k}{how}{_options(groups=layer.g)}),", *after]
    depthwise = f"layers.DepthwiseConv2D({layer.k}{how}{_options(depth_multiplier=layer.m)}),"
    # not SeparableConv2D, which has no bias between its two steps
    pointwise = [f"layers.Conv2D({layer.o}, 1),"] if layer.kind == "separable" else []
    return [*before, depthwise, *after, *pointwise]


def _sides(lo: int, hi: int) -> list[str]:
    """Return layers that pad, or crop where padding is negative."""
    found = []
    if max(lo, hi) > 0:
        found.append(f"layers.ZeroPadding2D((({max(lo, 0)}, {max(hi, 0)}), ({max(lo, 0)}, {max(hi, 0)}))),")
    if min(lo, hi) < 0:
        found.append(f"layers.Cropping2D((({max(-lo, 0)}, {max(-hi, 0)}), ({max(-lo, 0)}, {max(-hi, 0)}))),")
    return found


def _least(layer: Layer) -> list[str]:
    """Return the padding of a maximum: minus infinity, which never wins."""
    if not layer.lo and not layer.hi:
        return []
    pairs = f"((0, 0), ({layer.lo}, {layer.hi}), ({layer.lo}, {layer.hi}), (0, 0))"
    return [f'layers.Lambda(lambda x: keras.ops.pad(x, {pairs}, constant_values=float("-inf"))),']


def _transposed(step: Step) -> list[str]:
    """Keras' output without padding, then cropped; output padding is what is cropped less at the end."""
    layer = step.layer
    more = max(layer.a - layer.hi, 0)
    said = more or layer.s > layer.k  # where the stride is larger, Keras adds some of its own unless it is told not to
    extra = f", output_padding={more}" if said else ""
    out = f"layers.Conv2DTranspose({layer.o}, {layer.k}{_options(strides=layer.s)}{extra}),"
    return [out, *_sides(-layer.lo, layer.a - layer.hi - more)]


def _options(**given: int) -> str:
    return "".join(f", {name}={value}" for name, value in given.items() if value != 1)
