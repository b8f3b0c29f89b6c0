from __future__ import annotations
from itertools import product
from typing import TYPE_CHECKING
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from refconv.arithmetic import receptive_field

if TYPE_CHECKING:
    from examples import demo_checks as checks
    from examples import demo_layer as layer
    from examples import demo_photo as photo
else:
    import demo_checks as checks
    import demo_layer as layer
STACKS = [[2, 2, 2], [1, 2, 4]]


def zoom(axes, shown, dilation, at, z):
    axes.imshow(shown.pixels)
    plan = layer.dense_plan(shown.pixels.shape[:2], dilation)
    (top, bottom), (left, right) = (receptive_field([a]).region(i) for a, i in zip(plan.axes, at))
    axes.set_xlim(left - 3.5, right + 3.5)
    axes.set_ylim(bottom + 3.5, top - 3.5)


def coverage(axes, rates):
    axes.imshow(checks.reads(rates), cmap="cividis")
