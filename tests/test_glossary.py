"""docs/glossary.md: every word in a cell is one that this dialect takes, and means there what refconv's word means."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import refconv
from refconv.dialects import keras, onnx, tensorflow, torch, webnn, xla
from refconv.errors import RefconvError
from refconv.oracle import check
from refconv.oracle.calling import Refused
from refconv.oracle.calling_dialects import DIALECTS, said_in, wording_of
from refconv.oracle.cases import Case
from refconv.oracle.operations import operation

PAGE = Path(__file__).parent.parent / "docs" / "glossary.md"
LINES = [line.strip("| \n").split("|") for line in PAGE.read_text(encoding="utf-8").splitlines() if line[:1] == "|"]
HEAD = ("refconv", "PyTorch", "TensorFlow", "Keras", "JAX (lax)", "ONNX", "WebNN")
ROWS = {re.sub(r"[`\"]", "", line[0]).split(" (")[0].split(",")[0].strip(): line for line in LINES[2:]}
CELLS = {
    (row, dialect): cell.strip() for row, line in ROWS.items() for dialect, cell in zip(DIALECTS, line, strict=True)
}
WORDS = [
    (row, dialect, word)
    for (row, dialect), cell in CELLS.items()
    for word in re.findall(r"`([^`]+)`", cell)
    if dialect != "refconv"
]

rng = np.random.default_rng(0)
X, W, GROUPED, B = (rng.integers(-4, 5, s) for s in ((2, 4, 9, 8), (6, 4, 3, 2), (6, 2, 3, 2), (6,)))
TRANSPOSED = rng.integers(-4, 5, (4, 5, 3, 2))
TABLES = {
    "stride": {dialect: [2, 3] if dialect in ("tensorflow", "onnx", "webnn") else (2, 3) for dialect in DIALECTS},
    "padding": {
        "refconv": ((1, 1), (2, 2)),
        "torch": (1, 2),
        "tensorflow": [[0, 0], [1, 1], [2, 2], [0, 0]],
        "xla": [(1, 1), (2, 2)],
        "onnx": [1, 2, 1, 2],
        "webnn": [1, 1, 2, 2],
    },
    "groups": dict.fromkeys(DIALECTS, 2),
}
TABLES["dilation"] = TABLES["stride"]
"""A value for each row about a convolution's numbers, as each dialect has it."""


def own(dialect, x, w, op="conv2d"):
    """Return arrays in a dialect's order."""
    wording = wording_of(dialect, operation(op))
    return wording.leave("x", x), wording.leave("w", w)


def convolved(dialect, said, x=X, w=W):
    """Call a dialect's convolution with some arguments by name; y comes back in refconv's order."""
    wording = wording_of(dialect, operation("conv2d"))
    a, b = own(dialect, x, w)
    if dialect == "onnx":
        return onnx.run_node("Conv", [a, b], said)[0]
    if dialect == "webnn":
        return webnn.conv2d(a, b, said)
    needed = {"tensorflow": {"strides": 1, "padding": "VALID"}, "xla": {"window_strides": (1, 1), "padding": "VALID"}}
    fn = getattr(import_module(f"refconv.dialects.{dialect}"), wording.function)
    return wording.enter("y", fn(a, b, **{**needed.get(dialect, {}), **said}), w.shape)


POOLS = {
    "torch": ("max_pool2d", "avg_pool2d"),
    "tensorflow": ("max_pool2d", "avg_pool2d"),
    "keras": ("max_pool", "average_pool"),
    "onnx": ("MaxPool", "AveragePool"),
    "webnn": ("max_pool2d", "average_pool2d"),
}


def pooled(dialect, kind, said):
    """Call a dialect's pooling with some arguments by name; the result in refconv's order."""
    name = POOLS[dialect][kind == "avg"]
    if dialect == "onnx":
        return onnx.run_node(name, [X], said)[0]
    pool = getattr(import_module(f"refconv.dialects.{dialect}"), name)
    if dialect == "webnn":
        return pool(X, said)
    if dialect == "torch":
        return pool(X.astype(float), **said)
    return np.moveaxis(pool(np.moveaxis(X, 1, -1), **said), -1, 1)


def test_the_table_has_a_column_for_each_dialect_and_its_rows_are_known():
    assert tuple(cell.strip() for cell in LINES[0]) == HEAD
    assert set(ROWS) == {*CHECKS, "depth multiplier", "full"}
    assert len(ROWS) == len(LINES) - 2


