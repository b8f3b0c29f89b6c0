"""PyTorch's words, held to their meaning without PyTorch: by hand, by loops, by NumPy's padding, as adjoints."""

from __future__ import annotations

import inspect
from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import refconv
from refconv.dialects import torch
from refconv.errors import ShapeError
from tests.draw import from_rng
from tests.torch_calls import NUMPY_MODES, count_of, draw_conv, draw_pad, draw_pool, draw_transposed, windows_of

CASES = 60


def drawn(draw, rank, count=CASES, seed=0):
    rng = np.random.default_rng([seed, rank])
    return [draw(from_rng(rng), rank) for _ in range(count)]


def dialect(stem, rank, end=""):
    return getattr(torch, f"{stem}{rank}d{end}")


def padded_by_numpy(x, call):
    """Return what the call's padding shows, and the call without it."""
    rank = call.rank
    sides = [(0, 0)] * (x.ndim - rank) + list(call.sides)
    shown = np.pad(x, sides, NUMPY_MODES[call.options.get("padding_mode", "zeros")])
    return shown, {key: value for key, value in call.plain.items() if key not in ("padding", "padding_mode")}


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_convolution_is_the_definition_of_what_numpy_pads(rank):
    for call in drawn(draw_conv, rank):
        x, w, b, dy = call.integers()
        shown, rest = padded_by_numpy(x, call)
        want = refconv.conv(shown if call.batched else shown[np.newaxis], w, b, **rest)
        y = dialect("conv", rank)(x, w, b, **call.options)
        assert y.shape == dy.shape
        assert (y == (want if call.batched else want[0])).all(), call


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_its_gradients_contract_to_the_same_sum(rank):
    for call in drawn(draw_conv, rank, seed=1):
        x, w, b, dy = call.integers()
        found = dialect("conv", rank, "_backward")(dy, x, w, **call.options)
        whole = (dy * dialect("conv", rank)(x, w, b, **call.options)).sum()
        bias = (found.db * b).sum()
        assert found.dx.shape == x.shape
        assert (found.dx * x).sum() + bias == (found.dw * w).sum() + bias == whole, call
        without = dialect("conv", rank, "_backward")(dy, x, w, **call.options, bias=False)
        assert without.db is None
        assert (without.dw == found.dw).all()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_convolution_is_the_adjoint(rank):
    for call in drawn(draw_transposed, rank):
        x, w, b, dy = call.integers()
        y = dialect("conv_transpose", rank)(x, w, None, *call.positional)
        assert y.shape == dy.shape
        same = {key: value for key, value in call.options.items() if key != "output_padding"}
        back = dialect("conv", rank)(dy, w, None, **same)
        assert (y * dy).sum() == (back[..., *map(slice, x.shape[-rank:])] * x).sum(), call
        found = dialect("conv_transpose", rank, "_backward")(dy, x, w, *call.positional)
        assert (found.dx * x).sum() == (found.dw * w).sum() == (y * dy).sum()
        assert (found.db == dy.sum(tuple(axis for axis in range(dy.ndim) if axis != dy.ndim - rank - 1))).all()
        assert (dialect("conv_transpose", rank)(x, w, b, **call.options) - y == b.reshape(-1, *(1,) * rank)).all()


