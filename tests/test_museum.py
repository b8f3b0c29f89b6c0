"""The museum, diagnosed: every bug is caught and named, combinations too, and no right kernel is accused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import refconv
from examples.bug_museum.index import EXHIBITS
from examples.bug_museum.mistakes import MISTAKES, PAIRS, pair
from examples.bug_museum.styles import RIGHT
from refconv.oracle import check, identify
from refconv.oracle.cases import Case

README = Path(__file__).parent.parent / "examples" / "bug_museum" / "README.md"
NAMED = {exhibit.__name__.rsplit(".", 1)[-1]: exhibit for exhibit in EXHIBITS}


@pytest.fixture(autouse=True)
def remembered_truth(monkeypatch):
    """Compute the truth of a case and its arrays once for all kernels: it does not depend on them."""
    compute = Case.truth

    def truth(self, of="y", arrays=None, method="auto"):
        given = self.arrays() if arrays is None else arrays
        content = tuple(None if a is None else (a.shape, str(a.dtype), a.tobytes()) for a in given)
        key = hash((self.op, repr(self.options), of, method, content))
        if key not in TRUTHS:
            TRUTHS[key] = compute(self, of, given, method)
        return TRUTHS[key]

    monkeypatch.setattr(Case, "truth", truth)


TRUTHS = {}


@pytest.fixture(autouse=True)
def enough_time(monkeypatch):
    """Search as long as it takes: coverage, or a busy machine, can make the seconds that a user waits too few."""
    monkeypatch.setattr("refconv.oracle.explain.SECONDS", 300.0)


def diagnosed(kernel, op, causes, *, gradients=None, precision="float32", strict=False):
    report = check(kernel, op, backward=gradients, precision=precision, strict=strict, shrink=False)
    assert not report.passed, "it was not caught"
    assert {cause.cause for cause in report.diagnosis} == set(causes), str(report)
    return report


@pytest.mark.parametrize("name", NAMED)
def test_an_exhibit_is_caught_and_named(name):
    e = NAMED[name]
    report = diagnosed(
        e.kernel,
        e.OP,
        e.CAUSES,
        gradients=getattr(e, "gradients", None),
        precision=e.PRECISION,
        strict=getattr(e, "STRICT", False),
    )
    row = next(line for line in README.read_text(encoding="utf-8").splitlines() if f"[{name}]" in line)
    assert all(cause.sentence in row for cause in report.diagnosis), report.diagnosis


@pytest.mark.slow
@pytest.mark.parametrize("name", MISTAKES)
def test_a_common_mistake_is_named(name):
    m = MISTAKES[name]
    strict = "invalid_argument_accepted" in m.causes
    diagnosed(m.kernel, m.op, m.causes, gradients=m.gradients, precision=m.precision, strict=strict)


@pytest.mark.parametrize(
    "names", [p if n % 6 == 0 else pytest.param(p, marks=pytest.mark.slow) for n, p in enumerate(PAIRS)], ids="+".join
)
def test_two_mistakes_at_once_are_both_named(names):
    m = pair(*names)
    diagnosed(m.kernel, m.op, m.causes, precision=m.precision)


@pytest.mark.slow
@pytest.mark.parametrize("suite", ["default", "gradients", "precision"])
@pytest.mark.parametrize("name", RIGHT)
def test_a_right_kernel_is_never_accused(name, suite):
    kernel = RIGHT[name]
    report = check(kernel.kernel, kernel.op, backward=kernel.gradients, suite=suite)
    assert report.passed, str(report)
    assert report.diagnosis == ()


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_kernel_is_identified_as_such(name):
    kernel = RIGHT[name]
    assert identify(kernel.kernel, kernel.op).right
    report = check(kernel.kernel, kernel.op, backward=kernel.gradients, suite="quick")
    assert report.passed, str(report)


def test_an_exhibit_is_measured_too():
    """What `identify` reads off a kernel agrees with what the catalogue says of it."""
    found = identify(NAMED["tensorflow_56498"].kernel, "depthwise_conv2d")
    assert found.sentences == ("dilation is ignored, and the size follows",)
    assert [axis.dilation for axis in found.axes] == [1, 1]


def test_a_mistake_under_a_condition_is_told_with_it():
    def kernel(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1):
        if groups > 1 and stride not in (1, (1, 1)):
            w = np.flip(w, 3)
        return refconv.conv2d(x, w, b, stride, padding, dilation, groups)

    report = diagnosed(kernel, "conv2d", ["kernel_flipped"])
    sentence = report.diagnosis[0].sentence
    assert sentence.startswith("the kernel is flipped along W, when ")
    assert "group" in sentence
    assert "stride" in sentence
