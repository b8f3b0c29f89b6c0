"""Padding that keeps the size, with stride and dilation."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "same_padding"]


def same_padding(n: int, k: int, s: int = 1, d: int = 1, lower: bool = False) -> tuple[int, int]:
    """Pad just as much as the last of ceil(n / s) windows needs."""
    out = -(-n // s)
    span = d * (k - 1) + 1
    total = max(0, (out - 1) * s + span - n)
    small, large = total // 2, total - total // 2
    return (large, small) if lower else (small, large)


def _cases() -> list[Call]:
    drawn = product(range(1, 8), range(1, 5), range(1, 4), range(1, 4))
    numbers = sorted((each for each in drawn), key=sum)
    return [call(*each, lower) for each in numbers[::2] for lower in (False, True)]


def _split(total: int, lower: bool) -> tuple[int, int]:
    small, large = total // 2, total - total // 2
    return (large, small) if lower else (small, large)


EXERCISE = Exercise(
    name="same-padding-with-dilation",
    chapter=4,
    title="Padding that keeps the size",
    task="Write `same_padding(n, k, s=1, d=1, lower=False)`: the padding `(lo, hi)` that TensorFlow calls SAME and "
    "ONNX SAME_UPPER. With it there are `ceil(n / s)` outputs, and no more zeros than needed for that, never fewer "
    "than none. An odd zero goes to the end; with `lower` (ONNX's SAME_LOWER) it goes to the beginning.",
    right=same_padding,
    cases=_cases,
    ask=call(6, 3, 2, 1),
    misconceptions=(
        Misconception(
            "ignores the dilation",
            "You padded for a kernel that spans k samples. A dilated one spans d*(k - 1) + 1. ONNX's first formula "
            "for SAME forgot this too.",
            lambda n, k, s=1, d=1, lower=False: same_padding(n, k, s, 1, lower),
        ),
        Misconception(
            "exchanges upper and lower",
            "You put the odd zero at the beginning, and with `lower` at the end. It is the other way round; converters "
            "have shipped with this exchanged, since even totals hide it.",
            lambda n, k, s=1, d=1, lower=False: same_padding(n, k, s, d, not lower),
        ),
        Misconception(
            "pads alike for every size",
            "You padded d*(k - 1) whatever n and s are. That is right at stride 1; at a larger stride the need "
            "depends on where n stands among the multiples of s.",
            lambda n, k, s=1, d=1, lower=False: _split(d * (k - 1), lower),
        ),
        Misconception(
            "pads both sides alike",
            "You padded d*(k - 1) // 2 on both sides, as PyTorch models do. An odd total cannot be halved, and at "
            "stride 2 SAME often needs less: this is how converted models shift by one pixel.",
            lambda n, k, s=1, d=1, lower=False: (d * (k - 1) // 2,) * 2,
        ),
        Misconception(
            "takes no rest for a rest of 0",
            "You took n % s for the part of the last stride that is there. If n is a multiple of s that part is s, "
            "not 0.",
            lambda n, k, s=1, d=1, lower=False: _split(max(0, d * (k - 1) + 1 - n % s), lower),
        ),
        Misconception(
            "takes samples away",
            "Your padding is negative where the stride is larger than the span. Nothing has to be padded there, and "
            "nothing is taken away: the least is 0.",
            lambda n, k, s=1, d=1, lower=False: _split((-(-n // s) - 1) * s + d * (k - 1) + 1 - n, lower),
        ),
        Misconception(
            "keeps n outputs at any stride",
            "You padded for n outputs. SAME means ceil(n / s): a stride of 2 still halves the size.",
            lambda n, k, s=1, d=1, lower=False: _split((n - 1) * s + d * (k - 1) + 1 - n, lower),
        ),
        Misconception(
            "rounds the size down",
            "You padded for floor(n / s) outputs. SAME rounds up, so that every sample begins or belongs to a stride.",
            lambda n, k, s=1, d=1, lower=False: _split(max(0, (n // s - 1) * s + d * (k - 1) + 1 - n), lower),
        ),
    ),
    hints=(
        "First how many outputs there should be; then where the last window begins and ends.",
        (
            "The last of `out` windows ends (out - 1)*s + d*(k - 1) + 1 samples after the start. What is missing "
            "from n is padded."
        ),
        "total = max(0, that - n); half of it, rounded down, goes to one side and the rest to the other.",
    ),
)