def test_same_puts_an_odd_one_at_the_end_and_valid_is_none():
    assert torch.conv1d([[[1, 2, 4]]], [[[1, 10]]], None, 1, "same").tolist() == [[[21, 42, 4]]]
    assert torch.conv1d([[1, 2, 4]], [[[1, 10]]], padding="valid").tolist() == [[21, 42]]
    assert torch.conv2d(np.ones((1, 5, 6)), np.ones((1, 1, 4, 2)), padding="same", dilation=(1, 3)).shape == (1, 5, 6)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_max_pooling_by_hand(rank):
    hollow = 0
    for call in drawn(draw_pool, rank):
        x, _ = call.integers()
        options = {key: value for key, value in call.options.items() if key in call.max_words}
        y, where = dialect("max_pool", rank)(x, **options, return_indices=True)
        assert (y == dialect("max_pool", rank)(x, **options)).all()
        dy = np.random.default_rng(call.seed).integers(-9, 10, y.shape)
        dx = dialect("max_pool", rank, "_backward")(dy, x, **options)
        want_y, want_where, want_dx = np.empty_like(y), np.empty_like(where), np.zeros_like(dx)
        for index, window in windows_of(x, y.shape, call, dilated=True):
            best = max(window, key=lambda pixel: x[pixel], default=None)
            want_y[index] = np.iinfo(x.dtype).min if best is None else x[best]
            want_where[index] = -1 if best is None else np.ravel_multi_index(best[-rank:], x.shape[-rank:])
            if best is not None:
                want_dx[best] += dy[index]
            hollow += best is None
        assert (y == want_y).all(), call
        assert (where == want_where).all(), call
        assert (dx == want_dx).all(), call
    assert hollow, "some windows read nothing but padding"


def test_a_window_of_padding_alone_has_minus_infinity_and_no_gradient():
    x = np.array([[[3.0]], [[5.0]]])
    y, where = torch.max_pool2d(x, 2, 1, 1, 2, return_indices=True)
    assert y.ravel().tolist() == [-np.inf, -np.inf]
    assert where.ravel().tolist() == [-1, -1]
    assert not torch.max_pool2d_backward(np.ones((2, 1, 1)), x, 2, 1, 1, 2).any()
    half = torch.max_pool1d(np.ones((1, 2), np.float16), 2, 1, 1, 3)
    assert half.dtype == np.float16
    assert half.item() == -np.inf
    with pytest.raises(ShapeError, match=r"torch\.max_pool2d_backward: dy has the wrong shape"):
        torch.max_pool2d_backward(np.ones((2, 2, 1)), x, 2, 1, 1, 2)


def test_the_smallest_values_are_samples_too():
    for x in (np.full((1, 4), -np.inf), np.full((1, 4), np.iinfo(np.int8).min, np.int8), np.zeros((1, 4), bool)):
        y, where = torch.max_pool1d(x, 3, 2, 1, return_indices=True)
        assert (y == x[0, 0]).all()
        assert y.dtype == x.dtype
        assert where.tolist() == [[0, 1]]


def test_the_last_nan_of_a_window_is_where_pytorch_finds_it():
    x = np.array([[1, np.nan, 2, np.nan, 0]])
    y, where = torch.max_pool1d(x, 5, return_indices=True)
    assert np.isnan(y).all()
    assert where.item() == 3
    assert torch.max_pool1d_backward([[7.0]], x, 5).tolist() == [[0, 0, 0, 7, 0]]


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_average_pooling_by_hand(rank):
    for call in drawn(draw_pool, rank):
        x, _ = call.integers()
        options = {key: value for key, value in call.options.items() if key in call.average_words}
        y = dialect("avg_pool", rank)(x, **options)
        dy = np.random.default_rng(call.seed).integers(-9, 10, y.shape)
        dx = dialect("avg_pool", rank, "_backward")(dy, x, **options)
        want_dx = np.full(x.shape, Fraction(0))
        for index, window in windows_of(x, y.shape, call, dilated=False):
            divisor = options.get("divisor_override") or count_of(index, window, x.shape, call)
            assert y[index] == sum(int(x[pixel]) for pixel in window) / divisor, call
            for pixel in window:
                want_dx[pixel] += Fraction(int(dy[index]), divisor)
        terms = int(np.prod(call.kernel)) + 1
        size = dialect("avg_pool", rank, "_backward")(np.abs(dy), x, **options)
        assert (np.abs(dx - want_dx.astype(float)) <= (terms + 1) * 2.0**-53 * np.abs(size)).all(), call


