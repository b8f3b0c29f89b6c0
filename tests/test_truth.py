"""The truth against fractions: the definition's triples, summed without rounding, then rounded by `tests.rounding`."""

from __future__ import annotations

from fractions import Fraction
from importlib import import_module

import ml_dtypes
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import refconv
from refconv.algorithms import direct
from refconv.errors import ArgumentError, DTypeError, IntegerOverflowError, ShapeError
from refconv.oracle import products
from refconv.oracle.formats import FORMATS
from refconv.oracle.operations import FACTORS, OPERATIONS, operation
from refconv.oracle.requests import RESULTS
from refconv.oracle.truth import truth
from tests.draw import draw_convolution, draw_transposed, from_rng
from tests.rounding import nearest

module = import_module("refconv.oracle.truth")  # the name in the package is the function
TYPES = {"float64": np.float64, "float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}
HALVES = ("float16", "bfloat16")
DOUBLE = FORMATS["float64"]


def draw_call(integer, family=None):
    """Return an operation, the shapes of x, w, y and the options of a drawn call."""
    family = family or ("conv", "conv_transpose", "depthwise_conv", "pointwise_conv")[integer(0, 3)]
    rank = integer(1, 3)
    case = (draw_transposed if family == "conv_transpose" else draw_convolution)(integer, rank)
    options, w_shape, x_shape = dict(case.options), case.w_shape, case.x_shape
    if family == "depthwise_conv":
        options.pop("groups")
        w_shape = (x_shape[1], integer(1, 2), *w_shape[2:])
    if family == "pointwise_conv":
        options = {name: options[name] for name in ("stride", "groups")}
        w_shape = (*w_shape[:2], *(1,) * rank)
    op = operation(f"{family}{rank}d")
    return op, x_shape, w_shape, op.y_shape(op.plan(x_shape, w_shape, **options)), options, case.seed


@st.composite
def calls(draw):
    return draw_call(lambda low, high: draw(st.integers(low, high)))


def numbers(rng, shape, name, kind):
    """Return an array of a type: ordinary, cancelling, mixed over the type's whole range, tiny, huge."""
    limits = FORMATS[name]
    if kind == "normal":
        a = rng.standard_normal(shape)
    elif kind == "integers":
        a = rng.integers(-8, 9, shape) * 1.0
    else:
        low = limits.emin - limits.p + 1
        ranges = {
            "mixed": (low, limits.emax + 1),
            "tiny": (low // 2 - 20, low // 2 + 20),
            "subnormal": (low, limits.emin + 1),
            "huge": (limits.emax // 2 - 5, limits.emax // 2 + 5),
        }
        exponents = rng.integers(*ranges[kind], shape)
        a = np.ldexp(rng.uniform(1, 2, shape) * rng.choice([-1, 1], shape), exponents)
        a[rng.random(shape) < 0.1] = -0.0
    with np.errstate(all="ignore"):
        a = a.astype(TYPES[name])
    # rounding up can leave the range; infinities have tests of their own
    return np.where(np.isfinite(a.astype(float)), a, np.zeros_like(a))


def by_fractions(op, plan, of, arrays, b=None):
    """Return the exact terms of each element of a result, in canonical order, as lists of fractions."""
    shape = {"y": plan.y_shape, "x": plan.x_shape, "w": plan.w_shape}
    if of == "db":
        dy = arrays["dy"]
        terms = {(c,): [] for c in range(dy.shape[1])}
        for at in np.ndindex(*dy.shape):
            terms[(at[1],)].append(Fraction(float(dy[at])))
        return terms
    result, roles = op.role(of), [(op.role(name), arrays[name]) for name in FACTORS[of]]
    terms = {at: [] for at in np.ndindex(*shape[result])}
    for iy, ix, iw in direct.terms(plan):
        index = {"y": iy, "x": ix, "w": iw}
        if index[result] is None:
            continue
        values = [Fraction(float(a[index[r]])) if index[r] is not None else Fraction(0) for r, a in roles]
        terms[index[result]].append(values[0] * values[1])
    if b is not None:
        for at, found in terms.items():
            found.append(Fraction(float(b[at[1]])))
    return terms


def check(true, terms, *, exact):
    """Hold every field of a truth, in canonical order, to the fractions."""
    assert true.value.shape == true.error_bound.shape == true.magnitude.shape == true.spread.shape
    value = true.value.reshape(-1).tolist()
    for number, found in enumerate(terms.values()):
        total, size = sum(found, Fraction(0)), sum(map(abs, found), Fraction(0))
        squares = sum((term * term for term in found), Fraction(0))
        bound = float(true.error_bound.flat[number])
        if exact:
            assert value[number] == nearest(total, DOUBLE)
        if np.isfinite(value[number]):
            gap = abs(Fraction(value[number]) - total)
            assert gap <= Fraction(bound)
            if exact:
                rest = total - Fraction(value[number])
                residual = Fraction(float(true.residual.flat[number]))
                assert abs(residual - rest) <= abs(rest) * Fraction(1, 2**52) + Fraction(1, 2**1074)
            else:
                assert Fraction(bound) <= Fraction(2, 10**13) * size + Fraction(10**-322)
        assert_just_above(float(true.magnitude.flat[number]), size)
        spread = float(true.spread.flat[number])
        assert spread <= float(true.magnitude.flat[number])
        if np.isfinite(spread):
            assert Fraction(spread) ** 2 >= squares
            # a spread below 1e-140 may have been replaced by the magnitude
            assert spread < 1e-140 or Fraction(spread) ** 2 <= squares * (1 + Fraction(1, 10**10))
        assert true.terms >= len([term for term in found if term])


def assert_just_above(got, exact):
    if exact == 0:
        assert got == 0
    elif np.isfinite(got):
        assert exact <= Fraction(got) <= exact * (1 + Fraction(1, 10**12)) + Fraction(5e-324)
    else:
        assert exact > Fraction(DOUBLE.largest)


def canonical(op, x, w, dy, options):
    """Return the plan and the arrays as the plan has them."""
    call = op.call(x, w, **options)
    return call.plan, {"x": call.x, "w": call.w, "dy": dy}


@given(
    calls(),
    st.sampled_from(sorted(TYPES)),
    st.sampled_from(["normal", "integers", "mixed", "tiny", "subnormal", "huge"]),
    st.sampled_from(RESULTS),
    st.sampled_from(["exact", "fast"]),
    st.booleans(),
)
@settings(max_examples=120)
def test_every_result_of_every_operation_on_both_roads(call, name, kind, of, method, biased):
    op, x_shape, w_shape, y_shape, options, seed = call
    rng = np.random.default_rng(seed)
    x, w, dy = (numbers(rng, shape, name, kind) for shape in (x_shape, w_shape, y_shape))
    b = numbers(rng, (y_shape[1],), name, kind) if biased and of == "y" else None
    true = truth(op.name, x, w, b, dy=dy, of=of, method=method, **options)
    plan, arrays = canonical(op, x, w, dy, options)
    check(true, by_fractions(op, plan, of, arrays, b), exact=method == "exact")
    assert (true.residual is None) <= (method == "fast")


@pytest.mark.parametrize("method", ["exact", "fast"])
@pytest.mark.parametrize("kind", ["normal", "mixed", "tiny", "subnormal", "huge"])
@pytest.mark.parametrize("name", TYPES)
def test_every_type_and_range_on_both_roads(name, kind, method):
    for number, of in enumerate(RESULTS):
        rng = np.random.default_rng([number, len(kind)])
        op, x_shape, w_shape, y_shape, options, _ = draw_call(from_rng(rng))
        x, w, dy, b = (numbers(rng, shape, name, kind) for shape in (x_shape, w_shape, y_shape, y_shape[1:2]))
        bias = b if of == "y" else None
        true = truth(op, x, w, bias, dy=dy, of=of, method=method, **options)
        plan, arrays = canonical(op, x, w, dy, options)
        check(true, by_fractions(op, plan, of, arrays, bias), exact=method == "exact")


@pytest.mark.parametrize("method", ["exact", "fast"])
def test_sums_that_overflow_on_the_way_or_at_the_end(method):
    top = np.finfo(np.float64).max
    x, w = np.full((1, 1, 2), 2.0**500), np.array([[[2.0**499, -(2.0**499)]]])
    true = truth("conv1d", x, w, np.array([top]), method=method)
    assert true.value.item() == top
    assert true.error_bound.item() <= 2.0**971
    assert truth("conv1d", x, np.abs(w), np.array([top]), method=method).value.item() == np.inf
    assert truth("conv1d", x, -np.abs(w), np.array([-top]), method=method).value.item() == -np.inf
    assert truth("conv1d", x, np.abs(w), np.array([-np.inf]), method=method).value.item() == -np.inf
    # products beyond float64 that cancel
    big = np.array([[[1e200, 1e200, 3.0]]])
    assert truth("conv1d", big, np.array([[[1e200, -1e200, 1.0]]]), method=method).value.item() == 3


REFLECTED = {"stride": (2, 1), "padding": ((1, 0), (3, 1)), "dilation": (2, 2), "padding_mode": "reflect"}


@given(calls(), st.sampled_from(RESULTS), st.sampled_from(["exact", "fast"]))
@example((OPERATIONS["depthwise_conv2d"], (1, 4, 3, 4), (4, 2, 2, 3), (1, 8, 1, 4), REFLECTED, 257), "dx", "exact")
def test_infinities_and_nan_stand_where_refconv_puts_them(call, of, method):
    op, x_shape, w_shape, y_shape, options, seed = call
    rng = np.random.default_rng(seed)
    for name in TYPES:
        x, w, dy = (numbers(rng, shape, name, "integers") for shape in (x_shape, w_shape, y_shape))
        for a in (x, w, dy):
            a[rng.random(a.shape) < 0.1] = rng.choice([np.inf, -np.inf, np.nan])
        want = op.forward(x, w, **options) if of == "y" else getattr(op.backward(dy, x, w, **options), of)
        got = truth(op, x, w, dy=dy, of=of, method=method, **options)
        rounded = got.value.astype(want.dtype)  # these sums fit into all types but bfloat16, where 285 becomes 284
        assert np.array_equal(rounded.astype(np.float64), want.astype(np.float64), equal_nan=True)
        finite = np.isfinite(got.value)
        assert np.isinf(got.magnitude[~finite]).all()
        assert (got.error_bound[~finite] == 0).all()
        assert np.isfinite(got.magnitude[finite]).all()


@given(calls(), st.sampled_from(RESULTS))
def test_layouts(call, of):
    """In any layout the truth is the same one, its axes in the caller's order."""
    op, x_shape, w_shape, y_shape, options, seed = call
    rng = np.random.default_rng(seed)
    x, w, dy = (rng.standard_normal(shape) for shape in (x_shape, w_shape, y_shape))
    plain = truth(op, x, w, dy=dy, of=of, **options)
    last = {"layout": "N*C", "kernel_layout": {"conv_transpose": "*IO", "depthwise_conv": "*CM"}.get(op.family, "*IO")}
    kernel = (
        (lambda a: np.moveaxis(a, (0, 1), (-2, -1)))
        if op.family not in {"conv", "pointwise_conv"}
        else (lambda a: np.moveaxis(a, (1, 0), (-2, -1)))
    )
    image = lambda a: np.moveaxis(a, 1, -1)  # noqa: E731
    moved = truth(op, image(x), kernel(w), dy=image(dy), of=of, **options, **last)
    to = {"y": image, "dx": image, "dw": kernel, "db": np.asarray}[of]
    for field in ("value", "error_bound", "magnitude", "spread", "residual"):
        assert np.array_equal(getattr(moved, field), to(getattr(plain, field))), field


@given(calls(), st.sampled_from(RESULTS), st.sampled_from(["int8", "uint8", "int16", "int32", "int64"]))
def test_integers_are_exact(call, of, dtype):
    op, x_shape, w_shape, y_shape, options, seed = call
    rng = np.random.default_rng(seed)
    top = min(int(np.iinfo(dtype).max), 2**29)
    x, w, dy = (
        rng.integers(0 if dtype == "uint8" else -top, top + 1, s).astype(dtype) for s in (x_shape, w_shape, y_shape)
    )
    b = rng.integers(-9, 10, y_shape[1]) if of == "y" else None
    true = truth(op, x, w, b, dy=dy, of=of, **options)
    plan, arrays = canonical(op, x, w, dy, options)
    arrays = {key: np.asarray(a).astype(object) for key, a in arrays.items()}
    terms = by_fractions(op, plan, of, arrays, b)
    assert true.value.dtype == np.int64
    assert true.value.reshape(-1).tolist() == [sum(found, Fraction(0)) for found in terms.values()]
    assert not true.error_bound.any()
    for got, found in zip(true.magnitude.flat, terms.values(), strict=True):
        assert_just_above(float(got), sum(map(abs, found), Fraction(0)))
    assert (true.rounded(np.int64) == true.value).all()


@pytest.mark.parametrize("name", TYPES)
@pytest.mark.parametrize("target", ["float32", "float16", "bfloat16"])
def test_rounding_once_and_not_twice(name, target):
    """Sums that lie a hair beside the middle of two neighbours, and of the largest number and infinity."""
    to = FORMATS[target]
    hair = Fraction(2) ** -24 if name in HALVES else Fraction(2) ** -100
    seen = 0
    for anchor in (1.0, 1 + 4 * to.unit_roundoff, to.smallest_subnormal, 3 * to.smallest_subnormal, to.largest):
        spacing = Fraction(max(2.0 ** np.floor(np.log2(anchor)), to.smallest_normal)) * 2 * Fraction(to.unit_roundoff)
        for side in (-1, 0, 1):
            for sign in (-1, 1):
                small = side * (hair if anchor >= 1 else Fraction(2) ** -140)
                parts = [sign * Fraction(part) for part in (anchor, spacing / 2, small)]
                if any(nearest(part, FORMATS[name]) != part for part in parts):
                    continue
                x = np.array([[[float(part) for part in parts]]]).astype(TYPES[name])
                true = truth("conv1d", x, np.ones((1, 1, 3), TYPES[name]))
                got = true.rounded(TYPES[target])
                assert got.dtype == TYPES[target]
                assert float(got.item()) == nearest(sum(parts), to)
                seen += 1
    assert seen >= (6 if name in HALVES else 18)


@given(calls(), st.sampled_from(["float64", "float32"]), st.sampled_from(["normal", "mixed"]))
@settings(max_examples=30)
def test_rounding_to_narrower_types(call, name, kind):
    op, x_shape, w_shape, _, options, seed = call
    rng = np.random.default_rng(seed)
    x, w = numbers(rng, x_shape, name, kind), numbers(rng, w_shape, name, kind)
    true = truth(op, x, w, **options)
    plan, arrays = canonical(op, x, w, None, options)
    terms = by_fractions(op, plan, "y", arrays)
    for target in ("float32", *HALVES):
        got = true.rounded(TYPES[target]).astype(np.float64).reshape(-1).tolist()
        assert got == [nearest(sum(found, Fraction(0)), FORMATS[target]) for found in terms.values()]
    assert (true.rounded(np.float64) == true.value).all()


def test_long_sums_in_blocks(monkeypatch):
    """Rows longer than a block, and blocks that cut filters and places, change nothing."""
    rng = np.random.default_rng(1)
    x, w, dy = rng.standard_normal((2, 4, 6, 6)), rng.standard_normal((6, 2, 3, 3)), rng.standard_normal((2, 6, 6, 6))
    for of in RESULTS:
        for method in ("exact", "fast"):
            asked = {"dy": dy, "of": of, "method": method, "padding": 1, "groups": 2}
            whole = truth("conv2d", x, w, **asked)
            for size in (1, 20, 100):
                monkeypatch.setattr(products, "BLOCK", size)
                cut = truth("conv2d", x, w, **asked)
                assert (cut.value == whole.value).all()
                assert (cut.error_bound == whole.error_bound).all()
            monkeypatch.undo()


def test_the_fast_road_is_exact_where_nothing_can_round():
    rng = np.random.default_rng(2)
    for dtype in TYPES.values():
        x, w = (rng.integers(-9, 10, s).astype(dtype) / dtype(4) for s in ((2, 3, 7, 7), (4, 3, 3, 3)))
        fast, exact = (truth("conv2d", x, w, np.ones(4, dtype), method=method) for method in ("fast", "exact"))
        assert fast.residual is not None
        assert not fast.error_bound.any()
        assert (fast.value == exact.value).all()
    # one element that needs rounding, and it is not
    x = np.array([[[2.0**60, 1.0]]])
    assert truth("conv1d", x, np.ones((1, 1, 2)), method="fast").error_bound.item() > 0


def test_auto_takes_the_fast_road_when_it_is_long(monkeypatch):
    x, w = np.random.default_rng(0).standard_normal((2, 1, 1, 8)).astype(np.float32)
    assert truth("conv1d", x, w).residual is not None
    monkeypatch.setattr(module, "EXACT_LIMIT", 7)
    assert truth("conv1d", x, w).residual is None
    assert truth("conv1d", x, w, method="exact").residual is not None


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_empty_batch(name):
    op = operation(name)
    x, w = np.ones((0, 2, *(3,) * op.rank)), np.ones((2, 1, *(1,) * op.rank))
    options = {} if op.family == "depthwise_conv" else {"groups": 2 if op.family != "conv_transpose" else 1}
    dy = np.ones(op.y_shape(op.plan(x.shape, w.shape, **options)))
    for method in ("exact", "fast"):
        assert truth(op, x, w, method=method, **options).value.size == 0
        assert not truth(op, x, w, dy=dy, of="dw", method=method, **options).value.any()
        assert not truth(op, x, w, dy=dy, of="db", method=method, **options).value.any()


def test_elements_without_products_hold_the_bias():
    x, w, b = np.ones((1, 1, 2)), np.ones((1, 1, 1)), np.array([-2.5])
    true = truth("conv_transpose1d", x, w, b, stride=3)
    assert true.value.ravel().tolist() == [-1.5, -2.5, -2.5, -1.5]
    assert true.magnitude.ravel()[1] == true.spread.ravel()[1] == 2.5
    dx = truth("conv1d", np.ones((1, 1, 4)), w, dy=np.ones((1, 1, 2)), of="dx", stride=3)
    assert dx.value.ravel().tolist() == [1, 0, 0, 1]
    assert (dx.magnitude > 0).ravel().tolist() == [True, False, False, True]


def test_norms_bound_what_any_element_sums():
    rng = np.random.default_rng(3)
    x, w, dy = rng.standard_normal((2, 4, 6)), rng.standard_normal((6, 2, 3)), rng.standard_normal((2, 6, 6))
    for of in FACTORS:
        for mode in ("zeros", "replicate"):
            true = truth("conv1d", x, w, dy=dy, of=of, padding=1, groups=2, padding_mode=mode)
            assert (true.request.norms(2) >= true.magnitude * (1 - 1e-12)).all()
            assert true.request.norms(np.inf).shape == true.value.shape


def test_mixed_types():
    x, w = np.float32([[[0.1, 0.2]]]), np.array([[[3, -1]]], np.int8)
    want = Fraction(float(x[0, 0, 0])) * 3 - Fraction(float(x[0, 0, 1]))
    assert truth("conv1d", x, w).value.item() == nearest(want, DOUBLE)
    assert truth("conv1d", x, w.astype(np.int64)).value.item() == nearest(want, DOUBLE)
    assert truth("conv1d", x.astype(np.float16), w, np.float16([1])).value.dtype == np.float64


def test_what_is_refused():
    x, w = np.ones((1, 1, 3)), np.ones((1, 1, 2))
    for bad in (x * 1j, x.astype(np.longdouble), x.astype(object)):
        with pytest.raises(DTypeError, match="no truth"):
            truth("conv1d", bad, w)
    with pytest.raises(DTypeError, match=r"2\*\*53"):
        truth("conv1d", x, np.full((1, 1, 2), 2**53 + 1))
    with pytest.raises(ArgumentError, match="no result 'z'"):
        truth("conv1d", x, w, of="z")
    with pytest.raises(ArgumentError, match="dy"):
        truth("conv1d", x, w, of="dx")
    with pytest.raises(ArgumentError, match="groups"):
        truth("depthwise_conv1d", x, w, groups=1)
    with pytest.raises(ArgumentError, match="method"):
        truth("conv1d", x, w, method="slow")
    with pytest.raises(ArgumentError, match="conv4d"):
        truth("conv4d", x, w)
    with pytest.raises(ShapeError):
        truth("conv1d", x, w, dy=np.ones((1, 1, 3)), of="dx")
    with pytest.raises(IntegerOverflowError):
        truth("conv1d", np.full((1, 1, 2), 2**62), np.ones((1, 1, 2), int))


def test_it_agrees_with_refconv_on_ordinary_data():
    rng = np.random.default_rng(4)
    x, w, b = rng.standard_normal((2, 8, 9, 9)), rng.standard_normal((6, 4, 3, 3)), rng.standard_normal(6)
    y = refconv.conv2d(x, w, b, groups=2, stride=2, padding=1)
    true = truth("conv2d", x, w, b, groups=2, stride=2, padding=1)
    assert (np.abs(y - true.value) <= true.terms * 2.0**-53 * true.magnitude + true.error_bound).all()
