"""A case: one call that a kernel is asked to make, down to the last bit of its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

import numpy as np

from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import PADDING_WORDS, letters
from refconv.errors import ArgumentError
from refconv.oracle.fills import fill
from refconv.oracle.fills.room import Arrays
from refconv.oracle.memory import memory
from refconv.oracle.operations import Operation, operation
from refconv.oracle.precision import precision
from refconv.oracle.truth import Truth, truth

__all__ = ["Arrays", "Case"]


@dataclass(frozen=True)
class Case:
    """One call: the operation, shapes, options, and a recipe for the arrays.

    `dataclasses.replace` makes a case that differs in some of them.

    Parameters
    ----------
    op : str
        A name in `refconv.oracle.operations.OPERATIONS`.
    x_shape, w_shape : tuple of int
        In canonical order, N, C and the axes; w as `refconv`'s function of that name takes it.
    options : dict
        Every parameter of the operation, per axis: ``stride`` (ints), ``padding`` ((lo, hi) pairs, or a word),
        ``dilation`` (ints), and where the operation has them ``groups``, ``padding_mode``, ``output_padding`` (ints).
    bias : bool
        Whether there is one.
    fill : str
        What stands in the arrays: a name in `refconv.oracle.fills`.
    memory : str
        How the arrays lie in memory: a name in `refconv.oracle.memory`.
    precision : str
        The number types: a name in `refconv.oracle.precision.PRECISIONS`.
    seed : int
        For the fill.
    purpose : str
        What the case is there to catch, in a few words.

    Examples
    --------
    >>> case = Case("conv2d", (1, 2, 5, 6), (3, 2, 3, 2), {"stride": (2, 1), "padding": ((0, 0), (1, 0))})
    >>> case.name, case.y_shape, case.macs, case.policy
    ('n1c2h5w6-o3k3x2-s2x1-p0.0x1.0-integers', (1, 3, 2, 6), 432, 'exact')
    >>> x, w, b, dy = case.arrays()
    >>> (case.truth("y").value == case.operation.forward(x, w, b, **case.options)).all()
    np.True_
    """

    op: str
    x_shape: tuple[int, ...]
    w_shape: tuple[int, ...]
    options: dict[str, Any] = field(default_factory=dict)
    bias: bool = True
    fill: str = "integers"
    memory: str = "contiguous"
    precision: str = "float32"
    seed: int = 0
    purpose: str = ""

    @property
    def operation(self) -> Operation:
        """The operation, by its name."""
        return operation(self.op)

    @cached_property
    def plan(self) -> Geometry:
        """The plan of the call."""
        return self.operation.plan(self.x_shape, self.w_shape, **self.options)

    @cached_property
    def y_shape(self) -> tuple[int, ...]:
        """The shape of the result."""
        return self.operation.y_shape(self.plan)

    def shape_of(self, of: str) -> tuple[int, ...]:
        """Return the shape of a result: "y", "dx", "dw" or "db"."""
        return {"y": self.y_shape, "dx": self.x_shape, "dw": self.w_shape, "db": (self.y_shape[1],)}[of]

    @property
    def macs(self) -> int:
        """The multiply-accumulates of the forward pass, zeros of the padding included."""
        plan = self.plan
        return int(product(plan.y_shape) * plan.taps)

    @property
    def policy(self) -> str:
        """How its results are judged: "exact", "statistical" or "worst_case"; see `refconv.oracle.fills.Fill`."""
        return fill(self.fill).policy

    @property
    def signs(self) -> str:
        """Whether products have "random" signs or "any"; see `refconv.oracle.fills.Fill`."""
        return fill(self.fill).signs

    @property
    def name(self) -> str:
        """A short name, of all that is not as usual; fit for a test's id or a file."""
        sizes = "".join(f"{a}{n}" for a, n in zip("nc" + letters(self.plan.rank).lower(), self.x_shape, strict=True))
        usual = {"precision": "float32", "memory": "contiguous"}
        parts = [sizes, f"o{self.y_shape[1]}k{_joined(self.plan.kernel_size)}", *self._options_in_words()]
        parts += [] if self.bias else ["nobias"]
        parts += [self.fill, *(getattr(self, key) for key in usual if getattr(self, key) != usual[key])]
        return "-".join(parts + ([f"seed{self.seed}"] if self.seed else []))

    def _options_in_words(self) -> list[str]:
        """Return the options that differ from the defaults, in the order of the parameters."""
        words = []
        for key, value in self.options.items():
            if key == "padding_mode":
                words += [value] if value != "zeros" else []
            elif isinstance(value, str):
                words.append(value)
            elif key == "padding":
                text = "x".join(each if isinstance(each, str) else f"{each[0]}.{each[1]}" for each in value)
                words += [f"p{text}"] if any(isinstance(each, str) or any(each) for each in value) else []
            else:
                numbers = value if isinstance(value, tuple) else (value,)
                default = 0 if key == "output_padding" else 1
                letter = {"output_padding": "a"}.get(key, key[0])
                words += [letter + _joined(numbers)] if set(numbers) != {default} else []
        return words

    def parameters(self) -> dict[str, Any]:
        """Return everything, as `json.dumps` takes it; `from_parameters` makes the case again.

        Examples
        --------
        >>> case = Case("conv1d", (1, 1, 5), (2, 1, 3), {"stride": (2,)})
        >>> Case.from_parameters(case.parameters()) == case
        True
        """
        return {each.name: _as_lists(getattr(self, each.name)) for each in fields(self)}

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> Case:
        """Return the case that `parameters` describes.

        Raises
        ------
        ArgumentError
            For a field or an option that is unknown, missing or of another type, and for unknown names.
        RefconvError
            For numbers that no call has.
        """
        known = {each.name: each for each in fields(cls)}
        given = {str(key): _as_tuples(value) for key, value in parameters.items()}
        _check("a case has no", set(given) - set(known), f"Known: {', '.join(known)}.")
        _check("a case needs", {"op", "x_shape", "w_shape"} - set(given), "Give these at least.")
        wrong = [key for key, value in given.items() if not _FIELDS[str(known[key].type)](value)]
        _check("of another type:", set(wrong), "Shapes are lists of integers, options a mapping.")
        case = cls(**given)
        _check(f"{case.op} has no option", set(case.options) - set(case.operation.parameters), "Leave it out.")
        wrong = [key for key, value in case.options.items() if not _OPTIONS[key](value)]
        _check("of another type:", set(wrong), "Options are given per axis, padding as pairs or a word.")
        for lookup, name in ((fill, case.fill), (memory, case.memory), (precision, case.precision)):
            lookup(name)
        case.operation.plan(case.x_shape, case.w_shape, **case.options)  # raises for numbers that do not go together
        return case

    def arrays(self) -> Arrays:
        """Return the inputs: the same for the same case, everywhere.

        Examples
        --------
        >>> case = Case("conv1d", (1, 2, 3), (1, 2, 1), memory="channels_last", precision="int8")
        >>> case.arrays().x.dtype, case.arrays().x.strides
        (dtype('int8'), (6, 1, 2))
        """
        numbers, place = precision(self.precision), memory(self.memory)
        x, w, b, dy = fill(self.fill).function(self, np.random.default_rng(self.seed))
        if self.memory == "broadcast":
            x, dy = (np.broadcast_to(array[:1], array.shape) for array in (x, dy))
        x, w, dy = (place(numbers.array(array)) for array in (x, w, dy))
        return Arrays(x, w, numbers.array(b) if self.bias and b is not None else None, dy)

    def truth(self, of: str = "y", arrays: Arrays | None = None, method: str = "auto") -> Truth:
        """Return what the result `of` ("y", "dx", "dw" or "db") of the case, or of other arrays, should be.

        For the policy "exact" the method "auto" takes the exact road, at any size, where the fast one has an error.
        """
        x, w, b, dy = self.arrays() if arrays is None else arrays
        true = truth(self.op, x, w, b, dy=dy, of=of, method=method, **self.options)
        if method == "auto" and self.policy == "exact" and true.residual is None and true.error_bound.any():
            return truth(self.op, x, w, b, dy=dy, of=of, method="exact", **self.options)
        return true


