"""Pooling, piece by piece: however it is cut, in whatever order of axes, on however many threads, it is the same."""

from __future__ import annotations

import threading
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.arithmetic import Axis, Geometry
from refconv.ops import pool_pieces
from refconv.ops.engine import engine
from refconv.ops.layouts import Layout
from tests.draw import cases, draw_pooling
from tests.test_definition import check_pooling
from tests.test_tiles import MIB, workspace


def results(x, dy, options):
    """Return all four operations' results; `options` are those of pooling."""
    return (
        refconv.max_pool(x, **options),
        refconv.max_pool_backward(dy, x, **options),
        refconv.avg_pool(x, **options),
        refconv.avg_pool_backward(dy, x, **options),
    )


@pytest.mark.parametrize("pixels", [1, 5, 64])
@pytest.mark.parametrize("threads", [1, 3])
def test_pieces_of_any_size_on_any_number_of_threads(pixels, threads, monkeypatch):
    monkeypatch.setattr(pool_pieces, "PIXELS_AT_ONCE", pixels)
    rng = np.random.default_rng(pixels)
    with engine(threads=threads):
        for _ in range(12):
            check_pooling(draw_pooling(lambda low, high: int(rng.integers(low, high + 1))))


@given(cases(draw_pooling), st.sampled_from([np.float64, np.float32, np.float16, np.int8]))
def test_floats_depend_neither_on_the_pieces_nor_on_threads(case, dtype):
    x = (case.normals(case.x_shape)[0] * 9).astype(dtype)
    dy = (case.normals(refconv.max_pool(x, **case.options).shape)[0] * 9).astype(dtype)
    want = results(x, dy, case.options)
    with pytest.MonkeyPatch.context() as patch, engine(threads=2):
        patch.setattr(pool_pieces, "PIXELS_AT_ONCE", 7)
        for a, b in zip(results(x, dy, case.options), want, strict=True):
            assert a.tobytes() == b.tobytes()


@given(cases(lambda integer, _: draw_pooling(integer, 2)), st.permutations("NCHW"))
def test_any_layout_with_small_pieces(case, order):
    layout = "".join(order)
    move = lambda a: a.transpose(["NCHW".index(letter) for letter in layout])  # noqa: E731
    x, dy = case.integers(case.x_shape, refconv.max_pool(np.zeros(case.x_shape), **case.options).shape)
    want = results(x, dy, case.options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool_pieces, "PIXELS_AT_ONCE", 11)
        for a, b in zip(results(move(x), move(dy), {**case.options, "layout": layout}), want, strict=True):
            assert (a == move(b)).all()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, object])
def test_of_zeros_the_first_is_the_largest_sign_and_all(dtype):
    signs = np.random.default_rng(0).choice([0.0, -0.0], (1, 2, 6, 8)).astype(dtype)
    y = refconv.max_pool2d(signs, (2, 3), stride=(2, 1))
    for c, i, j in np.ndindex(2, 3, 6):
        assert np.signbit(float(y[0, c, i, j])) == np.signbit(float(signs[0, c, 2 * i, j]))
    signs[..., 0] = 1.0
    assert refconv.max_pool2d(signs, (2, 3), stride=(2, 1))[0, 0, 0, 0] == 1
    assert not np.signbit(refconv.max_pool1d(np.array([[[-1.0, 0.0, -2.0]]]), 2, stride=1)).any()


def test_the_smallest_values_are_samples_and_padding_is_not():
    for x in (
        np.full((1, 1, 3, 3), -np.inf),
        np.full((1, 1, 3, 3), np.iinfo(np.int64).min),
        np.zeros((1, 1, 3, 3), np.uint8),
        np.zeros((1, 1, 3, 3), bool),
    ):
        y = refconv.max_pool2d(x, 3, stride=1, padding=1)
        assert (y == x[0, 0, 0, 0]).all()
        dx = refconv.max_pool2d_backward(np.ones((1, 1, 3, 3)), x, 3, stride=1, padding=1)
        assert dx.tolist() == [[[[4, 2, 0], [2, 1, 0], [0, 0, 0]]]]


def test_the_first_nan_of_a_window_in_rows_wins():
    x = np.zeros((1, 1, 3, 3))
    x[0, 0, 0, 2] = x[0, 0, 1, 0] = x[0, 0, 2, 1] = np.nan
    for samples in (x, x.astype(object), x.astype(np.float16)):
        dx = refconv.max_pool2d_backward(np.ones((1, 1, 1, 1)), samples, 3)
        assert np.flatnonzero(dx).tolist() == [2]


