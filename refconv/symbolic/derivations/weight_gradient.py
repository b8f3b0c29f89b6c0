"""The gradient for the weights: stride and dilation change places."""

from __future__ import annotations

from sympy import Eq, Mod

from refconv.arithmetic import Axis
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import AXIS, fits, symbols
from refconv.symbolic.derivations.gradients import RANGES, SEE_ALSO, correlate, of_weights
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive dw as a convolution of x with dy as its kernel."""
    n, k, s, d, lo, hi, i, m, o = symbols("n k s d lo hi i m o")
    after = hi - Mod(AXIS.padded - AXIS.span, s, evaluate=False)
    by_name = Axis(n, o, d, s, lo, hi)  # the kernel is dy, of some size o
    swapped = Axis(n, AXIS.out, d, s, lo, after)
    return Derivation(
        name="weight_gradient",
        title="The gradient for the weights",
        statement="The gradient for tap $m$ sums, over all windows, the gradient of the output times what the tap read "
        "there. It is a convolution of $x$ with $dy$ as the kernel, in which **stride and dilation change places**.",
        given="one channel, one axis, one sample; a batch is summed over.",
        steps=numbered(
            [
                step(
                    "$y$ is linear in $w$: the derivative of $\\langle dy, y \\rangle$ for $w[m]$ is the sum of all "
                    "that multiplies $w[m]$.",
                    r"dw[m] = \sum_{i} dy[i] \cdot x[i s + m d - \mathrm{lo}]",
                    Counted(_is_the_derivative, "wherever the kernel fits", **RANGES),
                ),
                step(
                    "Read the position with the other eyes: $m$ numbers the window and $i$ the tap. Then $d$ is the "
                    "stride and $s$ the dilation; the padding before the input stays.",
                    rf"{tex(AXIS.read(i, m))} = m \cdot d + i \cdot s - \mathrm{{lo}}",
                    Algebra((AXIS.read(i, m), by_name.read(m, i))),
                ),
                step(
                    "There must be $k$ windows. What the forward pass left unread at the end must be left out here "
                    "too, or there would be too many.",
                    rf"\mathrm{{after}} = \mathrm{{hi}} - \left(\left({tex(AXIS.padded - AXIS.span)}\right) \bmod "
                    rf"s\right) "
                    r"\quad\Longrightarrow\quad \mathrm{out}' = k",
                    Proved(Eq(swapped.out, k)),
                ),
                step(
                    "All of it together, number by number:",
                    r"dw = \mathrm{conv}\left(x, dy; s' = d, d' = s, \mathrm{lo}, \mathrm{after}\right)",
                    Counted(_is_that_convolution, "wherever the kernel fits", **RANGES),
                ),
            ]
        ),
        result={"kernel": AXIS.out, "stride": d, "dilation": s, "before": lo, "after": after},
        arguments=(n, k, s, d, lo, hi),
        references=(SEE_ALSO,),
        see_also=("input_gradient", "bias_gradient", "im2col"),
    )


def _numbers(axis: Axis) -> tuple[list[int], list[int]]:
    return [3 * i * i - 4 * i + 2 for i in range(axis.out)], [q * q - 3 * q + 1 for q in range(axis.n)]


def _is_the_derivative(**numbers: int) -> bool | None:
    axis = Axis(**numbers)
    if not fits(axis):
        return None
    dy, x = _numbers(axis)
    units = [[int(m == tap) for m in range(axis.k)] for tap in range(axis.k)]
    slopes = [sum(a * b for a, b in zip(dy, correlate(x, unit, axis), strict=True)) for unit in units]
    return slopes == of_weights(dy, x, axis)


def _is_that_convolution(**numbers: int) -> bool | None:
    axis = Axis(**numbers)
    if not fits(axis):
        return None
    dy, x = _numbers(axis)
    rest = (axis.padded - axis.span) % axis.s
    swapped = Axis(axis.n, axis.out, axis.d, axis.s, axis.lo, axis.hi - rest)
    return correlate(x, dy, swapped) == of_weights(dy, x, axis)
