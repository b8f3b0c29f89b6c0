"""SciPy's correlations, which know nothing of ours: signal (three sizes of output), ndimage (borders), upfirdn.

Integers are compared with ``==``, floats within a derived bound. A dilated kernel is for SciPy one filled with zeros, a
strided result every s-th of the unstrided one, channels a sum.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

import refconv
from refconv.algorithms.certified import kappa
from refconv.arithmetic import causal_padding, effective_kernel_size, full_padding
from tests import bounds
from tests.draw import from_rng

pytest.importorskip("scipy", reason="SciPy is not installed")
from scipy import ndimage, signal

pytestmark = pytest.mark.scipy

RANKS = (1, 2, 3)
BORDERS = {"zeros": "constant", "reflect": "mirror", "replicate": "nearest", "circular": "wrap"}
MODES = ("full", "valid", "same")


def drawn(seed, rank, repeats):
    """Yield sets of parameters, every one of them drawn per axis, and a source of their arrays."""
    rng = np.random.default_rng(seed)
    integer = from_rng(rng)
    for _ in range(repeats):
        k = [integer(1, 4) for _ in range(rank)]
        d = [integer(1, 3) for _ in range(rank)]
        spans = [effective_kernel_size(*each) for each in zip(k, d, strict=True)]
        n = [span + integer(0, 9 // rank) for span in spans]
        s = [integer(1, 3) for _ in range(rank)]
        groups, channels, filters = integer(1, 2), integer(1, 2), integer(1, 2)
        shapes = (integer(1, 2), groups * channels, *n), (groups * filters, channels, *k)
        yield shapes, {"stride": s, "dilation": d, "groups": groups}, spans, rng


def inflated(w, dilation, spans):
    filled = np.zeros((*w.shape[:2], *spans), w.dtype)
    filled[:, :, *(slice(None, None, d) for d in dilation)] = w
    return filled


def strided(a, steps):
    return a[..., *(slice(None, None, step) for step in steps)]


def stuffed(dy, steps, size):
    """Zeros between the samples of dy, and after them."""
    spread = np.zeros((*dy.shape[:2], *size), dy.dtype)
    spread[:, :, *(slice(0, step * n, step) for step, n in zip(steps, dy.shape[2:], strict=True))] = dy
    return spread


def by_channels(one, x, w, groups):
    """Sum SciPy's result of one plane and one kernel over the channels of each filter's group."""
    per, filters = w.shape[1], w.shape[0] // groups
    return np.array(
        [[sum(one(plane[o // filters * per + c], w[o, c]) for c in range(per)) for o in range(len(w))] for plane in x]
    )


def integers(rng, *shapes):
    return [rng.integers(-9, 10, shape) for shape in shapes]


@pytest.mark.parametrize(("mode", "rank"), list(product(MODES, RANKS)))
def test_signal_correlate(mode, rank):
    for (x_shape, w_shape), options, spans, rng in drawn(rank, rank, 120):
        x, w, b = integers(rng, x_shape, w_shape, w_shape[:1])
        kernel = inflated(w, options["dilation"], spans)
        theirs = by_channels(
            lambda plane, taps: signal.correlate(plane, taps, mode, method="direct"), x, kernel, options["groups"]
        )
        # "same" is the middle of "full", and where there are two, the one with more zeros before
        padding = [(span // 2, (span - 1) // 2) for span in spans] if mode == "same" else mode
        ours = refconv.conv(x, w, b, padding=padding, **options)
        assert (ours == strided(theirs, options["stride"]) + b.reshape(-1, *(1,) * rank)).all()


@pytest.mark.parametrize("rank", RANKS)
def test_same_lower_is_signals_same(rank):
    for (x_shape, w_shape), options, spans, rng in drawn(10 + rank, rank, 60):
        x, w = integers(rng, x_shape, w_shape)
        kernel = inflated(w, options["dilation"], spans)
        theirs = by_channels(
            lambda plane, taps: signal.correlate(plane, taps, "same", method="direct"), x, kernel, options["groups"]
        )
        assert (refconv.conv(x, w, padding="same_lower", **options | {"stride": 1}) == theirs).all()


@pytest.mark.parametrize("rank", RANKS)
def test_gradients_are_convolutions(rank):
    for (x_shape, w_shape), options, spans, rng in drawn(20 + rank, rank, 80):
        x, w = integers(rng, x_shape, w_shape)
        (dy,) = integers(rng, refconv.conv(x, w, **options).shape)
        dx, dw, _ = refconv.conv_backward(dy, x, w, **options)
        groups, steps = options["groups"], options["dilation"]
        unstrided = [n - span + 1 for n, span in zip(x_shape[2:], spans, strict=True)]
        upstream = stuffed(dy, options["stride"], unstrided)
        per, filters = w_shape[1], w_shape[0] // groups
        kernel = inflated(w, steps, spans)
        for n, c in np.ndindex(*x_shape[:2]):
            mine = range(c // per * filters, (c // per + 1) * filters)
            full = sum(signal.convolve(upstream[n, o], kernel[o, c % per], method="direct") for o in mine)
            assert (dx[n, c] == full).all()
        for o, c in np.ndindex(*w_shape[:2]):
            channel = o // filters * per + c
            lags = sum(signal.correlate(x[n, channel], upstream[n, o], "valid", method="direct") for n in range(len(x)))
            assert (dw[o, c] == strided(lags, steps)).all()


@pytest.mark.parametrize(("mode", "rank"), list(product(BORDERS, RANKS)))
def test_ndimage_correlate(mode, rank):
    for (x_shape, w_shape), options, spans, rng in drawn(30 + rank, rank, 100):
        x, w = integers(rng, x_shape, w_shape)
        lo = [int(rng.integers(0, min(span, n))) for span, n in zip(spans, x_shape[2:], strict=True)]
        # reflection reaches n - 1 beyond either end, and what is not before is after
        lo = [max(before, span - n) for before, span, n in zip(lo, spans, x_shape[2:], strict=True)]
        padding = [(before, span - 1 - before) for before, span in zip(lo, spans, strict=True)]
        how = {"mode": BORDERS[mode], "origin": [before - span // 2 for before, span in zip(lo, spans, strict=True)]}
        theirs = strided(
            by_channels(
                lambda plane, taps, how=how: ndimage.correlate(plane.astype(float), taps.astype(float), **how),
                x,
                inflated(w, options["dilation"], spans),
                options["groups"],
            ),
            options["stride"],
        )
        ours = refconv.conv(x, w, padding=padding, padding_mode=mode, **options)
        assert (ours == theirs).all()
        # linear in x and in w: SciPy's result, weighed, is what the gradients weigh their operands with
        (dy,) = integers(rng, ours.shape)
        dx, dw, _ = refconv.conv_backward(dy, x, w, padding=padding, padding_mode=mode, **options)
        assert (dy * theirs).sum() == (dx * x).sum() == (dw * w).sum()


@pytest.mark.parametrize("rank", RANKS)
def test_ndimages_reflect_is_none_of_ours_but_a_padding(rank):
    """It repeats the edge: NumPy's "symmetric"."""
    for (x_shape, w_shape), options, spans, rng in drawn(40 + rank, rank, 60):
        x, w = integers(rng, x_shape, w_shape)
        around = [(0, 0)] * 2 + [(span // 2, span - 1 - span // 2) for span in spans]
        theirs = by_channels(
            lambda plane, taps: ndimage.correlate(plane.astype(float), taps.astype(float), mode="reflect"),
            x,
            inflated(w, options["dilation"], spans),
            options["groups"],
        )
        ours = refconv.conv(np.pad(x, around, "symmetric"), w, **options)
        assert (ours == strided(theirs, options["stride"])).all()


@pytest.mark.parametrize("rank", RANKS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.complex128])
def test_fftconvolve(rank, dtype):
    """Two honest results are no further apart than both bounds together allow."""
    u = bounds.unit_roundoff(np.empty(0, dtype).real.dtype)
    for (x_shape, w_shape), options, spans, rng in drawn(50 + rank, rank, 60):
        x, w = (rng.standard_normal(shape).astype(dtype) for shape in (x_shape, w_shape))
        if dtype is np.complex128:
            x, w = x + 1j * rng.standard_normal(x_shape), w + 1j * rng.standard_normal(w_shape)
        kernel = inflated(w, options["dilation"], spans)[:, :, *(slice(None, None, -1),) * rank]
        groups, per = options["groups"], w_shape[1]
        theirs = strided(
            by_channels(lambda plane, taps: signal.fftconvolve(plane, taps, "valid"), x, kernel, groups),
            options["stride"],
        )
        ours = refconv.conv(x, w, **options)
        assert ours.dtype == theirs.dtype == dtype
        own = bounds.gamma(w[0].size, dtype) * refconv.conv(np.abs(x), np.abs(w), **options)
        # radices 3, 5, 7, 11 err less than 8 u times the logarithm too; each axis' length is granted as if a power of 2
        levels = sum(int(n + span).bit_length() + 1 for n, span in zip(x_shape[2:], spans, strict=True))
        squares = refconv.conv(
            (np.abs(x) ** 2).sum(axis=tuple(range(2, rank + 2)), keepdims=True) ** 0.5,
            (np.abs(w) ** 2).sum(axis=tuple(range(2, rank + 2)), keepdims=True) ** 0.5,
            groups=groups,
        )
        assert (np.abs(ours - theirs) <= own + kappa(levels, per, u) * squares).all()


def test_a_complex_kernel_is_conjugated_by_scipy_only():
    for (x_shape, w_shape), options, spans, rng in drawn(60, 1, 60):
        (x, w), (p, q) = integers(rng, x_shape, w_shape), integers(rng, x_shape, w_shape)
        x, w = x + 1j * p, w + 1j * q
        kernel = inflated(w, options["dilation"], spans)
        theirs = by_channels(
            lambda plane, taps: signal.correlate(plane, taps, "valid", method="direct"), x, kernel, options["groups"]
        )
        assert (refconv.conv(x, w.conj(), **options) == strided(theirs, options["stride"])).all()


def test_upfirdn():
    """Zeros in between, a filter, every s-th kept: a transposed convolution and a strided one."""
    rng = np.random.default_rng(70)
    for _ in range(300):
        k, s, d = (int(v) for v in rng.integers(1, 5, 3))
        n = int(rng.integers(1, 12))
        x, w = integers(rng, (1, 1, n), (1, 1, k))
        taps = inflated(w, [d], [effective_kernel_size(k, d)])[0, 0]
        up = signal.upfirdn(taps, x[0, 0], up=s)
        ours = refconv.conv_transpose(x, w, stride=s, dilation=d)[0, 0]
        # whoever writes s outputs for each input writes s - 1 zeros at the end, or not
        assert (ours == up[: len(ours)]).all()
        assert not up[len(ours) :].any()
        down = signal.upfirdn(taps[::-1], x[0, 0], down=s)
        assert (refconv.conv(x, w, stride=s, dilation=d, padding="full")[0, 0] == down).all()


def test_lfilter_is_causal():
    for (x_shape, _), _, _, rng in drawn(80, 1, 100):
        k, d = (int(v) for v in rng.integers(1, 5, 2))
        x, w = integers(rng, (1, 1, x_shape[2]), (1, 1, k))
        taps = inflated(w, [d], [effective_kernel_size(k, d)])[0, 0]
        theirs = signal.lfilter(taps[::-1].astype(float), [1.0], x[0, 0].astype(float))
        assert (refconv.conv(x, w, dilation=d, padding="causal")[0, 0] == theirs).all()
        assert causal_padding(k, d) == (full_padding(k, d)[0], 0)


def test_a_wrong_convolution_is_noticed():
    """A kernel that is flipped, a padding on the other side: SciPy tells them from what is right."""
    flipped = moved = 0
    for shapes, options, spans, rng in drawn(90, 2, 40):
        x, w = integers(rng, *shapes)
        kernel = inflated(w, options["dilation"], spans)
        theirs = by_channels(
            lambda plane, taps: signal.correlate(plane, taps, "same", method="direct"), x, kernel, options["groups"]
        )
        unstrided = options | {"stride": 1}
        flipped += (refconv.conv(x, w[:, :, ::-1, ::-1], padding="same_lower", **unstrided) != theirs).any()
        moved += (refconv.conv(x, w, padding="same_upper", **unstrided) != theirs).any()
    assert flipped > 20
    assert moved > 5
