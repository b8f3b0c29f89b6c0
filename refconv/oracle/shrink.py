"""Shrink a failing case: smaller sizes and plainer options, as long as the kernel fails in the same way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from refconv.errors import RefconvError
from refconv.oracle.cases import Case

__all__ = ["shrink", "simpler"]


def shrink(case: Case, still_fails: Callable[[Case], bool], *, most: int = 250) -> Case:
    """Return the smallest case found that fails too, in at most so many tries.

    Parameters
    ----------
    case : Case
        A failing one.
    still_fails : callable
        Whether a case fails in the same way.
    most : int
        How many cases to try.

    Examples
    --------
    >>> case = Case("conv2d", (2, 4, 9, 9), (6, 2, 3, 3), {"stride": (2, 1), "groups": 2})
    >>> shrink(case, lambda smaller: smaller.options["stride"][0] == 2).x_shape
    (1, 1, 1, 1)
    """
    tries = 0
    improved = True
    while improved and tries < most:
        improved = False
        for smaller in simpler(case):
            tries += 1
            if tries > most:
                break
            if still_fails(smaller):
                case, improved = smaller, True
                break
    return case


def simpler(case: Case) -> Iterator[Case]:
    """Yield the cases that are simpler in one respect, the boldest first; each of them is a valid call.

    Examples
    --------
    >>> case = Case("conv1d", (1, 1, 5), (1, 1, 1), fill="normal", bias=False)
    >>> [smaller.x_shape for smaller in simpler(case)]
    [(1, 1, 5), (1, 1, 1), (1, 1, 3), (1, 1, 4)]
    """
    for changed in _changes(case):
        if changed == case:
            continue
        try:
            valid = changed.macs >= 0
        except RefconvError:
            continue
        if valid:
            yield changed


def _changes(case: Case) -> Iterator[Case]:
    if case.memory != "contiguous":
        yield replace(case, memory="contiguous")
    if case.fill != "integers":
        yield replace(case, fill="integers")
    if case.bias:
        yield replace(case, bias=False)
    yield from _plainer_options(case)
    yield from _fewer_channels(case)
    for axis in range(case.operation.rank):
        yield from _shorter(case, axis)


def _plainer_options(case: Case) -> Iterator[Case]:
    for name, value in case.options.items():
        if name == "groups" or isinstance(value, int):
            continue
        neutral: Any = {"padding": (0, 0), "output_padding": 0, "padding_mode": "zeros"}.get(name, 1)
        if isinstance(value, str):
            plain = neutral if name == "padding_mode" else (neutral,) * case.operation.rank
            yield replace(case, options={**case.options, name: plain})
            continue
        yield replace(case, options={**case.options, name: (neutral,) * len(value)})
        for axis, entry in enumerate(value):
            for less in _less(entry, neutral):
                changed = (*value[:axis], less, *value[axis + 1 :])
                yield replace(case, options={**case.options, name: changed})


def _less(entry: Any, neutral: Any) -> list[Any]:
    if isinstance(entry, tuple):
        lo, hi = entry
        return [(0, hi), (lo, 0), (lo - (lo > 0), hi), (lo, hi - (hi > 0))]
    return [neutral, entry - 1] if isinstance(entry, int) and entry > neutral else []


def _fewer_channels(case: Case) -> Iterator[Case]:
    """Yield the case with fewer samples, groups, channels and filters; what belongs together changes together."""
    batch, channels = case.x_shape[:2]
    rows, columns = case.w_shape[:2]
    groups = int(case.options.get("groups", 1))
    for n in (1, batch - 1):
        if 1 <= n < batch:
            yield replace(case, x_shape=(n, *case.x_shape[1:]))
    family = case.operation.family
    if family == "depthwise_conv":
        for c, m in ((1, columns), (channels // 2, columns), (channels - 1, columns), (channels, 1)):
            if c >= 1:
                yield _with(case, c, (c, m), 1)
        return
    for g in (1, groups - 1):
        if 1 <= g < groups:
            yield _with(case, channels // groups * g, (rows // groups * g, columns), g)
    per_group = channels // groups
    for c in (1, per_group // 2, per_group - 1):
        if 1 <= c < per_group:
            w = (c * groups, columns) if family == "conv_transpose" else (rows, c)
            yield _with(case, c * groups, w, groups)
    filters = columns if family == "conv_transpose" else rows // groups
    for o in (1, filters // 2, filters - 1):
        if 1 <= o < filters:
            w = (rows, o) if family == "conv_transpose" else (o * groups, columns)
            yield _with(case, channels, w, groups)


def _with(case: Case, channels: int, w: tuple[int, int], groups: int) -> Case:
    options = {**case.options, "groups": groups} if "groups" in case.options else case.options
    x_shape = (case.x_shape[0], channels, *case.x_shape[2:])
    return replace(case, x_shape=x_shape, w_shape=(*w, *case.w_shape[2:]), options=options)


def _shorter(case: Case, axis: int) -> Iterator[Case]:
    """Yield the case with a smaller kernel, or a smaller input, along one axis."""
    at = 2 + axis
    for size in _smaller(case.w_shape[at]):
        yield replace(case, w_shape=(*case.w_shape[:at], size, *case.w_shape[at + 1 :]))
    for size in _smaller(case.x_shape[at]):
        yield replace(case, x_shape=(*case.x_shape[:at], size, *case.x_shape[at + 1 :]))


def _smaller(size: int) -> list[int]:
    return [less for less in (1, size // 2 + 1, size - 1) if 1 <= less < size]
