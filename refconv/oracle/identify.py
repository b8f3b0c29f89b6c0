"""Identify a kernel: measure what it reads, and say what that is.

The reads come from `refconv.oracle.probe`, the numbers from `refconv.oracle.behaviour`, and where they are not as
asked, the catalogue of known mistakes (`refconv.oracle.explain`) is asked for a name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

import numpy as np

from refconv.arithmetic.per_axis import choice, integer
from refconv.errors import ShapeError
from refconv.oracle.behaviour import AxisBehaviour, Behaviour, read_axis
from refconv.oracle.calling import Refused
from refconv.oracle.calling_dialects import own_layouts
from refconv.oracle.cases import Case
from refconv.oracle.explain import Observation, explain
from refconv.oracle.judge import judge
from refconv.oracle.kernel import Kernel
from refconv.oracle.layout import find_layouts
from refconv.oracle.operations import Operation, operation
from refconv.oracle.probe import Call, Measured, Unmeasurable, measure, measure_bias
from refconv.oracle.wiring import NOTHING, Triples, Wiring

__all__ = ["identify", "identify_kernel", "probing_case"]

TELLING: dict[str, dict[int, tuple[Any, ...]]] = {
    "stride": {1: (3,), 2: (2, 3), 3: (2, 3, 2)},
    "padding": {1: ((2, 0),), 2: ((1, 2), (2, 0)), 3: ((0, 2), (2, 0), (1, 0))},
    "dilation": {1: (3,), 2: (2, 3), 3: (2, 3, 2)},
}
"""Numbers that differ per axis and per side, so that none can be taken for another."""


def probing_case(kind: Operation, options: dict[str, Any], precision: str = "float32") -> Case:
    """Return a small case in which everything matters, with the caller's options where there are any.

    Examples
    --------
    >>> probing_case(operation("conv1d"), {}).options["stride"]
    (3,)
    """
    rank = kind.rank
    telling: dict[str, Any] = {name: values[rank] for name, values in TELLING.items()}
    telling["groups"] = 2
    if kind.family == "conv_transpose":
        telling |= {"padding": ((1, 0),) * rank, "output_padding": (1,) * rank}
        # a transposed 3-d result grows fast, and each of its elements needs a code
        telling |= {"dilation": (1, 2, 1)} if rank == 3 else {}
    telling = {name: value for name, value in telling.items() if name in kind.parameters} | options
    # two windows or more along every axis, and few enough elements for the codes
    kernel = {1: (3,), 2: (2, 3), 3: (2, 2, 2)}[rank]
    sizes = {1: (13,), 2: (5, 8), 3: (3, 5, 4)}[rank]
    channels = filters = 4
    groups = int(telling.get("groups", 1))
    if kind.family == "depthwise_conv":
        return Case(kind.name, (1, channels, *sizes), (channels, 2, *kernel), telling, precision=precision)
    if kind.family == "pointwise_conv":
        kernel = (1,) * rank
    if kind.family == "conv_transpose":
        w_shape = (channels, max((filters if rank < 3 else 2) // groups, 1), *kernel)
        return Case(kind.name, (1, channels, *(2,) * rank), w_shape, telling, precision=precision)
    return Case(kind.name, (1, channels, *sizes), (filters, channels // groups, *kernel), telling, precision=precision)


def identify(
    fn: Callable[..., Any] | str,
    op: str = "conv2d",
    *,
    of: str = "y",
    gradients: Callable[..., Any] | str | None = None,
    convention: str = "auto",
    dialect: str = "refconv",
    precision: str = "float32",
    **options: Any,
) -> Behaviour:
    """Measure what a kernel does, with a few hundred small calls.

    Parameters
    ----------
    fn : callable or str
        ``f(x, w, b, *, stride, padding, dilation, groups) -> y``; or where it is, "package.module:f" or "file.py:f".
    op : str
        What it should be: "conv2d", "conv_transpose2d", "depthwise_conv2d", ...
    of : {"y", "dx", "dw"}
        Which result to measure.
    gradients : callable or str, optional
        ``g(dy, x, w, *, ...) -> (dx, dw, db)``, for `of` "dx" and "dw".
    convention : {"auto", "plain", "torch", "jax", "tensorflow"}
        Which arrays it gets.
    dialect : {"refconv", "torch", "tensorflow", "keras", "xla", "onnx", "webnn"}
        In whose words and layouts it is called; what is measured is said in refconv's.
    precision : str
        The type of the arrays it is given.
    **options
        The call to measure, as `refconv.conv2d` takes it; without any, one in which every number matters, as far as
        the kernel takes them.

    Returns
    -------
    Behaviour
        In numbers and in sentences.

    Raises
    ------
    ArgumentError
        For an unknown operation, convention, dialect or precision, and options that do not go together.

    Examples
    --------
    >>> import refconv
    >>> def flipped(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
    ...     return refconv.conv2d(x, w[:, :, ::-1], b, stride, padding, dilation, groups)
    >>> identify(flipped).sentences
    ('the kernel is flipped along H',)
    """
    kernel = Kernel.of(fn, op, backward=gradients, convention=convention, dialect=dialect)
    kind = operation(op)
    choice("identify", "of", of, ("y", "dx", "dw"))
    for name in options:
        choice("identify", "option", name, kind.parameters)
    integer("identify", "groups", options.get("groups", 1), 1)
    normal = _normal(kind, options)
    case = probing_case(kind, normal, precision)
    try:
        case.macs  # noqa: B018 - raises where the numbers do not go together
    except ShapeError:
        neutral = {name: (1,) * kind.rank for name in ("stride", "dilation") if name in kind.parameters}
        case = probing_case(kind, neutral | normal, precision)
        case.macs  # noqa: B018 - the caller's own numbers do not go together
    return identify_kernel(kernel, case, of, loosen=not options)


def _normal(kind: Operation, options: dict[str, Any]) -> dict[str, Any]:
    """Return options per axis, as a case has them."""
    spelled = dict(options)
    for name in ("stride", "dilation", "output_padding"):
        if isinstance(spelled.get(name), int):
            spelled[name] = (spelled[name],) * kind.rank
        elif name in spelled:
            spelled[name] = tuple(spelled[name])
    padding = spelled.get("padding")
    if isinstance(padding, int):
        padding = (padding,) * kind.rank
    if isinstance(padding, tuple | list):
        spelled["padding"] = tuple((p, p) if isinstance(p, int) else tuple(p) for p in padding)
    return spelled


def identify_kernel(kernel: Kernel, case: Case, of: str = "y", *, loosen: bool = False) -> Behaviour:
    """Measure a kernel on one case; with `loosen`, drop the options that it does not take."""
    start = perf_counter()
    case = _accepted(kernel, case) if loosen else case
    behaviour = _measured(kernel, kernel.call, case, of)
    if not behaviour.right:
        own = own_layouts(kernel.dialect, case.operation)
        found = find_layouts(kernel.call, case.op, case.precision, own)
        if found is not None:
            inside = _measured(kernel, found.around(kernel.call), case, of)
            others = () if inside.right else inside.sentences
            behaviour = replace(
                inside, right=False, sentences=(str(found), *others), layouts={"x": found.x, "w": found.w}
            )
    return replace(behaviour, seconds=perf_counter() - start)


def _measured(kernel: Kernel, call: Call, case: Case, of: str) -> Behaviour:
    """Return what was measured, with its sentences."""
    try:
        measured = measure(call, case, of)
    except (Unmeasurable, Refused) as error:
        return Behaviour(case.op, of, False, (f"nothing can be measured: {error}",), case.options)
    behaviour = _described(case, measured)
    bias = measure_bias(call, case) if of == "y" and kernel.forms.bias else None
    behaviour = replace(behaviour, bias=None if bias is None else bias.tolist(), calls=measured.calls + 1)
    straight = of != "y" or not kernel.forms.bias or (bias is not None and np.array_equal(bias, np.arange(len(bias))))
    sound = _sound(kernel, call, case, of)
    behaviour = replace(behaviour, right=behaviour.right and bool(straight) and sound)
    return replace(behaviour, sentences=_sentences(kernel, call, case, behaviour))


def _accepted(kernel: Kernel, case: Case) -> Case:
    """Return the case with neutral values for what the kernel does not take."""
    rank = case.operation.rank
    neutral: dict[str, list[Any]] = {
        "padding": [((1, 1), (2, 2), (1, 1))[:rank], ((1, 1),) * rank, ((0, 0),) * rank],
        "stride": [(2,) * rank, (1,) * rank],
        "dilation": [(2,) * rank, (1,) * rank],
        "output_padding": [(0,) * rank],
        "groups": [1],
    }
    for name, values in neutral.items():
        for value in [case.options.get(name), *values]:
            if name not in case.options:
                break
            tried = replace(case, options={**case.options, name: value})
            if name == "groups" and value != case.options[name]:
                w_shape = (case.w_shape[0], case.x_shape[1], *case.w_shape[2:])
                tried = replace(tried, w_shape=w_shape)
            try:
                kernel.forms.spell(replace(tried, options={name: value}))
            except Refused:
                continue
            case = tried
            break
    return _together(kernel, case)


def _together(kernel: Kernel, case: Case) -> Case:
    """Return the case with fewer of the options that a kernel takes one by one, but not all at once."""
    ones = (1,) * case.operation.rank
    for changed in ({}, {"dilation": ones}, {"output_padding": (0,) * case.operation.rank}, {"stride": ones}):
        known = {name: value for name, value in changed.items() if name in case.options}
        case = replace(case, options={**case.options, **known})
        try:
            kernel.forms.spell(case)
        except Refused:
            continue
        break
    return case


def _described(case: Case, measured: Measured) -> Behaviour:
    """Return the numbers of what was read."""
    plan, operation_ = case.plan, case.operation
    triples = measured.triples(case)
    # a kernel may make results of a wrong size, and their coordinates are of that size
    shapes = {"x": plan.x_shape, "w": plan.w_shape, "y": plan.y_shape}
    right_shape = shapes[operation_.role(measured.of)]
    if measured.of == "dw" and measured.result_shape == case.w_shape:  # a depthwise kernel's, in the plan's words
        measured = measured._replace(result_shape=right_shape)
    expected = _places(Wiring.of(plan).triples(), shapes)
    seen = _places(triples, shapes | {operation_.role(measured.of): measured.result_shape})
    several = int((measured.reads < NOTHING).sum())
    scaled = int(((measured.factor != 1) & (measured.reads >= 0)).sum())
    wrong = len(expected ^ seen) + several + scaled
    y_shape = measured.result_shape if operation_.role(measured.of) == "y" else plan.y_shape
    comparable = len(measured.result_shape) == len(right_shape)
    axes: tuple[AxisBehaviour, ...] = ()
    mode = None
    # coordinates along the axes need their sizes: those of y may be the kernel's own, those of x must be as asked
    if comparable and (operation_.role(measured.of) == "y" or measured.result_shape == right_shape):
        found = [read_axis(plan, a, triples, y_shape) for a in range(plan.rank)]
        axes = tuple(behaviour for behaviour, _ in found)
        mode = next((shown for _, shown in found if shown is not None), None)
    channels = _channels(case, triples, y_shape) if comparable and axes else []
    return Behaviour(
        case.op,
        measured.of,
        right=wrong == 0 and measured.result_shape == right_shape,
        sentences=(),
        asked=dict(case.options),
        axes=axes,
        padding_mode=mode,
        channels=channels,
        products=len(seen),
        wrong=wrong,
    )


def _places(triples: Triples, shapes: dict[str, tuple[int, ...]]) -> set[tuple[int, ...]]:
    """Return the products as coordinates, without those of the padding's zeros."""
    here = (triples.y >= 0) & (triples.x >= 0) & (triples.w >= 0)
    columns = [
        coordinate
        for role in ("y", "x", "w")
        for coordinate in np.unravel_index(getattr(triples, role)[here], shapes[role])
    ]
    return set(zip(*(column.tolist() for column in columns), strict=True))


def _channels(case: Case, triples: Triples, y_shape: tuple[int, ...]) -> list[list[int]]:
    plan = case.plan
    o, c = (triples.coordinate("w", axis, plan.w_shape) for axis in (0, 1))
    read = triples.coordinate("x", 1, plan.x_shape)
    table = np.full(plan.w_shape[:2], NOTHING)
    table[o, c] = read
    unsteady = np.zeros_like(table, dtype=bool)
    np.logical_or.at(unsteady, (o, c), table[o, c] != read)
    listed: list[list[int]] = np.where(unsteady, NOTHING - 1, table).tolist()
    return listed


def _sentences(kernel: Kernel, call: Call, case: Case, behaviour: Behaviour) -> tuple[str, ...]:
    """Return the behaviour in words: a known mistake's where one fits, else what differs from what was asked."""
    if behaviour.right:
        return ("every product is the definition's",)
    named = _named(kernel, call, case, behaviour.of)
    if named:
        return named
    differing = []
    for axis, found in zip(case.plan.axes, behaviour.axes, strict=False):
        for what, asked, seen in (
            ("stride", axis.s, found.stride),
            ("dilation", axis.d, found.dilation),
            ("padding before the input", axis.lo, found.before),
            ("number of windows", axis.out, found.outputs),
        ):
            if seen is not None and seen != asked:
                differing.append(f"the {what} along {found.name} is {seen}, not {asked}")
        if found.flipped:
            differing.append(f"the kernel is flipped along {found.name}")
    if behaviour.padding_mode not in (None, case.plan.padding_mode):
        differing.append(f"beyond the input it reads {behaviour.padding_mode}, not {case.plan.padding_mode}")
    if behaviour.wrong:
        differing.append(f"{behaviour.wrong} products are too many, lacking, or of other elements")
    if not behaviour.wrong and not differing:
        differing.append("every product is the definition's, but other numbers do not add up to its results")
    if behaviour.bias is not None and behaviour.bias != list(range(len(behaviour.bias))):
        differing.append(f"the channels get the entries {behaviour.bias} of b (-1: none)")
    return tuple(differing)


def _sound(kernel: Kernel, call: Call, case: Case, of: str) -> bool:
    """Whether the kernel is right on signed integers with a bias too: impulses do not show what is not linear."""
    integers = replace(case, fill="integers", bias=kernel.forms.bias)
    arrays = integers.arrays()
    return judge(integers, arrays, call(integers, arrays, of), of) is None


def _named(kernel: Kernel, call: Call, case: Case, of: str) -> tuple[str, ...]:
    """Return the sentences of the known mistakes that give this kernel's result on integers."""
    integers = replace(case, fill="integers", bias=kernel.forms.bias)
    arrays = integers.arrays()
    outcome = call(integers, arrays, of)
    if of not in outcome.results:
        return ()
    result = outcome.results[of]
    if not isinstance(result, np.ndarray) or result.size == 0:
        return ()
    explanation = explain([Observation(integers, of, arrays, result)])
    return () if explanation is None else tuple(mistake.sentence for mistake in explanation.mistakes)
