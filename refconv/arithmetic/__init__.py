"""Convolution arithmetic in pure Python: the same functions take ints or sympy expressions.

- sizes (where a tap reads, output sizes), geometry (the frozen plan), padding (what a padded position shows),
  per_axis (what a caller may say)
- reads (how a layer reads), receptive_field (of a stack), graphs and fields (of any graph), supports (which pixels
  are read, exactly), coverage (holes, taps on padding), effective (how much each pixel weighs)
- cost, separable, traffic, conventions
- inverse (what to put in for what should come out)

Only the standard library is loaded, and each name when it is first used.
"""

from typing import TYPE_CHECKING

from refconv.arithmetic.receptive_field import ReceptiveField as ReceptiveField
from refconv.arithmetic.receptive_field import receptive_field as receptive_field  # before the module of that name is
from refconv.lazy import attach

if TYPE_CHECKING:
    from refconv.arithmetic.conventions import CONVENTIONS as CONVENTIONS
    from refconv.arithmetic.conventions import Conventions as Conventions
    from refconv.arithmetic.conventions import Rate as Rate
    from refconv.arithmetic.cost import BackwardCost as BackwardCost
    from refconv.arithmetic.cost import Cost as Cost
    from refconv.arithmetic.cost import backward_cost as backward_cost
    from refconv.arithmetic.cost import convolution_cost as convolution_cost
    from refconv.arithmetic.cost import separable_cost as separable_cost
    from refconv.arithmetic.cost import separable_plans as separable_plans
    from refconv.arithmetic.cost import transposed_cost as transposed_cost
    from refconv.arithmetic.coverage import covers as covers
    from refconv.arithmetic.coverage import first_hole as first_hole
    from refconv.arithmetic.coverage import hdc_distance as hdc_distance
    from refconv.arithmetic.coverage import hdc_passes as hdc_passes
    from refconv.arithmetic.coverage import holes as holes
    from refconv.arithmetic.coverage import read_counts as read_counts
    from refconv.arithmetic.coverage import stack_support as stack_support
    from refconv.arithmetic.coverage import taps_on_real_pixels as taps_on_real_pixels
    from refconv.arithmetic.effective import EffectiveField as EffectiveField
    from refconv.arithmetic.effective import effective_field as effective_field
    from refconv.arithmetic.effective import effective_fields as effective_fields
    from refconv.arithmetic.effective import influence as influence
    from refconv.arithmetic.effective import moments as moments
    from refconv.arithmetic.effective import path_counts as path_counts
    from refconv.arithmetic.fields import Alignment as Alignment
    from refconv.arithmetic.fields import Field as Field
    from refconv.arithmetic.fields import join as join
    from refconv.arithmetic.geometry import Axis as Axis
    from refconv.arithmetic.geometry import Geometry as Geometry
    from refconv.arithmetic.geometry import transposed_axis as transposed_axis
    from refconv.arithmetic.graphs import GraphNode as GraphNode
    from refconv.arithmetic.graphs import NodeFields as NodeFields
    from refconv.arithmetic.graphs import graph_fields as graph_fields
    from refconv.arithmetic.padding import PADDING_MODES as PADDING_MODES
    from refconv.arithmetic.padding import multiplicity as multiplicity
    from refconv.arithmetic.padding import source_position as source_position
    from refconv.arithmetic.reads import Comb as Comb
    from refconv.arithmetic.reads import Layer as Layer
    from refconv.arithmetic.reads import Read as Read
    from refconv.arithmetic.reads import Resampled as Resampled
    from refconv.arithmetic.reads import Transposed as Transposed
    from refconv.arithmetic.reads import resized as resized
    from refconv.arithmetic.separable import separable_ratio as separable_ratio
    from refconv.arithmetic.separable import separable_wins as separable_wins
    from refconv.arithmetic.sizes import causal_padding as causal_padding
    from refconv.arithmetic.sizes import effective_kernel_size as effective_kernel_size
    from refconv.arithmetic.sizes import full_padding as full_padding
    from refconv.arithmetic.sizes import halves as halves
    from refconv.arithmetic.sizes import output_size as output_size
    from refconv.arithmetic.sizes import pooled_output_size as pooled_output_size
    from refconv.arithmetic.sizes import read_position as read_position
    from refconv.arithmetic.sizes import same_padding as same_padding
    from refconv.arithmetic.sizes import same_transposed_padding as same_transposed_padding
    from refconv.arithmetic.sizes import transposed_output_size as transposed_output_size
    from refconv.arithmetic.supports import Support as Support
    from refconv.arithmetic.supports import positions_read as positions_read
    from refconv.arithmetic.supports import support as support
    from refconv.arithmetic.traffic import GradientTraffic as GradientTraffic
    from refconv.arithmetic.traffic import Traffic as Traffic
    from refconv.arithmetic.traffic import convolution_traffic as convolution_traffic
    from refconv.arithmetic.traffic import gradient_traffic as gradient_traffic
    from refconv.arithmetic.traffic import intensity as intensity

if not TYPE_CHECKING:  # who sees a __getattr__ takes every misspelt name for right
    __all__, __getattr__, __dir__ = attach(
        __name__,
        {
            "conventions": ("CONVENTIONS", "Conventions", "Rate"),
            "cost": (
                "BackwardCost",
                "Cost",
                "backward_cost",
                "convolution_cost",
                "separable_cost",
                "separable_plans",
                "transposed_cost",
            ),
            "coverage": (
                "covers",
                "first_hole",
                "hdc_distance",
                "hdc_passes",
                "holes",
                "read_counts",
                "stack_support",
                "taps_on_real_pixels",
            ),
            "effective": (
                "EffectiveField",
                "effective_field",
                "effective_fields",
                "influence",
                "moments",
                "path_counts",
            ),
            "fields": ("Alignment", "Field", "join"),
            "geometry": ("Axis", "Geometry", "transposed_axis"),
            "graphs": ("GraphNode", "NodeFields", "graph_fields"),
            "padding": ("PADDING_MODES", "multiplicity", "source_position"),
            "reads": ("Comb", "Layer", "Read", "Resampled", "Transposed", "resized"),
            "receptive_field": ("ReceptiveField", "receptive_field"),
            "separable": ("separable_ratio", "separable_wins"),
            "sizes": (
                "causal_padding",
                "effective_kernel_size",
                "full_padding",
                "halves",
                "output_size",
                "pooled_output_size",
                "read_position",
                "same_padding",
                "same_transposed_padding",
                "transposed_output_size",
            ),
            "supports": ("Support", "positions_read", "support"),
            "traffic": ("GradientTraffic", "Traffic", "convolution_traffic", "gradient_traffic", "intensity"),
        },
    )
