"""PyTorch on CUDA under the oracle's policies, and TF32 called by its name; the same program on the CPU."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the optional tier: pip install refconv[torch]")

from refconv.oracle import suite, truth  # noqa: E402
from tests import gpu_verification as verification  # noqa: E402
from tests.gpu_page import NOT_RUN, page  # noqa: E402
from tests.gpu_verification import MODES, OPS, Tally, layouts_of, tf32_verdict, verify  # noqa: E402

CALLS = [(mode, op, layout) for mode in MODES for op in OPS for layout in layouts_of(op)]


@pytest.fixture
def gpu():
    if not torch.cuda.is_available():
        pytest.skip("there is no GPU")
    return "cuda"


@pytest.mark.gpu
@pytest.mark.parametrize(("mode", "op", "layout"), CALLS)
def test_a_gpu_stays_within_the_bounds(mode, op, layout, gpu):
    tally = verify(op, mode, layout, gpu)
    assert not tally.failures, "\n".join(tally.failures)
    assert min(tally.results[of] for of in ("y", "dx", "dw", "db")) > 20
    assert tally.largest <= 1


@pytest.mark.gpu
@pytest.mark.parametrize("layout", verification.LAYOUTS)
@pytest.mark.parametrize("op", ["conv2d", "conv_transpose2d"])
@pytest.mark.parametrize("mode", MODES)
def test_long_sums_on_a_gpu_stay_within_the_bounds(mode, op, layout, gpu):
    tally = verify(op, mode, layout, gpu, "precision", gradients=False)
    assert not tally.failures, "\n".join(tally.failures)


@pytest.mark.gpu
def test_tf32_is_named_when_it_is_on_and_only_then(gpu):
    assert tf32_verdict(gpu, allowed=False) == ()
    if not verification.has_tf32(gpu):
        pytest.skip("this GPU has no TF32")
    assert tf32_verdict(gpu, allowed=True) == ("the inputs were rounded to TF32",)


def rounded_to_tf32(tensor):
    """Round to 11 bits, to nearest even, and let gradients through."""
    bits = tensor.detach().contiguous().view(torch.int32)
    bits = (bits + 0xFFF + ((bits >> 13) & 1)) & ~0x1FFF
    return tensor + (bits.view(torch.float32) - tensor).detach()


@pytest.mark.torch
def test_on_the_cpu_nothing_is_accused_and_tf32_is_named_if_it_were_there(monkeypatch):
    assert tf32_verdict("cpu", allowed=True) == ()
    conv2d = torch.nn.functional.conv2d

    def tensor_cores(x, w, *rest):
        large = x.shape[1] >= 64  # small ones are not worth starting them
        return conv2d(*(rounded_to_tf32(each) if large else each for each in (x, w)), *rest)

    monkeypatch.setattr(torch.nn.functional, "conv2d", tensor_cores)
    assert tf32_verdict("cpu", allowed=True) == ("the inputs were rounded to TF32",)


@pytest.mark.torch
@pytest.mark.parametrize("layout", verification.LAYOUTS)
@pytest.mark.parametrize("mode", ["float32, TF32 off", "float32, TF32 on", "bfloat16"])
@pytest.mark.parametrize("op", ["conv2d", "conv_transpose3d"])
def test_the_program_on_the_cpu(op, mode, layout):
    tally = verify(op, mode, layout, "cpu")
    assert tally.failures == []
    assert sum(tally.took.values()) == sum(tally.results.values()) > 100
    assert 0 < tally.largest <= 1


@pytest.mark.torch
def test_the_layout_is_what_the_kernel_gets(monkeypatch):
    seen = []
    conv2d = torch.nn.functional.conv2d
    monkeypatch.setattr(torch.nn.functional, "conv2d", lambda x, *rest: (seen.append(x.stride()), conv2d(x, *rest))[1])
    case = suite("quick", "conv2d")[1]
    for layout in verification.LAYOUTS:
        verification.kernel_of("conv2d", layout, "cpu").call(case, case.arrays())
    assert seen[0] != seen[-1]


@pytest.mark.torch
def test_the_switches_are_put_back():
    from torch.backends import cuda, cudnn

    before = cudnn.allow_tf32, cuda.matmul.allow_tf32
    with verification.computing(MODES["float32, TF32 on"]):
        assert cudnn.allow_tf32
        assert cuda.matmul.allow_tf32
    assert (cudnn.allow_tf32, cuda.matmul.allow_tf32) == before


@pytest.mark.torch
def test_a_wrong_result_is_a_failure():
    case = next(case for case in suite("quick", "conv2d") if case.fill == "normal")
    true, tally = case.truth(), Tally()
    verification.judge(tally, case, "y", true.rounded(np.float32), true)
    assert tally.took == {"direct": 1}
    verification.judge(tally, case, "y", true.rounded(np.float32) * np.float32(1.01), true)
    verification.judge(tally, case, "y", true.rounded(np.float32)[1:], true)
    verification.judge(tally, case, "y", "out of memory", true)
    assert len(tally.failures) == 3
    assert "out of memory" in tally.failures[2]


@pytest.mark.torch
def test_a_transformed_result_passes_as_what_it_is_where_there_can_be_a_transform():
    """A result whose errors are too large for a sum, but not for Winograd's, is counted as that."""
    x, w = np.zeros((1, 1, 6, 6), np.float32), np.ones((1, 1, 3, 3), np.float32)
    x[0, 0, 0, 0] = 1000
    true = truth("conv2d", x, w)
    y = true.rounded(np.float32)
    y[0, 0, 0, 1] += 2.0**-14  # that window sees no sample but zeros: no sum could err there
    made = {"op": "conv2d", "name": "made", "fill": "normal", "policy": "worst_case", "precision": "float32"}
    for options, passed in (({"stride": (1, 1)}, 1), ({"stride": (1, 2)}, 0), ({"dilation": (2, 1)}, 0)):
        case, tally = SimpleNamespace(**made, signs="any", shape_of=lambda of: y.shape, options=options), Tally()
        verification.judge(tally, case, "y", y, true)
        assert tally.took["direct"] == 0
        assert tally.took.total() == passed
        assert len(tally.failures) == 1 - passed


