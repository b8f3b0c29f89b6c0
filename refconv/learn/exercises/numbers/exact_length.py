"""How long a sum of integers stays exact in float32."""

from __future__ import annotations

from refconv.learn.exercise import Misconception, Question, call

__all__ = ["EXERCISE", "longest_exact_sum"]


def longest_exact_sum() -> int:
    """Ask how many of the largest products stay within the integers that float32 holds without a gap."""
    largest_product = 127 * 127
    return 2**24 // largest_product


EXERCISE = Question(
    name="exact-length",
    chapter=10,
    title="How long a sum is surely exact",
    task="x and w hold integers between -127 and 127, stored as float32, and sums are kept in float32 (24 significant "
    "bits). Up to how many products is a sum exact for all such x and w, in any order of summation?",
    right=longest_exact_sum,
    cases=lambda: [call()],
    misconceptions=(
        Misconception(
            "does not count the leading bit",
            "You took 2**23. With the leading bit float32 has 24 significant bits: it holds all integers up to 2**24.",
            2**23 // 127**2,
        ),
        Misconception(
            "takes the powers of two",
            "You took 128 for the largest size. With 127 a few products more are surely exact.",
            2**24 // 128**2,
        ),
        Misconception(
            "bounds the inputs instead of the products",
            "You divided by 127 once. A product is as large as 127 * 127.",
            2**24 // 127,
        ),
        Misconception(
            "counts as int32 does",
            "You took int32's 31 bits. float32 uses 8 of its 32 for the exponent; beyond 2**24 it skips odd integers.",
            (2**31 - 1) // 127**2,
        ),
        Misconception(
            "counts as float64 does",
            "You took 2**53, which is float64's. float32 holds all integers up to 2**24 only.",
            2**53 // 127**2,
        ),
        Misconception(
            "one product too many",
            "You rounded up. Then the sum of sizes may pass 2**24 by a little, and 2**24 + 1 is no float32 number.",
            2**24 // 127**2 + 1,
        ),
    ),
    hints=(
        "Up to which integer does float32 have them all?",
        "If K * 127 * 127 is no more than that, no partial sum in any order can round.",
    ),
)
