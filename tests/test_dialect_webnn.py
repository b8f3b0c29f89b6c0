"""WebNN's operators against their definition, written here from the specification's formulas and nothing else."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from refconv.dialects import webnn
from refconv.dialects.webnn import average_pool2d, conv2d, conv_transpose2d, l2_pool2d, max_pool2d
from refconv.dialects.webnn_pool import POOL2D_OPTIONS
from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from tests.bounds import gamma
from tests.draw import draw_convolution, draw_transposed, from_rng

CONVOLUTIONS, TRANSPOSED, POOLINGS = 1000, 600, 600


def to(layout, own, a):
    """Return an array whose axes are in the order `own` in the order of another layout."""
    return np.transpose(a, [own.index(letter) for letter in layout])


def convolved(x, w, b, padding, strides, dilations, groups):
    """Return y in nchw, x in nchw, w in oihw: each output is the sum over its window, in the order of the formula."""
    (top, bottom, left, right), (sh, sw), (dh, dw) = padding, strides, dilations
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)))
    filters, per_group, kh, kw = w.shape
    heights = (x.shape[2] - (kh - 1) * dh - 1) // sh + 1
    widths = (x.shape[3] - (kw - 1) * dw - 1) // sw + 1
    y = np.zeros((len(x), filters, heights, widths), int)
    for o, i, j in product(range(filters), range(heights), range(widths)):
        first = o // (filters // groups) * per_group
        seen = x[:, first : first + per_group]
        for c, m, n in product(range(per_group), range(kh), range(kw)):
            y[:, o, i, j] += seen[:, c, i * sh + m * dh, j * sw + n * dw] * w[o, c, m, n]
    return y if b is None else y + b[:, None, None]


def spread(x, w, b, padding, strides, dilations, extra, groups):
    """Return the transposed convolution in nchw, w in iohw: each input adds the kernel to the outputs it reaches."""
    (top, bottom, left, right), (sh, sw), (dh, dw) = padding, strides, dilations
    channels, per_group, kh, kw = w.shape
    heights = (x.shape[2] - 1) * sh + (kh - 1) * dh + 1 + extra[0]
    widths = (x.shape[3] - 1) * sw + (kw - 1) * dw + 1 + extra[1]
    y = np.zeros((len(x), per_group * groups, heights, widths), int)
    for c, o, m, n in product(range(channels), range(per_group), range(kh), range(kw)):
        to_channel = c // (channels // groups) * per_group + o
        for i, j in product(range(x.shape[2]), range(x.shape[3])):
            y[:, to_channel, i * sh + m * dh, j * sw + n * dw] += x[:, c, i, j] * w[c, o, m, n]
    y = y[:, :, top : heights - bottom, left : widths - right]
    return y if b is None else y + b[:, None, None]


def lists(case):
    """Return a drawn case's options as WebNN's lists, padding from 0."""
    pairs = [(max(lo, 0), max(hi, 0)) for lo, hi in case.options["padding"]]
    return {
        "padding": [side for pair in pairs for side in pair],
        "strides": list(case.options["stride"]),
        "dilations": list(case.options["dilation"]),
        "groups": case.options["groups"],
    }


@pytest.mark.parametrize("seed", range(4))
def test_conv2d(seed):
    rng = np.random.default_rng(seed)
    for _ in range(CONVOLUTIONS // 4):
        case = draw_convolution(from_rng(rng), 2)
        options, input_layout = lists(case), rng.choice(["nchw", "nhwc"])
        filter_layout = rng.choice(["oihw", "hwio", "ohwi", "ihwo"])
        # no crops here, so that a drawn input may be too small
        sizes = [n + sum(-min(side, 0) for side in pair) for n, pair in zip(case.x_shape[2:], case.options["padding"], strict=True)]  # fmt: skip # noqa: E501
        x, w, b = case.integers((*case.x_shape[:2], *sizes), case.w_shape, case.w_shape[:1])
        b = b if rng.integers(2) else None
        expected = convolved(x, w, b, *options.values())
        said = {**options, "inputLayout": input_layout, "filterLayout": filter_layout, "bias": b}
        y = conv2d(to(input_layout, "nchw", x), to(filter_layout, "oihw", w), said)
        assert np.array_equal(to("nchw", input_layout, y), expected)
        assert y.shape == to(input_layout, "nchw", expected).shape


@pytest.mark.parametrize("seed", range(4))
def test_conv_transpose2d(seed):
    rng = np.random.default_rng(seed)
    for _ in range(TRANSPOSED // 4):
        case = draw_transposed(from_rng(rng), 2)
        options, input_layout = lists(case), rng.choice(["nchw", "nhwc"])
        filter_layout = rng.choice(["iohw", "hwoi", "ohwi"])
        x, w, b = case.integers(case.x_shape, case.w_shape, (case.w_shape[1] * options["groups"],))
        extra = [min(a, s - 1) for a, s in zip(case.options["output_padding"], options["strides"], strict=True)]
        padding, strides, dilations, groups = options.values()
        spans = [(n - 1) * s + (k - 1) * d + 1 for n, s, k, d in zip(x.shape[2:], strides, w.shape[2:], dilations, strict=True)]  # fmt: skip # noqa: E501
        if any(span - padding[2 * a] - padding[2 * a + 1] < 1 for a, span in enumerate(spans)):
            padding = options["padding"] = [0, 0, 0, 0]
        expected = spread(x, w, b, padding, strides, dilations, extra, groups)
        by_size = {"outputSizes": list(expected.shape[2:]), "outputPadding": [9, 9]}  # which is ignored then
        said = by_size if rng.integers(2) else {"outputPadding": extra}
        said = {**options, **said, "inputLayout": input_layout, "filterLayout": filter_layout, "bias": b}
        y = conv_transpose2d(to(input_layout, "nchw", x), to(filter_layout, "iohw", w), said)
        assert np.array_equal(to("nchw", input_layout, y), expected)


def windows(x, options):
    """Yield each window's place and its samples, padding left out; None where one has no sample."""
    top, bottom, left, right = options["padding"]
    sizes = []
    for n, k, s, d, total in zip(
        x.shape[2:],
        options["windowDimensions"],
        options["strides"],
        options["dilations"],
        (top + bottom, left + right),
        strict=True,
    ):
        steps = 1 + (n - ((k - 1) * d + 1) + total) / s
        sizes.append(int(np.ceil(steps) if options["rounding"] == "ceil" else np.floor(steps)))
    for i, j in product(*map(range, sizes)):
        rows = [i * options["strides"][0] + m * options["dilations"][0] - top for m in range(options["windowDimensions"][0])]  # fmt: skip # noqa: E501
        columns = [j * options["strides"][1] + m * options["dilations"][1] - left for m in range(options["windowDimensions"][1])]  # fmt: skip # noqa: E501
        rows = [row for row in rows if 0 <= row < x.shape[2]]
        columns = [column for column in columns if 0 <= column < x.shape[3]]
        yield (i, j), x[:, :, rows][:, :, :, columns] if rows and columns else None


