"""Networks as JSON: there and back, and nothing that is not one."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
import sympy

from refconv.errors import ArgumentError, ArgumentTypeError
from refconv.networks import NETWORKS, Builder, Resize, Unsupported, from_json, network, resolve, to_json
from refconv.networks.records import Activation, Norm


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
        ("[" * 10**6, "nests too deep"),
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
        (edited(outputs=[]), "not all nodes"),
        (edited(name=["vgg"]), "'name' is"),
        (edited(references="arXiv"), "'references' is no list"),
        (edited(input=[]), "'input' is empty"),
        (edited(input=[3, 0]), "at least 1"),
    ],
)
def test_what_is_no_network_is_refused(text, said):
    with pytest.raises(ArgumentError, match=said):
        from_json(text)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        ({"op": "conv", "filters": -1, "kernel_size": 3}, "filters must be at least 1"),
        ({"op": "conv", "filters": 4, "kernel_size": 3, "groups": 0}, "groups must be at least 1"),
        ({"op": "conv", "filters": "4", "kernel_size": 3}, "filters must be an integer"),
        ({"op": "conv", "filters": 4, "kernel_size": 3, "bias": 1}, "bias must be True or False"),
        ({"op": "conv", "filters": 4, "kernel_size": 3, "padding_mode": "mirror"}, "padding_mode is 'mirror'"),
        ({"op": "pool", "kind": "median", "kernel_size": 3}, "kind is 'median'"),
        ({"op": "norm", "kind": "batsch"}, "Did you mean 'batch'"),
        ({"op": "norm", "scale": []}, "scale must be True or False"),
        ({"op": "join", "kind": "divide"}, "kind is 'divide'"),
        ({"op": "activation", "function": 3}, "function is 3"),
        ({"op": "activation", "parameters": None}, "parameters must be an integer"),
        ({"op": "resize", "scale": "1/0"}, "is no ratio"),
        ({"op": "resize", "scale": 1.5}, "scale is 1.5"),
        ({"op": "resize", "scale": [2, 0]}, "scale is"),
        ({"op": "depth_to_space", "block": 0}, "block must be at least 1"),
        ({"op": "select", "start": 0, "stop": {}}, "stop must be an integer"),
        ({"op": "shuffle", "groups": [2]}, "groups must be an integer"),
        ({"op": "unflatten", "size": 4}, "one number for each axis"),
        ({"op": "unsupported", "operator": "Einsum", "shape": [4, -1]}, "shape must be at least 1"),
    ],
)
def test_a_record_that_makes_no_sense_is_refused(record, said):
    document = json.loads(to_json(Builder("one", (4, 8, 8)).done("input")))
    document["nodes"] = [{"name": "layer", "inputs": ["input"], **record}]
    with pytest.raises((ArgumentError, ArgumentTypeError), match=said) as caught:
        from_json(json.dumps(document))
    assert "node 0, 'layer'" in str(caught.value)


def test_numbers_that_make_no_sense_are_refused_before_sizes_are_worked_out():
    def shape(filters, groups):
        net = Builder("one", (4, 8, 8))
        return resolve(net.done(net.conv("input", filters, 3, groups=groups))).layers[-1].shape

    with pytest.raises(ArgumentError, match="one, conv: groups must be at least 1"):
        shape(4, 0)
    with pytest.raises(ArgumentError, match="filters must be at least 1"):
        shape(-4, 1)
    n = sympy.Symbol("n", integer=True, positive=True)
    assert shape(n, n) == (n, 6, 6)


def test_constants_go_there_and_back_to_the_last_bit():
    net = Builder("several", (3, 8, 8))
    x = net.add(Activation("leaky_relu", 0, (("negative_slope", 0.1 + 0.2),)), "input")
    x = net.add(Activation("softplus", 0, (("beta", 1e-300), ("threshold", 20.0))), x)
    x = net.add(Norm("local_response", epsilon=1 / 3, constants=(("size", 3.0), ("alpha", 5e-324))), x)
    built = net.done(x)
    assert from_json(to_json(built)) == built
    assert to_json(built).count('"epsilon"') == 1
    assert to_json(built).count('"constants"') == 3


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_what_is_no_finite_number_is_not_written(number):
    net = Builder("one", (3, 8, 8))
    with pytest.raises(ArgumentError, match="no finite number"):
        to_json(net.done(net.add(Activation("elu", 0, (("alpha", number),)), "input")))


@pytest.mark.parametrize(
    "said",
    [
        {"constants": 3},
        {"constants": "alpha"},
        {"constants": None},
        {"constants": [["alpha"]]},
        {"constants": [["alpha", "2"]]},
        {"constants": [["alpha", True]]},
        {"constants": [[2, 2]]},
        {"constants": [["alpha", 1], ["alpha", 2]]},
        {"constants": [["alpha", float("inf")]]},
        {"epsilon": -1e-5},
        {"epsilon": "small"},
        {"epsilon": True},
        {"epsilon": None},
        {"epsilon": float("nan")},
    ],
)
def test_constants_that_are_none_are_refused(said):
    net = Builder("one", (3, 8, 8))
    document = json.loads(to_json(net.done(net.norm("input"))))
    document["nodes"][0] |= said
    with pytest.raises(ArgumentTypeError, match=f"'norm': {next(iter(said))} is"):
        from_json(json.dumps(document))
