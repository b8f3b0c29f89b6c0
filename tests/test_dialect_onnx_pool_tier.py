"""ONNX's poolings, Col2Im and DeformConv beside ONNX Runtime and onnx's own reference evaluator.

Where numbers are chosen such that nothing rounds, answers must be equal; else they keep to the bound. What is left out
of the drawing, because a program there departs from the specification, stands in `PINNED`.
"""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnx", reason="the package onnx is not installed: make venv-onnx")
pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed: make venv-onnx")

from refconv.dialects.onnx_col2im import col2im
from refconv.dialects.onnx_deform import deform_conv
from refconv.dialects.onnx_pool import (
    average_pool,
    global_average_pool,
    global_lp_pool,
    global_max_pool,
    lp_pool,
    max_pool,
)
from tests import bounds
from tests.draw import draw_pooling, from_rng
from tests.onnx_cases import reference, runtime
from tests.test_dialect_onnx_deform import col2im_case, deform_case
from tests.test_dialect_onnx_pool import attributes_of

pytestmark = pytest.mark.onnx
SEEDS = range(8)


def draw_attributes(rng, auto_pads=("NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID")):
    """Return x's shape and the attributes of a pooling that ONNX Runtime runs as the specification says."""
    case = draw_pooling(from_rng(rng))
    attributes = attributes_of(case.options)
    word = str(rng.choice(auto_pads))
    if word != "NOTSET":
        del attributes["pads"]
        attributes |= {"auto_pad": word}
        if word == "VALID":
            attributes["ceil_mode"] = 0
        else:
            attributes["dilations"] = [1] * case.rank
            attributes["strides"] = [
                min(s, k) for s, k in zip(attributes["strides"], attributes["kernel_shape"], strict=True)
            ]
    return case.x_shape, attributes


def within(ours, theirs, bound):
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    assert (np.abs(ours.astype(float) - theirs.astype(float)) <= bound).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_max_pool(seed):
    """250 sets a seed, of few numbers so that there are equals; the indices too."""
    rng = np.random.default_rng(seed)
    types = (np.float32, np.float64, np.int8, np.uint8)
    for number in range(250):
        shape, attributes = draw_attributes(rng)
        dtype = types[number % 4]
        x = rng.integers(0 if dtype is np.uint8 else -3, 4, shape).astype(dtype)
        attributes["storage_order"] = int(rng.integers(2))
        for mine, theirs in zip(max_pool([x], attributes), runtime("MaxPool", [x], attributes, 2), strict=True):
            assert mine.dtype == theirs.dtype
            assert np.array_equal(mine, theirs), (shape, attributes)


@pytest.mark.parametrize("seed", SEEDS)
def test_average_pool(seed):
    """250 sets a seed."""
    rng = np.random.default_rng(100 + seed)
    for _ in range(250):
        shape, attributes = draw_attributes(rng)
        attributes["count_include_pad"] = int(rng.integers(2))
        x = rng.standard_normal(shape).astype(np.float32)
        (size,) = average_pool([np.abs(x.astype(float))], attributes)
        bound = 2 * bounds.gamma(int(np.prod(attributes["kernel_shape"])) + 1, np.float32) * size
        within(average_pool([x], attributes)[0], runtime("AveragePool", [x], attributes)[0], bound)


@pytest.mark.parametrize("seed", SEEDS)
def test_lp_pool(seed):
    """100 sets a seed.

    Powers and roots err by two units of roundoff, a third by one, which the logarithm of the sum magnifies; roots
    divide a sum's relative error. Ours, kept in float64, is rounded once.
    """
    rng = np.random.default_rng(200 + seed)
    for _ in range(100):
        shape, attributes = draw_attributes(rng)
        p = attributes["p"] = int(rng.integers(1, 4))
        x = rng.standard_normal(shape).astype(np.float32)
        (exact,) = lp_pool([x.astype(float)], attributes)
        taps = int(np.prod(attributes["kernel_shape"]))
        logarithm = np.abs(np.log(np.where(exact > 0, exact, 1)))
        roundings = (taps + 2) / p + 3 + logarithm
        bound = (roundings + 1) * bounds.unit_roundoff(np.float32) * 1.001 * exact
        within(lp_pool([x], attributes)[0], runtime("LpPool", [x], attributes)[0], bound)


