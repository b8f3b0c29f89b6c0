"""Hold PyTorch on a GPU against the oracle, and write docs/gpu-verification.md: ``python tests/gpu_verification.py``.

Four ways to compute (float32 with TF32 off and on, float16, bfloat16), two layouts in memory, forward and backward.
cuDNN chooses its algorithm by itself, so a result may pass as any summation of the products or, where that fails and
neither stride nor dilation forbids it, within the worst case of Winograd's F(2, 3) or of FFT convolution; the page
counts which it took. (That of F(4, 3) is so wide that one per cent passes; what it really errs by fits the others.)
``--device cpu`` runs the same on the CPU, prints the page and writes nothing.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from refconv.oracle import Truth, check, compare, suite
from refconv.oracle.calling import Refused
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.kernel import Kernel
from tests.gpu_page import page

PAGE = Path(__file__).resolve().parent.parent / "docs" / "gpu-verification.md"

OPS = tuple(f"{family}{rank}d" for family in ("conv", "conv_transpose") for rank in (1, 2, 3))
LAYOUTS = ("contiguous", "channels_last")
ALGORITHMS = ("direct", "winograd2", "fft")


class Mode(NamedTuple):
    """A way to compute: the oracle's name for it, and whether float32 products may be taken in TF32."""

    precision: str
    tf32: bool


MODES = {
    "float32, TF32 off": Mode("float32", tf32=False),
    "float32, TF32 on": Mode("tf32", tf32=True),
    "float16": Mode("float16", tf32=False),
    "bfloat16": Mode("bfloat16", tf32=False),
}


@dataclass
class Tally:
    """What came of the results of one mode and layout."""

    results: Counter[str] = field(default_factory=Counter)
    took: Counter[str] = field(default_factory=Counter)
    largest: float = 0.0
    where: str = ""
    failures: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Take over another one's results."""
        self.results += other.results
        self.took += other.took
        self.failures += other.failures
        if other.largest > self.largest:
            self.largest, self.where = other.largest, other.where


@contextmanager
def computing(mode: Mode) -> Iterator[None]:
    """Let PyTorch compute so; half types sum in float32 everywhere."""
    from torch.backends import cuda, cudnn

    flags = [
        (cudnn, "allow_tf32", mode.tf32),
        (cuda.matmul, "allow_tf32", mode.tf32),
        (cuda.matmul, "allow_fp16_reduced_precision_reduction", False),
        (cuda.matmul, "allow_bf16_reduced_precision_reduction", False),
    ]
    before = [getattr(owner, name) for owner, name, _ in flags]
    try:
        for owner, name, value in flags:
            setattr(owner, name, value)
        yield
    finally:
        for (owner, name, _), value in zip(flags, before, strict=True):
            setattr(owner, name, value)


def kernel_of(op: str, layout: str, device: str) -> Kernel:
    """Return PyTorch's function on a device, its operands put into a layout first."""
    import torch

    from refconv.oracle.calling_torch import Torch

    function = getattr(torch.nn.functional, op)
    orders = {4: torch.channels_last, 5: torch.channels_last_3d}

    def lie(tensor: Any) -> Any:
        return tensor.contiguous(memory_format=orders[tensor.ndim]) if layout == "channels_last" else tensor

    def conv(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):  # noqa: A002 - PyTorch's word
        return function(lie(input), lie(weight), bias, stride, padding, dilation, groups)

    def transpose(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):  # noqa: A002
        return function(lie(input), lie(weight), bias, stride, padding, output_padding, groups, dilation)

    kernel = Kernel.of(transpose if "transpose" in op else conv, op, convention="torch")
    kernel.convention = Torch(device)
    return kernel


@lru_cache(maxsize=2048)
def truth_of(op: str, precision: str, which: str, index: int, of: str) -> Truth:
    """Return what a result should be, once for all layouts."""
    return cases_of(op, precision, which)[index][0].truth(of)


@lru_cache(maxsize=64)
def cases_of(op: str, precision: str, which: str) -> list[tuple[Case, Arrays]]:
    """Return a suite's cases with their arrays."""
    return [(case, case.arrays()) for case in suite(which, op, precision=precision)]


def verify(op: str, mode: str, layout: str, device: str, which: str = "quick", *, gradients: bool = True) -> Tally:
    """Run a suite, forward and perhaps backward, and judge every result."""
    tally, kernel, precision = Tally(), kernel_of(op, layout, device), MODES[mode].precision
    with computing(MODES[mode]):
        for index, (case, arrays) in enumerate(cases_of(op, precision, which)):
            calls = [("y", ("y",))] + [("dx", ("dx", "dw", "db")[: 2 + case.bias])] * gradients
            for asked, wanted in calls:
                try:
                    outcome = kernel.call(case, arrays, asked)
                except Refused:
                    continue  # padding that differs between the sides, say
                for of in wanted:
                    true = truth_of(op, precision, which, index, of)
                    judge(tally, case, of, outcome.results.get(of, outcome.message), true)
    return tally


