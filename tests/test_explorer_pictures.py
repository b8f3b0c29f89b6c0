"""What the explorer draws, beside what the operations do: matrices that multiply, windows that add up, gradients."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.arithmetic import Axis, Geometry, convolution_cost, influence, path_counts, read_counts, separable_cost
from refconv.arithmetic import Layer as Windows
from refconv.networks import network_support, resolve
from refconv.networks.fields import graph_nodes
from tests.exploring import KINDS, Layer, State, answer, drawn_stacks, stacked
from tests.test_explorer_figures import built

WINDOWED = ("conv", "depthwise", "separable", "max_pool")


def pictures(state):
    return answer(state)["pictures"]


def along(layer, x, w):
    """Return one axis of a layer, as a convolution or its transpose, of numbers."""
    how = {"stride": layer.s, "padding": ((layer.lo, layer.hi),)}
    x, w = np.asarray(x)[None, None], np.asarray(w)[None, None]
    if layer.kind == "transposed":
        return refconv.conv_transpose1d(x, w, output_padding=layer.a, **how)[0, 0]
    return refconv.conv1d(x, w, dilation=layer.d, **how)[0, 0]


def numbers(count, seed=0):
    return np.random.default_rng([count, seed]).integers(-9, 10, count)


@given(drawn_stacks(layers=1))
def test_the_matrix_multiplies_as_the_layer_does(state):
    drawn, layer = pictures(state)["toeplitz"], state.selected
    w, x = numbers(layer.k), numbers(state.n, 1)
    matrix = np.zeros((drawn["rows"], drawn["columns"]), dtype=np.int64)
    for row, column, tap in drawn["entries"]:
        matrix[row, column] += w[tap]
    assert drawn["shape"] == [drawn["rows"], drawn["columns"]] == [len(along(layer, x, w)), state.n]
    assert len({(row, column) for row, column, _ in drawn["entries"]}) == len(drawn["entries"])
    np.testing.assert_array_equal(matrix @ x, along(layer, x, w))


@given(drawn_stacks(kinds=WINDOWED, layers=1))
def test_im2col_is_the_matrix_of_refconv(state):
    drawn, layer = pictures(state)["im2col"], state.selected
    places = np.arange(1, state.n + 1)[None, None]
    columns = refconv.im2col(places, layer.k, stride=layer.s, padding=((layer.lo, layer.hi),), dilation=layer.d)
    shown = [[0 if q is None else q + 1 for q in row] for row in drawn["cells"]]
    np.testing.assert_array_equal(shown, columns.reshape(layer.k, -1))
    assert [drawn["rows"], drawn["columns"]] == list(np.shape(shown)) == drawn["shape"]


@given(drawn_stacks(layers=1, kinds=("transposed",)))
def test_im2col_of_a_transposed_layer_multiplies_too(state):
    drawn, layer = pictures(state)["im2col"], state.selected
    w, x = numbers(layer.k), numbers(state.n, 1)
    sums = [
        sum(w[m] * x[row[i]] for m, row in enumerate(drawn["cells"]) if row[i] is not None)
        for i in range(drawn["columns"])
    ]
    np.testing.assert_array_equal(sums, along(layer, x, w))


@given(drawn_stacks(kinds=WINDOWED, layers=1))
def test_windows_read_the_padded_input(state):
    drawn, layer = pictures(state)["windows"], state.selected
    x, w = numbers(state.n, 1), numbers(layer.k)
    cells = np.array([x[drawn["first"] + cell] if pixel else 0 for cell, pixel in enumerate(drawn["pixels"])])
    assert drawn["cells"] == len(cells) == state.n + max(layer.lo, 0) + max(layer.hi, 0)
    assert drawn["pixels"].count(2) == max(-layer.lo, 0) + max(-layer.hi, 0)
    assert drawn["pixels"].count(0) == max(layer.lo, 0) + max(layer.hi, 0)
    assert all(drawn["pixels"][cell] != 2 for row in drawn["reads"] for cell in row)
    sums = [sum(w * cells[row]) for row in drawn["reads"]]
    assert drawn["shown"] == drawn["out"]
    np.testing.assert_array_equal(sums, along(layer, x, w))


@given(drawn_stacks(kinds=("transposed",), layers=1))
def test_outputs_of_a_transposed_layer_read_pixels(state):
    drawn = pictures(state)["windows"]
    counts = [len(row) for row in drawn["reads"]]
    ones = np.ones(state.n, dtype=int), np.ones(state.selected.k, dtype=int)
    assert counts == along(state.selected, *ones).tolist()
    assert drawn["pixels"] == [1] * state.n


@given(st.sampled_from(sorted(KINDS)), st.integers(1, 11), st.integers(1, 64))
def test_taps_stand_where_an_impulse_finds_them(kind, k, d):
    drawn = pictures(State(256, 1, (Layer(kind, k=k, d=d, lo=64, hi=64, o=1),)))["taps"]
    d = d if "d" in KINDS[kind].letters else 1
    span = d * (k - 1) + 1
    impulse = np.zeros((1, 1, 2 * span - 1), dtype=int)
    impulse[..., span - 1] = 1
    seen = refconv.conv1d(impulse, np.ones((1, 1, k), dtype=int), dilation=d)[0, 0, ::-1]
    shown = min(span, 129)
    assert drawn["span"] == shown
    assert drawn["positions"] == np.nonzero(seen)[0][: drawn["k"]].tolist()[: sum(np.nonzero(seen)[0] < shown)]
    assert (drawn["cut"] is None) == (span <= 129)


@given(drawn_stacks(), st.integers(0, 9))
def test_counts_are_the_gradient_of_a_stack_of_ones(state, i):
    """The paths from each pixel to an output: its gradient, were all weights 1."""
    sizes, x = [], np.zeros(state.n, dtype=np.int64)
    for layer in state.layers:
        sizes.append(len(x))
        x = along(layer, x, np.ones(layer.k, dtype=np.int64))
    i %= len(x)
    drawn = pictures(State(state.n, state.c, state.layers, state.at, i))["field"]
    np.testing.assert_array_equal(gradient(state, sizes, np.eye(len(x), dtype=np.int64)[i]), drawn["counts"])
    net, _ = built(state)
    resolved = resolve(net)
    paths = path_counts([*graph_nodes(resolved)], resolved.network.outputs[0], (i, i))
    assert paths == {
        (y, x): many
        for y, down in enumerate(drawn["counts"])
        for x, right in enumerate(drawn["counts"])
        if (many := down * right)
    }
    read = [q for q, count in enumerate(drawn["counts"]) if count]
    assert drawn["levels"][0]["read"] == read
    assert (drawn["first"], drawn["last"]) == ((read[0], read[-1]) if read else (None, None))
    assert drawn["most"] == max(drawn["counts"])
    assert (drawn["output"], drawn["levels"][-1]["n"], drawn["levels"][-1]["read"]) == (i, len(x), [i])


def gradient(state, sizes, dy):
    """Return dx of a stack whose weights are all 1, along one axis, by the operations' own gradients."""
    for layer, n in zip(reversed(state.layers), reversed(sizes), strict=True):
        x, w = np.zeros((1, 1, n), dtype=np.int64), np.ones((1, 1, layer.k), dtype=np.int64)
        how = {"stride": layer.s, "padding": ((layer.lo, layer.hi),)}
        if layer.kind == "transposed":
            dy = refconv.conv_transpose1d_backward(dy[None, None], x, w, output_padding=layer.a, **how).dx[0, 0]
        else:
            dy = refconv.conv1d_backward(dy[None, None], x, w, dilation=layer.d, **how).dx[0, 0]
    return dy