@pytest.mark.parametrize("seed", SEEDS)
def test_global_poolings(seed):
    """50 sets a seed and operator; ONNX Runtime has no GlobalLpPool of the newest version: it is an LpPool of all."""
    rng = np.random.default_rng(300 + seed)
    u = bounds.unit_roundoff(np.float32)
    for _ in range(50):
        rank = int(rng.integers(1, 4))
        x = rng.standard_normal((*rng.integers(1, 4, 2), *rng.integers(1, 6, rank))).astype(np.float32)
        assert np.array_equal(global_max_pool([x], {})[0], runtime("GlobalMaxPool", [x], {})[0])
        count = int(np.prod(x.shape[2:]))
        size = global_average_pool([np.abs(x.astype(float))], {})[0]
        theirs = runtime("GlobalAveragePool", [x], {})[0]
        within(global_average_pool([x], {})[0], theirs, 2 * bounds.gamma(count + 1, np.float32) * size)
        norm = global_lp_pool([x.astype(float)], {})[0]
        theirs = runtime("LpPool", [x], {"kernel_shape": list(x.shape[2:])})[0]
        within(global_lp_pool([x], {})[0], theirs, (count / 2 + 5 + np.abs(np.log(norm))) * u * 1.001 * norm)


@pytest.mark.parametrize("seed", SEEDS)
def test_col2im(seed):
    """250 sets a seed: ONNX Runtime for two axes, the reference for other numbers of them, exactly."""
    rng = np.random.default_rng(400 + seed)
    for number in range(250):
        _, kernel, size, shape, _, attributes = col2im_case(rng, 2 if number % 5 else None)
        dtype = (np.float32, np.float16)[number % 2]
        inputs = [rng.integers(-9, 10, shape).astype(dtype), np.array(size), np.array(kernel)]
        (ours,) = col2im(inputs, attributes)
        theirs = (runtime if len(size) == 2 else reference)("Col2Im", inputs, attributes)[0]
        assert ours.dtype == dtype == theirs.dtype
        assert np.array_equal(ours, theirs)


@pytest.mark.parametrize("seed", SEEDS)
def test_deform_conv(seed):
    """250 sets a seed, in eighths, so that no product and no sum is rounded."""
    rng = np.random.default_rng(500 + seed)
    for number in range(250):
        shapes, b_shape, mask_shape, attributes, *_ = deform_case(rng, 2)
        dtype = (np.float32, np.float64)[number % 2]
        x, w, b, mask = (rng.integers(-4, 5, s).astype(dtype) for s in (*shapes[:2], b_shape, mask_shape))
        offset = (rng.integers(-24, 25, shapes[2]) / 8).astype(dtype)
        inputs = [x, w, offset, b if rng.integers(2) else None, mask if rng.integers(2) else None]
        assert np.array_equal(deform_conv(inputs, attributes)[0], runtime("DeformConv", inputs, attributes)[0])


def test_deform_conv_beside_the_reference():
    """It goes by way of coordinates in -1 .. 1: six roundings of a number of this size at most, then the sums'."""
    rng = np.random.default_rng(600)
    u, held = bounds.unit_roundoff(np.float64), 0
    while held < 60:
        shapes, b_shape, mask_shape, attributes, plan, _ = deform_case(rng, 2)
        if 1 in plan.size:
            continue  # the reference divides by the size less 1
        x, w, b, mask = (rng.integers(-4, 5, s).astype(float) for s in (*shapes[:2], b_shape, mask_shape))
        offset = rng.integers(-24, 25, shapes[2]) / 8
        theirs = reference("DeformConv", [x, w, offset, b, mask], attributes)[0]
        (ours,) = deform_conv([x, w, offset, b, mask], attributes)
        farthest = max(axis.padded for axis in plan.axes) + 3
        displaced = 6 * u * (2 * farthest + 2 * max(plan.size)) * 1.01
        reads = 4 * 4 * 4 * plan.taps
        bound = reads * 2 * plan.rank * displaced + 2 * bounds.gamma(plan.taps + 12, np.float64) * (reads + 4)
        within(ours, theirs, bound)
        held += 1


def test_poolings_beside_the_reference():
    """Explicit padding: averages and norms without ceil_mode, and the largest where strides or dilations are not 1."""
    rng = np.random.default_rng(700)
    for _ in range(250):
        shape, attributes = draw_attributes(rng, ("NOTSET",))
        x = rng.integers(-3, 4, shape).astype(np.float32)
        if max(*attributes["strides"], *attributes["dilations"]) > 1:
            attributes["storage_order"] = int(rng.integers(2))
            for mine, theirs in zip(max_pool([x], attributes), reference("MaxPool", [x], attributes, 2), strict=True):
                assert np.array_equal(mine, theirs)
            del attributes["storage_order"]
        attributes["ceil_mode"] = 0
        (norm,) = lp_pool([x], {**attributes, "p": 1})
        theirs = reference("LpPool", [x], {**attributes, "p": 1})[0]
        within(norm, theirs, 3 * bounds.unit_roundoff(np.float32) * norm)  # it divides by the count, and multiplies
        attributes["count_include_pad"] = int(rng.integers(2))
        (ours,) = average_pool([x], attributes)
        within(ours, reference("AveragePool", [x], attributes)[0], 2 * bounds.gamma(1, np.float32) * np.abs(ours))