def judge(tally: Tally, case: Case, of: str, result: Any, true: Truth) -> None:
    """Count a result under the first algorithm whose bound it keeps, or as a failure."""
    name = f"{of} of {case.op} {case.name}"
    tally.results[of] += 1
    if getattr(result, "shape", None) != case.shape_of(of):
        tally.failures.append(f"{name}: {getattr(result, 'shape', result)}")
        return
    for algorithm in ALGORITHMS:
        direct = algorithm == "direct"
        if not direct and not transformable(case):
            continue
        how = {"precision": case.precision, "algorithm": algorithm, "signs": case.signs}
        if compare(result, true, policy=case.policy if direct else "worst_case", **how).passed:
            error = compare(result, true, policy="worst_case", **how).error
            tally.took[algorithm] += 1
            if error > tally.largest:
                tally.largest, tally.where = error, name
            return
    text = compare(result, true, precision=case.precision, policy=case.policy, signs=case.signs).text
    tally.failures.append(f"{name}: {' '.join(text.split())[:300]}")


def transformable(case: Case) -> bool:
    """Whether a transform may have computed it: neither stride nor dilation, and no NaN, which it would spread."""
    steps = (*case.options.get("stride", ()), *case.options.get("dilation", ()))
    return set(steps) <= {1} and not case.fill.startswith("nonfinite")


def widened(function: Callable[..., Any], device: str, samples: int = 256, channels: int = 64) -> Callable[..., Any]:
    """Return a 2-d convolution that is computed inside a large one, whose other samples and channels are zeros.

    The oracle's probes are sums of three products, for which a GPU would not use its tensor cores.
    """
    from torch.nn.functional import pad

    def more(tensor: Any, first: int, second: int) -> Any:
        extra = (0, max(second - tensor.shape[1], 0), 0, max(first - tensor.shape[0], 0))
        return pad(tensor, (0, 0, 0, 0, *extra))

    def conv2d(input, weight, bias=None, stride=1, padding=0, dilation=1):  # noqa: A002 - PyTorch's word
        x, w = more(input, samples, channels).to(device), more(weight, channels, channels).to(device)
        y = function(x, w, None, stride, padding, dilation).cpu()[: len(input), : len(weight)]
        return y if bias is None else y + bias.reshape(-1, 1, 1)

    return conv2d


def tf32_verdict(device: str, *, allowed: bool) -> tuple[str, ...]:
    """Return what the oracle says of float32 convolutions that may, or may not, use TF32: nothing, or what it is."""
    from torch.nn import functional

    same = {"padding": ((1, 1), (1, 1))}
    fills = ("odd12", "odd12_w", "normal", "uniform")
    cases = [Case("conv2d", (2, 3, 6, 6), (4, 3, 3, 3), same, bias=False, fill=fill) for fill in fills]
    with computing(Mode("float32", tf32=allowed)):
        kernel = widened(functional.conv2d, device)
        report = check(kernel, "conv2d", convention="torch", cases=cases, gradients=False, shrink=False)
    return tuple(cause.sentence for cause in report.diagnosis)


def has_tf32(device: str) -> bool:
    """Whether the device can compute in TF32."""
    import torch

    return device == "cuda" and torch.cuda.get_device_capability()[0] >= 8


def layouts_of(op: str) -> tuple[str, ...]:
    """Return the layouts that PyTorch has for an operation."""
    return LAYOUTS[:1] if op.endswith("1d") else LAYOUTS


def everything(device: str) -> dict[tuple[str, str], Tally]:
    """Return the tally of every mode and layout: the quick suite, and in two dimensions that of long sums."""
    tallies: dict[tuple[str, str], Tally] = {}
    for mode in MODES:
        for op in OPS:
            for layout in layouts_of(op):
                tally = tallies.setdefault((mode, layout), Tally())
                tally.add(verify(op, mode, layout, device))
                if op.endswith("2d"):
                    tally.add(verify(op, mode, layout, device, "precision", gradients=False))
                sys.stderr.write(f"{mode}, {layout}, {op}: {sum(tally.results.values())} results so far\n")
    return tallies


def versions(device: str) -> dict[str, str]:
    """Return what ran: the device and the versions."""
    import numpy as np
    import torch

    name = torch.cuda.get_device_name() if device == "cuda" else "CPU"
    return {
        "device": name,
        "PyTorch": str(torch.__version__),
        "CUDA": str(torch.version.cuda),
        "cuDNN": str(torch.backends.cudnn.version()),
        "NumPy": np.__version__,
        "Python": platform.python_version(),
    }


def main() -> int:
    """Run it all; write the page, or print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    device = parser.parse_args().device
    import torch

    if device == "cuda" and not torch.cuda.is_available():
        sys.stderr.write("there is no GPU here: nothing was run, and the page is as it was\n")
        return 2
    start = perf_counter()
    tallies = everything(device)
    verdicts = {allowed: tf32_verdict(device, allowed=allowed) for allowed in (False, True)}
    text = page(versions(device), tallies, verdicts, has_tf32(device), perf_counter() - start)
    if device == "cuda":
        PAGE.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    failed = any(tally.failures for tally in tallies.values()) or bool(verdicts[False])
    return int(failed or (has_tf32(device) and not any("TF32" in each for each in verdicts[True])))


if __name__ == "__main__":
    sys.exit(main())
