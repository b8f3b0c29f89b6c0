"""Functions of one number, by the names that activations have, each with its constants and its slope."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from math import erf, log, pi, sqrt
from typing import Any, NamedTuple

import numpy as np

from refconv.errors import ArgumentError
from refconv.ops.elements import Array

__all__ = ["ARITHMETIC", "FAMILIES", "FUNCTIONS", "Function", "constants_of", "function_of", "leaky"]

LEAK = 0.01  # of a leaky ReLU, where nothing else is said
_erf = np.frompyfunc(erf, 1, 1)


class Function(NamedTuple):
    """A function of one number, and its slope from x and y.

    Examples
    --------
    >>> double = Function(lambda x: 2 * x, lambda x, y: 2 + 0 * x)
    >>> double.value(np.arange(3)), double.slope(np.arange(3), None)
    (array([0, 2, 4]), array([2, 2, 2]))
    """

    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]


def _where(x: Array, inside: Array) -> Array:
    """Return 1 where the condition holds, else 0, in x's type."""
    return np.where(inside, np.ones_like(x), np.zeros_like(x))


def _zero(x: Array) -> Array:
    """Return zeros of x's type: of its entries' own, where they are objects."""
    y: Array = 0 * x if x.dtype == object else np.zeros_like(x)
    return y


def _sigmoid(x: Array) -> Array:
    small = np.exp(-np.abs(x))  # never overflows
    y: Array = np.where(x >= 0, 1, small) / (1 + small)
    return y


def _times_gate(gate: Callable[[Array], Array], slope: Callable[[Array, Array], Array]) -> Function:
    """Return ``x * gate(x)``."""
    return Function(lambda x: x * gate(x), lambda x, _: gate(x) + x * slope(x, gate(x)))


def _normal_cdf(x: Array) -> Array:
    y: Array = (1 + np.asarray(_erf(x / sqrt(2))).astype(x.dtype)) / 2
    return y


def _hard_gate(x: Array) -> Array:
    y: Array = np.clip(x + 3, 0, 6) / 6
    return y


def _hard_swish_slope(x: Array, _: Array) -> Array:
    y: Array = np.where((x > -3) & (x < 3), (2 * x + 3) / 6, _where(x, x >= 3))  # no 0 times infinity
    return y


def leaky(negative_slope: Array | float = LEAK) -> Function:
    """Return x where it is above 0, and elsewhere a multiple of it.

    Examples
    --------
    >>> leaky(0.5).value(np.array([-4.0, 4.0]))
    array([-2.,  4.])
    """
    return Function(
        lambda x: np.where(x > 0, x, negative_slope * x), lambda x, _: np.where(x > 0, np.ones_like(x), negative_slope)
    )


def _elu(alpha: float = 1.0) -> Function:
    return Function(
        lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        lambda x, y: np.where(x > 0, np.ones_like(x), y + alpha),
    )


def _softplus(beta: float = 1.0, threshold: float | None = None) -> Function:
    """Return ``log(1 + exp(beta x)) / beta``, and x where beta x is above the threshold, if there is one."""
    if threshold is None:
        return Function(lambda x: np.logaddexp(beta * x, _zero(x)) / beta, lambda x, _: _sigmoid(beta * x))
    return Function(
        lambda x: np.where(beta * x > threshold, x, np.logaddexp(beta * x, _zero(x)) / beta),
        lambda x, _: np.where(beta * x > threshold, np.ones_like(x), _sigmoid(beta * x)),
    )


def _hard_sigmoid(alpha: float | None = None, beta: float = 0.5) -> Function:
    """Return ``alpha x + beta`` between 0 and 1; alpha is 1/6 unless it is said."""
    if alpha is None and beta == 0.5:
        return Function(_hard_gate, lambda x, _: _where(x, (x > -3) & (x < 3)) / 6)
    a = 1 / 6 if alpha is None else alpha
    return Function(
        lambda x: np.clip(a * x + beta, 0, 1), lambda x, _: a * _where(x, (a * x + beta > 0) & (a * x + beta < 1))
    )


def _clip(minimum: float | None = None, maximum: float | None = None) -> Function:
    """Return x within the bounds that there are, as the lesser of the upper one and the greater of the lower one."""
    low, high = (-np.inf if minimum is None else minimum), (np.inf if maximum is None else maximum)
    return Function(lambda x: np.minimum(np.maximum(x, low), high), lambda x, _: _where(x, (x > low) & (x < high)))


def _maximum(bound: float) -> Function:
    return Function(lambda x: np.maximum(x, bound), lambda x, _: _where(x, x > bound))


def _minimum(bound: float) -> Function:
    return Function(lambda x: np.minimum(x, bound), lambda x, _: _where(x, x < bound))


