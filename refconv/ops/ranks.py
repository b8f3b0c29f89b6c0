"""One implementation, four public names: for any number of spatial axes, and for one, two and three."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from refconv.arithmetic.per_axis import letters
from refconv.ops.guard import guarded

__all__ = ["Ranked", "per_rank"]

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Ranked:
    """The operation as the caller named it, and the spatial axes that the name promises (None: as many as x has).

    Examples
    --------
    >>> Ranked("conv{}_backward", 2).op, Ranked("conv{}_backward", 2).forward
    ('conv2d_backward', 'conv2d')
    """

    pattern: str
    rank: int | None
    op: str = field(init=False, repr=False)  # the public name
    forward: str = field(init=False, repr=False)  # that of the operation whose gradients these are

    def __post_init__(self) -> None:
        """Spell the names out once, for every call asks for them."""
        op = self.pattern.format("" if self.rank is None else f"{self.rank}d")
        object.__setattr__(self, "op", op)
        object.__setattr__(self, "forward", op.removesuffix("_backward"))

    def spell(self, default: Any) -> Any:
        """Return a default as the signature shows it: a layout's ``*`` with this rank's axes.

        Examples
        --------
        >>> Ranked("conv{}", 2).spell("NC*")
        'NCHW'
        """
        return default.replace("*", letters(self.rank)) if isinstance(default, str) and self.rank else default

    def describe(self, text: str) -> str:
        """Fill a docstring in: the names, and shapes with this rank's axes."""
        axes = letters(2 if self.rank is None else self.rank)
        return text.format(
            op=self.op,
            forward=self.forward,
            axes=", ".join(axes),
            kernel=", ".join(f"K{a}" for a in axes),
            out=", ".join(f"O{a}" for a in axes),
            ones=", ".join("1" for _ in axes),
            threes=", ".join("3" for _ in axes),
            sizes=", ".join("5" for _ in axes),
            zeros=", ".join("0" for _ in axes),
            first_three=", slice(3)" * len(axes),
            rank=len(axes),
        )


def per_rank(
    pattern: str, implementation: Callable[Concatenate[Ranked, P], R]
) -> tuple[Callable[P, R], Callable[P, R], Callable[P, R], Callable[P, R]]:
    """Return the public functions for any rank, 1-d, 2-d and 3-d; `pattern` says where the rank stands in the name.

    The implementation's docstring is a template; from here on it lives, filled in, on the four.
    """
    any_rank, one, two, three = (_bind(implementation, Ranked(pattern, rank)) for rank in (None, 1, 2, 3))
    implementation.__doc__ = None
    return any_rank, one, two, three


def _bind(implementation: Callable[Concatenate[Ranked, P], R], ranked: Ranked) -> Callable[P, R]:
    @wraps(implementation)
    def public(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            with guarded(ranked.op, (*args, *kwargs.values())):
                return implementation(ranked, *args, **kwargs)
        except TypeError as error:
            # Python's own complaint about the arguments should name what the caller called
            if str(error).startswith(implementation.__name__ + "()"):
                raise TypeError(str(error).replace(implementation.__name__, ranked.op, 1)) from None
            raise

    public.__name__ = public.__qualname__ = ranked.op
    public.__doc__ = ranked.describe(implementation.__doc__ or "")
    parameters = list(inspect.signature(implementation).parameters.values())[1:]
    public.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [parameter.replace(default=ranked.spell(parameter.default)) for parameter in parameters],
        return_annotation=inspect.signature(implementation).return_annotation,
    )
    del public.__wrapped__
    return public
