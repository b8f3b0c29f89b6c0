"""What the rule of one layer is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from refconv.networks.shaped import Shaped
from refconv.ops.elements import Array

__all__ = ["Parameters", "Pulled", "Rule", "Rules", "Step"]

Parameters: TypeAlias = dict[str, Array]
"""The arrays of one layer by name: weight, bias, and what a batch normalisation keeps: running_mean, running_var."""


@dataclass(frozen=True, slots=True)
class Step:
    """One layer about to be computed.

    Attributes
    ----------
    layer : Shaped
        The node, with its sizes.
    parameters : dict
        Its own arrays.
    inputs : tuple of ndarray
        What it reads, each of shape (N, C) or (N, C, axes).
    training : bool
        Whether batch normalisation takes its statistics from the batch.
    """

    layer: Shaped
    parameters: Parameters
    inputs: tuple[Array, ...]
    training: bool = False

    @property
    def x(self) -> Array:
        """The first input."""
        return self.inputs[0]

    @property
    def record(self) -> Any:
        """What the layer is."""
        return self.layer.node.operation

    @property
    def op(self) -> str:
        """Its name, for messages."""
        return self.layer.node.name


class Pulled(NamedTuple):
    """The gradients of one layer: for each input (None where only its size was read), and for the parameters."""

    dxs: tuple[Array | None, ...]
    gradients: Parameters = {}  # noqa: RUF012 - never written to


class Rule(NamedTuple):
    """How a kind of layer is computed: `forward(step)` is y, `backward(step, y, dy)` its gradients."""

    forward: Callable[[Step], Array]
    backward: Callable[[Step, Array, Array], Pulled]


Rules: TypeAlias = dict[type, Rule]
"""A rule for each kind of record."""
