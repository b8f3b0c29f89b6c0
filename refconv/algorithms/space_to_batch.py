"""Dilation by phases: every d-th sample is a smaller image, and on it the kernel has no gaps.

This is how dilated convolution was first run on libraries that knew none: the ``d^rank`` phases of x go into the batch
(space to batch), one ordinary convolution serves them all, and its outputs are put back in their places. With a stride
s there are ``d / gcd(s, d)`` phases along an axis, and stride ``s / gcd(s, d)`` is left.

Phases are filled up with zeros until they are equally long; multiplied with an infinity those would be NaN, so finite
operands are asked for. The undilated convolution is that of `refconv.algorithms.im2col`.
"""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import numpy as np

from refconv.algorithms import im2col
from refconv.algorithms.together import bias_gradient, grown, with_bias
from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.lattice import dilation_phases
from refconv.ops.elements import Array
from refconv.ops.padding import pad, pad_adjoint

__all__ = ["Batches", "batches", "forward", "gradients"]

Index = tuple[slice, ...]


class Batches(NamedTuple):
    """The undilated plan over all phases; the size to which x and y are grown; where each phase lies in them.

    Attributes
    ----------
    plan : Geometry
        The undilated plan over all phases.
    x_size, y_size : tuple of int
        The sizes to which x and y are grown.
    samples, windows : list of tuple of slice
        Where each phase lies in x and in y.
    """

    plan: Geometry
    x_size: tuple[int, ...]
    y_size: tuple[int, ...]
    samples: list[Index]
    windows: list[Index]


def batches(plan: Geometry) -> Batches:
    """Return how a plan's phases become samples of a batch.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> moved = batches(Geometry(1, 1, 1, (Axis(n=8, k=3, d=2), Axis(n=9, k=2, d=3))))
    >>> moved.plan.batch, moved.plan.size, moved.plan.output_size, moved.y_size
    (6, (4, 3), (2, 2), (4, 6))
    """
    found = [dilation_phases(axis) for axis in plan.unpadded().axes]
    phases = list(product(*(each for _, _, each in found)))
    axes = tuple(axis for _, axis, _ in found)
    both = (slice(None), slice(None))
    return Batches(
        Geometry(len(phases) * plan.batch, plan.channels, plan.filters, axes, plan.groups),
        tuple(grown for grown, _, _ in found),
        tuple(axis.out * len(each) for _, axis, each in found),
        [(*both, *(phase.samples for phase in along)) for along in phases],
        [(*both, *(phase.windows for phase in along)) for along in phases],
    )


def forward(x: Array, w: Array, b: Array | None, plan: Geometry) -> Array:
    """Return y: of the phases' outputs, put back in their places, those that are y's own.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]])
    >>> forward(x, w, None, Geometry(1, 1, 1, (Axis(n=4, k=2, d=2),)))
    array([[[20, 31]]])
    """
    moved = batches(plan)
    y = _to_space(im2col.forward(_to_batch(pad(x, plan), moved), w, None, moved.plan), moved.windows, moved.y_size)
    return with_bias(y[:, :, *map(slice, plan.output_size)], b)


def gradients(dy: Array, x: Array, w: Array, plan: Geometry) -> tuple[Array, Array, Array]:
    """Return dx, dw and db; the windows that dy lacks get zeros.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w, dy = np.arange(4).reshape(1, 1, 4), np.array([[[1, 10]]]), np.array([[[1, 2]]])
    >>> [a.tolist() for a in gradients(dy, x, w, Geometry(1, 1, 1, (Axis(n=4, k=2, d=2),)))]
    [[[[1, 2, 10, 20]]], [[[2, 8]]], [3]]
    """
    moved = batches(plan)
    upstream = _stacked(grown(dy, moved.y_size), moved.windows)
    dx_batches, dw, _ = im2col.gradients(upstream, _to_batch(pad(x, plan), moved), w, moved.plan)
    dx_padded = _to_space(dx_batches, moved.samples, moved.x_size)[:, :, *map(slice, plan.padded_size)]
    return pad_adjoint(dx_padded, plan), dw, bias_gradient(dy)


def _to_batch(x_padded: Array, moved: Batches) -> Array:
    return _stacked(grown(x_padded, moved.x_size), moved.samples)


def _stacked(a: Any, places: list[Index]) -> Array:
    return np.concatenate([a[place] for place in places])


def _to_space(a: Array, places: list[Index], size: tuple[int, ...]) -> Array:
    """Return the adjoint of `_stacked`: each phase put where it was taken from, zeros where none was."""
    phases = a.reshape(len(places), a.shape[0] // len(places), *a.shape[1:])
    space: Any = np.zeros((*phases.shape[1:3], *size), a.dtype)
    for place, phase in zip(places, phases, strict=True):
        space[place] = phase
    filled: Array = space
    return filled
