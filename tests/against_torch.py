"""Hold one drawn case against PyTorch: forward, backward and double backward, within the derived bound.

Both sides round, so they may differ by twice ``gamma_K sum |x w|``; the magnitude ``sum |x w|`` is the same operation
on absolute values. Nothing here is a chosen tolerance.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 - as everybody calls it

import refconv
from refconv.arithmetic.padding import terms_per_pixel
from refconv.ops import arguments
from refconv.ops.arguments import Options
from tests import bounds
from tests.draw import Case


def tensor(a, device):
    return torch.tensor(a, device=device, requires_grad=True)


def within(ours, theirs, magnitude, terms, what):
    """Assert that two results of `terms` rounded terms each can both be right."""
    theirs = theirs.detach().cpu().numpy()
    assert ours.shape == theirs.shape, (what, ours.shape, theirs.shape)
    bound = 2 * bounds.gamma(terms, ours.dtype) * magnitude
    worst = np.max(np.abs(ours - theirs) - bound, initial=-np.inf)
    assert worst <= 0, (what, worst)


def extend(x, padding):
    """Add zeros, then crop: PyTorch's own negative padding refuses to crop more than there was before."""
    x = F.pad(x, [max(side, 0) for pair in padding[::-1] for side in pair])
    for axis, (lo, hi) in enumerate(padding, start=2):
        x = x.narrow(axis, max(-lo, 0), x.shape[axis] - max(-lo, 0) - max(-hi, 0))
    return x


def pad(x, padding, mode):
    """Pad as PyTorch does where it can; where it cannot, by an index that NumPy's own padding makes."""
    if mode == "zeros":
        return extend(x, padding)
    sizes = x.shape[2:]
    reach = 1 if mode == "circular" else 0
    if all(0 <= side < n + reach for pair, n in zip(padding, sizes, strict=True) for side in pair):
        return F.pad(x, [side for pair in padding[::-1] for side in pair], mode=mode)
    numpy_mode = {"replicate": "edge", "circular": "wrap"}.get(mode, mode)
    for axis, (n, (lo, hi)) in enumerate(zip(sizes, padding, strict=True), start=2):
        index = np.pad(np.arange(n), (max(lo, 0), max(hi, 0)), numpy_mode)
        index = index[max(-lo, 0) : len(index) - max(-hi, 0)]
        x = x.index_select(axis, torch.tensor(index, device=x.device))
    return x


def check_convolution(case: Case, dtype=np.float64, device="cpu") -> None:
    options = case.options
    x, w, b, dy, u, v, t = case.normals(
        case.x_shape,
        case.w_shape,
        case.w_shape[:1],
        case.y_shape,
        case.x_shape,
        case.w_shape,
        case.w_shape[:1],
        dtype=dtype,
    )
    tx, tw, tb, tdy = (tensor(a, device) for a in (x, w, b, dy))
    convolve = getattr(F, f"conv{case.rank}d")
    padded = pad(tx, options["padding"], options["padding_mode"])
    ty = convolve(padded, tw, tb, options["stride"], 0, options["dilation"], options["groups"])
    taps, outputs = w[0].size, int(np.prod((case.y_shape[0], *case.y_shape[2:])))
    ax, aw, ab, ady, au, av = (np.abs(a) for a in (x, w, b, dy, u, v))
    within(refconv.conv(x, w, b, **options), ty, refconv.conv(ax, aw, ab, **options), taps + 1, "y")
    gradients = torch.autograd.grad(ty, (tx, tw, tb), tdy, create_graph=True)
    magnitudes = refconv.conv_backward(ady, ax, aw, **options)
    plan = arguments.convolution("conv", None, x, w, None, Options(**options)).plan
    reads = plan.group_filters * terms_per_pixel(plan)
    terms = (reads, outputs, outputs)
    for name, ours, theirs, magnitude, count in zip(
        ("dx", "dw", "db"), refconv.conv_backward(dy, x, w, **options), gradients, magnitudes, terms, strict=True
    ):
        within(ours, theirs, magnitude, count, name)
    # double backward: the gradients of <u, dx> + <v, dw> + <t, db> are convolutions again
    seeds = [torch.tensor(a, device=device) for a in (u, v, t)]
    for_dy, for_x, for_w = torch.autograd.grad(gradients, (tdy, tx, tw), seeds)
    ours = refconv.conv(u, w, t, **options) + refconv.conv(x, v, **options)
    magnitude = refconv.conv(au, aw, np.abs(t), **options) + refconv.conv(ax, av, **options)
    within(ours, for_dy, magnitude, 2 * taps + 2, "ddy")
    again, magnitudes = refconv.conv_backward(dy, u, v, **options), refconv.conv_backward(ady, au, av, **options)
    within(again.dx, for_x, magnitudes.dx, reads, "dx, double backward")
    within(again.dw, for_w, magnitudes.dw, outputs, "dw, double backward")


