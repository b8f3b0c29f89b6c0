"""Windows, matrices, stacks: what is drawn is what arithmetic and ops say, and it looks as it did."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest

pytest.importorskip("matplotlib")

import matplotlib as mpl

import refconv
from refconv import plots
from refconv.arithmetic import Layer, covers, hdc_passes, holes, influence, read_counts, stack_support, transposed_axis
from refconv.errors import ArgumentError, ArgumentTypeError, ShapeError
from refconv.plots.asked import taps_of
from refconv.plots.coverage import OUTPUTS
from refconv.plots.style import HOLE, INK, OUTPUT, PURPLE
from refconv.plots.toeplitz import tap_matrix
from tests.image_checks import check_image

PICTURES = {
    "taps_1d": lambda: plots.draw_taps(7, 3, stride=2, padding=1, dilation=2, at=1),
    "taps_1d_numbers": lambda: plots.draw_taps(9, 3, dilation=3, padding="same", at=7, x=range(9), w=[1, -2, 3]),
    "taps_1d_large": lambda: plots.draw_taps(40, 5, stride=2, padding=[(2, 5)], dilation=3, at=7),
    "taps_1d_one": lambda: plots.draw_taps(1, 1),
    "taps_1d_cropped": lambda: plots.draw_taps(9, 3, stride=3, padding=[(-2, 1)], at=1),
    "taps_2d": lambda: plots.draw_taps(
        (6, 7),
        3,
        stride=(2, 1),
        padding=((1, 2), (0, 1)),
        at=(1, 2),
        x=np.arange(42).reshape(6, 7),
        w=np.arange(9).reshape(3, 3) - 4,
    ),
    "taps_2d_dilated": lambda: plots.draw_taps((9, 9), 3, dilation=3, padding="same", at=(0, 5)),
    "taps_2d_reflect": lambda: plots.draw_taps((6, 6), (2, 3), padding=((-1, 0), (1, 2)), padding_mode="reflect"),
    "im2col_1d": lambda: plots.draw_im2col(7, 3, stride=2, padding="same", upto=3),
    "im2col_channels": lambda: plots.draw_im2col(
        12, 3, padding=[(2, 5)], dilation=3, channels=2, x=np.arange(24).reshape(2, 12) - 5
    ),
    "im2col_2d": lambda: plots.draw_im2col((4, 4), 3, padding=((1, 0), (0, 1)), upto=5),
    "im2col_2d_large": lambda: plots.draw_im2col((8, 8), 3, padding=1),
    "toeplitz_1d": lambda: plots.draw_toeplitz(6, 3, padding="same", w=[1, -2, 3]),
    "toeplitz_transposed": lambda: plots.draw_toeplitz(12, 3, stride=2, padding=[(2, 5)], dilation=3, transposed=True),
    "toeplitz_named": lambda: plots.draw_toeplitz(7, 3, stride=2, w=[1, 2, 3], transposed=True, names=("y", "x")),
    "toeplitz_2d": lambda: plots.draw_toeplitz((4, 4), 3),
    "phases_1d": lambda: plots.draw_phases(12, 3),
    "phases_2d": lambda: plots.draw_phases((7, 8), (2, 3), (3, 2)),
    "coverage": lambda: plots.draw_coverage([(3, 1, 1), (3, 1, 2), (3, 1, 4)]),
    "coverage_holes": lambda: plots.draw_coverage([(3, 1, 2)] * 3),
    "coverage_strided": lambda: plots.draw_coverage([(3, 2, 1), (3, 2, 1), (2, 1, 3)], outputs=2),
    "coverage_padded": lambda: plots.draw_coverage([Layer(3, lo=1), Layer(3, d=2, lo=2), Layer(3, d=9, lo=9)], n=40),
    "coverage_interleaved": lambda: plots.draw_coverage([(3, 1, 2)] * 2, outputs=2),
    "coverage_shared": lambda: plots.draw_coverage([(3, 1, 1), (3, 1, 2)], outputs=4, n=9),
    "gridding": lambda: plots.draw_gridding([(2, 2, 2), (1, 2, 5), (1, 2, 9)]),
    "checkerboard": lambda: plots.draw_checkerboard(3, 2),
    "checkerboard_dilated": lambda: plots.draw_checkerboard(3, 2, dilation=2, n=4),
    "checkerboard_gaps": lambda: plots.draw_checkerboard(2, 3, n=5),
}


@pytest.mark.parametrize("name", PICTURES)
def test_it_looks_as_it_did(name, tmp_path):
    check_image(PICTURES[name](), name, tmp_path)


CALLS = [
    dict(n=7, kernel_size=3, stride=2, padding=1, dilation=2),
    dict(n=8, kernel_size=2, stride=3, padding=[(2, 1)], dilation=3),
    dict(n=9, kernel_size=3, padding="causal", dilation=3),
    dict(n=9, kernel_size=3, padding=[(-2, 1)]),
    dict(n=1, kernel_size=1),
    dict(n=(5, 6), kernel_size=3, stride=(2, 1), padding="same"),
    dict(n=(6, 5), kernel_size=(2, 3), stride=2, padding=((0, 2), (1, 0)), dilation=(3, 1)),
]


def arrays(call):
    size = call["n"] if isinstance(call["n"], tuple) else (call["n"],)
    taps = np.broadcast_to(call["kernel_size"], len(size))
    rng = np.random.default_rng(0)
    return rng.integers(-9, 10, size), rng.integers(-9, 10, tuple(taps))


def options(call):
    return {name: call[name] for name in ("stride", "padding", "dilation") if name in call}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("mode", ["zeros", "replicate"])
def test_the_taps_drawn_give_the_output(call, mode):
    x, w = arrays(call)
    y = refconv.conv(x[None, None], w[None, None], **options(call), padding_mode=mode)[0, 0]
    for at in np.ndindex(*y.shape):
        drawing = plots.draw_taps(**call, at=at, x=x, w=w, padding_mode=mode)
        assert drawing.shown["y"] == y[at]
        assert len(drawing.shown["taps"]) == w.size
        if mode == "zeros":
            n, total = x.shape, 0
            for tap, weight in zip(drawing.shown["taps"], w.flat, strict=True):
                real = all(0 <= q < size for q, size in zip(tap, n, strict=True))
                total += x[tap] * weight if real else 0
            assert total == y[at]


def test_what_is_written_is_the_sum():
    drawing = plots.draw_taps(5, 3, padding=1, at=0, x=[4, 5, 6, 7, 8], w=[1, -2, 3])
    texts = [text.get_text() for text in drawing.axes[0].texts]
    assert "y[0] = 0\N{DOT OPERATOR}1 + 4\N{DOT OPERATOR}(-2) + 5\N{DOT OPERATOR}3 = 7" in texts
    assert "y[0] sums 3 taps, 1 of them on padding" in texts
    rounded = plots.draw_taps(1, 1, x=[1 / 3], w=[1])
    assert any("\N{ALMOST EQUAL TO} 0.3333" in text.get_text() for text in rounded.axes[0].texts)


def test_numbers_are_written_everywhere_or_nowhere():
    x = np.linspace(-1.234, 1, 72).reshape(8, 9)
    crowded = plots.draw_taps((8, 9), 3, padding=1, x=x, w=np.ones((3, 3)))
    cells = [text.get_text() for text in crowded.axes[0].texts if text.get_ha() == "center"]
    assert not [text for text in cells if "." in text]
    small = plots.draw_taps(9, 1, x=x[0], w=[1])
    written = {text.get_text() for text in small.axes[0].texts}
    assert {f"{value:.4g}" for value in x[0]} <= written


@pytest.mark.parametrize("call", CALLS)
def test_im2col_is_im2col(call):
    x, _ = arrays(call)
    x = np.stack([x, x + 100])
    matrix = refconv.im2col(x[None], call["kernel_size"], **options(call))[0]
    drawing = plots.draw_im2col(**call, channels=2, x=x)
    np.testing.assert_array_equal(drawing.shown["matrix"], matrix)
    for row, reads in enumerate(drawing.shown["reads"]):
        for column, (channel, *at) in enumerate(reads):
            real = all(0 <= q < size for q, size in zip(at, x.shape[1:], strict=True))
            assert matrix[row, column] == (x[(channel, *at)] if real else 0)


@pytest.mark.parametrize("call", CALLS)
def test_the_matrix_is_the_convolution_and_its_transpose_the_adjoint(call):
    x, w = arrays(call)
    how = options(call)
    y = refconv.conv(x[None, None], w[None, None], **how)
    there = plots.draw_toeplitz(**call, w=w).shown["matrix"]
    back = plots.draw_toeplitz(**call, w=w, transposed=True).shown["matrix"]
    np.testing.assert_array_equal(there @ x.ravel(), y.ravel())
    np.testing.assert_array_equal(back, there.T)
    dy = np.arange(y.size).reshape(y.shape) - 3
    dx = refconv.conv_backward(dy, x[None, None], w[None, None], **how).dx
    np.testing.assert_array_equal(back @ dy.ravel(), dx.ravel())


def test_each_phase_is_read_without_dilation():
    for n, d, k in product((5, 9, 12), (1, 2, 3), (1, 2)):
        shown = plots.draw_phases(n, d, k).shown
        x, w = np.arange(n) ** 2, np.arange(k) + 1
        y = refconv.conv1d(x[None, None], w[None, None], dilation=d)[0, 0]
        assert sorted(q for phase in shown["phases"].values() for q in phase) == [(q,) for q in range(n)]
        for (p,), members in shown["phases"].items():
            part = x[[q for (q,) in members]]
            if len(part) >= k:
                np.testing.assert_array_equal(refconv.conv1d(part[None, None], w[None, None])[0, 0], y[p::d])
        assert set(shown["taps"]) <= set(shown["phases"][0,])


STACKS = [[(3, 1, 1), (3, 1, 2)], [(3, 1, 2)] * 3, [(2, 2, 1), (3, 1, 3)], [(1, 1, 1)], [(3, 2), (3, 1, 4), (2,)]]


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("outputs", [1, 2])
def test_coverage_is_the_coverage(stack, outputs):
    layers = [Layer(*layer) for layer in stack]
    shown = plots.draw_coverage(stack, outputs=outputs).shown
    assert shown == plots.draw_coverage(layers, outputs=outputs).shown
    assert set(shown["paths"]) == {q for i in range(outputs) for q in stack_support(layers, i)}
    if outputs == 1:
        assert shown["paths"] == influence(layers)
        assert shown["holes"] == holes(layers)
    assert sum(shown["paths"].values()) == outputs * np.prod([layer.k for layer in layers])


@pytest.mark.parametrize("stack", STACKS)
def test_what_is_shared_and_whose_colour_it_has(stack):
    layers = [Layer(*layer) for layer in stack]
    drawing = plots.draw_coverage(stack, outputs=3)
    reads = [set(stack_support(layers, i)) for i in range(3)]
    counts = {q: sum(q in read for read in reads) for q in set().union(*reads)}
    assert drawing.shown["shared"] == tuple(sorted(q for q, count in counts.items() if count > 1))
    colours = [mpl.colors.to_hex(patch.get_facecolor()).upper() for patch in drawing.axes[0].patches]
    for i, colour in enumerate(OUTPUTS[:3]):
        cells = sum(len(set(stack_support(layers[depth:], i))) for depth in range(len(layers) + 1))
        assert colours.count(colour) == cells + len(set().union(*reads)), "its cells, and its part of the bars"


def test_outputs_that_share_nothing_have_no_line_in_common():
    drawing = plots.draw_coverage([(3, 1, 2)] * 2, outputs=2)
    assert drawing.shown["shared"] == ()
    assert any("no pixel is shared" in text.get_text() for text in drawing.axes[0].texts)
    for lines in drawing.axes[0].collections:
        assert {mpl.colors.to_hex(colour).upper() for colour in lines.get_color()} == set(OUTPUTS[:2])
    assert HOLE not in OUTPUTS
    many = plots.draw_coverage([(3, 1, 2)], outputs=len(OUTPUTS) + 1)
    assert not any(mpl.colors.to_hex(patch.get_facecolor()).upper() == PURPLE for patch in many.axes[0].patches)


def test_holes_outside_the_input_are_none():
    layers = [Layer(3, d=2, lo=2), Layer(3, d=2, lo=2)]
    assert plots.draw_coverage(layers).shown["holes"] == (-3, -1, 1, 3)
    assert plots.draw_coverage(layers, n=3).shown["holes"] == (1,)


def test_gridding_counts_paths():
    choices = [(2, 2, 2), (1, 2, 5), (1, 2, 9), (1, 3, 1), (4,)]
    shown = plots.draw_gridding(choices).shown
    for dilations, counts, missed, passes in zip(choices, *shown.values(), strict=True):
        layers = [Layer(3, d=d) for d in dilations]
        assert counts.sum() == 9 ** len(dilations)
        assert (missed == 0) == covers(layers)
        assert passes == (hdc_passes(dilations) if len(dilations) > 1 else None)


@pytest.mark.parametrize(("k", "s", "n"), [(3, 2, 8), (4, 2, 5), (2, 3, 4), (1, 1, 1), (5, 3, 6), (4, 2, 2), (3, 3, 1)])
@pytest.mark.parametrize("d", [1, 2, 3])
def test_the_checkerboard_counts_what_is_written(k, s, n, d):
    shown = plots.draw_checkerboard(k, s, dilation=d, n=n).shown
    x, w = np.ones((1, 1, n, n), int), np.ones((1, 1, k, k), int)
    np.testing.assert_array_equal(shown["map"], refconv.conv_transpose2d(x, w, stride=s, dilation=d)[0, 0])
    assert shown["along"] == read_counts(transposed_axis(n, k, s, d))
    assert shown["even"] == (len({sum((q - m * d) % s == 0 for m in range(k)) for q in range(s)}) == 1)
    if d == 1:
        assert shown["even"] == (k % s == 0)


def test_a_checkerboard_of_one_input_takes_no_longer_for_a_long_stride():
    shown = plots.draw_checkerboard(2, 10**12, n=1).shown
    assert (shown["along"], shown["even"]) == ((1, 1), False)


def test_the_names_of_the_matrix():
    def names(**how):
        texts = plots.draw_toeplitz(7, 3, stride=2, **how).axes[0].texts
        return [(text.get_text(), text.get_color()) for text in texts if text.get_fontsize() == 11][1:]

    assert names() == [("y", OUTPUT), ("x", INK)]
    assert names(transposed=True) == [("dx", INK), ("dy", OUTPUT)]
    assert names(transposed=True, names=("y", "x")) == [("y", OUTPUT), ("x", INK)]
    assert names(transposed=True, names=["large", "small"]) == [("large", OUTPUT), ("small", INK)]


@pytest.mark.parametrize("n", range(3, 30))
def test_names_of_weights_do_not_touch(n):
    drawing = plots.draw_taps(n, 3)
    drawing.canvas.draw()
    boxes = [text.get_window_extent() for text in drawing.axes[0].texts if text.get_text() in ("w[0]", "w[1]", "w[2]")]
    assert len(boxes) == (3 if n < 17 else len(boxes))
    assert all(right.x0 - left.x1 > 7 for left, right in pairwise(boxes))


def test_the_matrix_of_taps_and_the_windows_agree():
    axes = plots.draw_taps((5, 4), (2, 3), stride=2, padding=1).shown["axes"]
    entries = tap_matrix(axes)
    for row, at in enumerate(np.ndindex(*(axis.out for axis in axes))):
        inside = [q for q in taps_of(axes, at) if all(0 <= p < axis.n for p, axis in zip(q, axes, strict=True))]
        assert sum(entry[0] == row for entry in entries) == len(inside)


@pytest.mark.parametrize(
    ("draw", "error", "words"),
    [
        (lambda: plots.draw_taps(5, 3, at=3), ArgumentError, "at = 3 along W, but there are 3 outputs"),
        (lambda: plots.draw_taps(5, 3, padding="sames"), ArgumentError, "same"),
        (lambda: plots.draw_taps(5, 3, stride=1.5), ArgumentTypeError, "stride"),
        (lambda: plots.draw_taps(2, 3), ShapeError, "does not fit"),
        (lambda: plots.draw_taps((5, 5, 5), 3), ArgumentError, "3 axes"),
        (lambda: plots.draw_taps(500, 3), ArgumentError, "500 cells"),
        (lambda: plots.draw_taps(5, 3, x=[1, 2]), ShapeError, "x has shape"),
        (lambda: plots.draw_taps(5, 3, padding=1, padding_mode="edge"), ArgumentError, "replicate"),
        (lambda: plots.draw_im2col((20, 20), 3), ArgumentError, "matrix of 9 x 324"),
        (lambda: plots.draw_im2col(5, 3, upto=4), ArgumentError, "there are 3 columns"),
        (lambda: plots.draw_toeplitz((20, 20), 3), ArgumentError, "too many cells"),
        (lambda: plots.draw_phases(90, 40), ArgumentError, "phases are too many"),
        (lambda: plots.draw_coverage([]), ArgumentError, "empty"),
        (lambda: plots.draw_coverage([(3, 0)]), ArgumentError, "stride of layer 0"),
        (lambda: plots.draw_coverage([(3, 1, 200)]), ArgumentError, "401 input positions"),
        (lambda: plots.draw_coverage(["3"]), ArgumentError, "layer 0"),
        (lambda: plots.draw_gridding([]), ArgumentError, "0 choices"),
        (lambda: plots.draw_gridding([()]), ArgumentError, "choice 0 is empty"),
        (lambda: plots.draw_gridding([(1, 0)]), ArgumentError, "dilation 1 of choice 0"),
        (lambda: plots.draw_toeplitz(5, 3, names="yx"), ArgumentError, "are not two"),
        (lambda: plots.draw_toeplitz(5, 3, names=("y",)), ArgumentError, "of the product"),
        (lambda: plots.draw_checkerboard(3, 2, dilation=0), ArgumentError, "dilation"),
        (lambda: plots.draw_checkerboard(3, 20), ArgumentError, "143 outputs"),
    ],
)
def test_wrong_arguments_are_named(draw, error, words):
    with pytest.raises(error, match=words):
        draw()


def test_the_fix_of_at_works():
    with pytest.raises(ArgumentError) as caught:
        plots.draw_taps((5, 5), 3, at=(1, 9))
    assert plots.draw_taps((5, 5), 3, **caught.value.fixes[0]).shown["at"] == (1, 2)


def test_sliders_draw_or_say_why_not():
    pytest.importorskip("ipywidgets")
    taps = plots.widgets.explore_taps()
    before = taps.picture.value
    taps.controls["dilation"].value = 2
    assert taps.picture.value != before
    taps.controls["kernel_size"].value = 9
    assert "does not fit" in taps.message.value
    assert taps.picture.layout.display == "none"
    taps.controls["kernel_size"].value = 2
    assert (taps.message.value, taps.picture.layout.display) == ("", "")
    assert plots.widgets.explore_coverage().picture.value[:4] == b"\x89PNG"
    board = plots.widgets.explore_checkerboard()
    before = board.picture.value
    board.controls["dilation"].value = 2
    assert board.picture.value != before
    board.controls["kernel_size"].value, board.controls["stride"].value, board.controls["n"].value = 9, 6, 12
    assert "too many" in board.message.value
    field = plots.widgets.explore_field([(3, 1, 1), (3, 1, 2)])
    field.controls["node"].value = field.controls["node"].options[-1]
    assert field.message.value == ""
