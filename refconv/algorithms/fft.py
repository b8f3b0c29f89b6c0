"""Convolution as a product of Fourier transforms: its cost hardly depends on the size of the kernel.

x padded, w with its taps d apart and dy with its samples s apart lie on grids of equal size, a power of two along each
axis, so long that nothing wraps around to where it is read. Then, with ``'`` for reversal::

    y  = x * w'  at every s-th place       dx = dy * w       dw = x * dy'  at every d-th place

and each ``*`` is one product of transforms, summed over channels, filters or samples. Every output at stride 1 is
computed, and all but one in ``s^rank`` thrown away.

Integers are exact: what float64 returns is rounded, which `refconv.algorithms.certified` proves right; numbers too
large for that go limb by limb. The transforms are those of scipy.fft, or of numpy.fft where SciPy is not installed.

No more of w is transformed at once than fits in `MEMORY` (of dy, for dw); but all of the other operand is, and each of
its planes takes a grid of complex numbers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from refconv.algorithms.certified import cuts, integers_of, kappa, largest_bits, limbs, room
from refconv.algorithms.together import bias_gradient, with_bias
from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.ops.elements import Array
from refconv.ops.padding import pad, pad_adjoint
from refconv.ops.sums import by_group

__all__ = ["MEMORY", "Grid", "error_bound", "forward", "gradients", "grid_size", "least_room"]

MEMORY = 1 << 26
"""Bytes of the transforms that are made slice by slice, with their products; one filter or channel at least."""

X_W = "ngcf,gocf->ngof"
DY_W = "ngof,gocf->ngcf"
X_DY = "ngcf,ngof->gocf"


class Grid(NamedTuple):
    """Samples by group, ``(N or G, G or O/G, channels, *axes)``, `steps` apart on the grid.

    Attributes
    ----------
    samples : ndarray
        By group, ``(N or G, G or O/G, channels, *axes)``.
    steps : tuple of int
        How far apart they are on the grid, along each axis.
    """

    samples: Array
    steps: tuple[int, ...]


def grid_size(padded: int) -> int:
    """Return the length of a transform: the smallest power of two that holds a padded axis.

    Examples
    --------
    >>> grid_size(58), grid_size(64), grid_size(1)
    (64, 64, 1)
    """
    return 1 << (padded - 1).bit_length()


def forward(x: Array, w: Array, b: Array | None, plan: Geometry) -> Array:
    """Return y.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.arange(4).astype(object).reshape(1, 1, 4), np.array([[[1, 10]]], object)
    >>> forward(x, w, None, Geometry(1, 1, 1, (Axis(n=4, k=2),)))
    array([[[10, 21, 32]]], dtype=object)
    """
    shifted, filters = _grids(x, w, plan)
    y = _convolved(X_W, shifted, filters, plan, _strides(plan), plan.output_size, reverse=True)
    return with_bias(y.reshape(plan.y_shape), b)


def gradients(dy: Array, x: Array, w: Array, plan: Geometry) -> tuple[Array, Array, Array]:
    """Return dx, dw and db.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> x, w = np.arange(4).astype(object).reshape(1, 1, 4), np.array([[[1, 10]]], object)
    >>> dy = np.array([[[1, 0, 2]]], object)
    >>> [a.tolist() for a in gradients(dy, x, w, Geometry(1, 1, 1, (Axis(n=4, k=2),)))]
    [[[[1, 10, 2, 20]]], [[[4, 7]]], [3]]
    """
    shifted, filters = _grids(x, w, plan)
    upstream = Grid(by_group(dy, plan.groups, 1), _strides(plan))
    dx = _convolved(DY_W, upstream, filters, plan, (1,) * plan.rank, plan.padded_size, reverse=False)
    dw = _convolved(X_DY, shifted, upstream, plan, _dilations(plan), plan.kernel_size, reverse=True)
    dx_padded = dx.reshape(*plan.x_shape[:2], *plan.padded_size)
    return pad_adjoint(dx_padded, plan), dw.reshape(plan.w_shape), bias_gradient(dy)


def error_bound(x: Array, w: Array, plan: Geometry) -> Array:
    """Return how far y may be from the exact result: for each sample and filter, ``(N, O, 1, ..)``.

    Parameters
    ----------
    x, w : ndarray
        In canonical order; their common type, float32 or wider, is that of the transforms.
    plan : Geometry
        Of the convolution.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> plan = Geometry(1, 1, 1, (Axis(n=9, k=3),))
    >>> error_bound(np.ones((1, 1, 9)), np.ones((1, 1, 3)), plan).item() < 1e-13
    True
    """
    u = float(np.finfo(np.result_type(x, w)).eps) / 2
    norms = [np.sqrt((np.abs(a.astype(float)) ** 2).sum(axis=tuple(range(2, a.ndim)))) for a in (pad(x, plan), w)]
    channels, filters = by_group(norms[0], plan.groups, 1), by_group(norms[1], plan.groups, 0)
    total: Array = np.einsum("ngc,goc->ngo", channels, filters).reshape(*plan.y_shape[:2], *(1,) * plan.rank)
    return total * kappa(_levels(plan), plan.group_channels, u)


def _grids(x: Array, w: Array, plan: Geometry) -> tuple[Grid, Grid]:
    """Return x, padded and dense, and w, its taps as far apart as they read."""
    return Grid(by_group(pad(x, plan), plan.groups, 1), (1,) * plan.rank), Grid(
        by_group(w, plan.groups, 0), _dilations(plan)
    )


def _strides(plan: Geometry) -> tuple[int, ...]:
    return tuple(axis.s for axis in plan.axes)


def _dilations(plan: Geometry) -> tuple[int, ...]:
    return tuple(axis.d for axis in plan.axes)


def _lengths(plan: Geometry) -> tuple[int, ...]:
    return tuple(grid_size(axis.padded) for axis in plan.axes)


def _levels(plan: Geometry) -> int:
    return sum(length.bit_length() - 1 for length in _lengths(plan))


def _convolved(
    spec: str, a: Grid, b: Grid, plan: Geometry, steps: tuple[int, ...], size: tuple[int, ...], *, reverse: bool
) -> Array:
    """Return `a` convolved with `b`, or with `b` reversed, at `size` places that are `steps` apart."""
    picked: tuple[Any, ...] = (..., *(slice(0, step * count, step) for step, count in zip(steps, size, strict=True)))
    lengths = _lengths(plan)
    if a.samples.dtype != object:
        return _product(spec, a, b, lengths, picked, reverse=reverse)
    if not (integers_of(a.samples) and integers_of(b.samples)):
        a, b = (Grid(_floats(grid.samples), grid.steps) for grid in (a, b))
        rough: Array = _product(spec, a, b, lengths, picked, reverse=reverse)
        return rough.astype(object)
    return _exact(spec, a, b, plan, picked, reverse=reverse)


def _floats(a: Array) -> Array:
    """Return an array of Python's ints, floats and complex numbers in a floating-point type that has them."""
    typed = np.array([float(e) if isinstance(e, int) else e for e in a.flat]).reshape(a.shape)
    if typed.dtype.kind not in "fc":
        raise TypeError(f"FFT needs numbers, not {type(a.flat[0]).__name__}")
    return typed


