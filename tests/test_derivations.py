"""Every step of every derivation is checked, wrong ones are noticed, and the pages in docs/ are what comes out."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path

import pytest
import sympy

from refconv import arithmetic as ar
from refconv.arithmetic import covers
from refconv.errors import ArgumentError
from refconv.symbolic.derivations import DERIVATIONS, derive
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import AXIS, fits, triples, windows
from refconv.symbolic.derivations.record import Derivation, DerivationError, Step, numbered
from refconv.symbolic.symbols import symbol
from tests import pages

DOCS = Path(__file__).parent.parent / "docs"
sys.path.insert(0, str(DOCS))

import build_derivations as build  # noqa: E402 - what writes the pages
from writing import differences  # noqa: E402

PAGES = sorted((DOCS / "derivations").glob("*.md"))

SYMBOLIC = {
    "output_size": lambda *a: {"out": ar.output_size(*a)},
    "transposed_size": lambda *a: {"out": ar.transposed_output_size(*a)},
    "pooled_size": lambda *a: {"out": ar.pooled_output_size(*a, ceil_mode=True)},
    "inflated_kernel": lambda *a: {"span": ar.effective_kernel_size(*a)},
    "same_padding": lambda *a: dict(zip(("lo", "hi"), ar.same_padding(*a), strict=True)),
    "receptive_field": lambda *a: {
        key: getattr(ar.receptive_field([ar.Layer(*a)]), key) for key in ("size", "jump", "padding")
    },
}
"""What the functions return for symbols; the results must be just that."""


@cache
def checked(name):
    """Check a derivation once for all the tests here."""
    return derive(name).check()


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_step_holds(name):
    derivation, found = derive(name), checked(name)
    assert len(found) == len(derivation.steps) >= 2
    assert all(outcome.holds for outcome in found)
    assert all(outcome.cases > 0 for outcome in found if outcome.how == "count")
    assert sum(outcome.cases for outcome in found) > 100 or not any(outcome.how == "count" for outcome in found)


@pytest.mark.parametrize("name", DERIVATIONS)
def test_records_are_whole(name):
    derivation = derive(name)
    assert derivation.name == name
    assert [step.number for step in derivation.steps] == list(range(1, len(derivation.steps) + 1))
    assert derivation.title
    assert derivation.statement.endswith((".", "?"))
    for step in derivation.steps:
        assert step.reason.endswith((".", ":", "?")), step.reason
        assert step.latex
    known = {*derivation.arguments, *map(str, derivation.where)}
    for value in (*derivation.where.values(), *derivation.result.values()):
        assert all(free in known or str(free) in known for free in sympy.sympify(value).free_symbols), value
    assert len(set(derivation.arguments)) == len(derivation.arguments)
    values = [sympy.sympify(value) for value in (*derivation.where.values(), *derivation.result.values())]
    assert set(derivation.arguments) <= set().union(*(value.free_symbols for value in values)), "each counts"
    assert set(derivation.see_also) <= set(DERIVATIONS) - {name}
    if derivation.function:
        module, _, function = derivation.function.rpartition(".")
        owner, _, kind = module.rpartition(".")
        found = getattr(sys.modules.get(module), function, None) or getattr(
            getattr(sys.modules.get(owner), kind, None), function, None
        )
        assert callable(found), derivation.function


@pytest.mark.parametrize("name", SYMBOLIC)
def test_results_are_what_the_functions_return_for_symbols(name):
    derivation = derive(name)
    undone = {sympy.Symbol(word, integer=True): value for word, value in derivation.where.items()}
    ours = {key: value.subs(undone) for key, value in derivation.result.items()}
    assert ours == SYMBOLIC[name](*derivation.arguments)


def test_names_are_loaded_lazily_and_mended():
    with pytest.raises(ArgumentError, match="no derivation of 'outputsize'") as caught:
        derive("outputsize")
    assert derive(**caught.value.fixes[0]).name == "output_size"
    with pytest.raises(ArgumentError, match="no derivation") as caught:
        derive("???")
    assert not caught.value.fixes
    for name in ("winograd_0_3", "winograd_10_3", "winograd_2_3_4"):
        with pytest.raises(ArgumentError):
            derive(name)


@pytest.mark.parametrize("name", ["winograd_1_1", "winograd_1_3", "winograd_3_2", "winograd_5_1", "winograd_2_5"])
def test_other_tiles_are_derived_on_demand(name):
    derivation = derive(name)
    assert all(outcome.holds for outcome in derivation.check())
    assert derivation.name == name


# Checks notice what is wrong


def with_check(check):
    return Derivation("wrong", "Wrong", "Wrong.", numbered([("Because.", "1 = 1", check)]), {}, ())


def test_wrong_algebra_is_noticed():
    n, s = symbol("n"), symbol("s")
    assert Algebra(((n + 1) ** 2, n**2 + 2 * n + 1), (n / s, 1 / (s / n))).run().holds
    for left, right in (((n + 1) ** 2, n**2 + 1), (n / s, s / n), (sympy.floor(n / 2), n / 2)):
        outcome = Algebra((n, n), (left, right)).run()
        assert not outcome.holds
        with pytest.raises(DerivationError, match="step 1 does not hold"):
            with_check(Algebra((left, right))).check()


def test_wrong_claims_are_not_proved():
    n = symbol("n")
    assert Proved(sympy.Eq(n - 2 * sympy.floor(n / 2), sympy.Mod(n, 2))).run().holds
    for claim in (sympy.Eq(2 * sympy.floor(n / 2), n), sympy.Lt(sympy.floor(n / 2), n / 2)):
        with pytest.raises(DerivationError, match="does not hold"):
            with_check(Proved(claim)).check()
    assert Proved(sympy.Eq(2 * sympy.floor(n / 2), n), given=[sympy.Eq(sympy.Mod(n, 2), 0)]).run().holds


def test_wrong_counts_are_noticed():
    outcome = Counted(lambda n, k: n + k != 7, n=range(5), k=range(5)).run()
    assert not outcome.holds
    assert outcome.said == "it fails at n = 3, k = 4"
    nothing = Counted(lambda n: None, n=range(5)).run()
    assert not nothing.holds, "a step about no case at all is no step"
    assert Counted(lambda n: True if n % 2 else None, "n odd", n=range(-2, 3)).run().said == (
        "counted: 2 cases, n = −2…2 (n odd)"
    )


BROKEN = {
    "one too many": lambda n, k, s=1, d=1, lo=0, hi=0: (n + lo + hi - d * (k - 1)) // s + 1,
    "rounded up": lambda n, k, s=1, d=1, lo=0, hi=0: -(-(n + lo + hi - d * (k - 1) - 1) // s) + 1,
    "dilation ignored": lambda n, k, s=1, d=1, lo=0, hi=0: (n + lo + hi - k) // s + 1,
}


@pytest.mark.parametrize("defect", BROKEN)
@pytest.mark.parametrize("name", ["output_size", "transposed_size", "weight_gradient"])
def test_a_defect_in_the_arithmetic_would_be_noticed(name, defect, monkeypatch):
    """The steps hang on the functions: with a wrong one a derivation does not go through."""
    for place in ("geometry", "sizes"):
        monkeypatch.setattr(f"refconv.arithmetic.{place}.output_size", BROKEN[defect])
    monkeypatch.setattr(f"refconv.symbolic.derivations.{name}.output_size", BROKEN[defect], raising=False)
    with pytest.raises(DerivationError):
        derive(name).check()


def one_more(value):
    """Return a result that is wrong by one."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, tuple) and len(value) == 2 and hasattr(value[0], "advance"):  # a join: field and alignment
        field, alignment = value
        return (replace(field, advance=field.advance + 1) if field.defined else field), alignment
    for part in ("size", "variance", "macs"):
        if hasattr(value, part):
            return replace(value, **{part: getattr(value, part) + 1})
    if isinstance(value, dict):
        return {place + 1: count for place, count in value.items()}
    return (value[0] + 1, *value[1:]) if isinstance(value, tuple) else value + 1


