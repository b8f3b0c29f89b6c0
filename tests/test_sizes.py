"""Sizes are counted by enumerating windows, and compared with the formulas; symbols go through the same functions."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

import refconv
from refconv import arithmetic as ar
from refconv.arithmetic.integers import ceil_div, half, maximum, minimum

SMALL = list(product(range(1, 8), range(1, 5), range(1, 4), range(1, 4)))


def count_windows(n, k, s, d, lo, hi):
    """Count window positions whose last tap is still inside the padded input."""
    count = 0
    while ar.read_position(count, k - 1, s, d, lo) <= n + hi - 1:
        count += 1
    return count


def test_taps_read_where_the_definition_says():
    assert ar.read_position(4, 2, s=3, d=5, lo=7) == 4 * 3 + 2 * 5 - 7
    assert ar.read_position(4, 2) == 6
    assert ar.effective_kernel_size(4) == 4
    assert ar.effective_kernel_size(3, 4) == 9


def test_output_size_counts_the_windows():
    for (n, k, s, d), lo, hi in product(SMALL, range(-1, 4), range(-1, 4)):
        if ar.effective_kernel_size(k, d) <= n + lo + hi:
            assert ar.output_size(n, k, s, d, lo, hi) == count_windows(n, k, s, d, lo, hi)


def test_transposed_size_is_the_largest_input_that_convolves_to_n():
    for (n, k, s, d), lo, hi in product(SMALL, range(-1, 3), range(-1, 3)):
        sizes = [ar.transposed_output_size(n, k, s, d, lo, hi, a) for a in range(s)]
        assert sizes == list(range(sizes[0], sizes[0] + s))
        for size in sizes:
            assert ar.output_size(size, k, s, d, lo, hi) == n
        assert ar.output_size(sizes[-1] + 1, k, s, d, lo, hi) == n + 1


def test_pooled_size_with_ceil_mode_keeps_windows_that_start_on_input_or_beginning_padding():
    for (n, k, s, d), lo, hi in product(SMALL, range(3), range(3)):
        span = ar.effective_kernel_size(k, d)
        if span > n + lo + hi:
            continue
        whole = ar.output_size(n, k, s, d, lo, hi)
        assert ar.pooled_output_size(n, k, s, d, lo, hi) == whole
        hanging = whole + ((n + lo + hi - span) % s > 0)
        starts = [i for i in range(hanging) if ar.read_position(i, 0, s, d, lo) < n]
        assert ar.pooled_output_size(n, k, s, d, lo, hi, ceil_mode=True) == len(starts)


def test_defaults_are_the_plain_ones():
    assert ar.output_size(7, 3) == ar.pooled_output_size(7, 3) == 5
    assert ar.transposed_output_size(7, 3) == 9
    assert ar.same_padding(7, 3) == ar.same_padding(7, 3, 1, 1)
    assert ar.same_transposed_padding(3) == ar.same_transposed_padding(3, 1, 1) == (1, 1)
    assert ar.full_padding(3) == (2, 2)
    assert ar.causal_padding(3) == (2, 0)
    assert ar.read_position(2, 1) == 3


def test_same_padding_gives_ceil_n_over_s_with_the_least_padding():
    for n, k, s, d in SMALL:
        upper, lower = ar.same_padding(n, k, s, d), ar.same_padding(n, k, s, d, lower=True)
        assert ar.output_size(n, k, s, d, *upper) == -(-n // s)
        assert lower == upper[::-1]
        assert 0 <= upper[1] - upper[0] <= 1
        if sum(upper):
            assert ar.output_size(n, k, s, d, upper[0], upper[1] - 1) < -(-n // s)


def test_same_transposed_padding_gives_n_times_s():
    for n, k, s, d in SMALL:
        for lower in (False, True):
            lo, hi = ar.same_transposed_padding(k, s, d, lower)
            assert ar.transposed_output_size(n, k, s, d, lo, hi) == n * s
        assert (ar.effective_kernel_size(k, d) >= s) == (min(lo, hi) >= 0)
        # where n*s can be convolved so, it is the adjoint of that very padding
        if ar.effective_kernel_size(k, d) >= s:
            assert ar.same_transposed_padding(k, s, d) == ar.same_padding(n * s, k, s, d)
            assert ar.same_transposed_padding(k, s, d, lower=True) == ar.same_padding(n * s, k, s, d, lower=True)


def test_full_padding_adds_every_window_that_touches_the_input():
    for n, k, _, d in SMALL:
        lo, hi = ar.full_padding(k, d)
        assert ar.output_size(n, k, 1, d, lo, hi) == n + ar.effective_kernel_size(k, d) - 1
        assert ar.read_position(0, k - 1, 1, d, lo) == 0


def test_causal_windows_end_at_their_own_position():
    for n, k, _, d in SMALL:
        lo, hi = ar.causal_padding(k, d)
        assert ar.output_size(n, k, 1, d, lo, hi) == n
        assert [ar.read_position(i, k - 1, 1, d, lo) for i in range(n)] == list(range(n))


RELATIONSHIPS = {
    # number: (our size, the paper's formula, when it holds), of i, k, s, p; for the transposed ones i is their input
    "R1": (lambda i, k, s, p: ar.output_size(i, k), lambda i, k, s, p: (i - k) + 1, lambda i, k, s, p: k <= i),
    "R2": (
        lambda i, k, s, p: ar.output_size(i, k, lo=p, hi=p),
        lambda i, k, s, p: (i - k) + 2 * p + 1,
        lambda i, k, s, p: k <= i,
    ),
    "R3": (
        lambda i, k, s, p: ar.output_size(i, k, lo=k // 2, hi=k // 2),
        lambda i, k, s, p: i,
        lambda i, k, s, p: k % 2 == 1,
    ),
    "R4": (
        lambda i, k, s, p: ar.output_size(i, k, 1, 1, *ar.full_padding(k)),
        lambda i, k, s, p: i + (k - 1),
        lambda i, k, s, p: True,
    ),
    "R5": (
        lambda i, k, s, p: ar.output_size(i, k, s),
        lambda i, k, s, p: math.floor((i - k) / s) + 1,
        lambda i, k, s, p: k <= i,
    ),
    "R6": (
        lambda i, k, s, p: ar.output_size(i, k, s, lo=p, hi=p),
        lambda i, k, s, p: math.floor((i + 2 * p - k) / s) + 1,
        lambda i, k, s, p: k <= i,
    ),
    "R7": (
        lambda i, k, s, p: ar.pooled_output_size(i, k, s),
        lambda i, k, s, p: math.floor((i - k) / s) + 1,
        lambda i, k, s, p: k <= i,
    ),
    "R8": (
        lambda i, k, s, p: ar.transposed_output_size(i, k),
        lambda i, k, s, p: i + (k - 1),
        lambda i, k, s, p: True,
    ),
    "R9": (
        lambda i, k, s, p: ar.transposed_output_size(i, k, lo=p, hi=p),
        lambda i, k, s, p: i + (k - 1) - 2 * p,
        lambda i, k, s, p: True,
    ),
    "R10": (
        lambda i, k, s, p: ar.transposed_output_size(i, k, lo=k // 2, hi=k // 2),
        lambda i, k, s, p: i,
        lambda i, k, s, p: k % 2 == 1,
    ),
    "R11": (
        lambda i, k, s, p: ar.transposed_output_size(i, k, 1, 1, *ar.full_padding(k)),
        lambda i, k, s, p: i - (k - 1),
        lambda i, k, s, p: True,
    ),
    "R12": (
        lambda i, k, s, p: ar.transposed_output_size(i, k, s),
        lambda i, k, s, p: s * (i - 1) + k,
        lambda i, k, s, p: True,
    ),
    "R13": (
        lambda i, k, s, p: ar.transposed_output_size(i, k, s, lo=p, hi=p),
        lambda i, k, s, p: s * (i - 1) + k - 2 * p,
        lambda i, k, s, p: True,
    ),
    "R14": (
        lambda i, k, s, p: ar.transposed_output_size(i, k, s, lo=p, hi=p, a=s - 1),
        lambda i, k, s, p: s * (i - 1) + (s - 1) + k - 2 * p,
        lambda i, k, s, p: True,
    ),
    "R15": (
        lambda i, k, s, p: ar.output_size(i, k, s, 3, p, p),
        lambda i, k, s, p: math.floor((i + 2 * p - k - (k - 1) * (3 - 1)) / s) + 1,
        lambda i, k, s, p: 3 * (k - 1) + 1 <= i + 2 * p,
    ),
}


@pytest.mark.parametrize("name", RELATIONSHIPS)
def test_numbered_relationships(name):
    """Each of Dumoulin & Visin's R1-R15, as the paper writes it, is a case of one function here."""
    ours, papers, holds = RELATIONSHIPS[name]
    seen = [numbers for numbers in product(range(1, 12), range(1, 6), range(1, 4), range(4)) if holds(*numbers)]
    assert len(seen) > 100
    for numbers in seen:
        assert ours(*numbers) == papers(*numbers)


