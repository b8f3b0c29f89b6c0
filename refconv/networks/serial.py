"""Networks as JSON: written, and read back equal."""

from __future__ import annotations

import json
from dataclasses import fields
from fractions import Fraction
from math import isfinite
from typing import Any

from refconv.arithmetic.per_axis import integer
from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.networks.checks import check_numbers, check_words
from refconv.networks.records import OPERATIONS, WORDS, Network, Node, Operation

__all__ = ["from_json", "to_json"]

_FORMAT = "refconv network 1"


def to_json(network: Network, indent: int | None = 1) -> str:
    """Return a network as a JSON document.

    Parameters
    ----------
    network : Network
        Its numbers must be ints; expressions cannot be written.
    indent : int or None
        Spaces per level; None for a single line.

    Raises
    ------
    ArgumentError
        For a network with symbols in it.

    Examples
    --------
    >>> from refconv.networks.build import Builder
    >>> net = Builder("one", (3, 8, 8))
    >>> network = net.done(net.conv("input", 4, 3))
    >>> from_json(to_json(network)) == network
    True
    """
    document = {
        "format": _FORMAT,
        "name": network.name,
        "note": network.note,
        "references": list(network.references),
        "input": _plain(network.input),
        "outputs": list(network.outputs),
        "nodes": [_node_to_plain(node) for node in network.nodes],
    }
    return json.dumps(document, indent=indent)


def _node_to_plain(node: Node) -> dict[str, Any]:
    """Return what differs from the defaults, beside name, operation and inputs."""
    record = node.operation
    said = {}
    for field in fields(record):
        value = getattr(record, field.name)
        if value != field.default:
            said[field.name] = _plain(value)
    return {"name": node.name, "op": WORDS[type(record)], "inputs": list(node.inputs), **said}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, Fraction):
        return str(value)
    if value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and isfinite(value)):
        return value
    problem = f"{value!r} cannot be written as JSON: it is no finite number."
    raise ArgumentError("to_json", problem, fix="Put numbers in place of the symbols first.")


def from_json(text: str) -> Network:
    """Return the network that a JSON document describes.

    Raises
    ------
    ArgumentError
        For a document that is none, or of a network that makes no sense; the message says where.
    ArgumentTypeError
        For a number that is none, or a flag that is neither true nor false.

    Examples
    --------
    >>> from_json('{"format": "something else"}')
    Traceback (most recent call last):
        ...
    refconv.errors.ArgumentError: from_json: this is no network: its format is 'something else'.
      Write one with to_json; its format is 'refconv network 1'.
    """
    if not isinstance(text, str | bytes):
        raise ArgumentTypeError("from_json", f"{type(text).__name__} is no text.", fix="Read the file first.")
    try:
        document = json.loads(text)
    except ValueError as error:
        raise ArgumentError("from_json", f"this is not JSON: {error}.", fix="Write one with to_json.") from None
    except RecursionError:
        raise ArgumentError("from_json", "this nests too deep.", fix="Write one with to_json.") from None
    said = document.get("format") if isinstance(document, dict) else None
    if said != _FORMAT:
        problem = f"this is no network: its format is {said!r}."
        raise ArgumentError("from_json", problem, fix=f"Write one with to_json; its format is {_FORMAT!r}.")
    known = {"input"}
    nodes = []
    for number, plain in enumerate(_listed(document, "nodes", "the network")):
        node = _node_from_plain(plain, f"node {number}")
        missing = sorted(set(node.inputs) - known)
        if missing or node.name in known or not node.inputs:
            problem = f"node {number}, {node.name!r}: its name is taken, or what it reads comes later: {missing}."
            raise ArgumentError("from_json", problem, fix="Name each node once, after what it reads.")
        known.add(node.name)
        nodes.append(node)
    outputs = _names(document, "outputs", "the network")
    if not outputs or not set(outputs) <= known:
        raise ArgumentError("from_json", f"the outputs {outputs} are not all nodes.", fix="Name nodes.")
    return Network(
        name=_text(_entry(document, "name", "the network"), "name"),
        input=tuple(integer("from_json", "each number of 'input'", n, 1) for n in _shape(document)),
        nodes=tuple(nodes),
        outputs=outputs,
        references=_names({"references": [], **document}, "references", "the network"),
        note=_text(document.get("note", ""), "note"),
    )


def _shape(document: Any) -> list[Any]:
    shape = _listed(document, "input", "the network")
    if not shape:
        raise ArgumentError("from_json", "of the network 'input' is empty.", fix="Write channels and sizes.")
    return shape


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str):
        raise ArgumentError("from_json", f"of the network {key!r} is {value!r}.", fix="Write it in quotes.")
    return value


def _entry(plain: Any, key: str, where: str) -> Any:
    if not isinstance(plain, dict) or key not in plain:
        raise ArgumentError("from_json", f"{where} has no {key!r}.", fix="Add it.")
    return plain[key]


def _listed(plain: Any, key: str, where: str) -> list[Any]:
    value = _entry(plain, key, where)
    if not isinstance(value, list):
        raise ArgumentError("from_json", f"of {where} {key!r} is no list.", fix="Write it in brackets.")
    return value


def _names(plain: Any, key: str, where: str) -> tuple[str, ...]:
    names = _listed(plain, key, where)
    if not all(isinstance(name, str) for name in names):
        raise ArgumentError("from_json", f"of {where} {key!r} are not all names.", fix="Write them in quotes.")
    return tuple(names)


def _node_from_plain(plain: Any, where: str) -> Node:
    name, word = _entry(plain, "name", where), _entry(plain, "op", where)
    if not isinstance(name, str) or not isinstance(word, str) or word not in OPERATIONS:
        problem = f"{where}, {name!r}, is {word!r}, which is no operation."
        raise ArgumentError("from_json", problem, fix=f"The operations are {', '.join(OPERATIONS)}.")
    options = {key: _value(value) for key, value in plain.items() if key not in ("name", "op", "inputs")}
    where = f"{where}, {name!r}"
    if "scale" in options:
        options["scale"] = _ratio(options["scale"], where)
    record = _record(OPERATIONS[word], options, where)
    return Node(name, record, _names(plain, "inputs", where))


def _record(kind: type[Operation], options: dict[str, Any], where: str) -> Operation:
    try:
        record = kind(**options)
    except TypeError:
        takes = ", ".join(field.name for field in fields(kind)) or "nothing"
        problem = f"{where}: {', '.join(options) or 'nothing'} does not make a {kind.__name__}."
        raise ArgumentError("from_json", problem, fix=f"It takes {takes}.") from None
    check_numbers(f"from_json, {where}", record)
    check_words(f"from_json, {where}", record)
    return record


def _value(value: Any) -> Any:
    """Return lists as tuples, all the way down."""
    return tuple(map(_value, value)) if isinstance(value, list) else value


def _ratio(value: Any, where: str) -> Any:
    """Return ratios, written "3/2", as Fractions."""
    if isinstance(value, tuple):
        return tuple(_ratio(each, where) for each in value)
    if not isinstance(value, str):
        return value
    try:
        return Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise ArgumentError("from_json", f"{where}: the scale {value!r} is no ratio.", fix='Write "3/2".') from None
