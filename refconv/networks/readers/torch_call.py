"""One call of a torch function, with what its arguments are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from refconv.networks.readers.draft import Draft
from refconv.networks.readers.values import Inexpressible, Value

__all__ = ["TorchCall", "per_axis"]


@dataclass(slots=True)
class TorchCall:
    """A call to be expressed.

    Attributes
    ----------
    function, name : str
        The function's name, and what its node is to be called.
    draft : Draft
        The network in the making.
    said : dict
        The arguments by name; tensors that depend on the module's input are `Value`, others as they are.
    rest : tuple
        Positional arguments beyond those with names.
    result : Any
        What the function returned.
    parameters : int
        How many learnt numbers are among the constant arguments.
    """

    function: str
    name: str
    draft: Draft
    said: dict[str, Any]
    rest: tuple[Any, ...]
    result: Any
    parameters: int = 0

    @property
    def x(self) -> Value:
        """The first argument, which depends on the module's input."""
        given = self.said["input"]
        if not isinstance(given, Value):
            raise Inexpressible("its first argument is a constant")
        return given

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the first argument."""
        if self.x.shape is None:
            raise Inexpressible("the shape of its input is not known")
        return self.x.shape

    def get(self, word: str, default: Any = None) -> Any:
        """Return an argument, or the default where it is not said."""
        said = self.said.get(word)
        return default if said is None else said

    def weight(self, word: str = "weight") -> tuple[int, ...]:
        """Return the shape of a constant tensor."""
        given = self.said.get(word)
        if isinstance(given, Value) or given is None:
            raise Inexpressible(f"its {word} depends on the module's input")
        return tuple(given.shape)

    def varied(self, word: str) -> list[Any]:
        """Return numbers said as one sequence or one by one, as in ``x.view(2, -1)``."""
        said = self.said.get(word)
        return list(said) if isinstance(said, Sequence) else [said, *self.rest]


def per_axis(said: Any, rank: int) -> list[int]:
    """Return one number for each axis.

    Examples
    --------
    >>> per_axis(3, 2), per_axis((1, 2), 2), per_axis([5], 2)
    ([3, 3], [1, 2], [5, 5])
    """
    listed = list(said) if isinstance(said, Sequence) else [said]
    return [int(n) for n in (listed * rank if len(listed) == 1 else listed)]
