"""The one place that decides what a name stands for: every symbol is an integer, and sizes are positive."""

from __future__ import annotations

from functools import cache

import sympy

__all__ = ["NONNEGATIVE", "POSITIVE", "symbol"]

POSITIVE = frozenset({*"nkstdfhwNCOGHWM", "KH", "KW", "OH", "OW"})
"""Sizes and steps: at least 1."""

NONNEGATIVE = frozenset({"lo", "hi", *"paijmqr"})
"""Paddings and indices: at least 0."""


@cache
def symbol(name: str) -> sympy.Symbol:
    """Return the symbol of that name, with the assumptions it has everywhere in this package.

    Parameters
    ----------
    name : str
        Sizes, kernels, strides and dilations are positive; paddings and indices nonnegative; every other name is
        just an integer. A number at the end changes nothing: ``s2`` is a stride like ``s``.

    Returns
    -------
    sympy.Symbol
        Always the same one for the same name.

    Examples
    --------
    >>> symbol("s").is_positive, symbol("lo").is_nonnegative, symbol("x").is_integer, symbol("x").is_positive
    (True, True, True, None)
    >>> symbol("s2").is_positive
    True
    """
    stem = name.rstrip("0123456789").rstrip("_") or name
    if stem in POSITIVE:
        return sympy.Symbol(name, integer=True, positive=True)
    if stem in NONNEGATIVE:
        return sympy.Symbol(name, integer=True, nonnegative=True)
    return sympy.Symbol(name, integer=True)
