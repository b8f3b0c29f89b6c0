"""SSD's fc6: a large kernel thinned out, and the dilation that keeps its taps where they were."""

from __future__ import annotations

from typing import Any

import numpy as np

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "fc6_decimated"]


def fc6_decimated(
    w: np.ndarray[Any, Any], every: int, step: tuple[int, int], lost: tuple[int, int]
) -> tuple[np.ndarray[Any, Any], tuple[int, int]]:
    """Keep some filters and some taps; the taps kept are as far apart as before, in pixels of the denser input."""
    thinned = w[::every, :, :: step[0], :: step[1]]
    dilation = (step[0] * lost[0], step[1] * lost[1])
    return thinned, dilation


def _cases() -> list[Call]:
    given = [
        ((2, 1, 2, 2), 1, (1, 1), (1, 1)),
        ((2, 1, 2, 2), 1, (2, 2), (2, 2)),
        ((2, 1, 3, 3), 1, (2, 2), (1, 1)),
        ((4, 2, 3, 3), 2, (2, 2), (2, 2)),
        ((4, 2, 5, 3), 2, (2, 1), (1, 2)),
        ((4, 3, 3, 7), 4, (1, 3), (2, 1)),
        ((6, 4, 7, 7), 3, (3, 3), (2, 2)),
        ((8, 4, 7, 5), 4, (3, 2), (2, 4)),
    ]
    return [call(np.arange(np.prod(shape)).reshape(shape), every, step, lost) for shape, every, step, lost in given]


def _about(w: Any, step: tuple[int, int], lost: tuple[int, int]) -> Any:
    """Return the sizes of what is kept, and the dilation."""
    counts = tuple(-(-n // each) for n, each in zip(w.shape[2:], step, strict=True))
    return counts, (step[0] * lost[0], step[1] * lost[1])


def _cropped(w: Any, every: int, step: tuple[int, int], lost: tuple[int, int]) -> Any:
    (rows, columns), dilation = _about(w, step, lost)
    top, left = (w.shape[2] - rows) // 2, (w.shape[3] - columns) // 2
    return w[::every, :, top : top + rows, left : left + columns], dilation


EXERCISE = Exercise(
    name="fc6-decimated",
    chapter=11,
    title="A large kernel thinned out",
    task="A kernel `w` of shape (O, C, KH, KW) reads a map whose stride is now removed: its input has become "
    "`lost = (along H, along W)` times as dense. Make the kernel small: of its filters keep every `every`-th, of its "
    "taps every `step[0]`-th along H and every `step[1]`-th along W, the first of each always; all input channels "
    "stay. Write `fc6_decimated(w, every, step, lost)`, which returns the pair `(smaller kernel, dilation)`, where "
    "`dilation = (along H, along W)` puts every tap that was kept on the same place of the image as before.",
    right=fc6_decimated,
    cases=_cases,
    ask=call(np.arange(9).reshape(1, 1, 3, 3), 1, (2, 2), (1, 2)),
    misconceptions=(
        Misconception(
            "crops the middle of the kernel",
            "You kept neighbouring taps from the middle. Every step-th tap is kept, from one end to the other, so "
            "that the kernel spans the same part of the image.",
            _cropped,
        ),
        Misconception(
            "forgets the stride that was lost",
            "You dilated by the step between the taps kept. Their input has also become denser by the lost stride: "
            "the distance is counted in its pixels, so multiply by both.",
            lambda w, every, step, lost: (w[::every, :, :: step[0], :: step[1]], tuple(step)),
        ),
        Misconception(
            "forgets the taps that were left out",
            "You dilated by the lost stride alone. Between taps that were kept, step - 1 others have gone: the "
            "distance is step times as large.",
            lambda w, every, step, lost: (w[::every, :, :: step[0], :: step[1]], tuple(lost)),
        ),
        Misconception(
            "adds step and lost stride",
            "You added the two. Each old pixel became `lost` new ones, so a distance of `step` old ones is their "
            "product.",
            lambda w, every, step, lost: (
                w[::every, :, :: step[0], :: step[1]],
                (step[0] + lost[0], step[1] + lost[1]),
            ),
        ),
        Misconception(
            "keeps the first filters",
            "You kept the first O / every filters. Every every-th one was asked for: 0, every, 2 * every, ...",
            lambda w, every, step, lost: (
                w[: len(w) // every, :, :: step[0], :: step[1]],
                _about(w, step, lost)[1],
            ),
        ),
        Misconception(
            "thins out the input channels too",
            "You left out input channels as well. The layer before still has all of its channels, and the kernel "
            "must read them: axis 1 stays.",
            lambda w, every, step, lost: (
                w[::every, ::every, :: step[0], :: step[1]],
                _about(w, step, lost)[1],
            ),
        ),
        Misconception(
            "exchanges H and W",
            "You used the first of step and lost along W. The kernel is (O, C, KH, KW): the first belongs to H.",
            lambda w, every, step, lost: (
                w[::every, :, :: step[1], :: step[0]],
                (step[1] * lost[1], step[0] * lost[0]),
            ),
        ),
    ),
    hints=(
        "Slices with a step do the thinning: w[::2] is every second filter.",
        "Two taps that are kept were `step` old pixels apart. Each of those has become `lost` new ones: how far is it?",
    ),
)
