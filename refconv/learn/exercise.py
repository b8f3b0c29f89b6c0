"""What an exercise consists of, and what a learner can do with it."""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from refconv.errors import ArgumentError
from refconv.learn.checking import judge
from refconv.learn.guesses import compared, is_left_out, meant
from refconv.learn.outcomes import Call, Outcome, shown
from refconv.learn.verdict import Page, Verdict

NOTHING = Call()

__all__ = ["Exercise", "Misconception", "Question", "call"]


def call(*args: Any, **kwargs: Any) -> Call:
    """Return arguments that an answer is tried with.

    Examples
    --------
    >>> print(call(7, 3, stride=2))
    7, 3, stride=2
    """
    return Call(args, kwargs)


@dataclass(frozen=True, slots=True)
class Misconception:
    """One wrong idea, and what somebody who has it would answer.

    Attributes
    ----------
    name : str
        A few words, unique within the exercise: "forgets the last window".
    sentence : str
        What is told: which idea gives exactly this answer, and what is true instead.
    answer : callable or number
        The function that this idea leads to, or the number.

    Examples
    --------
    >>> Misconception("forgets the last window", "The first window counts too: add 1.", lambda n, k: n - k).answer(5, 3)
    2
    """

    name: str
    sentence: str
    answer: Any

    @property
    def function(self) -> Callable[..., Any]:
        """The answer as a function, also where it is a number."""
        return self.answer if callable(self.answer) else lambda: self.answer


@dataclass(slots=True, repr=False)
class Exercise:
    """A function to write: predict what it returns, write it, have it checked, see a solution.

    Attributes
    ----------
    name : str
        By which `refconv.learn.exercise` finds it.
    chapter : int
        The notebook it belongs to.
    title, task : str
        What to do; `task` may use Markdown and LaTeX.
    right : callable
        A solution, written to be read.
    cases : callable
        Returns calls to try an answer with, the smallest first.
    misconceptions : tuple of Misconception
        Each gives other results than `right`, and than each other, on some of the cases.
    hints : tuple of str
        From the gentlest to nearly the answer.
    ask : Call
        The arguments whose result is to be predicted.

    Examples
    --------
    >>> off = Misconception("forgets the last window", "The first window counts too: add 1.", lambda n, k: n - k)
    >>> windows = Exercise(
    ...     "windows",
    ...     1,
    ...     "Windows",
    ...     "How many windows of `k` fit in `n`?",
    ...     right=lambda n, k: n - k + 1,
    ...     cases=lambda: [call(n, k) for k in range(1, 4) for n in range(k, 8)],
    ...     misconceptions=(off,),
    ...     hints=("Where does the last one start?",),
    ...     ask=call(7, 3),
    ... )
    >>> windows.check(lambda n, k: n - k).cause
    'forgets the last window'
    >>> bool(windows.check(lambda n, k: 1 + (n - k)))
    True
    """

    name: str
    chapter: int
    title: str
    task: str
    right: Callable[..., Any]
    cases: Callable[[], Iterable[Call]]
    misconceptions: tuple[Misconception, ...]
    hints: tuple[str, ...]
    ask: Call = NOTHING
    _guess: Any = field(default=..., init=False)
    _hinted: int = field(default=0, init=False)

    def predict(self, guess: Any = ...) -> Page:
        """Keep a typed guess of what the function returns for `ask`; `check` and `reveal` compare it with the truth."""
        self._guess = guess
        if is_left_out(guess):
            return Page(f"No guess yet. {self._asked()}")
        return Page(f"Kept: your guess is {shown(guess)}. It is compared when you check your answer.")

    def check(self, answer: Any) -> Verdict:
        """Return whether an answer is right, and if it is not, which idea leads to it and where it shows."""
        verdict = judge(self, self._callable(answer))
        return replace(verdict, guess=compared(self)) if verdict.passed else verdict

    def hint(self) -> Page:
        """Return the next hint; the last one stays."""
        number = min(self._hinted, len(self.hints) - 1)
        self._hinted = min(self._hinted + 1, len(self.hints))
        return Page(f"Hint {number + 1} of {len(self.hints)}: {self.hints[number]}")

    def solution(self) -> Page:
        """Return a solution's source."""
        return Page("One way to write it:", code=textwrap.dedent(inspect.getsource(self.right)))

    def reveal(self) -> Page:
        """Return what is right for `ask`, beside the guess that was kept."""
        return Page(compared(self) or f"No guess was kept. {self._asked()}")

    @property
    def stub(self) -> str:
        """The source to begin with: the head of the function, and nothing in it."""
        signature = inspect.signature(self.right)
        bare = [each.replace(annotation=inspect.Parameter.empty) for each in signature.parameters.values()]
        head = inspect.Signature(bare)
        return f"def {self.right.__name__}{head}:\n    ...  # your code here"

    def called(self, given: Call) -> str:
        """Return a call of the function as it is typed; nothing where there are no arguments."""
        return f"{self.right.__name__}({given})" if given.args or given.kwargs else ""

    def _asked(self) -> str:
        return f"What does {self.right.__name__}({self.ask}) return? Type it in place of the dots."

    def _meant(self, guess: Any) -> Any:
        return guess

    def _callable(self, answer: Any) -> Callable[..., Any]:
        if is_left_out(answer) or callable(answer):
            return (lambda *_, **__: None) if is_left_out(answer) else answer
        problem = f"{shown(answer)} is no function."
        raise ArgumentError(self.name, problem, fix=f"Give the function itself: check({self.right.__name__}).")

    def __repr__(self) -> str:
        return f"{self.title} ({self.name})\n\n{self.task}"

    def _repr_markdown_(self) -> str:
        end = "" if self.title.endswith(("?", ".")) else "."
        return f"**Exercise: {self.title}{end}** {self.task}"


class Question(Exercise):
    """A number to find: the guess is the answer. `right` takes no arguments, and computes it; else as in `Exercise`.

    Examples
    --------
    >>> kd = Misconception("counts d samples for each tap", "The last tap has none behind it.", lambda: 6)
    >>> span = Question(
    ...     "span", 4, "Span", "Of a kernel of 3, 2 apart?", lambda: 2 * 2 + 1, lambda: [call()], (kd,), ("Draw it.",)
    ... )
    >>> span.check(6).cause
    'counts d samples for each tap'
    """

    __slots__ = ()

    def check(self, answer: Any = ...) -> Verdict:
        """Return whether a number is right; without one, the guess that was kept is checked."""
        given = self._guess if is_left_out(answer) else answer
        verdict = judge(self, self._callable(self._meant(given)))
        return verdict if verdict.passed else replace(verdict, got=str(Outcome(given)))

    @property
    def stub(self) -> str:
        """The source to begin with."""
        return "answer = ...  # your number here"

    def _asked(self) -> str:
        return "Type your answer in place of the dots."

    def _meant(self, guess: Any) -> Any:
        return meant(guess, [self.right(), *(idea.answer for idea in self.misconceptions)])

    def _callable(self, answer: Any) -> Callable[..., Any]:
        return lambda: None if is_left_out(answer) else answer
