"""The padding that keeps the size of what is convolved, at stride 1."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "keeping_padding"]


def keeping_padding(k: int, d: int) -> tuple[int, int]:
    """A window spans d*(k-1) samples more than one: put that many zeros around, the odd one at the end."""
    total = d * (k - 1)
    lo = total // 2
    return lo, total - lo


def _cases() -> list[Call]:
    return sorted((call(k, d) for k, d in product(range(1, 8), range(1, 7))), key=lambda each: sum(each.args))


def _half_span(k: int, d: int) -> tuple[int, int]:
    half = (d * (k - 1) + 1) // 2
    return half, half


EXERCISE = Exercise(
    name="keeping-padding",
    chapter=8,
    title="The padding that keeps the size",
    task="Write `keeping_padding(k, d)`: the padding `(lo, hi)` with which a kernel of `k` taps, `d` apart, at stride "
    "1, gives as many outputs as there are inputs. Where the two sides cannot be alike, the larger one is `hi`, at "
    "the end.",
    right=keeping_padding,
    cases=_cases,
    ask=call(3, 6),
    misconceptions=(
        Misconception(
            "ignores dilation",
            "You padded for k taps in a row. Taps d apart span d*(k-1) + 1 samples, so the padding grows with d.",
            lambda k, d: ((k - 1) // 2, k - 1 - (k - 1) // 2),
        ),
        Misconception(
            "pads by the dilation",
            "You padded by d on each side. That keeps the size for k = 3 only, by luck; in general d*(k-1) samples are "
            "needed, both sides together.",
            lambda k, d: (d, d),
        ),
        Misconception(
            "pads k // 2 taps on each side",
            "You took d*(k//2) on each side. For an even k that is d zeros too many.",
            lambda k, d: (d * (k // 2), d * (k // 2)),
        ),
        Misconception(
            "pads half the span on each side",
            "You took half of the span d*(k-1) + 1 on each side. Where the span is even that is one zero too many: "
            "d*(k-1) zeros are wanted in all.",
            _half_span,
        ),
        Misconception(
            "pads everything on each side",
            'You put d*(k-1) zeros on each side: "full" padding, with which the output grows. Both sides together need '
            "that many.",
            lambda k, d: (d * (k - 1), d * (k - 1)),
        ),
        Misconception(
            "puts the odd one in front",
            "Where d*(k-1) is odd, you put the larger part before the input. The task wants it at the end, as "
            "TensorFlow's SAME has it (ONNX's SAME_UPPER).",
            lambda k, d: keeping_padding(k, d)[::-1],
        ),
    ),
    hints=(
        "Without padding, how many outputs are lost to a window that spans d*(k-1) + 1 samples?",
        "d*(k-1) are lost. Put as many zeros around: half of them, rounded down, before.",
    ),
)
