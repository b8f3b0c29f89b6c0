"""Published figures, and the program's answers to them; `published_figures.json` has the figures with their sources.

`compared()` gives every figure with our value beside it. A published integer must be equal; a published decimal must be
what our value rounds to, at as many places as were printed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from refconv.arithmetic import Layer, receptive_field
from refconv.arithmetic.conventions import Conventions
from refconv.arithmetic.coverage import hdc_distance, taps_on_real_pixels
from refconv.arithmetic.fields import Field
from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.integers import product
from refconv.networks.catalogue import network
from refconv.networks.costs import NetworkCost, network_cost
from refconv.networks.fields import receptive_fields
from refconv.networks.records import Network
from refconv.networks.shapes import resolve

FIGURES = Path(__file__).with_name("published_figures.json")

SCALES = {"G": 10**9, "M": 10**6, "%": Fraction(1, 100)}
"""What the first word of a unit stands for."""

PLACES = {"timm": 2, "share of taps": 4, "multiply_adds": 2, "torchvision": 3}
"""Decimal places of a figure whose last zero a list of numbers does not keep, by a word of its source or quantity."""


@dataclass(frozen=True)
class Figure:
    """A published figure."""

    model: str
    quantity: str
    value: Any
    unit: str
    source: str
    note: str

    @property
    def key(self) -> str:
        return f"{self.model}: {self.quantity}"

    @property
    def scale(self) -> Fraction:
        return Fraction(SCALES.get(self.unit.split()[0], 1))

    @property
    def places(self) -> int:
        """Digits after the point."""
        if not isinstance(self.value, Decimal):
            return 0
        kept = max(0, -int(self.value.as_tuple().exponent))
        about = f"{self.source} {self.model} {self.quantity}"
        return max(kept, *(number for word, number in PLACES.items() if word in about), 0) if kept else 0


@dataclass(frozen=True)
class Comparison:
    """A figure and our exact value."""

    figure: Figure
    ours: Any

    @property
    def agrees(self) -> bool:
        value = self.figure.value
        if not isinstance(value, Decimal):
            return bool(self.ours == value)
        scaled = Fraction(self.ours) / self.figure.scale
        return abs(scaled - Fraction(value)) <= Fraction(1, 2 * 10**self.figure.places)


@cache
def figures() -> tuple[Figure, ...]:
    """Return all figures, numbers of every kind as the decimals that were printed."""
    listed = json.loads(FIGURES.read_text(encoding="utf-8"), parse_float=Decimal)
    return tuple(Figure(**entry) for entry in map(_decimal, listed))


def _decimal(entry: dict[str, Any]) -> dict[str, Any]:
    scaled = entry["unit"].split()[0] in SCALES
    return {**entry, "value": Decimal(entry["value"])} if scaled and isinstance(entry["value"], int) else entry


@cache
def compared() -> tuple[Comparison, ...]:
    """Return all figures with our values."""
    return tuple(Comparison(figure, ours(figure)) for figure in figures())


def ours(figure: Figure) -> Any:
    """Return the program's value, an int, a Fraction, or what the figure is."""
    for model, quantity, answer in ANSWERS:
        found, asked = re.fullmatch(model, figure.model), re.fullmatch(quantity, figure.quantity)
        if found and asked:
            return answer(*found.groups(), *asked.groups())
    raise LookupError(f"nothing answers {figure.key}")


@cache
def built(name: str, **options: Any) -> Network:
    return network(name, **options)


@cache
def cost_of(name: str, conventions: str = "refconv", **options: Any) -> NetworkCost:
    return network_cost(built(name, **options), conventions=conventions)


@cache
def fields_of(name: str, **options: Any) -> dict[str, Field]:
    """Return the field along the first axis of every node."""
    return {each.layer.node.name: each.axes[0] for each in receptive_fields(built(name, **options))}


def field_of(name: str, node: str, **options: Any) -> Field:
    """Return the field along the first axis of a node, or of the last one in a scope of that name."""
    fields = fields_of(name, **options)
    return [field for each, field in fields.items() if each == node or each.startswith(f"{node}.")][-1]


