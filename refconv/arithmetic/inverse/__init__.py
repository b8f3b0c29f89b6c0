"""Inverse problems: given what should come out, what to put in. Exact searches in whole numbers.

solve (all parameters between two sizes), inputs (the formulas turned round), survive, size_rules, size_sets and unet
(the input sizes that come through a network), stacks (the cheapest stack for a receptive field), choose (which
dilations to choose for a task, with reasons).
"""

from refconv.arithmetic.inverse.choose import Choice, choose_dilations, share_on_real_pixels, widest_dilation
from refconv.arithmetic.inverse.inputs import (
    input_interval,
    input_sizes,
    pooled_input_interval,
    preserving_padding,
    symmetric_paddings,
    total_padding,
    transposed_input_size,
)
from refconv.arithmetic.inverse.size_rules import JoinedSize, SameSize, ScaledSize, TransposedSize, WindowSize
from refconv.arithmetic.inverse.size_sets import Period, Progression, SizeSet
from refconv.arithmetic.inverse.solve import (
    Solution,
    iter_output_size,
    iter_transposed_size,
    solve_output_size,
    solve_transposed_size,
)
from refconv.arithmetic.inverse.stacks import (
    Stack,
    cheapest_stack,
    compare_stacks,
    covering_stacks,
    full_dilation,
    stack_on,
)
from refconv.arithmetic.inverse.survive import SizeStep, iter_surviving, sizes_along, surviving_sizes
from refconv.arithmetic.inverse.unet import unet_input_sizes, unet_steps

__all__ = [
    "Choice",
    "JoinedSize",
    "Period",
    "Progression",
    "SameSize",
    "ScaledSize",
    "SizeSet",
    "SizeStep",
    "Solution",
    "Stack",
    "TransposedSize",
    "WindowSize",
    "cheapest_stack",
    "choose_dilations",
    "compare_stacks",
    "covering_stacks",
    "full_dilation",
    "input_interval",
    "input_sizes",
    "iter_output_size",
    "iter_surviving",
    "iter_transposed_size",
    "pooled_input_interval",
    "preserving_padding",
    "share_on_real_pixels",
    "sizes_along",
    "solve_output_size",
    "solve_transposed_size",
    "stack_on",
    "surviving_sizes",
    "symmetric_paddings",
    "total_padding",
    "transposed_input_size",
    "unet_input_sizes",
    "unet_steps",
    "widest_dilation",
]
