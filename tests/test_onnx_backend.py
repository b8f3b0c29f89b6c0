"""ONNX's own test cases: every node of an operator that is run here, and the cases converted from PyTorch.

A case passes by the suite's own rule, which is a wide one. Convolutions are held to the derived bound besides.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx", reason="the optional tier: pip install refconv[onnx]")

from onnx import helper, numpy_helper  # noqa: E402
from onnx.backend.test import loader  # noqa: E402

from refconv.dialects.onnx import OPERATORS, run_model, run_node  # noqa: E402
from tests import bounds  # noqa: E402

pytestmark = pytest.mark.onnx

COUNTS = {
    "AveragePool": 20,
    "Col2Im": 5,
    "Conv": 6,
    "ConvInteger": 2,
    "ConvTranspose": 11,
    "DeformConv": 4,
    "GlobalAveragePool": 2,
    "GlobalLpPool": 0,
    "GlobalMaxPool": 2,
    "LpPool": 8,
    "MaxPool": 19,
    "QLinearConv": 1,
}
"""The node cases of onnx 1.23.2."""

RTOL, ATOL = 1e-3, 1e-7  # the suite's, for all its cases
BILINEAR = {"Conv", "ConvTranspose"}


@pytest.fixture(scope="module")
def node_cases():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its other operators overflow and divide by zero while their cases are made
        return loader.load_model_tests(kind="node")


def operators(model):
    return {node.op_type for node in model.graph.node}


def nodes_one_by_one(model, feed, change=lambda array: array):
    values = {each.name: change(numpy_helper.to_array(each)) for each in model.graph.initializer}
    values |= {name: change(array) for name, array in feed.items()}
    for node in model.graph.node:
        attributes = {each.name: helper.get_attribute_value(each) for each in node.attribute}
        results = run_node(node.op_type, [values[name] if name else None for name in node.input], attributes)
        values |= dict(zip(node.output, results, strict=False))
    return [values[info.name] for info in model.graph.output]


def check(model, inputs, outputs):
    names = [info.name for info in model.graph.input]
    known = {each.name for each in model.graph.initializer}
    feed = dict(zip([name for name in names if name not in known], inputs, strict=True))
    ours = nodes_one_by_one(model, feed)
    for mine, theirs in zip(ours, outputs, strict=True):
        assert (mine.shape, mine.dtype) == (theirs.shape, theirs.dtype)
        np.testing.assert_allclose(mine, theirs, rtol=RTOL, atol=ATOL)
    for mine, run in zip(ours, run_model(model, feed).values(), strict=True):
        np.testing.assert_array_equal(mine, run)
    if operators(model) <= BILINEAR:
        (mine,), (magnitude,) = ours, nodes_one_by_one(model, feed, np.abs)
        (node,) = model.graph.node
        terms = np.prod(inputs[0].shape[1:]) + 1  # no output sums more than a whole sample and a bias
        bound = 2 * bounds.gamma(int(terms), mine.dtype) * magnitude
        assert (np.abs(mine - outputs[0]) <= bound).all(), node.op_type


@pytest.mark.parametrize("op", [op for op, count in COUNTS.items() if count])
def test_every_node_case(op, node_cases):
    cases = [case for case in node_cases if operators(case.model) == {op}]
    assert len(cases) >= COUNTS[op]
    for case in cases:
        for inputs, outputs in case.data_sets:
            try:
                check(case.model, inputs, outputs)
            except Exception as error:
                error.add_note(f"in ONNX's case {case.name}")
                raise


def test_no_operator_is_forgotten(node_cases):
    assert set(COUNTS) == set(OPERATORS)
    cased = {op for case in node_cases for op in operators(case.model)}
    assert {op for op in OPERATORS if COUNTS[op]} <= cased


def stored(kind):
    """Return the folders of the stored cases whose nodes are all run here."""
    folders = sorted(path.parent for path in (Path(loader.DATA_DIR) / kind).glob("*/model.onnx"))
    return [folder for folder in folders if operators(onnx.load(folder / "model.onnx")) <= set(OPERATORS)]


def read(path):
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return numpy_helper.to_array(tensor)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("pytorch-converted", {"Conv": 26, "ConvTranspose": 2, "AveragePool": 5, "MaxPool": 8}),
        ("pytorch-operator", {"Conv": 1, "ConvTranspose": 1, "MaxPool": 1}),
    ],
    ids=["converted", "operator"],
)
def test_every_case_converted_from_pytorch(kind, wanted):
    counts = dict.fromkeys(wanted, 0)
    for folder in stored(kind):
        model = onnx.load(folder / "model.onnx")
        for data in sorted(folder.glob("test_data_set_*")):
            inputs, outputs = (
                [read(data / f"{what}_{number}.pb") for number in range(len(list(data.glob(f"{what}_*.pb"))))]
                for what in ("input", "output")
            )
            try:
                check(model, inputs, outputs)
            except Exception as error:
                error.add_note(f"in ONNX's case {folder.name}")
                raise
            counts[model.graph.node[0].op_type] += 1
    assert counts == wanted
