"""What the readable targets share: the result as LaTeX, and the prose of steps cut into text and mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from refconv.symbolic.derivations.checks import Outcome
from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering.tex import name, tex

__all__ = ["mathematics", "pieces", "result_display", "result_lines", "sentence", "summary"]

_WORD = re.compile(r"(?<![\\{A-Za-z])(?!d[xywb](?![A-Za-z]))[A-Za-z]{2,}(?![A-Za-z}])")


_ROW = " \\cr\n"
_SIGNS = {True: r"\quad\Longleftrightarrow\quad", False: "="}


def mathematics(text: str) -> str:
    r"""Return inline mathematics with its longer names written upright.

    Examples
    --------
    >>> print(mathematics("i s + lo"))
    i s + \mathrm{lo}
    """
    return _WORD.sub(lambda word: name(word.group()), text)


def pieces(prose: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a text with ``$...$`` in it, each with whether it is mathematics.

    Examples
    --------
    >>> list(pieces("so $n$ grows"))
    [(False, 'so '), (True, 'n'), (False, ' grows')]
    """
    for number, part in enumerate(prose.split("$")):
        if part:
            yield number % 2 == 1, mathematics(part) if number % 2 else part


def result_lines(derivation: Derivation) -> list[str]:
    r"""Return the result as lines of LaTeX: what its own names stand for first.

    Examples
    --------
    >>> from refconv.symbolic.derivations import derive
    >>> print(*result_lines(derive("im2col")), sep=chr(10))
    \mathrm{rows} &= C \cdot \mathrm{KH} \cdot \mathrm{KW}
    \mathrm{columns} &= \mathrm{OH} \cdot \mathrm{OW}
    """
    lines = [*derivation.where.items(), *derivation.result.items()]
    return [_line(word, value) for word, value in lines]


def result_display(derivation: Derivation) -> str:
    """Return the result as one piece of LaTeX, its lines aligned."""
    lines = result_lines(derivation)
    return lines[0].replace("&", "") if len(lines) == 1 else f"\\begin{{aligned}}\n{_ROW.join(lines)}\n\\end{{aligned}}"


def _line(word: str, value: Any) -> str:
    truth = bool(getattr(value, "is_Boolean", False) or getattr(value, "is_Relational", False))
    return f"{name(word)} &{_SIGNS[truth]} {tex(value)}"


def sentence(outcome: Outcome) -> str:
    """Return what a check found, as a sentence.

    Examples
    --------
    >>> sentence(Outcome("count", True, "counted: 3 cases, n = 1…3", 3))
    'Counted: 3 cases, n = 1…3.'
    """
    return outcome.said[0].upper() + outcome.said[1:] + "."


def summary(outcomes: Sequence[Outcome]) -> str:
    """Return how the steps were checked, in short.

    Examples
    --------
    >>> summary([Outcome("count", True, "", 3), Outcome("proof", True, "")])
    '1 step proved, 1 counted through 3 cases'
    """
    numbers = {how: sum(outcome.how == how for outcome in outcomes) for how in ("proof", "algebra", "count")}
    cases = sum(outcome.cases for outcome in outcomes)
    endings = {"proof": "proved", "algebra": "multiplied out", "count": f"counted through {cases:,} cases"}
    parts = [f"{number} {endings[how]}" for how, number in numbers.items() if number]
    if not parts:
        return "no steps"
    first, _, rest = parts[0].partition(" ")
    return ", ".join([f"{first} step{'' if first == '1' else 's'} {rest}", *parts[1:]])
