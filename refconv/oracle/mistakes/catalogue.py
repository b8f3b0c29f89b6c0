"""All known mistakes of an operation, in the order in which they compose: what a kernel computes first comes first."""

from __future__ import annotations

from functools import lru_cache

from refconv.oracle.mistakes.channels import groups, samples, tails
from refconv.oracle.mistakes.kernels import biases, layouts, taps
from refconv.oracle.mistakes.model import Mistake
from refconv.oracle.mistakes.numbers import between_axes, numbers
from refconv.oracle.mistakes.paddings import modes, words
from refconv.oracle.mistakes.scales import scales
from refconv.oracle.mistakes.transposed import transposed
from refconv.oracle.operations import operation

__all__ = ["catalogue"]


@lru_cache
def catalogue(op: str, of: str = "y") -> tuple[Mistake, ...]:
    """Return the known mistakes of an operation, for its result or one of its gradients.

    Examples
    --------
    >>> len(catalogue("conv2d")) > 100
    True
    """
    one = operation(op)
    if of == "db":
        return (*biases(one), *scales(one, of))
    families = (numbers, between_axes, words, modes, transposed, taps, groups, biases, samples, tails, layouts)
    found = [mistake for family in families for mistake in family(one)]
    found += scales(one, of)
    return tuple(found)
