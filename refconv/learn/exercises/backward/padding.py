"""The gradient for the input as a convolution: how dy has to be padded."""

from __future__ import annotations

from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "padding_back"]


def padding_back(n: int, k: int, s: int, lo: int, hi: int) -> tuple[int, int]:
    """Let the first window end at sample 0's first reader, and add at the end what forward left unread."""
    unread = (n + lo + hi - k) % s
    return k - 1 - lo, k - 1 - hi + unread


def _cases() -> list[Call]:
    drawn = product(range(1, 7), range(1, 5), range(1, 4), range(3), range(3))
    calls = [call(*each) for each in drawn if each[0] + each[3] + each[4] >= each[1] > max(each[3:])]
    return sorted(calls, key=lambda each: sum(each.args))


EXERCISE = Exercise(
    name="padding-of-the-way-back",
    chapter=3,
    title="The padding of dy",
    task="The gradient for an input of `n` samples is itself a convolution at stride 1: put `s - 1` zeros between the "
    "neighbours of `dy`, pad with zeros, and slide the kernel, reversed, over it. The forward pass had `k` taps, "
    "stride `s`, and the padding `lo` before and `hi` after. Write `padding_back(n, k, s, lo, hi)`: the padding "
    "`(before, after)` with which exactly `dx` comes out, `n` samples long.",
    right=padding_back,
    cases=_cases,
    ask=call(7, 3, 3, 0, 1),
    misconceptions=(
        Misconception(
            "forgets what was left unread",
            "Samples at the end that no window reached have no outputs. Their zeros are missing from your padding, so "
            "`dx` comes out too short.",
            lambda n, k, s, lo, hi: (k - 1 - lo, k - 1 - hi),
        ),
        Misconception(
            "always full",
            "You padded with k - 1 on both sides. That gives the gradient of the padded input; each zero of padding in "
            "the forward pass is one less here.",
            lambda n, k, s, lo, hi: (k - 1, k - 1 + (n + lo + hi - k) % s),
        ),
        Misconception(
            "pads as the forward pass does",
            "You kept the forward padding. The more was padded forward, the less is padded on the way back: the two "
            "together make k - 1.",
            lambda n, k, s, lo, hi: (lo, hi + (n + lo + hi - k) % s),
        ),
        Misconception(
            "exchanges the sides",
            "You took `hi` before and `lo` after. The kernel is reversed, but the axis is not: the beginning stays the "
            "beginning.",
            lambda n, k, s, lo, hi: (k - 1 - hi, k - 1 - lo + (n + lo + hi - k) % s),
        ),
        Misconception(
            "puts the unread samples first",
            "The forward pass starts at the first sample and leaves out the last ones, so their zeros belong at the "
            "end. Yours move the whole gradient.",
            lambda n, k, s, lo, hi: (k - 1 - lo + (n + lo + hi - k) % s, k - 1 - hi),
        ),
        Misconception(
            "takes the remainder of n alone",
            "You took n mod s for the samples left unread. What is left over are the steps after the first window: "
            "(n + lo + hi - k) mod s.",
            lambda n, k, s, lo, hi: (k - 1 - lo, k - 1 - hi + n % s),
        ),
    ),
    hints=(
        "With stride 1 and no padding forward, which windows over `dy` read dy[0]? There must be k of them.",
        "Each zero padded forward takes one away here: before is k - 1 - lo.",
        "Now count: `dy` spread out has (outputs - 1) * s + 1 samples, and n windows of k must fit. What is missing?",
    ),
)
