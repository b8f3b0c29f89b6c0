"""When a stack of dilated layers reads every pixel of its receptive field."""

from __future__ import annotations

from itertools import product
from math import gcd

from sympy import And

from refconv.arithmetic import Layer, covers, first_hole, hdc_passes, receptive_field, stack_support
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the exact condition under which a stack has no holes."""
    k, k1, k2, d1, d2, d3, size, d = symbols("k k1 k2 d1 d2 d3 size d")
    one, two = (receptive_field([Layer(k1, d=d1), Layer(k2, d=d2)][:depth]).size for depth in (1, 2))
    powers = receptive_field([Layer(k, d=1), Layer(k, d=k), Layer(k, d=k**2)]).size
    condition = And(d1 <= 1, d2 <= one, d3 <= two)
    longer = receptive_field([Layer(size), Layer(k, d=d)]).size  # a run of `size` pixels, then one more layer
    passing, failing = _compared_with_hdc()
    return Derivation(
        name="gridding",
        title="Gridding: when dilated layers leave holes",
        statement="A stack of dilated layers has a wide receptive field, but may read only a grid of it. It reads "
        "**every** pixel of its field if and only if, sorted by dilation, no layer's dilation is larger than the "
        "receptive field of those before it. Written out for three layers; `covers` takes any number.",
        given="stride 1 and at least two taps per layer; with strides, put $d_l$ times the strides below for $d_l$. "
        "Layers are numbered by dilation: $d_1 \\le d_2 \\le d_3$.",
        steps=numbered(
            [
                step(
                    "An output reads the sums of one tap per layer. The order of the layers does not matter.",
                    r"\left\lbrace m_1 d_1 + m_2 d_2 + m_3 d_3 : 0 \le m_l \lt k_l \right\rbrace",
                    Counted(_sums, k=range(1, 4), d1=range(1, 6), d2=range(1, 6), d3=range(1, 6)),
                ),
                step(
                    "*Necessary.* The layers before layer $l$ reach the pixels $0, \\ldots, size_{l-1} - 1$ at "
                    "most. A tap of layer $l$ or a later one adds at least $d_l$. If $d_l \\gt size_{l-1}$, nothing "
                    "reads pixel $size_{l-1}$.",
                    r"d_l \gt \mathrm{size}_{l-1} \quad\Longrightarrow\quad \mathrm{size}_{l-1} \text{ is a hole}",
                    Counted(
                        _hole_there,
                        "where the condition fails",
                        k=range(2, 4),
                        d1=range(1, 8),
                        d2=range(1, 8),
                        d3=range(1, 16),
                    ),
                ),
                step(
                    "*Sufficient.* If those before read all of $0, \\ldots, size - 1$, layer $l$ shifts this run by "
                    "multiples of $d \\le size$: the shifted runs touch or overlap, and make one longer run.",
                    r"\bigcup_{m \lt k} \left[ m d, m d + \mathrm{size} - 1 \right] = "
                    rf"\left[ 0, {tex(longer - 1)} \right]",
                    Counted(
                        lambda size, k, d: (
                            {a + m * d for a in range(size) for m in range(k)}
                            == set(range(receptive_field([Layer(size), Layer(k, d=d)]).size))
                            if d <= size
                            else None
                        ),
                        "d ≤ size",
                        size=range(1, 16),
                        k=range(1, 6),
                        d=range(1, 16),
                    ),
                ),
                step(
                    "Both together, layer by layer; the first has only itself to rely on, so its dilation must be 1.",
                    tex(condition),
                    Counted(
                        _exact,
                        k1=range(2, 4),
                        k2=range(2, 5),
                        k3=(2, 3),
                        d1=range(1, 6),
                        d2=range(1, 9),
                        d3=range(1, 13),
                    ),
                ),
                step(
                    "If all dilations have a common divisor $g$, neighbouring outputs read different grids that never "
                    "meet: of $g$ neighbours each sees another one of $g$ interleaved images.",
                    r"q \equiv i \pmod{g}",
                    Counted(_grids, "g > 1", d1=range(1, 9), d2=range(1, 9), d3=range(1, 9), i=range(4)),
                ),
                step(
                    "With the largest dilation that is allowed each time, powers of $k$, the field grows fast.",
                    rf"d_l = k^{{l-1}} \quad\Longrightarrow\quad \mathrm{{size}} = {tex(powers.expand())}",
                    Algebra((powers, k**3)),
                ),
                step(
                    "No other stack of $k$ taps per layer is wider and has no holes. For $k = 3$: 1, 3, 9, ..., wider "
                    "than doubling.",
                    rf"\mathrm{{full}} \quad\Longrightarrow\quad \mathrm{{size}} \le {tex(k**3)}",
                    Counted(
                        _none_wider,
                        "where there are no holes",
                        k=range(2, 5),
                        d1=range(1, 5),
                        d2=range(1, 7),
                        d3=range(1, 21),
                    ),
                ),
                step(
                    "The criterion $M_2 \\le k$ of hybrid dilated convolution is neither necessary nor sufficient. "
                    "Of all "
                    f"triples of dilations up to 12 with $k = 3$, {passing} pass it and yet have holes, such as 2, "
                    f"2, 2; {failing} fail it and have none, such as 1, 3, 1.",
                    r"\mathrm{rates} = (2, 2, 2): \ \text{holes} \qquad \mathrm{rates} = (1, 3, 1): \ \text{none}",
                    Counted(_judged, d1=range(1, 13), d2=range(1, 13), d3=range(1, 13)),
                ),
            ]
        ),
        result={"full": condition},
        arguments=(k1, k2, d1, d2, d3),
        function="refconv.arithmetic.receptive_field",
        references=(
            (
                "P. Wang et al., *Understanding convolution for semantic segmentation*, arXiv:1702.08502, which named "
                "gridding and hybrid dilated convolution."
            ),
        ),
        see_also=("receptive_field_stack", "inflated_kernel"),
    )


def _stack(kernels: tuple[int, ...], rates: tuple[int, ...]) -> list[Layer]:
    return [Layer(k, d=rate) for k, rate in zip(kernels, rates, strict=True)]


def _sums(k: int, d1: int, d2: int, d3: int) -> bool:
    taps = product(range(k), repeat=3)
    sums = {m1 * d1 + m2 * d2 + m3 * d3 for m1, m2, m3 in taps}
    return all(set(stack_support(_stack((k,) * 3, rates))) == sums for rates in ((d1, d2, d3), (d3, d1, d2)))


def _hole_there(k: int, d1: int, d2: int, d3: int) -> bool | None:
    if not d1 <= d2 <= d3:
        return None
    layers = _stack((k,) * 3, (d1, d2, d3))
    sizes = [receptive_field(layers[:depth]).size for depth in range(3)]
    late = [size for size, rate in zip(sizes, (d1, d2, d3), strict=True) if rate > size]
    if not late:
        return None
    return late[0] not in stack_support(layers) and first_hole(layers) == late[0]


def _exact(k1: int, k2: int, k3: int, d1: int, d2: int, d3: int) -> bool | None:
    if not d1 <= d2 <= d3:
        return None
    layers = _stack((k1, k2, k3), (d1, d2, d3))
    sizes = [receptive_field(layers[:depth]).size for depth in range(3)]
    promised = d1 <= sizes[0] and d2 <= sizes[1] and d3 <= sizes[2]
    full = set(stack_support(layers)) == set(range(receptive_field(layers).size))
    return bool(promised == full == covers(layers))


def _grids(d1: int, d2: int, d3: int, i: int) -> bool | None:
    g = gcd(d1, d2, d3)
    if g == 1:
        return None
    return all(q % g == i % g for q in stack_support(_stack((3, 3, 3), (d1, d2, d3)), i))


def _none_wider(k: int, d1: int, d2: int, d3: int) -> bool | None:
    layers = _stack((k,) * 3, (d1, d2, d3))
    field = set(stack_support(layers))
    return max(field) < k**3 if field == set(range(max(field) + 1)) else None


def _judged(d1: int, d2: int, d3: int) -> bool:
    """Whether the stack is rightly said to have holes or none, and the examples are what they are examples of."""
    layers = _stack((3, 3, 3), (d1, d2, d3))
    full = set(stack_support(layers)) == set(range(receptive_field(layers).size))
    example = {(2, 2, 2): (True, False), (1, 3, 1): (False, True)}.get((d1, d2, d3))
    return covers(layers) == full and example in (None, (hdc_passes((d1, d2, d3)), full))


def _compared_with_hdc() -> tuple[int, int]:
    verdicts = [(hdc_passes(rates), covers(_stack((3, 3, 3), rates))) for rates in product(range(1, 13), repeat=3)]
    return sum(passes and not full for passes, full in verdicts), sum(full and not passes for passes, full in verdicts)
