"""One mistake: the right kernel with one step replaced; and the calls that show and hide mistakes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

try:
    from examples.bug_museum import right
    from examples.bug_museum.right import RIGHT_STEPS, Steps
except ModuleNotFoundError:  # run as a script: this folder is on the path
    import right  # type: ignore[import-not-found, no-redef]
    from right import RIGHT_STEPS, Steps  # type: ignore[no-redef]

# Calls: shapes and parameters.
PLAIN = dict(x=(2, 2, 6, 7), w=(3, 2, 3, 2))
BUSY = dict(x=(2, 2, 9, 8), w=(3, 2, 3, 2), stride=(2, 1), padding=((1, 2), (0, 1)), dilation=(1, 3))
GROUPED = dict(x=(2, 4, 5, 5), w=(6, 2, 3, 3), groups=2)
UNGROUPED = dict(x=(2, 2, 5, 5), w=(6, 2, 3, 3))
POINTWISE = dict(x=(2, 2, 6, 6), w=(3, 2, 1, 1))
TRANSPOSED = dict(x=(2, 2, 3, 4), w=(2, 3, 3, 2))
NO_BIAS = PLAIN | dict(b=False)
ODD = PLAIN | dict(fill="odd")  # 12-bit odd integers: they need 12 significant bits


@dataclass(frozen=True)
class Mistake:
    """A broken kernel, its gradients where the mistake is in them, and what should be said of it."""

    kernel: Any
    op: str
    causes: tuple[str, ...]
    shows: dict[str, Any]
    hides: dict[str, Any] | None
    gradients: Any = None
    precision: str = "float32"
    steps: Steps = RIGHT_STEPS


def kernel_of(op, steps):
    if op.startswith("conv_transpose"):

        def transposed(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, output_padding=0):
            return right.conv_transpose(x, w, b, stride, padding, dilation, groups, output_padding, steps=steps)

        return transposed
    if op.startswith("depthwise"):

        def depthwise(x, w, b=None, *, stride=1, padding=0, dilation=1, padding_mode="zeros"):
            return right.depthwise(x, w, b, stride, padding, dilation, padding_mode, steps=steps)

        return depthwise

    def conv(x, w, b=None, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
        return right.conv(x, w, b, stride, padding, dilation, groups, padding_mode, steps=steps)

    return conv


def gradients_of(**changed):
    def gradients(dy, x, w, *, stride=1, padding=0, dilation=1, groups=1, padding_mode="zeros"):
        return right.gradients(dy, x, w, stride, padding, dilation, groups, padding_mode, **changed)

    return gradients


class Table(dict[str, Mistake]):
    """Mistakes by name."""

    def add(self, name, causes, steps=None, shows=BUSY, hides=None, op="conv2d", precision="float32", gradients=None):
        steps = steps or RIGHT_STEPS
        causes = (causes,) if isinstance(causes, str) else causes
        self[name] = Mistake(kernel_of(op, steps), op, causes, shows, hides, gradients, precision, steps)


def numbered(**change):
    """Return the steps of a kernel that takes parameters for others; each change is a function of the call."""
    return Steps(numbers=lambda call: replace(call, **{name: new(call) for name, new in change.items()}))


def ones(call):
    return (1,) * len(call.stride)