def drawn_pooling(rng):
    k, s, d = (rng.integers(1, high + 1, 2).tolist() for high in (3, 3, 2))
    spans = [(size - 1) * step + 1 for size, step in zip(k, d, strict=True)]
    padding = [int(rng.integers(0, size)) for size in k for _ in range(2)]
    shape = (*rng.integers(1, 3, 2), *(span + int(rng.integers(0, 5)) for span in spans))
    how = {"windowDimensions": k, "strides": s, "dilations": d, "padding": padding}
    return rng.integers(-9, 10, shape), how | {"rounding": str(rng.choice(["floor", "ceil"]))}


def said_of(rng, options, places):
    """Return a drawn pooling's options in one of three ways: by the rounding's new name, its old one, by sizes."""
    rounding = options.pop("rounding")
    sizes = [max(place[axis] for place in places) + 1 for axis in range(2)]
    ways = {"outputShapeRounding": rounding}, {"roundingType": rounding}, {"outputSizes": sizes}
    return {**options, **ways[rng.integers(3)]}


@pytest.mark.parametrize("seed", range(4))
def test_pooling(seed):
    rng = np.random.default_rng(seed)
    refused = 0
    for _ in range(POOLINGS // 4):
        x, options = drawn_pooling(rng)
        seen = dict(windows(x, options))
        said, layout = said_of(rng, options, seen), rng.choice(["nchw", "nhwc"])
        image = to(layout, "nchw", x)
        said["layout"] = layout
        if any(samples is None for samples in seen.values()):
            refused += 1
            for pool in (average_pool2d, max_pool2d, l2_pool2d):
                with pytest.raises(ShapeError):
                    pool(image, said)
            continue
        for pool, reduce in (
            (average_pool2d, lambda a: a.mean(axis=(2, 3))),
            (max_pool2d, lambda a: a.max(axis=(2, 3))),
            (l2_pool2d, lambda a: np.sqrt((a**2).sum(axis=(2, 3)))),
        ):
            y = to("nchw", layout, pool(image, said))
            assert y.shape[2:] == tuple(max(place[axis] for place in seen) + 1 for axis in range(2))
            for place, samples in seen.items():
                assert np.array_equal(y[:, :, *place], reduce(samples)), (pool, said)
    assert 0 < refused < POOLINGS // 8


def test_pooling_of_floats_is_within_the_bound():
    rng = np.random.default_rng(5)
    for _ in range(50):
        whole, options = drawn_pooling(rng)
        x = rng.standard_normal(whole.shape).astype(np.float32)
        seen = dict(windows(x, options))
        if any(samples is None for samples in seen.values()):
            continue
        said = said_of(rng, options, seen)
        norms, means = l2_pool2d(x, said), average_pool2d(x, said)
        assert norms.dtype == means.dtype == np.float32
        for place, samples in seen.items():
            exact = samples.astype(float)
            terms = exact.shape[2] * exact.shape[3]
            # squares are summed in float64 and the root is rounded once, but for float64's own errors
            roots = np.sqrt((exact**2).sum(axis=(2, 3)))
            assert (np.abs(norms[:, :, *place] - roots) <= gamma(2, np.float32) * roots).all()
            size = np.abs(exact).sum(axis=(2, 3)) / terms
            assert (np.abs(means[:, :, *place] - exact.mean(axis=(2, 3))) <= gamma(terms + 1, np.float32) * size).all()


def test_without_options_the_window_is_the_input():
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    assert max_pool2d(x).ravel().tolist() == [11, 23]
    assert average_pool2d(x, {"label": "for people", "padding": None}).shape == (1, 2, 1, 1)


X, W = np.ones((1, 2, 5, 6)), np.ones((4, 2, 3, 3))


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"stride": [1, 1]}, ArgumentError, "Did you mean 'strides'"),
        ({"autoPad": "same-upper"}, ArgumentError, "not known"),
        ([1, 1], ArgumentTypeError, "dictionary"),
        ({"strides": 2}, ArgumentTypeError, r"Write strides=\[1, 1\]"),
        ({"strides": [2]}, ArgumentError, "2 entries"),
        ({"strides": [0, 1]}, ArgumentError, r"strides\[0\] must be at least 1"),
        ({"dilations": [1, 0]}, ArgumentError, r"dilations\[1\]"),
        ({"dilations": [1, 1.5]}, ArgumentTypeError, r"dilations\[1\]"),
        ({"padding": [1, 1]}, ArgumentError, "4 entries"),
        ({"padding": [0, 0, -1, 0]}, ArgumentError, r"padding\[2\] must be at least 0"),
        ({"groups": 0}, ArgumentError, "groups must be at least 1"),
        ({"groups": 3}, ShapeError, "into 3 groups"),
        ({"inputLayout": "NHWC"}, ArgumentError, "Did you mean 'nhwc'"),
        ({"filterLayout": "iohw"}, ArgumentError, "filterLayout"),
        ({"bias": np.ones(3)}, ShapeError, "webnn.conv2d"),
        ({"dilations": [4, 1]}, ShapeError, "does not fit"),
    ],
)
def test_what_conv2d_refuses(options, error, said):
    with pytest.raises(error, match=said) as caught:
        conv2d(X, W, options)
    assert caught.value.op == "webnn.conv2d"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"strides": [2, 2], "outputPadding": [0, 2]}, r"outputPadding=\[0, 1\]"),
        ({"dilations": [3, 3], "outputPadding": [1, 0]}, "less than the stride"),
        ({"strides": [2, 2], "outputSizes": [11, 15]}, "Use widths from 13 to 14"),
        ({"strides": [2, 2], "outputSizes": [10, 13]}, "Use heights from 11 to 12"),
        ({"filterLayout": "oihw"}, "filterLayout"),
        ({"outputSize": [1, 1]}, "Did you mean 'outputSizes'"),
    ],
)
def test_what_conv_transpose2d_refuses(options, said):
    w = np.ones((2, 4, 3, 3))
    with pytest.raises(ArgumentError, match=said) as caught:
        conv_transpose2d(X, w, options)
    for fix in caught.value.fixes:
        if "outputPadding" in fix:
            assert conv_transpose2d(X, w, {**options, **fix}).size


