"""ONNX models read as networks: sizes are those that ONNX infers, and what moves numbers moves them as ONNX does."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the optional tier: pip install refconv[onnx]")

from onnx import TensorProto, helper, numpy_helper, shape_inference  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

from refconv import layers  # noqa: E402
from refconv.errors import ArgumentError, RefconvError, ShapeError  # noqa: E402
from refconv.networks import from_json, from_onnx, network_cost, receptive_fields, resolve, to_json  # noqa: E402
from refconv.networks.records import (  # noqa: E402
    Activation,
    Conv,
    ConvTranspose,
    DepthToSpace,
    Flatten,
    GlobalPool,
    Join,
    Linear,
    Norm,
    Pad,
    Pool,
    Resize,
    Select,
    Shuffle,
    Unsupported,
)
from refconv.symbolic import symbol  # noqa: E402

pytestmark = pytest.mark.onnx


def model(nodes, shape=(1, 3, 12, 10), weights=None, opset=20, outputs=None, out_type=TensorProto.FLOAT):
    """Return a model of nodes (operator, inputs, outputs, attributes); weights are shapes or arrays."""
    made = [helper.make_node(op, ins.split(), outs.split(), **attributes) for op, ins, outs, attributes in nodes]
    tensors = []
    for name, given in (weights or {}).items():
        array = np.zeros(given, np.float32) if isinstance(given, tuple) else np.asarray(given)
        tensors.append(numpy_helper.from_array(array, name))
    results = outputs or [nodes[-1][2].split()[0]]
    graph = helper.make_graph(
        made,
        "model",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, out_type, None) for name in results],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=9)


def read_one(op, inputs="x", weights=None, shape=(1, 3, 12, 10), opset=20, **attributes):
    """Return the one node that a model of one operator becomes."""
    network = from_onnx(model([(op, inputs, "y", attributes)], shape, weights, opset))
    assert len(network.nodes) == 1
    return network.nodes[0].operation


def inferred(proto, name="y"):
    graph = shape_inference.infer_shapes(proto, data_prop=True).graph
    info = next(info for info in [*graph.output, *graph.value_info] if info.name == name)
    return tuple(dim.dim_value for dim in info.type.tensor_type.shape.dim)


def test_convolutions():
    assert read_one("Conv", "x w", {"w": (8, 3, 3, 3)}) == Conv(8, 3, bias=False)
    said = {"strides": [2, 1], "dilations": [1, 2], "pads": [1, 2, 3, 4], "group": 3}
    wanted = Conv(6, (3, 2), (2, 1), ((1, 3), (2, 4)), (1, 2), 3)
    assert read_one("Conv", "x w b", {"w": (6, 1, 3, 2), "b": (6,)}, **said) == wanted
    for word, ours in (("SAME_UPPER", "same_upper"), ("SAME_LOWER", "same_lower"), ("VALID", 0)):
        assert read_one("Conv", "x w", {"w": (4, 3, 3, 3)}, auto_pad=word) == Conv(4, 3, padding=ours, bias=False)
    assert read_one("Conv", "x w", {"w": (4, 3, 5)}, (1, 3, 20)) == Conv(4, 5, bias=False)


def test_quantised_convolutions_are_convolutions():
    names = "x xs xz w ws wz ys yz b"
    weights = dict.fromkeys(names.split()[1:], ()) | {"w": (8, 3, 3, 3), "b": (8,)}
    network = from_onnx(model([("QLinearConv", names, "y", {})], weights=weights))
    assert [node.operation for node in network.nodes] == [Conv(8, 3), Activation("quantize")]
    with pytest.raises(ArgumentError, match="'quantize' is no activation known"):
        layers.run(network, layers.initialise(network), np.ones((1, 3, 12, 10)))
    nodes = [("DequantizeLinear", "q s", "w", {}), ("Conv", "x w", "y", {})]
    weights = {"q": np.zeros((8, 3, 3, 3), np.int8), "s": np.float32(1)}
    assert from_onnx(model(nodes, weights=weights)).nodes[0].operation == Conv(8, 3, bias=False)


def random_windows(rng, rank):
    kernel, stride, dilation = (rng.integers(1, 4, rank).tolist() for _ in range(3))
    said = {"strides": stride, "dilations": dilation}
    word = rng.choice(["NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID"])
    if word == "NOTSET":
        said["pads"] = [int(rng.integers(0, k)) for k in kernel * 2]
    else:
        said["auto_pad"] = str(word)
    return kernel, said


@pytest.mark.parametrize("opset", [20, 22])
@pytest.mark.parametrize("op", ["Conv", "ConvTranspose", "MaxPool", "AveragePool"])
def test_sizes_are_those_that_onnx_infers(op, opset):
    rng = np.random.default_rng(4)
    compared = 0
    for _ in range(150):
        rank = int(rng.integers(1, 4))
        kernel, said = random_windows(rng, rank)
        shape = (1, 4, *rng.integers(7, 14, rank).tolist())
        inputs, weights = "x", {}
        if "Pool" in op:
            said |= {"kernel_shape": kernel, "ceil_mode": int(rng.integers(0, 2))}
        else:
            inputs, weights = "x w", {"w": (4, 2, *kernel)}
            said["group"] = 2
        if op == "ConvTranspose" and rng.integers(0, 2):
            said["output_padding"] = [int(rng.integers(0, s)) for s in said["strides"]]
        proto = model([(op, inputs, "y", said)], shape, weights, opset)
        try:
            network = from_onnx(proto)
        except ShapeError:
            continue  # a kernel that does not fit
        if isinstance(network.nodes[0].operation, Unsupported):
            assert "ONNX" in network.nodes[0].operation.reason
            continue
        compared += 1
        assert resolve(network)[network.outputs[0]].shape == inferred(proto)[1:], (shape, kernel, said)
    assert compared > 80


def test_transposed_convolutions():
    weights = {"w": (3, 2, 3, 3), "b": (4,)}
    assert read_one("ConvTranspose", "x w b", weights | {"w": (3, 4, 3, 3)}, strides=[2, 2]) == ConvTranspose(4, 3, 2)
    grouped = read_one("ConvTranspose", "x w", {"w": (4, 2, 3, 3)}, (1, 4, 5, 5), group=2, output_padding=[0, 0])
    assert grouped == ConvTranspose(4, 3, groups=2, bias=False)
    for word, pairs in (("NOTSET", ((1, 0), (2, 1))), ("SAME_UPPER", ((0, 1), (1, 2)))):
        said = {"strides": [2, 2], "output_shape": [24, 18], "auto_pad": word}
        record = read_one("ConvTranspose", "x w", {"w": (3, 4, 3, 3)}, **said)
        assert record == ConvTranspose(4, 3, 2, pairs, bias=False)
    open_ = read_one("ConvTranspose", "x w", {"w": (3, 4, 1, 1)}, strides=[2, 2], auto_pad="SAME_UPPER")
    assert isinstance(open_, Unsupported)


def test_linear_layers():
    flat = (1, 6)
    assert read_one("Gemm", "x w b", {"w": (4, 6), "b": (4,)}, flat, transB=1) == Linear(4)
    assert read_one("Gemm", "x w", {"w": (6, 4)}, flat) == Linear(4, bias=False)
    assert read_one("MatMul", "x w", {"w": (6, 4)}, flat) == Linear(4, bias=False)
    assert isinstance(read_one("MatMul", "x x", None, (1, 1)), Unsupported)
    assert isinstance(read_one("MatMul", "x w", {"w": (10, 4)}), Unsupported)
    assert isinstance(read_one("Gemm", "x w", {"w": (1, 4)}, (1, 1), transA=1), Unsupported)


def test_pooling():
    said = {"kernel_shape": [3, 2], "strides": [2, 2], "ceil_mode": 1}
    assert read_one("MaxPool", **said) == Pool("max", (3, 2), 2, ceil_mode=True)
    assert read_one("AveragePool", kernel_shape=[2, 2], strides=[2, 2]) == Pool("average", 2, count_include_pad=False)
    assert read_one("AveragePool", kernel_shape=[2, 2], count_include_pad=1) == Pool("average", 2, 1)
    assert read_one("GlobalAveragePool") == GlobalPool()
    assert read_one("GlobalMaxPool") == GlobalPool("max")
    assert read_one("ReduceMean", opset=13, axes=[2, 3]) == GlobalPool()
    assert read_one("ReduceMax", "x a", {"a": np.array([-1])}) == Pool("max", (1, 10))
    assert isinstance(read_one("ReduceMean", "x a", {"a": np.array([1])}), Unsupported)
    gone = from_onnx(model([("ReduceMean", "x a", "y", {"keepdims": 0})], weights={"a": np.array([2, 3])}))
    assert [node.operation for node in gone.nodes] == [GlobalPool(), Flatten()]


def test_normalisations():
    weights = {"s": (3,), "b": (3,), "m": (3,), "v": (3,)}
    assert read_one("BatchNormalization", "x s b m v", weights) == Norm()
    assert read_one("InstanceNormalization", "x s b", weights) == Norm("instance")
    assert read_one("LRN", size=5) == Norm(
        "local_response", False, False, constants=(("size", 5.0), ("alpha", 1e-4), ("beta", 0.75), ("k", 1.0))
    )
    assert read_one("LpNormalization", axis=1) == Norm("scale", False, False, epsilon=0.0)
    assert read_one("GroupNormalization", "x s b", weights, opset=21, num_groups=3) == Norm("group", groups=3)
    flat = {"s": (6,), "b": (6,)}
    assert read_one("LayerNormalization", "x s b", flat, (1, 6)) == Norm("layer")


def test_a_group_normalisation_in_pieces_is_one():
    nodes = [
        ("Reshape", "x rows", "a", {}),
        ("InstanceNormalization", "a s b", "c", {}),
        ("Shape", "x", "whole", {}),
        ("Reshape", "c whole", "d", {}),
        ("Mul", "d gain", "e", {}),
        ("Add", "e shift", "y", {}),
    ]
    weights = {
        "rows": np.array([0, 2, -1]),
        "s": np.ones(2, np.float32),
        "b": (2,),
        "gain": (4, 1, 1),
        "shift": (4, 1, 1),
    }
    network = from_onnx(model(nodes, (1, 4, 6, 6), weights))
    wanted = [Norm("group", False, False, 2), Activation("scale", 4), Activation("add", 4)]
    assert [node.operation for node in network.nodes] == wanted


def test_activations_and_constants():
    for op, word in (("Relu", "relu"), ("HardSwish", "hardswish"), ("LeakyRelu", "leaky_relu"), ("Neg", "negate")):
        assert read_one(op) == Activation(word)
    assert read_one("Clip", "x a b", {"a": np.float32(0), "b": np.float32(6)}) == Activation("relu6")
    assert read_one("Clip", opset=6, min=0.0, max=6.0) == Activation("relu6")
    assert read_one("Clip", "x a", {"a": np.float32(1)}) == Activation("clip", 0, (("minimum", 1.0),))
    assert read_one("PRelu", "x s", {"s": (3, 1, 1)}) == Activation("prelu", 3)
    assert read_one("Softmax", axis=1) == Activation("softmax")
    assert isinstance(read_one("Softmax"), Unsupported)
    assert read_one("Softmax", shape=(1, 6), opset=11) == Activation("softmax")
    assert read_one("Add", "x c", {"c": np.float32(3)}) == Activation("add", 0, (("addend", 3.0),))
    assert read_one("Sub", "c x", {"c": (1, 3, 1, 1)}) == Activation("subtract", 3)
    assert read_one("Mul", "x c", {"c": (3, 1, 1)}) == Activation("scale", 3)
    assert read_one("Pow", "x c", {"c": np.float32(2)}) == Activation("power", 0, (("exponent", 2.0),))
    assert isinstance(read_one("Add", "x c", {"c": (1, 3, 1, 1)}, (1, 1, 4, 4)), Unsupported)


def test_joins():
    branches = [("Relu", "x", "a", {}), ("Tanh", "x", "b", {})]

    def joined(op, inputs="a b", **said):
        network = from_onnx(model([*branches, (op, inputs, "y", said)]))
        return [node.operation for node in network.nodes[2:]]

    assert joined("Add") == [Join("add")]
    assert joined("Mul") == [Join("multiply")]
    assert joined("Max") == [Join("maximum")]
    assert joined("Sum", "a b x") == [Join("add")]
    assert joined("Concat", axis=1) == joined("Concat", axis=-3) == [Join("concatenate")]
    assert joined("Sub") == [Activation("negate"), Join("add")]
    assert joined("Div") == [Activation("reciprocal"), Join("multiply")]
    assert joined("Min") == [Activation("negate"), Activation("negate"), Join("maximum"), Activation("negate")]
    assert joined("Mean") == [Join("add"), Activation("divide", 0, (("divisor", 2.0),))]
    assert isinstance(joined("Concat", axis=2)[0], Unsupported)
    assert isinstance(joined("MatMul")[0], Unsupported)


MOVED = {
    "slice": [("Slice", "x a b c d", "y", {})],
    "old slice": [("Slice", "x", "y", {"starts": [1, -7], "ends": [9, 1000], "axes": [2, 3]})],
    "split": [("Split", "x", "a y", {"axis": 1, "num_outputs": 2})],
    "gather": [("Gather", "x one", "a", {"axis": 1}), ("Unsqueeze", "a axis", "y", {})],
    "several": [("Gather", "x two", "y", {"axis": 3})],
    "pad": [("Pad", "x pads", "y", {})],
    "reflect": [("Pad", "x pads", "y", {"mode": "reflect"})],
    "edge": [("Pad", "x pads", "y", {"mode": "edge"})],
    "pixel shuffle": [("DepthToSpace", "x", "y", {"blocksize": 2, "mode": "CRD"})],
    "depth to space": [("DepthToSpace", "x", "y", {"blocksize": 2, "mode": "DCR"})],
    "space to depth": [("SpaceToDepth", "x", "y", {"blocksize": 2})],
    "shuffle": [
        ("Reshape", "x groups", "a", {}),
        ("Transpose", "a", "b", {"perm": [0, 2, 1, 3, 4]}),
        ("Reshape", "b whole", "y", {}),
    ],
    "there and back": [
        ("Transpose", "x", "a", {"perm": [0, 2, 3, 1]}),
        ("Transpose", "a", "y", {"perm": [0, 3, 1, 2]}),
    ],
    "flatten": [("Flatten", "x", "y", {})],
    "rows": [("Reshape", "x flat", "a", {}), ("Reshape", "a whole", "y", {})],
    "expand": [("GlobalMaxPool", "x", "a", {}), ("Shape", "x", "s", {}), ("Expand", "a s", "y", {})],
    "up": [("Resize", "x none scales", "y", {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"})],
    "up by default": [("Resize", "x none scales", "y", {})],
    "to a size": [("Resize", "x none none size", "y", {"coordinate_transformation_mode": "align_corners"})],
}
NUMBERS = {
    "a": np.array([2, 1]),
    "b": np.array([11, -1]),
    "c": np.array([2, 1]),
    "d": np.array([3, 1]),
    "one": np.array(2),
    "axis": np.array([1]),
    "two": np.array([3, 4, 5]),
    "pads": np.array([0, 0, 1, 2, 0, 0, 3, 1]),
    "groups": np.array([1, 2, 4, 12, 10]),
    "whole": np.array([0, 8, 12, 10]),
    "flat": np.array([1, -1]),
    "scales": np.array([1, 1, 2, 3], np.float32),
    "size": np.array([1, 8, 5, 28]),
}


@pytest.mark.parametrize("name", MOVED)
def test_what_moves_numbers_moves_them_as_onnx_does(name):
    nodes = MOVED[name]
    own = {each for _, _, outs, _ in nodes for each in outs.split()}
    used = {each for _, ins, _, _ in nodes for each in ins.split()} - own
    nodes = [(op, ins.replace("none", ""), outs, said) for op, ins, outs, said in nodes]
    weights = {key: NUMBERS[key] for key in used & set(NUMBERS)}
    proto = model(nodes, (1, 8, 12, 10), weights, 9 if name == "old slice" else 20)
    for node in proto.graph.node:  # inputs left out have no name
        wanted = next(ins for op, ins, outs, _ in MOVED[name] if outs.split()[0] == node.output[0]).split()
        del node.input[:]
        node.input.extend("" if each == "none" else each for each in wanted)
    network = from_onnx(proto)
    assert not any(isinstance(node.operation, Unsupported) for node in network.nodes), network.nodes
    x = np.random.default_rng(1).integers(-99, 99, (1, 8, 12, 10)).astype(np.float32)
    wanted = ReferenceEvaluator(proto).run(None, {"x": x})[0]
    got = layers.run(network, {}, x)[network.outputs[0]] if network.nodes else x
    assert np.array_equal(got, wanted)
    assert from_json(to_json(network)) == network


def test_resizing():
    def resize(weights, inputs="x r s", **said):
        proto = model([("Resize", inputs, "y", said)], weights={"r": (0,)} | weights)
        return from_onnx(proto).nodes[0].operation

    half = {"s": np.array([1, 1, 0.5, 2.0], np.float32)}
    assert resize(half, mode="linear") == Resize(scale=(Fraction(1, 2), 2), method="linear")
    assert resize(half).rounding == "round_prefer_floor"
    tenth = {"s": np.array([1, 1, 0.7, 0.7], np.float32)}
    assert resize(tenth, mode="cubic", coordinate_transformation_mode="align_corners").scale == Fraction(7, 10)
    channels = {"s": np.array([1, 2, 1, 1], np.float32)}
    assert isinstance(resize(channels), Unsupported)
    assert isinstance(resize(half, coordinate_transformation_mode="tf_crop_and_resize"), Unsupported)
    assert isinstance(resize(half, antialias=1, mode="linear"), Unsupported)
    odd = from_onnx(model([("Upsample", "x s", "y", {})], weights={"s": np.float32([1, 1, 31 / 12, 1.1])}, opset=9))
    assert odd.nodes[0].operation.scale == (Fraction(31, 12), Fraction(11, 10))
    assert resolve(odd)["y"].shape == (3, 31, 11)
    up = from_onnx(model([("Upsample", "x s", "y", {})], weights={"s": np.array([1, 1, 2, 2], np.float32)}, opset=9))
    assert up.nodes[0].operation == Resize(scale=2, coordinates="asymmetric", rounding="floor")


def test_sizes_computed_in_the_model_follow_their_tensor():
    nodes = [
        ("Conv", "x w", "a", {"strides": [2, 2]}),
        ("Shape", "x", "s", {}),
        ("Slice", "s two four", "hw", {}),
        ("Shape", "a", "t", {"end": 2}),
        ("Concat", "t hw", "size", {"axis": 0}),
        ("Resize", "a e e size", "y", {"mode": "linear"}),
    ]
    weights = {"w": (4, 3, 3, 3), "two": np.array([2]), "four": np.array([4]), "e": np.zeros(0, np.float32)}
    network = from_onnx(model(nodes, ("batch", 3, "h", "w"), weights), input=(3, 15, 11))
    assert network.nodes[1].inputs == ("a", "input")
    assert network.nodes[1].operation == Resize(method="linear")
    assert resolve(network, (3, 33, 20))["y"].shape == (4, 33, 20)


def test_sizes_computed_with_arithmetic_are_folded():
    nodes = [
        ("Conv", "x w", "a", {}),
        ("Shape", "a", "s", {}),
        ("Gather", "s zero", "n", {}),
        ("Unsqueeze", "n axes", "m", {}),
        ("Concat", "m rest", "dims", {"axis": 0}),
        ("Reshape", "a dims", "b", {}),
        ("Gemm", "b v", "y", {}),
    ]
    weights = {"w": (2, 3, 3, 3), "zero": np.array(0), "axes": np.array([0]), "rest": np.array([-1]), "v": (160, 5)}
    network = from_onnx(model(nodes, weights=weights))
    assert [type(node.operation) for node in network.nodes] == [Conv, Flatten, Linear]
    doubled = [
        ("Shape", "x", "s", {}),
        ("Slice", "s two four", "hw", {}),
        ("Mul", "hw by", "big", {}),
        ("Shape", "x", "t", {"end": 2}),
        ("Concat", "t big", "size", {"axis": 0}),
        ("Resize", "x e e size", "y", {}),
    ]
    numbers = {"two": np.array([2]), "four": np.array([4]), "by": np.array([2]), "e": np.zeros(0, np.float32)}
    assert from_onnx(model(doubled, weights=numbers)).nodes[0].operation == Resize(size=(24, 20))
    scaled = [("Cast", "hw", "f", {"to": 1}), ("Mul", "f half", "g", {}), ("Floor", "g", "i", {})]
    doubled[2:3] = [*scaled, ("Cast", "i", "big", {"to": 7})]
    numbers["half"] = np.float32(1.5)
    assert from_onnx(model(doubled, weights=numbers)).nodes[0].operation == Resize(size=(18, 15))


def test_channels_last():
    nodes = [
        ("Transpose", "x", "a", {"perm": [0, 3, 1, 2]}),
        ("Conv", "a w", "b", {}),
        ("Transpose", "b", "c", {"perm": [0, 2, 3, 1]}),
        ("MatMul", "c v", "d", {}),
        ("Add", "d u", "e", {}),
        ("LayerNormalization", "e s t", "f", {}),
        ("ReduceMean", "f axes", "y", {"keepdims": 0}),
    ]
    weights = {"w": (4, 3, 3, 3), "v": (4, 7), "u": (7,), "s": (7,), "t": (7,), "axes": np.array([1, 2])}
    network = from_onnx(model(nodes, (1, 9, 8, 3), weights))
    assert network.input == (3, 9, 8)
    wanted = [
        Conv(4, 3, bias=False),
        Conv(7, 1, bias=False),
        Activation("add", 7),
        Norm("channel"),
        GlobalPool(),
        Flatten(),
    ]
    assert [node.operation for node in network.nodes] == wanted
    assert resolve(network)["d"].shape == (7, 7, 6)
    mixed = from_onnx(model([nodes[0], nodes[1], nodes[2], ("Flatten", "c", "y", {})], (1, 9, 8, 3), weights))
    assert "another order" in mixed.nodes[-1].operation.reason


def test_which_axis_is_the_channels_where_two_change_places():
    turn = {"perm": [0, 2, 1]}
    weights = {"w": (4, 3, 3), "v": (3, 5), "s": (3,)}
    last = from_onnx(model([("Transpose", "x", "a", turn), ("Conv", "a w", "y", {})], (1, 9, 3), weights))
    assert last.input == (3, 9)
    nodes = [("Transpose", "x", "a", turn), ("LayerNormalization", "a s s", "b", {}), ("MatMul", "b v", "y", {})]
    first = from_onnx(model(nodes, (1, 3, 9), weights))
    assert first.input == (3, 9)
    assert [node.operation for node in first.nodes] == [Norm("channel"), Conv(5, 1, bias=False)]


def test_neutral_constants_of_an_exporter_are_no_parameters():
    said = [
        ("Constant", "", "s", {"value": numpy_helper.from_array(np.ones(3, np.float32))}),
        ("Constant", "", "b", {"value": numpy_helper.from_array(np.zeros(3, np.float32))}),
        ("InstanceNormalization", "x s b", "y", {}),
    ]
    assert from_onnx(model(said)).nodes[0].operation == Norm("instance", False, False)


def test_what_no_record_expresses_is_named_and_what_follows_is_kept():
    nodes = [
        ("Conv", "x w", "a", {}),
        ("CumSum", "a two", "b", {}),
        ("Relu", "b", "c", {}),
        ("Conv", "c v", "d", {}),
        ("Softmax", "d", "e", {"axis": 3}),
        ("Shrink", "e", "y", {}),
    ]
    network = from_onnx(model(nodes, weights={"w": (4, 3, 3, 3), "two": np.array(2), "v": (5, 4, 1, 1)}))
    named = {node.name: node.operation for node in network.nodes if isinstance(node.operation, Unsupported)}
    assert [(name, op.operator, op.shape) for name, op in named.items()] == [
        ("b", "CumSum", (4, 10, 8)),
        ("e", "Softmax", (5, 10, 8)),
        ("y", "Shrink", (5, 10, 8)),
    ]
    assert network_cost(network).total.parameters == 4 * 27 + 20
    assert [field.axes is None for field in receptive_fields(network)] == [False] + [True] * 5


def test_operators_of_other_libraries_are_not_taken_for_onnx_s():
    proto = model([("Conv", "x w", "y", {})], weights={"w": (4, 3, 3, 3)})
    proto.graph.node[0].domain = "my.operators"
    proto.opset_import.append(helper.make_opsetid("my.operators", 1))
    assert from_onnx(proto).nodes[0].operation == Unsupported("Conv", "it is of another library: my.operators")


def test_branches_that_read_the_graph_around_them_depend_on_the_input():
    bodies = [
        helper.make_graph([helper.make_node(op, ["x"], ["r"])], op, [], [helper.make_empty_tensor_value_info("r")])
        for op in ("Relu", "Tanh")
    ]
    nodes = [("If", "c", "a", {"then_branch": bodies[0], "else_branch": bodies[1]}), ("Add", "a x", "y", {})]
    network = from_onnx(model(nodes, weights={"c": np.array(True)}))
    assert [(node.name, node.inputs) for node in network.nodes] == [("a", ("input",)), ("y", ("a", "input"))]
    assert isinstance(network.nodes[0].operation, Unsupported)


def test_a_layer_of_another_shape_than_onnx_infers_is_not_taken_for_it():
    node = from_onnx(model([("Conv", "x w", "y", {"kernel_shape": [5, 5]})], weights={"w": (4, 3, 3, 3)})).nodes[0]
    assert isinstance(node.operation, Unsupported)
    assert "by ONNX's own inference (1, 4, 8, 6)" in node.operation.reason


def test_weights_of_several_nodes_are_named():
    nodes = [("Conv", "x w", "a", {}), ("Relu", "a", "r", {}), ("Conv", "r w", "b", {}), ("Conv", "b v", "y", {})]
    network = from_onnx(model(nodes, weights={"w": (3, 3, 3, 3), "v": (2, 3, 1, 1)}))
    assert network.note == "read from ONNX; in several nodes: w (81 parameters)"
    assert network_cost(network).total.parameters == 2 * 81 + 6


def test_further_results_are_named():
    said = {"kernel_shape": [2, 2], "strides": [2, 2]}
    network = from_onnx(model([("MaxPool", "x", "a where", said), ("MaxUnpool", "a where", "y", said)]))
    assert [type(node.operation) for node in network.nodes] == [Pool, Unsupported, Unsupported]
    assert network.nodes[1].operation.reason == "its further results"


def test_weights_that_are_not_there():
    proto = model([("Conv", "x w", "y", {"kernel_shape": [3, 3]})], weights={"w": (8, 3, 3, 3)})
    weight = proto.graph.initializer[0]
    weight.ClearField("raw_data")
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="nowhere.bin")
    assert from_onnx(proto).nodes[0].operation == Conv(8, 3, bias=False)
    sizes = model([("Reshape", "x s", "y", {})], weights={"s": np.array([1, -1])})
    sizes.graph.initializer[0].CopyFrom(weight)
    sizes.graph.initializer[0].name = "s"
    assert "cannot be loaded" in from_onnx(sizes).nodes[0].operation.reason
    proto.graph.initializer.remove(weight)
    proto.graph.input.add().CopyFrom(helper.make_tensor_value_info("w", TensorProto.FLOAT, (8, 3, 3, 3)))
    with pytest.raises(ArgumentError, match="inputs are x, w"):
        from_onnx(proto)


def test_models_come_as_files_bytes_or_objects(tmp_path):
    proto = model([("Conv", "x w", "y", {})], weights={"w": (8, 3, 3, 3)})
    path = tmp_path / "one.onnx"
    onnx.save(proto, path)
    networks = [from_onnx(proto), from_onnx(path), from_onnx(str(path)), from_onnx(path.read_bytes())]
    assert [network.name for network in networks] == ["model", "one", "one", "model"]  # exporters name graphs alike
    assert all(replace(network, name="model") == networks[0] for network in networks)


def test_open_sizes_are_asked_for():
    proto = model([("Conv", "x w", "y", {})], ("n", 3, "h", "w"), {"w": (8, 3, 3, 3)})
    with pytest.raises(ArgumentError, match=r"\('\?', 3, '\?', '\?'\)") as caught:
        from_onnx(proto)
    assert "input=(3, 224, 224)" in str(caught.value)
    assert from_onnx(proto, input=(3, 9, 7)).input == (3, 9, 7)
    with pytest.raises(ArgumentError, match="3 axes"):
        from_onnx(proto, input=(9, 7))
    for wrong in ((3, 0, 7), (3, -9, 7), (3, 9.5, 7), "3,9,7", 5, (3, symbol("n"), 7)):
        with pytest.raises(RefconvError, match="input"):
            from_onnx(proto, input=wrong)


def test_what_is_no_model_is_refused(tmp_path):
    for wrong in (b"nonsense", b"", 3, None):
        with pytest.raises(ArgumentError, match="no ONNX model"):
            from_onnx(wrong)
    with pytest.raises(FileNotFoundError):
        from_onnx(tmp_path / "absent.onnx")
    constant = model([("Relu", "c", "y", {})], weights={"c": (3,)})
    with pytest.raises(ArgumentError, match="no output"):
        from_onnx(constant)
    with pytest.raises(RefconvError, match="kernel does not fit"):
        from_onnx(model([("Conv", "x w", "y", {})], weights={"w": (8, 3, 13, 3)}))


def test_selected_channels_and_records_of_moves():
    split = from_onnx(model([("Split", "x", "a y", {"axis": 1})], (1, 4, 6, 6), opset=11, outputs=["y", "a"]))
    assert [node.operation for node in split.nodes] == [Select(0, 2), Select(2, 4)]
    crop = from_onnx(
        model([("Slice", "x a b c", "y", {})], weights={"a": np.array([2]), "b": np.array([-1]), "c": np.array([2])})
    )
    assert crop.nodes[0].operation == Pad(((-2, -1), (0, 0)))
    shuffled = from_onnx(model([("DepthToSpace", "x", "y", {"blocksize": 2})], (1, 8, 4, 4)))
    assert [node.operation for node in shuffled.nodes] == [Shuffle(4), DepthToSpace(2)]


COMPUTED = {
    "leaky": [("LeakyRelu", "x", "y", {"alpha": 0.2})],
    "elu": [("Elu", "x", "y", {"alpha": 2.0})],
    "softplus": [("Softplus", "x", "y", {})],
    "hard sigmoid": [("HardSigmoid", "x", "y", {})],
    "hard sigmoid of torch": [("HardSigmoid", "x", "y", {"alpha": 1 / 6})],
    "hard sigmoid moved": [("HardSigmoid", "x", "y", {"alpha": 0.3, "beta": 0.25})],
    "clip": [("Clip", "x low high", "y", {})],
    "clip below": [("Clip", "x low", "y", {})],
    "clip above": [("Clip", "x  high", "y", {})],
    "fixed slope": [("PRelu", "x slope", "y", {})],
    "arithmetic": [
        ("Mul", "x three", "a", {}),
        ("Sub", "three a", "e", {}),
        ("Sub", "e high", "c", {}),
        ("Div", "c three", "d", {}),
        ("Add", "d three", "y", {}),
    ],
    "extremes": [("Max", "x low", "a", {}), ("Min", "high a", "y", {})],
    "powers": [("Pow", "x two", "a", {}), ("Add", "a three", "c", {}), ("Div", "three c", "y", {})],
    "less": [("Relu", "x", "a", {}), ("Sub", "a x", "y", {})],
    "mean": [("Relu", "x", "a", {}), ("Mean", "a x x", "y", {})],
    "unit length": [("LpNormalization", "x", "y", {"axis": 1, "p": 2})],
    "batch": [("BatchNormalization", "x s b m v", "y", {"epsilon": 0.5})],
    "instance": [("InstanceNormalization", "x s b", "y", {"epsilon": 0.5})],
    "layer": [
        ("Transpose", "x", "a", {"perm": [0, 2, 3, 1]}),
        ("LayerNormalization", "a s b", "c", {"epsilon": 0.5}),
        ("Transpose", "c", "y", {"perm": [0, 3, 1, 2]}),
    ],
    "group": [("GroupNormalization", "x s b", "y", {"num_groups": 3, "epsilon": 0.5})],
}


@pytest.mark.parametrize("name", COMPUTED)
def test_a_run_computes_with_the_constants_of_the_model(name):
    rng = np.random.default_rng(9)
    scalars = {"low": -0.25, "high": 0.75, "three": 3.0, "two": 2.0, "slope": 0.125}
    learnt = {key: rng.uniform(0.5, 1.5, 3).astype(np.float32) for key in "sbmv"}
    nodes = [(op, ins.replace("  ", " - "), outs, said) for op, ins, outs, said in COMPUTED[name]]
    read = {part for _, ins, _, _ in nodes for part in ins.split()}
    weights = {key: each for key, each in {**learnt, **scalars}.items() if key in read}
    weights = {key: np.asarray(each, np.float32) for key, each in weights.items()}
    proto = model(nodes, (2, 3, 6, 5), weights, opset=21)
    for node in proto.graph.node:
        node.input[:] = ["" if part == "-" else part for part in node.input]
    network = from_onnx(proto)
    assert from_json(to_json(network)) == network
    names = {"s": "weight", "b": "bias", "m": "running_mean", "v": "running_var"}
    own = {names[key]: each for key, each in weights.items() if key in names}
    x = rng.standard_normal((2, 3, 6, 5)).astype(np.float32)
    ours = layers.run(network, {node.name: own for node in network.nodes}, x)[network.outputs[-1]]
    wanted = ReferenceEvaluator(proto).run(None, {"x": x})[0]
    if ours.shape != wanted.shape:
        ours = ours.transpose(0, 2, 3, 1)
    np.testing.assert_allclose(ours, wanted, rtol=1e-5, atol=1e-6)


def test_a_local_response_normalisation_has_its_size():
    """The reference evaluator's own loop runs over the batch, so: by the definition."""
    proto = model([("LRN", "x", "y", {"size": 3, "alpha": 0.5, "beta": 0.5, "bias": 1.5})], (2, 5, 2, 2))
    x = np.random.default_rng(2).standard_normal((2, 5, 2, 2))
    wanted = np.zeros_like(x)
    for c in range(5):
        squares = (x[:, max(0, c - 1) : c + 2] ** 2).sum(axis=1)
        wanted[:, c] = x[:, c] / (1.5 + 0.5 / 3 * squares) ** 0.5
    np.testing.assert_allclose(layers.run(from_onnx(proto), {}, x)["y"], wanted, rtol=1e-12)
    even = from_onnx(model([("LRN", "x", "y", {"size": 4})], (2, 5, 2, 2)))
    with pytest.raises(ArgumentError, match=r"^y: size is 4\.0"):
        layers.run(even, {}, x)


