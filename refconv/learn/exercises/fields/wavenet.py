"""The receptive field of WaveNet's dilated layers."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "wavenet_field"]


def wavenet_field() -> int:
    """Add up d*(k - 1) over all layers; stride 1 throughout, so nothing is multiplied."""
    size = 1
    for _ in range(3):
        for power in range(10):
            size += 2**power * (2 - 1)
    return size


EXERCISE = Question(
    name="wavenet-field",
    chapter=5,
    title="How far back does WaveNet hear?",
    task="A sound is modelled with 30 causal layers of kernel size 2 and stride 1. Their dilations are 1, 2, 4, ..., "
    "512, and that three times over. These are all the layers there are. How many samples lie between the first and "
    "the last that one output depends on, both counted?",
    right=wavenet_field,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "adds the blocks' fields",
            "You took three fields of 1024 one after the other. Blocks overlap where they meet: each adds 1023, and "
            "the one sample they begin with counts once. It has been published like this.",
            3 * 1024,
        ),
        Misconception(
            "counts one block",
            "That is the field of one block of ten layers. The second and the third block widen it further.",
            1024,
        ),
        Misconception(
            "forgets the sample itself",
            "You added up the dilations. That is how far back the first sample lies; both ends counted it is one more.",
            3 * 1023,
        ),
        Misconception(
            "multiplies the blocks",
            "You multiplied the fields of the blocks. Fields multiply with strides; at stride 1 the reaches add.",
            1024**3,
        ),
        Misconception(
            "counts a first layer too",
            "You counted one more undilated layer of 2. The published network has such a layer before its blocks, "
            "but here the 30 layers are all there are.",
            3 * 1023 + 2,
        ),
        Misconception(
            "takes kernels of 3",
            "Your kernels have 3 taps. With 2 taps a layer reaches one dilation back, not two.",
            3 * 2 * 1023 + 1,
        ),
        Misconception(
            "takes the widest layer",
            "You looked at the widest layer alone: 512 samples back, and itself. Every layer adds its own reach.",
            513,
        ),
    ),
    hints=(
        "All strides are 1, so the reaches just add: d*(k - 1) for each layer.",
        "1 + 2 + 4 + ... + 512 = 1023 for one block.",
    ),
)
