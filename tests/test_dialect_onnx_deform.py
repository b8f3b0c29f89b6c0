"""ONNX's Col2Im and DeformConv by their definitions: no ONNX is needed here."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from ml_dtypes import bfloat16

import refconv
from refconv.arithmetic import Axis, Geometry
from refconv.dialects.onnx import run_node
from refconv.dialects.onnx_col2im import col2im
from refconv.dialects.onnx_deform import deform_conv
from refconv.errors import ArgumentError, DTypeError, IntegerOverflowError, ShapeError
from tests import bounds
from tests.draw import draw_convolution, from_rng

CASES = 200


def col2im_case(rng, rank=None):
    """Return a case of any rank: sizes and attributes, and the columns' shape."""
    case = draw_convolution(from_rng(rng), rank)
    options = {key: case.options[key] for key in ("stride", "padding", "dilation")}
    options["padding"] = tuple((max(lo, 0), max(hi, 0)) for lo, hi in options["padding"])
    kernel, size = case.w_shape[2:], case.x_shape[2:]
    columns = refconv.im2col(np.zeros(case.x_shape), kernel, **options).shape
    lo, hi = zip(*options["padding"], strict=True)
    attributes = {"strides": list(options["stride"]), "dilations": list(options["dilation"]), "pads": [*lo, *hi]}
    return case, kernel, size, columns, options, attributes


def test_col2im_is_the_adjoint_of_im2col():
    rng = np.random.default_rng(5)
    for _ in range(CASES):
        case, kernel, size, shape, options, attributes = col2im_case(rng)
        columns, x = rng.integers(-9, 9, shape), rng.integers(-9, 9, case.x_shape)
        image = col2im([columns, np.array(size), np.array(kernel)], attributes)[0]
        assert image.shape == case.x_shape
        assert (image * x).sum() == (columns * refconv.im2col(x, kernel, **options)).sum()


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int32, np.int64, np.float16, np.float32, bfloat16, complex])
def test_col2im_keeps_the_type(dtype):
    (image,) = run_node("Col2Im", [np.ones((1, 4, 4), dtype), [3, 3], [2, 2]])
    assert image.dtype == dtype
    assert image[0, 0].astype(complex).tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


def test_col2im_never_wraps():
    with pytest.raises(IntegerOverflowError, match=r"does not fit in uint8(.|\n)*300"):
        col2im([np.full((1, 2, 2), 150, np.uint8), [3], [2]], {})


def test_col2im_refuses_what_does_not_go_together():
    with pytest.raises(ShapeError, match=r"onnx\.Col2Im: columns has the wrong shape"):
        col2im([np.ones((1, 4, 5)), [3, 3], [2, 2]], {})
    with pytest.raises(ArgumentError, match="block_shape has"):
        col2im([np.ones((1, 4, 4)), [3, 3], [2, 2, 2]], {})
    with pytest.raises(ShapeError, match="image_shape"):
        col2im([np.ones((1, 4, 4)), [[3, 3]], [2, 2]], {})
    with pytest.raises(ArgumentError, match="no attribute 'pad'"):
        col2im([np.ones((1, 4, 4)), [3, 3], [2, 2]], {"pad": [0] * 4})
    with pytest.raises(ArgumentError, match="at least 0"):
        col2im([np.ones((1, 4, 4)), [3, 3], [2, 2]], {"pads": [0, -1, 0, 0]})