def check_transposed(case: Case, dtype=np.float64, device="cpu") -> None:
    """PyTorch crops both ends alike: the asymmetric rest is cut from, or added to, its uncropped result."""
    options = case.options
    x, w, b, dy, u, v, t = case.normals(
        case.x_shape,
        case.w_shape,
        case.y_shape[1:2],
        case.y_shape,
        case.x_shape,
        case.w_shape,
        case.y_shape[1:2],
        dtype=dtype,
    )
    tx, tw, tb, tdy = (tensor(a, device) for a in (x, w, b, dy))
    transpose = getattr(F, f"conv_transpose{case.rank}d")
    stride, dilation, groups, extra = (options[key] for key in ("stride", "dilation", "groups", "output_padding"))
    whole = transpose(tx, tw, None, stride, 0, extra, groups, dilation)
    ty = extend(whole, [(-lo, -hi) for lo, hi in options["padding"]])
    ty = ty + tb.reshape(-1, *(1,) * case.rank)
    taps, outputs = int(w[:, 0].size), int(np.prod((case.y_shape[0], *case.y_shape[2:])))
    ax, aw, ab, ady = (np.abs(a) for a in (x, w, b, dy))
    magnitude = refconv.conv_transpose(ax, aw, ab, **options)
    within(refconv.conv_transpose(x, w, b, **options), ty, magnitude, taps + 1, "y")
    gradients = torch.autograd.grad(ty, (tx, tw, tb), tdy, create_graph=True)
    magnitudes = refconv.conv_transpose_backward(ady, ax, aw, **options)
    terms = (w[0].size, outputs, outputs)
    for name, ours, theirs, size, count in zip(
        ("dx", "dw", "db"),
        refconv.conv_transpose_backward(dy, x, w, **options),
        gradients,
        magnitudes,
        terms,
        strict=True,
    ):
        within(ours, theirs, size, count, name)
    seeds = [torch.tensor(a, device=device) for a in (u, v, t)]
    for_dy, for_x, for_w = torch.autograd.grad(gradients, (tdy, tx, tw), seeds)
    au, av = np.abs(u), np.abs(v)
    ours = refconv.conv_transpose(u, w, t, **options) + refconv.conv_transpose(x, v, **options)
    magnitude = refconv.conv_transpose(au, aw, np.abs(t), **options) + refconv.conv_transpose(ax, av, **options)
    within(ours, for_dy, magnitude, 2 * taps + 2, "ddy")
    again = refconv.conv_transpose_backward(dy, u, v, **options)
    magnitudes = refconv.conv_transpose_backward(ady, au, av, **options)
    within(again.dx, for_x, magnitudes.dx, w[0].size, "dx, double backward")
    within(again.dw, for_w, magnitudes.dw, outputs, "dw, double backward")


def check_depthwise(case: Case, dtype=np.float64, device="cpu", multiplier=2) -> None:
    options = {key: value for key, value in case.options.items() if key != "groups"}
    channels = case.x_shape[1]
    w_shape, y_shape = (
        (channels, multiplier, *case.w_shape[2:]),
        (case.x_shape[0], channels * multiplier, *case.y_shape[2:]),
    )
    x, w, b, dy = case.normals(case.x_shape, w_shape, y_shape[1:2], y_shape, dtype=dtype)
    tx, tw, tb = (tensor(a, device) for a in (x, w, b))
    padded = pad(tx, options["padding"], options["padding_mode"])
    grouped = tw.reshape(channels * multiplier, 1, *w_shape[2:])
    ty = getattr(F, f"conv{case.rank}d")(padded, grouped, tb, options["stride"], 0, options["dilation"], channels)
    ax, aw, ab, ady = (np.abs(a) for a in (x, w, b, dy))
    magnitude = refconv.depthwise_conv(ax, aw, ab, **options)
    within(refconv.depthwise_conv(x, w, b, **options), ty, magnitude, w[0, 0].size + 1, "y")
    tdy = tensor(dy, device)
    gradients = torch.autograd.grad(ty, (tx, tw, tb), tdy, create_graph=True)
    outputs = int(np.prod((y_shape[0], *y_shape[2:])))
    plan = arguments.depthwise("conv", None, x, w, None, Options(**options, kernel_layout="CM*")).plan
    terms = (multiplier * terms_per_pixel(plan), outputs, outputs)
    magnitudes = refconv.depthwise_conv_backward(ady, ax, aw, **options)
    for name, ours, theirs, size, count in zip(
        ("dx", "dw", "db"),
        refconv.depthwise_conv_backward(dy, x, w, **options),
        gradients,
        magnitudes,
        terms,
        strict=True,
    ):
        within(ours, theirs, size, count, name)
    u, v = case.normals(x.shape, w.shape, dtype=dtype)
    seeds = [torch.tensor(a, device=device) for a in (u, v)]
    for_dy, for_x, for_w = torch.autograd.grad(gradients[:2], (tdy, tx, tw), seeds)
    au, av = np.abs(u), np.abs(v)
    ours = refconv.depthwise_conv(u, w, **options) + refconv.depthwise_conv(x, v, **options)
    magnitude = refconv.depthwise_conv(au, aw, **options) + refconv.depthwise_conv(ax, av, **options)
    within(ours, for_dy, magnitude, 2 * w[0, 0].size + 2, "ddy")
    again = refconv.depthwise_conv_backward(dy, u, v, **options)
    magnitudes = refconv.depthwise_conv_backward(ady, au, av, **options)
    within(again.dx, for_x, magnitudes.dx, terms[0], "dx, double backward")
    within(again.dw, for_w, magnitudes.dw, outputs, "dw, double backward")