@cache
def weights_of(name: str, **options: Any) -> dict[str, int]:
    """Return the number of weights of each layer, biases and normalisations left out."""
    layers = resolve(built(name, **options)).layers
    return {layer.node.name: product(layer.geometry.w_shape) for layer in layers if layer.geometry is not None}


def _endpoint(name: str, quantity: str, point: str) -> int:
    field = field_of(name, point.rpartition("/")[2])
    return {"receptive_field": field.size, "effective_stride": field.jump, "effective_padding": field.padding}[quantity]


def _parameters(name: str) -> int:
    return cost_of(name).total.parameters


def _macs(name: str) -> int:
    return cost_of(name).total.macs


def _with_statistics() -> int:
    conventions = Conventions(running_statistics=True)
    return network_cost(built("xception"), conventions=conventions).total.parameters


def _last_size(name: str, **options: int) -> int:
    return resolve(built(name, **options)).layers[-1].shape[1]


def _mobilenet_layer(quantity: str, node: str) -> int:
    return weights_of("mobilenet_v1")[node] if quantity == "params" else cost_of("mobilenet_v1")[node].macs


def _mobilenet_base(quantity: str) -> int:
    """Return the sum over all layers but the classifier, weights alone."""
    nodes = [node for node in weights_of("mobilenet_v1") if node != "Conv2d_1c_1x1"]
    return sum(_mobilenet_layer(quantity, node) for node in nodes)


def _mobilenet_share(quantity: str, kind: str) -> Fraction:
    """Return the share of all weights, or of all MACs, that layers of one kind have."""
    word = {"conv1x1": "_pointwise", "dw3x3": "_depthwise", "conv3x3": "Conv2d_0", "fc": "Conv2d_1c_1x1"}[kind]
    which = "params" if quantity == "params" else "macs"
    each = {node: _mobilenet_layer(which, node) for node in weights_of("mobilenet_v1")}
    return Fraction(sum(count for node, count in each.items() if node.endswith(word)), sum(each.values()))


def _mobilenet(name: str, alpha: str, resolution: str, quantity: str) -> int:
    total = cost_of(name, alpha=alpha, resolution=int(resolution)).total
    return total.macs if quantity == "macs" else total.parameters


SCALED = {"coco_voc": (513, 513, 21, range(2, 8)), "cityscapes": (1025, 2049, 19, range(3, 6))}
"""Height, width, classes, and the scales in quarters, at which DeepLab is evaluated."""


