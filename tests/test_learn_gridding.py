"""What the exercises of chapter 6 hold for right is what refconv computes."""

from __future__ import annotations

from itertools import product

from refconv.arithmetic import (
    Axis,
    Layer,
    covers,
    hdc_passes,
    holes,
    influence,
    read_counts,
    receptive_field,
    taps_on_real_pixels,
)
from refconv.arithmetic.inverse import compare_stacks
from refconv.learn import exercise


def test_counts():
    about = exercise("read-counts")
    for given in about.cases():
        assert tuple(about.right(*given.args)) == read_counts(Axis(*given.args))


def test_holes():
    about = exercise("holes-of-a-stack")
    for given in about.cases():
        assert tuple(about.right(*given.args)) == holes([Layer(*layer) for layer in given.args[0]])


def test_paths():
    about = exercise("path-counts")
    for given in about.cases():
        rates, k = given.args
        paths = influence([Layer(k, d=d) for d in rates])
        assert about.right(rates, k) == [paths.get(position, 0) for position in range(max(paths) + 1)]


def test_coverage_and_the_criterion():
    about = exercise("stack-without-holes")
    criterion = next(idea for idea in about.misconceptions if "criterion" in idea.name)
    for given in about.cases():
        rates, k = given.args
        assert about.right(rates, k) == covers([Layer(k, d=d) for d in rates])
        assert criterion.answer(rates, k) == hdc_passes(rates, k)


def test_the_widest_field():
    full = [rates for rates in product(range(1, 29), repeat=4) if [*rates] == sorted(rates) and _covers(rates)]
    assert exercise("widest-full-field").right() == max(1 + 2 * sum(rates) for rates in full)
    assert compare_stacks(81)["powers of k"].field.size == 81
    assert receptive_field([Layer(3, d=d) for d in (1, 4, 12, 36)]).size == 107


def _covers(rates):
    return covers([Layer(3, d=d) for d in rates])


def test_real_taps():
    about = exercise("taps-on-real-pixels")
    for given in about.cases():
        h, w, k, d = given.args
        pad = d * (k - 1) // 2
        assert about.right(h, w, k, d) == taps_on_real_pixels(*(Axis(n, k, d=d, lo=pad, hi=pad) for n in (h, w)))
