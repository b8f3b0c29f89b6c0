"""Draw calls of XLA's general convolution, and read StableHLO's definition of it word by word.

The number of windows is drawn, and the padding at the end follows from it: of either sign, so that crops of samples and
of the zeros between them are as frequent as padding. Every parameter is drawn per axis and per side.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from tests.draw import Case, Integer

LETTERS = "XYZ"
WORDS = ("VALID", "SAME", "SAME_LOWER")


def draw_general(integer: Integer, rank: int | None = None, *, reversal: bool = False, empty: bool = True) -> Case:
    """Return a case with shapes in the caller's order; `y_shape` is in canonical order."""
    rank = integer(1, 3) if rank is None else rank
    word = WORDS[integer(0, 2)] if integer(0, 4) == 0 else None
    axes = [_axis(integer, word, widest=5 - rank, empty=empty) for _ in range(rank)]
    batch, features, reads, filters = integer(1, 2), integer(1, 3), integer(1, 2), integer(1, 2)
    kind = integer(0, 2)
    feature_groups, batch_groups = (1, features, 1)[kind], (1, 1, features)[kind]
    lhs = [batch * batch_groups, reads * feature_groups, *(a["n"] for a in axes)]
    rhs = [filters * feature_groups * batch_groups, reads, *(a["k"] for a in axes)]
    numbers = _numbers(integer, rank)
    options: dict[str, Any] = {
        "window_strides": tuple(a["s"] for a in axes),
        "padding": word or tuple((a["lo"], a["hi"]) for a in axes),
        "lhs_dilation": tuple(a["e"] for a in axes),
        "rhs_dilation": tuple(a["d"] for a in axes),
        "dimension_numbers": numbers,
        "feature_group_count": feature_groups,
        "batch_group_count": batch_groups,
    }
    if reversal:
        options["window_reversal"] = tuple(bool(integer(0, 1)) for _ in axes)
    return Case(
        x_shape=_arranged(lhs, "NC" + LETTERS[:rank], numbers and numbers[0]),
        w_shape=_arranged(rhs, "OI" + LETTERS[:rank], numbers and numbers[1]),
        y_shape=(batch, rhs[0], *(a["out"] for a in axes)) if word is None else (),
        options=options,
        seed=integer(0, 2**16),
    )


def _axis(integer: Integer, word: str | None, widest: int, *, empty: bool) -> dict[str, int]:
    k, s, d, n = integer(1, 3), integer(1, 3), integer(1, 3), integer(1, 4)
    if word:
        span = d * (k - 1) + 1
        n = n + span - 1 if word == "VALID" and not empty else n
        return {"n": n, "k": k, "s": s, "d": d, "e": 1}
    e, lo = integer(1, 3), integer(-3, 3)
    out = integer(1, widest) if integer(0, 12) or not empty else 0
    span, whole = d * (k - 1) + 1, e * (n - 1) + 1
    padded = (out - 1) * s + span + integer(0, s - 1) if out else integer(0, span - 1)
    return {"n": n, "k": k, "s": s, "d": d, "e": e, "lo": lo, "hi": padded - whole - lo, "out": out}


def _numbers(integer: Integer, rank: int) -> tuple[str, str, str] | None:
    if integer(0, 3) == 0:
        return None
    texts = []
    # rhs' spatial letters stay in order: the options are drawn in it
    for number, pair in enumerate(("NC", "OI", "NC")):
        text = pair + LETTERS[:rank]
        for last in range(len(text) - 1, 0, -1):
            other = integer(0, last)
            places = list(text)
            places[last], places[other] = places[other], places[last]
            text = "".join(places)
        if number == 1:
            spatial = iter(LETTERS[:rank])
            text = "".join(letter if letter in pair else next(spatial) for letter in text)
        texts.append(text)
    return texts[0], texts[1], texts[2]


def _arranged(sizes: list[int], canonical: str, text: str | None) -> tuple[int, ...]:
    return tuple(sizes if text is None else (sizes[canonical.index(letter)] for letter in text))


