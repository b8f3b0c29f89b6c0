"""The bug museum: right kernels are right, every broken one shows its bug where it says so, and only there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import refconv
from examples.bug_museum import EXHIBITS
from examples.bug_museum.index import NAMES
from examples.bug_museum.mistakes import MISTAKES, PAIRS, pair
from examples.bug_museum.styles import RIGHT
from tests.draw import draw_convolution, draw_transposed, from_rng

FOLDER = Path(__file__).parent.parent / "examples" / "bug_museum"
MATRIX = {module.__name__.split(".")[-1]: module for module in EXHIBITS}
BUGS = [
    "pytorch#3867",
    "root#21737",
    "onnx#2043",
    "onnxruntime#2518",
    "onnxruntime#11927",
    "onnxruntime#14208",
    "onnx-tensorrt#1042",
    "keras-core#774",
    "tensorflow#56498",
    "darknet#4836",
    "tinygrad#14115",
    "pytorch#20981",
    "pytorch#1565",
    "pytorch#51430",
    "pytorch#50042",
    "pytorch#180984",
    "mlx#3248",
    "burn#5626",
    "pytorch#107514",
    "xla#49123",
]
CAUSES = [
    "kernel_flipped",
    "dilation_ignored",
    "stride_ignored",
    "padding_ignored",
    "padding_sides_swapped",
    "same_sides_swapped",
    "same_ignores_dilation",
    "same_ignores_input_size",
    "valid_as_same",
    "same_from_wrong_sizes",
    "parameters_swapped_between_axes",
    "windows_shifted",
    "circular_split_wrongly",
    "reflect_repeats_edge",
    "groups_read_first_group",
    "groups_interleaved",
    "groups_use_first_weights",
    "groups_use_first_bias",
    "filters_interleaved",
    "bias_missing",
    "bias_shifted",
    "last_channels_dropped",
    "last_filters_dropped",
    "taps_dropped",
    "output_padding_ignored",
    "output_padding_at_start",
    "output_padding_limited_to_stride",
    "transposed_size_ignores_dilation",
    "transposed_padding_ignored",
    "x_read_as_nhwc",
    "kernel_axes_swapped",
    "depthwise_order_swapped",
    "batch_first_only",
    "first_sample_only",
    "db_averaged",
    "index_wraps",
    "contiguous_only",
    "inputs_rounded",
    "accumulator_rounded",
    "output_rounded",
    "integer_overflow",
    "nan_leaks",
    "invalid_argument_accepted",
    "transposed_size_adds_dilation",
    "last_window_cut",
    "channels_added_twice",
]


def drawn(op, rng):
    """A case of the operation: shapes and every parameter."""
    rank = int(op[-2])
    case = (draw_transposed if "transpose" in op else draw_convolution)(from_rng(rng), rank)
    options, w_shape, filters = dict(case.options), case.w_shape, case.y_shape[1]
    if op.startswith("depthwise"):
        del options["groups"]
        w_shape = (case.x_shape[1], int(rng.integers(1, 4)), *w_shape[2:])
        filters = w_shape[0] * w_shape[1]
    shapes = (case.x_shape, w_shape, (filters,), (case.y_shape[0], filters, *case.y_shape[2:]))
    return shapes, options


def filled(shape, fill, dtype, rng, *, small=False):
    if fill == "odd" and not small:  # 12-bit odd integers need 12 bits
        a = rng.choice([-1, 1], shape) * (2 * rng.integers(1024, 2048, shape) + 1)
    elif fill in ("odd", "ones"):
        a = rng.choice([-1, 1] if fill == "odd" else [1], shape)
    elif fill == "extreme":
        a = rng.choice([120, 127], shape)
    else:
        a = rng.integers(-9, 10, shape)
    a = a.astype(dtype)
    if fill == "nan" and not small:
        a.reshape(-1)[a.size // 3] = np.nan
    return a


def laid_out(a, memory):
    """The same values, with other steps between them."""
    if memory == "contiguous":
        return a
    wide = np.zeros((a.shape[0], *a.shape[2:], a.shape[1] + (2 if memory == "channel_slice" else 0)), a.dtype)
    view = np.moveaxis(wide, -1, 1)[:, : a.shape[1]]
    view[...] = a
    return view


def arrays_of(call, op, seed=0):
    """The arrays of a stated call, and its parameters."""
    rng, options = np.random.default_rng(seed), dict(call)
    x_shape, w_shape, biased = options.pop("x"), options.pop("w"), options.pop("b", True)
    fill, memory = options.pop("fill", "integers"), options.pop("memory", "contiguous")
    dtype = options.pop("dtype", "float32")
    x = laid_out(filled(x_shape, fill, dtype, rng), memory if memory != "filters_last" else "contiguous")
    w = filled(w_shape, fill, dtype, rng, small=True)
    w = laid_out(w, "channels_last" if memory == "filters_last" else "contiguous")
    many = (
        w_shape[0]
        if op.startswith("conv2d")
        else w_shape[1] * (options.get("groups", 1) if "transpose" in op else w_shape[0])
    )
    b = filled((many,), fill, dtype, rng, small=True) if biased else None
    return x, w, b, options


def agrees(broken, call, op):
    """Whether a kernel, and its gradients if they are broken, give what refconv gives."""
    x, w, b, options = arrays_of(call, op)
    before = [a.tobytes() for a in (x, w)]
    want = getattr(refconv, op)(x, w, b, **options)
    with np.errstate(invalid="ignore"):
        got = broken.kernel(x, w, b, **options)
    same = got.shape == want.shape and np.array_equal(got, want, equal_nan=x.dtype.kind == "f")
    assert got.dtype == x.dtype or x.dtype.kind == "i"
    gradients = getattr(broken, "gradients", None)
    if gradients is not None:
        assert same, "the forward pass of a broken gradient is right"
        dy = filled(want.shape, "integers", x.dtype, np.random.default_rng(1))
        ours, theirs = gradients(dy, x, w, **options), getattr(refconv, f"{op}_backward")(dy, x, w, **options)
        assert all(a.dtype == x.dtype for a in ours)
        same = all(np.array_equal(a, e) for a, e in zip(ours, theirs, strict=True))
    assert [a.tobytes() for a in (x, w)] == before, "inputs are left alone"
    return same


@pytest.mark.parametrize("name", RIGHT)
def test_right_kernels_are_refconv_to_the_last_bit(name):
    kernel, op, gradients = RIGHT[name]
    rng = np.random.default_rng(1)
    for _ in range(30):
        shapes, options = drawn(op, rng)
        x, w, b, dy = (filled(shape, "integers", "float32", rng) for shape in shapes)
        y = kernel(x, w, b, **options)
        assert y.dtype == np.float32
        assert np.array_equal(y, getattr(refconv, op)(x, w, b, **options)), options
        assert np.array_equal(kernel(x, w, **options), getattr(refconv, op)(x, w, **options))
        if gradients is not None:
            expected = getattr(refconv, f"{op}_backward")(dy, x, w, **options)
            for ours, theirs in zip(gradients(dy, x, w, **options), expected, strict=True):
                assert ours.dtype == np.float32
                assert np.array_equal(ours, theirs), options


@pytest.mark.parametrize("name", RIGHT)
def test_right_kernels_are_right_for_words_types_empty_batches_and_nan(name):
    kernel, op, gradients = RIGHT[name]
    rng = np.random.default_rng(2)
    for round_, word in enumerate(("valid", "same", "same_upper", "same_lower") * 3):
        shapes, options = drawn(op, rng)
        options["padding"] = word
        options.pop("padding_mode", None)
        if word == "valid":  # on any input of 3 or more
            options["dilation"] = 1
            options |= {"output_padding": 0} if "output_padding" in options else {}
            shapes = ((*shapes[0][:2], *(max(n, 3) for n in shapes[0][2:])), *shapes[1:])
        for dtype in ("float64", "int8", "float16"):
            x, w, b = (filled(shape, "integers", dtype, rng) for shape in shapes[:3])
            want = getattr(refconv, op)(x, w, b, **options)
            assert np.array_equal(kernel(x, w, b, **options), want), (word, dtype)
        x, w, b = (filled(shape, "nan", "float32", rng) for shape in shapes[:3])
        if round_ % 2:
            w.reshape(-1)[-1] = np.inf
        want = getattr(refconv, op)(x, w, b, **options)
        with np.errstate(invalid="ignore"):
            assert np.array_equal(kernel(x, w, b, **options), want, equal_nan=True), (word, "nan")
        empty = kernel(x[:0], w, b, **options)
        assert empty.shape == (0, *want.shape[1:])
        if gradients is not None:
            dx, dw, db = gradients(empty, x[:0], w, **options)
            assert dx.shape == x[:0].shape
            assert not dw.any()
            assert not db.any()


@pytest.mark.parametrize("name", MATRIX)
def test_exhibits_show_their_bug_where_they_say(name):
    exhibit = MATRIX[name]
    if getattr(exhibit, "STRICT", False):
        x, w, b, options = arrays_of(exhibit.SHOWS, exhibit.OP)
        with pytest.raises(ValueError, match="dilation"):
            getattr(refconv, exhibit.OP)(x, w, b, **options)
        assert exhibit.kernel(x, w, b, **options).size
    else:
        assert not agrees(exhibit, exhibit.SHOWS, exhibit.OP)
    assert agrees(exhibit, exhibit.HIDES, exhibit.OP)


def drawn_disagreements(broken, op, rounds=40):
    rng, wrong = np.random.default_rng(3), 0
    for _ in range(rounds):
        shapes, options = drawn(op, rng)
        options.pop("padding_mode", None)
        x, w, b = (filled(shape, "integers", "float32", rng) for shape in shapes[:3])
        want = getattr(refconv, op)(x, w, b, **options)
        try:
            got = broken.kernel(x, w, b, **options)
        except ValueError:  # its own sizes do not go together
            got = np.zeros(0)
        wrong += not np.array_equal(got, want)
    return wrong


@pytest.mark.parametrize("name", MATRIX)
def test_exhibits_are_right_but_for_their_bug(name):
    """On drawn calls, without words or modes, each is wrong only where its docstring says it is."""
    exhibit = MATRIX[name]
    wrong = drawn_disagreements(exhibit, exhibit.OP)
    about_numbers = {
        "onnxruntime_2518",
        "onnxruntime_14208",
        "tensorflow_56498",
        "pytorch_1565",
        "onnx_reference_conv_transpose",
    }
    assert (wrong > 0) == (name in about_numbers), wrong


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_show_where_they_say(name):
    mistake = MISTAKES[name]
    assert not agrees(mistake, mistake.shows, mistake.op)
    if mistake.hides is not None:
        assert agrees(mistake, mistake.hides, mistake.op)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_pairs_are_neither_of_the_two(first, second):
    both = pair(first, second)
    assert both.causes == MISTAKES[first].causes + MISTAKES[second].causes
    shown = [MISTAKES[name].shows for name in (first, second)]
    assert not all(agrees(both, call, both.op) for call in shown)
    one, two = MISTAKES[first], MISTAKES[second]
    different = [any(not alike(both, single, call) for call in shown) for single in (one, two)]
    assert all(different)


def alike(a, b, call):
    x, w, bias, options = arrays_of(call, a.op)
    y, z = (kernel.kernel(x, w, bias, **options) for kernel in (a, b))
    return y.shape == z.shape and np.array_equal(y, z)


def test_mistakes_that_do_not_go_together_are_refused():
    for first, second in (
        ("groups_interleaved", "filters_interleaved"),
        ("dw_ignores_stride", "kernel_flipped"),
        ("output_padding_ignored", "kernel_flipped"),
    ):
        with pytest.raises(ValueError, match=r"both replace|pair"):
            pair(first, second)


def test_every_cause_has_a_kernel():
    named = {cause for module in EXHIBITS for cause in module.CAUSES}
    named |= {cause for mistake in MISTAKES.values() for cause in mistake.causes}
    assert named == set(CAUSES)
    assert len(MISTAKES) >= 40


def test_every_exhibit_says_what_and_where():
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    for name, module in MATRIX.items():
        lines = module.__doc__.strip().splitlines()
        assert 3 <= len(lines) <= 9, name
        assert lines[-1] == module.LINK, name
        assert re.fullmatch(r"https://github\.com/\S+", module.LINK), name
        assert module.LINK in readme, name
        assert f"[{name}]({name}.py)" in readme, name
        for cause in module.CAUSES:
            assert cause in readme, (name, cause)
    for bug in BUGS:
        project, number = bug.split("#")
        assert f"{project.replace('-', '_')}_{number}" in NAMES, bug
        assert bug in readme, bug


def test_an_exhibit_runs_as_a_script_of_its_folder():
    code = "import index, mistakes, styles; print(len(index.EXHIBITS), len(mistakes.MISTAKES), len(styles.RIGHT))"
    run = subprocess.run([sys.executable, "-c", code], cwd=FOLDER, capture_output=True, text=True, check=True)
    assert run.stdout.split() == [str(len(EXHIBITS)), str(len(MISTAKES)), str(len(RIGHT))]


def test_the_thread_of_pytorch_50042():
    """24 channels of ones, 6x6, k 3, s 2, padding 1: the numbers of the report."""
    x, w, dy = (
        np.ones((1, 24, 6, 6), np.float32),
        np.ones((24, 1, 3, 3), np.float32),
        np.ones((1, 24, 3, 3), np.float32),
    )
    for channels, last in ((24, [4, 6, 6]), (23, [6, 9, 9])):
        cut = (dy[:, :channels], x[:, :channels], w[:channels])
        dw = MATRIX["pytorch_50042"].gradients(*cut, stride=2, padding=1, groups=channels)[1]
        assert dw[0, 0].tolist() == [[4, 6, 6], [6, 9, 9], last]


def test_the_thread_of_onnxruntime_2518():
    x, w = np.ones((1, 1, 50, 50), np.float32), np.ones((1, 3, 3, 5), np.float32)
    options = dict(stride=(2, 1), padding=(4, 2), dilation=(3, 1))
    assert MATRIX["onnxruntime_2518"].kernel(x, w, **options).shape == (1, 3, 95, 50)
    assert refconv.conv_transpose2d(x, w, **options).shape == (1, 3, 97, 50)


def test_the_threads_of_pytorch_20981_and_1565():
    x = np.ones((1, 1, 5, 5), np.float32)
    y = MATRIX["pytorch_20981"].kernel(x, np.ones((1, 1, 1, 1), np.float32), padding=1, padding_mode="circular")
    assert y.shape == (1, 1, 5, 5)
    row = MATRIX["pytorch_1565"].kernel(
        np.ones((1, 1, 1, 6), np.float32),
        np.ones((1, 1, 1, 3), np.float32),
        stride=(1, 2),
        padding=(0, 1),
        dilation=(1, 2),
        output_padding=(0, 1),
    )
    assert row.reshape(-1).tolist() == [1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1]
