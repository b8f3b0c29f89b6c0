"""Stacks to begin with: small ones that show one idea each, and some that were published."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from explorer.state import Layer, State, query_of
from refconv.arithmetic.sizes import causal_padding, same_padding

__all__ = ["PRESETS", "Preset"]


class Preset(NamedTuple):
    """A stack with its name, and what to look at."""

    id: str
    label: str
    query: str
    says: str


def _same(kind: str, n: int = 256, **numbers: int) -> Layer:
    """Return a layer that keeps the size, up to its stride."""
    lo, hi = same_padding(n, numbers.get("k", 3), numbers.get("s", 1), numbers.get("d", 1))
    return Layer(kind, **numbers, lo=lo, hi=hi)


def _preset(
    id: str,  # noqa: A002 - the word of the page
    label: str,
    n: int,
    c: int,
    layers: Iterable[Layer],
    says: str,
    at: int = 0,
    i: int | None = None,
) -> Preset:
    return Preset(id, label, query_of(State(n, c, tuple(layers), at, i)), says)


def _dilated(rates: Iterable[int], o: int, k: int = 3) -> list[Layer]:
    return [_same("conv", k=k, d=rate, o=o) for rate in rates]


def _causal(rates: Iterable[int], o: int, k: int = 2) -> list[Layer]:
    return [Layer("conv", k=k, d=rate, lo=causal_padding(k, rate)[0], o=o) for rate in rates]


def _vgg() -> list[Layer]:
    layers = []
    for filters, convolutions in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        layers += [Layer("conv", lo=1, hi=1, o=filters)] * convolutions
        layers.append(Layer("max_pool", k=2, s=2))
    return layers


def _mobilenet() -> list[Layer]:
    """Return MobileNet v1's layers, with its sizes: "same" pads after only where the stride is 2."""
    layers, n = [_same("conv", 224, s=2, o=32)], 112
    for o, s in ((64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *((512, 1),) * 5, (1024, 2), (1024, 1)):
        layers.append(_same("separable", n, s=s, o=o))
        n //= s
    return layers


PRESETS = (
    _preset(
        "dilated",
        "One dilated convolution",
        33,
        8,
        [_same("conv", d=2, o=8)],
        "Nine taps in a span of 5 x 5: the field grows, the weights do not. Move d, and the padding with it to keep "
        "the size.",
    ),
    _preset(
        "strided",
        "Stride that leaves samples over",
        12,
        1,
        [Layer("conv", k=3, s=2, o=1)],
        "At stride 2 the last sample of 12 is read by no window. Move n by one and see.",
    ),
    _preset(
        "gridding",
        "Rates 2, 2, 2: gridding",
        33,
        8,
        _dilated((2, 2, 2), 8),
        "Three layers of rate 2 read every other sample of their field: 120 of its 169 pixels are holes.",
    ),
    _preset(
        "hybrid",
        "Hybrid rates 1, 2, 5",
        33,
        8,
        _dilated((1, 2, 5), 8),
        "As many layers, weights and MACs as rates 2, 2, 2, a wider field, and no hole (arXiv:1702.08502).",
    ),
    _preset(
        "context",
        "Context module 1, 1, 2, 4, 8, 16, 1",
        66,
        21,
        _dilated((1, 1, 2, 4, 8, 16, 1), 21),
        "Yu and Koltun's module (arXiv:1511.07122): 67 samples seen by seven layers of nine taps, none missed.",
        5,
    ),
    *(
        _preset(
            f"aspp{rate}",
            f"ASPP, the branch of rate {rate}",
            65,
            256,
            _dilated((rate,), 256),
            "One branch of DeepLab's pyramid (arXiv:1706.05587), on 65 x 65. Compare the taps on real pixels of 6, "
            "12 and 18: the wider the rate, the more of them read padding.",
        )
        for rate in (6, 12, 18)
    ),
    _preset(
        "wavenet",
        "WaveNet 1, 2, 4, ..., 64, causal",
        160,
        32,
        _causal((1, 2, 4, 8, 16, 32, 64), 32),
        "Two taps, rates that double, padding before only (arXiv:1609.03499): seven layers see 128 samples, the "
        "newest and 127 before it, each by one path.",
        6,
        159,  # the middle one would see no more than the half of that
    ),
    _preset(
        "separable",
        "Dense against separable",
        56,
        128,
        [_same("conv", o=128)],
        "One 3x3 convolution of 128 channels and its separable form. Move the filters O and the kernel k.",
    ),
    _preset(
        "mobilenet_block",
        "A MobileNet block",
        56,
        128,
        [_same("depthwise"), Layer("conv", k=1, o=256)],
        "A depthwise 3x3 and a pointwise convolution: nearly all MACs are the pointwise one's (arXiv:1704.04861).",
        1,
    ),
    _preset(
        "mobilenet",
        "MobileNet v1",
        224,
        3,
        _mobilenet(),
        "The whole trunk: a convolution and 13 separable layers, their costs one beside the other.",
        1,
    ),
    _preset(
        "vgg",
        "VGG-16's convolutions",
        224,
        3,
        _vgg(),
        "Thirteen 3x3 convolutions and five poolings: a field of 212 samples. Six of the layers cost the same "
        "1,849,688,064 MACs: where the size halves, the channels double.",
        4,
    ),
    _preset(
        "grouped",
        "Groups",
        28,
        32,
        [_same("conv", g=4, o=64)],
        "Four groups: a quarter of the weights and MACs. At G = C = O the layer is depthwise.",
    ),
    _preset(
        "upsampling",
        "Up-sampling: transposed, k 3, s 2",
        9,
        8,
        [Layer("transposed", k=3, s=2, lo=1, hi=1, a=1, o=8)],
        "Outputs get one tap or two in turn: the checkerboard. With k = 4 all get two, but for the ends.",
    ),
)
"""In the order in which they are listed."""
