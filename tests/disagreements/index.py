"""All cases, by name, in the page's order."""

from __future__ import annotations

from tests.disagreements import (
    jax_functions,
    jax_reference,
    onnx_averages,
    onnx_integers,
    onnx_pooling,
    onnx_transposed,
    runtime,
    settled,
    tensorflow_functions,
    torch_functions,
)

__all__ = ["CASES"]

MODULES = (
    onnx_transposed,
    onnx_integers,
    onnx_pooling,
    onnx_averages,
    runtime,
    jax_functions,
    jax_reference,
    torch_functions,
    tensorflow_functions,
    settled,
)

CASES = {case.name: case for module in MODULES for case in module.CASES}
"""Every case."""
