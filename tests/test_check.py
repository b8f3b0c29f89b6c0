"""The check: kernels that misbehave in every way are reported, never fatal; right ones are never accused."""

from __future__ import annotations

import os
import sys
import time

import numpy as np
import pytest

import refconv
from refconv.errors import ArgumentError
from refconv.oracle import Case, check, suite
from refconv.oracle.formats import FORMATS, round_to

QUICK = [case for case in suite("quick", "conv2d") if case.macs < 3000]


def kernel_of(change):
    """Return a kernel that returns what `change` makes of the right result and the inputs."""

    def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        return change(refconv.conv2d(x, w, b, stride, padding, dilation, groups), x, w)

    return kernel


def checked(fn, **options):
    return check(fn, **{"cases": QUICK, "shrink": False, **options})


def kinds(report):
    return {failure.kind for failure in report.failures}


def causes(report):
    return [cause.cause for cause in report.diagnosis]


@pytest.mark.parametrize(
    "op", ["conv1d", "conv2d", "conv3d", "conv_transpose2d", "depthwise_conv2d", "pointwise_conv2d"]
)
@pytest.mark.parametrize("precision", ["float64", "float32", "float16", "bfloat16", "int8"])
def test_refconv_passes_its_own_check(op, precision):
    report = check(
        getattr(refconv, op), op, backward=getattr(refconv, f"{op}_backward"), suite="quick", precision=precision
    )
    assert report.passed, str(report)
    assert report.diagnosis == ()
    assert report.results["y"] > 10
    assert report.results["dw"] > 10