def test_more_taps_than_a_byte_counts():
    x = np.random.default_rng(0).integers(-99, 100, (2, 3, 20, 19))
    for kernel in ((17, 15), (16, 16), (20, 19)):
        y = refconv.max_pool2d(x, kernel, stride=1)
        windows = np.lib.stride_tricks.sliding_window_view(x, kernel, (2, 3))
        assert (y == windows.max((-1, -2))).all()
        assert (refconv.avg_pool2d(x, kernel, stride=1) == windows.sum((-1, -2)) / np.prod(kernel)).all()
        dx = np.zeros(x.shape)
        for n, c, i, j in np.ndindex(*y.shape):
            row, column = divmod(int(windows[n, c, i, j].argmax()), kernel[1])
            dx[n, c, i + row, j + column] += 1
        assert (refconv.max_pool2d_backward(np.ones(y.shape), x, kernel, stride=1) == dx).all()


def test_pixels_that_no_window_reads_have_no_gradient(monkeypatch):
    x, y = np.ones((1, 1, 11)), np.ones((1, 1, 2))
    for pixels in (1, 2, 3, 100):
        monkeypatch.setattr(pool_pieces, "PIXELS_AT_ONCE", pixels)
        assert refconv.max_pool1d_backward(y, x, 2, stride=6).ravel().nonzero()[0].tolist() == [0, 6]
        assert refconv.avg_pool1d_backward(y, x, 2, stride=6).ravel().nonzero()[0].tolist() == [0, 1, 6, 7]


def test_windows_of_one_sample():
    x = np.random.default_rng(0).integers(-9, 10, (2, 3, 4, 5)).astype(np.float16)
    for y in results(x, x, {"kernel_size": 1}):
        assert (y == x).all()
        assert y.dtype == x.dtype
    y, dx, mean, spread = results(x, x[:, :, ::2], {"kernel_size": 1, "stride": (2, 1)})
    assert (y == x[:, :, ::2]).all()
    assert (mean == y).all()
    for back in (dx, spread):
        assert (back[:, :, ::2] == y).all()
        assert not back[:, :, 1::2].any()


def test_complex_numbers_have_no_largest_but_an_average():
    x = np.array([[[1 + 2j, 3 - 4j]]])
    with pytest.raises(refconv.DTypeError, match="no largest"):
        refconv.max_pool1d(x, 2)
    assert refconv.avg_pool1d(x, 2).item() == 2 - 1j
    assert (refconv.avg_pool1d_backward(x[..., :1], x, 2) == 0.5 + 1j).all()


def test_objects_stay_on_the_callers_thread(monkeypatch):
    monkeypatch.setattr(pool_pieces, "PIXELS_AT_ONCE", 2)
    seen = set()

    class Witness(Fraction):
        def __add__(self, other):
            seen.add(threading.get_ident())
            return Witness(Fraction(self) + other)

        def __gt__(self, other):
            seen.add(threading.get_ident())
            return Fraction(self) > other

    x = np.array([Witness(n) for n in range(12)], object).reshape(1, 2, 6)
    with engine(threads=4):
        assert refconv.max_pool1d(x, 2).ravel().tolist() == [1, 3, 5, 7, 9, 11]
        assert refconv.max_pool1d_backward(np.ones((1, 2, 3)), x, 2).sum() == 6
        refconv.avg_pool1d(x, 2)
        refconv.avg_pool1d_backward(x[..., ::2], x, 2)
    assert seen == {threading.get_ident()}


def test_a_piece_is_padded_as_far_as_its_windows_reach():
    plan = Geometry(1, 1, 1, (Axis(9, 3, s=2, d=2, lo=2, hi=2),))
    layout = Layout("WNC", "NCW")
    for start in range(plan.output_size[0]):
        piece = pool_pieces.Piece(plan, layout, (slice(start, start + 1), slice(0, 1), slice(0, 1)))
        ((position, axis),) = piece.steps
        assert position == 0
        assert axis.out == 1
        assert axis.n == piece.pixels[0].stop - piece.pixels[0].start


@pytest.mark.parametrize("threads", [1, 64])
def test_workspace_stays_bounded_on_any_number_of_threads(threads):
    with engine(threads=threads):
        for shape, options in (
            ((1, 16, 512, 512), {"kernel_size": 3, "stride": 1, "padding": 1}),
            ((1, 16, 512, 512), {"kernel_size": 2}),
            ((1, 4, 1024, 1024), {"kernel_size": 1024}),
            ((1, 1, 2**22), {"kernel_size": 2}),
        ):
            x = np.ones(shape, np.float32)
            y = refconv.max_pool(x, **options)
            assert workspace(lambda: refconv.max_pool(x, **options)) < 64 * MIB  # noqa: B023
            assert workspace(lambda: refconv.max_pool_backward(y, x, **options)) < 64 * MIB  # noqa: B023
            assert workspace(lambda: refconv.avg_pool(x, **options)) < 64 * MIB  # noqa: B023
            assert workspace(lambda: refconv.avg_pool_backward(y, x, **options)) < 64 * MIB  # noqa: B023
