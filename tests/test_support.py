"""The exact support against loops over every output and tap, and against the engine: where gradients are not zero."""

from __future__ import annotations

from itertools import combinations_with_replacement, product

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.arithmetic import (
    Axis,
    GraphNode,
    Layer,
    Resampled,
    Support,
    Transposed,
    covers,
    first_hole,
    hdc_distance,
    hdc_passes,
    holes,
    path_counts,
    positions_read,
    read_counts,
    resized,
    stack_support,
    support,
    taps_on_real_pixels,
    transposed_output_size,
)
from refconv.arithmetic.supports import supports
from refconv.errors import ArgumentError, ShapeError
from tests.graphs import draw_graph, draw_read, paths, seeded, unbounded


def hold_supports_against_paths(random):
    rank = random.choice((1, 1, 2, 2, 3))
    nodes = draw_graph(random, rank, count=random.randint(1, 5 if rank == 3 else 7), top=4 if rank == 3 else 7)
    output = random.choice(nodes)
    positions = [tuple(random.randrange(n) for n in output.size) for _ in range(random.randint(1, 3))]
    wanted = {node.name: set() for node in nodes}
    for position in positions:
        counts = paths(nodes, output.name, position)
        assert path_counts(nodes, output.name, position) == counts["x"]
        for name, found in counts.items():
            wanted[name] |= set(found)
    found = supports(nodes, output.name, positions)
    assert {name: set(each) for name, each in found.items()} == wanted
    assert support(nodes, output.name, positions) == found["x"]
    for node in nodes:
        hold_a_support_to_its_pixels(found[node.name], wanted[node.name], node.size)


def hold_a_support_to_its_pixels(found, pixels, size):
    assert list(found) == sorted(pixels)
    assert len(found) == len(pixels)
    assert all((pixel in found) is (pixel in pixels) for pixel in product(*map(range, size)))
    along = [sorted({pixel[axis] for pixel in pixels}) for axis in range(len(size))]
    assert [list(found.along(axis)) for axis in range(len(size))] == along
    assert [list(found.along(axis - len(size))) for axis in range(len(size))] == along
    hull = tuple((each[0], each[-1]) for each in along) if pixels else None
    assert found.hull == hull
    box = set(product(*(range(first, last + 1) for first, last in hull))) if pixels else set()
    assert found.holes == len(box - pixels)


def test_supports_of_graphs_are_what_loops_find():
    for seed in range(300):
        hold_supports_against_paths(seeded(seed))


@given(st.randoms(use_true_random=False))
def test_supports_of_any_graph_are_what_loops_find(random):
    hold_supports_against_paths(random)


@pytest.mark.slow
def test_supports_of_many_graphs_are_what_loops_find():
    for seed in range(1000, 40000):
        hold_supports_against_paths(seeded(seed))


def test_all_positions_are_the_union_of_each():
    for seed in range(60):
        nodes = draw_graph(seeded(seed), rank=2)
        size = nodes[-1].size
        each = [set(support(nodes, nodes[-1].name, [position])) for position in product(*map(range, size))]
        assert set(support(nodes, nodes[-1].name)) == set().union(*each)


def gradient_of_ones(size, stack, position):
    """Run a stack of convolutions and back, with all weights 1: the gradient of one output in each input pixel."""
    y, steps = np.ones((1, 1, *size), dtype=int), []
    for kernel, arguments in stack:
        w = np.ones((1, 1, *kernel), dtype=int)
        steps.append((y, w, arguments))
        y = refconv.conv(y, w, **arguments)
    dy = np.zeros_like(y)
    dy[0, 0][position] = 1
    for x, w, arguments in reversed(steps):
        dy = refconv.conv_backward(dy, x, w, **arguments).dx
    return dy[0, 0]