NOTICED_BY = {
    "effective_kernel_size": "inflated_kernel",
    "read_position": "output_size",
    "transposed_output_size": "transposed_size",
    "pooled_output_size": "pooled_size",
    "same_padding": "same_padding",
    "full_padding": "input_gradient",
    "receptive_field": "halo",
    "join": "receptive_field_graph",
    "effective_field": "effective_field",
    "influence": "effective_field",
    "covers": "gridding",
    "convolution_cost": "im2col",
    "separable_cost": "separable_cost",
}


@pytest.mark.parametrize("function", NOTICED_BY)
def test_a_function_wrong_by_one_is_noticed(function, monkeypatch):
    right = getattr(ar, function)
    derive(NOTICED_BY[function])  # its modules are there
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith("refconv") and module.__dict__.get(function) is right:
            monkeypatch.setattr(module, function, lambda *a, **k: one_more(right(*a, **k)))
    with pytest.raises(DerivationError):
        derive(NOTICED_BY[function]).check()


def test_columns_are_not_compared_with_themselves(monkeypatch):
    monkeypatch.setattr(ar.Axis, "read", lambda axis, i, m: i * axis.s + m * axis.d - axis.lo + (m > 1))
    with pytest.raises(DerivationError, match="step 1 does not hold"):
        derive("im2col").check()


