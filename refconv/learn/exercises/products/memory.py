"""What the im2col matrix takes."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "bytes_of_columns"]

C, O, H, W, KH, KW = 64, 128, 56, 48, 3, 5
OH, OW, BYTES = 28, 48, 4


def bytes_of_columns() -> int:
    """One column for each output, one row for each channel and tap, four bytes for each entry."""
    oh = (56 + 1 + 1 - 3) // 2 + 1
    ow = (48 + 2 + 2 - 5) // 1 + 1
    rows = 64 * 3 * 5
    return rows * (oh * ow) * 4


EXERCISE = Question(
    name="bytes-of-columns",
    chapter=2,
    title="What the matrix takes",
    task="One image of 64 channels, 56 by 48 samples, float32. A layer of 128 filters of 3 by 5 taps goes over it with "
    "the stride (2, 1) and the padding (1, 2), on both sides. How many bytes does the im2col matrix take, written out?",
    right=bytes_of_columns,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "counts entries",
            "This is the number of entries. A float32 takes 4 bytes.",
            C * KH * KW * OH * OW,
        ),
        Misconception(
            "one copy for each filter",
            "You multiplied by the 128 filters. The matrix holds what windows read; all filters share it.",
            C * O * KH * KW * OH * OW * BYTES,
        ),
        Misconception(
            "one copy of the input",
            "This is what the input itself takes. Where windows overlap, im2col copies a sample once for each window "
            "that reads it.",
            C * H * W * BYTES,
        ),
        Misconception(
            "forgets the channels",
            "You counted one channel. A column holds a window of all 64.",
            KH * KW * OH * OW * BYTES,
        ),
        Misconception(
            "one column for each sample of the input",
            "You took as many windows as there are samples. The stride of 2 leaves out every second row of them.",
            C * KH * KW * H * W * BYTES,
        ),
        Misconception(
            "forgets the padding",
            "You counted the windows that fit without padding: 27 by 44. With it there are 28 by 48.",
            C * KH * KW * 27 * 44 * BYTES,
        ),
        Misconception(
            "strides both axes",
            "You used the stride of 2 along both axes. Along W it is 1, so that there are 48 outputs and not 24.",
            C * KH * KW * OH * 24 * BYTES,
        ),
    ),
    hints=(
        "How many rows has it, how many columns, and how many bytes does an entry take?",
        "Its rows: C * KH * KW. Its columns: one for each output, OH * OW.",
        "OH = (56 + 2 - 3) // 2 + 1 = 28, and OW = (48 + 4 - 5) // 1 + 1 = 48.",
    ),
)