@given(st.integers(0, 2**16))
def test_paths_are_gradients_of_convolutions_with_weights_of_one(seed):
    random = seeded(seed)
    size = tuple(random.randint(5, 8) for _ in range(random.choice((1, 2))))
    nodes, stack = [GraphNode("x", size=size)], []
    for number in range(3):
        now, mode = nodes[-1].size, random.choice(("zeros", "reflect", "replicate", "circular"))
        axes = []
        for n in now:
            k, d, s = random.randint(1, 3), random.randint(1, 2), random.randint(1, 2)
            lo, hi = (random.randint(-1, min(2, n - 1)) for _ in range(2))
            axis = Axis(n, k, s, d, lo, hi)
            axes.append(axis if axis.span <= axis.padded and n + min(lo, 0) + min(hi, 0) > 0 else Axis(n, 1))
        padding = [(axis.lo, axis.hi) for axis in axes]
        arguments = dict(stride=[axis.s for axis in axes], dilation=[axis.d for axis in axes], padding=padding)
        stack.append(([axis.k for axis in axes], {**arguments, "padding_mode": mode}))
        reads = tuple(Layer(axis.k, axis.s, axis.d, axis.lo) for axis in axes)
        nodes.append(GraphNode(str(number), (nodes[-1].name,), reads, tuple(axis.out for axis in axes), mode))
    position = tuple(random.randrange(n) for n in nodes[-1].size)
    gradient = gradient_of_ones(size, stack, position)
    counts = path_counts(nodes, nodes[-1].name, position)
    assert counts == {tuple(map(int, pixel)): gradient[tuple(pixel)] for pixel in np.argwhere(gradient)}
    assert set(support(nodes, nodes[-1].name, [position])) == set(counts)


def test_transposed_convolutions_read_where_their_gradient_is():
    for k, s, d, lo, n in product((1, 2, 3), (1, 2, 3), (1, 2, 3), (-1, 0, 1, 2), (3, 4)):
        out = transposed_output_size(n, k, s, d, lo, 0)
        if out < 1:
            continue
        x, w = np.ones((1, 1, n), dtype=int), np.ones((1, 1, k), dtype=int)
        for i in range(out):
            dy = np.zeros((1, 1, out), dtype=int)
            dy[..., i] = 1
            dx = refconv.conv_transpose_backward(dy, x, w, stride=s, dilation=d, padding=[(lo, 0)]).dx[0, 0]
            assert sorted(positions_read(Transposed(k, s, d, lo), i, n)) == list(np.repeat(np.arange(n), dx))


def test_a_union_of_products_is_not_a_product_of_unions():
    size = (33, 33)
    branches = [GraphNode(str(rate), ("x",), (Layer(3, d=rate, lo=rate),) * 2, size) for rate in (6, 12)]
    nodes = [GraphNode("x", size=size), *branches, GraphNode("aspp", ("6", "12"), size=size)]
    found = support(nodes, "aspp", [(16, 16)])
    assert (len(found), len(found.along(0)) * len(found.along(1))) == (17, 25)
    assert found.hull == ((4, 28), (4, 28))
    assert (4, 10) not in found
    # at a corner only the taps that are on the input
    assert list(support(nodes, "aspp", [(0, 0)])) == [(0, 0), (0, 6), (0, 12), (6, 0), (6, 6), (12, 0), (12, 12)]


def test_resizings_clamp_and_leave_out_weights_of_zero():
    assert positions_read(Resampled(1, -1, 2, 2, True), 0, 4) == [0, 0]
    assert positions_read(Resampled(1, 0, 1, 4, True), 2, 9) == [3]
    assert positions_read(Resampled(1, 0, 1, 4), 7, 9) == [7, 8, 8, 8]


def test_a_broadcast_reads_one_position():
    nodes = [
        GraphNode("x", size=(4, 5)),
        GraphNode("pool", ("x",), (Layer(4), Layer(5)), size=(1, 1)),
        GraphNode("scale", ("x", "pool"), ((Layer(1),) * 2, (Layer(1, s=0),) * 2), size=(4, 5)),
    ]
    assert len(support(nodes, "scale", [(3, 2)])) == 20
    assert list(supports(nodes, "scale")["pool"]) == [(0, 0)]


