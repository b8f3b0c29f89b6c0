"""Tables, costs, errors, curves, images and graphs: the numbers shown are those computed, and the pictures hold."""

from __future__ import annotations

import json
from itertools import combinations, pairwise

import numpy as np
import pytest

import refconv
from refconv.arithmetic import Layer as Read
from refconv.arithmetic import (
    convolution_cost,
    convolution_traffic,
    intensity,
    receptive_field,
    separable_cost,
    separable_ratio,
)
from refconv.errors import ArgumentError
from refconv.networks import NETWORKS, network, network_cost, receptive_fields
from refconv.oracle import compare, truth
from refconv.plots import (
    Roofline,
    draw_cost_ratio,
    draw_costs,
    draw_curves,
    draw_errors,
    draw_images,
    draw_layers,
    draw_network,
    draw_roofline,
    layer_table,
    measure_roofline,
)
from refconv.plots.costs import layer_plan
from refconv.plots.curves import _spread
from refconv.plots.errors import CLASSES, _classes
from refconv.plots.graph_blocks import blocks_of
from refconv.plots.graph_layout import placed
from refconv.plots.layer_tables import COLUMNS
from tests.image_checks import check_image


def luminance(colour):
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_table_says_what_the_arithmetic_says():
    table = layer_table("mobilenet_v2", tuple(COLUMNS))
    cost = network_cost(network("mobilenet_v2"))
    for row, field, layer in zip(table.rows, receptive_fields(network("mobilenet_v2")), cost.layers, strict=True):
        assert row["layer"] == layer.name
        assert (row["parameters"], row["macs"], row["bytes"]) == (layer.parameters, layer.macs, layer.bytes)
        assert row["size"] == field.axes[0].size
        assert row["jump"] == field.axes[0].jump
    assert table.total["macs"] == cost.total.macs


@pytest.mark.parametrize("name", ["vgg16", "wavenet", "deeplabv3_resnet50", "ssd300", "unet"])
def test_a_table_prints_in_all_forms(name):
    table = layer_table(name, upto=10)
    lines = str(table).splitlines()
    assert len(lines) == 2 + 1 + 10 + 1 + 1, "title, gap, heading, rows, what is left out, total"
    assert table._repr_html_().count("<tr>") == 1 + 10 + 1 + 1
    assert "text-align: right" in table._repr_html_()
    assert len(json.loads(table.as_json())["rows"]) == len(table) == len(network(name).nodes)


def test_a_table_of_chosen_layers_and_columns():
    table = layer_table("vgg16", ("size", "jump"), only=["pool"])
    assert table.columns == ("layer", "size", "jump")
    assert [row["size"] for row in table.rows] == [6, 16, 44, 100, 212]
    assert len(layer_table("vgg16", only=lambda name: name.startswith("fc"))) == 3
    with pytest.raises(ArgumentError, match="macs"):
        layer_table("vgg16", ("mac",))
    with pytest.raises(KeyError):
        table["fc9"]


def test_what_a_total_is_of_is_said():
    whole, cost = layer_table("vgg16", ("macs",)), network_cost(network("vgg16"))
    assert str(whole).splitlines()[-1].split() == ["total", f"{cost.total.macs:,}"]
    part = layer_table("vgg16", ("parameters", "macs"), only=lambda name: name.startswith("fc"))
    *_, these, everything = str(part).splitlines()
    kept = [layer for layer in cost.layers if layer.name.startswith("fc")]
    sums = [sum(layer.parameters for layer in kept), sum(layer.macs for layer in kept)]
    assert these.split() == ["these", "3", "layers", *(f"{n:,}" for n in sums)]
    assert everything.split() == ["all", "37", "layers", f"{cost.total.parameters:,}", f"{cost.total.macs:,}"]
    assert "total" not in str(part)
    assert part._repr_html_().count("font-weight") == 2 * 3
    assert "this layer " in str(layer_table("vgg16", only=lambda name: name == "fc8"))
    assert "no layer " in str(layer_table("vgg16", only=[]))


def test_axes_that_differ_are_both_told():
    net = refconv.networks.Builder("flat", (1, 32, 32))
    table = layer_table(
        net.done(net.conv("input", 1, (3, 5), stride=(1, 2), padding="same")), ("window", "size", "jump")
    )
    assert table.rows[0] == {"layer": "conv", "window": "3x5 s1x2", "size": (3, 5), "jump": (1, 2)}
    assert "3, 5" in str(table)


