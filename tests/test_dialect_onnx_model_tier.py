"""ONNX models, run node by node, beside ONNX Runtime: whole numbers and quarters, so that answers are equal."""

from __future__ import annotations

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the package onnx is not installed: make venv-onnx")
onnxruntime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is not installed: make venv-onnx")

from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from refconv.dialects.onnx import run_model  # noqa: E402
from refconv.errors import ArgumentError, DTypeError, ShapeError  # noqa: E402

pytestmark = pytest.mark.onnx
OPSETS = [helper.make_opsetid("", 22), helper.make_opsetid("own", 1)]
RNG = np.random.default_rng(800)
WEIGHTS = {
    "w1": RNG.integers(-2, 3, (4, 2, 3, 3)).astype(np.float32),
    "b1": RNG.integers(-2, 3, 4).astype(np.float32),
    "w2": RNG.integers(-2, 3, (4, 2, 3, 3)).astype(np.float32),
    "w3": RNG.integers(-2, 3, (3, 16)).astype(np.float32),
    "b3": RNG.integers(-2, 3, 3).astype(np.float32),
}


def small_model():
    """Return a model of all that is run: two convolutions, a sum of both, poolings and a matrix product."""
    node = helper.make_node
    nodes = [
        node("Conv", ["x", "w1", "b1"], ["c1"], name="first", pads=[1, 1, 1, 1]),
        node("Relu", ["c1"], ["r1"]),
        node("Conv", ["r1", "w2"], ["c2"], group=2, auto_pad="SAME_UPPER"),
        node("Add", ["r1", "c2"], ["sum"]),
        node("Identity", ["sum"], ["same"]),
        node("MaxPool", ["same"], ["most", ""], kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
        node("AveragePool", ["most"], ["mean"], kernel_shape=[2, 2], strides=[1, 1]),
        node("Flatten", ["mean"], ["flat"]),
        node("Constant", [], ["shape"], value=numpy_helper.from_array(np.array([0, -1]))),
        node("Reshape", ["flat", "shape"], ["again"]),
        node("Gemm", ["again", "w3", "b3"], ["y"], transB=1, alpha=0.5),
        node("GlobalMaxPool", ["sum"], ["z"]),
    ]
    images = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 2, 5, 5])
    shapes = {"y": ["batch", 3], "z": ["batch", 4, 1, 1]}
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()]
    initializers = [numpy_helper.from_array(a, name) for name, a in WEIGHTS.items()]
    graph = helper.make_graph(nodes, "small", [images], outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 22)], ir_version=10)


def by_runtime(model, feed):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return dict(zip([each.name for each in session.get_outputs()], session.run(None, feed), strict=True))


@pytest.mark.parametrize("batch", [1, 3])
def test_a_model_is_run(batch, tmp_path):
    model = small_model()
    onnx.checker.check_model(model)
    x = np.random.default_rng(batch).integers(-2, 3, (batch, 2, 5, 5)).astype(np.float32)
    theirs = by_runtime(model, {"x": x})
    onnx.save(model, tmp_path / "one.onnx")
    onnx.save(small_model(), tmp_path / "two.onnx", save_as_external_data=True, location="weights", size_threshold=0)
    for form in (model, model.SerializeToString(), tmp_path / "one.onnx", str(tmp_path / "two.onnx")):
        for inputs in ({"x": x}, [x], x):
            ours = run_model(form, inputs)
            assert list(ours) == ["y", "z"]
            for name, y in ours.items():
                assert y.dtype == np.float32
                assert np.array_equal(y, theirs[name])


def test_a_weight_may_be_given():
    model, x = small_model(), np.ones((1, 2, 5, 5), np.float32)
    other = {"x": x, "b3": WEIGHTS["b3"] + 1}
    with pytest.raises(ArgumentError, match=r"has no inputs \['b3'\]"):
        run_model(model, other)
    model.graph.input.append(helper.make_tensor_value_info("b3", TensorProto.FLOAT, [3]))
    assert np.array_equal(run_model(model, other)["y"], run_model(model, [x])["y"] + 1)


def test_a_models_own_function_is_run():
    twice = helper.make_function("own", "Twice", ["a"], ["b"], [helper.make_node("Add", ["a", "a"], ["b"])], OPSETS[:1])
    graph = helper.make_graph(
        [helper.make_node("Twice", ["x"], ["y"], domain="own")],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])],
    )
    model = helper.make_model(graph, functions=[twice], opset_imports=OPSETS, ir_version=10)
    assert run_model(model, [[1.0, 2.0]])["y"].tolist() == [2, 4]