def test_fixes_are_in_webnns_words_and_work():
    for options in ({"groups": 3}, {"strides": [2, 2], "outputPadding": [2, 0]}):
        call = conv_transpose2d if "outputPadding" in options else conv2d
        with pytest.raises((ShapeError, ArgumentError)) as caught:
            call(X, W if call is conv2d else np.ones((2, 4, 3, 3)), options)
        (fix,) = caught.value.fixes
        assert call(X, W if call is conv2d else np.ones((2, 4, 3, 3)), {**options, **fix}).size


@pytest.mark.parametrize(
    ("options", "error", "said"),
    [
        ({"windowDimensions": [2]}, ArgumentError, "2 entries"),
        ({"windowDimensions": [0, 1]}, ArgumentError, "at least 1"),
        ({"windowDimensions": [9, 9]}, ShapeError, "does not fit"),
        ({"windowDimensions": [2, 2], "strides": [2, 2], "outputSizes": [3, 4]}, ArgumentError, r"\[2, 3\]"),
        ({"outputShapeRounding": "up"}, ArgumentError, "floor"),
        ({"rounding": "ceil"}, ArgumentError, "not known"),
        ({"layout": "chwn"}, ArgumentError, "layout"),
    ],
)
@pytest.mark.parametrize("pool", [average_pool2d, max_pool2d, l2_pool2d])
def test_what_pooling_refuses(pool, options, error, said):
    with pytest.raises(error, match=said):
        pool(X, options)


