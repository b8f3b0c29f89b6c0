"""Figures of one layer's windows: span, sizes, and how much of it all is padding."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from explorer.figures.figure import figure
from explorer.stack import Step
from explorer.state import Layer
from explorer.told import named
from refconv.arithmetic.coverage import taps_on_real_pixels
from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.sizes import (
    causal_padding,
    effective_kernel_size,
    output_size,
    same_padding,
    transposed_output_size,
)

__all__ = ["kernel_figures", "window_figures"]

Figures = list[dict[str, Any]]


@lru_cache(maxsize=256)
def kernel_figures(layer: Layer, n: int | None) -> Figures:
    """Return what can be said of a layer that does not fit: n is the size of its input, where that is known."""
    k, d = named(layer.k, "k"), named(layer.d, "d")
    found = [figure("effective_kernel", "effective kernel size", effective_kernel_size(k, d), "samples")]
    if n is not None and layer.kind != "transposed":
        padded = Axis(named(n, "n"), k, lo=named(layer.lo, "lo"), hi=named(layer.hi, "hi")).padded
        found.append(figure("padded_size", "padded size", padded, "samples"))
    return found


@lru_cache(maxsize=256)
def window_figures(step: Step) -> Figures:
    """Return the figures of a layer's windows."""
    layer, n = step.layer, step.shape[1]
    found = kernel_figures(layer, n).copy()
    asked = {letter: named(getattr(layer, letter), letter) for letter in ("k", "s", "d", "lo", "hi")}
    if step.transposed:
        out = transposed_output_size(named(n, "n"), **asked, a=named(layer.a, "a"))
        found.append(figure("output_size", "output size", out, "samples", source="R14"))
    else:
        found.append(figure("output_size", "output size", output_size(named(n, "n"), **asked), "samples", source="R15"))
        found += _paddings(layer, n)
    found.append(_on_pixels(step))
    return found


def _paddings(layer: Layer, n: int) -> Figures:
    """Return the padding that would keep the size, and the one that looks back only."""
    same, causal = same_padding(n, layer.k, layer.s, layer.d), causal_padding(layer.k, layer.d)
    kept = output_size(n, layer.k, layer.s, layer.d, *same)
    return [
        figure(
            "same_padding",
            "'same' padding",
            sum(same),
            "samples",
            shown=f"{same[0]} + {same[1]}",
            formula="lo + hi for which the output size is ceil(n/s)",
            filled=f"{same[0]} + {same[1]}: output size ceil({n}/{layer.s}) = {kept}",
        ),
        figure(
            "causal_padding",
            "causal padding",
            causal[0],
            "samples",
            shown=f"{causal[0]} + {causal[1]}",
            formula="lo + hi for which, at stride 1, output i reads nothing after input i",
            filled=f"{causal[0]} + {causal[1]}",
        ),
    ]


def _on_pixels(step: Step) -> dict[str, Any]:
    """Return the share of (window, tap) pairs, along both axes, that read a pixel and not the padding."""
    inside, pairs = taps_on_real_pixels(*step.nodes[0].axes)
    cropped = "its output, not what is cropped" if step.transposed else "the input, not its padding"
    return figure(
        "taps_on_pixels",
        "taps on real pixels",
        inside / pairs,
        shown=f"{inside / pairs:.1%}",
        formula=f"(window, tap) pairs on {cropped}, over all pairs",
        filled=f"{inside:,}/{pairs:,} = {inside / pairs:.1%}",
    )
