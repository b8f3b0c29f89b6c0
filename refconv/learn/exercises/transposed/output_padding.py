"""What stands in the output that output_padding adds."""

from __future__ import annotations

import numpy as np

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "last_output"]


def last_output() -> int:
    """Write all kernels, crop one at the beginning, and one less than one at the end."""
    x, w, b, s, lo, hi, a = [1, 2, 3, 4], [10, 20, 30], 5, 2, 1, 1, 1
    full = np.zeros((len(x) - 1) * s + len(w), int)
    for i in range(len(x)):
        full[i * s : i * s + len(w)] += x[i] * np.array(w)
    y = full[lo : len(full) - (hi - a)] + b
    return int(y[-1])


EXERCISE = Question(
    name="output-padding",
    chapter=9,
    title="What output_padding writes",
    task="`x = [1, 2, 3, 4]`, `w = [10, 20, 30]`, bias 5, stride 2, padding 1 on both sides, output_padding 1. The "
    "transposed convolution has 8 outputs. What is the last one?",
    right=last_output,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "appends a zero",
            "You took it for a zero that is put behind the result. Output padding crops less at the end, and so shows "
            "what the kernels wrote there.",
            0,
        ),
        Misconception(
            "holds the bias alone",
            "You took it for an output that no kernel writes. That is so only where output_padding exceeds the padding "
            "at the end; here it crops one output less.",
            5,
        ),
        Misconception(
            "leaves output_padding out",
            "That is the last output without output_padding. With it there is one more behind it.",
            85,
        ),
        Misconception(
            "flips the kernel",
            "You wrote the kernel backwards: the last sample's first tap came last.",
            45,
        ),
        Misconception(
            "forgets the bias",
            "That is what the kernel wrote. The bias is added to every output, this one included.",
            120,
        ),
    ),
    hints=(
        "Write down all 9 outputs as they are before cropping.",
        "Padding crops one output at the beginning. At the end it crops 1 - 1 = 0.",
    ),
)