def test_arrays_that_cannot_be_pooled():
    with pytest.raises(ShapeError, match="4 axes"):
        max_pool2d(np.ones((5, 5)))
    for x in (np.ones((1, 1, 2, 2), complex), np.ones((1, 1, 2, 2), object)):
        with pytest.raises(DTypeError):
            l2_pool2d(x)


def test_sizes_that_do_not_go_together_are_refconvs_to_refuse():
    for x, w in ((np.ones((5, 6)), W), (X, np.ones((4, 3, 3, 3)))):
        with pytest.raises(ShapeError, match="conv_transpose2d"):
            conv_transpose2d(x, w, {"outputSizes": [7, 8]})


def test_every_option_is_known_to_its_function():
    assert set(POOL2D_OPTIONS) >= {"windowDimensions", "outputShapeRounding", "outputSizes"}
    assert set(webnn.CONV_TRANSPOSE2D_OPTIONS) - set(webnn.CONV2D_OPTIONS) == {"outputPadding", "outputSizes"}


def test_an_unknown_option_has_no_fix_to_apply():
    with pytest.raises(ArgumentError, match="Did you mean 'strides'") as caught:
        conv2d(X, W, {"stride": [1, 1]})
    assert caught.value.fixes == ()


@pytest.mark.parametrize(
    ("call", "options"),
    [
        (lambda said: conv2d(X, W, said), {"strides": [0, 1], "padding": [0, 0, 1, 0]}),
        (lambda said: conv2d(X, W, said), {"padding": [0, -1, 1, -2]}),
        (lambda said: conv2d(X, W, said), {"dilations": [1, 0]}),
        (lambda said: max_pool2d(X, said), {"windowDimensions": [2, 0]}),
        (lambda said: conv_transpose2d(X, np.ones((2, 3, 3, 3)), said), {"strides": [2, 2], "outputPadding": [-1, 1]}),
    ],
)
def test_a_list_is_mended_whole(call, options):
    with pytest.raises(ArgumentError) as caught:
        call(options)
    (fix,) = caught.value.fixes
    assert set(fix) < {*webnn.CONV_TRANSPOSE2D_OPTIONS, *POOL2D_OPTIONS}
    assert call({**options, **fix}).size


