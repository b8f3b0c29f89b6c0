"""The engine's tiles: any size of workspace gives the same numbers, and the workspace stays bounded."""

from __future__ import annotations

import tracemalloc
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.ops import bands, columns, pool_pieces, roads, scattered, shifted, sums, threads
from refconv.ops.engine import ROADS
from refconv.ops.tiles import boxes, lengths, whole
from tests.draw import cases, draw_convolution, draw_pooling, draw_transposed
from tests.test_definition import check_convolution, check_pooling, check_transposed

MIB = 2**20


@given(st.lists(st.integers(1, 7), max_size=4), st.integers(0, 60))
def test_boxes_cover_a_shape_once(shape, limit):
    count = np.zeros(shape, int)
    sizes = []
    for box in boxes(whole(*shape), limit):
        count[box] += 1
        sizes.append(prod(lengths(box)))
    assert (count == 1).all()
    assert max(sizes) <= max(limit, 1)


def test_boxes_keep_the_last_axes_whole_and_cut_evenly():
    cuts = lambda shape, limit: [tuple((p.start, p.stop) for p in box) for box in boxes(whole(*shape), limit)]  # noqa: E731
    assert cuts((2, 3), 6) == [((0, 2), (0, 3))]
    assert cuts((2, 3), 5) == [((0, 1), (0, 3)), ((1, 2), (0, 3))]
    assert cuts((5,), 4) == [((0, 3),), ((3, 5),)]  # not 4 and 1
    assert cuts((2, 5), 4) == [((0, 1), (0, 3)), ((0, 1), (3, 5)), ((1, 2), (0, 3)), ((1, 2), (3, 5))]
    assert cuts((), 4) == [()]
    assert cuts((2, 0), 4) == []
    assert [box for (box,) in boxes((slice(3, 8),), 4)] == [slice(3, 6), slice(6, 8)]
    assert cuts((4, 2, 3), 12) == [((0, 2), (0, 2), (0, 3)), ((2, 4), (0, 2), (0, 3))]


SIZES = {
    columns: ("TILE_BYTES", "CACHED_BYTES", "SHARED_BYTES", "COLUMNS_ENOUGH", "TAPS_AT_ONCE", "WINDOWS_AT_LEAST"),
    bands: ("TILE_BYTES",),
    shifted: ("TILE_BYTES", "SHARED_BYTES", "RUN", "DOT", "DOTS"),
    scattered: ("TILE_BYTES", "RUNS_BYTES", "MANY_TAPS"),
    sums: ("KEPT_BYTES",),
    threads: ("PIECE_AT_LEAST",),
    pool_pieces: ("PIXELS_AT_ONCE",),
}


@pytest.fixture(params=[(1, 1, 1), (64, 3, 2), (200, 16384, 4), (1000, 5, 1)], ids=str)
def small_tiles(request, monkeypatch):
    """Set every size to one of three numbers: bytes, what is summed at once, and the rest."""
    size, taps, other = request.param
    numbers = {"TAPS_AT_ONCE": taps, "MANY_TAPS": other, "COLUMNS_ENOUGH": other, "WINDOWS_AT_LEAST": other, "DOTS": 1}
    for module, names in SIZES.items():
        for name in names:
            monkeypatch.setattr(module, name, numbers.get(name, size))
    monkeypatch.setattr(columns, "BLAS_SHARES", 2**60)
    forget()
    yield
    forget()


def forget():
    """Choose again: how work is cut is remembered by its plan."""
    for choice in (roads._forward, roads._weights, roads._backward):
        choice.cache_clear()


@pytest.mark.usefixtures("small_tiles")
class TestSmallTiles:
    """With tiles of a few elements every loop of the engine turns many times."""

    def test_convolution(self):
        rng = np.random.default_rng(0)
        for _ in range(60):
            check_convolution(draw_convolution(lambda low, high: int(rng.integers(low, high + 1))))

    def test_transposed(self):
        rng = np.random.default_rng(1)
        for _ in range(60):
            check_transposed(draw_transposed(lambda low, high: int(rng.integers(low, high + 1))))

    def test_pooling(self):
        rng = np.random.default_rng(2)
        for _ in range(20):
            check_pooling(draw_pooling(lambda low, high: int(rng.integers(low, high + 1))))

    def test_wide_integers_and_half_precision(self):
        rng = np.random.default_rng(3)
        x, w = rng.integers(-(2**40), 2**40, (1, 2, 5, 5)), rng.integers(-(2**18), 2**18, (3, 2, 2, 3))
        want = refconv.algorithms.conv2d(x, w, [1, 2, 3], padding=1)
        assert (refconv.conv2d(x, w, [1, 2, 3], padding=1) == want).all()
        x, w = (rng.integers(-9, 10, shape).astype(np.float16) for shape in (x.shape, w.shape))
        got = refconv.conv2d_backward(refconv.conv2d(x, w), x, w)
        want = refconv.algorithms.conv2d_backward(refconv.conv2d(x, w), x, w)
        assert all((a == b).all() for a, b in zip(got, want, strict=True))


def workspace(call, *arrays):
    """Return the peak of what a call allocates beyond its result."""
    tracemalloc.start()
    try:
        results = call(*arrays)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    results = results if isinstance(results, tuple) else (results,)
    return peak - sum(r.nbytes for r in results if r is not None)