def test_a_kernel_that_raises():
    def raising(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        if groups > 1:
            raise RuntimeError("kernel launch failed: 3 blocks")
        return refconv.conv2d(x, w, b, stride, padding, dilation)

    report = checked(raising)
    assert not report.passed
    assert kinds(report) == {"raised"}
    assert causes(report) == ["raises"]
    assert "kernel launch failed" in report.diagnosis[0].sentence
    assert report.diagnosis[0].sentence.endswith("when there is more than one group")


def test_a_kernel_that_exits_is_caught():
    report = checked(kernel_of(lambda y, x, w: sys.exit(3)))
    assert kinds(report) == {"raised"}
    assert "SystemExit" in report.failures[0].message


def test_a_kernel_that_says_it_is_not_implemented_is_left_out():
    def partial(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        if groups > 1:
            raise NotImplementedError("groups")
        return refconv.conv2d(x, w, b, stride, padding, dilation)

    report = checked(partial)
    assert report.passed
    assert any("NotImplementedError: groups" in reason for reason in report.left_out)


@pytest.mark.parametrize(
    ("change", "kind", "cause"),
    [
        (lambda y, x, w: y[:, :, :-1], "shape", None),  # a shorter result is told by its shape alone
        (lambda y, x, w: y.astype(np.float16), "type", "wrong_type"),
        (lambda y, x, w: y.astype(int), "type", "wrong_type"),
        (lambda y, x, w: None, "type", "wrong_type"),
        (lambda y, x, w: "a tensor", "type", "wrong_type"),
        (lambda y, x, w: y * np.float32(1 + 2e-6), "wrong", "scaled"),
        (lambda y, x, w: -y, "wrong", "scaled"),
        (lambda y, x, w: y + 0.5, "wrong", "unexplained"),
    ],
    ids=["shape", "narrow", "integer", "none", "text", "scaled", "negative", "offset"],
)
def test_wrong_results_of_every_kind(change, kind, cause):
    report = checked(kernel_of(change))
    assert not report.passed
    assert kind in kinds(report)
    assert cause is None or cause in causes(report), str(report)


def test_a_wider_result_is_no_mistake():
    report = checked(lambda x, w, b=None, **how: refconv.conv2d(x.astype(float), w.astype(float), b, **how))
    assert report.passed
    assert any("float64, wider than float32" in note for note in report.notes)


def test_what_it_prints_is_noted(capsys):
    def chatty(x, w, b=None, **how):
        print("computing", x.shape)
        return refconv.conv2d(x, w, b, **how)

    report = checked(chatty)
    assert report.passed
    assert any(note.startswith("it prints: computing") for note in report.notes)
    assert capsys.readouterr().out == ""


def test_writing_to_the_inputs_is_a_failure():
    def padding_in_place(x, w, b=None, **how):
        y = refconv.conv2d(x, w, b, **how)
        x[..., 0] = 0
        return y

    report = checked(padding_in_place)
    assert not report.passed
    assert "wrote" in kinds(report)
    assert "writes_to_inputs" in causes(report)


def test_two_calls_two_results():
    state = {"calls": 0}

    def racing(y, x, w):
        state["calls"] += 1
        return y + state["calls"] % 2

    report = checked(kernel_of(racing))
    assert "unsteady" in kinds(report)
    assert "unsteady" in causes(report)


@pytest.mark.parametrize("parameter", ["stride", "dilation"])
def test_a_parameter_that_the_kernel_says_it_has_not_is_left_out(parameter):
    def partial(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        if {"stride": stride, "dilation": dilation}[parameter] not in (1, (1, 1)):
            raise NotImplementedError(parameter)
        return refconv.conv2d(x, w, b, stride, padding, dilation, groups)

    for isolate in (False, True):
        report = checked(partial, isolate=isolate)
        assert report.passed, str(report)
        assert any(reason.startswith(f"{parameter}: NotImplementedError") for reason in report.left_out)


def test_a_parameter_that_it_chokes_on_is_not():
    def choking(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        return refconv.conv2d(x, w, b, stride, padding, dilation, groups) + (None if stride not in (1, (1, 1)) else 0)

    def no_bias(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        assert b is None
        return refconv.conv2d(x, w, b, stride, padding, dilation, groups)

    assert causes(checked(choking)) == ["raises"]
    assert checked(choking).diagnosis[0].sentence.endswith("when the stride is not 1")
    report = check(no_bias, suite="default", shrink=False)
    assert report.diagnosis[0].sentence.endswith("when there is a bias")


def test_nothing_checked_is_nothing_passed():
    def refusing(x, w, b=None, **how):
        raise NotImplementedError

    assert not checked(refusing).passed
    assert not checked(refconv.conv2d, cases=[]).passed
    gradients = check(refconv.conv2d, suite="gradients")
    assert any("gradients" in reason for reason in gradients.left_out)


def test_a_kernel_that_remembers():
    kept = {}

    def cached(x, w, b=None, **how):
        key = (x.shape, w.shape, b is None, repr(how))
        if key not in kept:
            kept[key] = refconv.conv2d(x, w, b, **how)
        return kept[key].copy()

    report = check(cached, suite="default", shrink=False)
    assert causes(report) == ["remembers"]


def test_rounded_sums_do_not_excuse_a_wrong_gradient():
    def rounded(x, w, b=None, **how):
        return refconv.conv2d(*(round_to(a, FORMATS["bfloat16"]).astype(a.dtype) for a in (x, w)), b, **how)

    def backward(dy, x, w, **how):
        dx, dw, db = refconv.conv2d_backward(dy, x, w, **how)
        return dx, dw * np.float32(1.25) + 1, db

    report = check(rounded, backward=backward, suite="quick", shrink=False)
    assert "the inputs were rounded to bfloat16" in [cause.sentence for cause in report.diagnosis]
    assert any(cause.sentence.startswith("dw ") for cause in report.diagnosis)


def test_nan_from_finite_numbers():
    def padded(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        if isinstance(padding, str) or np.min(padding) < 0:
            raise NotImplementedError("this padding")
        sides = np.broadcast_to(np.asarray(padding).reshape(-1, 1) if np.ndim(padding) == 1 else padding, (2, 2))
        x = np.pad(x, ((0, 0), (0, 0), *map(tuple, sides)), constant_values=np.nan)
        return refconv.conv2d(x, w, b, stride, 0, dilation, groups)

    assert "nan_made" in causes(checked(padded))


@pytest.mark.parametrize("what", ["text", "array", "output"])
def test_whatever_raises_when_it_is_looked_at(what):
    class Odd(Exception):  # noqa: N818
        def __str__(self):
            raise RuntimeError

        def __array__(self, dtype=None, copy=None):
            raise RuntimeError

    def kernel(x, w, b=None, **how):
        if what == "text":
            raise Odd
        if what == "output":
            sys.stdout.close()
        return Odd() if what == "array" else refconv.conv2d(x, w, b, **how)

    assert checked(kernel).passed == (what == "output")


def test_what_a_kernel_does_not_take_is_left_out_and_said():
    report = checked(lambda x, w, stride=1: refconv.conv2d(x, w, stride=stride))
    assert report.passed
    told = " ".join(report.left_out)
    for name in ("padding", "dilation", "groups", "bias"):
        assert name in told


def test_one_number_for_all_axes_is_no_mistake():
    def square(x, w, b=None, stride=1, padding=0, dilation=1):
        assert all(isinstance(number, int) for number in (stride, padding, dilation))
        return refconv.conv2d(x, w, b, stride, padding, dilation)

    report = checked(square)
    assert report.passed
    assert report.results["y"] > 3
    assert any("differs per axis" in reason for reason in report.left_out)


def test_gradients_are_checked_apart():
    def gradients(dy, x, w, **how):
        dx, dw, db = refconv.conv2d_backward(dy, x, w, **how)
        return dx, dw[..., ::-1], db

    report = checked(refconv.conv2d, backward=gradients)
    assert {failure.of for failure in report.failures} == {"dw"}
    assert [cause.sentence for cause in report.diagnosis] == ["dw: the kernel is flipped along W"]


def test_gradients_without_a_bias():
    report = checked(refconv.conv2d, backward=lambda *a, **how: refconv.conv2d_backward(*a, **how)[:2])
    assert report.passed
    assert any("db" in reason for reason in report.left_out)


def by_fft(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    """Correlate by the convolution theorem, in float32 as far as NumPy's transforms are."""
    plan = refconv.oracle.OPERATIONS["conv2d"].plan(
        x.shape, w.shape, stride=stride, padding=padding, dilation=dilation, groups=groups
    )
    y = np.zeros(plan.y_shape, np.float32)
    if 0 in x.shape:
        return y
    padded = [axis.padded + axis.span for axis in plan.axes]
    inside = np.zeros((*x.shape[:2], *padded), np.float32)
    cut = tuple(slice(max(-a.lo, 0), a.n - max(-a.hi, 0)) for a in plan.axes)
    put = tuple(slice(max(a.lo, 0), max(a.lo, 0) + c.stop - c.start) for a, c in zip(plan.axes, cut, strict=True))
    inside[(..., *put)] = x[(..., *cut)]
    kernel = np.zeros((*w.shape[:2], *padded), np.float32)
    kernel[(..., *(slice(0, a.span, a.d) for a in plan.axes))] = w
    fx, fw = (np.fft.rfft2(a) for a in (inside, kernel))
    for o in range(len(w)):
        first = o // plan.group_filters * plan.group_channels
        product = (fx[:, first : first + plan.group_channels] * fw[o].conj()).sum(axis=1)
        whole = np.fft.irfft2(product, padded)
        y[:, o] = whole[(..., *(slice(0, (a.out - 1) * a.s + 1, a.s) for a in plan.axes))]
    return y if b is None else y + b[:, None, None]


def test_a_kernel_by_fourier_transforms_is_judged_as_one():
    report = check(by_fft, algorithm="fft")
    assert report.passed, str(report)
    assert any("fft spreads them" in reason for reason in report.left_out)
    assert not check(by_fft, suite="quick", shrink=False).passed
    assert not check(lambda x, w, b=None, **how: by_fft(x, w, b, **how) * 1.01, algorithm="fft", shrink=False).passed


def test_failures_are_shrunk():
    def tail_lost(x, w, b=None, **how):
        return refconv.conv2d(x, w * (np.arange(w.shape[1]) < 2)[:, None, None], b, **how)

    report = check(tail_lost, suite="quick")
    smallest = next(failure.smallest for failure in report.failures if failure.smallest is not None)
    assert smallest.x_shape == (1, 3, 1, 1)
    assert smallest.w_shape == (1, 3, 1, 1)


def test_impossible_arguments():
    def careless(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        dilation = tuple(max(d, 1) for d in dilation) if isinstance(dilation, tuple) else max(dilation, 1)
        return refconv.conv2d(x, w, b, stride, padding, dilation, groups)

    assert checked(careless).passed
    report = checked(careless, strict=True)
    assert not report.passed
    assert causes(report) == ["invalid_argument_accepted"]
    assert "dilation=0" in report.diagnosis[0].sentence
    assert checked(refconv.conv2d, strict=True).passed


def careless_everywhere(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    return refconv.conv2d(x, w, b, tuple(abs(s) or 1 for s in stride), padding, dilation, groups)


def test_impossible_arguments_in_another_process():
    report = check(careless_everywhere, cases=PAIR[:1], isolate=True, strict=True)
    assert "stride=0, stride=-1" in report.diagnosis[0].sentence


def test_progress_is_told_of_every_case():
    told = []
    checked(refconv.conv2d, progress=lambda done, total, name: told.append((done, total, name)))
    assert [done for done, _, _ in told] == list(range(len(QUICK) + 1))
    assert {total for _, total, _ in told} == {len(QUICK)}


@pytest.mark.parametrize(
    "wrong",
    [
        dict(op="conv9d"),
        dict(suite="slow"),
        dict(precision="float8"),
        dict(timeout=0),
        dict(convention="c"),
        dict(seed=-1),
    ],
    ids=repr,
)
def test_bad_arguments(wrong):
    options = {"suite": "quick", **wrong}
    with pytest.raises(ArgumentError):
        check(refconv.conv2d, **options)


# In a process of its own


def hanging(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    if groups > 1:
        time.sleep(60)
    return refconv.conv2d(x, w, b, stride, padding, dilation, groups)


def dying(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
    if dilation not in (1, (1, 1)):
        os.abort()
    return refconv.conv2d(x, w, b, stride, padding, dilation, groups)


PAIR = [
    Case("conv2d", (1, 2, 5, 5), (2, 2, 2, 2), {"stride": (1, 1), "dilation": (1, 1), "groups": 1}),
    Case("conv2d", (1, 2, 5, 5), (2, 1, 2, 2), {"stride": (1, 1), "dilation": (1, 1), "groups": 2}),
    Case("conv2d", (1, 2, 5, 5), (2, 2, 2, 2), {"stride": (1, 1), "dilation": (2, 1), "groups": 1}),
    Case("conv2d", (1, 2, 6, 5), (2, 2, 2, 2), {"stride": (1, 2), "dilation": (1, 1), "groups": 1}, memory="fortran"),
]


def test_a_kernel_that_hangs_is_killed_and_the_check_goes_on():
    start = time.perf_counter()
    report = check(hanging, cases=PAIR, timeout=1.5, shrink=False)
    assert time.perf_counter() - start < 50
    assert [(failure.kind, failure.case.options["groups"]) for failure in report.failures] == [("timeout", 2)]
    assert causes(report) == ["hangs"]
    assert report.cases == len(PAIR)


def test_a_kernel_that_dies_takes_nothing_with_it():
    report = check(dying, cases=PAIR, isolate=True, shrink=False)
    assert kinds(report) == {"died"}
    assert "signal" in report.failures[0].message
    assert report.cases == len(PAIR)


def test_a_closure_can_be_isolated_too():
    report = check(kernel_of(lambda y, x, w: y), cases=PAIR[:1], isolate=True)
    assert report.passed