def _exact(spec: str, a: Grid, b: Grid, plan: Geometry, picked: tuple[Any, ...], *, reverse: bool) -> Array:
    """Return the same of ints, exactly: rounded, limb by limb."""
    bits = largest_bits(a.samples), largest_bits(b.samples)
    lengths = cuts(_room(spec, plan), *bits)
    total: Any = 0
    for a_shift, a_limb in limbs(a.samples, bits[0], lengths[0]):
        for b_shift, b_limb in limbs(b.samples, bits[1], lengths[1]):
            grids = Grid(a_limb, a.steps), Grid(b_limb, b.steps)
            rough = _product(spec, *grids, _lengths(plan), picked, reverse=reverse)
            total = total + _rounded(rough).astype(object) * (1 << a_shift + b_shift)
    exact: Array = total
    return exact


def least_room(plan: Geometry) -> int:
    """Return how many bits the operands of a plan may have together, in y, dx and dw alike, to be exact in float64.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> least_room(Geometry(1, 64, 64, (Axis(58, 3), Axis(58, 3))))
    29
    """
    return min(_room(spec, plan) for spec in (X_W, DY_W, X_DY))


def _room(spec: str, plan: Geometry) -> int:
    """Return the same for one of the three products."""
    x, w, y = (product(size) for size in (plan.padded_size, plan.kernel_size, plan.output_size))
    terms, sizes = {
        X_W: (plan.group_channels, (x, w)),
        DY_W: (plan.group_filters, (y, w)),
        X_DY: (plan.batch, (x, y)),
    }[spec]
    return room(_levels(plan), terms, sizes)


