"""How many zeros the padding called "same" takes, where the stride does not divide the input."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "zeros_needed"]

N, K, S = 30, 8, 4


def zeros_needed() -> int:
    """Count from the last window's end: the ceil(n / s) windows must just fit."""
    n, k, s = 30, 8, 4
    outputs = -(-n // s)
    return max((outputs - 1) * s + k - n, 0)


def _covers(outputs: int) -> int:
    return max((outputs - 1) * S + K - N, 0)


EXERCISE = Question(
    name="same-padding",
    chapter=1,
    title='What "same" adds',
    task='Padding "same" adds just as many zeros as are needed for $\\lceil n / s \\rceil$ outputs. An input of '
    "$n = 30$ samples meets a kernel of $k = 8$ taps at stride $s = 4$. How many zeros are added in all, both sides "
    "together?",
    right=zeros_needed,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "the rule for stride 1",
            "This is k - 1, what stride 1 needs. At a larger stride fewer windows have to fit, and fewer zeros do.",
            K - 1,
        ),
        Misconception(
            "half the kernel on each side",
            "This is k // 2 on both sides, 8 zeros. For an even kernel that is one too many even at stride 1, and "
            "here the stride is 4.",
            2 * (K // 2),
        ),
        Misconception(
            "as if the stride divided the input",
            "This is k - s, which is right where s divides n. Here 30 is no multiple of 4: the last window starts at "
            "sample 28 of the padded input.",
            K - S,
        ),
        Misconception(
            "one side only",
            "This is the half that one side gets. The question asks for both sides together.",
            _covers(-(-N // S)) // 2,
        ),
        Misconception(
            "rounds the outputs down",
            "You made room for 7 outputs, the quotient rounded down. Same rounds up: there are 8.",
            _covers(N // S),
        ),
        Misconception(
            "as many outputs as inputs",
            "You made room for 30 outputs. The name is misleading: with a stride of 4 the output has the size n / s, "
            "rounded up, and not n.",
            _covers(N),
        ),
    ),
    hints=(
        "How many outputs are there, and where does the last window start?",
        "The last of 8 windows starts at 7 * 4 = 28. Where does it end?",
        "It needs 28 + 8 samples, and 30 are there.",
    ),
)