def test_divided_sums_keep_refconvs_types():
    x = np.full((1, 2, 2), 2**53 + 1)
    assert torch.avg_pool2d(x, 2, divisor_override=3).item() == (2**55 + 4) / 3
    assert torch.avg_pool2d_backward(x[:, :1, :1], x, 2, divisor_override=3).max() == (2**53 + 1) / 3
    assert torch.avg_pool2d(np.ones((1, 2, 2), bool), 2, divisor_override=8).item() == 0.5
    for dtype in (np.float16, np.float32, np.complex64):
        y = torch.avg_pool2d(np.ones((1, 2, 2), dtype), 2, divisor_override=-4)
        assert y.dtype == dtype
        assert y.item() == -1
        dx = torch.avg_pool2d_backward(np.ones((1, 1, 1), dtype), np.ones((1, 2, 2), dtype), 2, divisor_override=4)
        assert dx.dtype == dtype
        assert (dx == 0.25).all()
    large = np.full((1, 2, 2), 60000, np.float16)
    assert torch.avg_pool2d(large, 2, divisor_override=8).item() == 30000, "its sum is no float16"
    dy = np.arange(1, 50, dtype=np.float16).reshape(1, 7, 7)
    once = torch.avg_pool2d_backward(dy.astype(np.float32), np.ones((1, 8, 8)), 2, 1, divisor_override=3)
    dx = torch.avg_pool2d_backward(dy, np.ones((1, 8, 8)), 2, 1, divisor_override=3)
    assert (dx == once.astype(np.float16)).all()
    fractions = torch.avg_pool2d(np.full((1, 2, 2), Fraction(1, 3)), 2, divisor_override=8)
    assert fractions.item() == Fraction(1, 6)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_pad_is_numpys_and_its_gradient_the_adjoint(rank):
    for call in drawn(draw_pad, rank, count=150):
        (x,) = call.integers()
        mode, crops = call.options.get("mode", "constant"), [(max(-lo, 0), max(-hi, 0)) for lo, hi in call.sides]
        kept = tuple(slice(lo, n - hi) for n, (lo, hi) in zip(x.shape[-rank:], crops, strict=True))
        within = x[..., *kept] if mode in ("circular", "constant") else x
        sides = [(0, 0)] * (x.ndim - rank) + [(max(lo, 0), max(hi, 0)) for lo, hi in call.sides]
        fill = {"constant_values": call.options.get("value") or 0} if mode == "constant" else {}
        want = np.pad(within, sides, NUMPY_MODES[mode], **fill)
        if within is x:
            around = tuple(slice(lo, n - hi) for n, (lo, hi) in zip(want.shape[-rank:], crops, strict=True))
            want = want[..., *around]
        y = torch.pad(x, **call.options)
        assert y.dtype == x.dtype
        assert y.shape == want.shape
        assert (y == want).all(), call
        dy = np.random.default_rng(call.seed).integers(-9, 10, y.shape)
        dx = torch.pad_backward(dy, x, **call.options)
        shift = torch.pad(np.zeros_like(x), **call.options)  # a value other than 0 makes it affine
        assert (dx * x).sum() == (dy * (y - shift)).sum(), call
        assert dx.shape == x.shape


def test_pad_edges():
    assert torch.pad([1, 2], []).tolist() == [1, 2]
    assert torch.pad(np.ones((0, 3)), (1, 1)).shape == (0, 5)
    assert torch.pad([1, 2, 3, 4], (-2, -2)).shape == (0,)
    assert torch.pad([[[0, 1, 2, 3]]], (2, -1), "circular").tolist() == [[[1, 2, 0, 1, 2]]]
    assert torch.pad([[1, 2]], (2, -1), "circular").tolist() == [[1, 1, 1]]
    assert torch.pad([[[0, 1, 2, 3]]], (3, -6), "reflect").tolist() == [[[3]]]
    assert torch.pad([[[1, 2, 3]]], (3, -1), "circular").tolist() == [[[2, 1, 2, 1, 2]]]
    assert torch.pad([1, 2], (1, 0), value=np.float32(3)).tolist() == [3, 1, 2]
    assert torch.pad(np.ones(1, np.float16), (1, 0), value=1e6).tolist() == [np.inf, 1]
    assert torch.pad(np.ones(1, object), (1, 0), value=10**29).tolist() == [10**29, 1]
    assert torch.pad(np.ones(1, complex), (1, 0), value=1j).tolist() == [1j, 1]
    x = np.arange(3).reshape(1, 3)
    for mode in ("constant", "replicate", "circular"):
        torch.pad(x, (0, -1), mode)[0, 0] = 9
    assert x[0, 0] == 0, "never a view of the input"


