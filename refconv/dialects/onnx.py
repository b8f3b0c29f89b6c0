"""ONNX: one node, or a model of such nodes, as the operators' specification says; NumPy arrays in and out.

A node is its operator's name, its inputs in order (None for an optional one left out) and its attributes as a dict::

    run_node("Conv", [X, W, B], {"pads": [1, 1, 1, 1], "strides": [2, 2]})

Each operator has a function of its own, with the same two arguments, in `OPERATORS`; they are loaded when first used.
The `onnx` package is needed by none of them, only by `run_model` for reading a model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from numpy.typing import ArrayLike

from refconv.arithmetic.per_axis import choice
from refconv.lazy import attach
from refconv.ops.elements import Array

if TYPE_CHECKING:
    from refconv.dialects.onnx_model import run_model
else:  # who sees a __getattr__ takes every misspelt name for right
    _, __getattr__, __dir__ = attach(__name__, {"refconv.dialects.onnx_model": ("run_model",)})

__all__ = ["OPERATORS", "Inputs", "Operator", "run_model", "run_node"]

Inputs: TypeAlias = Sequence[ArrayLike | None]
"""A node's inputs in order, None for an optional one that is absent."""

Operator: TypeAlias = Callable[[Inputs, Mapping[str, Any]], tuple[Array, ...]]
"""What runs a node: its inputs and attributes -> its outputs."""


def _late(module: str, name: str) -> Operator:
    def operator(inputs: Inputs, attributes: Mapping[str, Any]) -> tuple[Array, ...]:
        run: Operator = getattr(import_module(f"refconv.dialects.{module}"), name)
        return run(inputs, attributes)

    return operator


OPERATORS: dict[str, Operator] = {
    "AveragePool": _late("onnx_pool", "average_pool"),
    "Col2Im": _late("onnx_col2im", "col2im"),
    "Conv": _late("onnx_conv", "conv"),
    "ConvInteger": _late("onnx_quantized", "conv_integer"),
    "ConvTranspose": _late("onnx_conv", "conv_transpose"),
    "DeformConv": _late("onnx_deform", "deform_conv"),
    "GlobalAveragePool": _late("onnx_pool", "global_average_pool"),
    "GlobalLpPool": _late("onnx_pool", "global_lp_pool"),
    "GlobalMaxPool": _late("onnx_pool", "global_max_pool"),
    "LpPool": _late("onnx_pool", "lp_pool"),
    "MaxPool": _late("onnx_pool", "max_pool"),
    "QLinearConv": _late("onnx_quantized", "qlinear_conv"),
}
"""The operators by name, each a function of a node's inputs and attributes."""


def run_node(op_type: str, inputs: Inputs, attributes: Mapping[str, Any] | None = None) -> tuple[Array, ...]:
    """Run one ONNX node, by the newest version of its operator.

    Parameters
    ----------
    op_type : str
        The operator's name, a key of `OPERATORS`.
    inputs : sequence of array_like or None
        The node's inputs in order, in ONNX's layouts: (N, C, D1, ..., Dn), Conv's W (M, C/group, k1, ..., kn). An
        optional one that is absent is None, or left out at the end.
    attributes : mapping, optional
        The node's attributes by name; those left out have ONNX's defaults.

    Returns
    -------
    tuple of ndarray
        The node's outputs in order.

    Raises
    ------
    ArgumentError, ArgumentTypeError
        For an operator or attribute that is not known, and for what the specification rules out.
    ShapeError, DTypeError, IntegerOverflowError
        As `refconv.conv2d`.

    Notes
    -----
    Floating-point types are refconv's, and integers exact: see `refconv.conv2d`. Where an operator's specification
    names its output's type, the output has it.

    Examples
    --------
    >>> import numpy as np
    >>> (y,) = run_node("Conv", [np.ones((1, 1, 5, 5)), np.ones((1, 1, 3, 3))], {"auto_pad": "SAME_LOWER"})
    >>> y[0, 0, 0]
    array([4., 6., 6., 6., 4.])
    """
    name = choice("onnx.run_node", "op_type", op_type, OPERATORS)
    return OPERATORS[name](inputs, {} if attributes is None else attributes)
