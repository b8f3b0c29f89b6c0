"""Panels of the demo's picture: the photograph, one window's taps on its pixels, and what stacks of layers read."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

import matplotlib.patheffects as effects
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import ConnectionPatch, Rectangle

from refconv.arithmetic import receptive_field

if TYPE_CHECKING:
    from examples import demo_checks as checks
    from examples import demo_layer as layer
    from examples import demo_sheet as sheet
else:
    import demo_checks as checks
    import demo_layer as layer
    import demo_sheet as sheet

SIDE = 3.75  # inches
MARGIN = 3  # pixels shown around the receptive field
KERNEL, CHANNEL = "left to right", "green"
MAP = layer.CHANNELS.index(CHANNEL) * layer.MULTIPLIER + list(layer.KERNELS).index(KERNEL)


def draw_input(figure: Figure, pixels: layer.Integers, dilation: int, at: tuple[int, int], z: layer.Integers) -> None:
    """Draw the photograph and the window `at` on its pixels, with the sum that makes one value of z."""
    size = pixels.shape[:2]
    whole, near = (sheet.panel(figure, x, sheet.UPPER, width, SIDE) for x, width in ((0.4, 3.3), (4.15, SIDE)))
    for axes in (whole, near):
        axes.imshow(pixels)
    frame, shown = (_region(size, dilation, at, margin) for margin in (0, MARGIN))
    left, top, right, bottom = shown.get_x(), shown.get_y(), shown.get_x() + shown.get_width(), shown.get_y()
    bottom += shown.get_height()
    near.set(xlim=(left, right), ylim=(bottom, top), facecolor="#DDDDDD")  # grey where padding shows
    sheet.outline(near, frame, 3)
    sheet.outline(whole, shown, 1.5)
    for row, corner in ((top, 1), (bottom, 0)):
        line = ConnectionPatch((right, row), (0, corner), "data", "axes fraction", axesA=whole, axesB=near)
        line.set(color="white", linewidth=1)
        line.set_path_effects([effects.withStroke(linewidth=2.4, foreground=sheet.PALE)])
        figure.add_artist(line)
    terms = _taps(near, pixels, dilation, at)

    head = sheet.UPPER + SIDE
    sheet.heading(figure, 0.4, head, "1  The photograph", f"{size[1]} × {size[0]} pixels in three colours")
    reach = " × ".join(map(str, checks.field_sizes([dilation])))
    sheet.heading(
        figure, 4.15, head, f"2  One window reads {len(terms)} pixels", f"of the {reach} in its receptive field"
    )
    sheet.write(figure, 4.15, sheet.UPPER - 0.22, f"{CHANNEL}:  {'  '.join(filter(None, terms))}", sheet.SMALL)
    total = _minus(f"plus bias {layer.W.b_depthwise[MAP]}  =  {z[0, MAP, *at]:,}")
    sheet.write(figure, 4.15, sheet.UPPER - 0.42, f"{total}, in map 3: {KERNEL}, {CHANNEL}", sheet.SMALL)


def _region(size: tuple[int, ...], dilation: int, at: tuple[int, int], margin: int) -> Rectangle:
    """Return the receptive field of the window `at`, and a margin around it."""
    axes = layer.dense_plan(size, dilation).axes
    (top, bottom), (left, right) = (receptive_field([axis]).region(i) for axis, i in zip(axes, at, strict=True))
    corner = (left - margin - 0.5, top - margin - 0.5)
    return Rectangle(corner, right - left + 2 * margin + 1, bottom - top + 2 * margin + 1)


def _taps(axes: Axes, pixels: layer.Integers, dilation: int, at: tuple[int, int]) -> list[str]:
    """Draw each tap as the square that it reads; return its product of weight and pixel, "" for the weight 0."""
    plan, terms = layer.dense_plan(pixels.shape[:2], dilation), []
    for tap in product(*map(range, layer.KERNEL)):
        row, column = (axis.read(i, m) for axis, i, m in zip(plan.axes, at, tap, strict=True))
        inside = all(0 <= position < axis.n for position, axis in zip((row, column), plan.axes, strict=True))
        weight = int(layer.W.depthwise.reshape(-1, *layer.KERNEL)[MAP, *tap])
        _tap(axes, row, column, weight)
        pixel = int(pixels[row, column, layer.CHANNELS.index(CHANNEL)]) if inside else 0
        terms.append(_minus(f"{weight:+d}·{pixel}") if weight else "")
    return terms


def _tap(axes: Axes, row: int, column: int, weight: int) -> None:
    """Draw one tap with its weight: on its square where there is room, else above it."""
    color = sheet.SIGNED(0.88 if weight > 0 else 0.22 if weight < 0 else 0.5)
    axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=color, edgecolor="black", lw=1.5, zorder=5))
    shown = abs(float(np.subtract(*axes.get_xlim())))
    look: dict[str, Any] = {"weight": "bold", "ha": "center", "va": "center", "zorder": 6}
    text = _minus(f"{weight:+d}") if weight else "0"
    if shown <= 17:
        ink = "white" if weight > 0 else "black"
        axes.annotate(text, (column, row), color=ink, size=170 / shown, **look)
    else:
        halo = [effects.withStroke(linewidth=3, foreground="white")]
        axes.annotate(text, (column, row), (0, 13), textcoords="offset points", size=11, path_effects=halo, **look)


def _minus(text: str) -> str:
    return text.replace("-", "−")


def draw_stacks(figure: Figure, fields: list[dict[str, Any]]) -> None:
    """Draw how often each pixel enters one output of two stacks of three layers."""
    sheet.heading(figure, 8.35, sheet.UPPER + SIDE, "Three layers", "white: never read")
    for field, y in zip(fields, (sheet.UPPER + 2.2, sheet.UPPER), strict=True):
        seen = checks.reads(field["rates"])
        sheet.panel(figure, 8.35, y, 1.55, 1.55).imshow(np.ma.masked_equal(seen, 0), cmap="cividis_r", vmin=0)
        words = f"rates {', '.join(map(str, field['rates']))}: {field['read']} of {field['of']:,}"
        sheet.write(figure, 8.35, y - 0.22, words, sheet.SMALL)
