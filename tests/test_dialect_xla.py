"""The xla dialect against StableHLO's definition, read as loops, and against refconv's other words for the same."""

from __future__ import annotations

from types import SimpleNamespace

import ml_dtypes
import numpy as np
import pytest

import refconv
from refconv.dialects import xla
from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, IntegerOverflowError, ShapeError
from tests.draw import from_rng
from tests.drawn_xla import WORDS, by_definition, draw_general, draw_transposed

DRAWN = 150


def canonical(a, text, order):
    """Return a view with the axes in canonical order, `order` naming them."""
    return a if text is None else a.transpose([text.index(letter) for letter in order])


def defined(case, lhs, rhs):
    """Return the case's result by the definition, in the caller's order; padding words by their formula."""
    options = dict(case.options)
    numbers = options.pop("dimension_numbers") or (None, None, None)
    spatial = "XYZ"[: case.rank]
    x, w = canonical(lhs, numbers[0], "NC" + spatial), canonical(rhs, numbers[1], "OI" + spatial)
    if isinstance(options["padding"], str):
        steps = zip(x.shape[2:], w.shape[2:], options["window_strides"], options["rhs_dilation"], strict=True)
        options["padding"] = tuple(word_padding(options["padding"], *axis) for axis in steps)
    y = by_definition(x.astype(object), w.astype(object), **options)
    return y if numbers[2] is None else y.transpose([("NC" + spatial).index(letter) for letter in numbers[2]])


