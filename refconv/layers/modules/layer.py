"""What all layers do: run, pull a gradient back, and lend their arrays by PyTorch's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from refconv.errors import ArgumentError, ArgumentTypeError, DTypeError, ShapeError
from refconv.ops.elements import Array, check_numeric

__all__ = ["Layer", "Seed", "check_input", "uniform"]

Seed = int | np.random.Generator | None
"""Where the first weights come from; a Generator may be shared by the layers of a model."""


class Layer:
    """A function with parameters that knows its gradient.

    A layer of your own defines `compute`, which returns y and whatever `pull` will need, and `pull`, which gets that
    back with dy, returns dx and hands the gradients of its parameters to `accumulate`. Arrays named in `learnt` and
    `statistics` are attributes of the layer; layers that are attributes are part of it.

    Notes
    -----
    There is no automatic differentiation: `forward` keeps what `backward` needs, until the next `forward`. Gradients
    add up over several calls of `backward`, until `zero_gradients`.

    Examples
    --------
    >>> class Scale(Layer):
    ...     learnt = ("weight",)
    ...
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.weight = np.array(3.0)
    ...
    ...     def compute(self, x):
    ...         return self.weight * x, x
    ...
    ...     def pull(self, x, dy):
    ...         self.accumulate(weight=(dy * x).sum())
    ...         return self.weight * dy
    >>> scale = Scale()
    >>> scale(np.array([1.0, 2.0])), scale.backward(np.array([1.0, 1.0])), scale.gradients()
    (array([3., 6.]), array([3., 3.]), {'weight': array(3.)})
    """

    learnt: ClassVar[tuple[str, ...]] = ()
    """Which attributes are parameters; one that is None is not there."""
    statistics: ClassVar[tuple[str, ...]] = ()
    """Which attributes are kept with the parameters, but follow no gradient."""

    def __init__(self) -> None:
        """Begin in training mode, without gradients."""
        self.training = True
        self._gradients: dict[str, Array] = {}
        self._kept: tuple[tuple[int, ...], Any] | None = None

    def compute(self, x: Array) -> tuple[Array, Any]:
        """Return y, and what `pull` needs."""
        raise NotImplementedError

    def pull(self, kept: Any, dy: Array) -> Array:
        """Return dx, and hand the gradients of the layer's own parameters to `accumulate`."""
        raise NotImplementedError

    def forward(self, x: ArrayLike) -> Array:
        """Return y, and keep what `backward` needs."""
        self._kept = None  # where compute raises, there is nothing to go back from
        y, kept = self.compute(check_numeric(self.name, "x", x))
        self._kept = (y.shape, kept)
        return y

    def __call__(self, x: ArrayLike) -> Array:
        """Return `forward` of x."""
        return self.forward(x)

    def backward(self, dy: ArrayLike) -> Array:
        """Return dx for the last x, and add to the gradients of the parameters."""
        upstream = check_numeric(self.name, "dy", dy)
        if self._kept is None:
            raise ArgumentError(
                self.name, "backward was called before forward.", fix="Call forward(x) first: its x is kept."
            )
        shape, kept = self._kept
        if upstream.shape != shape:
            raise ShapeError(
                self.name,
                "dy must have the shape of y.",
                f"dy {upstream.shape}, but y {shape}",
                fix="Give the gradient of the loss for what forward returned last.",
            )
        return self.pull(kept, upstream)

    def accumulate(self, **gradients: Array | None) -> None:
        """Add to the gradients of parameters, by their names; None is left out.

        Of a complex gradient a real parameter gets the real part.
        """
        for name, gradient in gradients.items():
            if gradient is None:
                continue
            own = getattr(self, name).dtype
            whole = np.asarray(gradient)
            given = (whole.real if whole.dtype.kind == "c" and own.kind != "c" else whole).astype(own, copy=False)
            self._gradients[name] = given if name not in self._gradients else self._gradients[name] + given

    def children(self) -> dict[str, Layer]:
        """Return the layers that this one is made of, by name."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Layer)}

    def parameters(self) -> dict[str, Array]:
        """Return what is learnt: the arrays themselves, by names such as ``0.weight``."""
        return {name: array for name, array, learnt in self._arrays() if learnt}

    def gradients(self) -> dict[str, Array]:
        """Return the gradients by the names of `parameters`; zeros where none was computed."""
        present = [name for name in self.learnt if getattr(self, name) is not None]
        own = {
            name: self._gradients[name] if name in self._gradients else np.zeros_like(getattr(self, name))
            for name in present
        }
        deeper = ((prefix, layer.gradients()) for prefix, layer in self.children().items())
        return own | {f"{prefix}.{name}": array for prefix, arrays in deeper for name, array in arrays.items()}

    def zero_gradients(self) -> None:
        """Forget the gradients."""
        for layer in self.walk():
            layer._gradients = {}

    def state_dict(self) -> dict[str, Array]:
        """Return copies of all arrays by their names, statistics too: what PyTorch's `state_dict` has."""
        return {name: array.copy() for name, array, _ in self._arrays()}

    def load_state_dict(self, arrays: Mapping[str, ArrayLike]) -> None:
        """Copy the given arrays into the layer's own: all of them, or none if one does not fit."""
        if not isinstance(arrays, Mapping):
            problem = f"load_state_dict takes arrays by their names, not {type(arrays).__name__}."
            raise ArgumentTypeError(self.name, problem, fix="Give a dict, such as that of state_dict().")
        own = {name: array for name, array, _ in self._arrays()}
        missing, unexpected = own.keys() - arrays.keys(), arrays.keys() - own.keys()
        if missing or unexpected:
            raise ArgumentError(
                self.name,
                "the names of the arrays are not those of the model.",
                *([f"missing: {', '.join(sorted(missing))}"] if missing else []),
                *([f"not in the model: {', '.join(sorted(map(str, unexpected)))}"] if unexpected else []),
                fix="state_dict() shows the names that it has.",
            )
        given = {name: check_numeric(self.name, name, arrays[name]) for name in own}
        for name, array in own.items():
            _check_fits(self.name, name, given[name], array)
        for name, array in own.items():
            array[...] = given[name]

    def train(self) -> Layer:
        """Go over to training: batch statistics, dropout. Returns the layer."""
        return self._mode(training=True)

    def eval(self) -> Layer:
        """Go over to use: running statistics, no dropout. Returns the layer."""
        return self._mode(training=False)

    def walk(self) -> Iterator[Layer]:
        """Yield this layer and all within it."""
        yield self
        for layer in self.children().values():
            yield from layer.walk()

    @property
    def name(self) -> str:
        """What the layer calls itself in messages."""
        return type(self).__name__

    def about(self) -> str:
        """Return what stands in the brackets of its repr."""
        return ""

    def __repr__(self) -> str:
        inside = [f"  ({name}): {layer!r}".replace("\n", "\n  ") for name, layer in self.children().items()]
        head = f"{self.name}({self.about()}"
        return "\n".join([head, *inside, ")"]) if inside else f"{head})"

    def _arrays(self) -> Iterator[tuple[str, Array, bool]]:
        for name in (*self.learnt, *self.statistics):
            if getattr(self, name) is not None:
                yield name, getattr(self, name), name in self.learnt
        for prefix, layer in self.children().items():
            yield from ((f"{prefix}.{name}", array, learnt) for name, array, learnt in layer._arrays())

    def _mode(self, *, training: bool) -> Layer:
        for layer in self.walk():
            layer.training = training
        return self