@pytest.mark.parametrize(
    ("change", "positions", "match"),
    [
        (dict(size=None), None, "node 'y' has no size"),
        (dict(size=(4,)), [(4,)], r"\(4,\) is no position of 'y'"),
        (dict(size=(4,)), [(0, 0)], "is no position of 'y'"),
        (dict(size=(5,), reads=()), None, "the sizes differ"),
        (dict(size=(4,), reads=(Layer(1, lo=9),), padding_mode="reflect"), None, "positions beyond an input of 4"),
        (dict(size=(4,), name="z"), None, "no node is called 'y'"),
    ],
    ids=str,
)
def test_what_cannot_be_answered_is_refused(change, positions, match):
    node = {"name": "y", "inputs": ("x",), "reads": (Layer(1),), **change}
    with pytest.raises((ArgumentError, ShapeError), match=match):
        support([GraphNode("x", size=(4,)), GraphNode(**node)], "y", positions)


def test_an_empty_support_has_no_hull():
    assert (Support((3, 3), {}).hull, Support((3, 3), {}).holes, list(Support((3,), {}))) == (None, 0, [])


# stacks along one axis


def all_sums(stack):
    """The positions that output 0 reads, one sum of taps each; counted from the first."""
    sums = {0}
    jump = 1
    for layer in stack:
        sums = {old + jump * layer.d * m for old in sums for m in range(layer.k)}
        jump *= layer.s
    return sums


def hold_coverage_against_sums(stack):
    sums = all_sums(stack)
    missing = [position for position in range(max(sums)) if position not in sums]
    assert list(holes(stack)) == missing
    assert first_hole(stack) == (missing[0] if missing else None)
    assert covers(stack) is (not missing)
    padding = -stack_support(stack)[0]
    assert {position + padding for position in stack_support(stack)} == sums


def test_coverage_of_small_stacks():
    layers = [Layer(k, s, d, lo) for k, s, d, lo in product((1, 2, 3), (1, 2), (1, 2, 3), (0, 2))]
    for depth in (0, 1, 2):
        for stack in product(layers, repeat=depth):
            hold_coverage_against_sums(list(stack))


@given(
    st.lists(st.builds(Layer, st.integers(1, 5), st.integers(0, 3), st.integers(1, 9), st.integers(-2, 4)), max_size=5)
)
def test_coverage_of_any_stack(stack):
    hold_coverage_against_sums(stack)


@given(st.randoms(use_true_random=False), st.integers(-4, 9))
def test_support_of_any_stack(random, i):
    reads = [draw_read(random) for _ in range(3)]
    wanted = {
        first
        for last in unbounded(reads[2], i)
        for middle in unbounded(reads[1], last)
        for first in unbounded(reads[0], middle)
    }
    assert stack_support(reads, i) == tuple(sorted(wanted))


def rates_cover(rates, k=3):
    return covers([Layer(k, d=rate) for rate in rates])


def test_hybrid_dilated_convolution_errs_both_ways():
    judged = [(hdc_passes(rates), rates_cover(rates)) for rates in product(range(1, 13), repeat=3)]
    assert judged.count((True, False)) == 181
    assert judged.count((False, True)) == 38


def test_hybrid_dilated_convolution_is_right_for_rates_that_begin_with_1_and_never_fall():
    for depth, top in ((2, 12), (3, 20), (4, 12), (5, 9)):
        for rest in combinations_with_replacement(range(1, top + 1), depth - 1):
            assert hdc_passes((1, *rest)) is rates_cover((1, *rest))
    # but for another kernel size not even then
    assert (hdc_passes((1, 1, 1, 9), k=4), rates_cover((1, 1, 1, 9), k=4)) == (False, True)


@pytest.mark.parametrize(
    ("rates", "distance"), [((1, 2, 5), 2), ((1, 2, 9), 5), ((1, 2, 3), 2), ((2, 2, 2), 2), ((1, 7), 7)], ids=str
)
def test_published_distances(rates, distance):
    assert hdc_distance(rates) == distance
    with pytest.raises(ArgumentError, match="needs a second layer"):
        hdc_distance(rates[:1])