def test_what_is_no_model_and_what_does_not_fit():
    x = np.ones((1, 2, 5, 5), np.float32)
    with pytest.raises(ArgumentError, match="no ONNX model"):
        run_model(b"no model", x)
    with pytest.raises(ArgumentError, match="of type int"):
        run_model(3, x)
    with pytest.raises(FileNotFoundError):
        run_model("nowhere.onnx", x)
    for inputs, error, said in (
        ({}, ArgumentError, r"missing: \['x'\]"),
        ([x, x], ArgumentError, "has 1 inputs"),
        ([x[:, :1]], ShapeError, r"has shape \(1, 1, 5, 5\), but the model says \('\?', 2, 5, 5\)"),
        ([x[0]], ShapeError, "has shape"),
        ([x.astype(float)], DTypeError, "is of type float64, but the model says float32"),
    ):
        with pytest.raises(error, match=said):
            run_model(small_model(), inputs)


def test_an_error_names_the_node():
    x = np.ones((1, 2, 5, 5), np.float32)
    model = small_model()
    model.graph.node[0].attribute[0].ints[:] = [1, 1]
    with pytest.raises(ArgumentError, match=r"onnx\.Conv: pads must have 4 entries") as caught:
        run_model(model, x)
    assert caught.value.__notes__ == ["In node 'first' of the model."]
    for change, said in (
        ({"op_type": "Softmax"}, "node 'first' is of operator 'Softmax', which is not run here"),
        ({"domain": "com.microsoft"}, "of domain 'com.microsoft'"),
        ({"name": "", "op_type": "Relu6"}, "the node of output 'c1'"),
    ):
        model = small_model()
        for name, value in change.items():
            setattr(model.graph.node[0], name, value)
        with pytest.raises(ArgumentError, match=said):
            run_model(model, x)
    model = small_model()
    model.graph.node[1].input[0] = "nothing"
    with pytest.raises(ArgumentError, match="reads nothing, which nothing before it writes"):
        run_model(model, x)
    model = small_model()
    model.graph.output[0].name = "nobody"
    with pytest.raises(ArgumentError, match=r"no node writes the outputs \['nobody'\]"):
        run_model(model, x)


def one_node(node, kind, shape):
    info = helper.make_tensor_value_info
    graph = helper.make_graph([node], "g", [info("x", kind, shape)], [info("y", kind, None)])
    return helper.make_model(graph, opset_imports=OPSETS[:1], ir_version=10)


def test_lists_do_not_wrap():
    same = helper.make_node("Identity", ["x"], ["y"])
    model = one_node(same, TensorProto.INT8, [4])
    assert run_model(model, [[1, 2.0, -128, 127]])["y"].tolist() == [1, 2, -128, 127]
    for value in ([300, 1, 2, 3], [1.7, 1, 2, 3], [1j, 1, 2, 3], [np.nan, 1, 2, 3]):
        with pytest.raises(DTypeError, match="input x has numbers that int8 cannot hold"):
            run_model(model, [value])
    for value in (1e39, 1j):
        with pytest.raises(DTypeError, match="float32 cannot hold"):
            run_model(one_node(same, TensorProto.FLOAT, [1]), [[value]])
    with pytest.raises(DTypeError, match="string cannot hold"):
        run_model(one_node(same, TensorProto.STRING, [1]), [[1.0]])


def test_messages_of_odd_models():
    with pytest.raises(ArgumentError, match="a node without a name and without outputs is of operator 'Nothing'"):
        run_model(one_node(helper.make_node("Nothing", ["x"], []), TensorProto.FLOAT, [1]), [[1.0]])
    with pytest.raises(ShapeError, match=r"the model says \(0, '\?'\)"):
        run_model(one_node(helper.make_node("Relu", ["x"], ["y"]), TensorProto.FLOAT, [0, "n"]), [[[1.0]]])
    pool = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[1], auto_pad=b"\xff")
    with pytest.raises(ArgumentError, match="not UTF-8"):
        run_model(one_node(pool, TensorProto.FLOAT, [1, 1, 1]), [[[[1.0]]]])
