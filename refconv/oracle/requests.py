"""One result that is asked for, checked: which operation, which of its sums, over which arrays in canonical order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import multiplicity
from refconv.errors import ArgumentError, DTypeError
from refconv.ops import arguments, bilinear
from refconv.ops.arguments import Call
from refconv.ops.elements import Array, is_integer
from refconv.ops.integers import largest
from refconv.oracle.operations import FACTORS, Operation, operation
from refconv.oracle.products import Doubles, Products, most_terms

__all__ = ["RESULTS", "Request", "request"]

RESULTS = (*FACTORS, "db")
"""What can be asked for."""

_BITS = {"bool": 1, "int8": 8, "uint8": 8, "int16": 16, "uint16": 16, "bfloat16": 8, "float16": 11, "float32": 24}
_WIDE = ("float64", "int32", "int64", "uint32", "uint64")
EXACT_INTEGERS = 2**53


@dataclass(frozen=True)
class Request:
    """The sum that is asked for.

    Parameters
    ----------
    op : Operation
        The operation.
    call : Call
        Its checked call.
    of : str
        One of `RESULTS`.
    factors : tuple of ndarray
        The two arrays whose products are summed, in canonical order, first what the plan calls y, then x, then w;
        for db it is dy alone.
    bias : ndarray, optional
        Added to every sum of its channel.
    """

    op: Operation
    call: Call
    of: str
    factors: tuple[Array, ...]
    bias: Array | None

    @property
    def role(self) -> str:
        """Which array of the plan the result stands for: "x", "w" or "y"; "b" for db."""
        return "b" if self.of == "db" else self.op.role(self.of)

    @property
    def integer(self) -> bool:
        """Whether the result is an exact integer."""
        return all(is_integer(factor) for factor in self.factors)

    @property
    def narrow(self) -> bool:
        """Whether every product is exact in float64."""
        return all(factor.dtype.name in _BITS for factor in self.factors)

    @property
    def terms(self) -> int:
        """The most terms that one element sums."""
        if self.of == "db":
            (dy,) = self.factors
            return int(dy.shape[0] * product(dy.shape[2:]))
        return most_terms(self.call.plan, self.role) + (self.bias is not None)

    @property
    def products_in_all(self) -> int:
        """How many products there are, over all elements."""
        if self.of == "db":
            return int(self.factors[0].size)
        return int(product(self.call.plan.y_shape) * self.call.plan.taps)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the result in canonical order."""
        plan = self.call.plan
        by_role = {"x": plan.x_shape, "w": plan.w_shape, "y": plan.y_shape, "b": self.factors[0].shape[1:2]}
        return by_role[self.role]

    def doubles(self) -> tuple[tuple[Doubles, ...], Doubles | None]:
        """Return the factors and the bias as float64."""
        bias = None if self.bias is None else self.bias.astype(np.float64)
        return tuple(factor.astype(np.float64) for factor in self.factors), bias

    def products(self) -> Products:
        """Return the rows of products."""
        if self.of == "db":
            return Products.total(self.factors[0])
        first, second = self.factors
        return Products.of(self.call.plan, self.role, first, second, self.bias)

    def by_ops(self, factors: tuple[Array, ...], bias: Array | None) -> Array:
        """Return what `refconv.ops` computes from these factors instead, in canonical order."""
        call = self.call
        if self.of == "db":
            return bilinear.bias_gradient(call.op, factors[0])
        first, second = factors
        if self.role == "y":
            return bilinear.correlate(call.op, call.plan, first, second, bias, call.x_layout.own)
        if self.role == "x":
            return bilinear.adjoint(call.op, call.plan, first, second, bias, call.x_layout.own)
        return bilinear.weights(call.op, call.plan, first, second, call.w_layout.own)

    def from_rows(self, rows: Array) -> Array:
        """Return what is laid out as (G, I, J, places) in canonical order."""
        ordered = rows.swapaxes(0, 1) if self.role in ("x", "y") else rows
        return ordered.reshape(self.shape)

    def leave(self, result: Array) -> Array:
        """Return a result in canonical order as the caller's layout has it."""
        if self.of == "db":
            return result
        if self.of != "dw":
            return np.ascontiguousarray(self.call.x_layout.leave(result))
        if self.op.family == "depthwise_conv":
            channels = self.call.plan.channels
            result = result.reshape(channels, self.call.plan.filters // channels, *result.shape[2:])
        return np.ascontiguousarray(self.call.w_layout.leave(result))

    def norms(self, order: float) -> Doubles:
        """Return ``sum |a| |b|`` over channels (or filters, or samples) in the norm of that order, for each element.

        Other padding than with zeros shows a sample more than once, and raises the norm accordingly.
        """
        rows = self.products()
        spread_out = np.broadcast_to(rows.norms(order), rows.shape)
        plan = self.call.plan
        shown = product(multiplicity(axis, plan.padding_mode) for axis in plan.axes)
        result: Doubles = self.leave(self.from_rows(spread_out)) * float(np.sqrt(shown))
        return result


def request(
    op: str | Operation,
    x: ArrayLike,
    w: ArrayLike,
    b: ArrayLike | None = None,
    *,
    dy: ArrayLike | None = None,
    of: str = "y",
    **options: Any,
) -> Request:
    """Return the checked request for one result of an operation.

    Raises
    ------
    ArgumentError
        For an unknown operation, result or option, and for a gradient without dy.
    DTypeError
        For numbers whose sums the oracle cannot make exact: complex, longdouble, objects.
    ShapeError, ArgumentTypeError
        As the operation itself.

    Examples
    --------
    >>> request("conv1d", np.ones((1, 1, 5)), np.ones((1, 1, 3))).terms
    3
    """
    operator = operation(op) if isinstance(op, str) else op
    if of not in RESULTS:
        raise ArgumentError(operator.name, f"there is no result {of!r}.", fix=f"Known: {', '.join(RESULTS)}.")
    unknown = sorted(set(options) - {*operator.parameters, "layout", "kernel_layout"})
    if unknown:
        known = ", ".join((*operator.parameters, "layout", "kernel_layout"))
        raise ArgumentError(operator.name, f"it has no option {', '.join(unknown)}.", fix=f"Known: {known}.")
    call = operator.call(x, w, b if of == "y" else None, **options)
    arrays: dict[str, Array] = {"x": call.x, "w": call.w}
    if of != "y":
        if dy is None:
            raise ArgumentError(operator.name, f"{of} is a sum over dy, which is missing.", fix="Pass dy=...")
        shape = operator.y_shape(call.plan)
        arrays["dy"] = arguments.upstream(f"{operator.name}_backward", dy, call.x_layout, shape, operator.name)
    # a transposed convolution's dy and x stand where the plan has its x and y
    names = sorted(FACTORS.get(of, ("dy",)), key=lambda name: "yxw".index(operator.role(name)))
    factors = tuple(arrays[name] for name in names)
    for array in (*factors, *(() if call.b is None else (call.b,))):
        _check_exactable(operator.name, array, alone=all(is_integer(factor) for factor in factors))
    return Request(operator, call, of, factors, call.b)


def _check_exactable(op: str, array: Array, *, alone: bool) -> None:
    if array.dtype.name not in _BITS and array.dtype.name not in _WIDE:
        raise DTypeError(
            op,
            f"the oracle has no truth for arrays of dtype {array.dtype}.",
            fix="Known: float64, float32, float16, bfloat16, integers and bool; split complex numbers into parts.",
        )
    if is_integer(array) and not alone and largest(array) > EXACT_INTEGERS:
        raise DTypeError(
            op,
            "integers beyond 2**53 stand beside floats, and would be rounded.",
            fix="Pass them as floats, rounded as the kernel would round them.",
        )
