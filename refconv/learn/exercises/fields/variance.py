"""The variance of the effective receptive field."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "field_variance"]

Layers = list[tuple[int, int, int]]


def field_variance(layers: Layers) -> Fraction:
    """Add up the variances of the layers' taps: k places, d * jump input pixels apart, all alike."""
    variance, jump = Fraction(0), 1
    for k, s, d in layers:
        step = d * jump
        variance += Fraction(step**2 * (k**2 - 1), 12)
        jump *= s
    return variance


def _cases() -> list[Call]:
    single = list(product((3, 2, 5), (1, 2), (1, 2)))
    stacks = [[one] for one in single] + [[one, other] for one in single[:8] for other in single[::2]]
    stacks += [[(3, 3, 1), (3, 1, 1)], [(2, 3, 1), (3, 2, 2), (3, 3, 1), (2, 1, 1)]]
    return [call(stack) for stack in [*stacks, [(3, 1, 1)] * 5, [(7, 2, 1), (3, 2, 1), (3, 1, 2), (3, 1, 4)]]]


def _steps(layers: Layers) -> list[tuple[int, int]]:
    steps, jump = [], 1
    for k, s, d in layers:
        steps.append((k, d * jump))
        jump *= s
    return steps


def _box(layers: Layers) -> Fraction:
    size = 1 + sum((k - 1) * step for k, step in _steps(layers))
    return Fraction(size**2 - 1, 12)


EXERCISE = Exercise(
    name="effective-field-variance",
    chapter=5,
    title="How wide is the field in effect?",
    task="An output of a stack is reached by many paths: one tap in each layer. Choose a path at random, each tap of "
    "each layer equally likely, and look at the input pixel where it ends. Write `field_variance(layers)`: the "
    "variance of that pixel's position, in squared input pixels. `layers` is a list of `(k, s, d)`, the layer next "
    "to the input first. The positions `0, 1, ..., k - 1`, all equally likely, have the variance $(k^2 - 1)/12$. "
    "Return a `Fraction` or a float.",
    right=field_variance,
    cases=_cases,
    ask=call([(3, 1, 1), (3, 1, 1)]),
    misconceptions=(
        Misconception(
            "spreads evenly over the field",
            "You took the variance of all pixels of the field, each counted once. Most paths end near the middle: "
            "that is why the effective field is so much narrower.",
            _box,
        ),
        Misconception(
            "takes taps for a line",
            "You used k^2/12, the variance of a line of length k. For k separate places it is (k^2 - 1)/12, and 0 "
            "for a single one.",
            lambda layers: sum((Fraction(step**2 * k**2, 12) for k, step in _steps(layers)), Fraction(0)),
        ),
        Misconception(
            "spreads variances by the jump, not its square",
            "You multiplied by d times jump once. Whatever spreads positions by a factor spreads their variance by "
            "its square.",
            lambda layers: sum((Fraction(step * (k**2 - 1), 12) for k, step in _steps(layers)), Fraction(0)),
        ),
        Misconception(
            "ignores the strides",
            "You took every layer's taps to be d input pixels apart. After strides they are d times their product "
            "apart.",
            lambda layers: field_variance([(k, 1, d) for k, _, d in layers]),
        ),
        Misconception(
            "ignores the dilations",
            "You took every kernel for an ordinary one. Taps that are d apart have d^2 times the variance.",
            lambda layers: field_variance([(k, s, 1) for k, s, _ in layers]),
        ),
        Misconception(
            "takes the span's variance",
            "You put the span d*(k - 1) + 1 in place of k. Only the k taps can be chosen, not the samples between "
            "them.",
            lambda layers: sum(
                (
                    Fraction(jump**2 * ((d * (k - 1) + 1) ** 2 - 1), 12)
                    for (k, _, d), (_, jump) in zip(layers, _steps([(k, s, 1) for k, s, _ in layers]), strict=True)
                ),
                Fraction(0),
            ),
        ),
        Misconception(
            "returns the deviation",
            "You took the root: that is the standard deviation. The variance was asked for.",
            lambda layers: float(field_variance(layers)) ** 0.5,
        ),
    ),
    hints=(
        "The choices in different layers are independent: what becomes of their variances?",
        "They add. A layer's taps stand d*jump input pixels apart, which multiplies its variance by (d*jump)^2.",
    ),
)
