"""Right gradients of convolutions: tap by tap, by matrices, one output at a time."""

from __future__ import annotations

import numpy as np

try:
    from examples.bug_museum.right import RIGHT_STEPS
    from examples.bug_museum.shared import axes_of, columns_of, in_groups, last, padded, seen, summed, taps, unpadded
except ModuleNotFoundError:  # run as a script: this folder is on the path
    from right import RIGHT_STEPS  # type: ignore[import-not-found, no-redef]
    from shared import axes_of, columns_of, in_groups, last, padded, seen, summed, taps, unpadded  # type: ignore[import-not-found, no-redef]


def shifted_gradients(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """Tap by tap: its slice of dx gets dy times w, its entry of dw the product of its slice and dy."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, dw = padded(summed(x), axes, padding_mode), np.zeros(w.shape, summed(x).dtype)
    dp = np.zeros(p.shape, p.dtype)
    views = in_groups(groups, (p, 1), (dp, 1), (summed(w), 0), (dw, 0), (summed(dy), 1))
    for p_g, dp_g, w_g, dw_g, dy_g in views:  # dp_g and dw_g are views: writing to them fills dp and dw
        for m in taps(axes):
            at = seen(p, axes, m)
            dp_g[at] += np.einsum("no...,oc->nc...", dy_g, w_g[last(m)])
            over = (0, *range(2, x.ndim))
            dw_g[last(m)] = np.tensordot(dy_g, p_g[at], axes=(over, over))
    return to_type(x, unpadded(dp, axes, padding_mode), dw, dy)


def to_type(x, dx, dw, dy):
    db = summed(dy).sum(axis=(0, *range(2, dy.ndim)))
    return tuple(RIGHT_STEPS.result(a, x) for a in (dx, dw, db))


def matrix_gradients(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """Two matrix products for each group; the columns' gradient is folded back by adding it up."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, dws, dps = padded(summed(x), axes, padding_mode), [], []
    for p_g, w_g, dy_g in in_groups(groups, (p, 1), (summed(w), 0), (summed(dy), 1)):
        columns, outs = columns_of(p_g, axes)
        flat = dy_g.reshape(len(x), len(w_g), int(np.prod(outs)))
        dws.append((flat @ columns.transpose(0, 2, 1)).sum(axis=0).reshape(w_g.shape))
        back = (w_g.reshape(len(w_g), -1).T @ flat).reshape(len(x), *w_g.shape[1:], *outs)
        dp = np.zeros(p_g.shape, p.dtype)
        for m in taps(axes):
            dp[seen(p, axes, m)] += back[(slice(None), slice(None), *m)]
        dps.append(dp)
    return to_type(x, unpadded(np.concatenate(dps, axis=1), axes, padding_mode), np.concatenate(dws), dy)


def loop_gradients(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
    """One output at a time: it gives its dy to the window it read and to the filter it used."""
    axes = axes_of(x, w, stride, padding, dilation)
    p, v, d = padded(summed(x), axes, padding_mode), summed(w), summed(dy)
    dp, dw = np.zeros(p.shape, p.dtype), np.zeros(w.shape, p.dtype)
    for n, o, *at in np.ndindex(dy.shape):
        first = o // (len(w) // groups) * w.shape[1]
        cuts = [slice(i * a.s, i * a.s + a.span, a.d) for i, a in zip(at, axes, strict=True)]
        window = (n, slice(first, first + w.shape[1]), *cuts)
        dp[window] += d[(n, o, *at)] * v[o]
        dw[o] += d[(n, o, *at)] * p[window]
    return to_type(x, unpadded(dp, axes, padding_mode), dw, dy)
