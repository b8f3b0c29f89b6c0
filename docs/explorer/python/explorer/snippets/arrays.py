"""The stack as calls of refconv on NumPy arrays, the weights drawn as whole numbers so that all of it is exact."""

from __future__ import annotations

from explorer.stack import Stack, Step
from explorer.state import State

__all__ = ["code"]


def code(state: State, stack: Stack) -> str:
    """Return a program that leaves the result in `y`."""
    lines = [
        "import numpy as np",
        "import refconv",
        "",
        "rng = np.random.default_rng(0)",
        "",
        "",
        "def whole(*shape):",
        "    return rng.integers(-1, 2, shape).astype(float)  # small whole numbers: sums of them are exact",
        "",
        "",
        f"x = whole(1, {state.c}, {state.n}, {state.n})  # N, C, H, W",
        "y = x",
    ]
    for step in stack.steps:
        lines += [f"# layer {step.number + 1}: {step.label} -> {' x '.join(map(str, step.result))}", *_call(step)]
    lines.append("print(y.shape)")
    return "\n".join(lines) + "\n"


def _call(step: Step) -> list[str]:
    layer, channels, k = step.layer, step.shape[0], step.layer.k
    how = _options(step)
    if layer.kind == "max_pool":
        return [f"y = refconv.max_pool2d(y, {k}{how})"]
    if layer.kind == "depthwise":
        return [
            f"w, b = whole({channels}, {layer.m}, {k}, {k}), whole({step.result[0]})  # C, m, KH, KW",
            f"y = refconv.depthwise_conv2d(y, w, b{how})",
        ]
    if layer.kind == "separable":
        middle = channels * layer.m
        return [
            f"w_depthwise, b_depthwise = whole({channels}, {layer.m}, {k}, {k}), whole({middle})",
            f"w_pointwise, b_pointwise = whole({layer.o}, {middle}, 1, 1), whole({layer.o})",
            f"y = refconv.separable_conv2d(y, w_depthwise, w_pointwise, b_depthwise, b_pointwise{how})",
        ]
    if layer.kind == "transposed":
        return [
            f"w, b = whole({channels}, {layer.o}, {k}, {k}), whole({layer.o})  # C, O, KH, KW",
            f"y = refconv.conv_transpose2d(y, w, b{how})",
        ]
    return [
        f"w, b = whole({layer.o}, {channels // layer.g}, {k}, {k}), whole({layer.o})  # O, C/G, KH, KW",
        f"y = refconv.conv2d(y, w, b{how})",
    ]


def _options(step: Step) -> str:
    layer = step.layer
    found: dict[str, object] = {}
    if layer.s != 1 or layer.kind == "max_pool":
        found["stride"] = layer.s
    if layer.lo == layer.hi != 0:
        found["padding"] = layer.lo
    elif layer.lo != layer.hi:
        found["padding"] = ((layer.lo, layer.hi),) * 2
    if layer.d != 1:
        found["dilation"] = layer.d
    if layer.a:
        found["output_padding"] = layer.a
    if layer.g != 1 and "g" in layer.numbers:
        found["groups"] = layer.g
    return "".join(f", {name}={value}" for name, value in found.items())
