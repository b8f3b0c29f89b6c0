"""The adjoint of im2col."""

from __future__ import annotations

from sympy import Eq, Ge, Le, Mod, Symbol, floor

from refconv.arithmetic import Axis
from refconv.symbolic.derivations.checks import Algebra, Counted, Proved
from refconv.symbolic.derivations.common import AXIS, fits, symbols, triples
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive which window read pixel q with tap m, and that adding up there is the adjoint."""
    s, d, lo, i, m, q, x = symbols("s d lo i m q x")
    out = Symbol("out", integer=True, positive=True)
    start = q - AXIS.read(0, m)  # i s = q + lo - m d
    window = floor(start / s)
    return Derivation(
        name="col2im",
        title="col2im: the adjoint of im2col",
        statement="*col2im* adds every entry of the matrix to the pixel that it was read from. It is the adjoint of "
        "im2col, not its inverse: a pixel read three times comes back three times as large.",
        steps=numbered(
            [
                step(
                    "Tap $m$ of window $i$ reads pixel $q$. Solve for the window:",
                    rf"{tex(AXIS.read(i, m))} = q \quad\Longleftrightarrow\quad {tex(i * s)} = {tex(start)}",
                    Algebra((q - AXIS.read(i, m), start - i * s)),
                ),
                step(
                    "A whole $i$ exists if and only if the stride divides the right side, and then it is the floor.",
                    rf"x - s {tex(floor(x / s))} = x \bmod s \qquad (x = {tex(start)})",
                    Proved(Eq(x - s * floor(x / s), Mod(x, s))),
                ),
                step(
                    "And it must be one of the windows that there are, $0 \\le i \\lt out$. So for every pixel and tap "
                    "there is at most one window, found without searching:",
                    rf"i = {tex(window)} \quad\text{{if}}\quad \left({tex(start)}\right) \bmod s = 0 "
                    rf"\quad\text{{and}}\quad 0 \le i \lt \mathrm{{out}}",
                    Counted(_found, "wherever the kernel fits", **_RANGES),
                ),
                step(
                    "Whatever moves each entry along the same list of (window, tap, pixel), only backwards, is the "
                    "adjoint: both inner products are the same sum over the list.",
                    r"\langle u, \mathrm{im2col}(x) \rangle = \sum_{(i, m, q)} u[m, i] \cdot x[q] = "
                    r"\langle \mathrm{col2im}(u), x \rangle",
                    Counted(_adjoint, "wherever the kernel fits", **_RANGES),
                ),
                step(
                    "There and back multiplies each pixel with the number of times it is read.",
                    r"\mathrm{col2im}(\mathrm{im2col}(x))[q] = \mathrm{reads}(q) \cdot x[q]",
                    Counted(_there_and_back, "wherever the kernel fits", **_RANGES),
                ),
            ]
        ),
        result={
            "window": window,
            "exists": Eq(Mod(start, s), 0) & Ge(start, 0) & Le(start, (out - 1) * s),
        },
        arguments=(q, m, s, d, lo, out),
        references=("`refconv.col2im` and `refconv.arithmetic.Axis.landing` do this for whole arrays.",),
        see_also=("im2col", "input_gradient"),
    )


_RANGES = {"n": range(1, 8), "k": range(1, 5), "s": range(1, 4), "d": range(1, 4), "lo": range(-1, 3), "hi": range(3)}


def _axis(n: int, k: int, s: int, d: int, lo: int, hi: int) -> Axis | None:
    axis = Axis(n, k, s, d, lo, hi)
    return axis if fits(axis) else None


def _found(**numbers: int) -> bool | None:
    if (axis := _axis(**numbers)) is None:
        return None
    found = set()
    for q in range(axis.n):
        for m in range(axis.k):
            i, rest = divmod(q - axis.read(0, m), axis.s)
            if rest == 0 and 0 <= i < axis.out:
                found.add((i, m, q))
    landed = {
        (i, m, q)
        for m in range(axis.k)
        for windows, places in [axis.landing(m, axis.lo, axis.lo + axis.n)]
        for i, q in zip(range(axis.out)[windows], range(axis.n)[places], strict=True)
    }
    return found == set(triples(axis)) == landed


def _im2col(x: list[int], axis: Axis) -> dict[tuple[int, int], int]:
    return {(m, i): x[q] if 0 <= (q := axis.read(i, m)) < axis.n else 0 for m in range(axis.k) for i in range(axis.out)}


def _col2im(columns: dict[tuple[int, int], int], axis: Axis) -> list[int]:
    x = [0] * axis.n
    for (m, i), value in columns.items():
        if 0 <= (q := axis.read(i, m)) < axis.n:
            x[q] += value
    return x


def _adjoint(**numbers: int) -> bool | None:
    if (axis := _axis(**numbers)) is None:
        return None
    x = [3 * q * q - 7 for q in range(axis.n)]
    u = {(m, i): 5 * m - 2 * i * i + 1 for m in range(axis.k) for i in range(axis.out)}
    columns = _im2col(x, axis)
    left = sum(u[place] * columns[place] for place in u)
    return left == sum(a * b for a, b in zip(_col2im(u, axis), x, strict=True))


def _there_and_back(**numbers: int) -> bool | None:
    if (axis := _axis(**numbers)) is None:
        return None
    x = [q + 1 for q in range(axis.n)]
    reads = [0] * axis.n
    for _, _, q in triples(axis):
        reads[q] += 1
    return _col2im(_im2col(x, axis), axis) == [r * value for r, value in zip(reads, x, strict=True)]
