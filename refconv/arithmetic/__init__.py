"""Convolution arithmetic in pure Python: the same functions take ints or sympy expressions.

sizes (where a tap reads, output sizes), geometry (the frozen plan), padding (what a padded position shows),
per_axis (what a caller may say), receptive_field, cost. Only the standard library is loaded.
"""

from refconv.arithmetic.cost import Cost, convolution_cost, separable_cost, separable_plans
from refconv.arithmetic.geometry import Axis, Geometry, transposed_axis
from refconv.arithmetic.padding import PADDING_MODES, multiplicity, source_position
from refconv.arithmetic.receptive_field import Layer, ReceptiveField, receptive_field
from refconv.arithmetic.sizes import (
    causal_padding,
    effective_kernel_size,
    full_padding,
    output_size,
    pooled_output_size,
    read_position,
    same_padding,
    same_transposed_padding,
    transposed_output_size,
)

__all__ = [
    "PADDING_MODES",
    "Axis",
    "Cost",
    "Geometry",
    "Layer",
    "ReceptiveField",
    "causal_padding",
    "convolution_cost",
    "effective_kernel_size",
    "full_padding",
    "multiplicity",
    "output_size",
    "pooled_output_size",
    "read_position",
    "receptive_field",
    "same_padding",
    "same_transposed_padding",
    "separable_cost",
    "separable_plans",
    "source_position",
    "transposed_axis",
    "transposed_output_size",
]
