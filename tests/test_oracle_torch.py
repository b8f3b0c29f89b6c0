"""PyTorch's own convolutions under the oracle: right kernels, never accused, in the time that was promised."""

from __future__ import annotations

from time import perf_counter

import numpy as np
import pytest

from refconv.oracle import check, identify, suite
from refconv.oracle.kernel import Kernel

pytestmark = pytest.mark.torch
torch = pytest.importorskip("torch")
F = pytest.importorskip("torch.nn.functional")

OPS = [f"{family}{rank}d" for family in ("conv", "conv_transpose") for rank in (1, 2, 3)]


@pytest.mark.parametrize("suite", ["default", "gradients", "precision"])
@pytest.mark.parametrize("op", OPS)
def test_pytorch_is_not_accused(op, suite):
    report = check(getattr(F, op), op, suite=suite)
    assert report.passed, str(report)
    assert report.diagnosis == ()
    assert min(report.results[of] for of in ("y", "dx", "dw", "db")) > 10


@pytest.mark.parametrize("precision", ["float64", "float16", "bfloat16"])
def test_pytorch_is_not_accused_in_other_types(precision):
    report = check(F.conv2d, "conv2d", precision=precision, gradients=precision == "float64")
    assert report.passed, str(report)


def test_the_default_suite_with_gradients_takes_less_than_twenty_seconds():
    start = perf_counter()
    report = check("torch.nn.functional:conv2d")
    assert perf_counter() - start < 20
    assert report.results["dw"] > 100


@pytest.mark.parametrize("of", ["y", "dx", "dw"])
@pytest.mark.parametrize("op", OPS)
def test_pytorch_is_identified(op, of):
    found = identify(getattr(F, op), op, of=of)
    assert found.right, str(found)
    assert found.seconds < 2


def test_a_module_and_a_wrapper_are_called_as_told():
    class Layer(torch.nn.Module):
        def forward(self, x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
            return F.conv2d(x, w, b, stride, padding, dilation, groups)

    assert check(Layer(), convention="torch", suite="quick").passed
    numpy_in_and_out = Kernel.of(lambda x, w, b=None, **how: tensor_conv(x, w, b, how), "conv2d")
    case = suite("quick", "conv2d")[1]
    arrays = case.arrays()
    y = numpy_in_and_out.call(case, arrays).results["y"]
    assert np.array_equal(y, case.truth("y", arrays).value)


def tensor_conv(x, w, b, how):
    return F.conv2d(*(None if a is None else torch.from_numpy(a) for a in (x, w, b)), **how)


def test_a_mistake_in_tensors_is_named():
    def flipped(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
        return F.conv2d(x, w.flip(3), b, stride, padding, dilation, groups)

    report = check(flipped, convention="torch", suite="quick")
    assert [cause.sentence for cause in report.diagnosis] == ["y, dx and dw: the kernel is flipped along W"]


@pytest.mark.gpu
def test_tf32_is_named_on_a_gpu():
    from refconv.oracle.calling_torch import Torch

    if not torch.cuda.is_available():
        pytest.skip("there is no GPU")
    kernel = Kernel.of(F.conv2d, "conv2d", convention="torch")
    kernel.convention = Torch("cuda")
    allowed = torch.backends.cudnn.allow_tf32
    try:
        torch.backends.cudnn.allow_tf32 = True
        case = next(c for c in suite("default", "conv2d") if c.fill == "odd12" and c.macs > 10**6)
        y = kernel.call(case, case.arrays()).results["y"]
        assert not np.array_equal(y, case.truth("y").rounded(np.float32))
    finally:
        torch.backends.cudnn.allow_tf32 = allowed
