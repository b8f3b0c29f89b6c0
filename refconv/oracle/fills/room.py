"""What every fill needs: the arrays in the plan's order, and how large sums may grow before they are rounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from refconv.errors import ArgumentError
from refconv.ops.elements import Array
from refconv.oracle.formats import Format
from refconv.oracle.precision import precision

if TYPE_CHECKING:
    from refconv.oracle.cases import Case

__all__ = [
    "Arrays",
    "Density",
    "Numbers",
    "Rng",
    "by_role",
    "distinct",
    "formats",
    "magnitudes",
    "room",
    "signs",
    "until_it_fits",
]

Numbers: TypeAlias = NDArray[Any]
Rng: TypeAlias = np.random.Generator

Density: TypeAlias = dict[str, float]
"""How much of x, w and dy may be other than 0."""

INTEGER_ROOM = {"int64": 2.0**53}
"""Where sums of integers must stay. The others: int32, the narrowest result that a kernel may return."""


class Arrays(NamedTuple):
    """The inputs of one case; b is None for a case without bias, dy is for the gradients.

    Attributes
    ----------
    x, w : ndarray
        Input and weights.
    b : ndarray or None
        The bias.
    dy : ndarray
        The gradient for y.
    """

    x: Array
    w: Array
    b: Array | None
    dy: Array


def by_role(case: Case, x: Numbers, w: Numbers, y: Numbers, b: Numbers) -> Arrays:
    """Return a plan's x, w and y as the caller's arrays: for a transposed convolution y is the caller's x."""
    kernel = w.reshape(case.w_shape)
    return Arrays(y, kernel, b, x) if case.operation.role("x") == "y" else Arrays(x, kernel, b, y)


def formats(case: Case) -> tuple[Format, Format, Format]:
    """Return what the case's inputs, sums and results are kept in.

    Raises
    ------
    ArgumentError
        If it is a case of integers.
    """
    numbers = precision(case.precision)
    if numbers.inputs is None or numbers.accumulator is None or numbers.output is None:
        raise ArgumentError(
            "oracle",
            f"the fill {case.fill!r} is made of fractions or of a format's bits, which {numbers.name} has not.",
            fix="Take 'integers', 'impulse' or 'impulse_w'.",
        )
    return numbers.inputs, numbers.accumulator, numbers.output


def room(case: Case, *, rounded_once: bool = False) -> float:
    """Return the size up to which every integer is exact, in the sums' type and in the result's.

    With `rounded_once`, in the sums' type alone, and within the range of the result: a kernel rounds to it at the end.
    """
    if precision(case.precision).is_integer:
        return INTEGER_ROOM.get(case.precision, 2.0**31 - 1)
    _, sums, result = formats(case)
    return min(2.0**sums.p, result.largest if rounded_once else 2.0**result.p)


def magnitudes(case: Case, arrays: Arrays) -> dict[str, float]:
    """Return the largest sum of absolute products in y, dx, dw and db; exact for integers below 2**53."""
    x, w, dy = (np.abs(each).astype(np.float64) for each in (arrays.x, arrays.w, arrays.dy))
    b = None if arrays.b is None else np.abs(arrays.b)
    results = {"y": case.operation.forward(x, w, b, **case.options)}
    results |= case.operation.backward(dy, x, w, **case.options)._asdict()
    return {of: float(np.max(result, initial=0.0)) for of, result in results.items()}


def until_it_fits(
    case: Case, limit: float, make: Callable[[int, Density], Arrays], most: int, least: int, dense: str = ""
) -> Arrays:
    """Return arrays whose sums all stay within the limit.

    `make` is called with the largest number allowed, halved from `most` down to `least`, and then with how much of
    each array may be other than 0, less and less of what a sum that is too large is made of; but never of `dense`.
    """
    density = {"x": 1.0, "w": 1.0, "dy": 1.0}
    while True:
        arrays = make(most, density)
        if case.memory == "broadcast":  # one sample seen by all of the batch makes larger sums
            same = {name: np.broadcast_to(a[:1], a.shape) for name, a in (("x", arrays.x), ("dy", arrays.dy))}
            arrays = arrays._replace(**same)
        over = [of for of, size in magnitudes(case, arrays).items() if size > limit]
        if not over:
            return arrays
        if most > least:
            most = max(most // 2, least)
            continue
        for name in {next(factor for factor in _THINNED[of] if factor != dense or of == "db") for of in over}:
            density[name] /= 2


_THINNED = {"y": ("w", "x"), "dx": ("w", "dy"), "dw": ("dy", "x"), "db": ("dy",)}
"""The factors of each result, the one that is thinned first."""


def signs(rng: Rng, shape: tuple[int, ...]) -> Numbers:
    """Return random signs, as integers."""
    return 2 * rng.integers(0, 2, shape) - 1


def distinct(size: int, most: int, rng: Rng) -> Numbers:
    """Return nonzero integers, all distinct while there are enough from 1 to `most`, in random order and sign."""
    return rng.permutation(np.arange(size) % most + 1) * signs(rng, (size,))
