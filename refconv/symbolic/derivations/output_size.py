"""The output size of a convolution, from the definition alone."""

from __future__ import annotations

from sympy import Eq, Le, Lt, floor

from refconv.arithmetic import Axis, output_size
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import AXIS, DUMOULIN_VISIN, fits, symbols, windows
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the output size: the last window must fit."""
    i, s, x = symbols("i s x")
    axis = AXIS
    room = axis.padded - axis.span
    numbers = symbols("n k s d lo hi")
    longer = output_size(axis.n + s, *numbers[1:])
    return Derivation(
        name="output_size",
        title="Output size of a convolution",
        statement="How many windows fit in an input of size $n$, padded by $lo$ before and $hi$ after it, for a kernel "
        "of $k$ taps at stride $s$ and dilation $d$?",
        given="the kernel fits: its span is at most the padded size. Negative padding crops.",
        steps=numbered(
            [
                step(
                    "By definition tap $m$ of window $i$ reads position $i s + m d - lo$. "
                    "From the first tap to the last, both included, a window spans this many positions:",
                    rf"\left({tex(axis.read(i, axis.k - 1))}\right) - \left({tex(axis.read(i, 0))}\right) + 1 "
                    f"= {tex(axis.span)}",
                    Algebra((axis.read(i, axis.k - 1) - axis.read(i, 0) + 1, axis.span)),
                ),
                step(
                    "Window $i$ counts if its last tap lies in the padded input, which ends at position $n + hi - 1$. "
                    "Bring all but $i s$ to the right:",
                    rf"{tex(axis.read(i, axis.k - 1))} \le {tex(axis.n + axis.hi - 1)} \quad\Longleftrightarrow\quad "
                    rf"{tex(i * s)} \le {tex(room)}",
                    Algebra((axis.n + axis.hi - 1 - axis.read(i, axis.k - 1), room - i * s)),
                ),
                step(
                    "The largest whole $i$ with $i s \\le x$ is the floor of $x / s$: one more stride would be too "
                    "far.",
                    rf"{tex(s * floor(x / s))} \le x \lt {tex(s * (floor(x / s) + 1))}",
                    Proved(Le(s * floor(x / s), x), Lt(x, s * (floor(x / s) + 1))),
                ),
                step(
                    "Windows are numbered from 0, so there is one more of them than the number of the last.",
                    rf"\mathrm{{out}} = {tex(axis.out)}",
                    Counted(
                        lambda n, k, s, d, lo, hi: (
                            windows(axis) == axis.out if fits(axis := Axis(n, k, s, d, lo, hi)) else None
                        ),
                        "wherever the kernel fits",
                        n=range(1, 9),
                        k=range(1, 5),
                        s=range(1, 5),
                        d=range(1, 4),
                        lo=range(-1, 3),
                        hi=range(-1, 3),
                    ),
                ),
                step(
                    "A stride more of input is exactly one window more, so $s$ neighbouring input sizes share an "
                    "output size. This is what makes the size of a transposed convolution ambiguous.",
                    r"\mathrm{out}(n + s) = \mathrm{out}(n) + 1",
                    Proved(Eq(longer, axis.out + 1)),
                ),
            ]
        ),
        result={"out": axis.out},
        arguments=numbers,
        function="refconv.arithmetic.output_size",
        references=(f"{DUMOULIN_VISIN}, relationship 15 (there with one padding for both sides).",),
        see_also=("special_sizes", "transposed_size", "same_padding", "stack_as_one"),
    )
