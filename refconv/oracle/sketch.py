"""A suspect: the convolution that a mistaken kernel may be computing, and what it would return.

A sketch starts as the right convolution of a case. A mistake edits it: the numbers of an axis, the wiring's tables,
the list of triples, or the bias. Edits compose, so that two mistakes are one edit after another, and the result is
computed from the edited triples, for y and for each gradient alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.integers import product
from refconv.ops.elements import Array
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.operations import FACTORS
from refconv.oracle.wiring import NOTHING, Ints, Triples, Wiring

__all__ = ["Edit", "Sketch"]


@dataclass(frozen=True)
class Sketch:
    """A convolution under suspicion.

    Parameters
    ----------
    case : Case
        The call as it was made.
    plan : Geometry
        The numbers as the kernel takes them.
    out : tuple of int
        The windows along each axis, whatever the plan says.
    bias : Ints, shape (channels of the result,)
        The entry of b that each channel is given, or `NOTHING`.
    rewire : tuple of callable
        Edits of the wiring's tables, in order.
    reindex : tuple of callable
        Edits of the triples, in order.
    blank : tuple of callable
        What stays empty, bias and all: each gives the index of a part of the result, in order.
    scale : float
        What the result is multiplied with.
    of : str
        The result that is asked for.
    """

    case: Case
    plan: Geometry
    out: tuple[int, ...]
    bias: Ints
    rewire: tuple[Callable[[Wiring], Wiring], ...] = ()
    reindex: tuple[Callable[[Triples, Wiring], Triples], ...] = ()
    blank: tuple[Callable[[Array, Sketch], Any], ...] = ()
    scale: float = 1.0
    of: str = "y"

    @classmethod
    def of_case(cls, case: Case, of: str = "y") -> Sketch:
        """Return the right convolution of a case.

        Examples
        --------
        >>> case = Case("conv1d", (1, 1, 4), (1, 1, 2), {"stride": (2,)}, bias=False)
        >>> x, w = np.array([[[1, 2, 3, 4]]]), np.array([[[10, 1]]])
        >>> Sketch.of_case(case).result(Arrays(x, w, None, x))
        array([[[12., 34.]]])
        """
        plan = case.plan
        return cls(case, plan, plan.output_size, np.arange(case.y_shape[1]), of=of)

    @property
    def transposed(self) -> bool:
        """Whether the plan's x is the result."""
        return self.case.operation.family == "conv_transpose"

    def edited(self, edits: Iterable[Callable[[Sketch], Sketch]]) -> Sketch:
        """Return the sketch after all of the edits, in their order; they raise ValueError where no output is left."""
        sketch = self
        for edit in edits:
            sketch = edit(sketch)
        return sketch

    def axis(self, index: int, axis: Axis, out: int | None = None) -> Sketch:
        """Return the sketch with other numbers for one axis; its windows stay as many unless `out` says otherwise."""
        axes = tuple(axis if a == index else old for a, old in enumerate(self.plan.axes))
        outs = tuple(out if a == index and out is not None else old for a, old in enumerate(self.out))
        return replace(self, plan=replace(self.plan, axes=axes), out=outs)

    def rewired(self, edit: Callable[[Wiring], Wiring]) -> Sketch:
        """Return the sketch with one more edit of the tables."""
        return replace(self, rewire=(*self.rewire, edit))

    def reindexed(self, edit: Callable[[Triples, Wiring], Triples]) -> Sketch:
        """Return the sketch with one more edit of the triples."""
        return replace(self, reindex=(*self.reindex, edit))

    @property
    def products(self) -> int:
        """How many products the triples list; a mistaken size may make them many."""
        return int(self.plan.batch * self.plan.filters * product(self.out) * self.plan.taps)

    def triples(self) -> tuple[Wiring, Triples]:
        """Return the edited wiring, and its triples."""
        wiring = Wiring.of(self.plan, self.out)
        for edit in self.rewire:
            wiring = edit(wiring)
        triples = wiring.triples()
        for reindex in self.reindex:
            triples = reindex(triples, wiring)
        return wiring, triples

    def result(self, arrays: Arrays) -> Array:
        """Return what the suspect would: float64, exact for integers."""
        if self.of == "db":
            return self._db(arrays) * self.scale
        wiring, triples = self.triples()
        shapes = {"x": wiring.x_shape, "w": wiring.w_shape, "y": wiring.y_shape}
        operation = self.case.operation
        role = operation.role(self.of)
        operands = [(operation.role(name), getattr(arrays, name)) for name in FACTORS[self.of]]
        for place, array in operands:
            if array.size != product(shapes[place]):
                raise ValueError("the suspect reads an array of another size")
        flat = triples.combine(role, product(shapes[role]), *operands)
        shape = self.case.w_shape if self.of == "dw" else shapes[role]
        result = flat.reshape(shape) * self.scale
        if self.of == "y":
            result = result + self._offset(arrays, result)
        for part in self.blank:
            result[part(result, self)] = 0
        return result

    def _offset(self, arrays: Arrays, result: Array) -> Array:
        if arrays.b is None:
            return np.zeros(())
        given = np.append(arrays.b.astype(np.float64), 0.0)  # `NOTHING` is the index of the last one
        return given[self.bias].reshape(-1, *(1,) * (result.ndim - 2))

    def _db(self, arrays: Arrays) -> Array:
        sums = arrays.dy.astype(np.float64).sum(axis=(0, *range(2, arrays.dy.ndim)))
        given = self.bias != NOTHING
        return np.bincount(self.bias[given], weights=sums[given], minlength=len(sums))


Edit: TypeAlias = Callable[[Sketch], Sketch]
"""A mistake, as what it does to a sketch; it returns the very same sketch where it does nothing."""
