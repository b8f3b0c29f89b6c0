"""A derivation as a LaTeX document."""

from __future__ import annotations

import re
from collections.abc import Sequence

from refconv.symbolic.derivations.checks import Outcome
from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering.words import pieces, result_display, sentence, summary

__all__ = ["prose", "rendered"]

_MARKS = [
    (re.compile(r"\[([^\]]+)\]\([^)]+\)"), r"\1"),
    (re.compile(r"\*\*(.+?)\*\*"), r"\\textbf{\1}"),
    (re.compile(r"\*(.+?)\*"), r"\\emph{\1}"),
    (re.compile(r"`(.+?)`"), r"\\texttt{\1}"),
    (re.compile(r'"(.+?)"'), r"``\1''"),
]
_SPECIAL = {"&": r"\&", "%": r"\%", "#": r"\#", "_": r"\_", "≥": r"$\ge$", "≤": r"$\le$", "≠": r"$\ne$"}
_SPECIAL |= {"−": "--", "…": r"\ldots{}", "∧": r"$\wedge$", "<": r"$<$", ">": r"$>$"}


def prose(text: str) -> str:
    r"""Return Markdown with ``$...$`` as LaTeX.

    Examples
    --------
    >>> print(prose("*half* of $k_1$, see [here](there.md) & `a_b`"))
    \emph{half} of $k_1$, see here \& \texttt{a\_b}
    """
    return "".join(f"${part}$" if is_mathematics else _plain(part) for is_mathematics, part in pieces(text))


def _plain(text: str) -> str:
    for pattern, replacement in _MARKS:
        text = pattern.sub(replacement, text)
    return "".join(_SPECIAL.get(character, character) for character in text)


def rendered(derivation: Derivation, outcomes: Sequence[Outcome]) -> str:
    """Return the document."""
    lines = [
        r"\documentclass{article}",
        r"\usepackage{amsmath,amssymb}",
        rf"\title{{{prose(derivation.title)}}}",
        r"\author{}\date{}",
        r"\begin{document}",
        r"\maketitle",
        prose(derivation.statement),
    ]
    if derivation.given:
        lines += ["", rf"\textbf{{Given:}} {prose(derivation.given)}"]
    lines += ["", r"\begin{enumerate}"]
    for step, outcome in zip(derivation.steps, outcomes, strict=True):
        said = rf"\emph{{{prose(sentence(outcome))}}}"
        lines += [rf"\item {prose(step.reason)}", r"\[", step.latex, r"\]", said]
    lines += [r"\end{enumerate}", "", r"\section*{Result}"]
    lines += [r"\[", result_display(derivation), r"\]"]
    if derivation.references:
        lines += [r"\section*{References}", "", *(prose(reference) for reference in derivation.references)]
    lines += ["", rf"\emph{{Every step was checked: {prose(summary(outcomes))}.}}", r"\end{document}"]
    return "\n".join(lines) + "\n"
