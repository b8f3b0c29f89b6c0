"""The padding called "same"."""

from __future__ import annotations

from sympy import Eq, Ge, Le, Mod, ceiling, floor

from refconv.arithmetic import Axis, effective_kernel_size, output_size, same_padding
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import symbols, windows
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the least padding with which out = ceil(n / s)."""
    n, k, s, d, q, p = symbols("n k s d q p")
    lo, hi = same_padding(n, k, s, d)
    span = effective_kernel_size(k, d)
    wanted = (q - 1) * s + span - n  # for q windows
    always = same_padding(n, k, 1, d)
    (total,) = symbols("total")
    return Derivation(
        name="same_padding",
        title='"Same" padding',
        statement="The least padding for which a convolution has $\\lceil n/s \\rceil$ outputs: at stride 1 as many as "
        "inputs. An odd one goes to the end (*same_upper*) or to the beginning (*same_lower*).",
        steps=numbered(
            [
                step(
                    "For $q$ windows the padded input must reach from the first tap of the first to the last tap of "
                    "the last: so much padding, *need*, makes the difference. With exactly that much there are $q$ "
                    "windows.",
                    rf"\mathrm{{need}} = {tex(wanted)} \quad\Longrightarrow\quad \mathrm{{out}} = q",
                    Algebra((output_size(n, k, s, d, wanted, 0), q)),
                ),
                step(
                    "We want $q = \\lceil n/s \\rceil$: so many strides cover $n$, and one fewer do not.",
                    rf"s \left({tex(ceiling(n / s))} - 1\right) + 1 \le n \le s {tex(ceiling(n / s))}",
                    Proved(Le(n, s * ceiling(n / s)), Ge(n, s * (ceiling(n / s) - 1) + 1)),
                ),
                step(
                    "Then the need depends on $n$ only by where $n$ stands among the multiples of the stride. "
                    'This is why "same" pads differently at different sizes as soon as $s > 1$:',
                    rf"\mathrm{{need}} = {tex(span - 1)} - \left( (n - 1) \bmod s \right)",
                    Proved(Eq(s * (ceiling(n / s) - 1) - n, -1 - Mod(n - 1, s))),
                ),
                step(
                    "Where the stride is larger than the span, the need may be negative; then nothing is padded, "
                    "nothing taken away, and there are $\\lceil n/s \\rceil$ windows all the same. Hence the "
                    "maximum with 0.",
                    rf"\mathrm{{total}} = {tex(lo + hi)}",
                    Counted(_least, n=range(1, 17), k=range(1, 6), s=range(1, 8), d=range(1, 4)),
                ),
                step(
                    "Half of it goes before the input. The two sides add up, and differ by at most one.",
                    rf"0 \le \left({tex(total - floor(total / 2))}\right) - {tex(floor(total / 2))} \le 1",
                    Proved(Ge(total - 2 * floor(total / 2), 0), Le(total - 2 * floor(total / 2), 1)),
                ),
                step(
                    "At stride 1 the total is the same for all $n$. It splits evenly if and only if $d (k - 1)$ is "
                    "even; otherwise no symmetric padding keeps the size.",
                    rf"s = 1: \qquad \mathrm{{lo}} + \mathrm{{hi}} = {tex(span - 1)} \qquad "
                    rf"\mathrm{{out}}(\mathrm{{lo}} = \mathrm{{hi}} = p) - n = 2 p - {tex(span - 1)}",
                    Proved(
                        Eq(always[0] + always[1], span - 1, evaluate=False),
                        Eq(output_size(n, k, 1, d, p, p) - n, 2 * p - (span - 1), evaluate=False),
                    ),
                ),
            ]
        ),
        result={"lo": lo.subs(lo + hi, total), "hi": hi.subs(lo + hi, total)},
        where={"total": lo + hi},
        arguments=(n, k, s, d),
        function="refconv.arithmetic.same_padding",
        references=("The rule is that of TensorFlow's padding SAME and of ONNX's auto_pad SAME_UPPER.",),
        see_also=("output_size", "pooled_size"),
    )


def _least(n: int, k: int, s: int, d: int) -> bool:
    lo, hi = same_padding(n, k, s, d)
    enough = windows(Axis(n, k, s, d, lo, hi)) == -(-n // s)
    least = lo + hi == 0 or windows(Axis(n, k, s, d, lo, hi - 1)) < -(-n // s)
    return enough and least and 0 <= hi - lo <= 1