@pytest.mark.parametrize(("row", "dialect"), CELLS, ids=map("-".join, CELLS))
def test_a_cell_is_words_or_a_remark_or_a_dash(row, dialect):
    rest = re.sub(r"`[^`]+`( \([^)]*\))?", "", CELLS[row, dialect]).replace(",", "").strip()
    assert rest in ("", "–") or re.fullmatch(r"\([^)`]+\)", rest) or dialect == "refconv"


def test_refconvs_own_words_are_its_own():
    import inspect

    functions = [getattr(refconv, name) for name in ("conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d")]
    known = {name for function in functions for name in inspect.signature(function).parameters}
    for row, line in ROWS.items():
        for word in re.findall(r"`([^`]+)`", line[0]):
            if f'"`{word}`"' in line[0]:
                assert refconv.conv2d(X, W, padding=word).size
            else:
                assert word in known or hasattr(refconv, word), row


def of_convolution(row, dialect, word):
    """Hold a number of the convolution, said by this word, against refconv's."""
    if word == "rate":  # that of atrous_conv2d, one for both axes
        y = tensorflow.atrous_conv2d(*own(dialect, X, W), padding="VALID", **{word: 2})
        assert np.array_equal(np.moveaxis(y, -1, 1), refconv.conv2d(X, W, dilation=2))
        return
    w = GROUPED if row == "groups" else W
    y = convolved(dialect, {word: TABLES[row][dialect]}, w=w)
    assert np.array_equal(y, refconv.conv2d(X, w, **{row: TABLES[row]["refconv"]}))


def of_padding_words(row, dialect, word):
    """Hold a padding word against refconv's, where an even kernel tells the two sides apart."""
    if row == "causal":
        x, w = X[..., 0], W[..., 0]
        y = keras.conv(np.moveaxis(x, 1, -1), w.transpose(2, 1, 0), padding=word)
        assert np.array_equal(np.moveaxis(y, -1, 1), refconv.conv1d(x, w, padding="causal"))
        return
    argument = "auto_pad" if dialect == "onnx" else "padding"
    assert np.array_equal(convolved(dialect, {argument: word}), refconv.conv2d(X, W, padding=row))
    with pytest.raises(RefconvError):
        convolved(dialect, {argument: word + "_"})


def of_functions(row, dialect, word):
    """Check the function of this name as what the row says it is."""
    shapes = {"conv2d": ((6, 4), 1), "conv_transpose2d": ((4, 5), 1), "depthwise_conv2d": ((4, 2), 1)}
    if row in shapes:
        wording = wording_of(dialect, operation(row))
        assert wording.function == word
        fn = onnx.run_node if dialect == "onnx" else getattr(import_module(f"refconv.dialects.{dialect}"), word)
        case = Case(row, (2, 4, 9, 8), (*shapes[row][0], 3, 2), {"stride": (2, 3)})
        assert check(fn, row, dialect=dialect, cases=[case]).passed
    elif row == "separable_conv2d":
        x, deep, wide = np.moveaxis(X, 1, -1), rng.integers(-4, 5, (3, 2, 4, 2)), rng.integers(-4, 5, (1, 1, 8, 5))
        module = {"tensorflow": tensorflow, "keras": keras}[dialect]
        how = {"tensorflow": dict(strides=[1, 1, 1, 1], padding="VALID"), "keras": {}}[dialect]
        y = getattr(module, word)(x, deep, wide, **how)
        expected = refconv.separable_conv2d(X, deep.transpose(2, 3, 0, 1), wide.transpose(3, 2, 0, 1))
        assert np.array_equal(np.moveaxis(y, -1, 1), expected)
    else:
        of_pooling_functions(row, dialect, word)


