"""The order of an array's axes, as letters: inside refconv always N, C and the axes, outside what the caller has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refconv.errors import ArgumentError

__all__ = ["Layout", "parse"]


@dataclass(frozen=True, slots=True)
class Layout:
    """A caller's order of axes, `letters`, beside the order in which refconv computes, `canonical`.

    Examples
    --------
    >>> Layout("NHWC", "NCHW").enter(np.ones((1, 5, 7, 3))).shape
    (1, 3, 5, 7)
    """

    letters: str
    canonical: str

    @property
    def shown(self) -> str:
        """The axes as a person writes them: ``(N, C, H, W)``."""
        return "(" + ", ".join(self.letters) + ")"

    @property
    def own(self) -> Layout:
        """The layout of arrays that stay in canonical order."""
        return Layout(self.canonical, self.canonical)

    def enter(self, a: NDArray[Any]) -> NDArray[Any]:
        """Return a view in canonical order; the array itself where that is its order."""
        if self.letters == self.canonical:
            return a
        return a.transpose([self.letters.index(letter) for letter in self.canonical])

    def leave(self, a: NDArray[Any]) -> NDArray[Any]:
        """Return a view in the caller's order; the array itself where that is canonical."""
        if self.letters == self.canonical:
            return a
        return a.transpose([self.canonical.index(letter) for letter in self.letters])

    def shape(self, canonical_shape: tuple[int, ...]) -> tuple[int, ...]:
        """Return the caller's shape for a canonical one."""
        if self.letters == self.canonical:
            return canonical_shape
        return tuple(canonical_shape[self.canonical.index(letter)] for letter in self.letters)

    def empty(self, canonical_shape: tuple[int, ...], dtype: Any) -> NDArray[Any]:
        """Return a new array in canonical order whose memory lies in the caller's, so that `leave` copies nothing."""
        return self.enter(np.empty(self.shape(canonical_shape), dtype))


def parse(op: str, name: str, value: Any, canonical: str) -> Layout:
    """Return the Layout that `value` names, ``*`` standing for all spatial axes in order; or raise."""
    letters = value.replace("*", canonical[2:]) if isinstance(value, str) else ""
    if sorted(letters) != sorted(canonical):
        raise ArgumentError(
            op,
            f"{name}={value!r} is not an order of the {len(canonical)} letters {', '.join(canonical)}.",
            fix=f"Write {canonical!r}, or the same letters in your arrays' order, such as {_last(canonical)!r}.",
            fixes=[{name: canonical}],
        )
    return Layout(letters, canonical)


def _last(canonical: str) -> str:
    # NCHW -> NHWC, OIHW -> HWIO
    first, second, spatial = canonical[0], canonical[1], canonical[2:]
    return first + spatial + second if first == "N" else spatial + second + first