def _joined(numbers: tuple[int, ...]) -> str:
    return "x".join(map(str, numbers))


def _as_lists(value: Any) -> Any:
    """Return tuples as lists, as JSON has them."""
    if isinstance(value, dict):
        return {key: _as_lists(each) for key, each in value.items()}
    return [_as_lists(each) for each in value] if isinstance(value, tuple) else value


def _as_tuples(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _as_tuples(each) for key, each in value.items()}
    return tuple(_as_tuples(each) for each in value) if isinstance(value, list | tuple) else value


def _check(problem: str, names: set[str], fix: str) -> None:
    if names:
        raise ArgumentError("oracle", f"{problem} {', '.join(sorted(names))}.", fix=fix)


def _is_int(value: Any) -> bool:
    return type(value) is int


def _are_ints(value: Any) -> bool:
    return isinstance(value, tuple) and all(map(_is_int, value))


def _is_padding(value: Any) -> bool:
    if isinstance(value, str):
        return value in PADDING_WORDS
    entries = value if isinstance(value, tuple) else (None,)
    return all(each in PADDING_WORDS or (_are_ints(each) and len(each) == 2) for each in entries)


_FIELDS: dict[str, Callable[[Any], bool]] = {
    "str": lambda value: isinstance(value, str),
    "int": lambda value: _is_int(value) and value >= 0,
    "bool": lambda value: isinstance(value, bool),
    "tuple[int, ...]": _are_ints,
    "dict[str, Any]": lambda value: isinstance(value, dict),
}
"""What each type of a field asks of a value."""

_OPTIONS: dict[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("stride", "dilation", "output_padding"), _are_ints),
    "padding": _is_padding,
    "groups": _is_int,
    "padding_mode": lambda value: value in PADDING_MODES,
}
"""What each option asks of a value."""
