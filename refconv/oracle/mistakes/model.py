"""A known mistake: its name, the sentence that says it, and the edit that makes it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from refconv.arithmetic.geometry import Axis
from refconv.arithmetic.per_axis import letters, resolve
from refconv.arithmetic.sizes import transposed_output_size
from refconv.oracle.sketch import Edit, Sketch

__all__ = ["Mistake", "axes_by_word", "renumbered"]


@dataclass(frozen=True)
class Mistake:
    """Something that a kernel may do instead.

    Parameters
    ----------
    cause : str
        Its stable name.
    sentence : str
        What it does, for people: "dilation is ignored along W".
    edit : Edit
        What it does to a sketch; the same sketch where it does nothing.
    """

    cause: str
    sentence: str
    edit: Edit


def axes_by_word(rank: int) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield the sets of axes that a mistake may be about, with the words for them: all, and each.

    Examples
    --------
    >>> list(axes_by_word(2))
    [((0, 1), ''), ((0,), ' along H'), ((1,), ' along W')]
    """
    yield tuple(range(rank)), ""
    if rank > 1:
        for index, letter in enumerate(letters(rank)):
            yield (index,), f" along {letter}"


def renumbered(
    change: Callable[[Axis], Axis | None], axes: tuple[int, ...], *, resize: bool = False, reword: bool = False
) -> Edit:
    """Return the edit that gives axes other numbers.

    Parameters
    ----------
    change : callable
        From an axis to another; None where it does not apply.
    axes : tuple of int
        Those that it is applied to.
    resize : bool
        Whether the output's size follows from the numbers, or stays what it should be.
    reword : bool
        Whether padding that was given by a word follows from the numbers too.
    """

    def edit(sketch: Sketch) -> Sketch:
        for index in axes:
            old = sketch.plan.axes[index]
            new = change(old)
            if new is None or new == old:
                continue
            new = _reworded(sketch, index, new) if reword else new
            sketch = _resized(sketch, index, new) if resize else sketch.axis(index, new)
        return sketch

    return edit


def _reworded(sketch: Sketch, index: int, axis: Axis) -> Axis:
    given = sketch.case.options.get("padding", 0)
    entry = given if isinstance(given, str) or given == 0 else given[index]
    if not isinstance(entry, str):
        return axis
    lo, hi = resolve(entry, axis.n, axis.k, axis.s, axis.d, transposed=sketch.transposed)
    return replace(axis, lo=lo, hi=hi)


def _resized(sketch: Sketch, index: int, axis: Axis) -> Sketch:
    if not sketch.transposed:
        return sketch.axis(index, axis, _positive(axis.out))
    # the windows are the input's samples; what follows from the numbers is the size of the result
    a = sketch.case.options.get("output_padding", (0,) * sketch.plan.rank)[index]
    worded = isinstance(sketch.case.options.get("padding"), str)
    hi = axis.hi if worded else axis.hi + a
    n = transposed_output_size(sketch.out[index], axis.k, axis.s, axis.d, axis.lo, hi, a)
    return sketch.axis(index, replace(axis, n=_positive(n)))


def _positive(size: int) -> int:
    if size < 1:
        raise ValueError("no output is left")
    return size