def _rounded(rough: Array) -> Array:
    """Return the nearest integers, once none of them is doubtful."""
    whole = np.rint(rough)
    apart = np.max(np.abs(rough - whole), initial=0.0)
    if not apart < 0.4:  # `room` leaves 2**-1.5
        raise ArithmeticError(f"this FFT is worse than any should be: {apart:.3f} from the nearest integer")
    return whole.astype(np.int64)


def _product(spec: str, a: Grid, b: Grid, lengths: tuple[int, ...], picked: tuple[Any, ...], *, reverse: bool) -> Array:
    """Return the inverse transform of the summed product of transforms, where it is picked."""
    fft = _transforms()
    axes = tuple(range(-len(lengths), 0))
    is_complex = "c" in (a.samples.dtype.kind, b.samples.dtype.kind)
    there, back = (fft.fftn, fft.ifftn) if is_complex else (fft.rfftn, fft.irfftn)
    one = there(_spread(a, lengths), s=lengths, axes=axes)
    frequencies = one.shape[3:]
    of_b, of_result, slices = _slices(spec, one, b.samples)
    pieces = []
    for each in slices:
        other = _spread(Grid(b.samples[(slice(None),) * of_b + (each,)], b.steps), lengths)
        other = there(np.conj(other) if reverse else other, s=lengths, axes=axes)
        if reverse:  # the transform of a reversed signal
            np.conj(other, out=other)
        both = np.einsum(spec, *(t.reshape(*t.shape[:3], product(frequencies)) for t in (one, other)))
        whole = back(both.reshape(*both.shape[:3], *frequencies), s=lengths, axes=axes)
        pieces.append(np.ascontiguousarray(whole[picked]))  # a view would keep the grid alive
    return np.concatenate(pieces, axis=of_result)


def _slices(spec: str, one: Array, b: Array) -> tuple[int, int, list[slice]]:
    """Return the axes of `b` and of the result that only they have in common, and what of them to take at once."""
    operands, result = spec.split("->")
    first, second = operands.split(",")
    (letter,) = (each for each in second if each in result and each not in first)
    frequencies = product(one.shape[3:])
    sizes = dict(zip(first + second, (*one.shape[:3], frequencies, *b.shape[:3], frequencies), strict=True))
    count = sizes[letter]
    numbers = sum(product(sizes[each] for each in term if each != letter) for term in (second, result))
    step = max(1, MEMORY // max(1, numbers * one.itemsize))
    return second.index(letter), result.index(letter), [slice(at, at + step) for at in range(0, max(count, 1), step)]


def _spread(grid: Grid, lengths: tuple[int, ...]) -> Array:
    """Return samples with zeros between them."""
    if max(grid.steps) == 1:
        return grid.samples
    wide = (step * count for step, count in zip(grid.steps, grid.samples.shape[3:], strict=True))
    sizes = map(min, wide, lengths)  # zeros after the last sample may be many
    spread: Any = np.zeros((*grid.samples.shape[:3], *sizes), grid.samples.dtype)
    spread[:, :, :, *(slice(None, None, step) for step in grid.steps)] = grid.samples
    filled: Array = spread
    return filled


def _transforms() -> Any:
    try:
        import scipy.fft
    except ImportError:
        return np.fft
    return scipy.fft
