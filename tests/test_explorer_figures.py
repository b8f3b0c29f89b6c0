"""The explorer's figures beside what the operations do to arrays, what networks say, and their own formulas."""

from __future__ import annotations

import re
from fractions import Fraction
from math import ceil, floor, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.arithmetic import Layer as Windows
from refconv.arithmetic import covers, hdc_passes, stack_support, taps_on_real_pixels
from refconv.networks import Builder, network_cost, network_support, receptive_fields, resolve
from tests.exploring import PRESETS, Layer, State, answer, drawn_stacks, explorer, figures, named, stacked

PLAIN = ("conv", "depthwise", "separable", "max_pool")


def built(state):
    """Return the stack as a network of refconv's, and the name of each layer's last node, written apart."""
    net, x, channels, names = Builder("stack", (state.c, state.n, state.n)), "input", state.c, []
    for layer in state.layers:
        window = {"stride": layer.s, "padding": ((layer.lo, layer.hi), (layer.lo, layer.hi))}
        if layer.kind == "max_pool":
            x = net.max_pool(x, layer.k, layer.s, padding=window["padding"])
        elif layer.kind == "transposed":
            x, channels = net.conv_transpose(x, layer.o, layer.k, output_padding=layer.a, **window), layer.o
        elif layer.kind == "conv":
            x = net.conv(x, layer.o, layer.k, dilation=layer.d, groups=layer.g, **window)
            channels = layer.o
        else:
            x = net.conv(x, channels * layer.m, layer.k, dilation=layer.d, groups=channels, **window)
            channels *= layer.m
            if layer.kind == "separable":
                x, channels = net.conv(x, layer.o, 1), layer.o
        names.append(x)
    return net.done(x), names


def ones(*shape):
    return np.ones(shape, dtype=np.int64)


