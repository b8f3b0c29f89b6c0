"""When a mistake shows: the property that all failing cases share and no contradicting case has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

from refconv.arithmetic.integers import product
from refconv.oracle.cases import Case

__all__ = ["PREDICATES", "when"]

Predicate = Callable[[Case], bool]


def _padding(case: Case) -> list[tuple[int, int]]:
    return [(axis.lo, axis.hi) for axis in case.plan.axes]


def _channels(case: Case) -> int:
    """Return the channels of x that one group reads."""
    return int(case.x_shape[1] // case.plan.groups)


def _filters(case: Case) -> int:
    return int(case.y_shape[1] // case.plan.groups)


PREDICATES: tuple[tuple[str, Predicate], ...] = (
    ("the batch is empty", lambda c: c.x_shape[0] == 0),
    ("the batch has more than one sample", lambda c: c.x_shape[0] > 1),
    ("there is more than one group", lambda c: c.plan.groups > 1),
    ("there are two groups", lambda c: c.plan.groups == 2),
    ("there is one group", lambda c: c.plan.groups == 1),
    ("every channel is its own group", lambda c: c.plan.groups > 1 and _channels(c) == 1),
    ("groups have several channels", lambda c: c.plan.groups > 1 and _channels(c) > 1),
    ("the stride is not 1", lambda c: any(axis.s > 1 for axis in c.plan.axes)),
    ("the strides of the axes differ", lambda c: len({axis.s for axis in c.plan.axes}) > 1),
    ("the dilation is not 1", lambda c: any(axis.d > 1 for axis in c.plan.axes)),
    ("the kernel has one tap", lambda c: all(axis.k == 1 for axis in c.plan.axes)),
    ("the kernel has several taps", lambda c: any(axis.k > 1 for axis in c.plan.axes)),
    ("the kernel's size is even", lambda c: any(axis.k % 2 == 0 for axis in c.plan.axes)),
    ("the kernel is not square", lambda c: len({axis.k for axis in c.plan.axes}) > 1),
    ("there is padding", lambda c: any(side != 0 for pair in _padding(c) for side in pair)),
    ("padding differs per side", lambda c: any(lo != hi for lo, hi in _padding(c))),
    ("padding is negative", lambda c: any(side < 0 for pair in _padding(c) for side in pair)),
    ("padding is given by a word", lambda c: isinstance(c.options.get("padding"), str)),
    ("padding shows anything but zeros", lambda c: c.plan.padding_mode != "zeros"),
    ("there is output padding", lambda c: any(c.options.get("output_padding", ()))),
    ("C/G is not a multiple of 2", lambda c: _channels(c) % 2 != 0),
    ("C/G is not a multiple of 4", lambda c: _channels(c) % 4 != 0),
    ("C/G is not a multiple of 8", lambda c: _channels(c) % 8 != 0),
    ("O/G is not a multiple of 4", lambda c: _filters(c) % 4 != 0),
    ("O/G is not a multiple of 8", lambda c: _filters(c) % 8 != 0),
    ("C/G is more than 8", lambda c: _channels(c) > 8),
    ("C/G is more than 16", lambda c: _channels(c) > 16),
    ("C/G is more than 32", lambda c: _channels(c) > 32),
    ("C is a multiple of 4", lambda c: c.x_shape[1] % 4 == 0),
    ("C is a multiple of 8", lambda c: c.x_shape[1] % 8 == 0),
    ("there are several channels", lambda c: c.x_shape[1] > 1),
    ("there is a bias", lambda c: c.bias),
    ("there is no bias", lambda c: not c.bias),
    ("y has more than 2**15 elements", lambda c: product(c.y_shape) > 2**15),
    ("y has more than 2**16 elements", lambda c: product(c.y_shape) > 2**16),
    ("the stride does not divide the padded size", lambda c: any((a.padded - a.span) % a.s for a in c.plan.axes)),
    ("the padding is wider than the kernel", lambda c: any(max(a.lo, a.hi) >= a.span for a in c.plan.axes)),
    ("the arrays are not contiguous", lambda c: c.memory != "contiguous"),
)


def when(shows: Sequence[Case], not_there: Sequence[Case]) -> str | None:
    """Return the simplest property of all of `shows` that none of `not_there` has; "" if nothing stands against it.

    Examples
    --------
    >>> strided = Case("conv1d", (1, 1, 5), (1, 1, 3), {"stride": (2,)})
    >>> plain = Case("conv1d", (1, 1, 5), (1, 1, 3), {"stride": (1,)})
    >>> when([strided], [plain])
    'the stride is not 1'
    """
    if not not_there:
        return ""
    holding = [{name for name, p in PREDICATES if p(case)} for case in (*shows, *not_there)]
    common = set.intersection(*holding[: len(shows)])
    others = holding[len(shows) :]
    names = [name for name, _ in PREDICATES if name in common]
    for name in names:
        if not any(name in other for other in others):
            return name
    for one, other in combinations(names, 2):
        if not any(one in held and other in held for held in others):
            return f"{one} and {other}"
    return None
