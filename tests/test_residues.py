"""The piecewise-by-residue form is the expression itself, case by case, without a floor."""

from __future__ import annotations

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from refconv import arithmetic as ar
from refconv.errors import ArgumentError
from refconv.symbolic import parse, residue_form, symbol
from refconv.symbolic.evaluation import compiled
from refconv.symbolic.lowering import Setting
from refconv.symbolic.residues import needed_moduli

n, x, y = map(symbol, "nxy")

MODULI = {
    "(n - 1)//2 + 1": 2,
    "floor(floor(n/2)/3)": 6,
    "n//2 + n//3": 6,
    "(2*n + 1)//4": 2,
    "floor((floor(n/2) + n)/2)": 4,
    "n mod 7": 7,
    "floor(max(n, 5)/3)": 3,
    "n*(n + 1)/2": 1,
    "mod(n*(n + 1), 4)": 4,
    "floor(min(floor(n/2), 7)/3) + abs(n - 4)": 6,
}


@pytest.mark.parametrize("text", MODULI)
def test_modulus_and_values(text):
    form = residue_form(text)
    assert form.modulus == MODULI[text]
    assert len(form.branches) == form.modulus
    assert form.check()
    plain = compiled(parse(text), form.variables)
    piecewise = form.to_piecewise()
    for value in range(1, 40):
        assert form.value({n: value}) == plain([value])
        assert piecewise.subs({n: value}) == plain([value])
    for branch in form.branches:
        for piece in branch.pieces:
            assert not piece.value.has(sympy.floor, sympy.ceiling, sympy.Mod, sympy.Max, sympy.Min)


def test_the_arithmetic_itself_has_such_forms():
    for s, k, d in ((2, 3, 1), (2, 3, 3), (3, 2, 1), (4, 7, 2)):
        for size in (
            ar.output_size(n, k, s, d, *ar.same_padding(n, k, s, d)),
            ar.same_padding(n, k, s, d)[0],
            ar.pooled_output_size(n, k, s, d, ceil_mode=True),
            ar.transposed_output_size(ar.output_size(n, k, s, d), k, s, d),
        ):
            form = residue_form(size)
            assert form.modulus in (s, 2 * s, 2 * s * s)
            assert form.check()


def test_same_padding_of_stride_2_alternates():
    form = residue_form(ar.same_padding(n, 3, 2)[0])
    assert str(form).splitlines()[1:] == ["  = 0  for n = 2*q", "  = 1  for n = 2*q + 1"]
    assert form.to_latex().endswith("\\begin{cases}\n0 & n = 2 q \\\\\n1 & n = 2 q + 1\n\\end{cases}")


def test_several_variables():
    form = residue_form("floor((x + y)/2) + max(x, y)//3", [y, x])
    assert form.variables == (y, x)
    assert form.moduli == (6, 6)
    assert form.check()
    assert "q_y" in str(form)
    assert "y = 6 q_{y}" in form.to_latex()
    plain = compiled(form.expression, (y, x))
    for v in range(-7, 8):
        for w in range(-7, 8):
            assert form.value({x: w, y: v}) == plain((v, w))


def test_a_name_that_is_taken_gets_a_prime():
    form = residue_form("q//2")
    assert form.quotients[0].name == "q'"
    assert form.check()


def test_what_has_no_such_form_says_so():
    with pytest.raises(ArgumentError, match="is not divided by a number"):
        residue_form("n//s")
    with pytest.raises(ArgumentError, match="not among the variables"):
        residue_form("n//2", [x])
    with pytest.raises(ArgumentError, match="branches"):
        residue_form("n//64 + k//65")
    with pytest.raises(ArgumentError, match="is not made of"):
        residue_form("2**n")
    with pytest.raises(ArgumentError, match="what the symbols may be"):
        residue_form("max(n, 0)").value({n: -1})


def test_moduli_only_for_what_is_divided():
    assert needed_moduli([x // 4 + y], Setting()) == {x: 4}


LEAVES = st.one_of(st.sampled_from(["n", "x"]), st.integers(-5, 5).map(lambda v: f"({v})"))


def bigger(children):
    return st.one_of(
        st.tuples(children, st.sampled_from("+-"), children).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        st.tuples(st.sampled_from(["max", "min"]), children, children).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        st.tuples(st.sampled_from(["floor", "ceil"]), children, st.sampled_from([2, 3, 4])).map(
            lambda t: f"{t[0]}({t[1]}/{t[2]})"
        ),
        st.tuples(children, st.sampled_from([2, 3])).map(lambda t: f"mod({t[0]}, {t[1]})"),
        children.map(lambda t: f"abs({t})"),
    )


@settings(max_examples=40, deadline=None)
@given(st.recursive(LEAVES, bigger, max_leaves=4))
def test_random_expressions_equal_their_form(text):
    try:
        form = residue_form(text)
    except ArgumentError as error:
        assert "branches" in str(error)  # noqa: PT017 - the only excuse
        return
    assert form.check(300)
