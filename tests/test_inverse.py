"""Sizes turned round: each search is held against trying everything, each set of sizes against walking through."""

from __future__ import annotations

import re
from itertools import islice, product

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from refconv import arithmetic as ar
from refconv.arithmetic import inverse
from refconv.arithmetic.inverse import (
    JoinedSize,
    Period,
    Progression,
    SameSize,
    ScaledSize,
    SizeSet,
    SizeStep,
    TransposedSize,
    WindowSize,
)
from refconv.errors import ArgumentError, ShapeError

RANGES = (range(1, 5), range(1, 5), range(1, 4))
PADDINGS, ENDS = range(-2, 4), range(-1, 3)
SMALL = list(product(range(1, 5), range(1, 4), range(1, 4), range(-1, 3), range(-1, 3)))


def tried(n, out, ends, extra=None):
    """Try all parameters: count the windows, or place the taps of a transposed convolution."""
    for k, s, d, lo in product(*RANGES, PADDINGS):
        for hi in [lo] if ends is None else ends:
            if extra is None:
                last_taps = [i * s + (k - 1) * d - lo for i in range(n + lo + hi)]
                if sum(last < n + hi for last in last_taps) == out:
                    yield (k, s, d, lo, hi, 0)
            else:
                for a in extra:
                    if a < max(s, d) and (n - 1) * s + (k - 1) * d + 1 - lo - hi + a == out:
                        yield (k, s, d, lo, hi, a)


@pytest.mark.parametrize("ends", [None, ENDS], ids=["both sides alike", "each side"])
def test_every_solution_and_only_such(ends):
    for n, out in product(range(1, 8), range(1, 7)):
        assert inverse.solve_output_size(n, out, *RANGES, PADDINGS, ends) == list(tried(n, out, ends))
        transposed = inverse.solve_transposed_size(n, out, *RANGES, PADDINGS, ends, range(3))
        assert transposed == list(tried(n, out, ends, range(3)))


choices = st.one_of(
    st.integers(1, 6),
    st.lists(st.integers(1, 9), max_size=4),
    st.builds(range, st.integers(1, 5), st.integers(1, 12), st.integers(1, 3)),
)


@given(st.integers(1, 40), st.integers(1, 12), choices, choices, choices, choices, st.none() | choices, st.data())
def test_solutions_of_any_choices(n, out, kernels, strides, dilations, paddings, ends, data):
    found = inverse.solve_output_size(n, out, kernels, strides, dilations, paddings, ends)
    listed = [[each] if isinstance(each, int) else sorted(set(each)) for each in (kernels, strides, dilations)]
    sides = [[each] if isinstance(each, int) else sorted(set(each)) for each in (paddings, ends or ())]
    pairs = [(p, p) for p in sides[0]] if ends is None else list(product(*sides))
    expected = [
        (*numbers, lo, hi, 0)
        for *numbers, (lo, hi) in product(*listed, pairs)
        if ar.effective_kernel_size(numbers[0], numbers[2]) <= n + lo + hi
        and ar.output_size(n, *numbers, lo, hi) == out
    ]
    assert found == expected


def test_a_search_without_end_starts_at_once():
    huge = range(1, 10**15)
    first = list(islice(inverse.iter_output_size(10**9, 10**6, huge, huge, huge, huge, huge), 100))
    assert all(ar.output_size(10**9, *each[:5]) == 10**6 for each in first)
    first = list(islice(inverse.iter_transposed_size(10**6, 10**9, huge, huge, huge, huge, huge, huge), 100))
    assert all(ar.transposed_output_size(10**6, *each) == 10**9 for each in first)
    assert len(first) == 100


def test_choices_may_be_ints_lists_or_ranges_in_any_order():
    expected = inverse.solve_output_size(9, 5, range(1, 6), 2, 1, range(4))
    assert expected
    assert inverse.solve_output_size(9, 5, [5, 4, 3, 2, 1, 1], [2], 1, range(3, -1, -1)) == expected
    assert inverse.solve_output_size(9, 5, range(1, 6), 2, 1, []) == []
    assert inverse.solve_transposed_size(5, 9, 3, output_paddings=()) == []


@pytest.mark.parametrize(
    "wrong", [dict(n=0), dict(out=0), dict(kernels=0), dict(strides=range(3)), dict(dilations=(1, 0))], ids=str
)
def test_impossible_arguments_are_refused(wrong):
    for solve in (inverse.iter_output_size, inverse.iter_transposed_size):
        with pytest.raises(ArgumentError, match="needed"):
            solve(**{"n": 5, "out": 3, "kernels": 3} | wrong)
    with pytest.raises(ArgumentError, match="output_paddings"):
        inverse.solve_transposed_size(5, 3, 3, output_paddings=-1)


