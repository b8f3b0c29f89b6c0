"""Formats and rounding, against NumPy's and ml_dtypes' own types and against fractions."""

from __future__ import annotations

import sys
from fractions import Fraction

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refconv.errors import ArgumentError
from refconv.oracle.formats import FORMATS, format_of, round_to
from refconv.oracle.precision import PRECISIONS, precision
from tests.rounding import nearest

REAL = {"float64": np.float64, "float32": np.float32, "float16": np.float16, "bfloat16": ml_dtypes.bfloat16}


@pytest.mark.parametrize("name", REAL)
def test_the_numbers_of_a_format_are_those_of_the_type(name):
    info, kind = ml_dtypes.finfo(REAL[name]), FORMATS[name]
    assert kind.unit_roundoff == float(info.eps) / 2
    assert kind.largest == float(info.max)
    assert kind.smallest_normal == float(info.tiny)
    assert kind.smallest_subnormal == float(info.smallest_subnormal)
    assert format_of(REAL[name]) is format_of(name) is kind


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_every_16_bit_number_and_every_halfway_case(name):
    """All finite numbers stay; between neighbours, halfway goes to the even one and a little more or less does not."""
    kind = FORMATS[name]
    ups = np.arange(0x7C00 if name == "float16" else 0x7F80, dtype=np.uint16).view(REAL[name]).astype(np.float64)
    for sign in (1, -1):
        assert (round_to(sign * ups, kind) == sign * ups).all()
    neighbours = np.append(ups[1:], 2.0 ** (kind.emax + 1))
    halfway = (ups + neighbours) / 2
    even = np.where(np.arange(len(ups)) % 2 == 0, ups, neighbours)
    even = np.where(even > kind.largest, np.inf, even)
    above = np.where(neighbours > kind.largest, np.inf, neighbours)
    assert (round_to(halfway, kind) == even).all()
    assert (round_to(np.nextafter(halfway, np.inf), kind) == above).all()
    assert (round_to(np.nextafter(halfway, 0), kind) == ups).all()
    assert (round_to(halfway, kind, tail=np.full(len(ups), 1e-300)) == above).all()
    assert (round_to(-halfway, kind, tail=np.full(len(ups), 1e-300)) == -ups).all()
    assert (round_to(ups, kind, tail=np.full(len(ups), 1e-300)) == ups).all()


@given(st.floats(width=64), st.sampled_from(sorted(FORMATS)))
def test_rounding_is_that_of_fractions(value, name):
    got = float(round_to(value, FORMATS[name]))
    if np.isfinite(value):
        assert got == nearest(Fraction(value), FORMATS[name])
        assert np.signbit(got) == np.signbit(value)
    else:
        assert np.array_equal(got, value, equal_nan=True)


def test_rounding_to_real_types():
    a = np.random.default_rng(0).standard_normal(1000) * 10.0 ** np.random.default_rng(1).integers(-50, 40, 1000)
    with np.errstate(over="ignore", under="ignore"):
        for name in ("float32", "float16"):
            assert (round_to(a, FORMATS[name]) == a.astype(name)).all()
    assert (round_to(a, FORMATS["float64"]) == a).all()


def test_an_unknown_format_or_precision_is_named():
    for call in (lambda: format_of("posit16"), lambda: format_of(np.int8), lambda: precision("float8")):
        with pytest.raises(ArgumentError, match="float64, float32"):
            call()


@pytest.mark.parametrize("name", PRECISIONS)
def test_arrays_have_the_type_and_are_rounded_once(name):
    kind = precision(name)
    assert kind.array([1, 2, 3]).dtype == kind.numpy_dtype
    assert kind.array(np.arange(-3, 4)).tolist() == list(range(-3, 4))
    assert kind.is_integer == name.startswith("int")
    if not kind.is_integer:
        # just above halfway between 1 and its neighbour, by less than a float32 can tell
        above = np.nextafter(1 + kind.output.unit_roundoff, 2)
        want = above if name == "float64" else 1 + 2 * kind.output.unit_roundoff
        assert kind.array(above).astype(np.float64) == want
        again = kind.array([1.5, np.inf])
        assert (kind.array(again) == again).all()
        assert kind.array(1e300).astype(np.float64) == (1e300 if name == "float64" else np.inf)


def test_bfloat16_without_its_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    with pytest.raises(ArgumentError, match=r"pip install 'refconv\[bfloat16\]'"):
        precision("bfloat16").array([1.0])