def run(layer, x):
    """Return the outputs of a layer whose weights are all 1, and how many weights it has, biases of 0 with them."""
    how = {"stride": layer.s, "padding": ((layer.lo, layer.hi), (layer.lo, layer.hi))}
    k, channels = layer.k, x.shape[1]
    if layer.kind == "max_pool":
        return refconv.max_pool2d(x, k, **how), 0
    if layer.kind == "transposed":
        w = ones(channels, layer.o, k, k)
        return refconv.conv_transpose2d(x, w, output_padding=layer.a, **how), w.size + layer.o
    how["dilation"] = layer.d
    if layer.kind == "conv":
        w = ones(layer.o, channels // layer.g, k, k)
        return refconv.conv2d(x, w, groups=layer.g, **how), w.size + layer.o
    w = ones(channels, layer.m, k, k)
    y, size = refconv.depthwise_conv2d(x, w, **how), w.size + channels * layer.m
    if layer.kind == "depthwise":
        return y, size
    w = ones(layer.o, channels * layer.m, 1, 1)
    return refconv.pointwise_conv2d(y, w), size + w.size + layer.o


@given(drawn_stacks())
def test_shapes_and_parameters_are_those_of_arrays(state):
    found = answer(state)
    x = ones(1, state.c, state.n, state.n)
    weights = []
    for layer, said in zip(state.layers, found["layers"], strict=True):
        x, size = run(layer, x)
        weights.append(size)
        assert said == {"label": said["label"], "shape": list(x.shape[1:]), "error": False}
    known = figures(found)
    assert known["output_size"]["value"] == found["layers"][state.at]["shape"][1]
    assert known["shape"]["shown"] == " x ".join(map(str, x.shape[1:]))
    assert known["total_parameters"]["value"] == sum(weights)
    assert found["pictures"]["costs"]["layers"][state.at]["parameters"] == weights[state.at]
    if state.selected.kind != "max_pool":
        assert known["parameters"]["value"] == weights[state.at]


@given(drawn_stacks(kinds=("conv", "depthwise"), layers=1))
def test_macs_are_sums_of_ones(state):
    """Of ones, a kernel of ones makes as many as it has products: all of them where the padding holds ones too."""
    layer, known = state.selected, figures(answer(state))
    x = ones(1, state.c, state.n, state.n)
    padded = np.pad(x, [(0, 0)] * 2 + [(max(layer.lo, 0), max(layer.hi, 0))] * 2, constant_values=1)
    cropped = Layer(layer.kind, **layer.numbers | {"lo": min(layer.lo, 0), "hi": min(layer.hi, 0)})
    assert known["macs"]["value"] == run(cropped, padded)[0].sum()
    assert known["macs_on_pixels"]["value"] == run(layer, x)[0].sum()


@given(drawn_stacks())
def test_costs_are_those_of_the_network(state):
    found = answer(state)
    net, _ = built(state)
    total = network_cost(net).total
    known = figures(found)
    assert known["total_macs"]["value"] == total.macs == found["pictures"]["costs"]["total"]["macs"]
    assert known["total_parameters"]["value"] == total.parameters
    if state.selected.kind != "max_pool":
        mine = found["pictures"]["costs"]["layers"][state.at]
        assert (known["macs"]["value"], known["parameters"]["value"]) == (mine["macs"], mine["parameters"])


@given(drawn_stacks(kinds=PLAIN[:3], layers=1))
def test_dense_and_separable_are_layers_of_their_own(state):
    """The figures of the other forms are what is answered when one asks for those forms themselves."""
    known, layer = figures(answer(state)), state.selected
    _, o, out, _ = 0, *answer(state)["layers"][0]["shape"]
    numbers = layer.numbers | {"o": o, "g": 1}
    dense = figures(answer(State(state.n, state.c, (Layer("conv", **numbers),))))
    m = layer.m if layer.kind == "separable" else 1
    other = figures(answer(State(state.n, state.c, (Layer("separable", **numbers | {"m": m}),))))
    for one in ("macs", "parameters"):
        assert known[f"dense_{one}"]["value"] == dense[one]["value"]
        assert known[f"separable_{one}"]["value"] == other[one]["value"]
    ratio = Fraction(other["macs"]["value"], dense["macs"]["value"])
    assert known["separable_ratio"]["value"] == pytest.approx(float(ratio), rel=1e-15)
    assert known["separable_wins"]["value"] is (ratio < 1)
    assert out == known["output_size"]["value"]


@given(drawn_stacks())
def test_the_field_is_that_of_the_network(state):
    known = figures(answer(state))
    net, _ = built(state)
    field = receptive_fields(net)[-1].axes[0]
    assert (known["receptive_field"]["value"], known["jump"]["value"]) == (field.size, float(field.jump))
    assert ("offset" in known) == (field.offset is not None)
    if field.offset is not None:
        assert known["offset"]["value"] == float(field.offset)
    if "field_padding" in known:
        assert known["field_padding"]["value"] == field.padding


@given(drawn_stacks(), st.integers(0, 9))
def test_what_an_output_reads_is_the_support_along_both_axes(state, i):
    net, names = built(state)
    outputs = resolve(net).layers[-1].shape[1]
    i %= outputs
    known = figures(answer(State(state.n, state.c, state.layers, state.at, i)))
    read = network_support(net, names[-1], [(i, i)])
    assert known["pixels_read"]["value"] == len(read)
    assert known["holes"]["value"] == read.holes


@given(drawn_stacks(kinds=PLAIN))
def test_gridding_is_a_hole_in_the_field(state):
    known = figures(answer(state))
    reads = [Windows(layer.k, layer.s, layer.d if layer.kind != "max_pool" else 1) for layer in state.layers]
    support = stack_support(reads)
    missing = sorted(set(range(support[-1] + 1)) - set(support))
    assert known["gridding"]["value"] is bool(missing) is not covers(reads)
    if missing:
        assert known["gridding"]["filled"] == f"{len(missing)} missed, the first is sample {missing[0]}"
    assert known["deviation"]["value"] == pytest.approx(deviation(reads), rel=1e-12, abs=1e-12)
    if "hdc" in known:
        assert known["hdc"]["value"] is hdc_passes([read.d for read in reads], reads[0].k)


def deviation(reads):
    """Return the deviation of the sum of all taps, by listing every path."""
    places, jump = [0], 1
    for read in reads:
        places = [place + jump * read.d * m for place in places for m in range(read.k)]
        jump *= read.s
    mean = Fraction(sum(places), len(places))
    return sqrt(sum((place - mean) ** 2 for place in places) / len(places))


@given(drawn_stacks(layers=1))
def test_taps_on_pixels_are_those_that_meet_ones(state):
    layer, known = state.selected, figures(answer(state))
    step = stacked(state).steps[0]
    inside, pairs = taps_on_real_pixels(*step.nodes[0].axes)
    assert known["taps_on_pixels"]["value"] == pytest.approx(inside / pairs, rel=1e-15)
    if layer.kind != "transposed":
        window = {"stride": layer.s, "padding": ((layer.lo, layer.hi),) * 2}
        dilation = 1 if layer.kind == "max_pool" else layer.d
        y = refconv.conv2d(ones(1, 1, state.n, state.n), ones(1, 1, layer.k, layer.k), dilation=dilation, **window)
        assert inside == y.sum()


LETTERS = re.compile(r"[A-Za-z]\w*")


def worked_out(text, values):
    """Return what a formula comes to, exactly: numbers become Fractions, words what they stand for."""
    names = {"floor": floor, "ceil": ceil, "Fraction": Fraction, **values}
    assert set(LETTERS.findall(text)) <= set(names), text
    return eval(re.sub(r"(?<![\w.])\d+", r"Fraction(\g<0>)", text), {"__builtins__": {}}, names)  # noqa: S307 - formulas of ours


def letters_of(state):
    """Return what each letter of the formulas stands for."""
    steps = stacked(state).steps
    step = steps[state.at]
    values = {**step.layer.numbers, "n": step.shape[1], "C": step.shape[0], "O": step.result[0]}
    values |= {"G": step.layer.g, "m": step.layer.m, "H": step.shape[1], "W": step.shape[1], "d": step.layer.d}
    values |= {"OH": step.result[1], "OW": step.result[1], "KH": step.layer.k, "KW": step.layer.k}
    jump = 1
    for number, each in enumerate(steps, start=1):
        for letter in ("k", "s", "d", "lo"):
            values[f"{letter}{number}"] = getattr(each.axis, letter)
        values[f"j{number}"] = jump
        jump *= each.axis.s
    return values


WORKED = {
    *("effective_kernel", "padded_size", "output_size", "parameters", "macs", "dense_parameters", "dense_macs"),
    *("separable_parameters", "separable_macs", "receptive_field", "jump", "field_padding"),
}
"""The figures whose formulas refconv's functions wrote themselves."""


@given(drawn_stacks())
def test_formulas_give_the_figures_beside_them(state):
    values = letters_of(state)
    up = any(layer.kind == "transposed" for layer in state.layers)
    worked = 0
    for name, said in figures(answer(state)).items():
        if name not in WORKED or (up and said["about"] == "stack"):
            continue
        left, right = said["filled"].split(" = ")
        assert int(right) == said["value"]
        assert worked_out(left, {}) == said["value"], said
        assert worked_out(said["formula"], values) == said["value"], said
        worked += 1
    assert worked >= 2


@given(drawn_stacks())
def test_what_is_filled_in_ends_with_the_value(state):
    for said in answer(state)["figures"]:
        assert said["shown"]
        if " = " in said["filled"] and said["id"] != "same_padding":
            left, right = said["filled"].rsplit(" = ", 1)
            if said["id"] in (
                "pixels_read",
                "holes",
                "total_parameters",
                "total_macs",
                "total_dense_macs",
                "total_separable_macs",
                "offset",
            ):
                assert worked_out(left, {}) == Fraction(right) == said["value"]
            assert right.replace(",", "") == said["shown"].replace(",", "") or Fraction(right) == said["value"]


@given(st.integers(-9, 9), st.integers(1, 9), st.integers(1, 9), st.integers(-3, 3))
def test_told_numbers_are_the_numbers_and_tell_what_was_done(a, b, c, plain):
    x, y, z = named(a, "x"), named(b, "y"), named(c, "z")
    values = {"x": a, "y": b, "z": c}
    for told, value in (
        (x + y - z + plain, a + b - c + plain),
        (plain - x, plain - a),
        ((x - plain) * (y + z), (a - plain) * (b + c)),
        ((x - y) // (y * z) + 1, (a - b) // (b * c) + 1),
        (-(x * z) // y, (-a * c) // b),
        (plain * (x - 1) * y, plain * (a - 1) * b),
        (x // 1, a),
        (y // y * z, c),
        (y // z, b // c),
    ):
        assert told == value
        assert worked_out(told.letters.text, values) == value, told.letters.text
        assert worked_out(told.numbers.text, {}) == value, told.numbers.text


def test_formulas_read_as_in_the_books():
    known = figures(answer("n=33&c=8&L=conv,k3,s2,d2,lo1,hi1,g4,o16;conv,k3,o4"))
    assert known["output_size"]["formula"] == "floor((n + lo + hi - d*(k - 1) - 1)/s) + 1"
    assert known["output_size"]["filled"] == "floor((33 + 1 + 1 - 2*(3 - 1) - 1)/2) + 1 = 16"
    assert known["macs"]["formula"] == "O*OH*OW*C/G*KH*KW"
    assert known["parameters"]["filled"] == "16*8/4*3*3 + 16 = 304"
    assert known["separable_macs"]["formula"] == "C*OH*OW*KH*KW + O*OH*OW*C"
    assert known["receptive_field"]["formula"] == "d1*(k1 - 1)*j1 + d2*(k2 - 1)*j2 + 1"
    up = figures(answer("n=9&c=8&L=transposed,k3,s2,lo1,hi1,a1,o8"))
    assert up["output_size"]["formula"] == "(n - 1)*s + d*(k - 1) - lo - hi + a + 1"
    assert up["output_size"]["source"] == "R14"


PUBLISHED = {
    ("context", "receptive_field"): 67,
    ("context", "gridding"): False,
    ("gridding", "gridding"): True,
    ("gridding", "receptive_field"): 13,
    ("gridding", "pixels_read"): 49,
    ("gridding", "holes"): 120,
    ("hybrid", "gridding"): False,
    ("hybrid", "receptive_field"): 17,
    ("wavenet", "receptive_field"): 128,
    ("wavenet", "pixels_read"): 128**2,
    ("vgg", "receptive_field"): 212,
    ("vgg", "total_parameters"): 14_714_688,
    ("mobilenet", "total_macs"): 567_716_352,
    ("aspp6", "receptive_field"): 13,
}
"""Of the papers, and of torchvision's VGG-16 without its linear layers."""


@pytest.mark.parametrize(("preset", "name"), PUBLISHED, ids="-".join)
def test_presets_give_the_published_figures(preset, name):
    query = next(each.query for each in PRESETS if each.id == preset)
    i = "&i=150" if (preset, name) == ("wavenet", "pixels_read") else ""  # far enough from the beginning
    assert figures(answer(query + i))[name]["value"] == PUBLISHED[preset, name]


def test_presets_show_what_they_say():
    queries = {preset.id: preset.query for preset in PRESETS}
    assert answer(queries["strided"])["pictures"]["coverage"]["stack"]["unread"] == [11]
    vgg = [layer["macs"] for layer in answer(queries["vgg"])["pictures"]["costs"]["layers"]]
    assert vgg.count(1_849_688_064) == 6
    assert set(answer(f"{queries['wavenet']}&i=150")["pictures"]["field"]["counts"]) == {0, 1}  # each by one path
    for k, taps in ((3, {1, 2}), (4, {2})):
        up = answer(explorer.edit(queries["upsampling"], "k", str(k)))["pictures"]["windows"]["reads"]
        assert {len(row) for row in up[1:-2]} == taps
    block = answer(queries["mobilenet_block"])["pictures"]["costs"]["layers"]
    assert block[1]["macs"] > 20 * block[0]["macs"]


def test_wider_rates_read_more_padding():
    for rate in (6, 12, 18):
        known = figures(answer(next(preset.query for preset in PRESETS if preset.id == f"aspp{rate}")))
        along = (3 * 65 - 2 * rate) / (3 * 65)  # the first and the last tap miss as many windows as the rate is wide
        assert known["taps_on_pixels"]["value"] == pytest.approx(along**2)
