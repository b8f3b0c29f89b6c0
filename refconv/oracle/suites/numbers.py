"""Drafts that vary what stands in the arrays: every fill, and sums of many terms, which rounding shows in."""

from __future__ import annotations

from dataclasses import replace

from refconv.arithmetic.integers import product
from refconv.arithmetic.sizes import full_padding, transposed_output_size
from refconv.oracle.operations import Operation
from refconv.oracle.suites.draft import Draft, Three

__all__ = ["FILLED", "FOR_DW", "FOR_DX", "RANDOM", "long_sums"]

RANDOM = ("normal", "half_normal", "uniform")

BITS = ("odd12", "odd12_w", "two_terms")

WIDE = ("cancellation", "wide", "small_onto_large")

PLAIN = Draft("", n=(4, 9, 10), k=(2, 3, 3), inside=3, outside=4, batch=2)

MIXED = Draft(
    "",
    n=(4, 9, 10),
    k=(2, 3, 3),
    s=(1, 2, 2),
    p=((1, 0), (0, 1), (2, 1)),
    d=(1, 1, 2),
    groups=2,
    inside=3,
    outside=2,
    batch=2,
)

QUICK = ("impulse", "impulse_w", "zeros", "nonfinite", "wide")

FILLED = tuple(
    # a bias would be one more rounding, or in few bits a second one
    replace(draft, purpose=f"{name}: {what}", fill=name, bias=name not in BITS, quick=what == "plain" and name in QUICK)
    for name in ("impulse", "impulse_w", *BITS, *RANDOM, *WIDE, "zeros", "nonfinite")
    for what, draft in (("plain", PLAIN), ("stride, padding, dilation and groups", MIXED))
)
"""Every fill that y depends on."""

FOR_DX = tuple(
    replace(draft, purpose=f"{name}: {what}", fill=name, bias=False)
    for name in ("odd12_dy", "two_terms_dx")
    for what, draft in (("plain", PLAIN), ("stride, padding, dilation and groups", MIXED))
)
"""The fills that are there for dx."""

FOR_DW = tuple(
    replace(draft, purpose=f"{name}: {what}", fill=name, bias=False)
    for name in ("two_terms_dw", "nonfinite_dy")
    for what, draft in (("plain", PLAIN), ("stride, padding, dilation and groups", MIXED))
)
"""The fills that are there for dw."""

_TAPS: dict[str, Three] = {"conv": (1, 3, 3), "conv_transpose": (1, 3, 3), "pointwise_conv": (1, 1, 1)}

_DEPTHWISE: dict[tuple[int, int], Three] = {
    (144, 1): (1, 1, 144),
    (144, 2): (1, 12, 12),
    (144, 3): (4, 6, 6),
    (1152, 1): (1, 1, 1152),
    (1152, 2): (1, 32, 36),
    (1152, 3): (8, 12, 12),
    (4608, 1): (1, 1, 4608),
    (4608, 2): (1, 64, 72),
    (4608, 3): (16, 16, 18),
}
"""A depthwise sum has the terms of its kernel alone."""


def long_sums(kind: Operation, terms: int, filters: int, fills: tuple[str, ...], *, quick: bool = False) -> list[Draft]:
    """Return a draft for each fill with sums of so many terms, 64 windows and so many filters.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> draft = long_sums(operation("conv2d"), 4608, 16, ("normal",))[0]
    >>> draft.inside, draft.k, draft.n
    (512, (1, 3, 3), (1, 10, 10))
    """
    shape = _long_shape(kind, terms, filters)
    return [
        replace(shape, purpose=f"{name}: sums of {terms} terms", fill=name, bias=name not in BITS, quick=quick)
        for name in fills
    ]


def _long_shape(kind: Operation, terms: int, filters: int) -> Draft:
    windows = (1, 1, 64) if kind.rank == 1 else (1, 8, 8)
    depthwise = kind.family == "depthwise_conv"
    d, h, w = _DEPTHWISE[terms, kind.rank] if depthwise else _TAPS[kind.family]
    n = tuple(transposed_output_size(out, k) for out, k in zip(windows, (d, h, w), strict=True))
    draft = Draft("", n=(n[0], n[1], n[2]), k=(d, h, w))
    if depthwise:
        return replace(draft, groups=filters // 2, inside=1, outside=2)
    if kind.family == "conv_transpose":
        # cropped to the outputs that every tap writes to
        draft = replace(draft, p=(full_padding(d), full_padding(h), full_padding(w)))
    return replace(draft, inside=terms // product((d, h, w)[-kind.rank :]), outside=filters)
