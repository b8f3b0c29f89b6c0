"""Every fill keeps its promise: held against the products themselves, one by one, from the wiring's triples."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from refconv.errors import ArgumentError
from refconv.oracle.cases import Case
from refconv.oracle.fills import FILLS, fill
from refconv.oracle.formats import FORMATS, round_to
from refconv.oracle.operations import FACTORS
from refconv.oracle.precision import PRECISIONS, precision
from refconv.oracle.suites.draft import Draft, case_of
from refconv.oracle.wiring import Wiring

FLOATS = [name for name, numbers in PRECISIONS.items() if not numbers.is_integer]
INTEGERS = [name for name, numbers in PRECISIONS.items() if numbers.is_integer]
EXACT = [name for name, each in FILLS.items() if each.policy == "exact"]
BITS = [name for name in EXACT if name.startswith("odd12")]
TWO = [name for name in EXACT if name.startswith("two_terms")]

PLAIN = Draft("", n=(2, 6, 7), k=(1, 3, 2), inside=3, outside=4, batch=2)
MIXED = Draft("", n=(2, 7, 8), k=(1, 2, 3), s=(1, 2, 2), p=((0, 1), (1, 0), (2, 1)), d=(1, 1, 2), groups=2, batch=2)
DRAFTS = {
    "plain": PLAIN,
    "mixed": MIXED,
    "replicated": replace(MIXED, mode="replicate"),
    "one sum": Draft("", n=(1, 2, 3), k=(1, 2, 3), inside=1, outside=1),
    "long": Draft("", n=(1, 10, 10), k=(1, 3, 3), inside=40, outside=5),
}


TRIED = {
    "conv2d": ("plain", "mixed", "replicated", "one sum", "long"),
    "conv_transpose2d": ("plain", "mixed"),
    "depthwise_conv2d": ("plain", "mixed"),
    "pointwise_conv2d": ("plain", "long"),
    "conv1d": ("mixed",),
    "conv3d": ("mixed",),
}


def cases_with(name, number_type="float32"):
    for op, tried in TRIED.items():
        for each in tried:
            yield case_of(replace(DRAFTS[each], fill=name), op, number_type)


def products(case, arrays, of):
    """Return, for each element of a result, the list of its nonzero products."""
    first, second = FACTORS[of]
    operation = case.operation
    triples = Wiring.of(case.plan).triples()
    indices = {"x": triples.x, "w": triples.w, "y": triples.y}
    here = triples.x >= 0
    factors = [
        getattr(arrays, name).astype(np.float64).reshape(-1)[indices[operation.role(name)][here]]
        for name in (first, second)
    ]
    into, values = indices[operation.role(of)][here], factors[0] * factors[1]
    shown = values != 0
    order = np.argsort(into[shown], kind="stable")
    return into[shown][order], values[shown][order]


def sums(case, arrays, of, values=None):
    into, terms = products(case, arrays, of)
    return np.bincount(into, weights=terms if values is None else values(terms))


def magnitude(case, arrays, of):
    """Return the largest sum of absolute terms, the bias included."""
    into, terms = products(case, arrays, of)
    total = np.bincount(into, weights=np.abs(terms), minlength=np.prod(case.y_shape) if of == "y" else 1)
    if of == "y" and case.bias:
        spatial = (1,) * (len(case.y_shape) - 2)
        total = total.reshape(case.y_shape) + np.abs(arrays.b.astype(np.float64)).reshape(-1, *spatial)
    return total.max()


def raw(case):
    """Return the arrays before they are rounded to the case's type."""
    return fill(case.fill).function(case, np.random.default_rng(case.seed))


@pytest.mark.parametrize("number_type", FLOATS)
@pytest.mark.parametrize("name", EXACT)
def test_exact_fills_are_made_of_what_inputs_hold(name, number_type):
    for case in cases_with(name, number_type):
        for array in raw(case):
            assert np.array_equal(round_to(array, precision(number_type).inputs), array)