def test_a_failed_step_says_where():
    derivation = derive("halo")
    wrong = replace(derivation.steps[1], check=Algebra((1, 2)))
    broken = replace(derivation, steps=(derivation.steps[0], wrong, *derivation.steps[2:]))
    with pytest.raises(DerivationError, match=r"derive\('halo'\): step 2 does not hold"):
        broken.check()
    assert isinstance(wrong, Step)


# The definition that the steps count by, and what they claim, once more and independently


def test_the_list_of_triples_is_the_definition():
    for n, k, s, d, lo, hi in product(range(1, 6), range(1, 4), range(1, 4), range(1, 3), range(-1, 3), range(-1, 3)):
        axis = ar.Axis(n, k, s, d, lo, hi)
        if not fits(axis):
            continue
        expected = [
            (i, m, i * s + m * d - lo)
            for i in range(99)
            if i * s + (k - 1) * d <= n + lo + hi - 1
            for m in range(k)
            if 0 <= i * s + m * d - lo < n
        ]
        assert list(triples(axis)) == expected
        assert windows(axis) == axis.out
    assert AXIS.span.free_symbols == {symbol("k"), symbol("d")}


def test_gridding_condition_beyond_the_counted_range():
    condition = derive("gridding").result["full"]
    arguments = derive("gridding").arguments
    asked = sympy.lambdify(arguments, condition, "math")
    for k1, k2, d1, d2, d3 in product((2, 5), (3, 4), (1, 2), (1, 4, 5, 6), (4, 9, 17, 18, 40)):
        if d1 <= d2 <= d3:
            layers = [ar.Layer(k1, d=d1), ar.Layer(k2, d=d2), ar.Layer(3, d=d3)]
            read = {a * d1 + b * d2 + c * d3 for a in range(k1) for b in range(k2) for c in range(3)}
            full = read == set(range(max(read) + 1))
            assert bool(asked(k1, k2, d1, d2, d3)) == full == covers(layers)


# Pages


def test_committed_pages_are_what_is_generated(monkeypatch):
    monkeypatch.setattr(build, "checked", lambda derivation: checked(derivation.name))
    assert differences(build.files(build.pages())) == [], "run make docs-derivations"


def test_the_builder_checks_and_shows_progress(capsys):
    derivation = derive("bias_gradient")
    assert build.checked(derivation) == checked("bias_gradient")
    shown = capsys.readouterr()
    assert shown.out == ""
    assert re.fullmatch(r"bias_gradient: 1 step multiplied out, 1 counted through 258 cases \(\d+\.\d s\)\n", shown.err)


def test_a_changed_a_missing_and_a_forgotten_page_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "FOLDER", tmp_path)
    wanted = {"README.md": "a\nb\n", "halo.md": "c\n"}
    monkeypatch.setattr(build, "pages", lambda: wanted)
    monkeypatch.setattr(sys, "argv", ["build_derivations.py"])
    (tmp_path / "old.md").write_text("x\n", encoding="utf-8")
    assert build.main() == 0
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"README.md": b"a\nb\n", "halo.md": b"c\n"}
    monkeypatch.setattr(sys, "argv", ["build_derivations.py", "--check"])
    assert build.main() == 0
    (tmp_path / "README.md").write_bytes(b"a\r\nb\r\n")
    assert build.main() == 1
    (tmp_path / "README.md").write_text("a\nB\n", encoding="utf-8")
    (tmp_path / "halo.md").unlink()
    (tmp_path / "old.md").write_text("x\n", encoding="utf-8")
    told = "\n".join(differences(build.files(wanted)))
    for line in ("-B", "+b", "+c", "-x"):
        assert line in told.splitlines()
    assert build.main() == 1


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    assert pages.broken(page) == []


def test_there_is_a_page_for_every_derivation():
    assert {page.stem for page in PAGES} == {"README", *DERIVATIONS}
