"""What is convolved: the nine cases every runner gets, and those of the other sections."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from refconv.arithmetic.sizes import output_size, transposed_output_size

__all__ = ["BIG", "CASES", "GROWING", "PLANES", "POOLING", "TINY", "TRANSPOSED", "Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """One operation on one shape, alike along both axes; `x` is (N, C, H, W), `out` the channels of y."""

    name: str
    x: tuple[int, int, int, int]
    out: int
    k: int
    s: int = 1
    p: int = 0
    d: int = 1
    groups: int = 1
    a: int = 0
    op: str = "conv"

    @property
    def is_pool(self) -> bool:
        """Whether there are no weights."""
        return self.op.endswith("pool")

    @property
    def is_depthwise(self) -> bool:
        """Whether every channel has a group to itself."""
        return self.groups == self.x[1] > 1

    @property
    def w(self) -> tuple[int, int, int, int]:
        """Shape of the weights."""
        rows, columns = (self.x[1], self.out) if self.op == "conv_transpose" else (self.out, self.x[1])
        return rows, columns // self.groups, self.k, self.k

    @property
    def y(self) -> tuple[int, int, int, int]:
        """Shape of the result."""
        return self.x[0], self.out, self._size(self.x[2]), self._size(self.x[3])

    def _size(self, n: int) -> int:
        if self.op == "conv_transpose":
            return int(transposed_output_size(n, self.k, self.s, self.d, self.p, self.p, self.a))
        return int(output_size(n, self.k, self.s, self.d, self.p, self.p))

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the forward pass; for pooling, samples looked at."""
        if self.is_pool:
            return prod(self.y) * self.k**2
        return prod(self.x if self.op == "conv_transpose" else self.y) * prod(self.w[1:])


CASES = (
    Case("dense_3x3", (4, 64, 56, 56), 64, 3, p=1),
    Case("dense_dilated", (2, 256, 28, 28), 256, 3, p=2, d=2),
    Case("aspp_rate12", (1, 256, 33, 33), 256, 3, p=12, d=12),
    Case("stem_7x7_s2", (2, 3, 224, 224), 64, 7, s=2, p=3),
    Case("pointwise", (4, 256, 28, 28), 256, 1),
    Case("depthwise", (4, 128, 56, 56), 128, 3, p=1, groups=128),
    Case("depthwise_dilated", (4, 128, 56, 56), 128, 3, p=2, d=2, groups=128),
    Case("depthwise_s2", (4, 128, 56, 56), 128, 3, s=2, p=1, groups=128),
    Case("grouped32", (4, 128, 28, 28), 128, 3, p=1, groups=32),
)

GROWING = tuple(
    case
    for n in (32, 64, 128, 256)
    for case in (
        Case(f"dense_{n}", (1, 32, n, n), 32, 3, p=1),
        Case(f"depthwise_{n}", (1, 64, n, n), 64, 3, p=1, groups=64),
    )
)
"""The work of the smallest times 1, 4, 16 and 64."""

PLANES = tuple(
    case
    for n in (512, 4096)
    for case in (
        Case(f"dense_plane_{n}", (1, 8, n, n), 8, 3, p=1),
        Case(f"depthwise_plane_{n}", (1, 8, n, n), 8, 3, p=1, groups=8),
    )
)

BIG = Case("big_7x7", (1, 64, 1024, 1024), 64, 7, p=3)
"""Its im2col would take 26 GB in float64."""

TINY = (
    Case("tiny_conv", (1, 16, 12, 12), 16, 3),
    Case("tiny_depthwise", (1, 16, 12, 12), 16, 3, groups=16),
    Case("tiny_transposed", (1, 16, 12, 12), 16, 3, s=2, p=1, op="conv_transpose"),
    Case("tiny_max_pool", (1, 16, 12, 12), 16, 2, s=2, op="max_pool"),
    Case("tiny_avg_pool", (1, 16, 12, 12), 16, 2, s=2, op="avg_pool"),
)

TRANSPOSED = (
    Case("up_4x4_s2", (4, 128, 28, 28), 64, 4, s=2, p=1, op="conv_transpose"),
    Case("up_2x2_s2", (4, 128, 28, 28), 64, 2, s=2, op="conv_transpose"),
    Case("up_3x3_s1", (2, 64, 56, 56), 64, 3, p=1, op="conv_transpose"),
    Case("up_depthwise_s2", (4, 64, 28, 28), 64, 4, s=2, p=1, groups=64, op="conv_transpose"),
)

POOLING = tuple(
    case
    for op in ("max_pool", "avg_pool")
    for case in (
        Case(f"{op}_3x3_s2", (4, 64, 112, 112), 64, 3, s=2, p=1, op=op),
        Case(f"{op}_3x3_s1", (4, 128, 56, 56), 128, 3, p=1, op=op),
        Case(f"{op}_2x2_s2", (4, 128, 56, 56), 128, 2, s=2, op=op),
    )
)
