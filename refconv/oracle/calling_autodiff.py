"""JAX's and TensorFlow's calling conventions: NumPy arrays in, their own arrays out, gradients by their own means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from refconv.oracle.cases import Arrays

__all__ = ["Jax", "TensorFlow"]


class Jax:
    """``fn(x, w, b, **parameters)`` on NumPy arrays, which JAX takes; the gradients are ``jax.vjp``'s.

    Examples
    --------
    >>> Jax().name
    'jax'
    """

    name = "jax"
    differentiates = True

    def forward(self, fn: Callable[..., Any], arrays: Arrays, parameters: dict[str, Any], *, bias: bool) -> Any:
        """Return y."""
        return fn(*_operands(arrays, bias), **parameters)

    def backward(
        self,
        fn: Callable[..., Any],
        gradients: Callable[..., Any] | None,
        arrays: Arrays,
        parameters: dict[str, Any],
        *,
        bias: bool,
    ) -> Any:
        """Return dx, dw and, where there is a bias, db."""
        import jax

        if gradients is not None:
            return gradients(arrays.dy, arrays.x, arrays.w, **parameters)
        leaves, rest = _leaves(arrays, bias)
        y, pulled_back = jax.vjp(lambda *given: fn(*given, *rest, **parameters), *leaves)
        return pulled_back(jax.numpy.asarray(arrays.dy, y.dtype).reshape(y.shape))


class TensorFlow:
    """``fn(x, w, b, **parameters)`` on tensors; the gradients are ``tf.GradientTape``'s.

    Examples
    --------
    >>> TensorFlow().name
    'tensorflow'
    """

    name = "tensorflow"
    differentiates = True

    def forward(self, fn: Callable[..., Any], arrays: Arrays, parameters: dict[str, Any], *, bias: bool) -> Any:
        """Return y."""
        import tensorflow as tf

        given = [None if a is None else tf.convert_to_tensor(a) for a in _operands(arrays, bias)]
        return fn(*given, **parameters)

    def backward(
        self,
        fn: Callable[..., Any],
        gradients: Callable[..., Any] | None,
        arrays: Arrays,
        parameters: dict[str, Any],
        *,
        bias: bool,
    ) -> Any:
        """Return dx, dw and, where there is a bias, db."""
        import tensorflow as tf

        if gradients is not None:
            return gradients(*(tf.convert_to_tensor(a) for a in (arrays.dy, arrays.x, arrays.w)), **parameters)
        given, rest = _leaves(arrays, bias)
        leaves = [tf.convert_to_tensor(array) for array in given]
        with tf.GradientTape() as tape:
            tape.watch(leaves)
            y = fn(*leaves, *rest, **parameters)
        return tape.gradient(y, leaves, output_gradients=tf.reshape(tf.convert_to_tensor(arrays.dy), y.shape))


def _operands(arrays: Arrays, bias: bool) -> tuple[Any, ...]:
    return (arrays.x, arrays.w, arrays.b) if bias else (arrays.x, arrays.w)


def _leaves(arrays: Arrays, bias: bool) -> tuple[tuple[Any, ...], tuple[None, ...]]:
    """Return what is differentiated, and what is passed after it."""
    if bias and arrays.b is not None:
        return (arrays.x, arrays.w, arrays.b), ()
    return (arrays.x, arrays.w), (None,) if bias else ()