def of_pooling_functions(row, dialect, word):
    """Check that the function of this name pools, or moves windows to columns and back."""
    if row in ("max_pool2d", "avg_pool2d"):
        kind = row[:3]
        assert POOLS[dialect][kind == "avg"] == word
        names = {"torch": "kernel_size", "tensorflow": "ksize", "keras": "pool_size", "onnx": "kernel_shape"}
        said = {names.get(dialect, "windowDimensions"): [3, 3]}
        steps = {"tensorflow": {"strides": 2, "padding": "VALID"}, "torch": {"stride": 2}}
        said |= steps.get(dialect, {"strides": [2, 2]})
        assert np.array_equal(pooled(dialect, kind, said), getattr(refconv, row)(X.astype(float), 3, 2))
    elif word == "unfold":
        assert np.array_equal(torch.unfold(X, (3, 2)), refconv.im2col(X, (3, 2)))
    elif word == "conv_general_dilated_patches":
        patches = xla.conv_general_dilated_patches(X, (3, 2), (1, 1), "VALID")
        assert np.array_equal(patches.reshape(2, 24, -1), refconv.im2col(X, (3, 2)))
    else:
        columns = refconv.im2col(X, (3, 2))
        expected = refconv.col2im(columns, (9, 8), (3, 2))
        if dialect == "torch":
            assert np.array_equal(torch.fold(columns, (9, 8), (3, 2)), expected)
        else:
            assert np.array_equal(onnx.run_node(word, [columns, np.array([9, 8]), np.array([3, 2])])[0], expected)


def of_arrays(row, dialect, word):
    """Hand an array over by its name alone."""
    names = {name: re.findall(r"`([^`]+)`", CELLS[name, dialect])[0] for name in "xw"}
    x, w = own(dialect, X, W)
    if dialect == "onnx":
        absent = [None if name == row else array for name, array in (("x", x), ("w", w))]
        if row == "b":
            with pytest.raises(RefconvError, match=rf"\b{word}\b"):
                onnx.run_node("Conv", [x, w, "no numbers"])
        else:
            with pytest.raises(RefconvError, match=f"input {word} is missing"):
                onnx.run_node("Conv", absent)
        return
    expected = refconv.conv2d(X, W, B if row == "b" else None)
    if dialect == "webnn" and row == "b":
        assert np.array_equal(webnn.conv2d(x, w, {word: B}), expected)
        return
    if word == "filter" and dialect == "tensorflow":
        deep = rng.integers(-4, 5, (3, 2, 4, 2))
        y = tensorflow.depthwise_conv2d(x, strides=[1, 1, 1, 1], padding="VALID", **{word: deep})
        assert np.array_equal(np.moveaxis(y, -1, 1), refconv.depthwise_conv2d(X, deep, kernel_layout="HWCM"))
        return
    needed = {"tensorflow": {"strides": 1, "padding": "VALID"}, "xla": {"window_strides": (1, 1), "padding": "VALID"}}
    given = {names["x"]: x, names["w"]: w} | ({word: B} if row == "b" else {})
    assert word in given
    wording = wording_of(dialect, operation("conv2d"))
    fn = getattr(import_module(f"refconv.dialects.{dialect}"), wording.function)
    assert np.array_equal(wording.enter("y", fn(**given, **needed.get(dialect, {})), W.shape), expected)


def of_output_padding(row, dialect, word):
    """Ask for one output row more, in this word."""
    expected = refconv.conv_transpose2d(X, TRANSPOSED, stride=2, output_padding=(1, 0))
    sizes = list(expected.shape[2:])
    x, w = own(dialect, X, TRANSPOSED, "conv_transpose2d")
    if dialect == "onnx":
        value = sizes if word == "output_shape" else [1, 0]
        if word == "output_shape":  # it crops what is beyond by padding, of which there is none here
            value = [size - (axis == 0) for axis, size in enumerate(sizes)]
            expected = refconv.conv_transpose2d(X, TRANSPOSED, stride=2)
        y = onnx.run_node("ConvTranspose", [x, w], {"strides": [2, 2], word: value})[0]
    elif dialect == "webnn":
        y = webnn.conv_transpose2d(x, w, {"strides": [2, 2], word: sizes if word == "outputSizes" else [1, 0]})
    elif dialect == "torch":
        y = torch.conv_transpose2d(x, w, stride=2, **{word: (1, 0)})
    elif dialect == "tensorflow":
        y = tensorflow.conv2d_transpose(x, w, strides=2, padding="VALID", **{word: [2, *sizes, 5]})
    else:
        y = keras.conv_transpose(x, w, 2, **{word: (1, 0)})
    wording = wording_of(dialect, operation("conv_transpose2d"))
    assert np.array_equal(wording.enter("y", y, TRANSPOSED.shape), expected)