@given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 2), st.integers(0, 2), st.integers(1, 3), st.booleans())
def test_unfold_and_fold_are_im2col_and_its_adjoint(k, s, d, p, extra, batched):
    x = np.random.default_rng(k * 9 + s).integers(-9, 10, (2, 3, 6 + extra, 8))
    x = x if batched else x[0]
    how = ((k, 2), (d, 1), (p, 1), (s, 2))
    columns = torch.unfold(x, *how)
    want = refconv.im2col(x if batched else x[np.newaxis], (k, 2), (s, 2), (p, 1), (d, 1))
    assert (columns == (want if batched else want[0])).all()
    u = np.random.default_rng(s).integers(-9, 10, columns.shape)
    back = torch.fold(u, x.shape[-2:], *how)
    assert back.shape == x.shape
    assert (u * columns).sum() == (back * x).sum()


def test_one_number_or_a_sequence_of_one_stands_for_all_axes():
    x, w = np.random.default_rng(0).integers(-9, 10, (2, 5, 6)), np.ones((1, 2, 2, 2), int)
    want = torch.conv2d(x, w, None, 2, 1)
    assert (torch.conv2d(x, w, None, (2,), [1]) == want).all()
    assert (torch.conv2d(x, w, None, np.array([2, 2]), np.int64(1)) == want).all()
    assert (torch.max_pool2d(x, (2,)) == torch.max_pool2d(x, 2, 2)).all()


def test_inputs_are_not_written_and_empty_batches_work():
    x = np.ones((0, 2, 4))
    assert torch.conv1d(x, np.ones((3, 2, 2))).shape == (0, 3, 3)
    assert torch.max_pool1d(x, 2, return_indices=True)[1].shape == (0, 2, 2)
    assert torch.avg_pool1d(x, 2).shape == (0, 2, 2)
    frozen = np.arange(8.0).reshape(1, 8)
    frozen.flags.writeable = False
    torch.max_pool1d(frozen, 3, 1, 1, return_indices=True)
    torch.pad(frozen, (1, 1), "circular")


FUNCTIONS = sorted(torch.__all__)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_is_documented(name):
    function = getattr(torch, name)
    text = inspect.getdoc(function)
    for section in ("Parameters", "Returns", "Raises", "Examples"):
        assert f"{section}\n{'-' * len(section)}" in text, section
    assert "{" not in text.replace('{"zeros"', "").replace('{"constant"', "").replace(
        r"\frac{1}{count(i)}", ""
    ).replace(r"\sum_{", "").replace(r"\max_{", "")
    section = text.split("Parameters\n----------\n")[1].split("\n\nReturns\n")[0]
    heads = [line.split(" : ")[0] for line in section.splitlines() if line and not line.startswith(" ")]
    assert {part.strip() for head in heads for part in head.split(",")} == set(inspect.signature(function).parameters)


def test_gradients_have_a_partner_each():
    forward = {name for name in FUNCTIONS if not name.endswith("_backward")} - {"fold", "unfold"}
    assert {f"{name}_backward" for name in forward} == set(FUNCTIONS) - forward - {"fold", "unfold"}
    stems = ("conv", "conv_transpose", "max_pool", "avg_pool")
    assert {f"{stem}{rank}d" for stem, rank in product(stems, (1, 2, 3))} == forward - {"pad"}
