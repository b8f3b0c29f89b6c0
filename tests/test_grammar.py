"""Text is read by the grammar alone: what it means, what is refused, and where the caret points."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from refconv.errors import ArgumentError
from refconv.symbolic import parse, symbol
from refconv.symbolic.evaluation import compiled

n, s, k, a = map(symbol, "nska")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2*3", 7),
        ("-2**2", -4),
        ("2**3**2", 512),
        ("2**-1", sympy.Rational(1, 2)),
        ("7/2", sympy.Rational(7, 2)),
        ("-7//2", -4),
        ("-7 % 3", 2),
        ("-7 mod 3", 2),
        ("mod(-7, 3)", 2),
        ("Mod(7, 3)", 1),
        ("floor(-7/2)", -4),
        ("ceil(-7/2)", -3),
        ("ceiling(7/2)", 4),
        ("abs(3 - 5)", 2),
        ("max(1, 5, 3) - min(4, 2)", 3),
        ("8/4/2", 1),
        ("10 - 3 - 2", 5),
        ("- - 3", 3),
        ("+3", 3),
        ("((((5))))", 5),
        (" 4\n+ 1 ", 5),
    ],
)
def test_values(text, expected):
    assert parse(text) == expected


def test_names_are_the_symbols_of_this_package():
    assert parse("n*s + k") == n * s + k
    assert parse("E") == symbol("E")
    assert parse("E").is_Symbol
    assert parse("I").is_Symbol
    assert parse("s2").is_positive
    assert parse("lo").is_nonnegative
    assert parse("foo").is_integer


def test_claims_are_kept_as_written():
    claim = parse("floor(n/s) <= n")
    assert isinstance(claim, sympy.Le)
    assert claim.lhs == sympy.floor(n / s)
    assert isinstance(parse("n == n"), sympy.Eq)
    assert isinstance(parse("n = n"), sympy.Eq)
    assert isinstance(parse("n != n"), sympy.Ne)
    chain = parse("0 <= a < s")
    assert isinstance(chain, sympy.And)
    assert set(chain.args) == {sympy.Le(0, a, evaluate=False), sympy.Lt(a, s, evaluate=False)}
    assert len(parse("a < s and n > 3 and k >= 1").args) == 3
    assert isinstance(parse("(n > 3)"), sympy.Gt)
    assert parse("floor(max(2*n, 4)/6)").has(sympy.floor)


REFUSED = {
    "": ("is missing before the end", 0),
    "1 +": ("is missing before the end", 3),
    "n n": ("comes after the end", 2),
    "2n": ("comes after the end", 1),
    "n + $": ("means nothing here", 4),
    "n.real": ("means nothing here", 1),
    "n[0]": ("means nothing here", 1),
    "'a'": ("means nothing here", 0),
    "1e5": ("comes after the end", 1),
    "__import__(n)": ("there is no function '__import__'", 0),
    "eval(n)": ("there is no function", 0),
    "n(3)": ("there is no function", 0),
    "(n + 1": ("not closed", 0),
    "max(n, 1": ("not closed", 0),
    "n + 1)": ("comes after the end", 5),
    "max()": ("is missing before ')'", 4),
    "floor(n, 2)": ("floor takes 1, not 2", 0),
    "mod(n)": ("mod takes 2, not 1", 0),
    "1/0": ("division by zero", 2),
    "n // (k - k)": ("division by zero", 5),
    "n % 0": ("division by zero", 4),
    "mod(n, 0)": ("division by zero", 0),
    "0**-1": ("division by zero", 3),
    "2**100": ("not an integer up to 64", 3),
    "9**9**9": ("not an integer up to 64", 3),
    "n**(1/2)": ("not an integer up to 64", 3),
    "((2**64)**64)**64": ("too large", 10),
    "1" * 41: ("a number of 41 digits", 0),
    "(" * 50 + "n": ("levels of parentheses", 40),
    "(n < 3) + 1": ("used as a number", 0),
    "max(n < 3, 1)": ("used as a number", 0),
    "-(n < 3)": ("used as a number", 1),
    "(n < 3) < 4": ("a comparison is compared", 0),
    "n and k": ("'and' joins comparisons", 2),
    "and": ("is missing before 'and'", 0),
    "mod": ("is missing before 'mod'", 0),
    "n ? 3": ("means nothing here", 2),
    "ñ": ("means nothing here", 0),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_refused_is_pointed_at(text):
    problem, place = REFUSED[text]
    with pytest.raises(ArgumentError) as caught:
        parse(text)
    message = str(caught.value)
    assert problem in message
    lines = message.splitlines()
    caret = next(line for line in lines if line.strip() == "^")
    assert caret.index("^") - 2 == place


def test_what_is_too_long_or_no_text_is_refused():
    with pytest.raises(ArgumentError, match="characters"):
        parse("n+" * 2000 + "n")
    with pytest.raises(ArgumentError, match="is not text"):
        parse(3)
    with pytest.raises(ArgumentError, match="powers of powers"):
        parse("n**" * 100 + "n")
    with pytest.raises(ArgumentError, match="too large"):
        parse("*".join(["(2**64)**60"] * 20))
    far = "n + " * 100 + "$"
    with pytest.raises(ArgumentError) as caught:
        parse(far)
    lines = str(caught.value).splitlines()
    assert lines[1][lines[2].index("^")] == "$"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="nks0123 +-*/%()<>=!,.max_floord&|~'\\", max_size=25))
def test_any_text_is_read_or_refused(text):
    try:
        parse(text)
    except ArgumentError as error:
        assert str(error).startswith("parse: ")  # noqa: PT017 - refused is fine, anything else is not


LEAVES = st.one_of(st.just("n"), st.just("k"), st.integers(0, 9).map(str))


def bigger(children):
    return st.one_of(
        st.tuples(children, st.sampled_from(["+", "-", "*"]), children).map(" ".join),
        st.tuples(children, st.sampled_from(["//", "%"]), st.sampled_from(["2", "3", "k"])).map(" ".join),
        children.map(lambda c: f"({c})"),
        children.map(lambda c: f"-{c}"),
        st.tuples(st.sampled_from(["max", "min"]), children, children).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        children.map(lambda c: f"abs({c})"),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(LEAVES, bigger, max_leaves=8))
def test_formulas_mean_what_they_mean_in_python(text):
    value = compiled(parse(text), (n, k))
    for at in ((1, 1), (5, 2), (8, 3), (7, 5)):
        assert value(at) == eval(text, {}, {"n": at[0], "k": at[1], "max": max, "min": min, "abs": abs})  # noqa: S307
