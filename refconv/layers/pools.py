"""Pooling, over windows and over everything."""

from __future__ import annotations

from typing import Any

from refconv.errors import ArgumentError
from refconv.layers.step import Pulled, Rule, Rules, Step
from refconv.networks.records import GlobalPool, Pool
from refconv.ops.elements import Array
from refconv.ops.pooling import avg_pool, avg_pool_backward, max_pool, max_pool_backward

__all__ = ["POOLS"]


def _options(step: Step) -> dict[str, Any]:
    """Return how the windows lie; a global pooling has one window, as large as the input."""
    record = step.record
    if record.kind not in ("max", "average"):
        raise ArgumentError(step.op, f"{record.kind!r} is no pooling known here.", fix="Take 'max' or 'average'.")
    if isinstance(record, GlobalPool):
        return {"kernel_size": step.x.shape[2:]}
    names = ["kernel_size", "stride", "padding", "dilation", "ceil_mode"]
    if record.kind == "average":
        names.append("count_include_pad")
    return {name: getattr(record, name) for name in names}


def _pool(step: Step) -> Array:
    pool = max_pool if step.record.kind == "max" else avg_pool
    return pool(step.x, **_options(step))


def _pool_backward(step: Step, _: Array, dy: Array) -> Pulled:
    backward = max_pool_backward if step.record.kind == "max" else avg_pool_backward
    return Pulled((backward(dy, step.x, **_options(step)),))


POOLS: Rules = {
    Pool: Rule(_pool, _pool_backward),
    GlobalPool: Rule(_pool, _pool_backward),
}