def _add(addend: float) -> Function:
    return Function(lambda x: x + addend, lambda x, _: np.ones_like(x))


def _multiply(factor: float) -> Function:
    return Function(lambda x: x * factor, lambda x, _: factor * np.ones_like(x))


def _subtract(subtrahend: float | None = None, minuend: float | None = None) -> Function:
    """Return x less a number, or a number less x."""
    if minuend is None:
        return Function(lambda x: x - subtrahend, lambda x, _: np.ones_like(x))
    return Function(lambda x: minuend - x, lambda x, _: -np.ones_like(x))


def _divide(divisor: float | None = None, dividend: float | None = None) -> Function:
    """Return x over a number, or a number over x."""
    if dividend is None:
        return Function(lambda x: x / divisor, lambda x, _: np.ones_like(x) / divisor)
    return Function(lambda x: dividend / x, lambda x, _: -dividend / (x * x))


def _power(exponent: float | None = None, base: float | None = None) -> Function:
    """Return a power of x, or x as a power of a number."""
    if base is not None:
        return Function(lambda x: base**x, lambda _, y: y * log(base))
    e: Any = exponent
    return Function(lambda x: x**e, lambda x, _: e * x ** (e - 1) if e else np.zeros_like(x))


_SIGMOID = Function(_sigmoid, lambda _, y: y * (1 - y))
_SWISH = _times_gate(_sigmoid, _SIGMOID.slope)
_IDENTITY = Function(lambda x: x, lambda x, _: np.ones_like(x))

FAMILIES: dict[str, Callable[..., Function]] = {
    "leaky_relu": leaky,
    "elu": _elu,
    "softplus": _softplus,
    "hardsigmoid": _hard_sigmoid,
}
"""Those with constants, all of which have defaults: the arguments."""

FUNCTIONS: dict[str, Function] = {
    "relu": Function(lambda x: np.maximum(x, _zero(x)), lambda x, _: _where(x, x > 0)),
    "relu6": Function(lambda x: np.clip(x, 0, 6), lambda x, _: _where(x, (x > 0) & (x < 6))),
    "sigmoid": _SIGMOID,
    "tanh": Function(np.tanh, lambda _, y: 1 - y * y),
    "swish": _SWISH,
    "silu": _SWISH,
    "hardswish": Function(lambda x: x * _hard_gate(x), _hard_swish_slope),
    "gelu": _times_gate(_normal_cdf, lambda x, _: np.exp(-x * x / 2) / sqrt(2 * pi)),
    "negate": Function(np.negative, lambda x, _: -np.ones_like(x)),
    "reciprocal": Function(lambda x: 1 / x, lambda _, y: -y * y),
    "identity": _IDENTITY,
    "dropout": _IDENTITY,
    **{name: made() for name, made in FAMILIES.items()},
}
"""Those that are something without constants. Dropout is that of inference, which leaves everything in."""

ARITHMETIC: dict[str, Callable[..., Function]] = {
    "clip": _clip,
    "maximum": _maximum,
    "minimum": _minimum,
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "power": _power,
}
"""Those that are nothing without a constant; only a clipping can have two."""


def constants_of(op: str, word: str, said: Any, known: tuple[str, ...]) -> dict[str, float]:
    """Return a record's constants by name, and raise for one that is not known.

    Examples
    --------
    >>> constants_of("act", "elu", (("alpha", 2.0),), ("alpha",))
    {'alpha': 2.0}
    """
    constants = dict(said)
    for name in constants:
        if name not in known:
            takes = f"It takes {', '.join(known)}" if known else "It takes none"
            raise ArgumentError(op, f"{name!r} is no constant of {word!r} known here.", fix=f"{takes}.")
    return constants


def function_of(op: str, word: str, said: Any) -> Function:
    """Return the function of a name with the given constants.

    Raises
    ------
    ArgumentError
        For a name or a constant that is not known, and where one is missing that has no default.

    Examples
    --------
    >>> function_of("act", "clip", (("maximum", 2.0),)).value(np.array([-3.0, 3.0]))
    array([-3.,  2.])
    """
    name = word.replace("_", "") if "hard" in word else word
    made = FAMILIES.get(name) or ARITHMETIC.get(name)
    constants = constants_of(op, word, said, tuple(signature(made).parameters) if made else ())
    if made is None:
        return FUNCTIONS[name]
    if name in ARITHMETIC and (not constants or (name != "clip" and len(constants) > 1)):
        takes = " or ".join(signature(made).parameters)
        problem = f"{word!r} says {' and '.join(constants) or 'not by which number'}."
        raise ArgumentError(op, problem, fix=f"Give the number as {takes}.")
    return made(**constants)
