"""PyTorch's answers, forward, backward and double backward: on the CPU, and with ``-m gpu`` on a GPU."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional tier: pip install refconv[torch]")

import refconv  # noqa: E402
from tests import against_torch, draw  # noqa: E402

pytestmark = pytest.mark.torch
CHECKS = {
    "convolution": (draw.draw_convolution, against_torch.check_convolution),
    "transposed": (draw.draw_transposed, against_torch.check_transposed),
    "depthwise": (draw.draw_convolution, against_torch.check_depthwise),
    "separable": (draw.draw_convolution, against_torch.check_separable),
    "pooling": (draw.draw_pooling, against_torch.check_pooling),
}
DRAWN = {"cpu": 200, "cuda": 40}  # each new shape is planned for by cuDNN, which takes longer than computing it


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request, monkeypatch):
    if request.param == "cuda":
        if not torch.cuda.is_available():
            pytest.skip("there is no GPU")
        for backend in (torch.backends.cuda.matmul, torch.backends.cudnn):
            monkeypatch.setattr(backend, "allow_tf32", False)
    return request.param


@pytest.mark.parametrize("dtype", [np.float32, np.float64], ids=lambda d: d.__name__)
@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.parametrize("operation", CHECKS)
def test_drawn_cases(operation, rank, dtype, device, monkeypatch):
    if device == "cuda" and dtype is np.float32:
        # cuDNN may take Winograd's, which no bound on single elements covers: tests/test_gpu.py judges that
        monkeypatch.setattr(torch.backends.cudnn, "enabled", False)
    draw_one, check = CHECKS[operation]
    rng = np.random.default_rng(20261121 + rank)
    for _ in range(DRAWN[device]):
        check(draw_one(draw.from_rng(rng), rank), dtype, device)


def test_complex_gradients_are_pytorchs(device):
    rng = np.random.default_rng(0)
    x, w, b, dy = (
        rng.integers(-4, 5, shape) + 1j * rng.integers(-4, 5, shape)
        for shape in ((2, 4, 5, 6), (6, 2, 2, 3), (6,), (2, 6, 4, 4))
    )
    tx, tw, tb = (torch.tensor(a, device=device, requires_grad=True) for a in (x, w, b))
    ty = torch.nn.functional.conv2d(tx, tw, tb, groups=2)
    assert (refconv.conv2d(x, w, b, groups=2) == ty.detach().cpu().numpy()).all()
    ty.backward(torch.tensor(dy, device=device))
    for ours, theirs in zip(refconv.conv2d_backward(dy, x, w, groups=2), (tx, tw, tb), strict=True):
        assert (ours == theirs.grad.cpu().numpy()).all()


def test_two_pytorch_layers_are_one_separable_convolution():
    """A tutorial's DepthwiseSeparableDilatedConv2d(3, 64, 3, dilation=2) on (1, 3, 10, 10): it needs padding=2."""
    depthwise = torch.nn.Conv2d(3, 3, 3, dilation=2, padding=2, groups=3, dtype=torch.float64)
    pointwise = torch.nn.Conv2d(3, 64, 1, dtype=torch.float64)
    x = torch.randn(1, 3, 10, 10, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    theirs = pointwise(depthwise(x))
    weights = [p.detach().numpy() for p in (depthwise.weight, pointwise.weight, depthwise.bias, pointwise.bias)]
    ours = refconv.separable_conv2d(x.numpy(), *weights, padding=2, dilation=2)
    assert ours.shape == (1, 64, 10, 10)
    magnitude = refconv.separable_conv2d(np.abs(x.numpy()), *map(np.abs, weights), padding=2, dilation=2)
    against_torch.within(ours, theirs, magnitude, 9 + 1 + 3 + 1, "y")
    assert refconv.separable_conv2d(x.numpy(), *weights, dilation=2).shape == (1, 64, 6, 6)


def test_im2col_is_unfold():
    x = np.random.default_rng(0).integers(-9, 10, (2, 3, 7, 8)).astype(float)
    kw = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 3)}
    theirs = torch.nn.functional.unfold(torch.tensor(x), (3, 2), **kw)
    columns = refconv.im2col(x, (3, 2), **kw)
    assert (columns == theirs.numpy()).all()
    back = torch.nn.functional.fold(theirs, (7, 8), (3, 2), **kw)
    assert (refconv.col2im(columns, (7, 8), (3, 2), **kw) == back.numpy()).all()


def test_tensors_are_arrays_too():
    x, w = torch.ones(1, 1, 4), torch.ones(1, 1, 2)
    assert (refconv.conv1d(x, w) == 2).all()
    with pytest.raises(refconv.DTypeError, match="detach"):
        refconv.conv1d(x.requires_grad_(), w)
