"""Receptive fields as drawn: the numbers are those of the arithmetic, and the pictures look as they did."""

from __future__ import annotations

from fractions import Fraction
from time import perf_counter

import numpy as np
import pytest

from refconv.arithmetic import Layer, effective_field, influence, path_counts, receptive_field
from refconv.errors import ArgumentError
from refconv.networks import network, network_support, receptive_fields, resolve
from refconv.networks.fields import graph_nodes
from refconv.plots import draw_effective_field, draw_field, draw_field_growth, photo
from refconv.plots.given import resolved
from refconv.plots.growth import field_growth
from refconv.plots.photos import PHOTOS
from tests.image_checks import check_image

GRID = [(3, 1, 2)] * 3


def pattern(height, width):
    """A photograph that no version of a JPEG reader changes."""
    i, j = np.mgrid[:height, :width]
    return np.stack([255 * i // height, 255 * j // width, 128 + 100 * ((i // 8 + j // 8) % 2)], axis=-1).astype(
        np.uint8
    )


def field_of(name, node):
    return next(field for field in receptive_fields(network(name)) if field.layer.node.name == node)


@pytest.mark.parametrize("size", [20, (30, 20), (20, 33)])
def test_a_photo_has_the_size_asked_for(size):
    picture = photo(size)
    assert picture.shape == ((size, size, 3) if isinstance(size, int) else (*size, 3))
    assert picture.dtype == np.uint8
    assert picture.std() > 30, "it shows something"


def test_a_photo_is_credited_and_known():
    assert all(PHOTOS.values())
    with pytest.raises(ArgumentError, match="hopper"):
        photo(name="nobody")


@pytest.mark.parametrize(
    ("name", "node", "at"),
    [
        ("resnet50", "layer4.2.add", None),
        ("vgg16", "conv5_3", (7, 7)),
        ("vgg16", "pool3", (0, 5)),
        ("unet", "up1.upconv", None),
        ("unet", "score", (7, 8)),
    ],
)
def test_a_field_drawn_is_that_of_the_arithmetic(name, node, at):
    shown = draw_field(name, node, at=at).shown
    field = field_of(name, node)
    assert shown["at"] == (at or tuple(n // 2 for n in field.layer.shape[1:]))
    assert shown["region"] == tuple(axis.region(i) for axis, i in zip(field.axes, shown["at"], strict=True))
    assert shown["jump"] == tuple(axis.jump for axis in field.axes)
    exact = network_support(network(name), node, [shown["at"]])
    assert (shown["read"], shown["holes"]) == (len(exact), exact.holes)


def test_the_field_of_a_stack_and_its_holes():
    shown = draw_field(GRID, at=(10, 10)).shown
    assert shown["size"] == (receptive_field([Layer(3, d=2)] * 3).size,) * 2
    assert (shown["read"], shown["holes"]) == (7 * 7, 13 * 13 - 7 * 7)


def test_pixels_that_are_read_keep_their_colours_and_others_do_not():
    picture = pattern(40, 40)
    drawing = draw_field(GRID, photo=picture, at=(20, 20))
    drawn = drawing.axes[0].images[0].get_array()
    read = np.zeros((40, 40), bool)
    for pixel in drawing.shown["support"]:
        read[pixel] = True
    assert (drawn[read] == picture[read]).all()
    assert (drawn[~read].astype(int).mean(axis=-1) > 180).all()


def test_a_photo_decides_the_size_of_the_input():
    shown = draw_field("deeplabv3_resnet50", "classifier.aspp.rate12", photo=pattern(90, 130)).shown
    sized = resolve(network("deeplabv3_resnet50"), (3, 90, 130))
    assert shown["support"].size == (90, 130)
    assert shown["at"] == tuple(n // 2 for n in sized["classifier.aspp.rate12"].shape[1:])


def outside(drawing):
    """Return the texts that leave the drawing."""
    drawing.canvas.draw()
    width, height = drawing.get_size_inches() * drawing.dpi
    texts = [*drawing.texts, *(text for axes in drawing.axes for text in axes.texts)]
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    return [text for text, box in boxes if box.x0 < 0 or box.y0 < 0 or box.x1 > width or box.y1 > height]


@pytest.mark.parametrize("width", [1.5, 3.5, 5.0])
@pytest.mark.parametrize(
    "title", [None, "One unit of a network whose name is long, and all that it reads of this " * 2]
)
def test_no_words_are_cut(width, title):
    drawing = draw_field("ssd300", ["conv4_3", "pool5", "fc7"], width=width, title=title)
    assert outside(drawing) == []
    top = max(axes.get_position().y1 for axes in drawing.axes) * drawing.get_size_inches()[1] * drawing.dpi
    heading = drawing.texts[0]
    assert heading.get_window_extent().y0 > top, "the title stands above the photograph"
    (largest,) = [text for text in drawing.axes[0].texts if text.get_text().startswith("fc7")]
    assert largest.get_window_extent().y1 <= top + 3
    assert outside(draw_field(GRID, width=width)) == []


def test_a_gate_is_left_out_and_said():
    drawing = draw_field("efficientnet_b0", "features.2.0.block.0.0", at=(3, 3))
    words = [text.get_text() for text in drawing.texts]
    assert any("gate" in text for text in words)
    assert drawing.shown["read"] < 224 * 224


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("vgg16", "conv9"), "no layer 'conv9'"),
        (("vgg16", "fc6"), "no receptive field of its own"),
        (("wavenet",), "1 axes"),
        (([(3, 0)],), "stride"),
        ((7,), "neither a network nor a stack"),
    ],
)
def test_what_cannot_be_drawn_is_refused(arguments, words):
    with pytest.raises(ArgumentError, match=words):
        draw_field(*arguments)


def test_a_unit_beyond_the_layer_is_refused():
    with pytest.raises(ArgumentError, match="14 x 14 positions"):
        draw_field("vgg16", "conv5_3", at=(14, 0))


def test_a_large_network_is_drawn_in_two_seconds():
    start = perf_counter()
    draw_field("resnet50", photo=pattern(224, 224)).png(80)
    assert perf_counter() - start < 2


def test_stacks_become_networks():
    sized = resolved([(3, 2, 1), Layer(5, lo=1), (3, 1, 2, 0)], (31, 30))
    assert [layer.shape for layer in sized.layers] == [(1, 16, 15), (1, 14, 13), (1, 10, 9)]


def test_growth_is_that_of_the_arithmetic():
    stack = [(3, 1, d) for d in (1, 1, 2, 4, 8, 16, 1)]
    drawing = draw_field_growth({"context": stack, "vgg16": "vgg16"})
    depths, sizes = drawing.shown["context"]
    assert sizes.tolist() == [receptive_field([Layer(k, s, d) for k, s, d in stack[:n]]).size for n in range(8)]
    assert depths.tolist() == list(range(8))
    assert drawing.shown["vgg16"][1][-1] == field_of("vgg16", "pool5").axes[0].size
    assert len(drawing.shown["vgg16"][1]) == 1 + 13 + 5


def test_growth_stops_before_what_is_global():
    assert field_growth("resnet50")[1][-1] == 427
    assert field_growth("wavenet")[1][-1] == 3071


@pytest.mark.parametrize("stack", [[(3, 1, 1)] * 5, GRID, [(3, 2, 1), (5, 1, 2)], [(2, 1, 1)]])
def test_the_weights_of_a_stack(stack):
    shown = draw_effective_field(stack).shown
    layers = [Layer(k, s, d) for k, s, d in stack]
    assert shown["effective"] == (effective_field(layers),) * 2
    along = influence(layers)
    assert shown["profile"] == {place: count * sum(along.values()) for place, count in along.items()}
    assert 0 < shown["share"] <= 1


def test_the_weights_of_a_network_with_its_borders():
    sized = resolve(network("vgg11"), (3, 64, 64))
    shown = draw_effective_field(sized, "conv4_1", at=(0, 5)).shown
    counts = path_counts(graph_nodes(sized, gates=False), "conv4_1", (0, 5), "input")
    total = sum(counts.values())
    assert sum(shown["profile"].values()) == total
    mean = Fraction(sum(i * count for (i, _), count in counts.items()), total)
    assert shown["effective"][0].mean == mean
    low, high = (
        mean - 2 * Fraction(shown["effective"][0].deviation),
        mean + 2 * Fraction(shown["effective"][0].deviation),
    )
    near, far = (shown["effective"][1].mean + sign * 2 * Fraction(shown["effective"][1].deviation) for sign in (-1, 1))
    inside = sum(count for (i, j), count in counts.items() if low <= i <= high and near <= j <= far)
    assert shown["share"] == pytest.approx(inside / total)


def test_weights_along_one_axis():
    shown = draw_effective_field("tcn", size=(60,)).shown
    assert len(shown["effective"]) == 1
    with pytest.raises(ArgumentError, match="no layer"):
        draw_effective_field("tcn", "nothing")


DRAWINGS = {
    "field_holes": lambda: draw_field(GRID, photo=pattern(24, 32), at=(9, 14)),
    "field_zoom": lambda: draw_field([(3, 1, 4), (3, 1, 8), (3, 1, 16), (3, 1, 16)], photo=pattern(150, 200)),
    "field_nested": lambda: draw_field("vgg16", ["pool3", "pool4", "conv5_3"], photo=pattern(160, 200), at=(2, 9)),
    "field_growth": lambda: draw_field_growth(
        {"plain": [(3, 1, 1)] * 7, "dilated": [(3, 1, d) for d in (1, 1, 2, 4, 8, 16, 1)], "strided": [(3, 2, 1)] * 5},
        log=True,
        marks={"the digits": 8},
    ),
    "effective_stack": lambda: draw_effective_field([(3, 1, 2), (3, 1, 2), (3, 1, 4)]),
    "effective_border": lambda: draw_effective_field("vgg11", "conv3_1", at=(0, 4), size=(64, 64)),
    "effective_axis": lambda: draw_effective_field("tcn", size=(120,)),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_looks_as_it_did(name, tmp_path):
    check_image(DRAWINGS[name](), name, tmp_path)
