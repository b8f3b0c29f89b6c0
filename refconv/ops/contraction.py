r"""The one engine under every operation: the three maps of a convolution, each by the road that is best for it.

==========  ======================================================  ==================================
forward     ``y[o, i]  = sum_{c, m} w[o, c, m] x[c, i s + m d]``    `columns` or `shifted`
weights     ``dw[o, c, m] = sum_{n, i} dy[o, i] x[c, i s + m d]``   `columns` or `shifted`
input       ``dx[c, q] = sum_{o, i s + m d = q} w[o, c, m] dy[o, i]``  a convolution of dy for each phase of
                                                                    the strides, or `scattered`
==========  ======================================================  ==================================

`refconv.ops.roads` chooses, from the plan alone. No road ever holds a whole matrix of columns, or a padded copy of x:
what they need beside the operands and the result stays under 64 MiB at any size. All arrays are in canonical order
and the plan has been checked.
"""

from __future__ import annotations

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.ops import bands, columns, shifted
from refconv.ops.dtypes import Arithmetic, is_finite
from refconv.ops.elements import Array, conjugate
from refconv.ops.padding import pad
from refconv.ops.roads import backward_road, forward_road, weights_road
from refconv.ops.scattered import scatter
from refconv.ops.sums import by_group, laid
from refconv.ops.tiles import keep_freed_memory

__all__ = ["forward", "input_gradient", "weight_gradient"]

ROADS = {"bands": bands, "columns": columns, "shifted": shifted}

keep_freed_memory()


@np.errstate(all="ignore")  # infinities and NaN are results here, not accidents
def forward(
    x: Array, w: Array, b: Array | None, plan: Geometry, arithmetic: Arithmetic, y: Array, *, conjugated: bool = False
) -> None:
    """Write the convolution of x with w (or its conjugate), plus b, into y."""
    if plan.padding_mode != "zeros":
        x, plan = pad(x, plan), plan.unpadded()
    choice = forward_road(plan, arithmetic)
    ROADS[choice.road].correlate(
        by_group(x, plan.groups, 1),
        laid(by_group(conjugate(w) if conjugated else w, plan.groups, 0), arithmetic),
        _offset(b, plan, arithmetic),
        plan,
        arithmetic,
        by_group(y, plan.groups, 1),
        choice.sizes,
    )


@np.errstate(all="ignore")  # infinities and NaN are results here, not accidents
def weight_gradient(dy: Array, x: Array, plan: Geometry, arithmetic: Arithmetic, dw: Array) -> None:
    """Write the gradient for w into dw: every product ``conj(dy) * x``, added up at the tap that read x."""
    if plan.batch == 0:
        dw[...] = 0
        return
    if plan.padding_mode != "zeros":
        x, plan = pad(x, plan), plan.unpadded()
    operands = by_group(dy, plan.groups, 1), by_group(x, plan.groups, 1)
    target = by_group(dw, plan.groups, 0)
    choice = weights_road(plan, arithmetic)
    ROADS[choice.road].weights(*operands, plan, arithmetic, target, choice.sizes)
    if choice.road == "shifted" and arithmetic.accumulator.kind in "fc" and not np.isfinite(dw).all():
        # the zeros with which dy was spread out have met an infinity or NaN of x, or dw is truly not finite
        columns.weights(*operands, plan, arithmetic, target, columns.weights_sizes(plan, arithmetic.width, 1))


@np.errstate(all="ignore")  # infinities and NaN are results here, not accidents
def input_gradient(
    dy: Array, w: Array, b: Array | None, plan: Geometry, arithmetic: Arithmetic, dx: Array, *, conjugated: bool = False
) -> None:
    """Write the gradient for x into dx, plus b: the adjoint of `forward`, and so a transposed convolution.

    Where the plan pads with zeros the padding's gradient is never computed; plans of other modes come here with
    `Geometry.unpadded`, and their dx in the accumulator's type, still to be folded.
    """
    kernels = laid(by_group(conjugate(w) if conjugated else w, plan.groups, 0), arithmetic)
    upstream, target = by_group(dy, plan.groups, 1), by_group(dx, plan.groups, 1)
    offset = _offset(b, plan, arithmetic)
    choice = backward_road(plan, arithmetic, finite=is_finite(kernels, arithmetic))
    if choice.road == "scattered":
        scatter(upstream, kernels, offset, plan, arithmetic, target)
        return
    if choice.unread:
        target[...] = 0 if offset is None else offset
    for phase in choice.phases:
        ROADS[phase.choice.road].correlate(
            upstream,
            laid(kernels[:, :, :, *phase.taps].swapaxes(1, 2), arithmetic),
            offset,
            phase.plan,
            arithmetic,
            target[:, :, :, *phase.pixels],
            phase.choice.sizes,
        )


def _offset(b: Array | None, plan: Geometry, arithmetic: Arithmetic) -> Array | None:
    return None if b is None else b.astype(arithmetic.accumulator).reshape(plan.groups, -1, *(1,) * plan.rank)