@pytest.mark.parametrize("number_type", FLOATS)
@pytest.mark.parametrize("name", ["integers", "impulse", "impulse_w", *BITS])
def test_no_partial_sum_of_an_exact_fill_is_rounded(name, number_type):
    """All are whole numbers, and their absolute values sum to no more than the sums' type counts up to."""
    numbers = precision(number_type)
    for case in cases_with(name, number_type):
        arrays = case.arrays()
        limit = 2.0 ** (numbers.accumulator.p if name in BITS else min(numbers.accumulator.p, numbers.output.p))
        for of in FACTORS:
            _, terms = products(case, arrays, of)
            assert np.array_equal(terms, np.rint(terms))
            assert magnitude(case, arrays, of) <= min(limit, numbers.output.largest)
        assert np.abs(arrays.dy.astype(np.float64)).sum(axis=(0, *range(2, arrays.dy.ndim))).max() <= limit


@pytest.mark.parametrize("number_type", INTEGERS)
@pytest.mark.parametrize("name", [name for name in FILLS if FILLS[name].whole])
def test_integers_fit_the_narrowest_result(name, number_type):
    limit = 2**53 if number_type == "int64" else 2**31 - 1
    for case in cases_with(name, number_type):
        arrays = case.arrays()
        assert all(array.dtype == number_type for array in arrays)
        for of in FACTORS:
            assert magnitude(case, arrays, of) <= limit


def test_integers_of_an_integer_type_have_its_extremes():
    for number_type in ("int8", "int16"):
        for case in cases_with("integers", number_type):
            x = case.arrays().x
            assert (x.min(), x.max()) == (np.iinfo(number_type).min, np.iinfo(number_type).max)
    small = Case("conv2d", (1, 2, 4, 4), (2, 2, 2, 2), precision="int8").arrays()
    assert np.abs(small.w.astype(int)).max() > 100


def test_integers_tell_every_channel_filter_and_place_apart():
    for case in cases_with("integers"):
        x, w, b, dy = case.arrays()
        for array in (x, w, dy):
            assert (array != 0).all()
            for axis in range(array.ndim):
                slices = {part.tobytes() for part in np.moveaxis(array, axis, 0)}
                tall = array.size // array.shape[axis] > 4  # with few numbers in each, two may agree
                assert len(slices) == array.shape[axis] or not tall
        assert len(set(b.tolist())) == len(b)
        assert (b != 0).all()


@pytest.mark.parametrize("name", BITS)
def test_odd_bits_are_lost_by_any_shorter_format(name):
    where = {"odd12": "x", "odd12_w": "w", "odd12_dy": "dy"}[name]
    for case in cases_with(name):
        values = getattr(case.arrays(), where).astype(np.float64)
        for shorter in ("tf32", "float16", "bfloat16"):
            assert (round_to(values, FORMATS[shorter]) != values).all()
        named = case.arrays()._asdict()
        others = [named[key] for key in ("x", "w", "dy") if key != where]
        assert all(set(np.unique(array)) <= {-1, 0, 1} for array in others)
    bits = {
        number_type: np.abs(raw(case_of(replace(PLAIN, fill=name), "conv2d", number_type))._asdict()[where])
        for number_type in FLOATS
    }
    widths = {number_type: int(values.max()).bit_length() for number_type, values in bits.items()}
    assert widths == {"float64": 27, "float32": 12, "tf32": 11, "float16": 11, "bfloat16": 8, "float16_acc": 6}


def test_odd_bits_show_in_y_when_inputs_are_rounded_and_when_sums_are_short():
    case = case_of(replace(DRAFTS["long"], fill="odd12", bias=False), "conv2d")
    x, w, b, _ = case.arrays()
    y = case.operation.forward(x, w, b, **case.options)
    for shorter in ("tf32", "float16", "bfloat16"):
        other = case.operation.forward(round_to(x, FORMATS[shorter]), w, b, **case.options)
        assert (other != y).mean() > 0.9
    into, terms = products(case, case.arrays(), "y")
    total = np.float16(0)
    for term in terms[into == 0]:
        total = np.float16(total + np.float16(term))
    assert float(total) != y.reshape(-1)[0]