def of_layouts(row, dialect, word):
    """Hand arrays over in another order than the dialect's usual one, and say so in this word."""
    x_order, w_order, value = {
        "tensorflow": ("NCHW", "HWIO", "NCHW"),
        "keras": ("NCHW", "HWIO", "channels_first"),
        "xla": ("NHWC", "HWIO", ("NHWC", "HWIO", "NHWC")),
        "webnn": ("NHWC", "OIHW", "nhwc") if row == "layout" else ("NCHW", "HWIO", "hwio"),
    }[dialect]
    x = X.transpose(["NCHW".index(letter) for letter in x_order])
    w = W.transpose(["OIHW".index(letter) for letter in w_order])
    if dialect == "webnn":
        y = webnn.conv2d(x, w, {word: value})
    elif dialect == "xla":
        y = xla.conv_general_dilated(x, w, (1, 1), "VALID", **{word: value})
    elif dialect == "keras":
        y = keras.conv(x, w, **{word: value})
    else:
        y = tensorflow.conv2d(x, w, 1, "VALID", **{word: value})
    assert np.array_equal(y, refconv.conv2d(x, w, layout=x_order, kernel_layout=w_order))


def of_padding_mode(row, dialect, word):
    y = convolved(dialect, {word: "reflect", "padding": (1, 1)})
    assert np.array_equal(y, refconv.conv2d(X, W, padding=1, padding_mode="reflect"))


def of_pools(row, dialect, word):
    """Pool with a window, a rounding or a count said by this word."""
    windows = {"torch": "kernel_size", "tensorflow": "ksize", "keras": "pool_size", "onnx": "kernel_shape"}
    window = word if row == "kernel_size of a pooling" else windows.get(dialect, "windowDimensions")
    said = {window: (2, 3)}
    strides = {"torch": {"stride": (2, 2)}, "tensorflow": {"strides": (2, 2), "padding": "VALID"}}
    said |= strides.get(dialect, {"strides": (2, 2)})
    kind, how = "max", {}
    if row == "ceil_mode":
        said[word], how = {"torch": True, "onnx": 1, "webnn": "ceil"}[dialect], {"ceil_mode": True}
    if row == "count_include_pad":
        kind, how = "avg", {"padding": ((1, 1), (1, 1)), "count_include_pad": True}
        said |= {word: True, "padding": 1} if dialect == "torch" else {word: 1, "pads": [1, 1, 1, 1]}
    expected = getattr(refconv, f"{kind}_pool2d")(X.astype(float), (2, 3), 2, **how)
    assert np.array_equal(pooled(dialect, kind, said), expected)


CHECKS = {
    **dict.fromkeys(("conv2d", "conv_transpose2d", "depthwise_conv2d", "separable_conv2d"), of_functions),
    **dict.fromkeys(("max_pool2d", "avg_pool2d", "im2col", "col2im"), of_functions),
    **dict.fromkeys(("x", "w", "b"), of_arrays),
    **dict.fromkeys(("stride", "dilation", "padding", "groups"), of_convolution),
    **dict.fromkeys(("valid", "same_upper", "same_lower", "causal"), of_padding_words),
    "output_padding": of_output_padding,
    **dict.fromkeys(("layout", "kernel_layout"), of_layouts),
    "padding_mode": of_padding_mode,
    **dict.fromkeys(("kernel_size of a pooling", "ceil_mode", "count_include_pad"), of_pools),
}


@pytest.mark.parametrize(("row", "dialect", "word"), WORDS, ids=map("-".join, WORDS))
def test_every_word_means_what_its_row_says(row, dialect, word):
    CHECKS[row](row, dialect, word)


@pytest.mark.parametrize("dialect", DIALECTS[1:])
@pytest.mark.parametrize("word", ["valid", "same_upper", "same_lower", "causal", "full"])
def test_a_dash_means_that_it_cannot_be_said(word, dialect):
    op = "conv1d" if dialect != "webnn" else "conv2d"
    rank = operation(op).rank
    case = Case(op, (1, 2, *(7,) * rank), (2, 2, *(2,) * rank), {"padding": word, "stride": (1,) * rank})
    if CELLS[word, dialect] == "–":
        with pytest.raises(Refused):
            said_in(wording_of(dialect, operation(op)), case)
    else:
        assert said_in(wording_of(dialect, operation(op)), case)
