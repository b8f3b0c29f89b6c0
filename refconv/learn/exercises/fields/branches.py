"""The field of a join: what several branches see together."""

from __future__ import annotations

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "joined_field"]

Layers = list[tuple[int, int, int]]


def joined_field(*branches: Layers) -> tuple[int, int]:
    """Follow output 0 back through each branch, and keep the outermost ends."""
    ends = []
    for layers in branches:
        first = last = 0
        for k, d, lo in reversed(layers):
            first = first - lo
            last = last - lo + d * (k - 1)
        ends.append((first, last))
    return min(first for first, _ in ends), max(last for _, last in ends)


def _cases() -> list[Call]:
    return [
        call(*branches)
        for branches in (
            [[], [(1, 1, 1)]],
            [[], [(3, 1, 1)]],
            [[(1, 1, 0)], [(2, 1, 0)]],
            [[(3, 1, 0)], [(3, 1, 2)]],
            [[(3, 1, 1)], []],
            [[], [(3, 2, 0)], [(2, 1, 1)]],
            [[(5, 1, 2)], [(3, 1, 1)]],
            [[(3, 1, 1)], [(3, 2, 2)], [(3, 4, 4)]],
            [[(3, 1, 1), (3, 1, 1)], [(3, 2, 4)]],
            [[(2, 3, 3)], [(2, 3, 0)], []],
            [[(3, 1, 1), (3, 2, 2)], [(1, 1, 0)], [(4, 1, 0)]],
        )
    ]


def _ends(*branches: Layers) -> list[tuple[int, int]]:
    return [joined_field(branch) for branch in branches]


def _widest(*branches: Layers) -> tuple[int, int]:
    return max(_ends(*branches), key=lambda ends: ends[1] - ends[0])


def _one_after_the_other(*branches: Layers) -> tuple[int, int]:
    return joined_field([layer for layers in branches for layer in layers])


EXERCISE = Exercise(
    name="field-of-branches",
    chapter=5,
    title="Where branches meet",
    task="Several branches read the same input and their outputs are added, as in a residual unit, or concatenated. "
    "Write `joined_field(*branches)`: the first and the last input pixel, along one axis, that output 0 of the join "
    "can depend on. Each branch is a list of layers `(k, d, lo)` of stride 1, the first layer first; an empty list "
    "is a shortcut. Pixel 0 is the first of the input; pixels in the padding count and have negative numbers.",
    right=joined_field,
    cases=_cases,
    ask=call([(3, 1, 1)], [(3, 4, 4)]),
    misconceptions=(
        Misconception(
            "takes the widest branch",
            "You returned the ends of the widest branch. Another one that is narrower may still reach further on one "
            "side, if it is padded in another way.",
            _widest,
        ),
        Misconception(
            "adds the branches",
            "You put the branches one after the other, so that their reaches add. Side by side each begins at the "
            "input: the join sees what any of them sees.",
            _one_after_the_other,
        ),
        Misconception(
            "takes what all branches see",
            "You returned the pixels that every branch sees. A sum depends on all that any of its branches depends "
            "on: the outermost ends.",
            lambda *branches: (max(a for a, _ in _ends(*branches)), min(b for _, b in _ends(*branches))),
        ),
        Misconception(
            "ignores the paddings",
            "You left `lo` out. It says where a branch looks; without it branches look aligned that are not.",
            lambda *branches: joined_field(*[[(k, d, 0) for k, d, _ in layers] for layers in branches]),
        ),
        Misconception(
            "ignores the dilations",
            "You took the branches' kernels for ordinary ones. The branches of DeepLab's pyramid differ in just this.",
            lambda *branches: joined_field(*[[(k, 1, lo) for k, _, lo in layers] for layers in branches]),
        ),
        Misconception(
            "takes the last branch",
            "You returned the ends of the last branch. The join depends on every one of them.",
            lambda *branches: _ends(*branches)[-1],
        ),
        Misconception(
            "forgets the shortcut",
            "You left out the branches without layers. A shortcut sees pixel 0, and where the others look elsewhere "
            "that counts.",
            lambda *branches: joined_field(*[layers for layers in branches if layers]),
        ),
    ),
    hints=(
        "Find the ends of each branch first; for an empty one both are 0.",
        "A layer moves the first pixel to first - lo, and the last one to last - lo + d*(k - 1).",
        "The join begins where the first of the branches begins, and ends where the last of them ends.",
    ),
)
