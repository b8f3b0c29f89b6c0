"""A derivation as a Jupyter notebook: every step's check is a cell to run."""

from __future__ import annotations

import json
from typing import Any

from refconv.errors import ArgumentError
from refconv.symbolic.derivations.record import Derivation
from refconv.symbolic.rendering import python
from refconv.symbolic.rendering.markdown import inline
from refconv.symbolic.rendering.words import result_display

__all__ = ["rendered"]


def rendered(derivation: Derivation) -> str:
    """Return the notebook, in nbformat 4.5, its cells not run yet."""
    opening = [f"# {derivation.title}", inline(derivation.statement)]
    if derivation.given:
        opening.append(f"**Given:** {inline(derivation.given)}")
    cells = [
        _words(*opening),
        _code(
            "from refconv.symbolic.derivations import derive\n\n"
            f"derivation = derive({derivation.name!r})\n\n\ndef check(number):\n"
            "    return derivation.check_step(derivation.steps[number - 1]).said"
        ),
    ]
    for step in derivation.steps:
        cells += [
            _words(f"**{step.number}.** {inline(step.reason)}", f"$$\n{step.latex}\n$$"),
            _code(f"check({step.number})"),
        ]
    cells.append(_words("## Result", f"$$\n{result_display(derivation)}\n$$"))
    try:
        cells.append(_code(python.rendered(derivation).rstrip()))
    except ArgumentError:
        cells.append(_words("This result is no whole number: there is no code for it."))
    numbered = [{"id": f"cell-{number}", **cell} for number, cell in enumerate(cells)]
    book = {
        "cells": numbered,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def _words(*paragraphs: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": _lines("\n\n".join(paragraphs))}


def _code(text: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": _lines(text)}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
