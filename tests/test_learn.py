"""The exercises: what is right passes, and every wrong idea is rejected and gets its own name."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from refconv.errors import ArgumentError
from refconv.learn import Exercise, Misconception, Question, call, exercise, exercises
from refconv.learn.checking import ALWAYS
from refconv.learn.outcomes import Outcome, outcome_of, same

ALL = exercises()
IDEAS = [(each, idea) for each in ALL for idea in each.misconceptions]
NOTEBOOKS = Path(__file__).parent.parent / "notebooks"


def named(each):
    return each.name


@pytest.fixture(params=ALL, ids=named)
def each(request):
    """An exercise as it is in a new session: a guess or a hint given elsewhere is forgotten."""
    about = request.param
    about.predict()
    about._hinted = 0
    return about


def test_there_are_enough():
    assert len(ALL) >= 40
    assert len(IDEAS) >= 150


def test_what_is_right_passes(each):
    verdict = each.check(each.right() if isinstance(each, Question) else each.right)
    assert verdict.passed, verdict
    assert verdict.right == verdict.cases == len(list(each.cases()))


def test_the_stub_fails_as_not_written(each):
    space = {}
    exec(each.stub, space)  # noqa: S102 - the source that learners begin with
    verdict = each.check(space["answer"] if isinstance(each, Question) else space[each.right.__name__])
    assert not verdict.passed
    assert verdict.cause == "not written yet"


@pytest.mark.parametrize(("about", "idea"), IDEAS, ids=[f"{each.name}: {idea.name}" for each, idea in IDEAS])
def test_a_misconception_is_rejected_and_named(about, idea):
    verdict = about.check(idea.answer)
    assert not verdict.passed
    assert (verdict.cause, verdict.sentence) == (idea.name, idea.sentence)
    assert verdict.right < verdict.cases


def test_no_two_misconceptions_give_the_same(each):
    cases = list(each.cases())
    results = [[outcome_of(idea.function, given) for given in cases] for idea in each.misconceptions]
    for number, one in enumerate(results):
        for other in results[:number]:
            assert not all(map(same, one, other)), (each.misconceptions[number].name, each.name)


def test_any_other_wrong_answer_gets_an_honest_unknown(each):
    """Right but for one call: no idea of ours does that."""
    if isinstance(each, Question):
        verdict = each.check(-987654321.25)
        assert verdict.got == "-987654321.25"
    else:
        last = list(each.cases())[-1]

        def off_at_the_end(*args, **kwargs):
            return "lost" if same(args, last.args) and same(kwargs, dict(last.kwargs)) else each.right(*args, **kwargs)

        verdict = each.check(off_at_the_end)
        assert verdict.where == f"{each.right.__name__}({last})"
        assert verdict.got == "'lost'"
        assert verdict.expected == str(outcome_of(each.right, last))
    assert not verdict.passed
    assert verdict.cause == ""
    assert "cause unknown" in str(verdict)


def test_it_reads_well(each):
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", each.name)
    assert each.task.endswith((".", "?"))
    assert each.hints
    assert all(hint.endswith((".", "?")) for hint in each.hints)
    names = [idea.name for idea in each.misconceptions]
    assert len(set(names)) == len(names) >= 3
    assert not {*names} & {*ALWAYS}
    for idea in each.misconceptions:
        assert idea.sentence.endswith("."), idea.name
        assert 40 <= len(idea.sentence) <= 400, idea.name


def test_smallest_cases_come_first(each):
    """So that the counterexample is small: the first case is no larger than the last."""
    cases = list(each.cases())

    def size(given):
        return sum(np.size(value) for value in [*given.args, *given.kwargs.values()])

    assert size(cases[0]) <= size(cases[-1])


def test_a_guess_is_kept_and_compared(each):
    true = outcome_of(each.right, each.ask)
    assert true.error is None
    each.predict(true.value)
    assert "was right" in str(each.reveal())
    each.predict("no such thing")
    assert "You guessed 'no such thing'" in str(each.reveal())
    each.predict()
    assert "No guess was kept" in str(each.reveal())


def test_hints_follow_each_other_and_the_solution_can_be_read(each):
    told = [str(each.hint()) for _ in range(len(each.hints) + 2)]
    assert told[-1] == told[-2] == told[len(each.hints) - 1]
    assert len(set(told)) == len(each.hints)
    assert each.right.__name__ in str(each.solution()) or isinstance(each, Question)
    assert each.solution()._repr_html_().count("<pre") == 1


def test_each_is_in_its_notebook(each):
    (path,) = NOTEBOOKS.glob(f"{each.chapter:02d}_*.md")
    text = path.read_text(encoding="utf-8")
    assert f'exercise("{each.name}")' in text
    assert each.stub in text


WINDOWS = Exercise(
    "windows",
    1,
    "Windows",
    "How many?",
    lambda n, k: n - k + 1,
    lambda: [call(n, k) for k in range(1, 4) for n in range(k, 8)],
    (Misconception("forgets one", "x", lambda n, k: n - k),),
    ("No.",),
)


def test_what_can_go_wrong_anywhere_is_named():
    def written(fn):
        return WINDOWS.check(fn).cause

    assert written(lambda n, k: float(n - k + 1)) == "a whole number as a float"
    assert written(lambda n: n) == "cannot be called like that"
    assert written(lambda n, k: None) == "not written yet"
    assert written(...) == "not written yet"

    def unwritten(n, k):
        raise NotImplementedError

    assert written(unwritten) == "not written yet"
    doubled = Exercise(
        "twice", 1, "", "", lambda x: 2 * x, lambda: [call(np.arange(3))], WINDOWS.misconceptions, ("No.",)
    )

    def in_place(x):
        x *= 2
        return x

    assert doubled.check(in_place).cause == "writes to its input"
    assert doubled.check(lambda x: [0, 2, 4]).passed


def test_what_raises_is_shown_not_raised():
    verdict = WINDOWS.check(lambda n, k: n // 0)
    assert not verdict
    assert verdict.got.startswith("ZeroDivisionError")
    assert WINDOWS.check(lambda n, k: n + "1").cause == "", "a TypeError of its own is no wrong call"


def test_what_leaves_is_a_wrong_answer_and_no_end():
    """`refconv learn --check` would end with exit code 0."""

    def leaves(n, k):
        raise SystemExit(0)

    verdict = WINDOWS.check(leaves)
    assert not verdict
    assert verdict.got == "SystemExit: 0"


def test_an_interrupt_is_passed_on():
    def waits(n, k):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        WINDOWS.check(waits)


class Unshown:
    """What raises whatever is done with it."""

    __hash__ = None

    def __repr__(self):
        raise ValueError

    def __eq__(self, other):
        raise ValueError


class UnsaidError(Exception):
    def __str__(self):
        raise ValueError


ITSELF: list[object] = []
ITSELF.append(ITSELF)
STRANGE = {
    "text of NumPy": np.str_("a"),
    "array of text": np.array(["a", "b"]),
    "array with None": np.array([None, 1]),
    "array with text": np.array(["a", 1], dtype=object),
    "date": np.datetime64("2020"),
    "decimal": Decimal("1.5"),
    "many digits": 10**5000,
    "no repr, no ==": Unshown(),
    "a list in itself": ITSELF,
    "ragged": [[1], [1, 2]],
    "a partial function": partial(int),
    "a generator": (n for n in range(3)),
    "a long list": [0] * 10**5,
    "infinity": np.inf,
    "nan": np.nan,
}
FLOATS = Exercise(
    "floats",
    1,
    "",
    "",
    lambda x: x / 2,
    lambda: [call(np.arange(n)) for n in (1, 2)],
    (Misconception("x", "x.", lambda x: x / 4),),
    ("No.",),
    call(np.arange(2)),
)
HALF = Question("half", 1, "", "", lambda: 1 / 3, lambda: [call()], (Misconception("x", "x.", 1 / 7),), ("No.",))


@pytest.mark.parametrize("about", [WINDOWS, FLOATS, HALF], ids=named)
@pytest.mark.parametrize("value", STRANGE.values(), ids=STRANGE)
def test_strange_values_are_wrong_and_nothing_worse(about, value):
    verdict = about.check(value if isinstance(about, Question) else lambda *_: value)
    assert not verdict
    assert verdict.cause == ""
    assert len(verdict._repr_html_()) < 3000
    about.predict(value)
    assert "You guessed" in str(about.reveal())
    about.predict()


def test_an_exception_that_cannot_be_shown():
    def unsaid(n, k):
        raise UnsaidError

    assert WINDOWS.check(unsaid).got == "UnsaidError: UnsaidError that cannot be shown"


def test_results_are_kept_as_they_were():
    """An array that is written to by the next call is right if it was right."""
    result = np.zeros(2)

    def reuses(x):
        np.divide(x, 2, out=result[: len(x)])
        return result[: len(x)]

    assert FLOATS.check(reuses).passed


def test_a_number_may_be_rounded_to_three_digits():
    assert HALF.check(0.333).passed
    assert HALF.check(0.3333333).passed
    assert not HALF.check(0.33).passed
    assert not HALF.check(0.334).passed
    verdict = HALF.check(0.143)
    assert (verdict.cause, verdict.got) == ("x", "0.143")
    HALF.predict(0.333)
    assert "was right" in str(HALF.reveal())
    HALF.predict()


def test_a_guess_may_be_an_array():
    for guess in (np.array([0, 0.5]), [0, 0.5], (0.0, 0.5)):
        FLOATS.predict(guess)
        assert "was right" in str(FLOATS.reveal())
    FLOATS.predict()


def test_what_is_no_function_is_refused():
    with pytest.raises(ArgumentError, match="Give the function itself"):
        WINDOWS.check(5)


def test_an_exercise_that_is_not_there():
    with pytest.raises(ArgumentError, match="output-size"):
        exercise("outputsize")


def test_outcomes_are_compared_as_a_learner_would():
    assert same(Outcome(3), Outcome(np.int64(3)))
    assert not same(Outcome(3), Outcome(None))
    assert not same(np.zeros((2, 1)), np.zeros(2))
    assert same(np.array([1.0, 1e-12]), np.array([1.0, 0.0]))
    assert not same(np.array([1.0, 1e-6]), np.array([1.0, 0.0]))
    assert same({"a": [1, 2]}, {"a": (1, 2)})
    assert not same("a", 1)
    assert same(np.nan, np.nan)
    assert same(Outcome(error=ValueError("a")), Outcome(error=ValueError("b")))
    assert not same(Outcome(error=ValueError("a")), Outcome(error=KeyError("a")))


def test_verdicts_as_html_escape_what_they_show():
    verdict = WINDOWS.check(lambda n, k: "<b>")
    assert "&lt;b&gt;" in verdict._repr_html_()
    assert "<b>'" not in verdict._repr_html_()
    assert verdict.as_json()["passed"] is False
