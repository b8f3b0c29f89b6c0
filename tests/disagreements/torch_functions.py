"""PyTorch: what is left after the thousands of calls of its own tier agree."""

from __future__ import annotations

import numpy as np

from tests.disagreements.elsewhere import printed
from tests.disagreements.model import Disagreement

__all__ = ["CASES"]


def lp_pool():
    import torch

    x = torch.tensor([[[1.0, 2.0, 3.0]]])
    return torch.nn.functional.lp_pool1d(x, 1, 2, ceil_mode=True)


def lp_pool_right():
    import refconv

    # p is 1: the sum of the window, which is two times the average of its two taps
    return 2 * refconv.avg_pool1d(np.array([[[1.0, 2.0, 3.0]]]), 2, padding=[(0, 1)])


def flops():
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    x, w = torch.ones(1, 4, 8, requires_grad=True), torch.ones(4, 1, 3, requires_grad=True)
    with FlopCounterMode(display=False) as counter:
        y = torch.nn.functional.conv1d(x, w, groups=4)
    forward = counter.get_total_flops()
    with FlopCounterMode(display=False) as counter:
        y.sum().backward()
    return {"forward": forward, "backward": counter.get_total_flops()}


def flops_right():
    from refconv.arithmetic.cost import backward_cost, convolution_cost
    from refconv.arithmetic.geometry import Axis, Geometry

    plan = Geometry(1, 4, 4, (Axis(8, 3),), groups=4)
    back = backward_cost(plan, bias=False)
    return {"forward": 2 * convolution_cost(plan, bias=False).macs, "backward": 2 * (back.dx.macs + back.dw.macs)}


HOLLOW = """
import torch
x = torch.zeros(1, 4, 1, 1, requires_grad=True)
y, indices = torch.nn.functional.max_pool2d(x, 2, 1, 1, 2, return_indices=True)
y.backward(torch.tensor([1.0, 10.0, 100.0, 1000.0]).reshape(1, 4, 1, 1))
"""

HOLLOW_SHOWN = """
import os
print("gradient", x.grad.flatten().tolist(), flush=True)
os._exit(0)  # memory beyond x.grad has been written to: free nothing
"""


def hollow():
    return printed(HOLLOW + HOLLOW_SHOWN)


def hollow_right():
    from refconv.dialects.torch import max_pool2d_backward

    dy = np.array([1.0, 10.0, 100.0, 1000.0]).reshape(1, 4, 1, 1)
    return f"gradient {max_pool2d_backward(dy, np.zeros((1, 4, 1, 1)), 2, 1, 1, 2).ravel().tolist()}"


CIRCULAR = """
import torch
y = torch.nn.functional.pad(torch.tensor([[[1.0, 2.0], [3.0, 4.0]]]), (2, -1), "circular")
"""

CIRCULAR_SHOWN = """
right = [[1, 1, 1], [3, 3, 3]]
print([[int(a) if a == b else "memory" for a, b in zip(*rows)] for rows in zip(y[0].tolist(), right)])
"""


def circular():
    return printed(CIRCULAR + CIRCULAR_SHOWN)


def circular_right():
    from refconv.dialects.torch import pad

    return str(pad(np.array([[[1, 2], [3, 4]]]), (2, -1), "circular")[0].tolist())


def average():
    import torch

    return torch.nn.functional.avg_pool3d(torch.ones(1, 1, 1, 1, 1), 2, 1, 1)


def average_right():
    from refconv.dialects.torch import avg_pool3d

    return avg_pool3d(np.ones((1, 1, 1, 1, 1)), 2, 1, 1)


CASES = (
    Disagreement(
        "torch_lp_pool_ceil_mode",
        "torch",
        "lp_pool: ceil_mode scales the last window",
        lp_pool,
        lp_pool_right,
        "Documented is the p-norm of the window, for p = 1 its sum. What is computed is the average of the samples "
        "that there are, times all taps.",
    ),
    Disagreement(
        "torch_flop_counter_groups",
        "torch",
        "FlopCounterMode: the backward pass of a grouped convolution",
        flops,
        flops_right,
        "dx and dw each take as many multiply-adds as y. For dw the counter counts every channel with every filter, "
        "as without groups.",
        "https://github.com/pytorch/pytorch/pull/183405",
    ),
    Disagreement(
        "torch_max_pool_hollow_windows",
        "torch",
        "max_pool: the gradient of windows of padding alone is written elsewhere",
        hollow,
        hollow_right,
        "Padding is minus infinity and no sample; with a dilation, a window may see nothing else. The index it gets, 2 "
        "here, is none of its channel's one sample, and the gradient is added there: to other channels' samples, and "
        "beyond the array (here 100 and 1000). max_pool3d may abort. The report linked is of the -inf in the result, "
        "which is right.",
        "https://github.com/pytorch/pytorch/issues/114216",
        shown=(HOLLOW + "x.grad").strip(),
        local=True,
    ),
    Disagreement(
        "torch_pad_circular_crop",
        "torch",
        "pad: circular, with a crop at the other end, returns uninitialised memory",
        circular,
        circular_right,
        "Negative padding crops, and what is left goes round: one sample a row. Of the three samples of a row the "
        "first is never written.",
        "https://github.com/pytorch/pytorch/issues/176254",
        shown=(CIRCULAR + "y").strip(),
        local=True,
    ),
    Disagreement(
        "torch_avg_pool3d_small_input",
        "torch",
        "avg_pool3d: refuses an input smaller than the window, whatever its padding",
        average,
        average_right,
        "The documented size of the result, (n + 2p - k) / s + 1, is 2 on every axis. avg_pool1d and avg_pool2d take "
        "such an input, and so does max_pool3d.",
    ),
)