@pytest.mark.parametrize("number_type", FLOATS)
@pytest.mark.parametrize("name", TWO)
def test_two_terms_fall_between_neighbours_and_never_halfway(name, number_type):
    numbers = precision(number_type)
    of = {"two_terms": "y", "two_terms_dx": "dx", "two_terms_dw": "dw"}[name]
    fractions = []
    for case in cases_with(name, number_type):
        arrays = case.arrays()
        into, terms = products(case, arrays, of)
        counts = np.bincount(into)
        assert counts.max(initial=0) <= 2
        # the larger term counts in whole units of the last place, the other is a fraction of one
        two = np.flatnonzero(counts == 2)
        pairs = np.abs(np.array([terms[into == index] for index in two[:200]]).reshape(-1, 2))
        large, small = pairs.max(axis=1), pairs.min(axis=1)
        unit = np.ldexp(1.0, np.frexp(large)[1] - numbers.output.p)
        assert np.array_equal(large / unit, np.rint(large / unit))
        assert ((small / unit > 0) & (small / unit < 1) & (small / unit != 0.5)).all()
        # no sum leaves the binade, where units are other ones
        power = np.ldexp(1.0, np.frexp(large)[1])
        assert ((large + unit <= power) & (large - unit >= power / 2)).all()
        fractions.extend(small / unit)
    assert min(fractions) < 0.15
    assert max(fractions) > 0.85
    if number_type != "float16_acc":  # where B is small, nothing comes so close
        near_the_middle = np.sort(np.abs(np.array(fractions) - 0.5))
        assert near_the_middle[0] < 0.05


@pytest.mark.parametrize("name", TWO)
def test_two_terms_need_one_rounding_in_every_result(name):
    """At most two products, or whole numbers below 2**24."""
    for case in cases_with(name):
        arrays = case.arrays()
        for of in FACTORS:
            into, terms = products(case, arrays, of)
            whole = np.abs(terms[np.isin(into, np.flatnonzero(np.bincount(into) > 2))])
            assert np.array_equal(whole, np.rint(whole))
            assert sums(case, arrays, of, np.abs).max(initial=0) <= 2**24
        channels = np.moveaxis(arrays.dy.astype(np.float64), 1, 0).reshape(arrays.dy.shape[1], -1)
        for values in channels:
            assert np.count_nonzero(values) <= 2 or np.abs(values).sum() <= 2**24
        assert not arrays.b.any()


def test_two_terms_reach_every_output_of_a_plain_convolution():
    for op, name, of in (
        ("conv2d", "two_terms", "y"),
        ("depthwise_conv2d", "two_terms", "y"),
        ("conv2d", "two_terms_dw", "dw"),
        ("conv_transpose2d", "two_terms_dx", "dx"),
        ("pointwise_conv2d", "two_terms_dx", "dx"),
    ):
        case = case_of(replace(PLAIN, fill=name), op)
        into, _ = products(case, case.arrays(), of)
        size = {"y": case.y_shape, "dx": case.x_shape, "dw": case.w_shape}[of]
        assert np.array_equal(np.bincount(into), np.full(np.prod(size), 2)), op


def test_two_terms_catch_truncation_a_second_rounding_and_a_small_scale():
    case = case_of(replace(PLAIN, fill="two_terms"), "conv2d")
    exact = sums(case, case.arrays(), "y")
    right = exact.astype(np.float32)
    below = np.where(np.abs(right) > np.abs(exact), np.nextafter(right, np.float32(0)), right)
    assert 0.2 < (below != right).mean() < 0.8
    assert (right * np.float32(1 + 2e-6) != right).all()
    assert (np.nextafter(right, np.float32(np.inf)) != right).all()
    assert (exact != right).all()


def test_impulses_show_each_weight_and_each_sample():
    case = case_of(replace(PLAIN, fill="impulse", bias=False, inside=1, batch=1), "conv2d")
    x, w, _, _ = case.arrays()
    assert np.count_nonzero(x) == 1
    assert set(case.truth("y").value.reshape(-1)) <= {0, *w.reshape(-1)}
    case = replace(case, fill="impulse_w")
    x, w, _, _ = case.arrays()
    assert (np.count_nonzero(w.reshape(len(w), -1), axis=1) == 1).all()
    assert len(set(x.reshape(-1))) == x.size
    assert set(case.truth("y").value.reshape(-1)) <= set(x.reshape(-1))


@pytest.mark.parametrize("name", ["normal", "half_normal", "uniform"])
def test_random_fills_are_what_they_are_called(name):
    arrays = Case("conv1d", (4, 8, 400), (40, 8, 40), fill=name).arrays()
    for array in (arrays.x, arrays.w, arrays.dy):
        values = array.astype(np.float64)
        mean, power = {"normal": (0, 1), "uniform": (0, 1 / 3), "half_normal": (np.sqrt(2 / np.pi), 1)}[name]
        # five standard deviations of the sample's mean and mean square (of variance 2, 4/45 and 2)
        assert abs(values.mean() - mean) < 5 / np.sqrt(values.size)
        assert abs((values**2).mean() - power) < 5 * np.sqrt(2 / values.size)
        assert (values.min() >= 0) == (name == "half_normal")
        if name == "uniform":
            assert np.abs(values).max() <= 1