def test_input_sizes_are_those_that_give_the_output():
    for k, s, d, lo, hi in SMALL:
        span = ar.effective_kernel_size(k, d)
        for ceil_mode in (False, True):
            sizes = {n: ar.pooled_output_size(n, k, s, d, lo, hi, ceil_mode) for n in range(-12, 40)}
            for out in range(1, 6):
                first, last = inverse.pooled_input_interval(out, k, s, d, lo, hi, ceil_mode)
                assert [n for n in sizes if sizes[n] == out] == list(range(first, last + 1))
        for out in range(1, 8):
            fitting = [n for n in range(1, 60) if n + lo + hi >= span and ar.output_size(n, k, s, d, lo, hi) == out]
            assert list(inverse.input_sizes(out, k, s, d, lo, hi)) == fitting
            for a in range(s):
                found = [n for n in range(1, 30) if ar.transposed_output_size(n, k, s, d, lo, hi, a) == out]
                assert [inverse.transposed_input_size(out, k, s, d, lo, hi, a)] == (found or [None])


def test_intervals_in_symbols():
    names = sympy.symbols("out k s d lo hi", integer=True)
    first, last = inverse.input_interval(*names)
    assert sympy.expand(last - first - (names[2] - 1)) == 0
    least, most = inverse.pooled_input_interval(*names, ceil_mode=True)
    for numbers in islice(product(range(1, 4), range(1, 4), range(1, 4), range(1, 3), range(2), range(2)), 0, None, 17):
        at = dict(zip(names, numbers, strict=True))
        assert (first.subs(at), last.subs(at)) == inverse.input_interval(*numbers)
        assert (least.subs(at), most.subs(at)) == inverse.pooled_input_interval(*numbers, ceil_mode=True)


def test_paddings_between_two_sizes():
    for (k, s, d, _, _), n, out in product(SMALL[::16], range(1, 9), range(1, 9)):
        span = ar.effective_kernel_size(k, d)
        works = {t for t in range(-40, 80) if n + t >= span and ar.output_size(n, k, s, d, t, 0) == out}
        first, last = inverse.total_padding(n, out, k, s, d)
        assert works == set(range(first, last + 1))
        assert list(inverse.symmetric_paddings(n, out, k, s, d)) == [p for p in range(-20, 40) if 2 * p in works]


