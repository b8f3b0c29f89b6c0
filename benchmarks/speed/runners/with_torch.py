"""PyTorch, by the functions that its own layers and its autograd end in."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch

from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import Inputs
from benchmarks.speed.runners import Work

__all__ = ["prepare", "start"]

aten = torch.ops.aten


def start(threads: int) -> str:
    """Use so many threads, record no gradients, and return the version."""
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    return str(torch.__version__)


def prepare(case: Case, kind: str, direction: str, given: Inputs) -> Work:
    """Return the operation on tensors over the same memory."""
    del kind
    x, w, dy = (None if a is None else torch.from_numpy(a) for a in (given.x, given.w, given.dy))
    forward = direction == "forward"
    run = _pool(case, x, dy, forward) if case.is_pool else _conv(case, x, w, dy, forward)
    return Work(run, lambda got: tuple(a.numpy() for a in (got[:2] if isinstance(got, tuple) else (got,))))


def _conv(case: Case, x: Any, w: Any, dy: Any, forward: bool) -> Any:
    how = ([case.s] * 2, [case.p] * 2, [case.d] * 2, case.op == "conv_transpose", [case.a] * 2, case.groups)
    if not forward:
        return partial(aten.convolution_backward, dy, x, w, None, *how, [True, True, False])
    if case.op == "conv":
        return partial(torch.conv2d, x, w, None, case.s, case.p, case.d, case.groups)
    return partial(torch.conv_transpose2d, x, w, None, case.s, case.p, case.a, case.groups, case.d)


def _pool(case: Case, x: Any, dy: Any, forward: bool) -> Any:
    sizes = ([case.k] * 2, [case.s] * 2, [case.p] * 2)
    if case.op == "avg_pool":
        average = torch.nn.functional.avg_pool2d
        return (
            partial(average, x, *sizes)
            if forward
            else partial(aten.avg_pool2d_backward, dy, x, *sizes, False, True, None)
        )
    if forward:
        return partial(torch.max_pool2d, x, *sizes)
    which = aten.max_pool2d_with_indices(x, *sizes)[1]  # kept from the forward pass, where autograd keeps it too
    return partial(aten.max_pool2d_with_indices_backward, dy, x, *sizes, [1, 1], False, which)
