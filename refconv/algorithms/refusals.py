"""What a road cannot do: said before it starts, or, where numbers grow too large on the way, at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from numbers import Number
from typing import Any

import numpy as np

from refconv.algorithms.fft import least_room
from refconv.algorithms.together import parts
from refconv.algorithms.winograd import LONGEST, tiles
from refconv.arithmetic.geometry import Geometry
from refconv.arithmetic.per_axis import integers, letters
from refconv.errors import ArgumentError, DTypeError
from refconv.ops.elements import Array, is_integer

__all__ = ["SPREADING", "TRANSFORMS", "check_elements", "check_finite", "check_result", "check_room", "checked_tile"]

SPREADING = {
    "inflated": "the zeros between the taps",
    "space_to_batch": "the zeros that fill the phases up",
    "fft": "the transform",
    "winograd": "the transform",
}
"""The roads on which an infinity or NaN reaches outputs that do not read it, and by what."""

TRANSFORMS = ("fft", "winograd")
"""The roads whose numbers on the way may be larger than the operands, the products and the results."""


def check_finite(op: str, algorithm: str, operands: Mapping[str, Array]) -> None:
    """Refuse infinities and NaN where they would spread."""
    if algorithm not in SPREADING:
        return
    for name, a in operands.items():
        if not _is_finite(a):
            raise ArgumentError(
                op,
                f"{name} has an infinite element or NaN, and by {SPREADING[algorithm]} it would reach outputs "
                "that do not read it.",
                fix="Take algorithm='direct', where it goes where the definition puts it.",
                fixes=[_definition(algorithm)],
            )


def check_result(op: str, algorithm: str, *results: Array) -> None:
    """Refuse to return infinities and NaN that finite operands became on the way through a transform."""
    if algorithm in TRANSFORMS and not all(map(_is_finite, results)):
        raise ArgumentError(
            op,
            "the numbers are so large that the transform overflows.",
            fix="Take algorithm='direct'.",
            fixes=[_definition(algorithm)],
        )


def _definition(algorithm: str) -> dict[str, Any]:
    """Return the fix that works everywhere; a tile, which only winograd has, must not stay behind."""
    return {"algorithm": "direct"} | ({"tile": None} if algorithm == "winograd" else {})


def _is_finite(a: Array) -> bool:
    if a.dtype == object:
        return all(_is_finite_number(e) for e in a.flat if isinstance(e, Number) and not isinstance(e, int))
    # bfloat16 knows no isfinite without its own library
    return bool(np.isfinite(a if a.dtype.kind in "biufc" else a.astype(np.float32)).all())


def _is_finite_number(e: Any) -> bool:
    try:
        return bool(e - e == 0)
    except ArithmeticError:  # as decimals do, of infinities
        return False


def check_elements(op: str, algorithm: str, operands: Mapping[str, Array]) -> None:
    """Refuse elements that a Fourier transform cannot take: Fractions, symbols, whatever is no number of a machine.

    Nor ints among floats: they would be rounded with them, where the definition keeps them.
    """
    if algorithm != "fft":
        return
    for name, a in operands.items():
        if a.dtype != object:
            continue
        for e in a.flat:
            if not isinstance(e, int | float | complex):
                raise DTypeError(
                    op,
                    f"{name} has elements of type {type(e).__name__}, which no FFT can take.",
                    fix="Take algorithm='direct', which is exact in fractions, or cast to float.",
                    fixes=[{"algorithm": "direct"}],
                )
        if len({isinstance(e, int) for e in a.flat}) > 1:
            raise DTypeError(
                op,
                f"{name} has ints among its floats, and an FFT would round them to floats too.",
                fix="Take algorithm='direct', which leaves ints what they are, or cast to float.",
                fixes=[{"algorithm": "direct"}],
            )


def check_room(op: str, algorithm: str, operands: Mapping[str, Array], plan: Geometry) -> None:
    """Refuse integers whose sums are so long that no rounding after an FFT is certain."""
    exact = sum(is_integer(a) or a.dtype == object for a in operands.values()) >= 2  # some product may be
    if algorithm == "fft" and exact and least_room(plan) < 2:
        raise ArgumentError(
            op,
            "the sums are too long for an FFT's results to be certified as integers.",
            fix="Take algorithm='direct'.",
            fixes=[{"algorithm": "direct"}],
        )


def checked_tile(
    op: str, algorithm: str, tile: Any, plan: Geometry, operands: Mapping[str, Array]
) -> dict[str, tuple[int, ...]]:
    """Return what winograd is to be told about its tiles: nothing, unless the caller said something; or raise."""
    if algorithm != "winograd":
        if tile is not None:
            raise ArgumentError(
                op,
                f"tile={tile!r} means something for algorithm='winograd' only, but that is {algorithm!r}.",
                fix="Leave tile out, or take algorithm='winograd'.",
                fixes=[{"tile": None}, {"algorithm": "winograd"}],
            )
        return {}
    names = letters(plan.rank)
    # objects may be Fractions, for which "fft" would send the caller back
    other = "direct" if any(a.dtype == object for a in operands.values()) else "fft"
    asked = None if tile is None else integers(op, "tile", tile, names, 1)
    for letter, m, r in _sizes(names, plan, asked):
        if m + r - 1 > LONGEST:
            raise ArgumentError(
                op,
                f"winograd's tiles would be too long along {letter}.",
                f"outputs of a tile = {m}, taps = {r}  ->  {m} + {r} - 1 = {m + r - 1} points, more than {LONGEST}",
                fix=_smaller(asked, names, plan, other),
                fixes=[_smaller_tile(asked, plan) or {"algorithm": other, "tile": None}],
            )
    return {} if asked is None else {"tile": asked}


def _sizes(names: str, plan: Geometry, asked: tuple[int, ...] | None) -> Iterator[tuple[str, int, int]]:
    """Yield the axis, outputs and taps of every tile; the part with the most taps is the first."""
    part = next(parts(plan))
    for letter, tile in zip(names, tiles(part.plan, asked), strict=True):
        yield letter, tile.m, tile.r


def _smaller_tile(asked: tuple[int, ...] | None, plan: Geometry) -> dict[str, tuple[int, ...]] | None:
    """Return the nearest tiles that are short enough, where there are any."""
    taps = [axis.k for axis in next(parts(plan)).plan.axes]
    if max(taps) > LONGEST:
        return None
    wanted = asked or (LONGEST,) * plan.rank
    return {"tile": tuple(min(m, LONGEST + 1 - r) for m, r in zip(wanted, taps, strict=True))}


def _smaller(asked: tuple[int, ...] | None, names: str, plan: Geometry, other: str) -> str:
    mended = _smaller_tile(asked, plan)
    if mended is None:
        return f"Take algorithm={other!r}, to which the size of the kernel does not matter."
    return f"Take tile={mended['tile']} or less, along {names}."
