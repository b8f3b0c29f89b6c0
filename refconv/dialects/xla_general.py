"""The general convolution of XLA and its gradients, for checked calls: refconv's, on an lhs with zeros in it.

A dilated lhs is written out with its zeros, so that each output costs its full window; a transposed convolution by
this road costs as many times the products it needs as there are zeros to a sample. Batch groups are feature groups
whose channels lie in the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from refconv.dialects.saying import said_as
from refconv.dialects.xla_numbers import ConvDimensionNumbers, enter, leave
from refconv.dialects.xla_types import settled, widened
from refconv.dialects.xla_window import Window, dilated
from refconv.ops.bilinear import Gradients
from refconv.ops.checks import check_shape
from refconv.ops.convolution import conv, conv_backward
from refconv.ops.dtypes import common_type
from refconv.ops.elements import Array, check_numeric, conjugate, is_integer

__all__ = ["GeneralCall", "backward", "forward", "stuffed"]

WORDS = {
    "x": "lhs",
    "w": "rhs",
    "stride": "window_strides",
    "padding": "padding",
    "dilation": "rhs_dilation",
    "groups": "feature_group_count",
}


@dataclass(frozen=True, slots=True)
class GeneralCall:
    """A checked call: the arrays as the caller has them, and the numbers that say what is done with them."""

    op: str
    lhs: Array
    rhs: Array
    numbers: ConvDimensionNumbers
    window: Window
    feature_groups: int = 1
    batch_groups: int = 1
    preferred: np.dtype[Any] | None = None

    @property
    def groups(self) -> int:
        """The groups of the convolution that is computed: at most one of the two counts is not 1."""
        return self.feature_groups * self.batch_groups

    @property
    def filled(self) -> Window:
        """The window, with an axis of its own where the arrays have no spatial one."""
        return self.window if self.window.strides else Window((1,), ((0, 0),), (1,), (1,), (False,))

    @property
    def out_shape(self) -> tuple[int, ...]:
        """The result's shape in canonical order: the batch of one group, the output features, the windows."""
        x, w = enter(self.lhs, self.numbers.lhs_spec), enter(self.rhs, self.numbers.rhs_spec)
        return x.shape[0] // self.batch_groups, w.shape[0], *self.filled.outputs(x.shape[2:], w.shape[2:])

    def said(self) -> dict[str, Any]:
        """Return what refconv is told beside the arrays."""
        window = self.filled
        return {
            "stride": window.strides,
            "padding": window.padding,
            "dilation": window.rhs_dilation,
            "groups": self.groups,
        }


def forward(call: GeneralCall) -> Array:
    """Return the result of a checked call, in its own layout.

    Examples
    --------
    >>> order = (0, 1, 2)
    >>> window = Window((1,), ((0, 0),), (2,), (1,), (False,))
    >>> one, two = np.array([[[1, 2, 3]]]), np.array([[[10, 1]]])
    >>> forward(GeneralCall("conv", one, two, ConvDimensionNumbers(order, order, order), window))
    array([[[10,  2, 20,  3]]])
    """
    x, w = _operands(call)
    if _nothing(call, x, w):
        y = _zeros(call, call.out_shape, x, w)
    else:
        with said_as(call.op, WORDS):
            y = conv(stuffed(call, x), w, **call.said())
    return leave(settled(call.op, y, call.preferred), call.numbers.out_spec)


def backward(call: GeneralCall, dy: Any) -> Gradients:
    """Return the gradients of ``sum(dy * forward(call))``, each in its operand's layout.

    Complex operands enter as they are, not conjugated: this is JAX's convention, PyTorch's is the other one.

    Examples
    --------
    >>> order = (0, 1, 2)
    >>> window = Window((1,), ((0, 0),), (2,), (1,), (False,))
    >>> one, two = np.array([[[1, 2, 3]]]), np.array([[[10, 1]]])
    >>> call = GeneralCall("conv_backward", one, two, ConvDimensionNumbers(order, order, order), window)
    >>> backward(call, [[[1, 0, 0, 1]]])
    Gradients(dx=array([[[10,  0,  1]]]), dw=array([[[1, 3]]]), db=None)
    """
    upstream = _upstream(call, dy)
    x, w = _operands(call, upstream)
    if _nothing(call, x, w):
        dx, dw = _zeros(call, x.shape, upstream, w), _zeros(call, w.shape, upstream, x)
    else:
        with said_as(call.op, WORDS):
            dx, dw, _ = conv_backward(upstream, conjugate(stuffed(call, x)), conjugate(w), **call.said(), bias=False)
        dx = dx[:, :, *_samples(call)]
    dx = leave(_to_batch(call, dx), call.numbers.lhs_spec)
    dw = leave(_turned(call, dw), call.numbers.rhs_spec)
    return Gradients(_as_operand(call, dx, call.lhs), _as_operand(call, dw, call.rhs), None)


