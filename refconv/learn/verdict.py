"""What a learner is told: plain text anywhere, a coloured box in a notebook."""

from __future__ import annotations

import html
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Page", "Verdict"]

GREEN, ORANGE, GREY = "#009E73", "#D55E00", "#666666"  # told apart by everybody; the words say it too


@dataclass(frozen=True, slots=True)
class Page:
    """A few words, and perhaps code."""

    text: str
    code: str = ""

    def __str__(self) -> str:
        return f"{self.text}\n\n{self.code}".rstrip()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        code = _pre(self.code) if self.code else ""
        return _box(GREY, f"<p>{_formatted(self.text)}</p>{code}")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on an answer; true where it is right.

    Attributes
    ----------
    exercise : str
        Which.
    passed : bool
        Whether every case is right.
    cause : str
        The misconception's name, or nothing where it is unknown.
    sentence : str
        What it is, and what is true instead.
    where, expected, got : str
        The smallest case that is wrong: the call, what it should return, and what came back.
    right, cases : int
        How many cases are right, of how many.
    guess : str
        What became of the guess that was kept.
    """

    exercise: str
    passed: bool
    cause: str = ""
    sentence: str = ""
    where: str = ""
    expected: str = ""
    got: str = ""
    right: int = 0
    cases: int = 0
    guess: str = ""

    def __bool__(self) -> bool:
        return self.passed

    @property
    def headline(self) -> str:
        """The first line."""
        if self.passed:
            return f"Right: all {self.cases} cases." if self.cases > 1 else "Right."
        return f"Not yet: {self.cause or 'cause unknown'}."

    def __str__(self) -> str:
        lines = [self.headline, self.sentence, self.guess]
        if self.where or self.got:
            lines += [f"  {what:<10}{self._indented(value)}" for what, value in self._shown()]
        if not self.passed and self.cases > 1:
            lines.append(f"  {self.right} of {self.cases} cases are right.")
        return "\n".join(line for line in lines if line)

    def __repr__(self) -> str:
        return str(self)

    def _shown(self) -> list[tuple[str, str]]:
        if self.passed or self.cause == "not written yet":
            return []
        if not self.where:
            return [("you said", self.got)]  # the number itself is not given away
        return [("call", self.where), ("should be", self.expected), ("yours", self.got)]

    @staticmethod
    def _indented(value: str) -> str:
        return value.replace("\n", "\n" + " " * 12)

    def _repr_html_(self) -> str:
        left = "<td style='text-align:left'>"
        shown = "".join(f"<tr>{left}{what}</td>{left}{_pre(value)}</td></tr>" for what, value in self._shown())
        counted = f"<p>{self.right} of {self.cases} cases are right.</p>" if not self.passed and self.cases > 1 else ""
        words = "".join(f"<p>{_formatted(each)}</p>" for each in (self.sentence, self.guess) if each)
        table = f"<table>{shown}</table>" if shown else ""
        return _box(GREEN if self.passed else ORANGE, f"<b>{html.escape(self.headline)}</b>{words}{table}{counted}")

    def as_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return asdict(self)


def _formatted(text: str) -> str:
    """Return text as HTML, with `code` between backticks."""
    parts = html.escape(text).split("`")
    return "".join(f"<code>{part}</code>" if number % 2 else part for number, part in enumerate(parts))


def _pre(text: str) -> str:
    return f"<pre style='font-family:monospace;background:transparent;margin:0'>{html.escape(text)}</pre>"


def _box(colour: str, content: str) -> str:
    return f"<div style='border-left:4px solid {colour};padding:0.3em 1em'>{content}</div>"