def check_separable(case: Case, dtype=np.float64, device="cpu", filters=2) -> None:
    """Depthwise, then pointwise with groups, with both biases; PyTorch's two layers beside our one."""
    options = {key: value for key, value in case.options.items() if key != "groups"}
    channels, groups, rank = case.x_shape[1], case.options["groups"], case.rank
    shapes = {
        "x": case.x_shape,
        "w": (channels, 2, *case.w_shape[2:]),
        "p": (groups * filters, 2 * channels // groups, *(1,) * rank),
        "b": (2 * channels,),
        "c": (groups * filters,),
        "dy": (case.x_shape[0], groups * filters, *case.y_shape[2:]),
    }
    x, w, p, b, c, dy = case.normals(*shapes.values(), dtype=dtype)
    tx, tw, tp, tb, tc = (tensor(a, device) for a in (x, w, p, b, c))
    convolve = getattr(F, f"conv{rank}d")
    padded = pad(tx, options["padding"], options["padding_mode"])
    tz = convolve(
        padded, tw.reshape(2 * channels, 1, *w.shape[2:]), tb, options["stride"], 0, options["dilation"], channels
    )
    ty = convolve(tz, tp, tc, groups=groups)
    absolute = [np.abs(a) for a in (x, w, p, b, c)]
    magnitude = refconv.separable_conv(*absolute, groups=groups, **options)
    taps, mixed = w[0, 0].size + 1, p[0].size + 1
    within(refconv.separable_conv(x, w, p, b, c, groups=groups, **options), ty, magnitude, taps + mixed, "y")
    gradients = torch.autograd.grad(ty, (tx, tw, tp, tb, tc), torch.tensor(dy, device=device))
    ours = refconv.separable_conv_backward(dy, x, w, p, b, groups=groups, **options)
    sizes = refconv.separable_conv_backward(np.abs(dy), *absolute[:4], groups=groups, **options)
    outputs = int(np.prod((dy.shape[0], *dy.shape[2:])))
    plan = arguments.depthwise("conv", None, x, w, None, Options(**options, kernel_layout="CM*")).plan
    back = filters + 2 * terms_per_pixel(plan)  # through the pointwise step, then the depthwise one
    counts = (back, filters + outputs, taps + outputs, filters + outputs, outputs)
    for name, one, other, size, count in zip(ours._fields, ours, gradients, sizes, counts, strict=True):
        within(one, other, size, count, name)


def check_pooling(case: Case, dtype=np.float64, device="cpu") -> None:
    """PyTorch pads both ends alike, by at most half the kernel; average pooling there knows no dilation."""
    kernel, ceil_mode = case.options["kernel_size"], case.options["ceil_mode"]
    padding = tuple(min(lo, k // 2) for (lo, _), k in zip(case.options["padding"], kernel, strict=True))
    options = {**case.options, "padding": padding}
    (x,) = case.normals(case.x_shape, dtype=dtype)
    tx = tensor(x, device)
    ty = getattr(F, f"max_pool{case.rank}d")(
        tx, kernel, options["stride"], padding, options["dilation"], ceil_mode=ceil_mode
    )
    y = refconv.max_pool(x, **options)
    assert (y == ty.detach().cpu().numpy()).all()
    (dy,) = case.normals(y.shape, dtype=dtype)
    (tdx,) = torch.autograd.grad(ty, tx, torch.tensor(dy, device=device))
    magnitude = refconv.max_pool_backward(np.abs(dy), x, **options)
    taps = int(np.prod(kernel))
    within(refconv.max_pool_backward(dy, x, **options), tdx, magnitude, taps, "dx of max")
    options["dilation"] = 1
    for include in (True, False):
        ty = getattr(F, f"avg_pool{case.rank}d")(
            tx, kernel, options["stride"], padding, ceil_mode=ceil_mode, count_include_pad=include
        )
        y = refconv.avg_pool(x, **options, count_include_pad=include)
        magnitude = refconv.avg_pool(np.abs(x), **options, count_include_pad=include)
        within(y, ty, magnitude, taps + 1, "average")
        (dy,) = case.normals(y.shape, dtype=dtype)
        (tdx,) = torch.autograd.grad(ty, tx, torch.tensor(dy, device=device))
        magnitude = refconv.avg_pool_backward(np.abs(dy), x, **options, count_include_pad=include)
        within(refconv.avg_pool_backward(dy, x, **options, count_include_pad=include), tdx, magnitude, taps + 1, "dx")
