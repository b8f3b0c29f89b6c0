"""Mistakes that scale a result: a mean for a sum, a forgotten factor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from refconv.arithmetic.integers import product
from refconv.oracle.mistakes.model import Mistake
from refconv.oracle.operations import Operation
from refconv.oracle.sketch import Edit, Sketch

__all__ = ["scales"]


def scales(_: Operation, of: str) -> Iterator[Mistake]:
    """Yield the mistakes of scale.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> [m.sentence for m in scales(operation("conv2d"), "db")][0]
    'the sum over the batch is divided by N'
    """
    where = {"y": "the result", "dx": "dx", "dw": "dw", "db": "db"}[of]
    if of in ("dw", "db"):
        yield Mistake(
            f"{of}_averaged", "the sum over the batch is divided by N", _scaled(lambda s: 1 / max(s.plan.batch, 1))
        )
        yield Mistake(
            f"{of}_averaged",
            "the sum over batch and positions is divided by their number",
            _scaled(lambda s: 1 / max(s.plan.batch * product(s.out), 1)),
        )
        yield Mistake(
            f"{of}_averaged", "the sum is divided by the number of positions", _scaled(lambda s: 1 / product(s.out))
        )
    if of in ("y", "dx"):
        yield Mistake("averaged", f"{where} is divided by the number of products", _scaled(lambda s: 1 / s.plan.taps))
    yield Mistake("divided_by_groups", f"{where} is divided by G", _scaled(lambda s: 1 / s.plan.groups))
    yield Mistake("sign_reversed", f"{where} has the wrong sign", _scaled(lambda _: -1.0))
    yield Mistake("doubled", f"{where} is doubled", _scaled(lambda _: 2.0))
    yield Mistake("all_zero", f"{where} is zero everywhere", _scaled(lambda _: 0.0))


def _scaled(factor: Callable[[Sketch], float]) -> Edit:
    def edit(sketch: Sketch) -> Sketch:
        return replace(sketch, scale=sketch.scale * factor(sketch))

    return edit
