"""How each kind of layer is computed, forward and backward: the rooms of this package in one table."""

from __future__ import annotations

from refconv.layers.activations import ACTIVATIONS
from refconv.layers.joins import JOINS
from refconv.layers.moves import MOVES
from refconv.layers.norms import NORMS
from refconv.layers.pools import POOLS
from refconv.layers.resampling import RESAMPLING
from refconv.layers.step import Rules
from refconv.layers.weighted import WEIGHTED

__all__ = ["RULES"]

RULES: Rules = {**WEIGHTED, **POOLS, **NORMS, **ACTIVATIONS, **JOINS, **RESAMPLING, **MOVES}
