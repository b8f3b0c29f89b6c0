"""Right kernels, plain and slow: look up what every tap reads, multiply, sum. The broken ones change one step.

x is (N, C, axes), w is (O, C/G, taps), transposed (C, O/G, taps), depthwise (C, M, taps).
"""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.steps import NOTHING, RIGHT_STEPS, Steps, call_of, same, split
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from steps import NOTHING, RIGHT_STEPS, Steps, call_of, same, split  # type: ignore[import-not-found, no-redef]

__all__ = [
    "NOTHING",
    "RIGHT_STEPS",
    "Steps",
    "call_of",
    "conv",
    "conv_transpose",
    "depthwise",
    "gradients",
    "same",
    "split",
]


def conv(x, w, b=None, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros", *, steps=RIGHT_STEPS):
    x_values, w_values = wide(*steps.operands(x, w))
    call, axes = steps.understood(call_of(x_values, w_values, stride, padding, dilation, groups, padding_mode))
    sizes = positive(steps.size(axis) for axis in axes)
    tables = [steps.table(axis, n, call.mode) for axis, n in zip(axes, sizes, strict=True)]
    y = correlate(x_values, w_values, tables, call.groups, steps)
    return steps.result(with_bias(y, b, call.groups, steps), x)


def conv_transpose(x, w, b=None, stride=1, padding=0, dilation=1, groups=1, output_padding=0, *, steps=RIGHT_STEPS):
    x_values, w_values = wide(*steps.operands(x, w))
    call = call_of(x_values, w_values, stride, padding, dilation, groups, "zeros", output_padding, transposed=True)
    call, axes = steps.understood(call)
    sizes = positive(steps.size_transposed(axis) for axis in axes)
    tables = [steps.table(axis._replace(n=n), axis.n) for axis, n in zip(axes, sizes, strict=True)]
    y = spread(x_values, w_values, tables, (w.shape[1] * call.groups, *sizes), call.groups, steps)
    return steps.result(with_bias(y, b, call.groups, steps), x)


def depthwise(x, w, b=None, stride=1, padding=0, dilation=1, padding_mode="zeros", *, steps=RIGHT_STEPS):
    filters = w.reshape(-1, 1, *w.shape[2:])
    return conv(x, filters, b, stride, padding, dilation, x.shape[1], padding_mode, steps=steps)


def positive(sizes):
    sizes = list(sizes)
    if min(sizes) < 1:
        raise ValueError("no output is left")
    return sizes


def bias_gradient(dy):
    return dy.sum(axis=(0, *range(2, dy.ndim)))


def gradients(
    dy,
    x,
    w,
    stride=1,
    padding=0,
    dilation=1,
    groups=1,
    padding_mode="zeros",
    *,
    dx=RIGHT_STEPS,
    dw=RIGHT_STEPS,
    db=bias_gradient,
):
    """The gradients of `conv`; dx and dw may take steps of their own."""
    call = call_of(x, w, stride, padding, dilation, groups, padding_mode)
    outputs = dy.shape[2:]

    def tables(steps, axes):
        return [steps.table(axis, n, padding_mode) for axis, n in zip(axes, outputs, strict=True)]

    _, w_for_dx = wide(*dx.operands(x, w))
    dx_tables = tables(dx, dx.understood(call)[1])
    to_x = spread(wide(dy)[0], w_for_dx, dx_tables, x.shape[1:], groups, dx)
    dw_tables = tables(dw, dw.understood(call)[1])
    to_w = weights_gradient(wide(dy)[0], wide(x)[0], w.shape, dw_tables, groups, dw)
    return dx.result(to_x, x), dw.result(to_w, x), RIGHT_STEPS.result(db(wide(dy)[0]), x)


def wide(*arrays):
    """The values in float64, or int64: sums of small integers are exact, others rounded once at the end."""
    return [a.astype(np.int64 if a.dtype.kind in "iu" else np.float64) for a in arrays]


def gather(x, tables):
    """Return what every tap of every window reads: (N, C, out, k) with out and k of each axis in turn."""
    windows = with_zeros(x)
    for index in reversed(range(len(tables))):
        windows = np.take(windows, tables[index], axis=2 + index)
    return windows


def with_zeros(x):
    """Add a zero at the end of each axis: what the position NOTHING, -1, shows."""
    return np.pad(x, [(0, 0), (0, 0)] + [(0, 1)] * (x.ndim - 2))


def correlate(x, w, tables, groups, steps: Steps = RIGHT_STEPS):
    windows = gather(x, tables)
    table = steps.channels(len(w), w.shape[1], groups)
    chosen = steps.rows(len(w), groups)
    y = [steps.product(windows[:, table[o]], w[chosen[o]]) for o in range(len(w))]
    return np.stack(y, axis=1)


def spread(y, w, tables, shape, groups, steps: Steps = RIGHT_STEPS):
    """The adjoint of `correlate`: write each y, times the kernel, where its window reads. `shape` is (C, axes)."""
    rank = len(tables)
    x = np.zeros((len(y), shape[0], *(n + 1 for n in shape[1:])), y.dtype)
    table, chosen = steps.channels(len(w), w.shape[1], groups), steps.rows(len(w), groups)
    samples = np.arange(len(y)).reshape(-1, *(1,) * (1 + 2 * rank))
    places = [t.reshape([1, 1] + [1] * 2 * i + list(t.shape) + [1] * 2 * (rank - 1 - i)) for i, t in enumerate(tables)]
    for o in range(len(w)):
        values = y[:, o].reshape(len(y), 1, *(n for out in y.shape[2:] for n in (out, 1)))
        weights = w[chosen[o]].reshape(1, w.shape[1], *(n for k in w.shape[2:] for n in (1, k)))
        to = table[o].reshape(-1, *(1,) * 2 * rank)
        np.add.at(x, (samples, to, *places), values * weights)
    for index, n in enumerate(shape[1:]):
        x = np.take(x, np.arange(n), axis=2 + index)  # without what fell on NOTHING
    return x


def weights_gradient(dy, x, w_shape, tables, groups, steps: Steps = RIGHT_STEPS):
    windows = gather(x, tables)
    table, chosen = steps.channels(w_shape[0], w_shape[1], groups), steps.rows(w_shape[0], groups)
    dw = np.zeros(w_shape, dy.dtype)
    outputs = range(2, windows.ndim, 2)
    for o in range(w_shape[0]):
        pairs = ((0, *outputs), range(dy.ndim - 1))
        dw[chosen[o]] += np.tensordot(windows[:, table[o]], dy[:, o], axes=pairs)
    return dw


def with_bias(y, b, groups, steps: Steps = RIGHT_STEPS):
    if b is None:
        return y
    return y + steps.bias(wide(b)[0], groups).reshape(-1, *(1,) * (y.ndim - 2))
