"""The explorer's answers: what the page shows for a state, computed by refconv.

The page (`docs/explorer.md`) runs this in the browser. Everything is text in and text out, so that the page computes
no index of its own; standard library and refconv only.

- state, editing: the reader's settings as one line of text; kinds, controls: what there is to set
- stack, links: the layers as refconv's records, and which output reads which input
- told: numbers that write down the formula they came from
- figures, pictures, answers: what is shown
- catalogue, snippets: where to begin, and what to take home
"""

from __future__ import annotations

import json
from typing import Any

from explorer.answers import answered
from explorer.editing import edited

__all__ = ["answer", "change", "edit", "presets", "snippet"]


def answer(query: str) -> str:
    """Return everything that the page shows for a state, as JSON; never raises.

    Examples
    --------
    >>> json.loads(answer("n=5&L=conv,k3,d3"))["errors"][0]["control"]
    'k'
    """
    return _written(answered(query))


def edit(query: str, control: str, text: str) -> str:
    """Return the state after one change: a control's new text, or "kind", "at", "add", "remove", "move".

    Examples
    --------
    >>> edit("n=9&L=conv,k3", "n", "17").split("&")[0]
    'n=17'
    """
    return edited(query, control, text)


def change(query: str, turns: str) -> str:
    """Return the answer after some changes, a JSON list of [control, text], up to the first that is typed badly.

    The next change would put a wrong number right without a word: it is left out, and the reader sees the number named.

    Examples
    --------
    >>> found = json.loads(change("n=9&L=conv,k3", '[["k", "two"], ["n", "17"]]'))
    >>> found["query"].split("&")[0], found["errors"][0]["control"]
    ('n=9', 'k')
    """
    listed = json.loads(turns)
    if not listed:
        return answer(query)
    for control, text in listed:
        query = edited(query, control, text)
        found = answered(query)
        if _refused(found, control, text):
            break
    return _written(found)


def presets() -> str:
    """Return states to begin with, as JSON.

    Examples
    --------
    >>> "wavenet" in {preset["id"] for preset in json.loads(presets())}
    True
    """
    from explorer.catalogue import PRESETS

    return json.dumps([preset._asdict() for preset in PRESETS])


def snippet(query: str, dialect: str) -> str:
    """Return code that builds the same stack: dialect "refconv", "torch" or "keras".

    Examples
    --------
    >>> print(snippet("n=9&c=1&L=conv,k3,o1", "torch").splitlines()[0])
    import torch
    """
    from explorer.snippets import written

    return written(query, dialect)


def _refused(found: dict[str, Any], control: str, text: str) -> bool:
    """Whether another value was taken in the place of what was typed; one that does not fit is taken, and named."""
    taken = {one["id"]: str(one["value"]) for one in found["controls"]}
    return taken.get(control) != text.strip() and any(error["control"] == control for error in found["errors"])


def _written(found: dict[str, Any]) -> str:
    return json.dumps(found, separators=(",", ":"))