@settings(max_examples=20)
@given(*(st.integers(1, 30),) * 4, st.integers(-2, 9), st.integers(-2, 9))
def test_symbols_follow_the_same_formulas(n, k, s, d, lo, hi):
    names = sympy.symbols("n k s d", integer=True, positive=True) + sympy.symbols("lo hi", integer=True)
    numbers = dict(zip(names, (n, k, s, d, lo, hi), strict=True))
    for function in (ar.output_size, ar.transposed_output_size):
        assert function(*names).subs(numbers) == function(n, k, s, d, lo, hi)
    pooled = ar.pooled_output_size(*names, ceil_mode=True)
    assert pooled.subs(numbers) == ar.pooled_output_size(n, k, s, d, lo, hi, ceil_mode=True)
    for lower in (False, True):
        same = ar.same_padding(*names[:4], lower=lower)
        assert tuple(p.subs(numbers) for p in same) == ar.same_padding(n, k, s, d, lower)
        back = ar.same_transposed_padding(*names[1:4], lower=lower)
        assert tuple(p.subs(numbers) for p in back) == ar.same_transposed_padding(k, s, d, lower)


def test_same_padding_of_a_symbol_keeps_sizes_short():
    n = sympy.Symbol("n", integer=True, positive=True)
    for k, s, d in product(range(1, 4), range(1, 4), range(1, 3)):
        lo, hi = ar.same_padding(n, k, s, d)
        for size in range(1, 9):
            numbers = ar.same_padding(size, k, s, d)
            assert tuple(sympy.sympify(end).subs(n, size) for end in (lo, hi)) == numbers
        if d * (k - 1) + 1 >= s:
            assert sympy.expand(ar.output_size(n, k, s, d, lo, hi) - ceil_div(n, s)) == 0


