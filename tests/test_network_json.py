"""Networks as JSON: there and back, and nothing that is not one."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
import sympy

from refconv.errors import ArgumentError
from refconv.networks import NETWORKS, Builder, Resize, Unsupported, from_json, network, to_json


@pytest.mark.parametrize("name", NETWORKS)
def test_every_architecture_goes_there_and_back(name):
    built = network(name)
    assert from_json(to_json(built)) == built
    assert from_json(to_json(built, indent=None)) == built


def test_unusual_values_go_there_and_back():
    net = Builder("unusual", (3, 8, 8), note="3/2")
    x = net.conv("input", 4, (3, 1), padding=((1, 0), "same"), dilation=(1, 2))
    x = net.add(Resize(scale=(Fraction(3, 2), 2)), x)
    x = net.add(Unsupported("Einsum", "no idea", (4, 12, 16)), x, name="7")
    built = net.done(x)
    assert from_json(to_json(built)) == built


def test_symbols_are_refused():
    n = sympy.Symbol("n")
    with pytest.raises(ArgumentError, match="n cannot be written"):
        to_json(Builder("s", (3, n, n)).done("input"))


def edited(**changes):
    document = json.loads(to_json(network("vgg11")))
    node = document["nodes"][1]
    for key, value in changes.items():
        target = node if key in ("op", "inputs", "k") else document
        if value is None:
            del target[key]
        else:
            target[key] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "this is not JSON"),
        ("[]", "its format is None"),
        ('{"format": "ours"}', "its format is 'ours'"),
        (edited(nodes=None), "the network has no 'nodes'"),
        (edited(nodes=[3]), "node 0 has no 'name'"),
        (edited(nodes=7), "'nodes' is no list"),
        (edited(input="3"), "'input' is no list"),
        (edited(op="konv"), "no operation"),
        (edited(op=None), "node 1 has no 'op'"),
        (edited(op=["conv"]), "no operation"),
        (edited(k=3), "k does not make a Activation"),
        (edited(inputs=["fc8"]), "comes later"),
        (edited(inputs=[]), "comes later"),
        (edited(outputs=["elsewhere"]), "not all nodes"),
    ],
)
def test_what_is_no_network_is_refused(text, said):
    with pytest.raises(ArgumentError, match=said):
        from_json(text)
