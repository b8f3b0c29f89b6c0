"""One node of an ONNX model, with what its inputs are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from refconv.networks.readers.draft import Draft
from refconv.networks.readers.onnx_constants import Constant
from refconv.networks.readers.values import Inexpressible, Value

__all__ = ["Call", "shortest"]


def shortest(number: float) -> float:
    """Return the number with the fewest digits that float32 rounds to the same: attributes are float32.

    Examples
    --------
    >>> shortest(0.20000000298023224), shortest(1 / 6), shortest(1e-5)
    (0.2, 0.16666667, 1e-05)
    """
    import numpy as np

    return float(str(np.float32(number)))


@dataclass(slots=True)
class Call:
    """A node to be expressed.

    Attributes
    ----------
    operator, name : str
        The operator's name, and the node's.
    draft : Draft
        The network in the making.
    given : list
        For each input a `Value`, a `Constant`, or None where it is left out.
    attributes : dict
        As Python values.
    opset : int
        The version of ONNX's operators.
    results : int
        How many outputs the node has.
    shape : tuple of int, or None
        That of the first output, as ONNX infers it.
    """

    operator: str
    name: str
    draft: Draft
    given: list[Value | Constant | None]
    attributes: dict[str, Any]
    opset: int
    results: int
    shape: tuple[int, ...] | None = None

    @property
    def x(self) -> Value:
        """The first input, which depends on the model's."""
        return self.value(0)

    def value(self, number: int) -> Value:
        """Return an input that depends on the model's."""
        given = self.given[number]
        if not isinstance(given, Value):
            raise Inexpressible(f"its input {number} is a constant")
        return given

    def constant(self, number: int) -> Constant | None:
        """Return an input that is a constant, or None where it is left out."""
        given = self.given[number] if number < len(self.given) else None
        if isinstance(given, Value):
            raise Inexpressible(f"its input {number} depends on the model's input")
        return given

    def number(self, word: str, default: float) -> float:
        """Return an attribute that is a number, as it was meant."""
        return shortest(self.attributes.get(word, default))

    def weight(self, number: int) -> tuple[int, ...]:
        """Return the shape of a constant input that must be there."""
        given = self.constant(number)
        if given is None:
            raise Inexpressible(f"its input {number} is left out")
        return given.dims

    def numbers(self, number: int, word: str = "") -> list[Any] | None:
        """Return the numbers of a constant input, or, in older versions, of an attribute; None without either."""
        given = self.constant(number)
        if given is not None:
            return given.numbers if given.dims != (0,) else None
        said = self.attributes.get(word)
        return None if said is None else list(said) if hasattr(said, "__iter__") else [said]
