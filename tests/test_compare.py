"""Verdicts: honest kernels pass, defects are caught, and every reason is said in words."""

from __future__ import annotations

import ml_dtypes
import numpy as np
import pytest

import refconv
from benchmarks.oracle_power_kernels import DATA, DEFECTS, HONEST, layer
from refconv.errors import ArgumentError
from refconv.oracle.compare import assert_conv, compare
from refconv.oracle.formats import FORMATS, round_to
from refconv.oracle.precision import PRECISIONS, precision
from refconv.oracle.truth import truth

FLOATS = [name for name, kind in PRECISIONS.items() if not kind.is_integer]
BOUNDS = ("worst_case", "probabilistic", "statistical")


def emulated(order, x, w, accumulator):
    """Return (O, P) sums of products, all roundings done by hand to the accumulator's format."""
    products = x[None] * w[:, :, None]  # exact in float64 for narrow inputs
    if order == "fused":
        total = np.zeros(products[:, 0].shape)
        for k in range(products.shape[1]):
            total = round_to(total + products[:, k], accumulator)
        return total
    parts = list(np.moveaxis(round_to(products, accumulator), 1, 0))
    if order == "sequential":
        total = parts[0]
        for part in parts[1:]:
            total = round_to(total + part, accumulator)
        return total
    if order == "blocked":
        blocks = [emulated("sequential", x[at : at + 8], w[:, at : at + 8], accumulator) for at in range(0, len(x), 8)]
        total = blocks[0]
        for block in blocks[1:]:
            total = round_to(total + block, accumulator)
        return total
    while len(parts) > 1:  # pairwise
        pairs = zip(parts[::2], parts[1::2], strict=False)
        parts = [round_to(a + b, accumulator) for a, b in pairs] + parts[len(parts) // 2 * 2 :]
    return parts[0]


def problem(name, data, seed=0, k=72, places=40, filters=6):
    """Return a 1x1 convolution of K channels in a precision, its truth, and its operands in float64."""
    rng = np.random.default_rng(seed)
    kind, (signs, draw) = precision(name), DATA[data]
    x, w = kind.array(draw(rng, (k, places)).astype(float)), kind.array(draw(rng, (filters, k)).astype(float))
    true = truth("conv1d", x[None], w[:, :, None])
    return kind, signs, true, x.astype(np.float64), w.astype(np.float64)


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("order", ["sequential", "pairwise", "blocked", "fused", "correct", "double"])
def test_honest_kernels_pass_in_every_precision(name, order):
    for data in DATA:
        kind, signs, true, x, w = problem(name, data)
        if order == "correct":
            y = true.rounded(kind.numpy_dtype)
        elif order == "double":
            y = (w @ x)[None]
        else:
            y = kind.array(emulated(order, x, w, kind.accumulator))[None]
        for policy in BOUNDS:
            for sign in {"any", signs}:
                found = compare(y, true, precision=kind, policy=policy, signs=sign)
                assert found.passed, found.text
                assert found.error <= 1
                assert found.reasons == ()
                assert len(found.trials) == (
                    0 if policy != "statistical" else 1 if name == "tf32" else len(found.trials)
                )
        assert compare(true.rounded(kind.numpy_dtype), true, precision=kind, policy="exact").passed


def test_tf32_inputs_are_honest_where_the_precision_allows_them():
    for data in DATA:
        _, signs, true, x, w = problem("tf32", data, k=300)
        y = emulated("sequential", *(round_to(a, FORMATS["tf32"]) for a in (x, w)), FORMATS["float32"])[None]
        for policy in BOUNDS:
            assert compare(np.float32(y), true, precision="tf32", policy=policy, signs=signs).passed
        assert not compare(np.float32(y), true, policy="statistical", signs=signs).passed
        rougher = emulated("sequential", *(round_to(a, FORMATS["bfloat16"]) for a in (x, w)), FORMATS["float32"])[None]
        assert not compare(np.float32(rougher), true, precision="tf32", policy="statistical", signs=signs).passed


@pytest.fixture(scope="module")
def layers():
    drawn = {data: layer(np.random.default_rng(7), data, 16, 8, 20) for data in DATA}
    return {data: (a, a.truth()) for data, a in drawn.items()}


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("defect", DEFECTS)
def test_defects_are_caught(layers, data, defect):
    a, true = layers[data]
    found = compare(DEFECTS[defect](a).reshape(true.value.shape), true, policy="statistical", signs=a.signs)
    assert not found.passed
    assert found.reasons
    assert "FAILED" in found.text


@pytest.mark.parametrize("data", DATA)
@pytest.mark.parametrize("kernel", HONEST)
def test_honest_float32_kernels_pass(layers, data, kernel):
    a, true = layers[data]
    y = HONEST[kernel](a).reshape(true.value.shape)
    for policy in BOUNDS:
        found = compare(y, true, policy=policy, signs=a.signs)
        assert found.passed, found.text


@pytest.mark.parametrize("name", FLOATS)
def test_defects_in_every_precision(name):
    """A lost term, a wrong scale, a constant offset: beyond what the precision's own output can hide."""
    kind, signs, true, x, w = problem(name, "normal", k=24, places=400)
    good = (w @ x)[None]
    step = 30 * (kind.output.unit_roundoff + kind.inputs.unit_roundoff)
    for bad in (good - (w[:, :1] * x[:1])[None], good * (1 + step), good + step * np.abs(good).mean()):
        found = compare(kind.array(bad), true, precision=kind, policy="statistical", signs=signs)
        assert not found.passed, found.text


def test_bias_alone_is_seen():
    """An error far below every bound, but always to one side."""
    a = layer(np.random.default_rng(3), "half-normal", 16, 8, 32)
    true = a.truth()
    y = true.value + 0.5 * (2.0**-24) * true.magnitude * 12
    found = compare(y, true, policy="statistical", signs="any")
    assert compare(y, true).passed
    assert [trial.name for trial in found.trials if not trial.passed] == ["bias", "bias by sign", "scale"]
    assert any(reason.startswith("bias") for reason in found.reasons)
    assert found.bias > 0
    assert found.rms > 0


def test_zero_magnitude_wants_an_exact_zero():
    x, w = np.zeros((1, 2, 3), np.float32), np.ones((1, 2, 1), np.float32)
    true = truth("conv1d", x, w)
    for policy in (*BOUNDS, "exact"):
        assert compare(np.zeros((1, 1, 3), np.float32), true, policy=policy).passed
        assert compare(-np.zeros((1, 1, 3), np.float32), true, policy=policy).passed
        found = compare(np.float32([[[0, 1e-45, 0]]]), true, policy=policy)
        assert not found.passed
        assert found.index == (0, 0, 1)
    assert compare(np.float32([[[0, 1e-45, 0]]]), true).error == np.inf


@pytest.mark.parametrize("policy", [*BOUNDS, "exact"])
def test_an_empty_batch_passes(policy):
    x, w = np.ones((0, 2, 3), np.float32), np.ones((1, 2, 1), np.float32)
    found = compare(np.ones((0, 1, 3), np.float32), truth("conv1d", x, w), policy=policy)
    assert found.passed
    assert found.index is None
    assert found.error == 0
    assert not compare(np.ones((0, 1, 4), np.float32), truth("conv1d", x, w), policy=policy).passed


def test_shapes_and_types_are_refused_with_a_reason():
    x, w = np.ones((1, 1, 4), np.float32), np.ones((1, 1, 2), np.float32)
    true = truth("conv1d", x, w)
    y = refconv.conv1d(x, w)
    for bad, reason in (
        (y[0], "the shape is (1, 3), but should be (1, 1, 3)"),
        (y.astype(np.float16), "float16, which is narrower than float32"),
        (y.astype(ml_dtypes.bfloat16), "bfloat16, which is narrower"),
        (y.astype(np.int64), "the type is int64, but should be float32"),
        (y.astype(complex), "the type is complex128"),
    ):
        found = compare(bad, true)
        assert not found.passed
        assert found.index is None
        assert reason in found.reasons[0]
        assert reason in str(found)
    assert compare(y.astype(np.float64), true).passed
    assert compare(y.astype(np.longdouble), true).passed
    half = truth("conv1d", x.astype(ml_dtypes.bfloat16), w.astype(ml_dtypes.bfloat16))
    assert "float16, which is narrower than bfloat16" in compare(y.astype(np.float16), half, precision="bfloat16").text


def test_integers_are_compared_exactly():
    x, w = np.int8([[[100, 100, -3]]]), np.int8([[[2, 1]]])
    true = truth("conv1d", x, w)
    for dtype in (np.int32, np.int64):
        for policy in BOUNDS:
            found = compare(np.array([[[300, 197]]], dtype), true, precision="int8", policy=policy)
            assert found.passed
            assert found.policy == "exact"
    wrong = compare(np.array([[[300, 198]]]), true, precision="int8")
    assert wrong.units.tolist() == [[[0, 1]]]
    assert "1 of 2 elements is not" in wrong.text
    assert "float32" in compare(np.float32([[[300, 197]]]), true, precision="int8").reasons[0]
    assert "int8" in compare(np.int8([[[44, -59]]]), true, precision="int8").reasons[0]
    big = truth("conv1d", [[[2**62]]], [[[1]]])
    assert compare(np.array([[[2**62 - 1]]]), big, precision="int64").error == 1
    with pytest.raises(ArgumentError, match="not of integers"):
        compare(np.array([[[1]]]), truth("conv1d", [[[1.0]]], [[[1.0]]]), precision="int8")


def test_exact_means_correctly_rounded():
    x = np.float32([[[1, 2.0**-24, 2.0**-60]]])
    true = truth("conv1d", x, np.ones((1, 1, 3), np.float32))
    assert compare(true.rounded(np.float32), true, policy="exact").passed
    found = compare(np.float32([[[1]]]), true, policy="exact")
    assert not found.passed
    assert found.error == 1
    assert "units in the last place" in found.text
    # a wider type is rounded to that
    assert compare(true.value, true, policy="exact").passed
    assert not compare(true.rounded(np.float32).astype(float), true, policy="exact").passed
    with pytest.raises(ArgumentError, match='method="exact"'):
        compare(np.float32([[[1]]]), truth("conv1d", x, np.ones((1, 1, 3), np.float32), method="fast"), policy="exact")


@pytest.mark.parametrize("policy", [*BOUNDS, "exact"])
def test_infinities_and_nan_must_stand_in_their_places(policy):
    x = np.float32([[[np.inf, 1, np.nan, -np.inf, 2, 3]]])
    w = np.ones((1, 1, 1), np.float32)
    true = truth("conv1d", x, w)
    assert compare(x, true, policy=policy).passed
    for at, value in ((0, -np.inf), (0, 1), (0, np.nan), (1, np.inf), (1, np.nan), (2, 0), (2, np.inf), (3, np.inf)):
        y = x.copy()
        y[0, 0, at] = value
        found = compare(y, true, policy=policy)
        assert not found.passed
        assert found.index == (0, 0, at)
        assert found.error == np.inf
        assert f"(0, 0, {at})" in found.text


def test_overflow_is_allowed_where_an_honest_kernel_may_overflow():
    x, w = np.float16([[[65504, 65504, 1]]]), np.float16([[[1, -1, 1]]])
    true = truth("conv1d", x, w)
    assert true.value.item() == 1
    for value in (np.inf, np.nan):
        assert compare(np.float16([[[value]]]), true, precision="float16_acc").passed
        assert not compare(np.float16([[[value]]]), true, precision="float16").passed
    # halfway between the largest float16 and what would come next, to within the rounding of sums in float32
    true = truth("conv1d", np.float16([[[65504, 16, -0.001]]]), np.ones((1, 1, 3), np.float16))
    for y in (np.inf, 65504):
        assert compare(np.float16([[[y]]]), true, precision="float16").passed
    assert not compare(np.float16([[[-np.inf]]]), true, precision="float16").passed


@pytest.mark.parametrize("of", ["y", "dx", "dw", "db"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16, ml_dtypes.bfloat16, np.int8])
def test_assert_conv_judges_refconv_itself(of, dtype):
    rng = np.random.default_rng(5)
    draw = rng.standard_normal if dtype is not np.int8 else lambda shape: rng.integers(-100, 100, shape)
    x, w, dy, b = (draw(s).astype(dtype) for s in ((2, 4, 6, 5), (4, 2, 3, 3), (2, 4, 3, 3), (4,)))
    options = {"stride": 2, "padding": 1, "groups": 2}
    if of == "y":
        got = refconv.conv2d(x, w, b, **options)
    else:
        got = getattr(refconv.conv2d_backward(dy, x, w, **options), of)
    for policy in ("worst_case", "probabilistic"):
        assert_conv(got, x, w, b if of == "y" else None, dy=dy, of=of, policy=policy, **options)
    wrong = got.copy()
    wrong.flat[-1] += wrong.dtype.type(9)
    with pytest.raises(AssertionError, match=f"conv2d {of}, .*FAILED"):
        assert_conv(wrong, x, w, b if of == "y" else None, dy=dy, of=of, **options)


def test_assert_conv_takes_other_operations():
    rng = np.random.default_rng(6)
    x, w = rng.standard_normal((1, 4, 5, 5)), rng.standard_normal((4, 2, 3, 3))
    assert_conv(refconv.conv_transpose2d(x, w, stride=2), x, w, op="conv_transpose2d", stride=2, method="fast")
    with pytest.raises(AssertionError):
        assert_conv(refconv.conv_transpose2d(x, w, stride=2), x, w[..., ::-1], op="conv_transpose2d", stride=2)


def test_unknown_words_are_refused():
    true = truth("conv1d", np.ones((1, 1, 2)), np.ones((1, 1, 1)))
    for words in ({"policy": "loose"}, {"precision": "float8"}, {"algorithm": "magic"}, {"signs": "mixed"}):
        with pytest.raises(ArgumentError, match=next(iter(words.values()))):
            compare(np.ones((1, 1, 2)), true, **{"precision": "float64", **words})
