"""The suites: what is in them, that refconv passes them, and that simple mistakes do not."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.errors import ArgumentError
from refconv.oracle.compare import compare
from refconv.oracle.fills import FILLS
from refconv.oracle.formats import FORMATS, round_to
from refconv.oracle.memory import MEMORY
from refconv.oracle.operations import FACTORS, OPERATIONS
from refconv.oracle.precision import PRECISIONS
from refconv.oracle.suites import SUITES, suite
from refconv.oracle.suites.draft import case_of
from refconv.oracle.suites.structure import MODES, ONE, SEVERAL, WORDS
from refconv.oracle.wiring import NOTHING, Wiring

made = cache(suite)

# ---- what is in them


def test_what_there_is_not_is_told():
    with pytest.raises(ArgumentError, match="no suite 'fast'") as error:
        suite("fast")
    for name in SUITES:
        assert name in str(error.value)
    with pytest.raises(ArgumentError, match="no operation"):
        suite("quick", "conv9d")
    with pytest.raises(ArgumentError, match="no precision"):
        suite("quick", precision="float8")


@pytest.mark.parametrize("op", OPERATIONS)
def test_suites_are_the_same_every_time_and_have_no_name_twice(op):
    for name in ("default", "gradients", "precision") if op == "conv2d" else ("default",):
        cases = made(name, op)
        assert cases == suite(name, op)
        names = [case.name for case in cases]
        assert len(set(names)) == len(names)
        assert all(case.purpose and case.op == op and case.seed == 0 for case in cases if case.purpose != "drawn")
        again = made(name, op, seed=5)
        assert [case.purpose for case in again] == [case.purpose for case in cases]
        assert {case.seed for case in again if case.purpose != "drawn"} == {5}
        assert len({case.name for case in again}) == len(again)


@pytest.mark.parametrize("op", OPERATIONS)
def test_suites_are_as_large_as_they_say(op):
    few = OPERATIONS[op].family == "pointwise_conv"  # it has few parameters
    assert (25 if few else 40) <= len(made("quick", op)) <= 50
    assert 235 <= len(made("default", op)) <= 280
    assert 235 <= len(made("gradients", op)) <= 280
    assert 40 <= len(made("precision", op)) <= 80
    assert set(suite_names(op, "quick")) <= set(suite_names(op, "default"))


def suite_names(op, name):
    return [case.name for case in made(name, op)]


@pytest.mark.parametrize("op", ["conv2d", "conv_transpose1d", "pointwise_conv3d"])
def test_the_exhaustive_suite_is_large_and_holds_the_others(op):
    names = suite_names(op, "exhaustive")
    assert 2400 <= len(names) <= 3500
    assert len(set(names)) == len(names)
    for other in ("quick", "default", "gradients", "precision"):
        assert set(suite_names(op, other)) <= set(names)


def test_the_default_suite_has_everything():
    cases = made("default")
    assert {case.fill for case in cases} == set(FILLS) - {"odd12_dy", "two_terms_dx", "two_terms_dw", "nonfinite_dy"}
    assert {case.fill for case in made("gradients")} == set(FILLS)
    assert {case.memory for case in cases} == set(MEMORY)
    assert {case.options["padding_mode"] for case in cases} == {"zeros", "reflect", "replicate", "circular"}
    words = {case.options["padding"] for case in cases if isinstance(case.options["padding"], str)}
    assert words == {"valid", "same_upper", "same_lower"}
    assert {case.x_shape[0] for case in cases} >= {0, 1, 2, 3}
    assert {case.plan.axes[1].out for case in cases} >= {7, 8, 9, 15, 16, 17, 31, 32, 33}
    tails = {1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17}
    assert {case.plan.group_channels for case in cases} >= tails
    assert {case.plan.group_filters for case in cases} >= tails
    outputs = [product(case.y_shape) for case in cases]
    assert max(outputs) > 2**16
    assert any(2**15 < count < 2**16 for count in outputs)
    for terms in (144, 4608):
        long = {case.fill for case in cases if case.plan.taps == terms and product(case.y_shape) >= 250}
        assert long >= {"normal", "half_normal", "uniform", "odd12", "two_terms"}
    assert max(case.macs for case in cases) <= 5e6


@pytest.mark.parametrize("op", OPERATIONS)
def test_the_simplest_come_first_and_most_are_small(op):
    for name in ("quick", "default", "gradients"):
        cases = made(name, op)
        assert cases[0].purpose == "one channel, one filter"
        assert cases[0].x_shape[:2] == (1, 1)
        assert product(cases[0].y_shape[:2]) == 1
        assert cases[0].name.count("-") <= 3
        small = sum(case.macs <= 20_000 for case in cases)
        assert small >= (0.45 if OPERATIONS[op].rank == 3 else 0.75) * len(cases)


@pytest.mark.parametrize("number_type", PRECISIONS)
def test_every_precision_has_its_suites(number_type):
    for name in ("quick", "default", "precision"):
        cases = made(name, "conv2d", precision=number_type)
        assert {case.precision for case in cases} == {number_type}
        if PRECISIONS[number_type].is_integer:
            assert all(FILLS[case.fill].whole for case in cases)


# ---- every case asks what its purpose says

STRUCTURE = [*ONE, *SEVERAL, *WORDS, *MODES]


@pytest.mark.parametrize("op", OPERATIONS)
def test_no_parameter_is_there_for_nothing(op):
    for case in filter(None, (case_of(draft, op) for draft in STRUCTURE)):
        for axis in case.plan.axes:
            # a stride is seen from the second window on, a dilation from the second tap on
            assert axis.s == 1 or axis.out >= 2, case.name
        dilated = [axis for axis in case.plan.axes if axis.d > 1]
        assert not dilated or any(axis.k > 1 for axis in dilated) or case.purpose.startswith("a kernel of one tap")


@pytest.mark.parametrize("op", ["conv1d", "conv2d", "conv3d", "depthwise_conv2d", "conv_transpose2d"])
def test_both_sides_of_a_padding_are_told_apart(op):
    """Where the two sides differ, changing places changes the result."""
    asked = 0
    for case in filter(None, (case_of(draft, op) for draft in STRUCTURE)):
        padding = [(axis.lo, axis.hi) for axis in case.plan.axes]
        if isinstance(case.options["padding"], str) or all(lo == hi for lo, hi in padding):
            continue
        x, w, b, _ = case.arrays()
        for number, entry in enumerate(case.options["padding"]):
            if isinstance(entry, str) or entry[0] == entry[1]:
                continue
            entries = list(case.options["padding"])
            entries[number] = entry[::-1]
            swapped = {**case.options, "padding": tuple(entries)}
            asked += 1
            assert not np.array_equal(
                case.operation.forward(x, w, b, **case.options), case.operation.forward(x, w, b, **swapped)
            ), case.name
    assert asked > 10


# ---- refconv passes them


EVERY = ("y", "dx", "dw", "db")


def failures(cases, of=("y",)):
    for case in cases:
        arrays = case.arrays()
        results = {"y": case.operation.forward(arrays.x, arrays.w, arrays.b, **case.options)}
        if of != ("y",):
            results |= case.operation.backward(arrays.dy, arrays.x, arrays.w, **case.options)._asdict()
        for result in of:
            true = case.truth(result, arrays)
            verdict = compare(results[result], true, precision=case.precision, policy=case.policy, signs=case.signs)
            if not verdict.passed:
                yield case.name, result, verdict.text


@pytest.mark.parametrize("op", OPERATIONS)
def test_refconv_passes(op):
    assert not list(failures(made("quick", op)))


def test_refconv_passes_the_default_suite():
    assert not list(failures(made("default", "conv2d")))


@pytest.mark.parametrize("op", ["conv2d", "conv_transpose2d", "depthwise_conv1d"])
def test_refconv_passes_with_gradients(op):
    assert not list(failures(made("quick", op), EVERY))
    for_them = ("two_terms_", "odd12_dy", "nonfinite_dy")
    cases = [case for case in made("gradients", op) if case.fill.startswith(for_them)]
    assert len(cases) >= 4
    assert not list(failures(cases, EVERY))


@pytest.mark.parametrize("number_type", ["float64", "tf32", "float16", "bfloat16", "float16_acc", "int8", "int64"])
def test_refconv_passes_in_every_precision(number_type):
    assert not list(failures(made("quick", precision=number_type), EVERY if number_type == "float16_acc" else ("y",)))


@pytest.mark.slow
@pytest.mark.parametrize("number_type", PRECISIONS)
@pytest.mark.parametrize("op", OPERATIONS)
def test_refconv_passes_everything(op, number_type):
    whole = number_type in ("float32", "bfloat16")  # the others differ in their numbers, not in their cases
    for name in ("default", "gradients", "precision") if whole else ("default",):
        assert not list(failures(suite(name, op, precision=number_type), EVERY))


def test_the_quick_suite_is_quick():
    start = time.process_time()
    for case in made("quick"):
        x, w, b, _ = case.arrays()
        case.operation.forward(x, w, b, **case.options)
    assert time.process_time() - start < 1


# ---- simple mistakes fail them


def axis_edit(number, edit):
    """Return the mistake that takes other numbers along one axis; `edit` gives the axis, or None if nothing differs."""

    def mistaken(plan: Geometry) -> Geometry:
        axes = list(plan.axes)
        axes[number] = edit(axes[number])
        return replace(plan, axes=tuple(axes))

    return mistaken


def swapped(field):
    def mistaken(plan: Geometry) -> Geometry:
        first, second = plan.axes[-2:]
        ends = replace(first, **{field: getattr(second, field)}), replace(second, **{field: getattr(first, field)})
        return replace(plan, axes=(*plan.axes[:-2], *ends))

    return mistaken


@dataclass
class Mistake:
    """A wrong convolution: other numbers, or other tables."""

    plan: Callable = lambda plan: plan
    wiring: Callable = lambda wiring, plan: wiring
    bias: Callable = lambda b, plan: b


def along(number, wiring_edit):
    def mistaken(wiring, plan):
        reads, taps = list(wiring.reads), list(wiring.taps)
        reads[number], taps[number] = wiring_edit(reads[number].copy(), taps[number], plan.axes[number])
        return replace(wiring, reads=tuple(reads), taps=tuple(taps))

    return mistaken


def lost_windows(block):
    def edit(reads, taps, _):
        reads[len(reads) // block * block :] = NOTHING
        return reads, taps

    return edit


def lost(values, block):
    """Return the table without what lies beyond the last whole block."""
    values = values.copy()
    values[..., values.shape[-1] // block * block :] = NOTHING
    return values


MISTAKES = {
    **{
        f"{what} along axis {number}": Mistake(plan=axis_edit(number, edit))
        for number in (-1, -2)
        for what, edit in {
            "dilation ignored": lambda axis: replace(axis, d=1),
            "stride ignored": lambda axis: replace(axis, s=1),
            "stride and dilation swapped": lambda axis: replace(axis, s=axis.d, d=axis.s),
            "padding ignored": lambda axis: replace(axis, lo=0),
            "padding swapped": lambda axis: replace(axis, lo=axis.hi, hi=axis.lo),
            "padding after on both sides": lambda axis: replace(axis, lo=axis.hi),
            "a crop ignored": lambda axis: replace(axis, lo=max(axis.lo, 0)),
            "windows begin one later": lambda axis: replace(axis, lo=axis.lo - 1),
        }.items()
    },
    **{f"{field} of the axes swapped": Mistake(plan=swapped(field)) for field in ("s", "d", "lo")},
    **{
        f"{what} along axis {number}": Mistake(wiring=along(number, edit))
        for number in (-1, -2)
        for what, edit in {
            "kernel flipped": lambda reads, taps, _: (reads, taps[::-1]),
            "first tap lost": lambda reads, taps, _: (np.where(np.arange(len(taps)) == 0, NOTHING, reads), taps),
            "last tap lost": lambda reads, taps, _: (np.where(taps == len(taps) - 1, NOTHING, reads), taps),
            "last window lost": lambda reads, taps, _: (np.vstack([reads[:-1], reads[-1:] * 0 + NOTHING]), taps),
            "windows beyond the last 8 lost": lost_windows(8),
            "windows beyond the last 16 lost": lost_windows(16),
            "windows beyond the last 4 lost": lost_windows(4),
            "last sample never read": lambda reads, taps, axis: (np.where(reads == axis.n - 1, NOTHING, reads), taps),
        }.items()
    },
    "every group reads the first": Mistake(wiring=lambda w, p: replace(w, channels=w.channels % p.group_channels)),
    "groups interleaved": Mistake(
        wiring=lambda w, p: replace(
            w, channels=(np.arange(p.filters) // p.group_filters)[:, None] + np.arange(p.group_channels) * p.groups
        )
    ),
    "filters dealt to groups in turn": Mistake(
        wiring=lambda w, p: replace(
            w, channels=(np.arange(p.filters) % p.groups)[:, None] * p.group_channels + np.arange(p.group_channels)
        )
    ),
    "every group has the first one's filters": Mistake(
        wiring=lambda w, p: replace(w, filters=w.filters % p.group_filters)
    ),
    **{
        f"channels beyond the last {block} lost": Mistake(
            wiring=lambda w, p, block=block: replace(w, channels=lost(w.channels, block))
        )
        for block in (2, 4, 8, 16)
    },
    **{
        f"filters beyond the last {block} lost": Mistake(
            wiring=lambda w, p, block=block: replace(w, filters=lost(w.filters, block))
        )
        for block in (2, 4, 8, 16)
    },
    "every sample is the first": Mistake(wiring=lambda w, p: replace(w, samples=w.samples * 0)),
    "zeros instead of the padding mode": Mistake(plan=lambda plan: replace(plan, padding_mode="zeros")),
    "replicate instead of the padding mode": Mistake(
        plan=lambda p: replace(p, padding_mode="zeros" if p.padding_mode == "zeros" else "replicate")
    ),
    "no bias": Mistake(bias=lambda b, plan: b * 0),
    "the bias of the next channel": Mistake(bias=lambda b, plan: np.roll(b, 1)),
    "every group has the first one's bias": Mistake(bias=lambda b, plan: np.resize(b[: len(b) // plan.groups], len(b))),
    "bias in the first sample alone": Mistake(bias=lambda b, plan: np.stack([b, *[b * 0] * (plan.batch - 1)])),
}


def mistaken_y(case, mistake):
    """Return what a kernel with a mistake returns for the exact arrays of a case."""
    plan, operation = case.plan, case.operation
    wiring = mistake.wiring(Wiring.of(mistake.plan(plan), out=plan.output_size), plan)
    arrays = case.arrays()
    factors = [(operation.role(name), getattr(arrays, name)) for name in FACTORS["y"]]
    y = wiring.triples().combine(operation.role("y"), product(case.y_shape), *factors).reshape(case.y_shape)
    if arrays.b is not None:
        b = np.atleast_2d(mistake.bias(arrays.b, plan))
        y = y + b.reshape(*b.shape, *(1,) * operation.rank)
    return y


def small_exact_cases(op):
    return [
        case
        for case in made("quick", op)
        if case.fill in ("integers", "impulse") and case.x_shape[0] and case.macs < 20_000
    ]


NOT_THERE = {
    "conv_transpose2d": ("padding mode",),
    "depthwise_conv2d": ("channels beyond", "interleaved"),
    "conv1d": ("axis -2", "of the axes swapped"),
}
"""Mistakes that are none for an operation."""


@pytest.mark.parametrize("op", ["conv2d", "conv1d", "depthwise_conv2d", "conv_transpose2d"])
def test_the_quick_suite_notices_simple_mistakes(op):
    cases = small_exact_cases(op)
    right = {case.name: mistaken_y(case, Mistake()) for case in cases}
    for case in cases:
        assert np.array_equal(right[case.name], case.truth("y").value), case.name
    for name, mistake in MISTAKES.items():
        if any(part in name for part in NOT_THERE.get(op, ())):
            continue
        assert any(not np.array_equal(mistaken_y(case, mistake), right[case.name]) for case in cases), name


def test_a_mistake_along_one_parameter_leaves_the_simple_cases_alone():
    """A kernel that ignores dilation passes whatever has none: the cases that fail say what is wrong."""
    for name, shows in {
        "dilation ignored along axis -1": lambda case: case.plan.axes[-1].d > 1,
        "stride ignored along axis -2": lambda case: case.plan.axes[-2].s > 1,
        "every group reads the first": lambda case: case.plan.groups > 1,
        "every sample is the first": lambda case: case.x_shape[0] > 1,
    }.items():
        for case in small_exact_cases("conv2d"):
            same = np.array_equal(mistaken_y(case, MISTAKES[name]), mistaken_y(case, Mistake()))
            assert same or shows(case), (name, case.name)


def test_the_quick_suite_notices_numbers_of_fewer_bits():
    """Inputs rounded to a shorter format, sums cut instead of rounded, a result scaled a little."""

    def shorter(name):
        return lambda case, x, w: (round_to(x, FORMATS[name]), round_to(w, FORMATS[name]))

    def noticed(inputs=lambda case, x, w: (x, w), output=lambda y: y):
        found = []
        for case in made("quick"):
            x, w, b, _ = case.arrays()
            with np.errstate(all="ignore"):
                y = case.operation.forward(*(a.astype(np.float64) for a in inputs(case, x, w)), b, **case.options)
                y = output(y)
            verdict = compare(y.astype(np.float32), case.truth("y"), policy=case.policy, signs=case.signs)
            found += [] if verdict.passed else [case.fill]
        return found

    def cut(y):
        near = y.astype(np.float32)
        return np.where(np.abs(near) > np.abs(y), np.nextafter(near, np.float32(0)), near)

    assert not noticed()
    for name in ("tf32", "float16", "bfloat16"):
        assert {"odd12", "odd12_w"} <= set(noticed(inputs=shorter(name))), name
    assert "two_terms" in noticed(output=cut)
    assert "two_terms" in noticed(output=lambda y: y * (1 + 2e-6))
    assert "zeros" in noticed(output=lambda y: y + (y == 0) * 1e-30)


def test_cases_in_a_row_differ_in_little():
    """The first cases of one parameter are the same call but for it."""
    cases = [case_of(draft, "conv2d") for draft in ONE[:6]]
    assert all(len({one.x_shape[2:], other.x_shape[2:]}) == 1 for one, other in pairwise(cases))
