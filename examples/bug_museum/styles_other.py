"""Right transposed and depthwise convolutions."""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import RIGHT_STEPS, call_of
    from examples.bug_museum.shared import axes_of, finished, in_groups, last, padded, seen, summed, taps, windows_of
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import RIGHT_STEPS, call_of  # type: ignore[import-not-found, no-redef]
    from shared import axes_of, finished, in_groups, last, padded, seen, summed, taps, windows_of  # type: ignore[import-not-found, no-redef]


def transposed_axes(x, w, stride, padding, dilation, output_padding):
    call = call_of(x, w, stride, padding, dilation, 1, "zeros", output_padding, transposed=True)
    return RIGHT_STEPS.understood(call)[1]


def scatter(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    """Transposed: every tap writes x over a strided slice of the whole output, which is cropped in the end."""
    axes = transposed_axes(x, w, stride, padding, dilation, output_padding)
    whole = [(a.n - 1) * a.s + a.span for a in axes]
    parts = []
    for x_g, w_g in in_groups(groups, (summed(x), 1), (summed(w), 0)):
        y = np.zeros((len(x), w.shape[1], *whole), x_g.dtype)
        for m in taps(axes):
            at = [slice(i * a.d, i * a.d + (a.n - 1) * a.s + 1, a.s) for i, a in zip(m, axes, strict=True)]
            y[last(at)] += np.einsum("nc...,co->no...", x_g, w_g[last(m)])
        parts.append(cropped(y, axes))
    return finished(np.concatenate(parts, axis=1), x, b)


def cropped(y, axes):
    """Crop lo and hi - a; negative ones add zeros."""
    ends = [(a.lo, a.hi - a.a) for a in axes]
    y = np.pad(y, [(0, 0), (0, 0)] + [(max(-lo, 0), max(-hi, 0)) for lo, hi in ends])
    return y[last(slice(max(lo, 0), n - max(hi, 0)) for n, (lo, hi) in zip(y.shape[2:], ends, strict=True))]


def col2im(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
    """Transposed: a matrix product, whose columns are added up where they belong, sample by sample."""
    axes = transposed_axes(x, w, stride, padding, dilation, output_padding)
    outs = [RIGHT_STEPS.size_transposed(axis) for axis in axes]
    y = np.zeros((len(x), w.shape[1] * groups, *outs), summed(x).dtype)
    for g, (x_g, w_g) in enumerate(in_groups(groups, (summed(x), 1), (summed(w), 0))):
        filters = w_g.reshape(len(w_g), -1).T
        columns = (filters @ x_g.reshape(*x_g.shape[:2], int(np.prod(x.shape[2:])))).reshape(
            len(x), *w.shape[1:], *x.shape[2:]
        )
        for at in np.ndindex(*w.shape[2:], *x.shape[2:]):
            m, i = at[: len(axes)], at[len(axes) :]
            q = [RIGHT_STEPS.read(i_a, m_a, axis) for i_a, m_a, axis in zip(i, m, axes, strict=True)]
            if all(0 <= place < n for place, n in zip(q, outs, strict=True)):
                ours = slice(g * w.shape[1], (g + 1) * w.shape[1])
                y[(slice(None), ours, *q)] += columns[(slice(None), slice(None), *at)]
    return finished(y, x, b)


def depthwise_shifted(x, w, b=None, *, stride=1, padding=0, dilation=1, padding_mode="zeros"):
    """Depthwise: a sum over taps, all channels at once."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, v = padded(summed(x), axes, padding_mode), summed(w)
    y = sum(np.einsum("nc...,cm->ncm...", p[seen(p, axes, m)], v[last(m)]) for m in taps(axes))
    return finished(y.reshape(len(x), w.shape[0] * w.shape[1], *y.shape[3:]), x, b)


def depthwise_windows(x, w, b=None, *, stride=1, padding=0, dilation=1, padding_mode="zeros"):
    """Depthwise: windows times kernels, channel by channel."""
    axes = axes_of(x, w, stride, padding, dilation)
    windows, rank = windows_of(padded(summed(x), axes, padding_mode), axes), len(axes)
    over = (range(1 + rank, 1 + 2 * rank), range(1, 1 + rank))
    y = [np.tensordot(windows[:, c], summed(w)[c], axes=over) for c in range(len(w))]
    return finished(np.concatenate([np.moveaxis(part, -1, 1) for part in y], axis=1), x, b)
