"""What PyTorch refuses the dialect refuses, in PyTorch's words, and the fixes that it proposes work."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from refconv.dialects import torch
from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError

REFUSED = {
    "same with a stride": (
        lambda **k: torch.conv2d(np.ones((1, 4, 4)), np.ones((1, 1, 2, 2)), **{"stride": 2, "padding": "same", **k}),
        ArgumentError,
        r"torch\.conv2d: padding='same' takes no stride",
    ),
    "negative padding": (
        lambda **k: torch.conv1d(np.ones((1, 4)), np.ones((1, 1, 2)), **{"padding": -1, **k}),
        ArgumentError,
        "padding must be at least 0",
    ),
    "a word of refconv's": (
        lambda **k: torch.conv1d(np.ones((1, 4)), np.ones((1, 1, 2)), **{"padding": "same_upper", **k}),
        ArgumentError,
        "'valid', 'same'",
    ),
    "pairs": (
        lambda **k: torch.conv2d(np.ones((1, 4, 4)), np.ones((1, 1, 2, 2)), **{"padding": ((1, 0), (0, 1)), **k}),
        ArgumentTypeError,
        "padding along H must be an integer",
    ),
    "a kernel too large": (
        lambda **k: torch.conv2d(np.ones((1, 3, 4)), np.ones((1, 1, 4, 2)), **k),
        ShapeError,
        r"torch\.conv2d: the kernel does not fit",
    ),
    "circular more than once": (
        lambda **k: torch.conv1d(
            np.ones((1, 2)), np.ones((1, 1, 2)), **{"padding": 3, "padding_mode": "circular", **k}
        ),
        ShapeError,
        "goes round more than once",
    ),
    "circular more than once by same": (
        lambda **k: torch.conv1d(
            np.ones((1, 2)), np.ones((1, 1, 7)), **{"padding": "same", "padding_mode": "circular", **k}
        ),
        ShapeError,
        "goes round more than once",
    ),
    "reflecting all": (
        lambda **k: torch.conv1d(np.ones((1, 2)), np.ones((1, 1, 2)), **{"padding": 2, "padding_mode": "reflect", **k}),
        ShapeError,
        "reflect padding is wider",
    ),
    "cropping all": (
        lambda **k: torch.conv_transpose1d(np.ones((1, 3)), np.ones((1, 1, 2)), **{"padding": 2, **k}),
        ShapeError,
        r"torch\.conv_transpose1d: padding crops the whole output",
    ),
    "cropping all along one axis, with output padding along the other": (
        lambda **k: torch.conv_transpose2d(
            np.ones((1, 1, 2)), np.ones((1, 1, 1, 1)), **{"stride": 2, "padding": 1, "output_padding": (0, 1), **k}
        ),
        ShapeError,
        "Crop less.$",
    ),
    "negative cropping": (
        lambda **k: torch.conv_transpose1d(np.ones((1, 3)), np.ones((1, 1, 2)), **{"padding": -1, **k}),
        ArgumentError,
        r"torch\.conv_transpose1d: padding must be at least 0",
    ),
    "output padding": (
        lambda **k: torch.conv_transpose1d(np.ones((1, 3)), np.ones((1, 1, 2)), **{"output_padding": 1, **k}),
        ArgumentError,
        "output_padding is too large",
    ),
    "groups": (
        lambda **k: torch.conv1d(np.ones((4, 3)), np.ones((2, 2, 2)), **k),
        ShapeError,
        "a filter of w must read",
    ),
    "more than half": (
        lambda **k: torch.max_pool2d(np.ones((1, 5, 5)), 3, **{"padding": (1, 2), "dilation": 2, **k}),
        ArgumentError,
        "at most half the kernel size",
    ),
    "more than half of an average": (
        lambda **k: torch.avg_pool2d(np.ones((1, 5, 5)), (3, 1), **{"padding": 1, **k}),
        ArgumentError,
        r"padding = \(1, 1\), kernel_size = \(3, 1\)",
    ),
    "a divisor of nothing": (
        lambda **k: torch.avg_pool2d(np.ones((1, 5, 5)), 3, **{"divisor_override": 0, **k}),
        ArgumentError,
        "divisor_override is 0",
    ),
    "a window too large": (
        lambda **k: torch.max_pool1d(np.ones((1, 3)), 4, **k),
        ShapeError,
        r"torch\.max_pool1d: the kernel does not fit",
    ),
    "a circle too large for its fix": (
        lambda **k: torch.conv1d(np.ones((1, 1)), np.ones((1, 1, 5)), **{"padding_mode": "circular", **k}),
        ShapeError,
        "Take a smaller kernel, or a larger input",
    ),
    "a window too large for its fix": (
        lambda **k: torch.max_pool2d(np.ones((1, 2, 9)), (3, 2), **{"dilation": (4, 1), **k}),
        ShapeError,
        "Take a smaller kernel, or a larger input",
    ),
    "a window too large unless less dilated": (
        lambda **k: torch.max_pool2d(np.ones((1, 5, 9)), (3, 2), **{"dilation": (4, 1), **k}),
        ShapeError,
        r"\n  Lower dilation to 2\.$",
    ),
    "an average too large": (
        lambda **k: torch.avg_pool2d(np.ones((1, 1, 1)), (5, 4), **k),
        ShapeError,
        "Pad by 2 more on each side",
    ),
    "a mode's reach": (
        lambda **k: torch.pad(np.ones((1, 3)), (3, 0), **{"mode": "reflect", **k}),
        ShapeError,
        "more than an axis of size 3 can show",
    ),
    "a value where none is": (
        lambda **k: torch.pad(np.ones((1, 3)), (1, 0), **{"mode": "reflect", "value": 1.0, **k}),
        ArgumentError,
        "shows the input, not a value",
    ),
    "unfolding with negative padding": (
        lambda **k: torch.unfold(np.ones((1, 3, 3)), 2, **{"padding": -1, **k}),
        ArgumentError,
        r"torch\.unfold: padding must be at least 0",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_and_the_fixes(name):
    call, kind, text = REFUSED[name]
    with pytest.raises(kind, match=text) as caught:
        call()
    assert type(pickle.loads(pickle.dumps(caught.value))) is type(caught.value)  # noqa: S301 - our own
    for fix in caught.value.fixes:
        assert "((" not in str(caught.value), "a pair per axis is nothing PyTorch understands"
        call(**fix)


ALSO_REFUSED = [
    (
        lambda: torch.conv2d(np.ones((5, 5)), np.ones((1, 1, 2, 2))),
        ShapeError,
        r"input must have 4 axes \(N, C, H, W\)",
    ),
    (lambda: torch.conv2d(np.ones((1, 5, 5)), np.ones((1, 1, 2))), ShapeError, "w must have 4 axes"),
    (
        lambda: torch.conv2d(np.ones((1, 5, 5)), np.ones((1, 1, 2)), padding_mode="circular"),
        ShapeError,
        "w must have",
    ),
    (lambda: torch.conv2d(np.ones((1, 5, 5)), np.ones((1, 1, 2, 2)), stride=(1, 2, 1)), ArgumentError, "3 entries"),
    (
        lambda: torch.conv1d(np.ones((1, 5)), np.ones((1, 1, 2)), padding=1.0),
        ArgumentTypeError,
        "must be an integer",
    ),
    (lambda: torch.conv1d(np.ones((1, 5)), np.ones((1, 1, 2)), [1, 2]), ShapeError, "one entry per output channel"),
    (lambda: torch.max_pool1d([[1j, 2]], 2), DTypeError, "no largest"),
    (lambda: torch.max_pool1d([[1, 2]], 2, ceil_mode=1), ArgumentTypeError, "ceil_mode must be True or False"),
    (lambda: torch.max_pool1d([[1, 2]], 2, return_indices=1), ArgumentTypeError, "return_indices must be"),
    (lambda: torch.max_pool1d(np.ones((0, 4)), 2), ShapeError, r"torch\.max_pool1d: x has size 0 along C"),
    (lambda: torch.avg_pool1d([[1, 2]], 2, count_include_pad=0), ArgumentTypeError, "count_include_pad must be"),
    (lambda: torch.avg_pool2d([[[1, 2]]], 1, divisor_override=2.0), ArgumentTypeError, "divisor_override must be"),
    (lambda: torch.avg_pool2d_backward([[[1, 2]]], [[[1]]], 1, divisor_override=2), ShapeError, "dy has the wrong"),
    (lambda: torch.pad([1, 2], (1, 1, 1)), ArgumentError, "two ints for each axis"),
    (lambda: torch.pad([1, 2], 1), ArgumentError, "two ints for each axis"),
    (lambda: torch.pad([1, 2], (1, 1, 1, 1)), ShapeError, "at most the input's 1 axes"),
    (lambda: torch.pad(np.ones((1, 2, 3)), (1, 1, 1, 1, 1, 1), "replicate"), ShapeError, "all of them"),
    (lambda: torch.pad([1, 2], (1, 1), value=0.5), ArgumentError, "no element of an array of int64"),
    (lambda: torch.pad([1, 2], (1, 1), "edge"), ArgumentError, "Did you mean"),
    (lambda: torch.pad([1, 2], (-3, 0)), ShapeError, "leaves nothing"),
    (lambda: torch.pad([[1, 2]], (2, -2), "circular"), ShapeError, "leaves nothing"),
    (lambda: torch.pad([[1, 2]], (-2, 0), "replicate"), ShapeError, "leaves nothing"),
    (lambda: torch.pad([[1, 2]], (3, -1), "circular"), ShapeError, "more than an axis of size 2 can show"),
    (lambda: torch.pad([1, 2], (10**30, 0)), ShapeError, "larger than any memory"),
    (lambda: torch.pad([[1, 2]], (10**30, -(10**30)), "replicate"), ShapeError, "larger than any memory"),
    (lambda: torch.pad(np.ones((0, 2)), (10**30, 0)), ShapeError, "larger than any memory"),
    (lambda: torch.pad([1, 2], (1, 1), value="a"), DTypeError, "value must be an array of numbers"),
    (lambda: torch.pad([1, 2], (1, 1), value=[]), ArgumentTypeError, "value must be one number"),
    (lambda: torch.pad([[1, 2]], (1, 1), "circular", [1, 2]), ArgumentTypeError, "value must be one number"),
    (lambda: torch.pad([1.0, 2], (1, 1), value=1j), ArgumentError, "no element of an array of float64"),
    (lambda: torch.pad([1.0, 2], (1, 1), value=10**400), ArgumentError, "no element of an array of float64"),
    (lambda: torch.pad(np.ones(2, np.int8), (1, 1), value=10**29), ArgumentError, "no element of an array of int8"),
    (lambda: torch.pad(np.ones(2, np.int8), (1, 1), value=128), ArgumentError, "no element of an array of int8"),
    (lambda: torch.pad(np.ones(2, np.int8), (1, 1), value=np.nan), ArgumentError, "no element of an array of int8"),
    (lambda: torch.pad(np.ones(2, np.int8), (1, 1), value=np.inf), ArgumentError, "no element of an array of int8"),
    (lambda: torch.pad(np.ones(2, bool), (1, 1), value=2), ArgumentError, "no element of an array of bool"),
    (
        lambda: torch.conv1d(np.ones((1, 5)), np.ones((1, 1, 2)), padding_mode=np.array([1, 2, 3])),
        ArgumentError,
        "padding_mode is",
    ),
    (lambda: torch.unfold(np.ones((1, 3, 3)), (2,)), ArgumentError, "kernel_size has 1 entry"),
    (lambda: torch.unfold(np.ones((1, 3, 3)), 2, stride=[1]), ArgumentError, "stride has 1 entry"),
    (lambda: torch.fold(np.ones((4, 9)), (4,), 2), ArgumentError, "output_size has 1 entry"),
    (lambda: torch.fold(np.ones((4, 9)), 4, 2, padding=(0,)), ArgumentError, "padding has 1 entry"),
    (lambda: torch.pad_backward([1, 2], [1, 2], (1, 1)), ShapeError, "dy has the wrong shape"),
    (lambda: torch.fold(np.ones((4, 3)), (2, 3), 2), ShapeError, r"torch\.fold: columns has the wrong shape"),
    (lambda: torch.fold(np.ones(4), (2, 3), 2), ShapeError, "input must have 3 axes"),
]


@pytest.mark.parametrize("number", range(len(ALSO_REFUSED)))
def test_what_else_is_refused(number):
    call, kind, text = ALSO_REFUSED[number]
    with pytest.raises(kind, match=text):
        call()


def test_errors_are_said_in_pytorchs_words():
    with pytest.raises(ShapeError, match="Here input, weight is what refconv calls x, w") as caught:
        torch.conv1d(np.ones((4, 3)), np.ones((2, 2, 2)))
    assert caught.value.fixes == ({"groups": 2},)
    with pytest.raises(TypeError, match=r"conv2d\(\) missing"):
        torch.conv2d()
