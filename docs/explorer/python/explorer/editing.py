"""One change to the state: a number typed, a layer added, another one selected."""

from __future__ import annotations

from dataclasses import replace

from explorer.kinds import KINDS, LAYERS
from explorer.state import State, parse, query_of

__all__ = ["edited"]


def edited(query: str, control: str, text: str) -> str:
    """Return the line of text after one change; what was typed badly stays in it, for the answer to name.

    Examples
    --------
    >>> edited("n=9&L=conv,k3", "k", "5")
    'n=9&c=8&L=conv,k5,s1,d1,lo0,hi0,g1,o8&at=0'
    >>> edited("n=9&L=max_pool,k2", "s", "two, or 3")
    'n=9&c=8&L=max_pool,k2,stwo%2C%20or%203,lo0,hi0&at=0'
    """
    state, _ = parse(query)
    if control in ("add", "remove", "move"):
        layers = {"add": _grown, "remove": _shrunk, "move": _moved}[control]
        return query_of(layers(state, text.strip()))
    typed = _with(state, control, text)
    mended, problems = parse(typed)
    return typed if problems else query_of(mended)


def _grown(state: State, kind: str) -> State:
    """Return the state with a copy of the selected layer behind it, selected; or of another kind."""
    if len(state.layers) >= LAYERS:
        return state
    copy = state.selected if kind not in KINDS else replace(state.selected, kind=kind)
    at = state.at + 1
    return replace(state, layers=(*state.layers[:at], copy, *state.layers[at:]), at=at, i=None)


def _shrunk(state: State, _: str) -> State:
    """Return the state without the selected layer, unless it is the only one."""
    if len(state.layers) == 1:
        return state
    layers = (*state.layers[: state.at], *state.layers[state.at + 1 :])
    return replace(state, layers=layers, at=min(state.at, len(layers) - 1), i=None)


def _moved(state: State, text: str) -> State:
    """Return the state with the selected layer one place earlier ("-1") or later ("1"), as long as there is one."""
    there = state.at + {"-1": -1, "1": 1}.get(text, 0)
    if not 0 <= there < len(state.layers):
        return state
    layers = list(state.layers)
    layers.insert(there, layers.pop(state.at))
    return replace(state, layers=tuple(layers), at=there)


def _with(state: State, control: str, text: str) -> str:
    """Return the line with a text, quoted, in the place of one of its values."""
    from urllib.parse import quote  # not before something is typed: the first answer need not wait for it

    typed = quote(text.strip()[:100], safe="+")
    parts = dict(part.split("=", 1) for part in query_of(state).split("&"))
    if control == "kind":
        layer = state.selected if text not in KINDS else replace(state.selected, kind=text)
        words = query_of(replace(state, layers=(layer,), at=0)).split("&")[2].removeprefix("L=")
        word = words if text in KINDS else ",".join([typed, *words.split(",")[1:]])
        return _joined(parts, state, word)
    if control in state.selected.numbers:
        numbers = {letter: str(value) for letter, value in state.selected.numbers.items()} | {control: typed}
        return _joined(parts, state, ",".join([state.selected.kind, *map("".join, numbers.items())]))
    if control in ("n", "c", "at", "i"):
        parts[control] = typed
    return "&".join(f"{name}={value}" for name, value in parts.items())


def _joined(parts: dict[str, str], state: State, word: str) -> str:
    words = parts["L"].split(";")
    words[state.at] = word
    return "&".join(f"{name}={value}" for name, value in (parts | {"L": ";".join(words)}).items())