def test_sizes_below_1_have_no_nearest():
    for call in (lambda said: conv_transpose2d(X, np.ones((2, 3, 3, 3)), said), lambda said: max_pool2d(X, said)):
        with pytest.raises(ArgumentError, match=r"outputSizes\[1\] must be at least 1") as caught:
            call({"outputSizes": [7, 0]})
        assert caught.value.fixes == ()


@pytest.mark.parametrize("pool", [average_pool2d, max_pool2d, l2_pool2d])
@pytest.mark.parametrize(("shape", "axis"), [((1, 1, 0, 5), "H"), ((1, 1, 5, 0), "W")])
def test_an_input_without_samples_is_what_is_blamed(pool, shape, axis):
    for options in (None, {"windowDimensions": [1, 1]}):
        with pytest.raises(ShapeError, match=f"input has size 0 along {axis}"):
            pool(np.ones(shape), options)


def test_output_sizes_of_an_output_cropped_away():
    x, w = np.ones((1, 1, 1, 1)), np.ones((1, 1, 3, 3))
    with pytest.raises(ShapeError, match="padding crops the whole output along H"):
        conv_transpose2d(x, w, {"padding": [2, 2, 2, 2], "outputSizes": [1, 1]})
    some = {"padding": [2, 2, 0, 0], "strides": [3, 1], "outputSizes": [2, 3]}
    with pytest.raises(ArgumentError, match="Use heights from 1 to 1"):
        conv_transpose2d(x, w, some)
    assert conv_transpose2d(x, w, {**some, "outputSizes": [1, 3]}).shape == (1, 1, 1, 3)


@pytest.mark.parametrize("none", [[[1, 2], [3]], None, "abc"], ids=["ragged", "None", "word"])
def test_what_is_no_array_of_numbers(none):
    for pool in (average_pool2d, max_pool2d, l2_pool2d):
        with pytest.raises(DTypeError, match="input"):
            pool(none)
    for options in (None, {"outputSizes": [7, 8]}):
        with pytest.raises(DTypeError, match="conv_transpose2d: input"):
            conv_transpose2d(none, W, options)
        with pytest.raises(DTypeError, match="conv_transpose2d: filter"):
            conv_transpose2d(X, none, options)


def test_norms_whose_squares_float64_does_not_hold():
    """Multiples of powers of two, so that the roots are exact; inf and nan stay what they are."""
    for exponent in (0, -540, 540, -1000, 1000):
        x = np.ldexp([[[[3.0, 4.0], [0.0, 0.0]]]], exponent)
        assert l2_pool2d(x).item() == np.ldexp(5.0, exponent)
    assert l2_pool2d(np.full((1, 1, 2, 2), 1e200)).item() == 2e200
    huge, tiny = np.ldexp(1.0, 600), np.ldexp(1.0, -600)
    mixed = np.array([[[[huge, tiny, 3.0, np.inf, np.nan]]]])
    apart = l2_pool2d(mixed, {"windowDimensions": [1, 1]}).ravel()
    assert np.array_equal(apart, mixed.ravel(), equal_nan=True)
    pairs = l2_pool2d(mixed, {"windowDimensions": [1, 2]}).ravel()
    assert np.array_equal(pairs, [huge, 3.0, np.inf, np.nan], equal_nan=True)
    assert l2_pool2d(np.full((1, 1, 2, 2), 1e308)).item() == np.inf  # 2e308 is beyond float64
