"""JAX: compiled beforehand, waited for."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import lax

from benchmarks.speed.cases import Case
from benchmarks.speed.inputs import Inputs
from benchmarks.speed.runners import Work

__all__ = ["prepare", "start"]


def start(threads: int) -> str:
    """Let float64 be float64, and return the version; the threads are in the environment."""
    del threads
    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")
    return str(jax.__version__)


def prepare(case: Case, kind: str, direction: str, given: Inputs) -> Work | None:
    """Return the compiled operation, or its vector-Jacobian product."""
    del kind
    if case.is_pool:
        return None
    x, w = jax.device_put(given.x), jax.device_put(given.w)

    def forward(x: Any, w: Any) -> Any:
        if case.op == "conv_transpose":
            return _transposed(case, x, w)
        return lax.conv_general_dilated(
            x, w, [case.s] * 2, [(case.p, case.p)] * 2, rhs_dilation=[case.d] * 2, feature_group_count=case.groups
        )

    if direction == "forward":
        compiled = jax.jit(forward)
        return Work(lambda: compiled(x, w).block_until_ready(), lambda got: (np.asarray(got),))
    dy = jax.device_put(given.dy)
    pulled_back = jax.jit(lambda dy, x, w: jax.vjp(forward, x, w)[1](dy))
    return Work(lambda: jax.block_until_ready(pulled_back(dy, x, w)), lambda got: tuple(map(np.asarray, got)))


def _transposed(case: Case, x: Any, w: Any) -> Any:
    """Return what the adjoint of a convolution from y to x does to x."""

    def convolution(y: Any) -> Any:
        return lax.conv_general_dilated(
            y, w, [case.s] * 2, [(case.p, case.p)] * 2, rhs_dilation=[case.d] * 2, feature_group_count=case.groups
        )

    return jax.linear_transpose(convolution, jax.ShapeDtypeStruct(case.y, x.dtype))(x)[0]
