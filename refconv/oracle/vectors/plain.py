"""A case said in numbers alone: no words for padding, every parameter per axis; and the same as text for C programs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from refconv.oracle.cases import Case

__all__ = ["flat", "parameter_lines", "plain"]


def plain(case: Case) -> Case:
    """Return the same call with all its parameters spelled out, as the plan has them.

    How the arrays lie in memory is forgotten: in files there is one way.

    Examples
    --------
    >>> plain(Case("conv1d", (1, 1, 5), (1, 1, 4), {"padding": "same", "stride": 2})).options
    {'stride': (2,), 'padding': ((1, 2),), 'dilation': (1,), 'groups': 1, 'padding_mode': 'zeros'}
    """
    plan, known = case.plan, case.operation.parameters
    extra = case.options.get("output_padding", 0)
    extras = (extra,) * plan.rank if isinstance(extra, int) else tuple(extra)
    # the plan of a transposed convolution has its output padding taken off hi
    everything: dict[str, Any] = {
        "stride": tuple(axis.s for axis in plan.axes),
        "padding": tuple((axis.lo, axis.hi + a) for axis, a in zip(plan.axes, extras, strict=True)),
        "output_padding": extras,
        "dilation": tuple(axis.d for axis in plan.axes),
        "groups": plan.groups,
        "padding_mode": plan.padding_mode,
    }
    return replace(case, options={name: everything[name] for name in known}, memory="contiguous")


def parameter_lines(case: Case) -> list[str]:
    """Return the lines of parameters.txt: a name, then its values, blanks between them; padding is lo hi lo hi ...

    Examples
    --------
    >>> for line in parameter_lines(Case("conv1d", (1, 2, 5), (1, 2, 3), {"padding": ((1, 0),)}, purpose="a look")):
    ...     print(line)
    op conv1d
    precision float32
    x_shape 1 2 5
    w_shape 1 2 3
    y_shape 1 1 4
    stride 1
    padding 1 0
    dilation 1
    groups 1
    padding_mode zeros
    bias 1
    """
    said = plain(case)
    values = {
        "op": said.op,
        "precision": said.precision,
        "x_shape": said.x_shape,
        "w_shape": said.w_shape,
        "y_shape": said.y_shape,
        **said.options,
        "bias": int(said.bias),
    }
    return [f"{name} {' '.join(flat(value))}" for name, value in values.items()]


def flat(value: Any) -> Iterable[str]:
    """Return the entries of a value in order, as text; true is 1.

    Examples
    --------
    >>> flat(((1, 0), (2, "a"))), flat(True)
    (['1', '0', '2', 'a'], ['1'])
    """
    if isinstance(value, tuple | list):
        return [text for entry in value for text in flat(entry)]
    return [str(int(value) if isinstance(value, bool) else value)]