def small_axes():
    for n, k, s, d, lo, hi in product((1, 2, 5, 6), (1, 2, 3), (1, 2, 3), (1, 2, 4), (-1, 0, 2), (-1, 0, 3)):
        axis = Axis(n, k, s, d, lo, hi)
        if axis.span <= axis.padded and n + min(lo, 0) + min(hi, 0) > 0:
            yield axis


def test_taps_on_real_pixels_are_counted_one_by_one():
    for axis in small_axes():
        read = [axis.read(i, m) for i in range(axis.out) for m in range(axis.k)]
        inside = [position for position in read if 0 <= position < axis.n]
        assert taps_on_real_pixels(axis) == (len(inside), len(read))
        assert read_counts(axis) == tuple(inside.count(position) for position in range(axis.n))
        assert sum(read_counts(axis, "circular")) == len(read)
        assert sum(read_counts(axis, "replicate")) == len(read)


def test_taps_on_real_pixels_along_several_axes_and_in_symbols():
    rows, columns = Axis(5, 3, lo=1, hi=1), Axis(6, 2, s=2, lo=1)
    assert taps_on_real_pixels(rows, columns) == (13 * 5, 15 * 6)
    n, d = sympy.symbols("n d", integer=True, positive=True)
    inside, total = taps_on_real_pixels(Axis(n, 3, d=d, lo=d, hi=d))
    for size, rate in product(range(1, 9), range(1, 9)):
        counted = taps_on_real_pixels(Axis(size, 3, d=rate, lo=rate, hi=rate))
        assert (inside.subs({n: size, d: rate}), total.subs({n: size, d: rate})) == counted


@pytest.mark.parametrize(
    ("n", "rate", "share"),
    [(65, 1, 0.9796), (65, 6, 0.8807), (65, 18, 0.6649), (65, 36, 0.3979), (65, 65, 0.1111), (33, 12, 0.5739)],
)
def test_published_shares_of_taps_on_real_pixels(n, rate, share):
    inside, total = taps_on_real_pixels(*[Axis(n, 3, d=rate, lo=rate, hi=rate)] * 2)
    assert round(inside / total, 4) == share


@pytest.mark.torch
@pytest.mark.parametrize(
    ("mode", "arguments"),
    [
        (dict(mode="nearest"), ("nearest", "asymmetric", "floor")),
        (dict(mode="nearest-exact"), ("nearest", "half_pixel", "round_prefer_ceil")),
        (dict(mode="linear", align_corners=False), ("linear", "half_pixel")),
        (dict(mode="linear", align_corners=True), ("linear", "align_corners")),
        (dict(mode="bicubic", align_corners=False), ("cubic", "half_pixel")),
        (dict(mode="bicubic", align_corners=True), ("cubic", "align_corners")),
    ],
    ids=str,
)
def test_resizings_read_what_torch_gives_weight(mode, arguments):
    torch = pytest.importorskip("torch")
    cubic = mode["mode"] == "bicubic"
    for n, out in product((1, 2, 3, 4, 5, 8, 13), (1, 2, 3, 5, 6, 7, 8, 15, 24)):
        images = torch.eye(n, dtype=torch.float64)[:, None]
        if cubic:
            images = images[..., None].expand(n, 1, n, 4)
        weights = torch.nn.functional.interpolate(images, size=(out, 4) if cubic else out, **mode)
        weights = weights[:, 0, :, 0] if cubic else weights[:, 0]
        read = resized(n, out, *arguments)
        for i in range(out):
            # the smallest weight that is not zero is a multiple of 1 / c, or for a cubic of its third power over 4
            atom = 1 / (4 * read.c**3) if cubic else 1 / read.c
            wanted = [position for position in range(n) if abs(float(weights[position, i])) > atom / 2]
            assert sorted(set(positions_read(read, i, n))) == wanted, (n, out, i)
