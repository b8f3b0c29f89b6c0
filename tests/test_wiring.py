"""The wiring is the definition's list of triples, and a sketch of it sums to refconv's own results."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from refconv.algorithms import direct
from refconv.ops import arguments
from refconv.ops.arguments import Options
from refconv.oracle.operations import OPERATIONS, operation
from refconv.oracle.sketch import Sketch
from refconv.oracle.suites import suite
from refconv.oracle.wiring import NOTHING, Wiring
from tests import draw


def flat(index, shape):
    return NOTHING if index is None else int(np.ravel_multi_index(index, shape))


@given(draw.cases(draw.draw_convolution))
def test_the_triples_are_those_of_the_definition(case):
    x, w = case.integers(case.x_shape, case.w_shape)
    plan = arguments.convolution("conv", None, x, w, None, Options(**case.options)).plan
    found = Wiring.of(plan).triples()
    expected = [
        (flat(iy, plan.y_shape), flat(ix, plan.x_shape), flat(iw, plan.w_shape)) for iy, ix, iw in direct.terms(plan)
    ]
    assert sorted(zip(*(index.tolist() for index in found), strict=True)) == sorted(expected)


@pytest.mark.parametrize("op", OPERATIONS)
def test_an_unedited_sketch_is_the_operation_and_its_gradients(op):
    kind = operation(op)
    seen = 0
    for case in suite("quick", op):
        if case.fill != "integers" or case.macs > 20_000 or 0 in case.x_shape:
            continue
        arrays = case.arrays()
        gradients = kind.backward(arrays.dy, arrays.x, arrays.w, **case.options)
        right = {"y": kind.forward(arrays.x, arrays.w, arrays.b, **case.options)} | gradients._asdict()
        for of, array in right.items():
            assert np.array_equal(Sketch.of_case(case, of).result(arrays), array), (case.name, of)
        seen += 1
    assert seen > 10