def draw_transposed(integer: Integer, rank: int | None = None) -> Case:
    """Return a case of conv_transpose, in its default layout or another one."""
    rank = integer(1, 3) if rank is None else rank
    form = integer(0, 3)
    n, k, s, d = ([integer(1, most) for _ in range(rank)] for most in (3, 3, 3, 2))
    spans = [b * (a - 1) + 1 for a, b in zip(k, d, strict=True)]
    whole = [(a - 1) * b + 1 for a, b in zip(n, s, strict=True)]
    lo = [integer(-1, 3) for _ in range(rank)]
    out = [integer(1, 4) for _ in range(rank)]
    sides = [(a, o + span - 1 - w - a) for a, o, span, w in zip(lo, out, spans, whole, strict=True)]
    consistent = form == 3
    if consistent:
        sides = [(span - 1 - a, span - 1 - b) for span, (a, b) in zip(spans, sides, strict=True)]
    numbers = None
    if integer(0, 1):
        spatial = LETTERS[:rank]
        numbers = ("NC" + spatial, "OI" + spatial, "N" + spatial + "C")
    transpose_kernel = bool(integer(0, 1))
    batch, channels, filters = integer(1, 2), integer(1, 3), integer(1, 3)
    features = (channels, filters) if transpose_kernel else (filters, channels)
    layouts = numbers or ("N" + LETTERS[:rank] + "C", LETTERS[:rank] + "IO", "")
    return Case(
        x_shape=_arranged([batch, channels, *n], "NC" + LETTERS[:rank], layouts[0]),
        w_shape=_arranged([*features, *k], "OI" + LETTERS[:rank], layouts[1]),
        y_shape=(),
        options={
            "strides": tuple(s),
            "padding": ("SAME", "VALID", tuple(sides), tuple(sides))[form],
            "rhs_dilation": tuple(d),
            "dimension_numbers": numbers,
            "transpose_kernel": transpose_kernel,
            "use_consistent_padding": consistent or bool(form < 2 and integer(0, 1)),
        },
        seed=integer(0, 2**16),
    )


def by_definition(
    lhs: np.ndarray,
    rhs: np.ndarray,
    window_strides: tuple[int, ...],
    padding: tuple[tuple[int, int], ...],
    lhs_dilation: tuple[int, ...],
    rhs_dilation: tuple[int, ...],
    feature_group_count: int = 1,
    batch_group_count: int = 1,
    window_reversal: tuple[bool, ...] | None = None,
) -> np.ndarray:
    """Return the convolution of arrays in canonical order, as StableHLO's specification spells it out: loops."""
    if feature_group_count > 1 or batch_group_count > 1:
        axis, count = (1, feature_group_count) if feature_group_count > 1 else (0, batch_group_count)
        parts = zip(np.split(lhs, count, axis), np.split(rhs, count, 0), strict=True)
        same = (window_strides, padding, lhs_dilation, rhs_dilation, 1, 1, window_reversal)
        return np.concatenate([by_definition(a, b, *same) for a, b in parts], axis=1)
    rank = len(window_strides)
    padded = _pad(lhs, padding, lhs_dilation)
    kernel = rhs.shape[2:]
    spans = [d * (k - 1) + 1 if k else 0 for k, d in zip(kernel, rhs_dilation, strict=True)]
    along = zip(padded.shape[2:], spans, window_strides, strict=True)
    outputs = [0 if n == 0 or span > n else (n - span) // s + 1 for n, span, s in along]
    y = np.zeros((lhs.shape[0], rhs.shape[0], *outputs), object)
    for place in product(*map(range, outputs)):
        starts = [i * s for i, s in zip(place, window_strides, strict=True)]
        taps = zip(starts, spans, rhs_dilation, strict=True)
        window = padded[(slice(None), slice(None), *(slice(q, q + span, d) for q, span, d in taps))]
        turned = [axis for axis in range(rank) if window_reversal and window_reversal[axis]]
        window = np.flip(window, [2 + axis for axis in turned])
        y[(slice(None), slice(None), *place)] = np.tensordot(
            window, rhs, (list(range(1, 2 + rank)), list(range(1, 2 + rank)))
        )
    return y


def _pad(lhs: np.ndarray, padding: tuple[tuple[int, int], ...], dilation: tuple[int, ...]) -> np.ndarray:
    """Return StableHLO's pad of the spatial axes: sample q of an axis lands at ``lo + q*e``, if that is inside."""
    sizes = [
        (e * (n - 1) + 1 if n else 0) + lo + hi for n, e, (lo, hi) in zip(lhs.shape[2:], dilation, padding, strict=True)
    ]
    padded = np.zeros((*lhs.shape[:2], *(max(size, 0) for size in sizes)), object)
    for q in np.ndindex(*lhs.shape[2:]):
        there = [lo + i * e for i, e, (lo, _) in zip(q, dilation, padding, strict=True)]
        if all(0 <= at < size for at, size in zip(there, sizes, strict=True)):
            padded[(slice(None), slice(None), *there)] = lhs[(slice(None), slice(None), *q)]
    return padded
