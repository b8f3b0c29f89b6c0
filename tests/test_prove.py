"""Claims about integers: what is true is proved, what is false refuted, and each proof can be checked again."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Eq, Mod, ceiling, floor

from refconv import arithmetic as ar
from refconv.errors import ArgumentTypeError
from refconv.symbolic import Counterexample, Proof, Undecided, parse, prove, symbol
from refconv.symbolic.certificates import Work, contradiction
from refconv.symbolic.checking import ProofError, replay
from refconv.symbolic.evaluation import compiled, symbols_of
from refconv.symbolic.polynomials import Polynomial
from refconv.symbolic.steps import Both, Folded, Identity, Refutation, Remainders

n, m, k, s, t, d, p, a, lo, hi, h = map(symbol, ["n", "m", "k", "s", "t", "d", "p", "a", "lo", "hi", "h"])
x, y = map(symbol, "xy")

SPAN = ar.effective_kernel_size(k, d)

TRUE = {
    "two stride-2 layers are one of stride 4": (Eq(((n - 1) // 2 + 1 - 1) // 2 + 1, (n - 1) // 4 + 1),),
    "two strided layers are one of the product": (Eq(((n - 1) // s + 1 - 1) // t + 1, (n - 1) // (s * t) + 1),),
    "two layers, by output_size": (Eq(ar.output_size(ar.output_size(n, 1, s), 1, t), ar.output_size(n, 1, s * t)),),
    "ceil(h/2)": (Eq(ceiling(h / 2), (h - 1) // 2 + 1),),
    "ceil(n/s)": (Eq(ceiling(n / s), (n - 1) // s + 1),),
    "3x3 s2 p1 is 2x2 s2 with ceil_mode": (
        Eq(ar.output_size(n, 3, 2, 1, 1, 1), ar.pooled_output_size(n, 2, 2, ceil_mode=True)),
    ),
    "remainder": (Eq(n - 2 * (n // 2), Mod(n, 2)),),
    "division with remainder": (Eq(s * (x // s) + Mod(x, s), x),),
    "remainders are small": (sympy.Lt(Mod(x, s), s, evaluate=False),),
    "remainders are not negative": (sympy.Ge(Mod(x, s), 0, evaluate=False),),
    "halves": (Eq(n // 2 + (n + 1) // 2, n),),
    "thirds": (Eq(x // 3 + (x + 1) // 3 + (x + 2) // 3, x),),
    "nested floors": (Eq((n // 3) // 5, n // 15),),
    "nested floors with terms": (Eq((x // s + m) // t, (x + m * s) // (s * t)),),
    "multiples come out": (Eq((x + m * s) // s, x // s + m),),
    "SAME at stride 1": (parse("floor((n + floor((k-1)/2) + (k-1) - floor((k-1)/2) - k)/1) + 1 == n"),),
    "SAME gives ceil(n/s)": (Eq(ar.output_size(n, k, s, d, *ar.same_padding(n, k, s, d)), ceiling(n / s)),),
    "SAME_LOWER gives ceil(n/s)": (
        Eq(ar.output_size(n, k, s, d, *ar.same_padding(n, k, s, d, lower=True)), ceiling(n / s)),
    ),
    "SAME, in numbers": (Eq(ar.output_size(n, 3, 2, 1, *ar.same_padding(n, 3, 2)), ceiling(n / 2)),),
    "convolution undoes transposed": (
        Eq(ar.output_size(ar.transposed_output_size(n, k, s, d, lo, hi, a), k, s, d, lo, hi), n),
        a < s,
    ),
    "transposed undoes convolution": (
        Eq(ar.transposed_output_size(ar.output_size(n, k, s, d, p, p), k, s, d, p, p), n),
        Eq(Mod(n + 2 * p - SPAN, s), 0),
    ),
    "n//2 of odd sizes": (Eq(h // 2, (h - 1) // 2), Eq(Mod(h, 2), 1)),
    "odd kernels keep the size": (Eq(ar.output_size(n, k, 1, 1, k // 2, k // 2), n), Eq(Mod(k, 2), 1)),
    "SAME transposed gives n*s": (
        Eq(ar.transposed_output_size(n, k, s, d, *ar.same_transposed_padding(k, s, d)), n * s),
    ),
    "ceil_mode adds at most one": (
        sympy.Le(ar.pooled_output_size(n, k, s, 1, 0, 0, ceil_mode=True), ar.output_size(n, k, s) + 1, evaluate=False),
    ),
    "floors add up to at most the floor of the sum": (sympy.Ge((x + y) // s, x // s + y // s, evaluate=False),),
    "floors grow": (sympy.Le(x // s, y // s, evaluate=False), x <= y),
    "max and min": (Eq(sympy.Max(x, y) + sympy.Min(x, y), x + y),),
    "abs": (Eq(abs(x - y), sympy.Max(x, y) - sympy.Min(x, y)),),
    "a product of neighbours is even": (Eq(Mod(n * (n + 1), 2), 0),),
    "what contradicts itself allows everything": (Eq(n, 7), n >= 3, n <= 2),
    "small numbers are their own remainders": (Eq(Mod(n, s), n), n < s),
    "median of three, one way": (parse("max(min(x, y), min(y, n), min(n, x)) <= max(x, y)"),),
    "parity": (sympy.Ne(2 * x, 2 * y + 1, evaluate=False),),
    "apart": (sympy.Ge(abs(x - y), 1, evaluate=False), sympy.Ne(x, y)),
    "integers between": (Eq(x, 1), 3 * x >= 2, 3 * x <= 5),
    "a quotient of two numbers": (sympy.Ge(n * s / t, n, evaluate=False), s >= t),
}

FALSE = {
    "half twice": (Eq(n // 2 + n // 2, n),),
    "ceil is floor": (Eq(ceiling(n / s), n // s),),
    "torch.export's n//2 for odd sizes": (Eq(ceiling(h / 2), h // 2), Eq(Mod(h, 2), 1)),
    "SAME pads the same at every n": (Eq(ar.same_padding(n, 3, 2)[0], ar.same_padding(n + 1, 3, 2)[0]),),
    "SAME splits evenly": (Eq(*ar.same_padding(n, k, s)),),
    "SAME is k//2": (Eq(ar.same_padding(n, 3, 2)[0], 1),),
    "transposed always undoes": (Eq(ar.transposed_output_size(ar.output_size(n, k, s), k, s), n), n >= k),
    "output padding of a stride": (Eq(ar.output_size(ar.transposed_output_size(n, k, s, a=a), k, s), n), a <= s),
    "ceil_mode changes nothing": (Eq(ar.pooled_output_size(n, k, s, ceil_mode=True), ar.output_size(n, k, s)), n >= k),
    "floors add up": (Eq((x + y) // 2, x // 2 + y // 2),),
    "remainders add up": (Eq(Mod(x + y, s), Mod(x, s) + Mod(y, s)),),
    "far away": (sympy.Le(n // 2, 100_000, evaluate=False),),
    "far away in two": (sympy.Ne(7 * x + 5 * y, 100_003, evaluate=False), x >= 0, y >= 0),
    "no size is that": (sympy.Ne(Mod(n, 1000), 997, evaluate=False),),
    "strict": (sympy.Lt(Mod(x, s), s - 1, evaluate=False),),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_is_proved(name):
    claim, *assumptions = TRUE[name]
    answer = prove(claim, *assumptions)
    assert isinstance(answer, Proof), answer
    assert answer
    assert answer.check()
    assert str(answer)
    assert answer.to_dict()["verdict"] == "proved"
    assert answer.to_latex().count(r"\item") == len(answer.steps)


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted(name):
    claim, *assumptions = FALSE[name]
    answer = prove(claim, *assumptions)
    assert isinstance(answer, Counterexample), answer
    assert not answer
    assert answer.check()
    assert answer.lhs == compiled(claim.lhs, tuple(answer.assignment))(tuple(answer.assignment.values()))
    assert answer.to_dict()["verdict"] == "refuted"
    assert "fails at" in answer.to_latex()


def test_a_proof_is_written_out():
    assert str(prove("n//2 + (n+1)//2 == n")).splitlines() == [
        "floor(n/2) + floor(n/2 + 1/2) = n, proved:",
        "  1. Every integer n is 2*q + r with r from 0 to 1.",
        "  2. For n = 2*q: both sides are 2*q.",
        "  3. For n = 2*q + 1: both sides are 2*q + 1.",
    ]
    nested = prove(*TRUE["nested floors with terms"])
    assert "Nested floors are one floor" in nested.steps[0].reason
    assert "adds up to -1 >= 0" in str(prove(*TRUE["floors grow"]))


def test_claims_that_are_decided_or_several():
    assert isinstance(prove(True), Proof)
    assert prove(True).check()
    assert isinstance(prove(False), Counterexample)
    assert prove(False).check()
    both = prove("0 <= x mod s < s")
    assert isinstance(both, Proof)
    assert both.check()
    assert isinstance(prove("0 <= x mod s < s - 1"), Counterexample)
    assert isinstance(prove("n >= 1 and 2**n > n"), Undecided)
    assert prove("x >= 1", "x >= 1 and x <= 5")


def test_what_is_beyond_it_is_undecided_and_says_why():
    real = sympy.Symbol("v")
    for claim, why in (
        ("2**n > n", "is not made of"),
        ("x//y <= x", None),
        (Eq(sympy.floor(real) + 0 * n, sympy.floor(real) + sympy.sin(n) ** 2 - sympy.sin(n) ** 2 + n - n), None),
        (sympy.Ge(real**2, 0, evaluate=False), "is not declared an integer"),
    ):
        answer = prove(claim)
        if why:
            assert isinstance(answer, Undecided)
            assert why in answer.reason
            assert not answer
            assert answer.check()
            assert "?" in answer.to_latex()
            assert answer.to_dict()["verdict"] == "undecided"


def test_what_is_no_claim_is_refused():
    with pytest.raises(ArgumentTypeError, match="is not a claim"):
        prove(n + 1)
    with pytest.raises(ArgumentTypeError, match="is not a claim"):
        prove("n + 1")
    with pytest.raises(ArgumentTypeError, match="is not a claim"):
        prove(n <= 3, sympy.Or(n <= 3, n >= 5))


def test_assumptions_of_symbols_count():
    e = sympy.Symbol("e", even=True, positive=True)
    assert prove(sympy.Ge(e, 1, evaluate=False))
    refuted = prove(sympy.Ge(e, 4, evaluate=False))
    assert refuted.assignment == {e: 2}
    below = sympy.Symbol("below", integer=True, negative=True)
    assert prove(sympy.Le(below // 2, -1, evaluate=False))
    assert not prove(sympy.Le(below // 2, -2, evaluate=False))


def proofs():
    return [prove(*TRUE[name]) for name in ("halves", "floors grow", "max and min", "SAME gives ceil(n/s)", "apart")]


def test_a_step_that_was_tampered_with_is_found():
    for proof in proofs():
        assert proof.check()
        assert not replace(proof, steps=()).check()
        assert not replace(proof, steps=proof.steps[:-1]).check()
        assert not replace(proof, steps=proof.steps + proof.steps[-1:]).check()
        for i, step in enumerate(proof.steps):
            others = [
                replace(step, reason=step.reason + "!"),
                replace(step, expression=sympy.Integer(17)),
                replace(step, check=Folded()),
                replace(step, check=Both()) if step.check != Both() else replace(step, check=Identity()),
            ]
            if isinstance(step.check, Refutation):
                (c, which), *rest = step.check.terms
                others += [
                    replace(step, check=Refutation(((c + 1, which), *rest))),
                    replace(step, check=Refutation(((-c, which), *rest))),
                    replace(step, check=Refutation(((c, (99, *which[1:])), *rest))),
                    replace(step, check=Refutation(())),
                ]
            if isinstance(step.check, Remainders):
                others += [
                    replace(step, check=replace(step.check, modulus=1)),
                    replace(step, check=replace(step.check, modulus=0)),
                    replace(step, check=replace(step.check, modulus=True)),
                    replace(step, check=replace(step.check, quotient=step.check.symbol)),
                    replace(step, check=replace(step.check, quotient=sympy.Symbol("q", positive=True, integer=True))),
                ]
            for other in others:
                steps = (*proof.steps[:i], other, *proof.steps[i + 1 :])
                assert not replace(proof, steps=steps).check(), (step, other)


def test_a_proof_of_one_thing_is_none_of_another():
    claims = [(Eq(n // 2 + (n + 1) // 2, n + 1), ()), (Eq(n // 2 + n // 2, n), ()), (sympy.Ge(x // s, y // s), ())]
    for proof in proofs():
        for claim, assumptions in claims:
            assert not replace(proof, claim=claim, assumptions=assumptions).check()
    grow = prove(*TRUE["floors grow"])
    assert not replace(grow, assumptions=()).check()


def test_a_counterexample_that_was_tampered_with_is_found():
    found = prove("2*floor(n/2) == n")
    assert not replace(found, assignment={n: 2}).check()
    assert not replace(found, lhs=sympy.Integer(5)).check()
    assert not replace(found, assignment={n: -1}).check()
    assert not replace(found, assumptions=(n >= 5,)).check()


def test_the_checker_accepts_no_false_step():
    false = Eq(2 * floor(n / 2), n)
    for checks in (
        [Identity()],
        [Folded()],
        [Both(), Identity(), Identity()],
        [Refutation(((Fraction(1), (0,)),))],
        [],
    ):
        with pytest.raises(ProofError):
            replay(false, (), checks)


def test_a_proof_of_nothing_says_so():
    for asked in (("1 == 2", "n <= 0"), ("x == 5", "x % 2 == 0", "x % 2 == 1"), ("x == 1", "x < y", "y < x")):
        proof = prove(*asked)
        assert isinstance(proof, Proof)
        assert proof.is_empty
        assert proof.to_dict()["is_empty"]
        assert "what is assumed contradicts itself:" in str(proof)
    proof = prove("x >= 5", "x >= 5", "y < 3")
    assert not proof.is_empty
    assert "contradicts itself" not in str(proof)
    assert "is_empty" not in proof.to_dict()


def test_narrow_assumptions_are_searched_before_a_proof_is(monkeypatch):
    def never(*_):
        raise AssertionError("a proof of what is false was searched for")

    monkeypatch.setattr("refconv.symbolic.proving.find", never)
    found = prove("abs(floor(floor(x/t)/s))/6 <= ceil(-2/(s*t))", "x//2 == 3")
    assert isinstance(found, Counterexample)
    assert found.check()


def test_a_search_ends():
    """By what it has computed, not by the clock: this one would go on for most of a minute."""
    answer = prove("floor(ceil(max(5*n, floor(x/t))/4)/(s*t)) <= floor(ceil(max(5*n, ceil(x/t))/4)/(s*t))")
    assert isinstance(answer, (Undecided, Proof))
    facts = [Polynomial.variable(0).plus(-3), (-Polynomial.variable(0)).plus(2)]
    assert contradiction(facts) == contradiction(facts, Work(1000)) == ({0: 1, 1: 1}, None)
    assert contradiction(facts, Work(10)) == (None, None)


def test_a_bound_variable_is_beyond_it():
    answer = prove(Eq(sympy.Sum(x, (x, 1, n)), n * (n + 1) / 2, evaluate=False))
    assert isinstance(answer, Undecided)
    assert "Sum" in answer.reason


def test_sympys_own_slip_is_not_repeated():
    """sympy 1.14 takes Max(4, 2*n)/6 for an integer; a claim in text does not pass through that."""
    claim = "floor(max(2*n, 4)/6) == max(2*n, 4)/6"
    answer = prove(claim)
    assert isinstance(answer, Counterexample)
    assert answer.check()
    assert prove("ceil(abs(-2*y)/6) == ceil(max(-2*y, 2*y)/6)")


def test_multipliers_add_up_to_a_contradiction():
    u, v = Polynomial.variable(0), Polynomial.variable(1)
    facts = [u - v, v.plus(-4), (-u).plus(2)]
    multipliers, point = contradiction(facts)
    assert point is None
    added = Polynomial({})
    for i, c in multipliers.items():
        assert c > 0
        added += facts[i].scaled(c)
    assert added == Polynomial.constant(-1)


@given(st.lists(st.tuples(*(st.integers(-4, 4),) * 4), min_size=1, max_size=7))
def test_either_multipliers_or_a_point(rows):
    facts = [Polynomial({(): c, **{(i,): v for i, v in enumerate(row)}}) for c, *row in rows]
    multipliers, point = contradiction(facts)
    assert (multipliers is None) != (point is None)
    if point is not None:
        for c, *row in rows:
            assert c + sum(v * point.get((i,), 0) for i, v in enumerate(row)) >= 0


# Random claims against brute force. The tree is evaluated by Python; sympy sees only the text of it.

LEAVES = st.one_of(st.sampled_from(["n", "k", "x", "y"]), st.integers(-4, 6))


def bigger(children):
    divisors = st.one_of(st.sampled_from([2, 2, 3, 4, 6]), st.sampled_from(["s", "t"]))
    return st.one_of(
        st.tuples(st.sampled_from(["+", "-", "min", "max"]), children, children),
        st.tuples(st.sampled_from(["//", "ceil", "mod"]), children, divisors),
        st.tuples(st.just("*"), st.one_of(st.integers(-3, 3), st.just("s")), children),
    )


TREES = st.recursive(LEAVES, bigger, max_leaves=5)
RELATIONS = ["==", "==", "<=", ">=", "<", ">", "!="]


def written(tree):
    if not isinstance(tree, tuple):
        return f"({tree})"
    op, left, right = tree
    if op in ("min", "max", "mod"):
        return f"{op}({written(left)}, {written(right)})"
    return f"ceil({written(left)}/{written(right)})" if op == "ceil" else f"({written(left)} {op} {written(right)})"


def valued(tree, at):
    if not isinstance(tree, tuple):
        return at.get(tree, tree)
    op, left, right = tree[0], valued(tree[1], at), valued(tree[2], at)
    return {
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "//": lambda: left // right,
        "ceil": lambda: -(-left // right),
        "mod": lambda: left % right,
        "min": lambda: min(left, right),
        "max": lambda: max(left, right),
    }[op]()


def holds(relation, left, right):
    return {
        "==": left == right,
        "!=": left != right,
        "<=": left <= right,
        ">=": left >= right,
        "<": left < right,
        ">": left > right,
    }[relation]


def rewritten(tree):
    """The same by other words, so that many claims are true."""
    if not isinstance(tree, tuple):
        return tree
    op, left, right = tree[0], rewritten(tree[1]), rewritten(tree[2])
    if op == "//":
        return ("-", ("ceil", ("+", left, 1), right), 1)
    if op == "ceil":
        return ("+", ("//", ("-", left, 1), right), 1)
    if op == "mod":
        return ("-", left, ("*", right, ("//", left, right)) if isinstance(right, int | str) else tree)
    return ("-", ("+", left, right), ("min", left, right)) if op == "max" else (op, left, right)


BOX = {"n": range(1, 9), "k": range(1, 7), "x": range(-6, 7), "y": range(-6, 7), "s": range(1, 5), "t": range(1, 5)}


def against_brute_force(left, relation, right):
    text = f"{written(left)} {relation} {written(right)}"
    names = sorted({name for name in BOX if f"({name})" in text})
    wrong = None
    for values in itertools.product(*(BOX[name] for name in names)):
        at = dict(zip(names, values, strict=True))
        if not holds(relation, valued(left, at), valued(right, at)):
            wrong = at
            break
    answer = prove(text)
    if isinstance(answer, Proof):
        assert wrong is None, (text, wrong)
        assert answer.check()
    elif isinstance(answer, Counterexample):
        at = dict.fromkeys(names, 1) | {x.name: value for x, value in answer.assignment.items()}
        assert not holds(relation, valued(left, at), valued(right, at))
    else:
        assert wrong is None, (text, wrong, answer)
        assert symbols_of(answer.claim)


@settings(max_examples=25, deadline=None)
@given(TREES, st.sampled_from(RELATIONS), TREES)
def test_random_claims_agree_with_brute_force(left, relation, right):
    against_brute_force(left, relation, right)


@settings(max_examples=25, deadline=None)
@given(TREES, st.sampled_from(["==", "<=", ">=", "<"]), st.sampled_from([0, 0, 1]))
def test_random_rewritings_agree_with_brute_force(tree, relation, more):
    against_brute_force(tree, relation, ("+", rewritten(tree), more))


@pytest.mark.slow
@settings(max_examples=2000, deadline=None)
@given(TREES, st.sampled_from(RELATIONS), TREES, st.booleans())
def test_many_random_claims_agree_with_brute_force(left, relation, right, same):
    against_brute_force(left, relation, rewritten(left) if same else right)