@pytest.mark.torch
def test_the_page_says_what_was_run_or_that_nothing_was():
    text = verification.PAGE.read_text(encoding="utf-8")
    assert text == NOT_RUN or "## The run" in text
    tally = Tally(largest=0.5, where="y of conv2d made")
    tally.results.update({"y": 1234})
    tally.took.update({"direct": 1230, "winograd": 4})
    tally.failures.append("dx of conv2d made: FAILED")
    made = page({"device": "Made up"}, {("float16", "contiguous"): tally}, {False: (), True: ("to TF32",)}, True, 61.4)
    for part in ("| device | Made up |", "61 seconds", "y 1,234", "direct 1,230, winograd 4", "0.500", "FAILED"):
        assert part in made
    assert "| off | nothing: it is float32 |\n| on | to TF32 |" in made
    assert "has no TF32" not in made
    assert "has no TF32" in page({}, {}, {False: (), True: ()}, False, 1.0)


@pytest.mark.torch
def test_without_a_gpu_the_program_says_so_and_leaves_the_page(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["gpu_verification.py"])
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    before = verification.PAGE.read_bytes()
    assert verification.main() == 2
    assert "no GPU" in capsys.readouterr().err
    assert verification.PAGE.read_bytes() == before


@pytest.mark.torch
def test_the_whole_program_runs(monkeypatch, capsys):
    """On the CPU, with one operation in place of six and bfloat16 in place of four modes."""
    monkeypatch.setattr("sys.argv", ["gpu_verification.py", "--device", "cpu"])
    monkeypatch.setattr(verification, "OPS", ("conv1d",))
    monkeypatch.setattr(verification, "MODES", {"bfloat16": MODES["bfloat16"]})
    assert verification.main() == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# PyTorch on a GPU")
    assert "| bfloat16 | contiguous |" in printed
    assert "This device has no TF32." in printed
