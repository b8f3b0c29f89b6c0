"""The output size of a pooling with ceil_mode."""

from __future__ import annotations

from sympy import Eq, Ge, Gt, Le, Mod, ceiling, floor

from refconv.arithmetic import Axis, output_size, pooled_output_size
from refconv.arithmetic.integers import ceil_div
from refconv.symbolic.derivations.checks import Counted, Proved
from refconv.symbolic.derivations.common import AXIS, fits, symbols, windows
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the pooled size, whose last window may hang over the end."""
    n, k, s, d, lo, hi, x = symbols("n k s d lo hi x")
    size = pooled_output_size(n, k, s, d, lo, hi, ceil_mode=True)
    room = AXIS.padded - AXIS.span
    three, two = output_size(n, 3, 2, 1, 1, 1), pooled_output_size(n, 2, 2, ceil_mode=True)
    return Derivation(
        name="pooled_size",
        title="Output size of a pooling with ceil_mode",
        statement="With *ceil_mode* a last window that hangs over the end of the padded input counts too, but only if "
        "it starts on the input or on the padding before it.",
        given="the kernel fits: its span is at most the padded size.",
        steps=numbered(
            [
                step(
                    "Rounding up instead of down adds a window, unless the windows end exactly at the end.",
                    rf"{tex(ceiling(x / s))} = {tex(floor(x / s))} + \begin{{cases}} 0 & x \bmod s = 0 \cr "
                    r"1 & \text{else} \end{cases}",
                    Proved(
                        Le(ceiling(x / s), floor(x / s) + 1),
                        Ge(ceiling(x / s), floor(x / s)),
                        Eq(s * (ceiling(x / s) - floor(x / s)) - Mod(x, s), Mod(-x, s)),
                    ),
                ),
                step(
                    "Put in what is left of the padded input after one window:",
                    rf"\mathrm{{hanging}} = {tex(ceiling(room / s) + 1)}",
                    Counted(_hanging, "wherever the kernel fits", **_RANGES),
                ),
                step(
                    "Window $i$ starts on the input or before it if $i s \\lt n + lo$. There are so many such windows:",
                    rf"{tex(s * (ceiling(x / s) - 1))} \lt x \le {tex(s * ceiling(x / s))} \qquad (x = n + "
                    rf"\mathrm{{lo}})",
                    Proved(Gt(x, s * (ceiling(x / s) - 1)), Le(x, s * ceiling(x / s))),
                ),
                step(
                    "Both must hold, so the smaller number counts.",
                    rf"\mathrm{{out}} = {tex(size)}",
                    Counted(_clipped, "wherever the kernel fits", **_RANGES),
                ),
                step(
                    "For example, a $3$-wide window at stride 2 padded by 1 and a $2$-wide one at stride 2 with "
                    "ceil_mode and no padding give the same size, for odd $n$ and even.",
                    rf"{tex(three)} = {tex(two)}",
                    Proved(Eq(three, two)),
                ),
            ]
        ),
        result={"out": size},
        arguments=(n, k, s, d, lo, hi),
        function="refconv.arithmetic.pooled_output_size",
        references=("The clip is that of PyTorch's pooling layers.",),
        see_also=("output_size",),
    )


_RANGES = {
    "n": range(1, 9),
    "k": range(1, 5),
    "s": range(1, 5),
    "d": range(1, 4),
    "lo": range(3),
    "hi": range(3),
}


def _hanging(n: int, k: int, s: int, d: int, lo: int, hi: int) -> bool | None:
    axis = Axis(n, k, s, d, lo, hi)
    if not fits(axis):
        return None
    whole = windows(axis)
    left_over = n + hi - 1 - axis.read(whole - 1, k - 1)
    return bool(ceil_div(axis.padded - axis.span, s) + 1 == whole + (left_over > 0))


def _clipped(n: int, k: int, s: int, d: int, lo: int, hi: int) -> bool | None:
    axis = Axis(n, k, s, d, lo, hi)
    if not fits(axis):
        return None
    whole = windows(axis)
    hanging = whole + (axis.read(whole - 1, k - 1) < n + hi - 1)
    starts = [i for i in range(hanging) if axis.read(i, 0) < n]
    return bool(len(starts) == pooled_output_size(n, k, s, d, lo, hi, ceil_mode=True))
