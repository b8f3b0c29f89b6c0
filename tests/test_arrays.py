"""Any view is accepted, no input is touched, no result shares memory with one, and empty batches are fine."""

from __future__ import annotations

import numpy as np
import pytest

import refconv
from refconv.arithmetic import Axis, Geometry
from refconv.ops.padding import pad
from tests.test_dtypes import BFLOAT16

RNG = np.random.default_rng(0)
X, W, P = RNG.integers(-9, 10, (5, 4, 6, 7)), RNG.integers(-9, 10, (4, 2, 3, 2)), RNG.integers(-9, 10, (4, 8, 1, 1))
G = RNG.integers(-9, 10, (4, 1, 3, 2))
S = RNG.integers(-9, 10, (4, 4, 1, 1))

CALLS = {
    # name: the call, and the arrays it reads
    "conv2d": (lambda x, w: refconv.conv2d(x, w, groups=2), (X, W)),
    "conv_transpose2d": (lambda x, w: refconv.conv_transpose2d(x, w, stride=2), (X, W)),
    "depthwise_conv2d": (refconv.depthwise_conv2d, (X, G)),
    "pointwise_conv2d": (refconv.pointwise_conv2d, (X, S)),
    "separable_conv2d": (refconv.separable_conv2d, (X, W, P)),
    "max_pool2d": (lambda x: refconv.max_pool2d(x, 1), (X,)),
    "avg_pool2d": (lambda x: refconv.avg_pool2d(x, 1), (X,)),
    "im2col": (lambda x: refconv.im2col(x, 1), (X,)),
    "col2im": (lambda c: refconv.col2im(c, (6, 7), 1), (X.reshape(5, 4, 42),)),
    "conv2d_backward": (
        lambda dy, x, w: refconv.conv2d_backward(dy, x, w, groups=2),
        (refconv.conv2d(X, W, groups=2), X, W),
    ),
    "conv2d_backward, circular": (
        lambda dy, x, w: refconv.conv2d_backward(dy, x, w, padding=((1, 1), (1, 0)), padding_mode="circular", groups=2),
        (X, X, W),
    ),
    "conv_transpose2d_backward": (
        lambda dy, x, w: refconv.conv_transpose2d_backward(dy, x, w, stride=2),
        (refconv.conv_transpose2d(X, W, stride=2), X, W),
    ),
    "depthwise_conv2d_backward": (refconv.depthwise_conv2d_backward, (refconv.depthwise_conv2d(X, G), X, G)),
    "pointwise_conv2d_backward": (refconv.pointwise_conv2d_backward, (X, X, S)),
    "separable_conv2d_backward": (
        refconv.separable_conv2d_backward,
        (refconv.separable_conv2d(X, W, P), X, W, P),
    ),
    "max_pool2d_backward": (lambda dy, x: refconv.max_pool2d_backward(dy, x, 1), (X, X)),
    "avg_pool2d_backward": (lambda dy, x: refconv.avg_pool2d_backward(dy, x, 1), (X, X)),
}

VIEWS = {
    "reversed": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "transposed": lambda a: np.ascontiguousarray(a.T).T,
    "sliced": lambda a: np.repeat(np.repeat(a, 2, axis=1), 3, axis=-1)[:, ::2, ..., ::3],
    "fortran": np.asfortranarray,
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "misaligned": lambda a: np.frombuffer(b"\0" + a.tobytes(), np.uint8)[1:].view(a.dtype).reshape(a.shape),
    "a list": lambda a: a.tolist(),
}


def results(value):
    return [a for a in (value if isinstance(value, tuple) else (value,)) if a is not None]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", CALLS)
def test_views_give_the_same(name, view):
    call, arrays = CALLS[name]
    for got, want in zip(results(call(*map(VIEWS[view], arrays))), results(call(*arrays)), strict=True):
        assert (got == want).all()
        assert got.dtype.isnative


@pytest.mark.parametrize("dtype", [np.int64, np.float64, np.float32, np.float16, BFLOAT16, np.complex128, object])
@pytest.mark.parametrize("name", CALLS)
def test_inputs_are_read_only_and_results_are_the_callers(name, dtype):
    call, arrays = CALLS[name]
    if "max_pool" in name and dtype is np.complex128:
        return
    given = [a.astype(dtype) for a in arrays]
    kept = [a.copy() for a in given]
    for a in given:
        a.flags.writeable = False
    for result in results(call(*given)):
        assert result.flags.writeable
        assert result.flags.c_contiguous
        assert not any(np.shares_memory(result, a) for a in given)
        result[...] = 0
    assert all((a == b).all() for a, b in zip(given, kept, strict=True))


@pytest.mark.parametrize("name", CALLS)
def test_broadcast_views_are_read_element_by_element(name):
    call, arrays = CALLS[name]
    views = [np.broadcast_to(a[:1, :1, ..., :1], a.shape) for a in arrays]
    for got, want in zip(results(call(*views)), results(call(*(v.copy() for v in views))), strict=True):
        assert (got == want).all()


@pytest.mark.parametrize("dtype", [np.int64, np.float32, np.float16, object])
@pytest.mark.parametrize("name", [name for name in CALLS if "col2im" not in name])
def test_empty_batches_give_empty_results(name, dtype):
    call, arrays = CALLS[name]
    batched = [a[:0] if a.shape[0] == 5 else a for a in arrays]
    full, empty = results(call(*arrays)), results(call(*(a.astype(dtype) for a in batched)))
    for one, other in zip(full, empty, strict=True):
        if one.shape[0] == 5:
            assert other.shape == (0, *one.shape[1:])
        else:
            assert other.shape == one.shape
            assert not other.any()


def test_an_empty_matrix_folds_into_an_empty_batch():
    assert refconv.col2im(np.ones((0, 3, 3)), 5, 3).shape == (0, 1, 5)


def test_padding_copies_only_where_it_adds():
    x = np.ones((1, 1, 6, 6))
    for lo, hi in ((0, 0), (-1, 0), (0, -2), (-1, -1)):
        axis = Axis(6, 1, lo=lo, hi=hi)
        padded = pad(x, Geometry(1, 1, 1, (axis, Axis(6, 1))))
        assert np.shares_memory(padded, x)
        assert padded.shape == (1, 1, 6 + lo + hi, 6)
    assert not np.shares_memory(pad(x, Geometry(1, 1, 1, (Axis(6, 1), Axis(6, 1, lo=-1, hi=1)))), x)
