"""Stacks and dilations that are asked for: held against all dilations tried one by one, and pixels followed."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement, product

import pytest

from refconv.arithmetic import Layer, ReceptiveField, inverse
from refconv.errors import ArgumentError

PIXEL = ReceptiveField()
STARTS = [PIXEL, ReceptiveField(5, 2, 1), ReceptiveField(7, 4, 3), ReceptiveField(3, 4)]
WIDEST = 9


def pixels(start, layers):
    """Follow one output down to the pixels it reads."""
    read = set(range(start.size))
    for layer in layers:
        read = {pixel + m * layer.d * start.jump for pixel in read for m in range(layer.k)}
    return read


@cache
def all_stacks(start, kernels):
    """Return for each sorted choice of dilations up to WIDEST the field and the number of unread pixels."""
    found = {}
    for dilations in product(range(1, WIDEST + 1), repeat=len(kernels)):
        pairs = tuple(sorted(zip(dilations, kernels, strict=True)))
        if pairs not in found:
            read = pixels(start, [Layer(k, d=d) for d, k in pairs])
            found[pairs] = (max(read) + 1, max(read) + 1 - len(read))
    return found


def pairs_of(stack):
    return tuple((layer.d, layer.k) for layer in stack.layers)


@pytest.mark.parametrize("start", STARTS, ids=str)
@pytest.mark.parametrize("kernels", [(3,), (4, 2), (3, 3, 3), (2, 3, 5), ()], ids=str)
def test_every_full_stack_and_only_such(start, kernels):
    tried = all_stacks(start, kernels)
    for pairs, (size, unread) in tried.items():
        stack = inverse.stack_on(start, [Layer(k, d=d) for d, k in reversed(pairs)], rank=1)
        assert (pairs_of(stack), stack.field.size, stack.unread) == (pairs, size, unread)
        assert (stack.field.jump, stack.cost, stack.dilations) == (start.jump, sum(kernels), tuple(d for d, _ in pairs))
    for cap, size in product((2, WIDEST), range(1, 60)):
        expected = [pairs for pairs, seen in tried.items() if seen == (size, 0) and all(d <= cap for d, _ in pairs)]
        assert [pairs_of(stack) for stack in inverse.covering_stacks(size, kernels, start, cap)] == sorted(expected)
    if start == PIXEL:
        for size in range(1, 12):  # none of these can need more than WIDEST
            expected = sorted(pairs for pairs, seen in tried.items() if seen == (size, 0))
            assert [pairs_of(stack) for stack in inverse.covering_stacks(size, kernels)] == expected


def cheapest_by_trial(start, size, kernels, cap, depth, rank, exact):
    best = None
    for count in range(depth + 1):
        for chosen in combinations_with_replacement(kernels, count):
            for pairs, (field, unread) in all_stacks(start, chosen).items():
                fits = field == size if exact else field >= size
                if fits and unread == 0 and all(d <= cap for d, _ in pairs):
                    answer = (sum(k**rank for k in chosen), count, field, pairs)
                    best = min(best or answer, answer)
    return best


@pytest.mark.parametrize("start", STARTS, ids=str)
def test_the_cheapest_stack_is_the_cheapest(start):
    cases = product(((3,), (2, 3), (4, 3)), (2, WIDEST), (1, 2), (1, 4, 6, 9, 11, 17, 26), (False, True))
    for kernels, cap, rank, size, exact in cases:
        options = dict(start=start, most_dilation=cap, most_layers=3, rank=rank, exact=exact)
        stack = inverse.cheapest_stack(size, kernels, **options)
        found = None if stack is None else (stack.cost, len(stack.layers), stack.field.size, pairs_of(stack))
        assert found == cheapest_by_trial(start, size, kernels, cap, 3, rank, exact)


def test_powers_of_k_reach_furthest_and_every_size_below_is_reached():
    for k in (2, 3, 4):
        for count in range(1, 5):
            assert inverse.cheapest_stack(k**count, k).dilations == tuple(k**i for i in range(count))
            assert len(inverse.cheapest_stack(k**count + 1, k).layers) == count + 1
            sizes = range(1 + count * (k - 1), k**count + 1, k - 1)
            assert all(next(inverse.covering_stacks(size, [k] * count), None) for size in sizes)


def test_long_searches_tell_how_far_they_are():
    seen = []
    stack = inverse.cheapest_stack(40, (3, 5), most_dilation=2, progress=lambda *said: seen.append(said))
    assert [tried for tried, _ in seen] == list(range(1, len(seen) + 1))
    assert [cost for _, cost in seen] == sorted(cost for _, cost in seen)
    assert stack.cost == max(cost for _, cost in seen)
    assert len(inverse.cheapest_stack(10**5).layers) == 11


def test_neighbours_with_a_gap_are_never_covered():
    assert inverse.full_dilation(ReceptiveField(3, 4)) == 0
    assert inverse.cheapest_stack(9, start=ReceptiveField(3, 4)) is None
    assert inverse.cheapest_stack(3, start=ReceptiveField(3, 4)).layers == ()


def test_impossible_arguments_are_refused():
    with pytest.raises(ArgumentError, match="a kernel of 1"):
        inverse.covering_stacks(9, [3, 1])
    with pytest.raises(ArgumentError, match="a kernel of 1"):
        inverse.cheapest_stack(9, 1)
    with pytest.raises(ArgumentError, match="most_dilation is 0"):
        inverse.cheapest_stack(9, most_dilation=0)
    for wrong in (dict(target=0), dict(input_size=0), dict(k=1), dict(depth=-1), dict(rank=0)):
        with pytest.raises(ArgumentError, match="needed"):
            inverse.choose_dilations(**{"target": 9, "input_size": 65} | wrong)


def test_comparison_with_usual_schedules():
    table = inverse.compare_stacks(100, rank=1)
    assert list(table) == ["cheapest", "undilated", "doubling", "powers of k", "hybrid"]
    assert {name: len(stack.layers) for name, stack in table.items()} == {
        "cheapest": 5,
        "undilated": 50,
        "doubling": 6,
        "powers of k": 5,
        "hybrid": 20,
    }
    for stack in table.values():
        assert stack.unread == stack.field.size - len(pixels(PIXEL, stack.layers))
    assert inverse.compare_stacks(9, 2)["hybrid"].unread > 0
    assert "cheapest" not in inverse.compare_stacks(30, start=ReceptiveField(3, 4))


# ---------------------------------------------------------------- which dilation to choose


def share(size, k, d, rank):
    lo = d * (k - 1) // 2
    inside = sum(0 <= i + m * d - lo < size for i in range(size) for m in range(k))
    return inside**rank / (size * k) ** rank


def test_share_and_the_widest_dilation():
    for size, k, rank in product((1, 2, 5, 9), (2, 3, 4), (1, 2)):
        shares = [share(size, k, d, rank) for d in range(1, 25)]
        assert [float(inverse.share_on_real_pixels(size, k, d, rank)) for d in range(1, 25)] == shares
        assert shares == sorted(shares, reverse=True)
        for least in (0, 0.3, 0.6, 0.9):
            decimal = Fraction(str(least))
            outer = [max(d * (k - 1) // 2, d * (k - 1) - d * (k - 1) // 2) < size for d in range(1, 25)]
            allowed = [
                d for d in range(1, 25) if outer[d - 1] and inverse.share_on_real_pixels(size, k, d, rank) >= decimal
            ]
            assert inverse.widest_dilation(size, k, least, rank) == max(allowed, default=0)


@pytest.mark.parametrize("start", [PIXEL, ReceptiveField(5, 2, 1), ReceptiveField(3, 4)], ids=str)
def test_the_choice_is_the_best_that_keeps_the_rules(start):
    for target, size, k, least in product((3, 9, 14, 25), (8, 24, 70), (2, 3), (0.5, 0.8)):
        depth = 3
        choices = inverse.choose_dilations(target, size, k=k, depth=depth, start=start, least_share=least)
        places = -(-size // start.jump)
        good = [choice for choice in choices if not choice.broken]
        assert choices[: len(good)] == good
        allowed = inverse.widest_dilation(places, k, least)
        best = {}
        for count in range(depth + 1):
            for pairs, (field, unread) in all_stacks(start, (k,) * count).items():
                widest = max((d for d, _ in pairs), default=0)
                if field >= target and unread == 0 and widest <= allowed:
                    best[count] = min(best.get(count, (field, widest)), (field, widest))
        found = {
            len(c.dilations): (c.stack.field.size, max(c.dilations, default=0)) for c in good if c.name != "doubling"
        }
        assert bool(found) == bool(best)
        if best:
            assert min(found) == min(best)
        for count, answer in found.items():
            if best[count][1] < WIDEST:
                assert answer == best[count]
        gentler = [max(c.dilations, default=0) for c in good if c.name != "doubling"]
        assert gentler == sorted(set(gentler), reverse=True)
        for count, (_, widest) in best.items():  # whatever keeps the rules is no gentler than a choice no deeper
            assert any(len(c.dilations) <= count and max(c.dilations, default=0) <= widest for c in good)
        for choice in choices:
            layers = [Layer(k, d=d) for d in choice.dilations]
            read = pixels(start, layers)
            assert choice.stack.unread == max(read) + 1 - len(read)
            assert ("coverage" in choice.broken) == (choice.stack.unread > 0)
            assert ("depth" in choice.broken) == (len(layers) > depth)
            assert ("share" in choice.broken) == (max(choice.dilations, default=0) > allowed)
            assert float(choice.share) == min([share(places, k, d, 2) for d in choice.dilations], default=1)


def test_reasons_in_words():
    choices = {choice.name: choice for choice in inverse.choose_dilations(31, 33, depth=5, least_share=0.75)}
    assert [*choices] == ["cheapest", "gentler", "doubling", "one layer"]
    assert str(choices["one layer"]).splitlines() == [
        "one layer: dilations 15 - breaks: coverage, share",
        "  the field is 31 pixels wide, as asked for",
        "  28 of its 31 pixels are never read",
        "  at dilation 15 on a map of 33, 48.6% of the taps fall on real pixels (at least 75.0% asked for)",
        "  1 layer of 3x3 taps (at most 5 allowed): 9 multiply-accumulates per position and pair of channels",
    ]
    seen = inverse.choose_dilations(31, 512, start=ReceptiveField(35, 8))[0]
    assert "4 more than asked for" in str(seen)
    assert "sees as much already" in str(seen)
    assert seen.dilations == ()
    tight = inverse.choose_dilations(21, 9, depth=3, least_share=0.8, rank=1)
    assert {choice.name for choice in tight} >= {"as wide as it takes", "as deep as it takes"}
    assert any("nothing but padding" in str(choice) for choice in tight)
    assert all(choice.broken for choice in tight)
    one_pixel = inverse.choose_dilations(5, 1)
    assert all("share" in choice.broken for choice in one_pixel)
