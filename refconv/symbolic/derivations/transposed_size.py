"""The output size of a transposed convolution."""

from __future__ import annotations

from sympy import Eq, Mod

from refconv.arithmetic import Axis, output_size, transposed_output_size
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import AXIS, DUMOULIN_VISIN, symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the sizes that convolve to n, and the one that a transposed convolution takes."""
    n, k, s, d, lo, hi, a = symbols("n k s d lo hi a")
    least = transposed_output_size(n, k, s, d, lo, hi)
    size = transposed_output_size(n, k, s, d, lo, hi, a)
    back = output_size(size, k, s, d, lo, hi)
    there = transposed_output_size(AXIS.out, k, s, d, lo, hi)
    rest = AXIS.padded - AXIS.span
    return Derivation(
        name="transposed_size",
        title="Output size of a transposed convolution",
        statement="A transposed convolution is the adjoint of a convolution, so it maps $n$ *outputs* of that "
        "convolution back to its *inputs*. How many inputs were there?",
        given="as for the convolution: lo and hi crop here what they pad there; $0 \\le a \\lt s$ is the output "
        "padding.",
        steps=numbered(
            [
                step(
                    "Every input is written as a window: $n$ windows, a stride apart, reach from the first tap of the "
                    "first to the last tap of the last. The padding is cropped.",
                    rf"N = {tex(least)}",
                    Counted(
                        _written,
                        "wherever something is left",
                        n=range(1, 7),
                        k=range(1, 5),
                        s=range(1, 5),
                        d=range(1, 4),
                        lo=range(4),
                        hi=range(4),
                    ),
                ),
                step(
                    "The convolution takes that size back to $n$.",
                    rf"\mathrm{{out}}\left({tex(least)}\right) = n",
                    Algebra((output_size(least, k, s, d, lo, hi), n)),
                ),
                step(
                    "So it does with up to $s - 1$ more inputs: the floor forgets them.",
                    r"0 \le a \lt s \quad\Longrightarrow\quad \mathrm{out}(N + a) = n",
                    Proved(Eq(back, n), given=(a < s,)),
                ),
                step(
                    "With one more, there is another window. So the $s$ sizes $N, \\ldots, N + s - 1$ are all there "
                    "are, and the output padding $a$ says which one is meant.",
                    r"\mathrm{out}(N + s) = n + 1",
                    Algebra((back.subs(a, s), n + 1)),
                ),
                step(
                    "There and back again, a size comes out unchanged only if the last window ended at the end of the "
                    "input; else what was left over is missing. Ask for it with $a$.",
                    rf"N\left(\mathrm{{out}}(n)\right) = n - \left(\left({tex(rest)}\right) \bmod s\right)",
                    Proved(Eq(there, n - Mod(rest, s))),
                ),
            ]
        ),
        result={"out": size},
        arguments=(n, k, s, d, lo, hi, a),
        function="refconv.arithmetic.transposed_output_size",
        references=(f"{DUMOULIN_VISIN}, relationship 14 (there without dilation).",),
        see_also=("output_size", "input_gradient"),
    )


def _written(n: int, k: int, s: int, d: int, lo: int, hi: int) -> bool | None:
    axis = Axis(0, k, s, d)
    written = {axis.read(i, m) for i in range(n) for m in range(k)}
    size = transposed_output_size(n, k, s, d, lo, hi)
    return size == max(written) - min(written) + 1 - lo - hi if size > 0 else None
