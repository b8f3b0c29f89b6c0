"""What the exercises of chapter 5 hold for right is what refconv computes."""

from __future__ import annotations

from refconv.arithmetic import GraphNode, Layer, effective_field, graph_fields, receptive_field
from refconv.learn import exercise
from refconv.networks import network, receptive_fields


def test_sizes_and_variances():
    size, variance = exercise("receptive-field-size"), exercise("effective-field-variance")
    for given in (*size.cases(), *variance.cases()):
        layers = [Layer(k, s, d) for k, s, d in given.args[0]]
        assert size.right(*given.args) == receptive_field(layers).size
        assert variance.right(*given.args) == effective_field(layers).variance


def test_regions():
    about = exercise("field-of-an-output")
    for given in about.cases():
        layers, i = given.args
        assert about.right(layers, i) == receptive_field(Layer(*layer) for layer in layers).region(i)


def test_joins():
    about = exercise("field-of-branches")
    for given in about.cases():
        nodes, ends = [GraphNode("x")], []
        for number, layers in enumerate(given.args):
            end = "x"
            for depth, (k, d, lo) in enumerate(layers):
                nodes.append(GraphNode(f"{number}.{depth}", (end,), (Layer(k, d=d, lo=lo),)))
                end = nodes[-1].name
            ends.append(end)
        fields = graph_fields([*nodes, GraphNode("join", tuple(ends))], rank=1)
        assert about.right(*given.args) == fields["join"].axes[0].region(0)


def test_wavenet():
    layers = [Layer(2, d=2**power) for power in range(10)] * 3
    assert exercise("wavenet-field").right() == receptive_field(layers).size


def test_the_corner_of_resnet_50():
    fields = [each.axes[0] for each in receptive_fields(network("resnet50")) if each.layer.shape[1:] == (7, 7)]
    field = fields[-1]
    assert (field.size, field.jump, field.padding) == (427, 32, 213)
    first, last = field.region(0)
    assert exercise("field-in-the-corner").right() == len(range(max(first, 0), min(last, 223) + 1))