def word_padding(word, n, k, s, d):
    if word == "VALID":
        return 0, 0
    total = max((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, 0)
    small, large = total // 2, total - total // 2
    return (small, large) if word == "SAME" else (large, small)


def equal(ours, right):
    right = np.asarray(right)
    assert ours.shape == right.shape
    assert (ours == right).all()


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_every_parameter_is_as_defined(rank):
    rng = np.random.default_rng(rank)
    for _ in range(DRAWN):
        case = draw_general(from_rng(rng), rank, reversal=True)
        lhs, rhs = case.integers(case.x_shape, case.w_shape)
        equal(xla.conv_general_dilated(lhs, rhs, **case.options), defined(case, lhs, rhs))


def test_the_cases_are_what_they_should_be():
    rng = np.random.default_rng(1)
    cases = [draw_general(from_rng(rng), reversal=True) for _ in range(600)]
    pads = [pair for case in cases if not isinstance(case.options["padding"], str) for pair in case.options["padding"]]
    assert sum(lo < 0 for lo, _ in pads) > 100
    assert sum(hi < 0 for _, hi in pads) > 100
    assert sum(0 in case.y_shape for case in cases) > 20
    assert {case.options["padding"] for case in cases} >= set(WORDS)
    for count in ("feature_group_count", "batch_group_count"):
        assert sum(case.options[count] > 1 for case in cases) > 50
    assert sum(any(case.options["window_reversal"]) for case in cases) > 200


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_gradients_are_adjoint(rank):
    """The form is linear in each argument: exact equality for random u and v leaves no other dx and dw."""
    rng = np.random.default_rng(10 + rank)
    for _ in range(DRAWN):
        case = draw_general(from_rng(rng), rank, reversal=True)
        lhs, rhs, u, v = case.integers(case.x_shape, case.w_shape, case.x_shape, case.w_shape)
        dy = rng.integers(-9, 10, xla.conv_general_dilated(lhs, rhs, **case.options).shape)
        dx, dw, db = xla.conv_general_dilated_backward(dy, lhs, rhs, **case.options)
        assert (dx.shape, dw.shape, db) == (lhs.shape, rhs.shape, None)
        assert (dx * u).sum() == (dy * xla.conv_general_dilated(u, rhs, **case.options)).sum()
        assert (dw * v).sum() == (dy * xla.conv_general_dilated(lhs, v, **case.options)).sum()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_gradients_of_the_transposed_are_adjoint(rank):
    rng = np.random.default_rng(20 + rank)
    for _ in range(DRAWN):
        case = draw_transposed(from_rng(rng), rank)
        lhs, rhs, u, v = case.integers(case.x_shape, case.w_shape, case.x_shape, case.w_shape)
        dy = rng.integers(-9, 10, xla.conv_transpose(lhs, rhs, **case.options).shape)
        dx, dw, _ = xla.conv_transpose_backward(dy, lhs, rhs, **case.options)
        assert (dx * u).sum() == (dy * xla.conv_transpose(u, rhs, **case.options)).sum()
        assert (dw * v).sum() == (dy * xla.conv_transpose(lhs, v, **case.options)).sum()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_transposed_convolution_is_refconvs(rank):
    """Consistent padding, and SAME, with the kernel turned: the adjoint of a convolution, which conv_transpose is."""
    rng = np.random.default_rng(30 + rank)
    compared = 0
    for _ in range(2 * DRAWN):
        case = draw_transposed(from_rng(rng), rank)
        lhs, rhs = case.integers(case.x_shape, case.w_shape)
        said = case.options["padding"]
        if said != "SAME" and not (said != "VALID" and case.options["use_consistent_padding"]):
            continue
        ours = xla.conv_transpose(lhs, rhs, **case.options)
        numbers = case.options["dimension_numbers"] or ("N*C", "*IO", "N*C")
        spatial = "XYZ"[:rank]
        names = (text.replace("*", spatial) for text in numbers)
        x, w, y = (
            canonical(a, text, pair + spatial)
            for a, text, pair in zip((lhs, rhs, ours), names, ("NC", "OI", "NC"), strict=True)
        )
        if case.options["transpose_kernel"]:
            w = w.swapaxes(0, 1)
        else:
            w = np.flip(w, range(2, 2 + rank))
        padding = "same" if said == "SAME" else said
        options = {"stride": case.options["strides"], "dilation": case.options["rhs_dilation"], "padding": padding}
        equal(y, refconv.conv_transpose(x, w.swapaxes(0, 1), **options))
        compared += 1
    assert compared > DRAWN // 2


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_valid_transposed_keeps_all_that_was_written(rank):
    """Sizes n*s + max(span - s, 0), and within them refconv's adjoint without padding, then zeros."""
    rng = np.random.default_rng(40 + rank)
    for _ in range(DRAWN):
        n, k, s, d = (rng.integers(1, 4, rank).tolist() for _ in range(4))
        x, w = rng.integers(-9, 10, (2, 3, *n)), rng.integers(-9, 10, (2, 3, *k))
        numbers = ("NC" + "XYZ"[:rank], "OI" + "XYZ"[:rank], "NC" + "XYZ"[:rank])
        ours = xla.conv_transpose(x, w, s, "VALID", d, numbers)
        whole = refconv.conv_transpose(x, np.flip(w, range(2, 2 + rank)).swapaxes(0, 1), stride=s, dilation=d)
        spans = [b * (a - 1) + 1 for a, b in zip(k, d, strict=True)]
        sizes = [a * b + max(span - b, 0) for a, b, span in zip(n, s, spans, strict=True)]
        right = np.zeros((2, 2, *sizes), int)
        right[(..., *(slice(size) for size in whole.shape[2:]))] = whole
        equal(ours, right)


def test_batch_groups_are_split_and_put_side_by_side():
    rng = np.random.default_rng(0)
    lhs, rhs = rng.integers(-9, 10, (6, 2, 5)), rng.integers(-9, 10, (9, 2, 3))
    whole = xla.conv_general_dilated(lhs, rhs, (1,), "SAME", batch_group_count=3)
    parts = [xla.conv(lhs[2 * g : 2 * g + 2], rhs[3 * g : 3 * g + 3], (1,), "SAME") for g in range(3)]
    equal(whole, np.concatenate(parts, axis=1))


def test_negative_padding_crops_the_zeros_between_samples():
    lhs, rhs = np.array([[[1, 2, 3]]]), np.array([[[1]]])
    y = [xla.conv_general_dilated(lhs, rhs, (1,), [(lo, 0)], (3,)).ravel().tolist() for lo in (0, -1, -3)]
    assert y == [[1, 0, 0, 2, 0, 0, 3], [0, 0, 2, 0, 0, 3], [2, 0, 0, 3]]


def test_more_may_be_cropped_on_one_side_than_there_is():
    y = xla.conv_general_dilated([[[1, 2, 3]]], [[[1, 1]]], (1,), [(-4, 6)])
    assert y.tolist() == [[[0, 0, 0, 0]]]
    assert xla.stablehlo_convolution([[[1, 2, 3]]], [[[1, 1]]], padding=[(-4, 0)]).shape == (1, 1, 0)


@pytest.mark.parametrize(
    ("lhs", "rhs", "padding", "shape"),
    [
        ((0, 2, 5), (3, 2, 3), (0, 0), (0, 3, 3)),
        ((2, 2, 2), (3, 2, 3), (0, 0), (2, 3, 0)),
        ((2, 2, 0), (3, 2, 3), (2, 2), (2, 3, 2)),
        ((2, 0, 5), (3, 0, 3), (0, 0), (2, 3, 3)),
        ((2, 2, 5), (0, 2, 3), (0, 0), (2, 0, 3)),
        ((2, 2, 5), (3, 2, 0), (0, 0), (2, 3, 6)),
        ((2, 2, 5), (3, 2, 0), (-5, 0), (2, 3, 0)),
    ],
)
def test_sums_of_nothing_are_zeros(lhs, rhs, padding, shape):
    lhs, rhs = np.ones(lhs, np.float32), np.ones(rhs, np.float32)
    y = xla.conv_general_dilated(lhs, rhs, (1,), [padding])
    assert (y.shape, y.dtype) == (shape, np.float32)
    assert not y.any()
    dx, dw, _ = xla.conv_general_dilated_backward(np.ones(shape, np.float32), lhs, rhs, (1,), [padding])
    assert (dx.shape, dw.shape, dx.any(), dw.any()) == (lhs.shape, rhs.shape, False, False)


def test_nothing_dilated_is_nothing():
    some, none = np.ones((1, 1, 5)), np.ones((1, 1, 0))
    assert xla.conv_general_dilated(none, some, (1,), [(3, 3)], lhs_dilation=(3,)).shape == (1, 1, 2)
    assert xla.conv_general_dilated(some, none, (1,), [(0, 0)], rhs_dilation=(3,)).shape == (1, 1, 6)


def test_the_shorthands_are_the_general_one():
    rng = np.random.default_rng(3)
    lhs, rhs = rng.integers(-9, 10, (2, 3, 6, 7)), rng.integers(-9, 10, (4, 3, 3, 2))
    general = xla.conv_general_dilated(lhs, rhs, (2, 1), "SAME_LOWER", rhs_dilation=(1, 2))
    equal(xla.conv_with_general_padding(lhs, rhs, (2, 1), "SAME_LOWER", None, (1, 2)), general)
    dy = rng.integers(-9, 10, general.shape)
    right = xla.conv_general_dilated_backward(dy, lhs, rhs, (2, 1), "SAME_LOWER", rhs_dilation=(1, 2))
    for one, other in zip(
        xla.conv_with_general_padding_backward(dy, lhs, rhs, (2, 1), "SAME_LOWER", None, (1, 2))[:2],
        right[:2],
        strict=True,
    ):
        equal(one, other)
    equal(xla.conv(lhs, rhs, (1, 2), "VALID"), refconv.conv2d(lhs, rhs, stride=(1, 2)))
    dy = rng.integers(-9, 10, (2, 4, 4, 3))
    ours, right = xla.conv_backward(dy, lhs, rhs, (1, 2), "VALID"), refconv.conv2d_backward(dy, lhs, rhs, stride=(1, 2))
    equal(ours.dx, right.dx)
    equal(ours.dw, right.dw)


def test_stablehlo_is_the_same_in_its_own_words():
    rng = np.random.default_rng(4)
    for _ in range(DRAWN):
        case = draw_general(from_rng(rng), reversal=True)
        options = dict(case.options)
        lhs, rhs = case.integers(case.x_shape, case.w_shape)
        right = xla.conv_general_dilated(lhs, rhs, **options)
        if isinstance(options["padding"], str):
            continue
        numbers = options.pop("dimension_numbers")
        text = numbers and assembly(numbers, case.rank)
        equal(xla.stablehlo_convolution(lhs, rhs, **options, dimension_numbers=text), right)


def assembly(numbers, rank):
    """Return StableHLO's text for three strings."""
    words = dict(zip("NCOI" + "XYZ"[:rank], ["b", "f", "o", "i", *map(str, range(rank))], strict=True))
    lhs, rhs, out = ("[" + ", ".join(words[letter] for letter in text) + "]" for text in numbers)
    return f"{lhs}x{rhs}->{out}"


def test_the_specifications_own_example():
    lhs = np.array([[1, 2, 5, 6], [3, 4, 7, 8], [10, 11, 14, 15], [12, 13, 16, 17]]).reshape(1, 4, 4, 1)
    y = xla.stablehlo_convolution(
        lhs,
        np.ones((3, 3, 1, 1), int),
        window_strides=[4, 4],
        lhs_dilation=[2, 2],
        dimension_numbers="[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]",
        precision_config=["DEFAULT", "DEFAULT"],
    )
    assert y.reshape(2, 2).tolist() == [[10, 26], [46, 62]]


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_patches_are_what_a_kernel_of_ones_and_zeros_picks(rank):
    rng = np.random.default_rng(50 + rank)
    for _ in range(DRAWN // 2):
        case = draw_general(from_rng(rng), rank)
        options = {key: value for key, value in case.options.items() if "group" not in key}
        (lhs,) = case.integers(case.x_shape)
        numbers = options["dimension_numbers"]
        spec = xla.conv_dimension_numbers(case.x_shape, case.w_shape, numbers)
        kernel, channels = [case.w_shape[axis] for axis in spec.rhs_spec[2:]], case.x_shape[spec.lhs_spec[1]]
        taps = int(np.prod(kernel))
        picking = np.tile(np.eye(taps, dtype=int).reshape(taps, 1, *kernel), (channels, *[1] * (1 + rank)))
        rhs = picking.transpose(np.argsort(spec.rhs_spec))
        right = xla.conv_general_dilated(lhs, rhs, **options, feature_group_count=channels)
        equal(xla.conv_general_dilated_patches(lhs, kernel, **options), right)


def test_patches_keep_types_and_infinities():
    lhs = np.array([np.inf, -0.0, np.nan], np.float16).reshape(1, 1, 3)
    patches = xla.conv_general_dilated_patches(lhs, (2,), (1,), "VALID", preferred_element_type=np.float32)
    assert patches.dtype == np.float32
    assert np.array_equal(patches, np.array([[[np.inf, -0.0], [-0.0, np.nan]]]), equal_nan=True)
    assert np.signbit(patches[0, 0, 1])
    assert xla.conv_general_dilated_patches(np.zeros((1, 1, 3), np.int8), (5,), (1,), "VALID").shape == (1, 5, 0)


def test_dimension_numbers_may_be_jaxs_own():
    like = SimpleNamespace(lhs_spec=[0, 2, 1], rhs_spec=(2, 1, 0), out_spec=(0, 2, 1))
    lhs, rhs = np.arange(10).reshape(1, 5, 2), np.arange(12).reshape(3, 2, 2)
    right = xla.conv_general_dilated(lhs, rhs, (1,), "SAME", dimension_numbers=("NWC", "WIO", "NWC"))
    for numbers in (like, xla.ConvDimensionNumbers((0, 2, 1), (2, 1, 0), (0, 2, 1)), ["NAC", "AIO", "NAC"]):
        equal(xla.conv_general_dilated(lhs, rhs, (1,), "SAME", dimension_numbers=numbers), right)


def test_spatial_entries_count_in_the_order_of_rhs():
    lhs, rhs = np.arange(30).reshape(1, 5, 6, 1), np.ones((1, 2, 1, 1), int)
    y = xla.conv_general_dilated(lhs, rhs, (2, 3), "VALID", dimension_numbers=("NHWC", "WHIO", "NWHC"))
    equal(y, refconv.conv2d(lhs, rhs, stride=(3, 2), layout="NHWC", kernel_layout="WHIO").swapaxes(1, 2))


ONES = {"lhs": np.ones((1, 4, 5)), "rhs": np.ones((4, 4, 3)), "window_strides": (1,), "padding": "VALID"}


REFUSED = [
    ({"rhs": np.ones((4, 4, 3, 1))}, ShapeError, "same number of axes"),
    ({"lhs": np.ones(3), "rhs": np.ones(3)}, ShapeError, "at least 2"),
    ({"window_strides": 1}, ArgumentTypeError, "must be a sequence"),
    ({"window_strides": None}, ArgumentTypeError, "must be a sequence"),
    ({"window_strides": (1, 1)}, ArgumentError, "wrong number of entries"),
    ({"window_strides": (0,)}, ArgumentError, "at least 1"),
    ({"rhs_dilation": (0,)}, ArgumentError, "at least 1"),
    ({"lhs_dilation": (1.5,)}, ArgumentTypeError, "integer"),
    ({"padding": "FULL"}, ArgumentError, "not known"),
    ({"padding": 1}, ArgumentTypeError, "must be a sequence"),
    ({"padding": (1,)}, ArgumentTypeError, "pair"),
    ({"padding": "SAME", "lhs_dilation": (2,)}, ArgumentError, "dilated lhs"),
    ({"padding": [(-3, -3)]}, ShapeError, "crops more"),
    ({"dimension_numbers": ("NWC", "WIO")}, ArgumentTypeError, "three strings"),
    ({"dimension_numbers": ("NWC", "WIO", "NHC")}, ArgumentError, "'NHC'"),
    ({"dimension_numbers": ("NWW", "WIO", "NWC")}, ArgumentError, "'NWW'"),
    ({"dimension_numbers": ((0, 1, 2), (0, 1, 2), (0, 1, 2))}, ArgumentTypeError, "three strings"),
    ({"dimension_numbers": xla.ConvDimensionNumbers((0, 1, 1), (0, 1, 2), (0, 1, 2))}, ArgumentError, "lhs_spec"),
    ({"feature_group_count": 0}, ArgumentError, "at least 1"),
    ({"feature_group_count": 2}, ShapeError, "one group"),
    ({"feature_group_count": 3}, ShapeError, "cannot be split"),
    ({"batch_group_count": 2}, ShapeError, "batch of lhs"),
    ({"lhs": np.ones((3, 4, 5)), "batch_group_count": 3}, ShapeError, "output features"),
    ({"rhs": np.ones((4, 2, 3)), "feature_group_count": 2, "batch_group_count": 2}, ArgumentError, "both"),
    ({"rhs": np.ones((4, 0, 3))}, ShapeError, "no input feature"),
    ({"precision": "hihgest"}, ArgumentError, "precision"),
    ({"precision": ("high", "hihgest")}, ArgumentError, "precision"),
    ({"precision": 5}, ArgumentTypeError, "a pair of either"),
    ({"precision": ("highest",)}, ArgumentTypeError, "a pair of either"),
    ({"precision": (None, "high")}, ArgumentTypeError, "a pair of either"),
    ({"precision": ("high",) * 3}, ArgumentTypeError, "a pair of either"),
    ({"window_strides": True}, ArgumentTypeError, "must be a sequence"),
    ({"window_strides": 0}, ArgumentTypeError, "must be a sequence"),
    ({"window_reversal": 5}, ArgumentTypeError, "must be a sequence"),
    ({"preferred_element_type": np.float32}, DTypeError, "float64"),
    (
        dict.fromkeys(("lhs", "rhs"), np.ones((1, 1, 1), np.int8)) | {"preferred_element_type": np.uint16},
        DTypeError,
        "signed",
    ),
    ({"preferred_element_type": "fancy"}, ArgumentTypeError, "no number type"),
    ({"window_reversal": (1,)}, ArgumentTypeError, "True or False"),
    ({"window_reversal": True}, ArgumentTypeError, "must be a sequence"),
    ({"lhs": "text"}, DTypeError, "lhs"),
    ({"lhs_dilation": (2**62,), "padding": [(0, 0)]}, ShapeError, "memory"),
]


@pytest.mark.parametrize(("change", "kind", "says"), REFUSED)
def test_what_is_refused(change, kind, says):
    said = ONES | change
    with pytest.raises(kind, match=says) as caught:
        xla.conv_general_dilated(**said)
    assert str(caught.value).startswith("jax.lax.conv_general_dilated: ")
    for fix in caught.value.fixes:
        mended = {key: value for key, value in (said | fix).items() if value is not None}
        xla.conv_general_dilated(**mended)


def test_what_conv_transpose_refuses():
    lhs, rhs = np.ones((1, 4, 2)), np.ones((3, 2, 5))
    for padding in ("same", "SAME_LOWER"):
        with pytest.raises(ArgumentError, match=r"^jax.lax.conv_transpose: padding"):
            xla.conv_transpose(lhs, rhs, (2,), padding)
    with pytest.raises(ArgumentTypeError, match="strides must be a sequence"):
        xla.conv_transpose(lhs, rhs, 2, "SAME")
    with pytest.raises(ArgumentError, match="4 spatial axes"):
        xla.conv_transpose(np.ones((1,) * 6), np.ones((1,) * 6), (1,) * 4, "SAME")


def test_a_gradient_of_another_shape_is_refused():
    with pytest.raises(ShapeError, match="dy has the wrong shape"):
        xla.conv_general_dilated_backward(np.ones((1, 4, 1)), **ONES)


def test_stablehlo_refuses_words_and_other_texts():
    lhs, rhs = np.ones((1, 4, 5)), np.ones((4, 4, 3))
    with pytest.raises(ArgumentTypeError, match=r"^stablehlo.convolution: padding"):
        xla.stablehlo_convolution(lhs, rhs, padding="SAME")
    with pytest.raises(ArgumentError, match="cannot be read") as caught:
        xla.stablehlo_convolution(lhs, rhs, dimension_numbers="[b, f, 0]x[o, i, 0]")
    assert xla.stablehlo_convolution(lhs, rhs, **caught.value.fixes[0]).shape == (1, 4, 3)
    with pytest.raises(ArgumentError, match="precision"):
        xla.stablehlo_convolution(lhs, rhs, precision_config=["LOW", "LOW"])
    for wrong in (5, "HIGHEST", ["HIGH"], [1, 2]):
        with pytest.raises(ArgumentTypeError, match="precision_config must be a pair of words") as caught:
            xla.stablehlo_convolution(lhs, rhs, precision_config=wrong)
        xla.stablehlo_convolution(lhs, rhs, **caught.value.fixes[0])


def test_shapes_must_be_shapes():
    with pytest.raises(ArgumentTypeError, match="lhs_shape must be a sequence"):
        xla.conv_dimension_numbers(None, (1, 1, 1), None)
    with pytest.raises(ArgumentTypeError, match="rhs_shape must be a sequence"):
        xla.conv_dimension_numbers((1, 1, 1), 3, None)


def test_no_fix_names_an_argument_that_a_call_lacks():
    lhs, rhs = np.ones((1, 4, 9)), np.ones((6, 2, 3))
    calls = (
        lambda: xla.conv(lhs, rhs, (1,), "SAME"),
        lambda: xla.conv_backward(lhs, lhs, rhs, (1,), "SAME"),
        lambda: xla.conv_with_general_padding(lhs, rhs, (1,), "SAME", None, None),
        lambda: xla.conv_with_general_padding_backward(lhs, lhs, rhs, (1,), "SAME", None, None),
        lambda: xla.conv_transpose(np.ones((1, 9, 4)), np.ones((3, 2, 6)), (1,), "SAME"),
    )
    for call in calls:
        with pytest.raises(ShapeError, match="Call conv_general_dilated, which takes feature_group_count=2") as caught:
            call()
        assert caught.value.fixes == ()


def test_what_patches_refuse():
    lhs = np.ones((1, 1, 5))
    with pytest.raises(ArgumentError, match="filter_shape has the wrong number of entries for 1 spatial axes"):
        xla.conv_general_dilated_patches(lhs, (2, 2), (1,), "VALID")
    with pytest.raises(ShapeError, match="at least 2 axes"):
        xla.conv_general_dilated_patches(np.ones(3), (2,), (1,), "VALID")
    with pytest.raises(ShapeError, match="larger than any memory"):
        xla.conv_general_dilated_patches(np.ones((1, 1, 5, 5)), (10**12, 10**12), (1, 1), "VALID")
    assert xla.conv_general_dilated_patches(lhs, (10**6,), (1,), "VALID").shape == (1, 10**6, 0)
    for bare, fixes in ((2.5, ()), (True, ()), (2, ({"filter_shape": (2,)},))):
        with pytest.raises(ArgumentTypeError, match="filter_shape must be a sequence") as caught:
            xla.conv_general_dilated_patches(lhs, bare, (1,), "VALID")
        assert caught.value.fixes == fixes


@pytest.mark.parametrize(
    ("given", "preferred"),
    [
        (np.int8, np.int32),
        (np.int8, np.float32),
        (np.uint8, np.int32),
        (np.float16, np.float32),
        (ml_dtypes.bfloat16, np.float32),
        (np.float16, ml_dtypes.bfloat16),
        (np.float32, np.float64),
        (np.complex64, np.complex128),
    ],
)
def test_preferred_types(given, preferred):
    lhs, rhs = np.full((1, 20, 5), 9).astype(given), np.full((1, 20, 3), 7).astype(given)
    y = xla.conv_general_dilated(lhs, rhs, (1,), "VALID", preferred_element_type=preferred)
    assert y.dtype == preferred
    assert (y == np.asarray(3780).astype(preferred)).all()
    if np.dtype(given).kind not in "iu":
        dx, dw, _ = xla.conv_general_dilated_backward(y, lhs, rhs, (1,), "VALID", preferred_element_type=preferred)
        assert (dx.dtype, dw.dtype) == (given, given)


def test_sums_are_kept_in_the_preferred_type():
    """2048 + 1 is no float16; only rounded at the end it would be lost."""
    lhs, rhs = np.array([[[2048, 1]]], np.float16), np.ones((1, 1, 2), np.float16)
    assert xla.conv(lhs, rhs, (1,), "VALID").item() == 2048
    assert xla.conv(lhs, rhs, (1,), "VALID", preferred_element_type=np.float32).item() == 2049


def test_integers_never_wrap():
    lhs, rhs = np.full((1, 1, 3), 100, np.int8), np.full((1, 1, 3), 100, np.int8)
    assert xla.conv(lhs, rhs, (1,), "VALID").item() == 30000
    assert xla.conv(lhs, rhs, (1,), "VALID", preferred_element_type=np.int16).item() == 30000
    with pytest.raises(IntegerOverflowError, match="int8"):
        xla.conv(lhs, rhs, (1,), "VALID", preferred_element_type=np.int8)


def test_complex_gradients_are_not_conjugated():
    dx, dw, _ = xla.conv_backward([[[1j]]], [[[2 + 3j]]], [[[5 + 7j]]], (1,), "VALID")
    assert (dx.item(), dw.item()) == (1j * (5 + 7j), 1j * (2 + 3j))
    real = xla.conv_backward([[[1 + 1j]]], [[[2.0]]], [[[5 + 7j]]], (1,), "VALID").dx
    assert (real.dtype, real.item()) == (np.float64, -2)


def test_inputs_are_left_alone_and_results_are_whole():
    rng = np.random.default_rng(5)
    for _ in range(20):
        case = draw_general(from_rng(rng), reversal=True)
        lhs, rhs = case.integers(case.x_shape, case.w_shape)
        before = lhs.copy(), rhs.copy()
        lhs.flags.writeable = rhs.flags.writeable = False
        y = xla.conv_general_dilated(lhs, rhs, **case.options)
        found = xla.conv_general_dilated_backward(y, lhs, rhs, **case.options)
        assert all(a.flags.c_contiguous for a in (y, found.dx, found.dw))
        equal(lhs, before[0])
        equal(rhs, before[1])


def test_lists_are_arrays_too():
    assert xla.conv([[[1, 2, 3]]], [[[1, 1]]], [1], "VALID").tolist() == [[[3, 5]]]
