"""Identification: what a kernel does is read off it, whatever it is called."""

from __future__ import annotations

import json
from time import perf_counter

import numpy as np
import pytest

import refconv
from refconv.errors import ArgumentError, ShapeError
from refconv.oracle import check, identify
from refconv.oracle.operations import OPERATIONS


@pytest.mark.parametrize("of", ["y", "dx", "dw"])
@pytest.mark.parametrize("op", OPERATIONS)
def test_refconv_is_the_definition(op, of):
    start = perf_counter()
    found = identify(getattr(refconv, op), op, of=of, gradients=getattr(refconv, f"{op}_backward"))
    assert found.right, str(found)
    assert found.wrong == 0
    assert found.calls < 1000
    assert perf_counter() - start < 10  # two seconds, and room for a busy machine


@pytest.mark.parametrize("padding_mode", ["zeros", "reflect", "replicate", "circular"])
def test_the_numbers_are_those_of_the_call(padding_mode):
    options = dict(stride=(2, 1), padding=((1, 2), (2, 0)), dilation=(1, 2), groups=2, padding_mode=padding_mode)
    found = identify(refconv.conv2d, **options)
    assert found.right
    h, w = found.axes
    assert (h.name, h.stride, h.dilation, h.before, h.flipped) == ("H", 2, 1, 1, False)
    assert (w.name, w.stride, w.dilation, w.before, w.flipped) == ("W", 1, 2, 2, False)
    assert found.padding_mode == padding_mode
    assert found.channels == [[0, 1], [0, 1], [2, 3], [2, 3]]
    assert found.groups == 2
    assert found.bias == [0, 1, 2, 3]


def wrong(change):
    def kernel(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
        return change(x, w, b, dict(stride=stride, padding=padding, dilation=dilation, groups=groups))

    return kernel


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda x, w, b, how: refconv.conv2d(x, w[..., ::-1], b, **how), "the kernel is flipped along W"),
        (
            lambda x, w, b, how: refconv.conv2d(x, w, b, **how | dict(dilation=(how["dilation"][0], 1))),
            "dilation is ignored along W, and the size follows",
        ),
        (lambda x, w, b, how: refconv.conv2d(x, w, None, **how), "the bias is not added"),
        (
            lambda x, w, b, how: refconv.conv2d(x, w, np.tile(b[:2], 2), **how),
            "every group takes the first group's bias",
        ),
        (
            lambda x, w, b, how: refconv.conv2d(
                x.reshape(1, 2, 2, *x.shape[2:]).swapaxes(1, 2).reshape(x.shape), w, b, **how
            ),
            "the channels of x are dealt to the groups in turn",
        ),
    ],
)
def test_a_mistake_is_named(change, sentence):
    def biased(x, w, b, how):
        return change(x, w, np.zeros(len(w), x.dtype) if b is None else b, how)

    found = identify(wrong(biased))
    assert not found.right
    assert found.sentences == (sentence,)


@pytest.mark.parametrize(
    ("op", "layout", "kernel_layout", "sentence"),
    [
        ("conv2d", "NHWC", "HWIO", "x is taken as NHWC and w is taken as HWIO"),
        ("conv2d", "NCHW", "HWIO", "w is taken as HWIO"),
        ("conv2d", "CHWN", "IHWO", "x is taken as CHWN and w is taken as IHWO"),
        ("conv1d", "NWC", "WIO", "x is taken as NWC and w is taken as WIO"),
        ("conv3d", "NDHWC", "DHWIO", "x is taken as NDHWC and w is taken as DHWIO"),
        ("depthwise_conv2d", "NHWC", "HWCM", "x is taken as NHWC and w is taken as HWCM"),
        ("conv_transpose2d", "NHWC", "HWOI", "x is taken as NHWC and w is taken as HWOI"),
    ],
)
def test_other_layouts_are_found_and_seen_through(op, layout, kernel_layout, sentence):
    def kernel(x, w, b=None, **how):
        return getattr(refconv, op)(x, w, b, layout=layout, kernel_layout=kernel_layout, **how)

    found = identify(kernel, op)
    assert found.sentences == (sentence,)
    assert found.layouts == {"x": layout, "w": kernel_layout}
    assert found.wrong == 0
    report = check(kernel, op, suite="quick", shrink=False)
    assert not report.passed
    assert [cause.sentence for cause in report.diagnosis] == [sentence]


def test_a_kernel_of_one_stride_is_measured_with_one():
    def one_number_each(x, w, b=None, stride=1, padding=0):
        assert isinstance(stride, int)
        assert isinstance(padding, int)
        return refconv.conv2d(x, w, b, stride, padding)

    found = identify(one_number_each)
    assert found.right
    assert [axis.stride for axis in found.axes] == [2, 2]


def test_a_kernel_that_no_known_mistake_explains_is_described():
    def strange(x, w, b=None, stride=1, padding=0, dilation=1, groups=1):
        y = refconv.conv2d(x, w, b, stride, padding, dilation, groups)
        y[:, 1] = refconv.conv2d(x, w[:, :, ::-1] * 3, b, stride, padding, dilation, groups)[:, 0]
        return y

    found = identify(strange)
    assert not found.right
    assert any("products" in sentence for sentence in found.sentences)


def test_it_can_be_printed_and_sent():
    found = identify(refconv.conv2d)
    assert "conv2d (y): as defined" in str(found)
    assert json.loads(json.dumps(found.to_dict()))["right"] is True


def test_a_kernel_that_raises_is_said_to():
    def broken(x, w, b=None):
        raise RuntimeError("no device")

    found = identify(broken)
    assert not found.right
    assert "no device" in found.sentences[0]


def test_bad_arguments():
    with pytest.raises(ArgumentError, match="no operation 'conv9d'"):
        identify(refconv.conv2d, "conv9d")
    with pytest.raises(ShapeError):
        identify(refconv.conv2d, dilation=50)
    with pytest.raises(ArgumentError, match="convention"):
        identify(refconv.conv2d, convention="fortran")


@pytest.mark.parametrize("precision", ["int8", "int16"])
@pytest.mark.parametrize("op", ["conv2d", "depthwise_conv2d", "pointwise_conv2d"])
def test_codes_fit_in_small_integers(op, precision):
    found = identify(getattr(refconv, op), op, precision=precision)
    assert found.right, str(found)
