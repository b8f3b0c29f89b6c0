"""A derivation as a page that stands alone: MathML for the mathematics, no script, nothing to load."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from refconv.symbolic.derivations.checks import Outcome
from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering.mathml import mathml
from refconv.symbolic.rendering.words import pieces, result_display, sentence, summary

__all__ = ["prose", "rendered"]

_STYLE = """\
body { font: 1.05rem/1.55 Georgia, serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #222; }
h1, h2 { line-height: 1.2; font-weight: normal; }
li { margin: 1.2rem 0; }
math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "DejaVu Math TeX Gyre", math; }
math[display=block] { margin: .8rem 0; padding: .2rem 0; overflow-x: auto; overflow-y: hidden; }
.aligned mtd { text-align: left; }
.aligned mtd:first-child { text-align: right; }
.check { color: #2c6e49; font-size: .9rem; }
.foot { color: #666; font-size: .85rem; border-top: 1px solid #ccc; padding-top: .6rem; }
@media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd; } .check { color: #8fd3a8; } }"""

_MARKS = [
    (re.compile(r"\[([^\]]+)\]\([^)]+\)"), r"\1"),
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*(.+?)\*"), r"<em>\1</em>"),
    (re.compile(r"`(.+?)`"), r"<code>\1</code>"),
]


def prose(text: str) -> str:
    """Return Markdown with ``$...$`` as HTML; links keep their text, for the pages they lead to are not here.

    Examples
    --------
    >>> prose("*half* of $k$")
    '<em>half</em> of <math><mi>k</mi></math>'
    """
    # mathematics is put in after the marks, which may reach across it
    formulas: list[str] = []
    words = ""
    for is_mathematics, part in pieces(text):
        if is_mathematics:
            formulas.append(mathml(part, display=False))
        words += "\0" if is_mathematics else escape(part, quote=False)
    for pattern, replacement in _MARKS:
        words = pattern.sub(replacement, words)
    first, *others = words.split("\0")
    return first + "".join(formula + other for formula, other in zip(formulas, others, strict=True))


def rendered(derivation: Derivation, outcomes: Sequence[Outcome]) -> str:
    """Return the page."""
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        f'<head><meta charset="utf-8"><title>{prose(derivation.title)}</title>',
        f"<style>\n{_STYLE}\n</style></head>",
        "<body>",
        f"<h1>{prose(derivation.title)}</h1>",
        f"<p>{prose(derivation.statement)}</p>",
    ]
    if derivation.given:
        lines.append(f"<p><strong>Given:</strong> {prose(derivation.given)}</p>")
    lines.append("<ol>")
    for step, outcome in zip(derivation.steps, outcomes, strict=True):
        said = f'<span class="check">✓ {prose(sentence(outcome))}</span>'
        lines.append(f"<li>{prose(step.reason)}\n{mathml(step.latex)}\n{said}</li>")
    lines += ["</ol>", "<h2>Result</h2>", mathml(result_display(derivation))]
    if derivation.references:
        references = "".join(f"<li>{prose(reference)}</li>" for reference in derivation.references)
        lines.append(f"<h2>References</h2>\n<ul>{references}</ul>")
    lines += [f'<p class="foot">Every step was checked: {summary(outcomes)}.</p>', "</body>", "</html>"]
    return "\n".join(lines) + "\n"
