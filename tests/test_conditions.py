"""The conditions of the inverse problems: each claim is proved, and tried with numbers; false ones are refuted."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
import sympy

from refconv.arithmetic import inverse, output_size
from refconv.errors import ArgumentError
from refconv.symbolic.conditions import CONDITIONS, Claim, condition
from refconv.symbolic.proof import Counterexample
from refconv.symbolic.proving import prove
from refconv.symbolic.symbols import symbol

CLAIMS = [pytest.param(claim, id=f"{name}: {claim.words}") for name in CONDITIONS for claim in condition(name).claims]


@pytest.mark.parametrize("claim", CLAIMS)
def test_each_claim_is_proved(claim):
    proof = claim.prove()
    assert proof, proof
    assert proof.check()


@pytest.mark.parametrize("claim", CLAIMS)
def test_each_claim_holds_for_numbers(claim):
    symbols = sorted(claim.relation.free_symbols, key=str)
    most = {1: 30, 2: 20, 3: 10, 4: 6}.get(len(symbols), 4)
    cases = list(product(*(range(1 if x.is_positive else 0, most) for x in symbols)))
    tried = 0
    for numbers in Random(4).sample(cases, min(len(cases), 120)):  # noqa: S311 - a sample, no secret
        at = dict(zip(symbols, numbers, strict=True))
        if all(assumed.subs(at) == sympy.true for assumed in claim.assumptions):
            sides = (side.subs(at) for side in claim.relation.args)
            assert claim.relation.func(*sides) == sympy.true, at
            tried += 1
    assert tried > 20 or len(symbols) < 2


def test_what_is_false_is_refuted():
    for name, which in (("inputs", 0), ("strided", 0), ("strided", 2), ("strided", 3)):  # these need their assumptions
        claim = condition(name).claims[which]
        assert isinstance(Claim(claim.words, claim.relation).prove(), Counterexample)
    k, s, d, j = map(symbol, "ksdj")
    total = inverse.preserving_padding(k, d)
    assert isinstance(prove(output_size(1, k, s, d, total - j, 0) <= 0), Counterexample)
    assert isinstance(prove(output_size(s, k, s, d, total + j, 0) >= 2), Counterexample)
    assert isinstance(prove(sympy.Eq(output_size(j + 1, k, s, d, total, 0), (j + 1) // s)), Counterexample)


def test_the_sentences_agree_with_the_searches():
    for n, k, d in product(range(1, 9), range(1, 6), range(1, 5)):
        exists = bool(inverse.symmetric_paddings(n, n, k, 1, d))
        assert exists == (k % 2 == 1 or d % 2 == 0)
        for s in (2, 3):
            kept = [set(inverse.symmetric_paddings(n + more, n + more, k, s, d)) for more in range(3)]
            assert kept[0]
            assert not kept[0] & kept[2]


def test_an_unknown_name_is_refused():
    with pytest.raises(ArgumentError, match="There are: inputs, same, span, strided, symmetric"):
        condition("causal")