REFUSED = {
    "selu": [("Selu", "x", "y", {"alpha": 2.0})],
    "one for each position": [("Mul", "x places", "y", {})],
    "several added": [("Add", "x s", "y", {})],
    "slopes by position": [("PRelu", "x across", "y", {})],
    "cast": [("Cast", "x", "y", {"to": TensorProto.INT32})],
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_a_run_does_not_know_it_refuses(name):
    given = {"places": np.ones((1, 3, 6, 3)), "s": np.ones((1, 3, 1, 1)), "across": np.ones((1, 1, 3))}
    read = {part for _, ins, _, _ in REFUSED[name] for part in ins.split()}
    weights = {key: each.astype(np.float32) for key, each in given.items() if key in read}
    network = from_onnx(model(REFUSED[name], (1, 3, 6, 3), weights))
    with pytest.raises(ArgumentError, match=r"^y: .*known"):
        layers.run(network, layers.initialise(network), np.ones((1, 3, 6, 3)))


def test_statistics_that_are_no_running_ones_are_no_batch_normalisation():
    weights = dict.fromkeys("sbmv", (3,))
    said = from_onnx(model([("BatchNormalization", "x s b m v", "y p q", {"training_mode": 1})], weights=weights))
    assert isinstance(said.nodes[0].operation, Unsupported)


def test_a_product_with_factors_beside_its_weights():
    rng = np.random.default_rng(4)
    w = rng.standard_normal((6, 4)).astype(np.float32)
    x = rng.standard_normal((2, 6)).astype(np.float32)
    scalar = {"w": w, "c": np.float32(3)}
    proto = model([("Gemm", "x w c", "y", {"alpha": 0.5})], (2, 6), scalar)
    network = from_onnx(proto)
    ours = layers.run(network, {node.name: {"weight": w.T} for node in network.nodes}, x)[network.outputs[0]]
    np.testing.assert_allclose(ours, ReferenceEvaluator(proto).run(None, {"x": x})[0], rtol=1e-5)
    doubled = from_onnx(model([("Gemm", "x w c", "y", {"beta": 2.0})], (2, 6), scalar))
    assert isinstance(doubled.nodes[0].operation, Unsupported)


def test_dropping_out_is_not_leaving_in():
    given = {"r": np.float32(0.5), "t": np.array(True)}
    assert isinstance(from_onnx(model([("Dropout", "x r t", "y", {})], weights=given)).nodes[0].operation, Unsupported)
    assert read_one("Dropout", "x r t", given | {"t": np.array(False)}) == Activation("dropout")