@given(drawn_stacks(), st.integers(0, 9))
def test_links_lead_from_each_level_to_the_one_below(state, i):
    drawn = pictures(State(state.n, state.c, state.layers, state.at, i))["field"]
    for number, (below, level) in enumerate(zip(drawn["levels"], drawn["levels"][1:], strict=False)):
        assert {up for up, _ in level["links"]} <= set(level["read"])
        assert sorted({down for _, down in level["links"]}) == below["read"]
        for position in level["read"]:
            down = [q for up, q in level["links"] if up == position]
            one = State(below["n"], stacked(state).steps[number].shape[0], (state.layers[number],))
            alone, last = built(one)
            support = network_support(alone, last[-1], [(position, position)])
            assert sorted(down) == list(support.along(0))
    assert len(drawn["levels"]) == len(state.layers) + 1


@given(drawn_stacks())
def test_coverage_counts_all_outputs(state):
    drawn = pictures(state)["coverage"]
    sizes, x = [], np.zeros(state.n, dtype=np.int64)
    for layer in state.layers:
        sizes.append(len(x))
        x = along(layer, x, np.ones(layer.k, dtype=np.int64))
    counts = gradient(state, sizes, np.ones(len(x), dtype=np.int64))
    np.testing.assert_array_equal(counts, drawn["stack"]["counts"])
    assert drawn["stack"]["unread"] == np.nonzero(counts == 0)[0].tolist()
    layer, n = state.selected, sizes[state.at]
    assert drawn["layer"]["n"] == n == len(drawn["layer"]["counts"])
    if layer.kind != "transposed":
        d = 1 if layer.kind == "max_pool" else layer.d
        assert tuple(drawn["layer"]["counts"]) == read_counts(Axis(n, layer.k, layer.s, d, layer.lo, layer.hi))


