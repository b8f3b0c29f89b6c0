"""How much input a tile of outputs needs."""

from __future__ import annotations

from refconv.arithmetic import Axis, Layer, ReceptiveField, receptive_field
from refconv.symbolic.derivations.checks import Algebra, Counted
from refconv.symbolic.derivations.common import symbols
from refconv.symbolic.derivations.gradients import correlate
from refconv.symbolic.derivations.record import Derivation, numbered, step
from refconv.symbolic.rendering.tex import tex

__all__ = ["derivation"]


def derivation() -> Derivation:
    """Derive the input range of a tile, its size and what neighbouring tiles share."""
    i, t, size, jump, padding = symbols("i t size jump padding")
    field = ReceptiveField(size, jump, padding)
    first, last = field.region(i)[0], field.region(i + t - 1)[1]
    inputs = last - first + 1
    by_layer, at_once = _padded_twice(3)
    shared = last - field.region(i + t)[0] + 1
    return Derivation(
        name="halo",
        title="The halo of tiled inference",
        statement="An image too large for memory is run tile by tile. Which input does a tile of $t$ outputs need, "
        "from output $i$ on, and how much of it do neighbouring tiles read twice? That is the *halo*.",
        given="size, jump and padding are those of the [receptive field](receptive_field_stack.md) of the whole stack.",
        steps=numbered(
            [
                step(
                    "From the first pixel of the first output's field to the last pixel of the last output's.",
                    rf"{tex(first)} \quad\ldots\quad {tex(last)}",
                    Algebra((first, i * jump - padding), (last, (i + t - 1) * jump - padding + size - 1)),
                ),
                step(
                    "Counted: a jump per further output, and one field.",
                    rf"\mathrm{{inputs}} = {tex(jump * (t - 1) + size)}",
                    Algebra((inputs, jump * (t - 1) + size)),
                ),
                step(
                    "The next tile starts at output $i + t$. What both need does not depend on the tile's size, so "
                    "large tiles waste less. A negative halo is pixels that neither reads.",
                    rf"\mathrm{{halo}} = {tex(size - jump)}",
                    Algebra((shared, size - jump)),
                ),
                step(
                    "Run on its own input, without padding inside, a tile gives just what the whole image gives there.",
                    r"\mathrm{stack}(x)[i : i + t] = \mathrm{stack}(x[\mathrm{first} : \mathrm{last} + 1])",
                    Counted(
                        _tiles,
                        "tiles that there are",
                        k=range(1, 4),
                        s=range(1, 4),
                        d=range(1, 3),
                        K=range(1, 4),
                        S=range(1, 3),
                        D=range(1, 3),
                        i=range(4),
                        t=range(1, 5),
                    ),
                ),
                step(
                    "At the image's border a tile must be padded layer by layer, as the image is: padding the input by "
                    "the whole effective padding instead is another computation, for inner layers would see values "
                    "where they should see zeros.",
                    r"x = w = \left(1, 1, 1\right), \text{ twice}: \quad "
                    rf"{tex(tuple(by_layer))} \neq {tex(tuple(at_once))}",
                    Counted(_border_differs, n=range(2, 9)),
                ),
            ]
        ),
        result={"first": first, "last": last, "inputs": jump * (t - 1) + size, "halo": size - jump},
        arguments=(i, t, size, jump, padding),
        function="refconv.arithmetic.ReceptiveField.region",
        see_also=("receptive_field_stack", "stack_as_one"),
    )


def _run(x: list[int], layers: list[Layer]) -> list[int]:
    for layer in layers:
        weights = [2 * m - 3 for m in range(layer.k)]
        x = correlate(x, weights, Axis(len(x), layer.k, layer.s, layer.d))
    return x


def _tiles(k: int, s: int, d: int, K: int, S: int, D: int, i: int, t: int) -> bool | None:
    layers = [Layer(k, s, d), Layer(K, S, D)]
    image = [7 * q * q - 11 * q + 3 for q in range(30)]
    field, whole = receptive_field(layers), _run(image, layers)
    if i + t > len(whole):
        return None
    first, last = field.region(i)[0], field.region(i + t - 1)[1]
    return _run(image[first : last + 1], layers) == whole[i : i + t]


def _border_differs(n: int) -> bool:
    by_layer, at_once = _padded_twice(n)
    return len(by_layer) == len(at_once) and by_layer != at_once


def _padded_twice(n: int) -> tuple[list[int], list[int]]:
    """Sum three neighbours twice, over ones: padded by 1 each time, and by 2 beforehand."""
    ones, w = [1] * n, [1, 1, 1]
    by_layer = correlate(correlate(ones, w, Axis(n, 3, lo=1, hi=1)), w, Axis(n, 3, lo=1, hi=1))
    once = correlate(ones, w, Axis(n, 3, lo=2, hi=2))
    return by_layer, correlate(once, w, Axis(n + 2, 3))