BIG = {
    # x, w, options, dtype: what would take an im2col matrix of many times 64 MiB
    "image": ((1, 8, 300, 300), (4, 8, 7, 7), {}, np.float64),
    "half": ((1, 8, 256, 256), (4, 8, 5, 5), {}, np.float16),
    "bytes": ((1, 8, 256, 256), (4, 8, 5, 5), {}, np.int8),
    "wide integers": ((1, 4, 300, 300), (4, 4, 5, 5), {}, np.int64),
    "long sequence": ((1, 1, 2**21), (1, 1, 31), {"dilation": 100}, np.float64),
    "reflected sequence": ((1, 1, 2**20), (1, 1, 9), {"padding": 500, "padding_mode": "reflect"}, np.float64),
    "depthwise": ((1, 256, 128, 128), (256, 1, 5, 5), {"groups": 256, "dilation": 3}, np.float64),
    "many filters": ((1, 512, 20, 20), (1024, 512, 3, 3), {"stride": 2}, np.float64),
    "kernel as large as the image": ((1, 1, 740, 740), (1, 1, 700, 700), {}, np.float64),
    "many groups": ((1, 4096, 4, 4), (8192, 64, 4, 4), {"groups": 64}, np.int8),
    "complex": ((1, 4, 700, 700), (4, 4, 3, 3), {}, np.complex128),
    "strided volume": ((1, 4, 64, 64, 64), (4, 4, 5, 5, 5), {"stride": (2, 1, 3)}, np.float32),
}


@pytest.mark.parametrize("name", BIG)
def test_workspace_stays_under_64_mib(name):
    x_shape, w_shape, options, dtype = BIG[name]
    rng = np.random.default_rng(0)
    wide = 2**25 if name == "wide integers" else 9
    x, w = (rng.integers(-wide, wide, shape).astype(dtype) for shape in (x_shape, w_shape))
    y = refconv.conv(x, w, **options)
    dy = np.ones(y.shape, dtype)
    assert workspace(lambda: refconv.conv(x, w, **options)) < 64 * MIB
    assert workspace(lambda: refconv.conv_backward(dy, x, w, **options)) < 64 * MIB


def test_workspace_of_transposed_kernels():
    """Kernels in another order are copied for each product: some filters at a time, not all of them."""
    x, w = np.ones((1, 768, 5, 5)), np.ones((3, 3, 768, 768))
    kw = {"padding": 1, "kernel_layout": "HWOI"}
    assert workspace(lambda: refconv.conv_transpose2d(x, w, **kw)) < 64 * MIB
    y = np.ones((1, 768, 5, 5))
    kw = {"padding": 1, "kernel_layout": "HWIO"}
    assert workspace(lambda: refconv.conv2d(x, w, **kw)) < 64 * MIB
    assert workspace(lambda: refconv.conv2d_backward(y, x, w, **kw)) < 64 * MIB


def test_workspace_of_large_sums_and_planes():
    dy = np.full((1, 1, 5 * 10**6), 2**51)
    x, w = np.ones((1, 1, 5 * 10**6), np.int8), np.ones((1, 1, 1), np.int8)
    with pytest.raises(refconv.IntegerOverflowError):
        refconv.conv1d_backward(dy, x, w)
    dy[..., ::2] *= -1
    assert workspace(lambda: refconv.conv1d_backward(dy, x, w)) < 64 * MIB
    line = np.ones((1, 1, 5 * 10**6))
    ends = np.ones((1, 1, 5 * 10**6 // 2))
    assert workspace(lambda: refconv.max_pool1d(line, 2)) < 64 * MIB
    assert workspace(lambda: refconv.max_pool1d_backward(ends, line, 2)) < 64 * MIB
    assert workspace(lambda: refconv.avg_pool1d(line, 2)) < 64 * MIB
    assert workspace(lambda: refconv.avg_pool1d_backward(ends, line, 2)) < 64 * MIB


def test_a_kernel_as_large_as_the_image_takes_a_step_a_window_not_a_step_a_tap():
    rng = np.random.default_rng(0)
    x, w = rng.integers(-9, 10, (1, 2, 600, 500)), rng.integers(-9, 10, (2, 2, 599, 499))
    dy = rng.integers(-9, 10, (1, 2, 2, 2))
    dx = refconv.conv2d_backward(dy, x, w, bias=False).dx
    want = sum(
        np.pad(np.tensordot(dy[0, :, i, j], w, 1), ((0, 0), (i, 1 - i), (j, 1 - j))) for i in range(2) for j in range(2)
    )
    assert (dx[0] == want).all()


def test_pooling_workspace_stays_bounded():
    x = np.ones((1, 64, 512, 512))
    y = refconv.max_pool2d(x, 3, stride=2)
    assert workspace(lambda: refconv.max_pool2d(x, 3, stride=2)) < 64 * MIB
    assert workspace(lambda: refconv.max_pool2d_backward(y, x, 3, stride=2)) < 64 * MIB
    assert workspace(lambda: refconv.avg_pool2d(x, 3, stride=2)) < 64 * MIB
    assert workspace(lambda: refconv.avg_pool2d_backward(y, x, 3, stride=2)) < 64 * MIB


@pytest.mark.parametrize("road", ROADS)
@given(cases(draw_convolution))
def test_floats_do_not_depend_on_the_tiles_beyond_rounding(road, case):
    x, w = case.normals(case.x_shape, case.w_shape)
    y = refconv.conv(x, w, **case.options)
    with pytest.MonkeyPatch.context() as patch, refconv.engine(road=road, threads=2):
        for module, names in SIZES.items():
            for name in names:
                patch.setattr(module, name, 100)
        forget()
        again = refconv.conv(x, w, **case.options)
    forget()
    magnitude = refconv.conv(np.abs(x), np.abs(w), **case.options)
    assert (np.abs(y - again) <= 2 * w[0].size * 2.0**-53 * 1.01 * magnitude).all()