@given(drawn_stacks(kinds=WINDOWED))
def test_the_field_of_one_output_is_its_influence(state):
    drawn = pictures(state)["coverage"]["field"]
    reads = [Windows(layer.k, layer.s, layer.d if layer.kind != "max_pool" else 1) for layer in state.layers]
    paths = influence(reads)
    assert drawn["counts"] == [paths.get(q, 0) for q in range(max(paths) + 1)]
    assert drawn["holes"] == [q for q, count in enumerate(drawn["counts"]) if not count]
    assert drawn["size"] == len(drawn["counts"])


@given(drawn_stacks())
def test_costs_beside_those_of_other_forms(state):
    drawn = pictures(state)["costs"]
    dense_total = separable_total = 0
    for step, said in zip(stacked(state).steps, drawn["layers"], strict=True):
        layer = step.layer
        if layer.kind in ("max_pool", "transposed"):
            assert said["dense"] is said["separable"] is None
            assert said["macs"] == 0 or layer.kind == "transposed"
            dense_total, separable_total = dense_total + said["macs"], separable_total + said["macs"]
            continue
        n = step.shape[1]
        axes = (Axis(n, layer.k, layer.s, layer.d, layer.lo, layer.hi),) * 2
        dense = Geometry(1, step.shape[0], step.result[0], axes)
        one, other = convolution_cost(dense), separable_cost(dense, layer.m if layer.kind == "separable" else 1)
        assert said["dense"] == {"parameters": one.parameters, "macs": one.macs}
        assert said["separable"] == {"parameters": other.parameters, "macs": other.macs}
        dense_total, separable_total = dense_total + one.macs, separable_total + other.macs
        if layer.kind == "separable" or (layer.kind == "conv" and layer.g == 1):
            same = said["separable" if layer.kind == "separable" else "dense"]
            assert (said["macs"], said["parameters"]) == (same["macs"], same["parameters"])
    assert drawn["total"]["dense"]["macs"] == dense_total
    assert drawn["total"]["separable"]["macs"] == separable_total
    assert drawn["at"] == state.at


def test_what_is_too_large_is_cut_and_says_so():
    drawn = pictures("n=256&c=1&L=conv,k11,d64,lo64,hi64,g1,o1;" + "conv,k3,d64,lo64,hi64,g1,o1;" * 19)
    assert drawn["taps"]["span"] == 129
    assert drawn["field"] is None  # the first layer does not fit
    drawn = pictures("n=256&c=1&L=" + ";".join(["conv,k11,d12,lo60,hi60,g1,o1"] * 8))
    assert [drawn["toeplitz"][side] for side in ("rows", "columns", "shape")] == [64, 64, [256, 256]]
    assert {max(row, column) for row, column, _ in drawn["toeplitz"]["entries"]} <= set(range(64))
    assert drawn["im2col"]["columns"] == 64
    assert drawn["coverage"]["field"] is None
    assert not any(level["links"] for level in drawn["field"]["levels"])
    for name in ("toeplitz", "im2col", "field", "coverage"):
        assert drawn[name]["cut"], name
    up = pictures("n=100&c=1&L=transposed,k3,s8,o1")["windows"]
    assert up["shown"] == 256 < up["out"] == 795
    assert up["cut"] == "The first 256 of 795 windows."


@pytest.mark.parametrize("kind", KINDS)
def test_every_picture_has_a_sentence(kind):
    for name, drawn in pictures(f"n=12&c=2&L={kind},k3,o2").items():
        assert drawn["title"].endswith("."), name
        assert drawn["cut"] is None
