"""The stack as modules of PyTorch, which pads both sides alike: else a padding of its own goes before."""

from __future__ import annotations

from explorer.stack import Stack, Step
from explorer.state import Layer, State

__all__ = ["code"]


def code(state: State, stack: Stack) -> str:
    """Return a program that leaves the model in `model` and its result in `y`."""
    lines = ["import torch", "from torch import nn", "", "model = nn.Sequential("]
    for step in stack.steps:
        lines += [f"    {module}," for module in _modules(step)]
    lines += [")", f"x = torch.zeros(1, {state.c}, {state.n}, {state.n})  # N, C, H, W", "y = model(x)"]
    lines.append("print(tuple(y.shape))")
    return "\n".join(lines) + "\n"


def _modules(step: Step) -> list[str]:
    layer, channels = step.layer, step.shape[0]
    if layer.kind == "max_pool":
        return _pool(layer)
    if layer.kind == "transposed":
        return _transposed(layer, channels)
    before, padding = _padded(layer)
    how = _options(stride=layer.s, padding=padding, dilation=layer.d)
    if layer.kind == "conv":
        return [*before, f"nn.Conv2d({channels}, {layer.o}, {layer.k}{how}{_options(groups=layer.g)})"]
    middle = channels * layer.m
    depthwise = f"nn.Conv2d({channels}, {middle}, {layer.k}{how}{_options(groups=channels)})"
    if layer.kind == "depthwise":
        return [*before, depthwise]
    return [*before, depthwise, f"nn.Conv2d({middle}, {layer.o}, 1)"]


def _padded(layer: Layer) -> tuple[list[str], int]:
    """Return a module that pads, where the convolution itself cannot, and the padding that it can."""
    if layer.lo == layer.hi >= 0:
        return [], layer.lo
    return [_zero_pad(layer.lo, layer.hi)], 0


def _zero_pad(lo: int, hi: int) -> str:
    return f"nn.ZeroPad2d(({lo}, {hi}, {lo}, {hi}))"


def _pool(layer: Layer) -> list[str]:
    """A pooling pads by half its kernel at most; minus infinity never wins the maximum."""
    before, padding = [], layer.lo
    if layer.lo != layer.hi or 2 * layer.lo > layer.k:
        sides = (layer.lo, layer.hi) * 2
        before, padding = [f'nn.ConstantPad2d({sides}, float("-inf"))'], 0
    return [*before, f"nn.MaxPool2d({layer.k}, stride={layer.s}{_options(padding=padding)})"]


def _transposed(layer: Layer, channels: int) -> list[str]:
    """Padding takes away here: what differs from side to side is cropped behind, by padding less than nothing."""
    alike = layer.lo == layer.hi
    how = _options(stride=layer.s, padding=layer.lo if alike else 0, output_padding=layer.a)
    module = f"nn.ConvTranspose2d({channels}, {layer.o}, {layer.k}{how})"
    return [module] if alike else [module, _zero_pad(-layer.lo, -layer.hi)]


def _options(**given: int) -> str:
    usual = {"padding": 0, "output_padding": 0}
    return "".join(f", {name}={value}" for name, value in given.items() if value != usual.get(name, 1))
