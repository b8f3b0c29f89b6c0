"""WaveNet: how many blocks it takes to hear so many samples."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from refconv.learn.exercise import Exercise, Misconception, call
from refconv.learn.outcomes import Call

__all__ = ["EXERCISE", "wavenet_blocks"]


def wavenet_blocks(samples: int, layers: int, k: int = 2) -> int:
    """Add blocks until enough is heard; every layer adds what its taps reach back."""
    heard = 1 + (k - 1)  # the newest sample, and the causal layer in front
    blocks = 0
    while heard < samples:
        heard += sum((k - 1) * 2**layer for layer in range(layers))
        blocks += 1
    return blocks


def _cases() -> list[Call]:
    calls = [call(samples, layers, k) for samples, layers, k in product(range(1, 30), (1, 2, 3), (2, 3))]
    large = [
        call(samples, layers, k)
        for samples, layers, k in product((511, 512, 1024, 2048, 3070, 3071, 3072, 4800), (5, 8, 9, 10), (2, 3))
    ]
    return calls + large


def _fewest(heard: Callable[[int, int, int], int]) -> Callable[..., int]:
    """Return the exercise's function for another idea of what is heard after so many blocks."""

    def answer(samples: int, layers: int, k: int = 2) -> int:
        blocks = 0
        while heard(blocks, layers, k) < samples:
            blocks += 1
        return blocks

    return answer


EXERCISE = Exercise(
    name="wavenet-blocks",
    chapter=11,
    title="How many blocks must WaveNet have?",
    task="A WaveNet begins with a causal layer of dilation 1. Then come blocks; in each the dilations are "
    r"$1, 2, 4, \ldots$, one for each of its `layers` layers, and the next block starts with 1 again. All kernels have "
    "`k` taps. Write `wavenet_blocks(samples, layers, k=2)`: the smallest number of blocks (it may be 0) for which "
    "one output depends on at least `samples` input samples, the newest one included.",
    right=wavenet_blocks,
    cases=_cases,
    ask=call(4800, 10, 2),
    misconceptions=(
        Misconception(
            "adds up the blocks' sizes",
            "You gave each block a whole receptive field, as 3 * 1024 = 3072 does, which is often quoted. Fields "
            "stacked on each other share a sample: sizes less one add up, and 1 is added once.",
            _fewest(lambda blocks, layers, k: k + blocks * (1 + (k - 1) * (2**layers - 1))),
        ),
        Misconception(
            "leaves out the causal layer in front",
            "You counted what the blocks hear. The causal layer before them reaches k - 1 samples further back.",
            _fewest(lambda blocks, layers, k: 1 + blocks * (k - 1) * (2**layers - 1)),
        ),
        Misconception(
            "begins the dilations with 2",
            "You took 2, 4, 8, ... up to 2 ** layers. The first layer of a block has dilation 1, the last one "
            "2 ** (layers - 1).",
            _fewest(lambda blocks, layers, k: k + blocks * (k - 1) * (2 ** (layers + 1) - 2)),
        ),
        Misconception(
            "goes on doubling in the next block",
            "You let the dilations double from block to block. Each block starts with 1 again, so blocks add up and "
            "do not multiply.",
            _fewest(lambda blocks, layers, k: k + (k - 1) * (2 ** (blocks * layers) - 1)),
        ),
        Misconception(
            "counts k dilations for each layer",
            "You let a layer of dilation d reach k * d back. Between k taps there are k - 1 gaps: it is (k - 1) * d.",
            _fewest(lambda blocks, layers, k: 1 + k + blocks * k * (2**layers - 1)),
        ),
        Misconception(
            "counts the last layer of a block alone",
            "You took the largest dilation of each block. The smaller ones reach back too, and all of them add up.",
            _fewest(lambda blocks, layers, k: k + blocks * (k - 1) * 2 ** (layers - 1)),
        ),
        Misconception(
            "rounds down",
            "Your last block is missing wherever the samples do not come out even: with one block less, too little "
            "is heard. Round up.",
            lambda samples, layers, k=2: max(0, samples - k) // ((k - 1) * (2**layers - 1)),
        ),
    ),
    hints=(
        "How many samples does a stack of no layers depend on? How many more with one layer on top?",
        "A layer of k taps, d apart, reaches (k - 1) * d samples further back. What does one block add?",
    ),
)
