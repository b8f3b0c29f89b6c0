"""What the reader has set, as one line of text that fits into an address, and back.

``n=33&c=8&L=conv,k3,d2,lo2,hi2,o8;max_pool,k2,s2&at=0&i=14``: nothing in such a line, however it is spelled, raises.
What cannot be is answered with the nearest that can, and an error says so, in refconv's words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from explorer.kinds import ALIASES, CONTROLS, KINDS, LAYERS, Control
from refconv.arithmetic.per_axis import choice, integer
from refconv.errors import ArgumentError, RefconvError

__all__ = ["Layer", "Problem", "State", "parse", "query_of"]

LONGEST = 10_000
"""Characters that are read."""

DEFAULT = "n=33&c=8&L=conv,k3,s1,d2,lo2,hi2,g1,o8"


@dataclass(frozen=True, slots=True)
class Problem:
    """What cannot be: which control and which layer it is about, where that is known, and the message."""

    message: str
    control: str | None = None
    layer: int | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: its kind and its numbers, by letter; those that the kind has not stay at their usual values."""

    kind: str
    k: int = 3
    s: int = 1
    d: int = 1
    lo: int = 0
    hi: int = 0
    a: int = 0
    g: int = 1
    o: int = 8
    m: int = 1

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers of this kind of layer, by letter."""
        return {letter: getattr(self, letter) for letter in KINDS[self.kind].letters}


@dataclass(frozen=True, slots=True)
class State:
    """All that the reader has set; `i` is None for the output in the middle."""

    n: int
    c: int
    layers: tuple[Layer, ...]
    at: int = 0
    i: int | None = None

    @property
    def selected(self) -> Layer:
        """The layer that the controls belong to."""
        return self.layers[self.at]


def query_of(state: State) -> str:
    """Return the state as a line of text.

    Examples
    --------
    >>> query_of(parse("L=pool,k2,s2&n=8")[0])
    'n=8&c=8&L=max_pool,k2,s2,lo0,hi0&at=0'
    """
    layers = ";".join(
        ",".join([layer.kind, *(f"{letter}{value}" for letter, value in layer.numbers.items())])
        for layer in state.layers
    )
    chosen = "" if state.i is None else f"&i={state.i}"
    return f"n={state.n}&c={state.c}&L={layers}&at={state.at}{chosen}"


def parse(query: str) -> tuple[State, list[Problem]]:
    """Return the state that a line stands for, and what in it cannot be.

    Examples
    --------
    >>> state, problems = parse("n=33&L=conv,k0")
    >>> state.selected.k, problems[0].control, problems[0].message.splitlines()[0]
    (1, 'k', 'layer 1, conv: kernel_size must be at least 1, but it is 0.')
    """
    problems: list[Problem] = []
    if len(query) > LONGEST:
        problems.append(Problem(f"explorer: the address has {len(query)} characters; {LONGEST} of them are read."))
    given = dict(_pairs(query[:LONGEST]))
    n = _number(CONTROLS["n"], given.get("n"), "explorer", problems)
    c = _number(CONTROLS["c"], given.get("c"), "explorer", problems)
    layers = _layers(given.get("L") or dict(_pairs(DEFAULT))["L"], problems)
    at = _selected(given.get("at"), len(layers), problems)
    chosen = given.get("i")
    i = None if chosen is None else _number(CONTROLS["i"], chosen, "explorer", problems)
    return State(n, c, layers, at, i), problems


def _pairs(query: str) -> list[tuple[str, str]]:
    pairs = []
    for part in query.lstrip("#?").split("&"):
        name, _, value = part.partition("=")
        pairs.append((_plain(name).strip(), value if name == "L" else _plain(value)))
    return pairs


def _plain(text: str) -> str:
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def _layers(text: str, problems: list[Problem]) -> tuple[Layer, ...]:
    if not {",", ";"} & set(text):  # an address that somebody's program has quoted whole
        text = re.sub("%2C", ",", re.sub("%3B", ";", text, flags=re.IGNORECASE), flags=re.IGNORECASE)
    words = text.split(";")
    if len(words) > LAYERS:
        problems.append(Problem(f"explorer: there are {len(words)} layers; the first {LAYERS} are drawn."))
    layers = []
    for number, word in enumerate(words[:LAYERS]):
        layer, found = _layer(word, number)
        layers.append(layer)
        problems += found
    return tuple(layers)


@lru_cache(maxsize=1024)
def _layer(text: str, number: int) -> tuple[Layer, list[Problem]]:
    """Return one layer, from its kind and its letters with their numbers, and what is wrong with it."""
    problems: list[Problem] = []
    kind, *words = [_plain(word).strip() for word in text.split(",")]
    kind = ALIASES.get(kind, kind)
    try:
        choice(f"layer {number + 1}", "kind", kind, KINDS)
    except RefconvError as error:
        problems.append(Problem(str(error), "kind", number))
        kind = "conv"
    op = f"layer {number + 1}, {kind}"
    letters = KINDS[kind].letters
    found: dict[str, int] = {}
    for word in filter(None, words):
        letter = next((each for each in ("lo", "hi", *letters) if each in letters and word.startswith(each)), None)
        if letter is None:
            fix = f"A {KINDS[kind].label} has {', '.join(letters)}, each with its number, such as {letters[0]}3."
            problems.append(Problem(str(ArgumentError(op, f"{word[:40]!r} means nothing.", fix=fix)), None, number))
        else:
            found[letter] = _number(_bounded(kind, letter), word[len(letter) :], op, problems, number)
    if kind == "max_pool":
        found.setdefault("s", found.get("k", CONTROLS["k"].usual))  # as everywhere else, a pooling's own size
        found["s"] = min(found["s"], CONTROLS["s"].high)
    return Layer(kind, **found), problems


def _bounded(kind: str, letter: str) -> Control:
    """Return a control with the bounds of the explorer; negative padding of a pooling refconv itself refuses."""
    return CONTROLS[letter] if kind == "max_pool" else KINDS[kind].control(letter)


def _selected(text: str | None, layers: int, problems: list[Problem]) -> int:
    found: list[Problem] = []
    asked = Control("at", "the selected layer", "", "", 0, layers - 1, 0, 0)
    at = _number(asked, text, "explorer", found)
    problems += [replace(problem, control=None) for problem in found]
    return at


def _number(control: Control, text: str | None, op: str, problems: list[Problem], layer: int | None = None) -> int:
    """Return the number that a text stands for, or the nearest that can be drawn, and say what was wrong."""
    if text is None:
        return control.usual
    value = _value(text)
    try:
        number = integer(op, control.word, value, control.refused_below)
        if control.low <= number <= control.high:
            return number
        bounds = f"{control.low} to {control.high}"
        raise ArgumentError(
            op,
            f"{control.word} is {_short(text)}, and the explorer draws {bounds}.",
            fix=f"Take {_nearest(control, number)}, or ask refconv itself, which has no such bound.",
        )
    except RefconvError as error:
        problems.append(Problem(str(error), control.id, layer))
        return _nearest(control, value)


def _value(text: str) -> Any:
    """Return the int or the float that a text spells, or the text itself."""
    text = text.strip()
    if re.fullmatch(r"[+-]?[0-9]{1,400}", text):
        return int(text)
    try:
        return float(text)
    except ValueError:
        return _short(text)


def _short(text: str) -> str:
    return text if len(text) <= 24 else f"{text[:20]}..."


def _nearest(control: Control, value: Any) -> int:
    if isinstance(value, float):
        value = round(value) if abs(value) < 1e9 else None
    if not isinstance(value, int):
        return control.usual
    return min(max(value, control.low), control.high)