def _operands(call: GeneralCall, dy: Array | None = None) -> tuple[Array, Array]:
    """Return lhs and rhs in canonical order, as feature groups, rhs reversed where the window is."""
    asked = call.preferred
    x, w = (widened(*pair, asked) if asked else pair[0] for pair in ((call.lhs, call.rhs), (call.rhs, call.lhs)))
    x, w = enter(x, call.numbers.lhs_spec), enter(w, call.numbers.rhs_spec)
    return _to_features(call, x), _turned(call, w)


def _turned(call: GeneralCall, w: Array) -> Array:
    return w[:, :, *(slice(None, None, -1 if turned else 1) for turned in call.filled.reversal)]


def _to_features(call: GeneralCall, x: Array) -> Array:
    """Return the batch's groups side by side as groups of channels."""
    if call.batch_groups == 1:
        return x
    parts = x.reshape(call.batch_groups, x.shape[0] // call.batch_groups, *x.shape[1:])
    return np.moveaxis(parts, 0, 1).reshape(parts.shape[1], call.batch_groups * parts.shape[2], *parts.shape[3:])


def _to_batch(call: GeneralCall, x: Array) -> Array:
    """Undo `_to_features`."""
    if call.batch_groups == 1:
        return x
    parts = x.reshape(x.shape[0], call.batch_groups, x.shape[1] // call.batch_groups, *x.shape[2:])
    return np.moveaxis(parts, 1, 0).reshape(call.batch_groups * x.shape[0], *parts.shape[2:])


def _samples(call: GeneralCall) -> tuple[slice, ...]:
    """Return where the samples of lhs lie among the zeros."""
    return tuple(slice(None, None, d) for d in call.filled.lhs_dilation)


def stuffed(call: GeneralCall, x: Array) -> Array:
    """Return x, in canonical order, with the zeros between its samples; itself where it has none.

    Examples
    --------
    >>> order = (0, 1, 2)
    >>> window = Window((1,), ((0, 0),), (3,), (1,), (False,))
    >>> one, two = np.array([[[1, 2]]]), np.array([[[1]]])
    >>> stuffed(GeneralCall("conv", one, two, ConvDimensionNumbers(order, order, order), window), one)
    array([[[1, 0, 0, 2]]])
    """
    spread = call.filled.lhs_dilation
    if all(d == 1 for d in spread):
        return x
    sizes = (dilated(n, d) for n, d in zip(x.shape[2:], spread, strict=True))
    stuffed = np.zeros((*x.shape[:2], *sizes), x.dtype)
    stuffed[:, :, *_samples(call)] = x
    return stuffed


def _nothing(call: GeneralCall, x: Array, w: Array) -> bool:
    """Return whether there is no window, no tap or no channel: sums of nothing, which refconv's conv refuses."""
    return 0 in (*x.shape[1:], *w.shape, *call.out_shape)


def _zeros(call: GeneralCall, shape: tuple[int, ...], a: Array, b: Array) -> Array:
    return np.zeros(shape, common_type(call.op, a, b))


def _upstream(call: GeneralCall, dy: Any) -> Array:
    """Return dy in canonical order, of exactly the result's shape."""
    array = check_numeric(call.op, "dy", dy)
    spec = call.numbers.out_spec
    canonical = call.out_shape[: len(spec)]
    shape = tuple(canonical[at] for at in np.argsort(spec))
    check_shape(call.op, "dy", array.shape, shape, "the result with the same arguments")
    return enter(array, spec)


def _as_operand(call: GeneralCall, gradient: Array, operand: Array) -> Array:
    """Return a gradient as JAX gives it where sums were asked for in another type: in the operand's own."""
    if call.preferred is None or is_integer(operand):
        return gradient
    with np.errstate(over="ignore"):
        return gradient.astype(operand.dtype, copy=False)