def deform_case(rng, rank=None):
    """Return the shapes and attributes of a DeformConv, padding not negative, and its plan."""
    case = draw_convolution(from_rng(rng), rank)
    options = dict(case.options, padding=tuple((max(lo, 0), max(hi, 0)) for lo, hi in case.options["padding"]))
    del options["padding_mode"]
    channels, per_group = case.x_shape[1], case.w_shape[1]
    shared = int(rng.choice([g for g in range(1, channels + 1) if channels % g == 0]))
    along = zip(case.x_shape[2:], case.w_shape[2:], options["stride"], options["dilation"], options["padding"])  # noqa: B905
    axes = tuple(Axis(n, k, s, d, lo, hi) for n, k, s, d, (lo, hi) in along)
    plan = Geometry(case.x_shape[0], channels, case.w_shape[0], axes, channels // per_group)
    lo, hi = zip(*options["padding"], strict=True)
    attributes = {
        "strides": list(options["stride"]),
        "dilations": list(options["dilation"]),
        "pads": [*lo, *hi],
        "group": options["groups"],
        "offset_group": shared,
    }
    taps = shared * int(np.prod(plan.kernel_size))
    shapes = (plan.x_shape, plan.w_shape, (plan.batch, taps * plan.rank, *plan.output_size))
    return shapes, (plan.filters,), (plan.batch, taps, *plan.output_size), attributes, plan, options


def fractions(rng, shape, low=-3, high=3):
    """Return thirds, quarters and halves, zero and whole numbers among them."""
    flat = [
        Fraction(int(rng.integers(low * 12, high * 12 + 1)), int(rng.choice([1, 12, 12, 6])))
        for _ in range(int(np.prod(shape)))
    ]
    result = np.empty(len(flat), object)
    result[:] = flat
    return result.reshape(shape)


def deformed(x, w, offset, b, mask, plan, shared):
    """DeformConv by the paper: every pixel q counts with prod(max(0, 1 - |q - p|)), p where the tap reads."""
    y = np.zeros(plan.y_shape, object)
    taps = list(np.ndindex(*plan.kernel_size))
    offset = offset.reshape(plan.batch, shared, len(taps), plan.rank, *plan.output_size)
    mask = None if mask is None else mask.reshape(plan.batch, shared, len(taps), *plan.output_size)
    for n, o, *i in np.ndindex(*plan.y_shape):
        total = b[o] if b is not None else 0
        for c, (number, m) in product(range(plan.group_channels), enumerate(taps)):
            channel = o // plan.group_filters * plan.group_channels + c
            g = channel // (plan.channels // shared)
            p = [axis.read(i[a], m[a]) + offset[(n, g, number, a, *i)] for a, axis in enumerate(plan.axes)]
            read = sum(
                x[(n, channel, *q)] * np.prod([max(0, 1 - abs(one - at)) for one, at in zip(q, p, strict=True)])
                for q in np.ndindex(*plan.size)
            )
            total += w[(o, c, *m)] * read * (1 if mask is None else mask[(n, g, number, *i)])
        y[(n, o, *i)] = total
    return y


def test_deform_conv_is_the_papers_sum_exactly():
    rng = np.random.default_rng(6)
    for number in range(40):
        shapes, b_shape, mask_shape, attributes, plan, _ = deform_case(rng, 1 + number % 3)
        while np.prod(plan.y_shape) * plan.taps * np.prod(plan.size) > 20000:
            shapes, b_shape, mask_shape, attributes, plan, _ = deform_case(rng, 1 + number % 3)
        x, w, offset = (fractions(rng, shape) for shape in shapes)
        b = fractions(rng, b_shape) if rng.integers(2) else None
        mask = fractions(rng, mask_shape) if rng.integers(2) else None
        (y,) = deform_conv([x, w, offset, b, mask], attributes)
        assert (y == deformed(x, w, offset, b, mask, plan, attributes["offset_group"])).all()


def test_without_offsets_it_is_a_convolution():
    rng = np.random.default_rng(7)
    for _ in range(CASES):
        shapes, b_shape, mask_shape, attributes, _, options = deform_case(rng)
        x, w, b = (rng.integers(-9, 10, shape) for shape in (*shapes[:2], b_shape))
        offset, ones = np.zeros(shapes[2], int), np.ones(mask_shape, int)
        want = refconv.conv(x, w, b, **options)
        for mask in (None, ones):
            (y,) = deform_conv([x, w, offset, b, mask], attributes)
            assert y.dtype == np.int64
            assert (y == want).all()
        (y,) = deform_conv([x, w, offset.astype(float), b, 2.0 * ones], attributes)
        assert (y == 2 * refconv.conv(x, w, **options) + b.reshape(-1, *(1,) * (x.ndim - 2))).all()


def test_the_same_offset_everywhere_moves_the_input():
    x, w = np.arange(35).reshape(1, 1, 5, 7), np.arange(1, 5).reshape(1, 1, 2, 2)
    for down, right in product((-2, -1, 0, 3, 10**12), (-3, 0, 1)):
        rows, columns = np.mgrid[0:5, 0:7] + np.array([down, right]).reshape(2, 1, 1)
        inside = (rows >= 0) & (rows < 5) & (columns >= 0) & (columns < 7)
        moved = np.zeros_like(x)
        moved[0, 0][inside] = x[0, 0, rows[inside], columns[inside]]
        offset = np.tile(np.array([down, right]).reshape(1, 2, 1, 1), (1, 4, 4, 6))
        for kind in (int, float):
            assert (deform_conv([x, w, offset.astype(kind)], {})[0] == refconv.conv2d(moved, w)).all()


def test_what_has_no_weight_is_not_read():
    x, w, offset = np.array([[[1.0, np.inf, 3]]]), np.ones((1, 1, 1)), np.array([[[0.0, -1, 0]]])
    assert deform_conv([x, w, offset], {})[0].tolist() == [[[1, 1, 3]]]
    assert deform_conv([x, w, offset + 0.5], {})[0].tolist() == [[[np.inf, np.inf, 1.5]]]
    assert np.isnan(deform_conv([x, w, np.full((1, 1, 3), np.nan)], {})[0]).all()


@pytest.mark.parametrize("dtype", [np.float16, bfloat16, np.float32])
def test_short_floats_are_summed_wider_and_rounded_once(dtype):
    rng = np.random.default_rng(8)
    for _ in range(50):
        shapes, b_shape, mask_shape, attributes, plan, _ = deform_case(rng)
        arrays = [rng.standard_normal(shape).astype(dtype) for shape in (*shapes, b_shape, mask_shape)]
        (y,) = deform_conv(arrays, attributes)
        exact, size = (
            deform_conv(
                [f(a.astype(float)) if keep else a.astype(float) for a, keep in zip(arrays, KEPT, strict=True)],
                attributes,
            )[0]
            for f in (lambda a: a, np.abs)
        )
        wide = np.float32
        # the sample's and the sum's roundings in float32, and one to the type of the result
        bound = (bounds.gamma(plan.taps + 3, wide) + (bounds.gamma(1, dtype) if dtype != wide else 0) * 1.01) * size
        assert y.dtype == dtype
        assert (np.abs(y.astype(float) - exact) <= bound + np.finfo(float).tiny).all()


KEPT = (True, True, False, True, True)
"""Of X, W, offset, B and mask, those whose absolute values bound the sums: an offset stays as it is."""


def test_deform_conv_refuses_what_does_not_go_together():
    x, w, offset, mask = np.ones((1, 4, 5)), np.ones((2, 2, 3)), np.zeros((1, 6, 3)), np.ones((1, 6, 3))
    attributes = {"group": 2, "offset_group": 2}
    assert deform_conv([x, w, offset, None, mask], attributes)[0].tolist() == [[[6.0] * 3] * 2]
    for change, error, said in (
        ({"offset_group": 3}, ShapeError, "cannot be split into offset_group=3"),
        ({"offset_group": 1}, ShapeError, r"offset has the wrong shape(.|\n)*\(1, 3, 3\)"),
        ({"group": 1}, ShapeError, "w must read the channels"),
        ({"kernel_shape": [2]}, ShapeError, "kernel_shape is not that of the weights"),
        ({"auto_pad": "VALID"}, ArgumentError, "no attribute 'auto_pad'"),
    ):
        with pytest.raises(error, match=rf"^onnx.DeformConv: (.|\n)*({said})"):
            deform_conv([x, w, offset, None, mask], {**attributes, **change})
    with pytest.raises(ShapeError, match="mask has the wrong shape"):
        deform_conv([x, w, offset, None, mask[:, :3]], attributes)
    with pytest.raises(ShapeError, match="b must have one entry"):
        deform_conv([x, w, offset, np.ones(3), mask], attributes)
    with pytest.raises(DTypeError, match="offset is complex"):
        deform_conv([x, w, offset * 1j], attributes)


@pytest.mark.parametrize("dtype", [float, int])
def test_an_empty_batch(dtype):
    x, w, offset = np.ones((0, 2, 5, 5), dtype), np.ones((3, 2, 2, 2), dtype), np.ones((0, 8, 4, 4), dtype)
    assert deform_conv([x, w, offset, None, np.ones((0, 4, 4, 4), dtype)], {})[0].shape == (0, 3, 4, 4)


def test_an_infinite_sample_under_a_mask_of_zero():
    x = np.array([[[np.inf, 1.0]]])
    (y,) = deform_conv([x, np.ones((1, 1, 1)), np.zeros((1, 1, 2)), None, np.zeros((1, 1, 2))], {})
    assert np.isnan(y[0, 0, 0])
    assert y[0, 0, 1] == 0