def test_padding_that_preserves_every_size():
    for k, s, d in product(range(1, 6), range(1, 5), range(1, 4)):
        sizes = range(1, 3 * s + 1)
        constant = [t for t in range(30) if all(ar.output_size(n, k, s, d, t, 0) == -(-n // s) for n in sizes)]
        assert constant == [inverse.preserving_padding(k, d)]
        kept = [bool(inverse.symmetric_paddings(n, n, k, s, d)) for n in sizes]
        assert kept == [s > 1 or d * (k - 1) % 2 == 0] * len(sizes)


# ---------------------------------------------------------------- sets of sizes


def test_progressions_and_sets_say_the_same_in_every_way():
    sizes = SizeSet((Progression(2, 4, 9), Progression(5, 6), Progression(9, 12)))
    members = sorted([2, 6, *range(5, 200, 6), *range(9, 200, 12)])
    assert list(islice(sizes, 20)) == members[:20]
    assert [n for n in range(-5, 200) if n in sizes] == members
    assert sizes.within(3, 40) == [n for n in members if 3 <= n <= 40]
    assert sizes.within(10, 12) == [11]
    assert (sizes.smallest, bool(sizes), "5" in sizes) == (2, True, False)
    assert (SizeSet(()).smallest, bool(SizeSet(())), str(SizeSet(()))) == (None, False, "no size")
    assert sizes.period == Period(12, (5, 9, 11), 7, (2, 5, 6))
    assert str(sizes) == "n = 2, 5 or 6; or n mod 12 = 5, 9 or 11, n >= 9"
    assert str(SizeSet((Progression(3, 2), Progression(4, 2)))) == "n >= 3"
    assert str(SizeSet((Progression(7, 2, 7),))) == "n = 7"


progressions = st.builds(
    lambda step, residues, firsts, lasts: SizeSet(
        tuple(
            Progression(r + step * first, step, None if last is None else r + step * (first + last))
            for r, first, last in zip(sorted(residues), firsts, lasts, strict=False)
            if r < step
        )
    ),
    st.sampled_from([1, 2, 4, 6, 12]),
    st.sets(st.integers(0, 11), max_size=12),
    st.lists(st.integers(1, 4), min_size=12, max_size=12),
    st.lists(st.none() | st.integers(0, 3), min_size=12, max_size=12),
)


@given(progressions)
def test_the_period_is_the_set_and_the_least(sizes):
    modulus, residues, start, exceptions = sizes.period
    members = [n for n in range(1, 150) if n in sizes]
    assert members == sizes.within(1, 149) == list(islice(sizes, len(members)))
    assert members == sorted([*exceptions, *(n for n in range(start, 150) if n % modulus in residues)])
    if start > 1:
        assert ((start - 1) in sizes) != ((start - 1) % modulus in residues)
    late = [n in sizes for n in range(80, 150)]
    assert all(late[:12] * 5 != late[:m] * (60 // m) for m in range(1, modulus) if 60 % m == 0)


# ---------------------------------------------------------------- sizes that come through


def walked(steps, n):
    """Follow one size through the steps by the definition; None where it does not come through."""
    sizes = {"input": n}
    before = "input"
    for step in steps:
        read = [sizes[name] for name in step.inputs or (before,)]
        rule = step.rule
        if isinstance(rule, JoinedSize):
            gaps = [size - read[0] for size in read]
            if (any(gaps) and not rule.crop) or min(gaps) < 0 or (rule.centred and any(gap % 2 for gap in gaps)):
                return None
            size = read[0]
        elif isinstance(rule, WindowSize):
            starts = range(-rule.lo, read[0] + (0 if rule.ceil_mode else rule.hi), rule.s)
            ends = [start + (rule.k - 1) * rule.d for start in starts]
            stop = read[0] + rule.hi
            whole = sum(end < stop for end in ends)
            left = read[0] + rule.lo + rule.hi - (rule.d * (rule.k - 1) + 1) - (whole - 1) * rule.s
            over = rule.ceil_mode and left > 0 and whole < len(starts)
            size = whole + over
            if rule.even and left:
                return None
        elif isinstance(rule, SameSize):
            size = len(range(0, read[0], rule.s))
            if rule.even and read[0] % rule.s:
                return None
        elif isinstance(rule, ScaledSize):
            size = int(sympy.floor(sympy.Rational(read[0] * rule.up, rule.down)))
            if rule.even and read[0] * rule.up % rule.down:
                return None
        else:
            size = (read[0] - 1) * rule.s + rule.d * (rule.k - 1) + 1 - rule.lo - rule.hi + rule.a
        if size < 1:
            return None
        sizes[step.name], before = size, step.name
    return sizes


rules = st.one_of(
    st.builds(
        WindowSize,
        *(st.integers(1, 3),) * 3,
        st.integers(0, 2),
        st.integers(0, 2),
        st.just(False),
        st.booleans(),
    ),
    st.builds(WindowSize, st.integers(2, 4), st.integers(1, 3), ceil_mode=st.just(True), even=st.booleans()),
    st.builds(SameSize, st.integers(1, 3), st.booleans()),
    st.builds(TransposedSize, *(st.integers(1, 3),) * 3, st.integers(0, 2), st.integers(0, 2), st.integers(0, 1)),
    st.builds(ScaledSize, st.integers(1, 3), st.integers(1, 3), st.booleans()),
)


@st.composite
def networks(draw):
    steps, names = [], ["input"]
    for at in range(draw(st.integers(0, 6))):
        if draw(st.integers(0, 3)) == 0:
            joined = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3))
            steps.append(SizeStep(f"step{at}", JoinedSize(draw(st.booleans()), draw(st.booleans())), tuple(joined)))
        else:
            inputs = draw(st.sampled_from([(), (draw(st.sampled_from(names)),)]))
            steps.append(SizeStep(f"step{at}", draw(rules), inputs))
        names.append(f"step{at}")
    return steps


@settings(max_examples=150)
@given(networks(), st.integers(1, 12))
def test_what_survives_is_what_can_be_walked(steps, out):
    paths = {n: walked(steps, n) for n in range(1, 60)}
    survivors = inverse.surviving_sizes(steps)
    assert survivors.within(1, 59) == [n for n, path in paths.items() if path is not None]
    last = steps[-1].name if steps else "input"
    wanted = [n for n, path in paths.items() if path is not None and path[last] == out]
    assert inverse.surviving_sizes(steps, out).within(1, 59) == wanted
    for n, path in paths.items():
        if path is not None:
            assert inverse.sizes_along(steps, n) == path
        else:
            with pytest.raises(ShapeError, match=f"input size {n} does not come through"):
                inverse.sizes_along(steps, n)


def test_the_reason_is_said():
    cases = [
        (WindowSize(3), 2, "the windows of 3 at stride 1 do not fit"),
        (WindowSize(2, 2, even=True), 5, "the windows of 2 at stride 2 leave a rest"),
        (SameSize(2, even=True), 5, "stride 2 does not divide it"),
        (TransposedSize(1, lo=1, hi=1), 2, "the padding 1 + 1 crops all of the output"),
        (ScaledSize(1, 4), 3, "nothing is left of it at 1/4"),
        (ScaledSize(1, 2, even=True), 3, "1/2 of it is no whole number"),
    ]
    for rule, n, reason in cases:
        with pytest.raises(ShapeError, match=re.escape(f"its input has size {n}, and {reason}")):
            inverse.sizes_along([SizeStep("x", rule)], n)
    two = [SizeStep("a", WindowSize(2)), SizeStep("b", WindowSize(3), ("input",))]
    for rule, names, reason in [
        (JoinedSize(), ("a", "b"), "they differ"),
        (JoinedSize(crop=True), ("a", "b"), "there is less than what is to be left after the crop"),
        (JoinedSize(crop=True, centred=True), ("b", "a"), "an odd number cannot be cropped half at either end"),
    ]:
        with pytest.raises(ShapeError, match=f"its inputs have sizes . and ., and {reason}"):
            inverse.sizes_along([*two, SizeStep("join", rule, names)], 9)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([SizeStep("a", SameSize(), ("b",))], "which no step before it is"),
        ([SizeStep("a", SameSize()), SizeStep("a", SameSize())], "two steps are called 'a'"),
        ([SizeStep("a", SameSize()), SizeStep("b", SameSize(), ("a", "input"))], "reads 2 inputs, but joins none"),
    ],
    ids=["unknown input", "one name twice", "no join"],
)
def test_steps_that_make_no_network_are_refused(steps, message):
    with pytest.raises(ArgumentError, match=message):
        inverse.surviving_sizes(steps)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(), "n mod 16 = 12, n >= 188"),
        (dict(centred=True), "n mod 16 = 12, n >= 188"),
        (dict(padding=1), "n mod 16 = 0, n >= 16"),
        (dict(padding=1, crop=False), "n mod 16 = 0, n >= 16"),
        (dict(padding=1, crop=False, even=False), "n mod 16 = 0, n >= 16"),
        (dict(padding=1, crop=True, even=False), "n >= 16"),
        (dict(even=False), "n >= 188"),
        (dict(crop=False), "no size"),
        (dict(depth=0), "n >= 5"),
        (dict(depth=0, convolutions=0), "n >= 1"),
        (dict(depth=5, padding=1), "n mod 32 = 0, n >= 32"),
        (dict(depth=20, padding=1), f"n mod {2**20} = 0, n >= {2**20}"),
    ],
    ids=str,
)
def test_sizes_of_a_u_net(options, sentence):
    sizes = inverse.unet_input_sizes(**options)
    steps = inverse.unet_steps(**options)
    assert str(sizes) == sentence
    near = [*range(1, 20), *range(160, 210)]
    assert [n for n in near if n in sizes] == [n for n in near if walked(steps, n)]


def test_the_original_u_net_at_its_published_size():
    assert inverse.sizes_along(inverse.unet_steps(), 572)["up0.conv2"] == 388
    assert list(inverse.unet_input_sizes(out=388)) == [572]
    down = [step for step in inverse.unet_steps() if step.name.startswith(("down", "pool", "bottom"))]
    assert str(inverse.surviving_sizes(down)) == "n mod 16 = 12, n >= 140"
    assert len(list(inverse.iter_surviving(down))) == 1


def test_a_single_size_may_be_all_that_a_join_leaves():
    doubled = [SizeStep("double", TransposedSize(2, 2)), SizeStep("less", WindowSize(6))]
    steps = [*doubled, SizeStep("join", JoinedSize(), ("input", "less")), SizeStep("pool", WindowSize(2, 2))]
    assert str(inverse.surviving_sizes(steps)) == "n = 5"
    assert inverse.sizes_along(steps, 5)["pool"] == 2