@pytest.mark.parametrize("number_type", FLOATS)
def test_cancellation_leaves_little(number_type):
    case = case_of(replace(DRAFTS["long"], fill="cancellation"), "conv2d", number_type)
    truth = case.truth("y")
    left = np.abs(truth.value) / truth.magnitude
    assert left.max() < 2.0 ** (1 - precision(number_type).inputs.p // 2)


@pytest.mark.parametrize("number_type", FLOATS)
def test_wide_numbers_span_the_range_and_never_leave_it(number_type):
    numbers = precision(number_type)
    spans = []
    for case in cases_with("wide", number_type):
        arrays = case.arrays()
        for of in FACTORS:
            _, terms = products(case, arrays, of)
            assert np.abs(terms).min() >= max(numbers.accumulator.smallest_normal, numbers.output.smallest_normal)
            assert sums(case, arrays, of, np.abs).max() < min(numbers.accumulator.largest, numbers.output.largest) / 2
            spans.append(np.abs(terms).max() / np.abs(terms).min())
    assert max(spans) > {"float16": 2.0**10, "float16_acc": 2.0**10}.get(number_type, 2.0**180)


def test_small_terms_are_lost_in_half_the_bits():
    case = case_of(replace(DRAFTS["long"], fill="small_onto_large", bias=False), "conv2d")
    into, terms = products(case, case.arrays(), "y")
    terms = terms[into == 0]
    total = np.float16(0)
    for term in np.sort(terms)[::-1]:
        total = np.float16(total + np.float16(term))
    lost = abs(float(total) - terms.sum())
    # far more than any order of a sum in float32 may err by
    assert lost > 10 * len(terms) * FORMATS["float32"].unit_roundoff * terms.sum()


def test_zeros_demand_zeros():
    for op in TRIED:
        for draft in (PLAIN, MIXED):
            case = case_of(replace(draft, fill="zeros"), op)
            if case is None:
                continue
            for of in ("y", "dx", "dw", "db"):
                truth = case.truth(of)
                nothing = truth.magnitude == 0
                assert nothing.any(), (op, of)
                assert not nothing.all(), (op, of)
                assert (truth.value[nothing] == 0).all()


@pytest.mark.parametrize("op", TRIED)
@pytest.mark.parametrize("name", ["nonfinite", "nonfinite_dy"])
def test_nonfinite_numbers_reach_some_results_and_not_others(op, name):
    where, results = {"nonfinite": ("x", ("y",)), "nonfinite_dy": ("dy", ("dx", "db"))}[name]
    case = case_of(replace(PLAIN, n=(4, 9, 12), fill=name), op)
    arrays = case.arrays()
    for key, array in arrays._asdict().items():
        assert (np.isfinite(array).all()) == (key != where)
        assert not (array == 0).any()
    spoilt = getattr(arrays, where)
    assert np.isnan(spoilt).sum() == np.isposinf(spoilt).sum() == np.isneginf(spoilt).sum() == 1
    for of in results:
        value = case.truth(of, arrays).value
        assert np.isnan(value).any()
        assert np.isfinite(value).any()
        if of != "db":
            assert np.isinf(value).any()


def test_fills_of_fractions_are_refused_for_integers():
    refused = [name for name in FILLS if name in ("odd12", "two_terms", "wide", "cancellation", "small_onto_large")]
    for name in refused:
        with pytest.raises(ArgumentError, match="int8 has not"):
            Case("conv1d", (1, 1, 4), (1, 1, 2), fill=name, precision="int8").arrays()
    with pytest.raises(ArgumentError, match="no fill 'ones'"):
        fill("ones")


def test_fills_take_batches_of_nothing_and_single_elements():
    for name in FILLS:
        for shape in ((0, 1, 3), (1, 1, 1)):
            arrays = Case("conv1d", shape, (1, 1, 1), fill=name).arrays()
            assert arrays.x.shape == shape
