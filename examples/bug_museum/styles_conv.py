"""Right convolutions in any number of dimensions, each with another way of summing."""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import RIGHT_STEPS
    from examples.bug_museum.shared import (
        axes_of,
        columns_of,
        finished,
        in_groups,
        last,
        padded,
        seen,
        summed,
        taps,
        windows_of,
    )
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import RIGHT_STEPS  # type: ignore[import-not-found, no-redef]
    from shared import axes_of, columns_of, finished, in_groups, last, padded, seen, summed, taps, windows_of  # type: ignore[import-not-found, no-redef]


def loops(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """One output at a time."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, v = padded(summed(x), axes, padding_mode), summed(w)
    y = np.zeros((len(x), len(w), *(RIGHT_STEPS.size(axis) for axis in axes)), p.dtype)
    for n, o, *at in np.ndindex(y.shape):
        first = o // (len(w) // groups) * w.shape[1]
        cuts = [slice(i * a.s, i * a.s + a.span, a.d) for i, a in zip(at, axes, strict=True)]
        y[(n, o, *at)] = (p[(n, slice(first, first + w.shape[1]), *cuts)] * v[o]).sum()
    return finished(y, x, b)


def im2col(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """A matrix of windows times a matrix of filters, for each group."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, parts = padded(summed(x), axes, padding_mode), []
    for p_g, w_g in in_groups(groups, (p, 1), (summed(w), 0)):
        columns, outs = columns_of(p_g, axes)
        y = w_g.reshape(len(w_g), -1) @ columns
        parts.append(y.reshape(len(x), len(w_g), *outs))
    return finished(np.concatenate(parts, axis=1), x, b)


def shifted(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros", type_=None):
    """A sum over taps of strided slices."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, parts = padded(summed(x, type_), axes, padding_mode), []
    for p_g, w_g in in_groups(groups, (p, 1), (summed(w, type_), 0)):
        parts.append(sum(np.einsum("nc...,oc->no...", p_g[seen(p, axes, m)], w_g[last(m)]) for m in taps(axes)))
    return finished(np.concatenate(parts, axis=1), x, b)


def shifted_float64(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """The same, summed in float64: more accurate than asked."""
    options = dict(stride=stride, padding=padding, dilation=dilation, groups=groups, padding_mode=padding_mode)
    return shifted(x, w, b, **options, type_=np.float64)


def einsum(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """One einsum over all windows and groups."""
    axes = axes_of(x, w, stride, padding, dilation)
    windows = windows_of(padded(summed(x), axes, padding_mode), axes)
    grouped = windows.reshape(len(x), groups, w.shape[1], *windows.shape[2:])
    filters = summed(w).reshape(groups, len(w) // groups, *w.shape[1:])
    k = "uvw"[: len(axes)]
    out = "ijk"[: len(axes)]
    y = np.einsum(f"ngc{out}{k},goc{k}->ngo{out}", grouped, filters)
    return finished(y.reshape(len(x), len(w), *y.shape[3:]), x, b)


def blocked(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """Channels in blocks of 4, a shorter one last; the bias is where the sums begin."""
    axes = axes_of(x, w, stride, padding, dilation)
    windows = windows_of(padded(summed(x), axes, padding_mode), axes)
    rank, per_group = len(axes), w.shape[1]
    shape = (len(x), len(w), *windows.shape[2 : 2 + rank])
    y = np.zeros(shape, windows.dtype)
    if b is not None:
        y += b.astype(y.dtype).reshape(-1, *(1,) * rank)
    for o in range(len(w)):
        first = o // (len(w) // groups) * per_group
        for c in range(0, per_group, 4):
            block = slice(c, min(c + 4, per_group))
            ours = windows[:, first + block.start : first + block.stop]
            y[:, o] += np.tensordot(
                ours, summed(w)[o, block], axes=((1, *range(2 + rank, 2 + 2 * rank)), range(1 + rank))
            )
    return finished(y, x, None)


def full_then_crop(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """Every sample times the flipped kernel, written everywhere; the middle kept, and every s-th of it."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, parts = padded(summed(x), axes, padding_mode), []
    size = [n + axis.span - 1 for n, axis in zip(p.shape[2:], axes, strict=True)]
    kept = [slice(a.span - 1, n - a.span + 1, a.s) for n, a in zip(size, axes, strict=True)]
    for p_g, w_g in in_groups(groups, (p, 1), (summed(w), 0)):
        full = np.zeros((len(x), len(w_g), *size), p.dtype)
        for m in taps(axes):
            at = [(a.k - 1 - i) * a.d for i, a in zip(m, axes, strict=True)]
            place = [slice(q, q + n) for q, n in zip(at, p.shape[2:], strict=True)]
            full[last(place)] += np.einsum("nc...,oc->no...", p_g, w_g[last(m)])
        parts.append(full[last(kept)])
    return finished(np.concatenate(parts, axis=1), x, b)


def channels_last(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """As NHWC inside, a matrix product for each tap, the last tap first; 1x1 kernels need one."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, parts = padded(summed(x), axes, padding_mode), []
    for p_g, w_g in in_groups(groups, (p, 1), (summed(w), 0)):
        terms = [np.moveaxis(p_g[seen(p, axes, m)], 1, -1) @ w_g[last(m)].T for m in taps(axes)]
        parts.append(np.moveaxis(sum(reversed(terms[:-1]), terms[-1]), -1, 1))
    return finished(np.concatenate(parts, axis=1), x, b)


def convolve(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """numpy.convolve of a signal and a flipped kernel, one for each phase of the dilation."""
    (axis,) = axes_of(x, w, stride, padding, dilation)
    p, v = padded(summed(x), [axis], padding_mode), summed(w)
    y = np.zeros((len(x), len(w), RIGHT_STEPS.size(axis)), p.dtype)
    for n, o, c in np.ndindex(len(x), len(w), w.shape[1]):
        signal = p[n, o // (len(w) // groups) * w.shape[1] + c]
        every = np.zeros(len(signal) - axis.span + 1, p.dtype)
        for phase in range(min(axis.d, len(every))):
            every[phase :: axis.d] = np.convolve(signal[phase :: axis.d], v[o, c, ::-1], "valid")
        y[n, o] += every[:: axis.s]
    return finished(y, x, b)