@pytest.mark.parametrize("upto", [5, 12, 30, 1000])
def test_bars_add_up_to_the_whole(upto):
    shown = draw_layers("resnet50", upto=upto).shown
    total = network_cost(network("resnet50")).total
    assert (sum(shown["parameters"]), sum(shown["macs"])) == (total.parameters, total.macs)
    assert len(shown["layers"]) <= upto


def test_costs_drawn():
    shown = draw_costs(64, 128, (3, 5), size=(40, 30), stride=2, dilation=(1, 2), multiplier=2, bias=True).shown
    plan = layer_plan(64, 128, (3, 5), (40, 30), stride=2, dilation=(1, 2))
    assert plan.y_shape == (1, 128, 20, 15)
    assert shown["dense"] == convolution_cost(plan)
    assert shown["separable"] == separable_cost(plan, 2)
    assert shown["ratio"]["macs"] == separable_ratio(plan, 2, bias=True)
    assert shown["ratio"]["parameters"] == separable_ratio(plan, 2, measure="parameters", bias=True)


def test_the_ratio_falls_to_that_of_the_kernel():
    for label, k in (("2x2", 2), ("7x7", 7)):
        assert draw_cost_ratio(kernel_sizes=[2, 7]).shown[label][1][-1] == pytest.approx(1 / k**2 + 1 / 512)


def test_a_roofline():
    machine = Roofline(100e9, 25e9)
    cases = {"dense": dict(channels=64, filters=64, kernel_size=3), "deep": layer_plan(64, 64, 3, groups=64)}
    shown = draw_roofline(machine, cases, measured={"deep": 1e9}, road="im2col").shown["cases"]
    plan = layer_plan(64, 64, 3, groups=64)
    moved = convolution_traffic(plan, False, "im2col").bytes(4)
    at = float(intensity(convolution_cost(plan, False).flops, moved))
    assert shown["deep"] == (at, at * 25e9, 1e9)
    assert shown["dense"][2] is None
    assert machine.attainable(machine.ridge) == machine.peak


def test_a_machine_is_measured():
    steps = []
    machine = measure_roofline(0.05, dtype="float64", progress=lambda *step: steps.append(step), copied=2**20)
    assert machine.peak > 1e6
    assert machine.bandwidth > 1e6
    assert steps[-1][:2] == (5, 5)
    shown = draw_roofline(machine, {"small": dict(channels=4, filters=4, size=12)}, measured=True, seconds=0.01).shown
    assert shown["cases"]["small"][2] > 0
    with pytest.raises(ArgumentError, match="float16"):
        measure_roofline(dtype="float16")


@pytest.fixture(scope="module")
def wrong():
    random = np.random.default_rng(7)
    x, w = (random.normal(size=shape).astype(np.float32) for shape in ((2, 4, 12, 12), (5, 4, 3, 3)))
    y = refconv.conv2d(x, w, padding=1)
    y[1, 3, :, -1] += 0.01
    y[1, 4, 4, 4] = np.nan
    return y, x, w


def test_errors_drawn_are_those_compared(wrong):
    y, x, w = wrong
    shown = draw_errors(y, x, w, padding=1, channels=3).shown
    found = compare(y, truth("conv2d", x, w, padding=1))
    assert shown["comparison"].index == found.index == (1, 4, 4, 4)
    assert (shown["sample"], shown["channels"][-2:]) == (1, (3, 4))
    assert np.array_equal(shown["units"], found.units[1, list(shown["channels"])], equal_nan=True)


def test_errors_in_other_layouts_and_ranks(wrong):
    y, x, w = wrong
    last = draw_errors(y.transpose(0, 2, 3, 1), x.transpose(0, 2, 3, 1), w, padding=1, layout="NHWC", channels=3)
    assert np.array_equal(last.shown["units"], draw_errors(y, x, w, padding=1, channels=3).shown["units"])
    assert last.shown["comparison"].index == (1, 4, 4, 4)
    volume = np.ones((1, 1, 4, 5, 6), np.float32)
    assert draw_errors(volume, volume, volume[:, :, :1, :1, :1]).shown["units"].shape == (1, 5, 6)
    line = np.ones((1, 2, 9), np.float32)
    assert draw_errors(line, line, np.eye(2, dtype=np.float32)[..., None]).shown["units"].shape == (2, 1, 9)


def test_errors_of_gradients_and_of_wrong_shapes(wrong):
    y, x, w = wrong
    dy = np.ones_like(y)
    gradients = refconv.conv2d_backward(dy, x, w, padding=1)
    for of in ("dx", "dw", "db"):
        drawing = draw_errors(getattr(gradients, of), x, w, dy=dy, of=of, padding=1)
        assert drawing.shown["comparison"].passed, of
        assert drawing.png()
    drawing = draw_errors(y[:, :, :3], x, w, padding=1)
    assert not drawing.shown["comparison"].passed
    assert any("shape" in text.get_text() for text in drawing.texts)