def test_helpers_on_numbers_and_symbols():
    n = sympy.Symbol("n", integer=True, positive=True)
    assert (ceil_div(7, 2), ceil_div(8, 2), ceil_div(-7, 2)) == (4, 4, -3)
    assert (maximum(2, 3), maximum(3, 2), minimum(2, 3), minimum(3, 2)) == (3, 3, 2, 2)
    assert maximum(n, 3) == sympy.Max(n, 3)
    assert maximum(3, n) == sympy.Max(n, 3)
    assert minimum(n, 3) == sympy.Min(n, 3)
    assert minimum(3, n) == sympy.Min(n, 3)
    assert (maximum(n - 1, n), maximum(n, n - 1), minimum(n - 1, n), minimum(n, n - 1)) == (n, n, n - 1, n - 1)
    assert (maximum(n, n), minimum(n, n)) == (n, n)
    assert half(n) == n / 2
    assert half(3) * 2 == 3
    assert ar.geometry.product([]) == 1
    assert ar.geometry.product([n, 2, n]) == 2 * n**2


def test_public_output_size_speaks_the_callers_words():
    assert refconv.output_size(32, 3, dilation=2) == 28
    assert isinstance(refconv.output_size(32, 3), int)
    assert refconv.output_size([32], 3) == (30,)
    assert refconv.output_size((32, 7), (3, 5), stride=(2, 1), padding=((1, 0), "same")) == (16, 7)
    assert refconv.output_size((5, 6), 3, padding="full", dilation=(1, 2)) == (7, 10)
    assert refconv.output_size(np.int64(9), 3, padding="causal") == 9
    assert refconv.output_size(4, 3, stride=2, padding="same", transposed=True) == 8
    assert refconv.output_size(4, 2, stride=3, transposed=True, output_padding=2) == 13
    assert refconv.output_size(6, 3, stride=2, ceil_mode=True) == 3
    assert refconv.output_size((6, 7), 3, stride=2, ceil_mode=True) == (3, 3)


def test_public_output_size_agrees_with_the_arrays():
    x, w = np.zeros((1, 1, 9, 11)), np.zeros((1, 1, 3, 2))
    for padding in (0, 1, (2, 1), ((0, 1), (2, 0)), "valid", "same", "same_lower", "full", "causal"):
        y = refconv.conv2d(x, w, stride=(2, 1), padding=padding, dilation=(1, 3))
        assert y.shape[2:] == refconv.output_size((9, 11), (3, 2), (2, 1), padding, (1, 3))
        z = refconv.conv_transpose2d(x, w, stride=(2, 1), padding=padding, dilation=(1, 3))
        assert z.shape[2:] == refconv.output_size((9, 11), (3, 2), (2, 1), padding, (1, 3), transposed=True)
