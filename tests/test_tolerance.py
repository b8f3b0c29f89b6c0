"""The bounds: ordered as promised, wide enough for what is worst, and the limits of the tests as derived."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refconv.errors import ArgumentError
from refconv.oracle.compare import compare
from refconv.oracle.deviation import deviation, largest_allowed, statistical_tests
from refconv.oracle.formats import FORMATS, round_to
from refconv.oracle.precision import PRECISIONS, precision
from refconv.oracle.tolerance import error_of, probabilistic_bound, worst_case_bound
from refconv.oracle.transforms import amplification, cook_toom, mixed_bound
from refconv.oracle.truth import truth
from tests.rounding import nearest

FLOATS = [name for name, kind in PRECISIONS.items() if not kind.is_integer]


@given(st.integers(0, 2**32), st.integers(1, 30), st.sampled_from(["float32", "float16_acc", "bfloat16"]))
def test_no_order_of_summation_leaves_the_worst_case(seed, count, name):
    """Numbers of few bits and many sizes, added in a random tree: rounding at its worst, ties and all."""
    rng = np.random.default_rng(seed)
    kind = precision(name)
    x = kind.array(rng.integers(1, 64, count) * 2.0 ** rng.integers(-6, 7, count) * rng.choice([-1, 1], count))
    w = kind.array(rng.choice([-1.0, 1.0, 3.0, 1 + 2.0**-6], count))
    true = truth("conv1d", x.reshape(1, -1, 1), w.reshape(1, -1, 1))
    parts = [round_to(a * b, kind.accumulator) for a, b in zip(x.astype(float), w.astype(float), strict=True)]
    while len(parts) > 1:
        a, b = (parts.pop(int(rng.integers(len(parts)))) for _ in range(2))
        parts.append(round_to(a + b, kind.accumulator))
    y = kind.array(parts[0])
    exact = sum((Fraction(float(a)) * Fraction(float(b)) for a, b in zip(x, w, strict=True)), Fraction(0))
    bound = worst_case_bound(true, kind).total.item()
    assert abs(Fraction(float(y)) - exact) <= Fraction(bound)


@pytest.mark.parametrize("name", FLOATS)
def test_the_bounds_are_ordered_and_reached(name):
    rng = np.random.default_rng(1)
    kind = precision(name)
    for terms in (1, 2, 9, 500):
        x, w = kind.array(rng.standard_normal((1, terms, 7))), kind.array(rng.standard_normal((2, terms, 1)))
        true = truth("conv1d", x, w)
        worst, likely = worst_case_bound(true, kind).total, probabilistic_bound(true, kind).total
        assert (likely <= worst).all()
        assert (true.error_bound <= likely).all()
        error, _ = error_of(true.rounded(kind.numpy_dtype).astype(float), true)
        assert (np.abs(error) <= likely).all()
        # never more than twice the textbook's gamma, plus the roundings of inputs and output
        u, inputs = kind.accumulator.unit_roundoff, kind.inputs.unit_roundoff if name == "tf32" else 0
        textbook = (terms * u + 3 * inputs + kind.output.unit_roundoff) * true.magnitude + 1e-6 * (
            kind.output.emax < 16
        )
        assert (worst <= 2.1 * textbook).all()


def test_underflow_is_granted_and_no_more():
    """Products far below the smallest float32 vanish; each may lose half a subnormal."""
    x = np.full((1, 4, 1), 1e-30, np.float32)
    true = truth("conv1d", x, x)
    kind = precision("float32")
    assert true.value.item() > 0
    assert compare(np.zeros((1, 1, 1), np.float32), true).passed
    assert worst_case_bound(true, kind).total.item() <= 4 * FORMATS["float32"].smallest_subnormal
    assert deviation(true, kind, "any").item() >= FORMATS["float32"].smallest_subnormal / 2


def test_subnormal_inputs_may_be_rounded_to_tf32():
    x, w = np.full((1, 1, 1), 3 * 2.0**-149, np.float32), np.full((1, 1, 1), 1e30, np.float32)
    true = truth("conv1d", x, w)
    y = np.float32(round_to(x, FORMATS["tf32"]) * w)
    assert y.item() == 0
    assert compare(y, true, precision="tf32").passed
    assert not compare(y, true).passed


def test_error_is_known_to_the_last_bit_on_the_exact_road():
    x = np.random.default_rng(2).standard_normal((1, 50, 3))
    true = truth("conv1d", x, x[:, :, :1])
    error, unknown = error_of(true.value, true)
    assert (error == -true.residual).all()
    assert (unknown < 1e-30).all()
    fast = truth("conv1d", x, x[:, :, :1], method="fast")
    assert (error_of(fast.value, fast)[1] == fast.error_bound).all()


def test_what_is_not_known_of_the_truth_speaks_for_the_kernel():
    rng = np.random.default_rng(3)
    x, w = rng.standard_normal((1, 64, 200)).astype(np.float32), rng.standard_normal((4, 64, 1)).astype(np.float32)
    true = truth("conv1d", x, w)
    y = true.value * (1 + 1e-4)
    kind = precision("float32")
    figures = [trial.figure for trial in statistical_tests(y, true, kind, "random", y == y)]
    vague = type(true)(true.value, np.abs(true.value) * 1e-3, true.magnitude, true.spread, true.terms)
    assert all(trial.figure == 0 for trial in statistical_tests(y, vague, kind, "random", y == y))
    assert min(figures) > 1


def test_repeated_elements_count_once():
    """Windows that see the same samples round alike: a thousand of them are no thousand witnesses."""
    rng = np.random.default_rng(4)
    x, w = rng.standard_normal((1, 64, 1)).astype(np.float32), rng.standard_normal((1, 64, 1)).astype(np.float32)
    one = truth("conv1d", x, w)
    many = truth("conv1d", x, w, padding=500, padding_mode="replicate")
    y = np.float32(one.value + 0.9 * 2.0**-24 * one.magnitude)
    kind = precision("float32")
    single = statistical_tests(y.astype(float), one, kind, "any", y == y)
    several = statistical_tests(np.full(many.value.shape, y.item()), many, kind, "any", many.value == many.value)
    # all but the first, which is of each element by itself
    assert [a.figure for a in single[1:]] == pytest.approx([b.figure for b in several[1:]])


def test_coarse_sums_are_held_to_the_worst_case_alone():
    """A float16 sum of 3000 positive numbers stands still: honest, and far from random."""
    x = np.full((1, 3000, 1), 0.3, np.float16)
    true = truth("conv1d", x, np.ones((1, 3000, 1), np.float16))
    total = np.float16(0)
    for value in x.ravel():
        total += value
    found = compare(np.full((1, 1, 1), total), true, precision="float16_acc", policy="statistical")
    assert found.passed
    assert found.trials == ()
    assert found.error > 1 / 1000


def test_limits_hold_for_the_distributions_they_are_derived_from():
    """z as a product of two normal variables (the worst case of random signs), or one: rare events counted."""
    rng = np.random.default_rng(5)
    count = 2000
    for signs in ("any", "random"):
        allowed = largest_allowed(count, signs)
        for _ in range(50):
            z = rng.standard_normal(count)
            z = z * rng.standard_normal(count) if signs == "random" else z
            assert np.abs(z).max() < allowed
    # the tail of the product of normal variables is that of exp(-z): the limit must be at least the logarithm
    assert largest_allowed(count, "random") > np.log(count / 1e-12)
    assert largest_allowed(count, "any") < 10
    assert largest_allowed(1, "random", 1.5) > largest_allowed(1, "random", 0.5)


@pytest.mark.parametrize(("m", "k"), [(2, 3), (4, 3), (6, 3), (3, 2), (2, 5), (3, 6), (1, 3)])
def test_cook_toom_is_a_correlation(m, k):
    a, g, b = cook_toom(m, k)
    rng = np.random.default_rng(m * 10 + k)
    x, w = ([Fraction(int(v)) for v in rng.integers(-9, 10, size)] for size in (m + k - 1, k))
    transformed = [
        sum(p * q for p, q in zip(g_row, w, strict=True)) * sum(p * q for p, q in zip(b_row, x, strict=True))
        for g_row, b_row in zip(g, b, strict=True)
    ]
    y = [sum(p * q for p, q in zip(row, transformed, strict=True)) for row in a]
    assert y == [sum(x[i + j] * w[j] for j in range(k)) for i in range(m)]
    assert amplification(m, k) >= k


def winograd(x, w, m):
    """Return a 2-d convolution of (C, H, W) with (O, C, 3, 3) by F(m, 3), in float32 throughout."""
    a, g, b = (np.array(matrix, float).astype(np.float32) for matrix in cook_toom(m, 3))
    size = x.shape[1] - 2
    y = np.zeros((len(w), size, size), np.float32)
    kernels = g @ w @ g.T
    for i in range(0, size, m):
        for j in range(0, size, m):
            tile = b @ x[:, i : i + m + 2, j : j + m + 2] @ b.T
            y[:, i : i + m, j : j + m] = a @ (kernels * tile).sum(axis=1, dtype=np.float32) @ a.T
    return y[None]


@pytest.mark.parametrize("m", [2, 4, 6])
@pytest.mark.parametrize("uneven", [False, True])
def test_winograd_passes_its_own_bound(m, uneven):
    rng = np.random.default_rng(m)
    x, w = rng.standard_normal((8, 26, 26)).astype(np.float32), rng.standard_normal((4, 8, 3, 3)).astype(np.float32)
    if uneven:  # large samples beside small ones: the error is the tile's, not the element's
        x *= np.float32(10.0) ** rng.integers(-6, 1, x.shape).astype(np.float32)
    true = truth("conv2d", x[None], w)
    y = winograd(x, w, m)
    assert compare(y, true, algorithm=f"winograd{m}").passed
    assert compare(y, true, algorithm="winograd", policy="statistical").passed
    wrong = y.copy()
    wrong[0, 0, 3, 3] += 0.05 * np.abs(y).max()
    assert not compare(wrong, true, algorithm="winograd").passed


@pytest.mark.parametrize("of", ["y", "dx", "dw"])
def test_fft_passes_its_own_bound(of):
    rng = np.random.default_rng(9)
    x, w, dy = (rng.standard_normal(s).astype(np.float32) for s in ((1, 3, 40), (2, 3, 5), (1, 2, 36)))
    true = truth("conv1d", x, w, dy=dy, of=of)
    spectra = {
        name: np.fft.rfft(a.astype(np.float32), 64).astype(np.complex64)
        for name, a in (("x", x[0]), ("w", w), ("dy", dy[0]))
    }
    if of == "y":
        y = np.fft.irfft((spectra["x"] * spectra["w"].conj()).sum(axis=1), 64)[None, :, :36]
    elif of == "dx":
        y = np.fft.irfft((spectra["dy"][:, None] * spectra["w"]).sum(axis=0), 64)[None, :, :40]
    else:
        y = np.fft.irfft(spectra["x"] * spectra["dy"][:, None].conj(), 64)[:, :, :5]
    assert compare(y.astype(np.float32), true, algorithm="fft").passed
    assert not compare((y + 0.01 * np.abs(y).max()).astype(np.float32), true, algorithm="fft").passed


@pytest.mark.parametrize("of", ["y", "dx", "dw", "db"])
@pytest.mark.parametrize("algorithm", ["winograd", "winograd2", "fft"])
def test_the_looser_bounds_are_never_tighter_than_direct_ones(of, algorithm):
    rng = np.random.default_rng(10)
    x, w, dy = (rng.standard_normal(s).astype(np.float32) for s in ((2, 4, 8, 8), (4, 2, 3, 1), (2, 4, 6, 8)))
    true = truth("conv2d", x, w, dy=dy, of=of, groups=2)
    kind = precision("float32")
    assert (worst_case_bound(true, kind, algorithm).total >= worst_case_bound(true, kind).total).all()
    assert mixed_bound(true, 2.0**-24, algorithm).shape == true.value.shape


def test_bounds_need_a_floating_point_precision_and_norms_need_the_arrays():
    true = truth("conv1d", np.float32([[[1, 2]]]), np.float32([[[1]]]))
    with pytest.raises(ArgumentError, match="int8 is exact"):
        worst_case_bound(true, precision("int8"))
    bare = type(true)(true.value, true.error_bound, true.magnitude, true.spread, true.terms)
    assert worst_case_bound(bare, precision("tf32")).total.max() > 2.0**-11
    with pytest.raises(ArgumentError, match="needs the arrays"):
        worst_case_bound(bare, precision("float32"), "fft")


def test_the_reference_rounding_agrees_with_python():
    assert nearest(Fraction(1, 3), FORMATS["float64"]) == 1 / 3