def test_worse_is_darker_and_what_is_too_large_is_of_another_hue():
    assert _classes(np.array([0, 1e-3, -0.05, 1, -1.01, 20, 1e4, np.inf, np.nan])).tolist() == [
        0,
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        7,
    ]
    assert _classes(np.array([0, 1e-3, 1, 50]), exact=True).tolist() == [0, 4, 4, 5], "none is allowed"
    brightness = [luminance(colour) for _, colour, _ in CLASSES]
    assert all(a - b > 0.06 for a, b in pairwise(brightness))


def test_curves():
    drawing = draw_curves({"a": [1, 2, 3], "b": ([0.5, 4], [2, 1])}, x=[10, 20, 30], marks={"bound": 2.5}, log="x")
    assert drawing.shown["a"][0].tolist() == [10, 20, 30]
    assert drawing.shown["b"][1].tolist() == [2, 1]
    assert drawing.shown["bound"] == 2.5
    lines = {line.get_label(): line for line in drawing.axes[0].lines}
    looks = [(lines[name].get_color(), lines[name].get_marker(), lines[name].get_linestyle()) for name in "ab"]
    assert all(a != b for a, b in zip(*looks, strict=True)), "told apart without colour too"
    with pytest.raises(ArgumentError, match="one x for each y"):
        draw_curves({"a": [1, 2]}, x=[1, 2, 3])
    with pytest.raises(ArgumentError, match="both"):
        draw_curves([1, 2], log="z")
    assert draw_curves([1, np.nan, 2]).png()


def test_names_at_the_ends_do_not_overlap():
    levels = _spread([0.1, 0.1, 0.11, 0.9], 0.05)
    assert all(b - a >= 0.05 - 1e-12 for a, b in pairwise(levels))
    assert levels[-1] == 0.9
    assert sum(levels[:3]) / 3 == pytest.approx(0.31 / 3)


@pytest.mark.parametrize(
    ("given", "count"),
    [
        (np.zeros((4, 5)), 1),
        (np.zeros((8, 9, 3), np.uint8), 1),
        (np.zeros((7, 4, 5)), 7),
        (np.zeros((2, 8, 9, 3)), 2),
        (np.zeros((8, 3, 3)), 8),
        (np.zeros((6, 2, 3, 4)), 12),
        (np.zeros((2, 6, 4, 5)), 12),
        ([np.zeros((4, 5)), np.zeros((2, 2, 3))], 2),
    ],
)
def test_images_of_many_shapes(given, count):
    drawing = draw_images(given)
    assert len(drawing.shown["images"]) == len(drawing.axes) == count


def test_images_that_are_none():
    for given in (np.zeros(4), [], [np.zeros((2, 2, 2))]):
        with pytest.raises(ArgumentError):
            draw_images(given)
    with pytest.raises(ArgumentError, match="argmax"):
        draw_images(np.zeros((3, 3)), labels=["a", "b"])


def test_signed_images_are_white_at_zero():
    drawing = draw_images(np.array([[-1.0, 0.0, 4.0]]), signed=True)
    assert drawing.shown["limits"] == [(-4.0, 4.0)]
    assert min(drawing.axes[0].images[0].cmap(0.5)[:3]) > 0.94


def test_blocks_hold_every_node_once_and_keep_what_reads_what():
    for name in sorted(NETWORKS):
        sized = refconv.networks.resolve(network(name))
        for most in (1000, 24, 8):
            blocks = blocks_of(sized, most)
            nodes = [node for block in blocks for node in block.nodes]
            assert sorted(nodes) == sorted(["input", *(node.name for node in sized.network.nodes)]), name
            names = [block.name for block in blocks]
            assert len(set(names)) == len(names), name
            home = {node: block.name for block in blocks for node in block.nodes}
            wanted = {
                (home[given], home[node.name])
                for node in sized.network.nodes
                for given in node.inputs
                if home[given] != home[node.name]
            }
            assert wanted == {(given, block.name) for block in blocks for given in block.inputs}, name


@pytest.mark.parametrize("name", ["resnet50", "deeplabv3_resnet50", "ssd300", "unet", "wavenet", "xception"])
def test_boxes_stand_below_what_they_read_and_apart(name):
    blocks = draw_network(name).shown["blocks"]
    found = placed({block.name: block.inputs for block in blocks})
    for block in blocks:
        assert all(found.places[given][1] < found.places[block.name][1] for given in block.inputs)
    for a, b in combinations(found.places.values(), 2):
        assert a[1] != b[1] or abs(a[0] - b[0]) >= 1 - 1e-5


