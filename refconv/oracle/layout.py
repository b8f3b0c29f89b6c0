"""Layouts: a kernel that takes x as NHWC, or w as HWIO, is found out by one call on arrays that fit all of them.

Where every axis of x and of w has three elements, and the kernel covers the whole input, any order of the axes is a
valid call. The one whose convolution is what came back is the kernel's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import NamedTuple

import numpy as np

from refconv.arithmetic.per_axis import letters
from refconv.ops.elements import Array
from refconv.ops.layouts import Layout, parse
from refconv.oracle.calling import Outcome
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.operations import Operation, operation
from refconv.oracle.precision import precision
from refconv.oracle.probe import Call

__all__ = ["Layouts", "find_layouts"]


class Layouts(NamedTuple):
    """The order of the axes of x (and y), and of w, as `refconv.conv2d` spells them.

    `own` has the orders in which they are handed over: refconv's, or those of the dialect that is spoken.
    """

    op: str
    x: str
    w: str
    own: tuple[str, str] | None = None

    def __str__(self) -> str:
        """Return the two as a sentence."""
        usual = self.own or _usual(operation(self.op))
        said = [f"{name} is taken as {order}" for name, order in (("x", self.x), ("w", self.w))]
        return " and ".join(text for text, order, own in zip(said, self[1:3], usual, strict=True) if order != own)

    def around(self, call: Call) -> Call:
        """Return the call with arrays turned to the kernel's layouts, and its results turned back."""
        of_x, of_w = _parsed(self)
        turned = {"x": of_x, "dy": of_x, "y": of_x, "dx": of_x, "w": of_w, "dw": of_w}

        def turning(case: Case, arrays: Arrays, of: str) -> Outcome:
            there = {
                name: np.ascontiguousarray(turned[name].leave(array)) if name in turned else array
                for name, array in arrays._asdict().items()
            }
            outcome = call(case, Arrays(**there), of)
            back = {
                name: turned[name].enter(result) if name in turned and _fits(result, turned[name]) else result
                for name, result in outcome.results.items()
            }
            return Outcome(back, outcome.kind, outcome.message, outcome.printed, outcome.wrote, outcome.seconds)

        return turning


def find_layouts(call: Call, op: str, name: str = "float32", own: tuple[str, str] | None = None) -> Layouts | None:
    """Return the layouts under which a kernel is right; None for the usual ones, and where none fits.

    `own` are the orders in which the call hands x and w over, by default refconv's.

    Examples
    --------
    >>> import refconv
    >>> def of_keras(case, arrays, of):
    ...     y = refconv.conv2d(arrays.x, arrays.w, layout="NHWC", kernel_layout="HWIO")
    ...     return Outcome({"y": y})
    >>> str(find_layouts(of_keras, "conv2d"))
    'x is taken as NHWC and w is taken as HWIO'
    """
    kind = operation(op)
    if kind.family == "pointwise_conv":
        return None  # its kernel has an axis of one element everywhere
    cube = (3,) * (2 + kind.rank)
    case = Case(op, cube, cube, bias=False, precision=name)
    rng = np.random.default_rng(0)
    x, w = (precision(name).array(rng.integers(-4, 5, cube)) for _ in range(2))
    outcome = call(case, Arrays(x, w, None, precision(name).array(np.zeros(case.y_shape))), "y")
    y = outcome.results.get("y")
    if not isinstance(y, np.ndarray):
        return None
    for found in _orders(kind, own or _usual(kind)):
        layout, kernel_layout = _in_ours(found)
        expected = kind.forward(x, w, layout=layout, kernel_layout=kernel_layout)
        if expected.shape == y.shape and np.array_equal(expected, y):
            return None if found[1:3] == (own or _usual(kind)) else found
    return None


def _in_ours(found: Layouts) -> tuple[str, str]:
    """Return what the axes of refconv's arrays are taken for, once they have been handed over."""
    usual = _usual(operation(found.op))
    x, w = (
        "".join(order[own.index(letter)] for letter in ours)
        for order, own, ours in zip((found.x, found.w), found.own or usual, usual, strict=True)
    )
    return x, w


def _usual(kind: Operation) -> tuple[str, str]:
    names = letters(kind.rank)
    pair = {"conv_transpose": "IO", "depthwise_conv": "CM"}.get(kind.family, "OI")
    return "NC" + names, pair + names


def _orders(kind: Operation, own: tuple[str, str]) -> Iterator[Layouts]:
    """Yield layouts, a call's own ones first; the axes of x stay in their order, those of w may be turned round."""
    (x, w), spatial = own, letters(kind.rank)
    known = (f"NC{spatial}", f"N{spatial}C", f"{spatial}NC", f"C{spatial}N", f"CN{spatial}", f"{spatial}CN")
    of_x = (x, *(order for order in known if order != x))
    of_w = [w, *("".join(order) for order in permutations(w) if "".join(order) != w)]
    usual_axes = [order for order in of_w if "".join(a for a in order if a in spatial) == spatial]
    others = [order for order in of_w if order not in usual_axes] if kind.rank < 3 else []
    for kernel in (*usual_axes, *others):
        for order in of_x:
            yield Layouts(kind.name, order, kernel, own)


def _parsed(found: Layouts) -> tuple[Layout, Layout]:
    (x, w), (layout, kernel_layout) = _usual(operation(found.op)), _in_ours(found)
    return parse(found.op, "layout", layout, x), parse(found.op, "kernel_layout", kernel_layout, w)


def _fits(result: Array, layout: Layout) -> bool:
    return isinstance(result, np.ndarray) and result.ndim == len(layout.letters)