def deeplab_runs(backbone: str, data: str, stride: str, flipped: str | None) -> list[Network]:
    """Return the networks that one evaluation runs, each as often as it does."""
    name = {"xception65": "deeplabv3plus_xception65", "mobilenetv2": "deeplab_mobilenet_v2"}[backbone]
    height, width, classes, quarters = SCALED[data]
    sizes = [((height - 1) * q // 4 + 1, (width - 1) * q // 4 + 1) for q in (quarters if flipped else (4,))]
    options = dict(output_stride=int(stride), classes=classes)
    return [built(name, height=h, width=w, **options) for h, w in sizes] * (2 if flipped else 1)


def _deeplab(*which: str) -> int:
    return sum(map(_macs_of, deeplab_runs(*which)))


@cache
def _macs_of(network: Network) -> int:
    return network_cost(network).total.macs


def _tcn(k: str, rates: str, stacks: str) -> int:
    options = dict(kernel_size=int(k), dilations=_numbers(rates), stacks=int(stacks))
    return list(fields_of("tcn", **options).values())[-1].size


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def _doubling(value: str = "(2**(i+2)-1)") -> str | None:
    """Return the published formula if it gives the field of dilations 1, 2, ..., 2**i for every i tried."""
    right = [receptive_field([Layer(3, d=2**j) for j in range(i + 1)]).size == 2 ** (i + 2) - 1 for i in range(20)]
    return value if all(right) else None


def _margin() -> Fraction:
    """Return the padding with which the front end's outputs, enlarged by its jump, are as large as the image."""
    field = field_of("yu_koltun_front_end", "final")
    return Fraction(field.size - field.jump, 2)


def _crop(name: str, node: str) -> int:
    return next(each.operation.offset[0] for each in built(name).nodes if each.name == node)


def _share_of_taps(size: str, rate: str) -> Fraction:
    r = int(rate)
    return Fraction(*taps_on_real_pixels(*[Axis(int(size), 3, d=r, lo=r, hi=r)] * 2))


def _trunk(name: str) -> int:
    """Return the field of the last layer before the global pooling."""
    return field_of(name, "layer4").size


def _timm(name: str, quantity: str) -> int:
    total = cost_of(name, "fvcore" if quantity == "gmacs" else "refconv").total
    return total.flops if quantity == "gmacs" else total.parameters


ANSWERS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    (r"(\w+)", r"(receptive_field|effective_stride|effective_padding)@([\w/]+)@224", _endpoint),
    (r"mobilenet_v1_1.0_224", r"(params|macs)@(\w+)", _mobilenet_layer),
    (r"mobilenet_v1_1.0_224", r"(params|macs)_base", _mobilenet_base),
    (r"(mobilenet_v[12])_([\d.]+)_(\d+)", r"million (macs|parameters)", _mobilenet),
    (r"mobilenet_v1", r"paper macs", lambda: _macs("mobilenet_v1")),
    (r"mobilenet_v1", r"paper table2 share of (params|mult-adds) (\w+)", _mobilenet_share),
    (r"conv_mobilenet.*", r"paper macs", lambda: _macs("mobilenet_v1_full")),
    (r"conv_mobilenet.*", r"paper params", lambda: _parameters("mobilenet_v1_full")),
    (r"deeplab_(\w+?)_(coco_voc|cityscapes) OS(\d+)(?: 513 scale1)?( .*flip)?", r"multiply_adds", _deeplab),
    (r"xception", r"params_trainable", lambda: _parameters("xception")),
    (r"[xX]ception", r"params(?:_total)?", _with_statistics),
    (r"(convnext_\w+)", r"flops@(\d+).*", lambda name, size: cost_of(name, resolution=int(size)).total.macs),
    (r"(\w+)", r"counted by (\w+)", lambda name, tool: cost_of(name, conventions=tool).total.flops),
    (r"(resnet\d+)", r"receptive_field by .*", _trunk),
    (r"resnet(18|34|50|101|152)", r"paper flops", lambda depth: _macs(f"resnet{depth}_v1")),
    (r"(vgg\d+)", r"paper params", _parameters),
    (r"alexnet", r"gmacs", lambda: _macs("alexnet")),
    (r"wavenet", r"receptive_field of three blocks", lambda: field_of("wavenet", "conv2").size),
    (r"TCN k=(\d+) d=(.*) stacks=(\d+)", r"receptive_field", _tcn),
    (r"dilation front-end .*", r"margin", _margin),
    (r"dilation front-end .*", r"receptive_field", lambda: field_of("yu_koltun_front_end", "final").size),
    (r"dilation front-end .*", r"output_size@(\d+)", lambda n: _last_size("yu_koltun_front_end", size=int(n))),
    (r"yu_koltun_context", r"receptive_field@layer8", lambda: field_of("yu_koltun_context8", "final").size),
    (r"yu_koltun_context", r"receptive_field@layer(\d)", lambda n: field_of("yu_koltun_context8", f"conv{n}").size),
    (r"yu_koltun_context", r"receptive_field\(i\).*", _doubling),
    (r"dilation(\d+) .*", r"context receptive_field", lambda n: field_of(f"yu_koltun_context{n}", "final").size),
    (r"(fcn\d+s)", r"crop_offset (\w+)", _crop),
    (r"unet", r"per-pixel receptive field", lambda: sorted(set(field_of("unet", "score").sizes))),
    (r"unet", r"output_size@(\d+)", lambda n: _last_size("unet", size=int(n))),
    (r"(resnet\d+) .*", r"receptive_field", _trunk),
    (r"ssd300 vgg", r"receptive_field (\w+)", lambda node: field_of("ssd300", node).size),
    (r"HDC (.*)", r"M_2", lambda rates: hdc_distance(_numbers(rates))),
    (r"atrous 3x3 on (\d+)x\d+ rate (\d+)", r"share of taps.*", _share_of_taps),
    (r"timm (\w+)@299", r"(gmacs|params)", _timm),
    (r"(\w+)", r"params", _parameters),
    (r"(\w+)", r"multiply_adds", _macs),
)
"""Which function answers a figure: patterns for its model and its quantity, whose groups are its arguments."""
