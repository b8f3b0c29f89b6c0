"""Hold one drawn call of a dialect against TensorFlow or Keras on it, within the derived bound.

Both sides round, so they may differ by twice ``gamma_K sum |x w|``; the magnitude ``sum |x w|`` is the same operation
on absolute values. TensorFlow itself is handed in: this file is read where it is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from tests import bounds


def arrays_of(drawn: Any, dtype: Any) -> list[np.ndarray]:
    rng = np.random.default_rng(drawn.seed)
    return [rng.standard_normal(shape).astype(dtype) for shape in drawn.shapes]


def theirs(tf: Any, function: Callable[..., Any], operands: list[np.ndarray], dy: np.ndarray | None) -> list[Any]:
    """Return their result, and with a dy their gradients for every operand."""
    tensors = [tf.constant(a) for a in operands]
    if dy is None:
        return [function(*tensors).numpy()]
    with tf.GradientTape() as tape:
        for tensor in tensors:
            tape.watch(tensor)
        y = function(*tensors)
    gradients = tape.gradient(y, tensors, tf.constant(dy))
    return [y.numpy(), *(gradient.numpy() for gradient in gradients)]


def compiled(tf: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return what computes the result and the gradients through TensorFlow's compiler, in one go."""

    def together(dy: Any, *tensors: Any) -> Any:
        with tf.GradientTape() as tape:
            for tensor in tensors:
                tape.watch(tensor)
            y = function(*tensors)
        return (y, *tape.gradient(y, tensors, dy))

    whole = tf.function(together, jit_compile=True, autograph=False)
    return lambda operands, dy: [
        result.numpy() for result in whole(tf.constant(dy), *(tf.constant(a) for a in operands))
    ]


def close(ours: np.ndarray, other: np.ndarray, magnitude: np.ndarray, terms: int, what: Any) -> None:
    """Assert that two results of `terms` rounded terms each can both be right."""
    assert ours.shape == other.shape, (what, ours.shape, other.shape)
    assert ours.dtype == other.dtype, (what, ours.dtype, other.dtype)
    bound = 2 * bounds.gamma(terms, ours.dtype) * magnitude.astype(np.float64)
    worst = np.max(np.abs(ours.astype(np.float64) - other) - bound, initial=-np.inf)
    assert worst <= 0, (what, worst)


def check(tf: Any, dialect: Any, namespace: Any, drawn: Any, dtype: Any, *, jit: bool = False) -> bool:
    """Hold a call against theirs, and its gradients where they have them; return whether they have."""
    ours, backward = getattr(dialect, drawn.kind), getattr(dialect, drawn.kind + "_backward")
    operands = arrays_of(drawn, dtype)
    y = ours(*operands, **drawn.words)
    dy = np.random.default_rng(drawn.seed + 1).standard_normal(y.shape).astype(dtype)
    function = named(namespace, drawn)
    wanted = jit or drawn.gradients
    results = compiled(tf, function)(operands, dy) if jit else theirs(tf, function, operands, dy if wanted else None)
    pooled = len(operands) == 1
    largest = drawn.kind.startswith("max_pool")
    absolute = [np.abs(a) for a in operands]
    magnitude = np.zeros_like(y) if largest else ours(*absolute, **drawn.words)
    # an average is a sum, then a quotient, or a product with a rounded reciprocal
    close(y, results[0], magnitude, drawn.terms[0] + 2 * pooled, (drawn, "y"))
    if not wanted:
        return False
    mine = backward(dy, *operands, **drawn.words)
    # which sample is the largest is a matter of the samples themselves
    sizes = backward(np.abs(dy), *(operands if largest else absolute), **drawn.words)
    mine, sizes = ([mine], [sizes]) if pooled else (mine, sizes)
    outputs = y.size + drawn.terms[0] + drawn.terms[1]
    counts = (drawn.terms[1] + 2 * pooled, outputs, outputs)
    mine, sizes = ([g for g in grads if g is not None] for grads in (mine, sizes))
    assert len(mine) == len(operands) == len(results) - 1
    for one, other, size, count in zip(mine, results[1:], sizes, counts, strict=False):
        close(one, other, size, count, (drawn, "gradient"))
    return True


def named(namespace: Any, drawn: Any) -> Callable[..., Any]:
    call = getattr(namespace, drawn.kind)
    return lambda *tensors: call(*tensors, **drawn.words)
