"""Cases: their names, their records, their arrays and how these lie in memory."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from refconv.errors import ArgumentError, RefconvError, ShapeError
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.fills import FILLS
from refconv.oracle.memory import MEMORY, memory
from refconv.oracle.operations import OPERATIONS
from refconv.oracle.precision import PRECISIONS
from refconv.oracle.suites import suite

CASE = Case(
    "conv2d",
    (2, 4, 7, 6),
    (6, 2, 3, 2),
    {
        "stride": (2, 1),
        "padding": ((1, 0), (0, 2)),
        "dilation": (1, 3),
        "groups": 2,
        "padding_mode": "zeros",
    },
)


def test_names_say_what_is_not_as_usual():
    assert CASE.name == "n2c4h7w6-o6k3x2-s2x1-p1.0x0.2-d1x3-g2-integers"
    changed = replace(CASE, bias=False, fill="normal", memory="fortran", precision="tf32", seed=7)
    assert changed.name == "n2c4h7w6-o6k3x2-s2x1-p1.0x0.2-d1x3-g2-nobias-normal-tf32-fortran-seed7"
    words = replace(CASE, options={"padding": "same_upper", "padding_mode": "zeros"}, w_shape=(6, 4, 3, 2))
    assert words.name == "n2c4h7w6-o6k3x2-same_upper-integers"
    each = replace(words, options={"padding": ("valid", (-1, 1)), "padding_mode": "reflect"})
    assert each.name == "n2c4h7w6-o6k3x2-pvalidx-1.1-reflect-integers"
    plain = Case("conv_transpose1d", (1, 4, 5), (4, 2, 3), {"stride": (2,), "output_padding": (1,)})
    assert plain.name == "n1c4w5-o2k3-s2-a1-integers"
    assert Case("depthwise_conv3d", (1, 2, 3, 3, 3), (2, 4, 1, 2, 3)).name == "n1c2d3h3w3-o8k1x2x3-integers"


@pytest.mark.parametrize("op", OPERATIONS)
def test_names_are_fit_for_tests_and_files(op):
    for case in suite("default", op):
        assert re.fullmatch(r"[a-z0-9_.-]{1,120}", case.name), case.name


@pytest.mark.parametrize("op", OPERATIONS)
def test_parameters_make_the_case_again(op):
    for case in suite("default", op):
        written = json.loads(json.dumps(case.parameters()))
        assert Case.from_parameters(written) == case
        assert Case.from_parameters(case.parameters()) == case
    assert list(written)[:4] == ["op", "x_shape", "w_shape", "options"]


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("op", "conv4d", "no operation 'conv4d'"),
        ("op", 3, "of another type: op"),
        ("x_shape", [2, 4.0, 7, 6], "of another type: x_shape"),
        ("x_shape", [2, True, 7, 6], "of another type: x_shape"),
        ("w_shape", "6432", "of another type: w_shape"),
        ("bias", 1, "of another type: bias"),
        ("seed", "0", "of another type: seed"),
        ("seed", -1, "of another type: seed"),
        ("options", [], "of another type: options"),
        ("options", {"stride": 2}, "of another type: stride"),
        ("options", {"padding": "sam"}, "of another type: padding"),
        ("options", {"padding": [1, 1]}, "of another type: padding"),
        ("options", {"padding": 1}, "of another type: padding"),
        ("options", {"padding": [[1, 1, 1], [0, 0]]}, "of another type: padding"),
        ("options", {"groups": 2.0}, "of another type: groups"),
        ("options", {"padding_mode": ["zeros"]}, "of another type: padding_mode"),
        ("options", {"output_padding": [1, 1]}, "conv2d has no option output_padding"),
        ("fill", "ones", "no fill 'ones'"),
        ("memory", "stack", "no memory 'stack'"),
        ("precision", "float8", "no precision 'float8'"),
        ("colour", "red", "a case has no colour"),
    ],
)
def test_parameters_are_checked(field, value, said):
    with pytest.raises(ArgumentError, match=said):
        Case.from_parameters({**CASE.parameters(), field: value})


def test_parameters_that_no_call_has_are_refused():
    with pytest.raises(ArgumentError, match="a case needs w_shape"):
        Case.from_parameters({"op": "conv2d", "x_shape": [1, 1, 2, 2]})
    with pytest.raises(ShapeError, match="does not fit"):
        Case.from_parameters({**CASE.parameters(), "x_shape": [2, 4, 1, 1]})
    with pytest.raises(RefconvError):
        Case.from_parameters({**CASE.parameters(), "x_shape": [2, 4]})


def test_arrays_are_the_same_every_time_and_others_for_another_seed():
    for name in FILLS:
        case = replace(CASE, fill=name)
        for one, two in zip(case.arrays(), case.arrays(), strict=True):
            assert np.array_equal(one, two, equal_nan=True)
            assert one.tobytes() == two.tobytes()
        assert case.arrays().x.tobytes() + case.arrays().w.tobytes() != (
            replace(case, seed=1).arrays().x.tobytes() + replace(case, seed=1).arrays().w.tobytes()
        )


def test_arrays_of_today_are_those_of_tomorrow():
    """A seed is a promise: vectors and reports name cases by it."""
    x, w, b, dy = Case("conv1d", (1, 1, 4), (1, 1, 2)).arrays()
    assert isinstance(Case("conv1d", (1, 1, 4), (1, 1, 2)).arrays(), Arrays)
    rng = np.random.default_rng(0)
    expected = rng.integers(1, 32, (1, 1, 4)) * (2 * rng.integers(0, 2, (1, 1, 4)) - 1)
    assert np.array_equal(x, expected)
    assert w.shape == (1, 1, 2)
    assert b.shape == (1,)
    assert dy.shape == (1, 1, 3)


@pytest.mark.parametrize("number_type", PRECISIONS)
def test_arrays_have_the_type_of_the_precision(number_type):
    case = replace(CASE, precision=number_type)
    arrays = case.arrays()
    assert {array.dtype.name for array in arrays} == {PRECISIONS[number_type].dtype}
    shapes = case.x_shape, case.w_shape, (6,), case.y_shape
    assert tuple(array.shape for array in arrays) == shapes
    assert replace(case, bias=False).arrays().b is None


@pytest.mark.parametrize("of", ["y", "dx", "dw", "db"])
def test_the_truth_of_a_case_is_that_of_its_call(of):
    x, w, b, dy = CASE.arrays()
    truth = CASE.truth(of)
    ours = {"y": CASE.operation.forward(x, w, b, **CASE.options)}
    ours |= CASE.operation.backward(dy, x, w, **CASE.options)._asdict()
    assert np.array_equal(truth.value, ours[of])
    doubled = Arrays(2 * x, w, None, 2 * dy)
    bias = b.reshape(-1, 1, 1) if of == "y" else 0
    factor = 4 if of == "dw" else 2
    assert np.array_equal(CASE.truth(of, doubled).value, factor * (truth.value - bias))


def test_exact_cases_have_an_exact_truth_at_any_size():
    case = next(case for case in suite("default", precision="float64") if case.macs > 4e6 and case.fill == "two_terms")
    assert case.truth("y").residual is not None
    assert case.truth("y", method="fast").residual is None


@pytest.mark.parametrize("name", MEMORY)
def test_memory_keeps_values_in_new_memory(name):
    for dtype in ("float32", "float64", "int8", "float16"):
        for shape in ((2, 3, 4, 5), (1, 4, 3), (3, 1, 2), (0, 2, 3), (2, 3, 2, 3, 4)):
            array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
            before = array.copy()
            placed = memory(name)(array)
            assert placed.dtype == array.dtype
            assert np.array_equal(placed, array)
            assert not np.shares_memory(placed, array)
            assert placed.flags.writeable
            assert np.array_equal(array, before)


def test_memory_has_the_strides_that_it_is_named_for():
    array = np.arange(120, dtype=np.float32).reshape(2, 3, 4, 5)
    strides = {name: tuple(s // 4 for s in place(array).strides) for name, place in MEMORY.items()}
    assert strides == {
        "contiguous": (60, 20, 5, 1),
        "fortran": (1, 2, 6, 24),
        "transposed": (60, 20, 1, 4),
        "channels_last": (60, 1, 15, 3),
        "channel_slice": (120, 20, 5, 1),
        "channels_last_slice": (120, 1, 30, 6),
        "misaligned": (60, 20, 5, 1),
        "reversed": (-60, -20, -5, -1),
        "broadcast": (60, 20, 5, 1),  # its samples differ
    }
    same = np.repeat(array[:1], 4, axis=0)
    assert MEMORY["broadcast"](same).strides == (0, 80, 20, 4)
    assert np.array_equal(MEMORY["broadcast"](same), same)
    misaligned = MEMORY["misaligned"](array)
    assert not misaligned.flags.aligned
    assert misaligned.ctypes.data % 4 == 1


@pytest.mark.parametrize("name", ["channel_slice", "channels_last_slice"])
def test_around_a_slice_lies_junk(name):
    for dtype, junk in (("float32", np.isnan), ("int8", lambda a: a == 127)):
        part = MEMORY[name](np.ones((2, 3, 4, 5), dtype=dtype))
        whole = part.base if part.base.base is None else part.base.base
        assert whole.size == 2 * part.size
        assert junk(whole).sum() == part.size
        assert part.ctypes.data > whole.ctypes.data  # there is junk on both sides
        assert part.ctypes.data + (part.strides[1] * 2) < whole.ctypes.data + whole.nbytes


@pytest.mark.parametrize("name", MEMORY)
def test_cases_lie_in_memory_as_asked(name):
    plain, placed = CASE.arrays(), replace(CASE, memory=name).arrays()
    for key in ("x", "w", "dy"):
        one, other = getattr(plain, key), getattr(placed, key)
        if name == "broadcast" and key != "w":
            assert other.strides[0] == 0
            assert np.array_equal(other, np.broadcast_to(one[:1], one.shape))
        else:
            assert other.strides == memory(name)(np.ascontiguousarray(one)).strides
            assert np.array_equal(one, other)
    assert np.array_equal(plain.b, placed.b)


def test_cases_can_be_changed():
    changed = replace(CASE, x_shape=(1, 4, 9, 9))
    assert changed.y_shape == (1, 6, 4, 8)
    assert CASE.y_shape == (2, 6, 3, 5)
    assert changed.macs == 6 * 32 * 12