def test_parts_of_a_network():
    shown = draw_network("deeplabv3_resnet50", "classifier.aspp.concatenate", expand="classifier").shown
    names = [block.name for block in shown["blocks"]]
    assert names[-1] == "classifier.aspp.concatenate"
    assert sum(reader == names[-1] for _, reader in shown["edges"]) == 5, "five branches"
    near = draw_network("wavenet", around="block1.layer2", steps=1).shown["blocks"]
    assert any(block.name.startswith("block1.layer2") for block in near)
    assert len(near) < 12
    with pytest.raises(ArgumentError, match="no layer"):
        draw_network("vgg16", "conv9")
    with pytest.raises(ArgumentError, match="begins"):
        draw_network("vgg16", around="conv9")


def test_a_stack_is_a_network_too():
    table = layer_table([(3, 1, 2), (3, 2, 1)], ("size", "jump"))
    field = receptive_field([Read(3, d=2), Read(3, s=2)])
    assert (table.rows[-1]["size"], table.rows[-1]["jump"]) == (field.size, field.jump)
    assert len(draw_network([(3, 1, 2), (3, 2, 1)]).shown["blocks"]) == 3


def curves():
    epoch = np.arange(12)
    lines = {
        "dense": np.exp(-epoch / 3),
        "dilated": np.exp(-epoch / 4),
        "separable, dilated": 0.02 + np.exp(-epoch / 3),
    }
    return draw_curves(lines, xlabel="epoch", ylabel="loss", title="Three networks learn", marks={"chance": 0.9})


def labelled():
    classes = np.add.outer(np.arange(9), np.arange(12)) // 4 % 4
    classes[0, :3] = 255
    return draw_images([classes, classes[::-1]], ["truth", "prediction"], labels=["ground", "wall", "zero", "one"])


MACHINE = Roofline(190e9, 20e9)
LAYERS = {
    "dense 3x3": dict(channels=64, filters=64),
    "depthwise 3x3": dict(channels=64, filters=64, groups=64),
    "pointwise": dict(channels=64, filters=64, kernel_size=1),
}
DRAWINGS = {
    "curves": curves,
    "curves_log": draw_cost_ratio,
    "images_signed": lambda: draw_images(
        np.arange(96.0).reshape(2, 3, 4, 4) % 17 - 8,
        list("abcdef"),
        signed=True,
        rows=["first", "second"],
        title="Maps",
    ),
    "images_labels": labelled,
    "layers_vgg16": lambda: draw_layers("vgg16"),
    "costs": lambda: draw_costs(64, 8, multiplier=2),
    "roofline": lambda: draw_roofline(MACHINE, LAYERS, measured={"dense 3x3": 120e9, "depthwise 3x3": 9e9}),
    "network_aspp": lambda: draw_network("deeplabv3_resnet50", "classifier.score", expand="classifier"),
    "network_residual": lambda: draw_network("resnet18", "layer2.0"),
    "network_chain": lambda: draw_network("vgg16"),
    "network_unet": lambda: draw_network("unet"),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_looks_as_it_did(name, tmp_path):
    check_image(DRAWINGS[name](), name, tmp_path)


def test_errors_look_as_they_did(wrong, tmp_path):
    y, x, w = wrong
    check_image(draw_errors(y, x, w, padding=1), "errors", tmp_path)


def test_errors_along_one_axis_look_as_they_did(tmp_path):
    x = (np.arange(120, dtype=np.float32) * 37 % 64 / 7).reshape(1, 2, 60)
    w = np.float32([[[1, 2, 1], [0.1, 0.2, 0.3]], [[3, 1, 2], [0.7, 0, 0.5]]])
    y = refconv.conv1d(x, w)
    y[0, 1, 40] += 0.5
    check_image(draw_errors(y, x, w), "errors_axis", tmp_path)


def test_many_classes_have_as_many_colours():
    drawing = draw_images(np.arange(24).reshape(4, 6), labels=[f"class {i}" for i in range(24)])
    assert len({tuple(patch.get_facecolor()) for patch in drawing.legends[0].get_patches()}) == 24


def test_numbers_in_images_are_the_pixels():
    drawing = draw_images(np.array([[1, -2], [30, 4]]), signed=True, numbers=True)
    assert [text.get_text() for text in drawing.axes[0].texts] == ["1", "-2", "30", "4"]
    assert draw_images(np.array([[np.nan, 1.5]]), numbers=True).png()
