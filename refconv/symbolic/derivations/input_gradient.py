"""The gradient for the input is a convolution too."""

from __future__ import annotations

from sympy import Eq, Mod

from refconv.arithmetic import Axis, effective_kernel_size, full_padding
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import AXIS, fits, symbols
from refconv.symbolic.derivations.gradients import RANGES, SEE_ALSO, correlate, of_input
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive dx as a convolution of the spread-out dy with the reversed kernel."""
    n, k, s, d, lo, hi, i, m, q = symbols("n k s d lo hi i m q")
    spread = effective_kernel_size(AXIS.out, s)  # dy with s - 1 zeros between neighbours
    full, _ = full_padding(k, d)
    before, after = full - lo, full - hi + Mod(AXIS.padded - AXIS.span, s, evaluate=False)
    back = Axis(spread, k, 1, d, before, after)
    mirrored = back.read(q, k - 1 - m)
    return Derivation(
        name="input_gradient",
        title="The gradient for the input",
        statement="Given $dy$, the gradient for the outputs, the gradient for the inputs adds up, for each pixel, what "
        "its readers send back. It is itself a convolution: of $dy$ with $s - 1$ zeros put between neighbours, with "
        "the kernel reversed, at stride 1 and the same dilation.",
        given="one channel, one axis; more of them are more sums of the same kind.",
        steps=numbered(
            [
                step(
                    "$y$ is linear in $x$: the derivative of $\\langle dy, y \\rangle$ for $x[q]$ is the sum of all "
                    "that multiplies $x[q]$.",
                    r"dx[q] = \sum_{(i, m) : i s + m d - \mathrm{lo} = q} dy[i] \cdot w[m]",
                    Counted(_is_the_derivative, "wherever the kernel fits", **RANGES),
                ),
                step(
                    "Spread $dy$ out: $dy'[i s] = dy[i]$ and zeros between. The condition says that tap $m$ meets "
                    "position $q + lo - m d$ of $dy'$, so the sum needs no condition any more.",
                    rf"dx[q] = \sum_{{m}} dy'[{tex(q - AXIS.read(0, m))}] \cdot w[m]",
                    Algebra((q - AXIS.read(0, m) - i * s, q - AXIS.read(i, m))),
                ),
                step(
                    "With the kernel reversed, $m \\to k - 1 - m$, the position grows with the tap as the definition "
                    "wants it, at stride 1, and one can read off the padding before the input:",
                    rf"{tex(q - AXIS.read(0, m))} = q + \left(k - 1 - m\right) d - \mathrm{{before}}, \qquad "
                    rf"\mathrm{{before}} = {tex(before)}",
                    Algebra((q - AXIS.read(0, m), mirrored)),
                ),
                step(
                    "The padding after it must make the size come out as $n$. It has what the forward pass left "
                    "unread at the end, the remainder, as an extra.",
                    rf"\mathrm{{after}} = {tex(full - hi)} + \left(\left({tex(AXIS.padded - AXIS.span)}\right) "
                    r"\bmod s\right) \quad\Longrightarrow\quad \mathrm{out}' = n",
                    Proved(Eq(back.out, n)),
                ),
                step(
                    "All of it together, number by number:",
                    r"dx = \mathrm{conv}\left(dy', \mathrm{reversed}(w); s = 1, d, \mathrm{before}, "
                    r"\mathrm{after}\right)",
                    Counted(_is_that_convolution, "wherever the kernel fits", **RANGES),
                ),
            ]
        ),
        result={"spread": spread, "before": before, "after": after},
        arguments=(n, k, s, d, lo, hi),
        references=(SEE_ALSO,),
        see_also=("weight_gradient", "bias_gradient", "transposed_size", "col2im"),
    )


def _numbers(axis: Axis) -> tuple[list[int], list[int], list[int]]:
    dy = [3 * i * i - 4 * i + 2 for i in range(axis.out)]
    return dy, [5 - 2 * m for m in range(axis.k)], [q * q + 1 for q in range(axis.n)]


def _is_the_derivative(**numbers: int) -> bool | None:
    axis = Axis(**numbers)
    if not fits(axis):
        return None
    dy, w, _ = _numbers(axis)
    units = [[int(q == place) for q in range(axis.n)] for place in range(axis.n)]
    slopes = [sum(a * b for a, b in zip(dy, correlate(unit, w, axis), strict=True)) for unit in units]
    return slopes == of_input(dy, w, axis)


def _is_that_convolution(**numbers: int) -> bool | None:
    axis = Axis(**numbers)
    if not fits(axis):
        return None
    dy, w, _ = _numbers(axis)
    spread = [0] * effective_kernel_size(axis.out, axis.s)
    spread[:: axis.s] = dy
    full, _ = full_padding(axis.k, axis.d)
    rest = (axis.padded - axis.span) % axis.s
    back = Axis(len(spread), axis.k, 1, axis.d, full - axis.lo, full - axis.hi + rest)
    return correlate(spread, w[::-1], back) == of_input(dy, w, axis)
