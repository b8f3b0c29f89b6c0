r"""Sums of products of float64 numbers as if in twice the precision, with a proven bound: fast, and nearly exact.

Each product is split exactly, ``a b = h + e`` (`two_product`), and the h are added in a tree of exact additions,
``s + t = fl(s + t) + e`` (`two_sum`). So the exact sum is the root of the tree plus all those e, and these, tiny, are
added in plain arithmetic (Dot2 of Ogita, Rump and Oishi, SIAM J. Sci. Comput. 26, 2005, there with the terms in order).

**Bound.** With n terms, ``S = sum |a b|`` and u = 2^-53, a node of the tree differs from the exact sum of its leaves by
a factor of at most ``(1 + u)^n``, and no leaf lies below more than n - 1 nodes; so all the e together measure at most

.. math:: E = n u (1 + u)^{n + 1} S \le \gamma_{n+1} S, \qquad \gamma_m = m u / (1 - m u).

There are 2n - 1 of them, and adding them in plain arithmetic errs by at most :math:`\gamma_{2n} E`. The last addition
rounds the result once. Together

.. math:: |y - exact| \le u |y| + \gamma_{2n}\,\gamma_{n+1} S \le u |y| + \gamma_{2n+1}^2 S .
"""

from __future__ import annotations

import numpy as np

from refconv.oracle.exact import ROUNDOFF, Sums, exact_sums, hazards, sizes_of, two_product
from refconv.oracle.products import Doubles

__all__ = ["compensated_sums", "two_sum"]


def two_sum(s: Doubles, t: Doubles) -> tuple[Doubles, Doubles]:
    """Return ``h, e`` with ``h = fl(s + t)`` and ``h + e = s + t`` exactly (Knuth).

    Examples
    --------
    >>> h, e = two_sum(np.array([1e16]), np.array([1.0]))
    >>> h.item(), e.item()
    (1e+16, 1.0)
    """
    h = s + t
    t_seen = h - s
    return h, (s - (h - t_seen)) + (t - t_seen)


@np.errstate(all="ignore")
def compensated_sums(a: Doubles, b: Doubles, offset: Doubles | None) -> Sums:
    """Return the sums of ``a * b`` along the last axis (plus offset), with a bound on their error.

    Rows in which something over- or underflows, or is not finite, are summed exactly instead.

    Examples
    --------
    >>> sums = compensated_sums(np.array([[1e16, 1.0, -1e16]]), np.ones((1, 3)), None)
    >>> sums.value.item(), sums.error_bound.item() < 1e-13
    (1.0, True)
    """
    h, e = two_product(a, b)
    magnitude, spread = sizes_of(h, offset)
    correction = e.sum(axis=-1)
    if offset is not None:
        h = np.concatenate([h, offset[..., np.newaxis]], axis=-1)
    terms = h.shape[-1]
    h = h if terms else np.zeros((*h.shape[:-1], 1))
    while h.shape[-1] > 1:
        half = h.shape[-1] // 2
        odd = h[..., 2 * half :]
        h, e = two_sum(h[..., :half], h[..., half : 2 * half])
        correction = correction + e.sum(axis=-1)
        h = np.concatenate([h, odd], axis=-1)
    value = h[..., 0] + correction
    gamma = (2 * terms + 1) * ROUNDOFF / (1 - (2 * terms + 1) * ROUNDOFF)
    # the factor covers the roundings of this line; the last term covers its underflow
    bound = (ROUNDOFF * np.abs(value) + gamma**2 * magnitude) * (1 + 8 * ROUNDOFF) + 2e-323
    bound = np.where(magnitude == 0, 0.0, bound)
    redo = hazards(a, b) | ~np.isfinite(value) | ~np.isfinite(magnitude)
    if redo.any():
        exact = exact_sums(a[redo], b[redo], None if offset is None else offset[redo], narrow=False)
        value[redo], bound[redo] = exact.value, exact.error_bound
        magnitude[redo], spread[redo] = exact.magnitude, exact.spread
    return Sums(value, bound, magnitude, spread, None)