def _check_fits(op: str, name: str, given: Array, own: Array) -> None:
    if given.shape != own.shape:
        raise ShapeError(
            op,
            f"{name} has another shape.",
            f"given {given.shape}, but the model's is {own.shape}",
            fix="Build the model with the numbers of the one that the arrays are from.",
        )
    if not np.can_cast(given.dtype, own.dtype, "same_kind") and given.dtype.kind not in "biu":
        raise DTypeError(
            op, f"{name} is {given.dtype}, which {own.dtype} cannot hold.", fix=f"Give an array of {own.dtype}."
        )


def check_input(op: str, x: Array, axes: int, channels: int | None = None, word: str = "in_channels") -> None:
    """Raise unless x has a batch, channels and `axes` axes, and as many channels as the layer was made for.

    Examples
    --------
    >>> check_input("Conv2d", np.ones((1, 4, 8, 8)), 2, channels=3)
    Traceback (most recent call last):
    refconv.errors.ShapeError: Conv2d: x has 4 channels, but this layer was made for 3.
      x (1, 4, 8, 8), in_channels = 3
      Give x with 3 channels on axis 1, or make the layer with in_channels=4.
    """
    if x.ndim != axes + 2:
        names = ("N C", "N C W", "N C H W", "N C D H W")[axes]
        problem = f"x has {x.ndim} axes, but this layer takes {axes + 2}: {names}."
        fix = "Add a batch of one: x[None]." if x.ndim == axes + 1 else f"Give x as {names}."
        raise ShapeError(op, problem, f"x {x.shape}", fix=fix)
    if channels is not None and x.shape[1] != channels:
        raise ShapeError(
            op,
            f"x has {x.shape[1]} channels, but this layer was made for {channels}.",
            f"x {x.shape}, {word} = {channels}",
            fix=f"Give x with {channels} channels on axis 1, or make the layer with {word}={x.shape[1]}.",
        )


def uniform(seed: Seed, shape: tuple[int, ...], fan_in: int, dtype: Any) -> Array:
    """Return first weights as PyTorch draws them: evenly between plus and minus ``1 / sqrt(fan_in)``.

    Examples
    --------
    >>> bool(abs(uniform(0, (100,), 4, float)).max() < 0.5)
    True
    """
    bound = 1 / np.sqrt(fan_in) if fan_in else 0.0
    return np.random.default_rng(seed).uniform(-bound, bound, shape).astype(dtype)