LINE = np.array([[[1, 2, 3, 4, 5, 6]]], np.float32)
SAME, LOWER, VALID = ({"auto_pad": word} for word in ("SAME_UPPER", "SAME_LOWER", "VALID"))
FOUR = np.arange(1, 5, dtype=np.float32).reshape(1, 4, 1)
ONE = np.array([1])


def pool(k, s=1, d=1, **more):
    return {"kernel_shape": [k], "strides": [s], "dilations": [d], **more}


PINNED = {
    "runtime, MaxPool: SAME without the dilation": (
        *(runtime, "MaxPool", [LINE[..., :3]], pool(2, d=2, **SAME)),
        *([[[2, 3, 2]]], [[[3, 2]]]),
    ),
    "runtime, AveragePool: SAME without the dilation": (
        *(runtime, "AveragePool", [LINE[..., :3]], pool(2, d=2, **SAME)),
        *([[[2, 2, 2]]], [[[2, 2]]]),
    ),
    "runtime, LpPool: SAME without the dilation": (
        *(runtime, "LpPool", [LINE[..., :3]], pool(2, d=2, p=1, **SAME)),
        *([[[2, 4, 2]]], [[[4, 2]]]),
    ),
    "runtime, AveragePool: SAME crops where the stride exceeds the kernel": (
        *(runtime, "AveragePool", [LINE[..., :3]], pool(1, s=3, **SAME)),
        *([[[1]]], [[[2]]]),
    ),
    "runtime, MaxPool: VALID hangs over with ceil_mode": (
        *(runtime, "MaxPool", [LINE[..., :3]], pool(2, s=2, ceil_mode=1, **VALID)),
        *([[[2]]], [[[2, 3]]]),
    ),
    "runtime, Col2Im: the second channel of one dilated axis": (
        *(runtime, "Col2Im", [FOUR, 3 * ONE, 2 * ONE], {"dilations": [2]}),
        *([[[1, 0, 2], [3, 0, 4]]], None),
    ),
    "runtime, Col2Im: the second channel of three axes, one dilated": (
        *(runtime, "Col2Im", [FOUR, np.array([1, 1, 3]), np.array([1, 1, 2])], {"dilations": [1, 1, 2]}),
        *([[[[[1, 0, 2]]], [[[3, 0, 4]]]]], None),
    ),
    "reference, AveragePool: ceil_mode moves the windows": (
        *(reference, "AveragePool", [LINE[..., :4]], pool(3, s=3, ceil_mode=1)),
        *([[[2, 4]]], [[[1.5, 3]]]),
    ),
    "reference, LpPool: a window over the end": (
        *(reference, "LpPool", [LINE[..., :4]], pool(3, s=2, ceil_mode=1, p=1)),
        *([[[6, 7]]], [[[6, 10.5]]]),
    ),
    "reference, AveragePool: VALID without the dilation": (
        *(reference, "AveragePool", [LINE[..., :3]], pool(2, d=2, **VALID)),
        *([[[2]]], [[[2, 0]]]),
    ),
    "reference, AveragePool: SAME without the dilation": (
        *(reference, "AveragePool", [LINE[..., :3]], pool(2, d=2, **SAME)),
        *([[[2, 2, 2]]], [[[2, 2, 0]]]),
    ),
    "reference, MaxPool: SAME_LOWER of a size rounded down": (
        *(reference, "MaxPool", [LINE[..., :3]], pool(2, s=2, **LOWER)),
        *([[[1, 3]]], [[[3]]]),
    ),
}


@pytest.mark.parametrize("name", PINNED)
def test_pinned_disagreements(name):
    """Ours is what the specification says, theirs what is known; where that reads foreign memory, anything else."""
    program, op, inputs, attributes, right, wrong = PINNED[name]
    ours = {"MaxPool": max_pool, "AveragePool": average_pool, "LpPool": lp_pool, "Col2Im": col2im}[op]
    assert ours(inputs, attributes)[0].tolist() == right
    theirs = program(op, inputs, attributes)[0].tolist()
    assert theirs != right
    assert wrong in (None, theirs)


def test_pinned_indices_of_the_reference():
    """With strides and dilations of 1 its second output starts anew for each channel, and padding counts."""
    x = LINE[..., :4].reshape(1, 2, 2)
    assert max_pool([x], pool(1))[1].tolist() == [[[0, 1], [2, 3]]]
    assert reference("MaxPool", [x], pool(1), 2)[1].tolist() == [[[0, 1], [0, 1]]]
    assert max_pool([LINE[..., :3]], pool(2, pads=[1, 0]))[1].tolist() == [[[0, 1, 2]]]
    with pytest.raises(IndexError):
        reference("MaxPool", [LINE[..., :3]], pool(2, pads=[1, 0]), 2)
