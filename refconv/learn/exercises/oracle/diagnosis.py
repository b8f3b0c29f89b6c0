"""Read a diagnosis, and say what the kernel does."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "size_of_same"]


def size_of_same() -> int:
    """Pad as for the kernel without dilation, then count windows of the span that it really has."""
    n, k, d = 20, 3, 4
    padded = n + (k - 1)  # half of it on each side: right only for d = 1
    span = d * (k - 1) + 1
    return padded - span + 1


EXERCISE = Question(
    name="read-the-diagnosis",
    chapter=13,
    title="Read the diagnosis",
    task='The report on a kernel says: *the padding of "same" ignores dilation*. The convolution itself is right. You '
    'call it with 20 samples, a kernel of 3, stride 1, dilation 4 and padding "same". How many outputs does it return?',
    right=size_of_same,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "what it should return",
            'That is what "same" promises. This kernel pads 1 on each side, where dilation 4 needs 4.',
            20,
        ),
        Misconception(
            "no padding at all",
            "That is the size without padding. The padding is there, but it is that of the kernel without dilation: 1 "
            "on each side.",
            12,
        ),
        Misconception(
            "nothing is dilated and nothing padded",
            "That is the size for dilation 1 without padding. The diagnosis says that the padding ignores dilation; "
            "the taps are 4 apart all the same.",
            18,
        ),
        Misconception(
            "pads one side",
            "You padded 1 sample in all. A kernel of 3 without dilation has k - 1 = 2 samples of padding, 1 on each "
            "side.",
            13,
        ),
        Misconception(
            "pads 2 on each side",
            "You put k - 1 = 2 on each side. They are two altogether.",
            16,
        ),
    ),
    hints=(
        "How much would it pad, if dilation were 1?",
        "22 padded samples, and a span of 4 * (3 - 1) + 1.",
    ),
)
