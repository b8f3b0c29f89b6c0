"""Drafts at the edges of what kernels are built of: tiles, vectors and their tails, index types, strides in memory."""

from __future__ import annotations

from refconv.oracle.memory import MEMORY
from refconv.oracle.suites.draft import Draft, Three

__all__ = ["BATCHES", "BLOCKS", "CHANNELS", "MEMORIES", "SIZES", "indices"]

TILE_EDGES = (7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65)

TAILS = (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17)

SMALL: Three = (2, 3, 4)

BATCHES = (
    Draft("an empty batch", batch=0),
    Draft("a batch of 5, groups", batch=5, groups=2, n=(2, 4, 4), inside=1, outside=2),
)
"""Batches that are not 1 to 3."""

SIZES = (
    *(
        Draft(
            f"{size} windows along W",
            n=(2, 3, size),
            k=(1, 1, 3),
            p=((0, 0), (0, 0), (1, 1)),
            outside=2,
            quick=size == 17,
        )
        for size in TILE_EDGES
    ),
    *(
        Draft(f"{size} windows along H", n=(2, size, 3), k=(1, 3, 1), p=((0, 0), (1, 1), (0, 0)), outside=2)
        for size in TILE_EDGES[:9]
    ),
    *(
        Draft(f"{size} windows along D", n=(size, 2, 3), k=(3, 1, 1), p=((1, 1), (0, 0), (0, 0)), outside=2)
        for size in TILE_EDGES[1:6:2]
    ),
    *(Draft(f"a line of {size}, by one tap", n=(1, 2, size), k=(1, 1, 1), outside=2) for size in TILE_EDGES),
)
"""Sizes around those of tiles."""

HALF = ((1, 1), (1, 1), (1, 1))

BLOCKS = (
    Draft("8 channels a group, dilations that differ", n=(4, 6, 8), inside=8, outside=4, d=(1, 2, 4), quick=True),
    Draft("8 channels a group, strides that differ", n=(4, 7, 8), inside=8, outside=4, s=(1, 2, 3)),
    Draft("8 channels a group, padding that differs", n=(2, 5, 4), inside=8, outside=4, p=((1, 0), (0, 2), (2, 1))),
    Draft("8 channels a group, two groups", n=(3, 5, 5), inside=8, outside=4, groups=2),
    Draft("8 channels, by one tap", n=SMALL, k=(1, 1, 1), inside=8, outside=2),
    Draft("24 channels, by one tap", n=SMALL, k=(1, 1, 1), inside=24, outside=2),
    Draft("8 groups of one, stride 2", n=(4, 6, 8), k=(3, 3, 3), p=HALF, s=(2, 2, 2), groups=8, inside=1, outside=1),
    Draft("16 groups of one, stride 2", n=(4, 6, 6), k=(3, 3, 3), p=HALF, s=(2, 2, 2), groups=16, inside=1, outside=1),
)
"""Whole blocks of channels with other parameters: what a vectorised loop does wrong where it does something."""

CHANNELS = (
    *(
        Draft(f"C/G of {count}", n=SMALL, k=(1, 2, 2), inside=count, outside=2, quick=count in (5, 17))
        for count in TAILS
    ),
    *(Draft(f"O/G of {count}", n=SMALL, k=(1, 2, 2), outside=count, quick=count in (5, 17)) for count in TAILS),
    *(Draft(f"{count} groups of one", n=SMALL, k=(1, 2, 2), groups=count, inside=1, outside=1) for count in TAILS[1:]),
    *(
        Draft(f"{groups} groups, C/G of {inside}", n=SMALL, k=(1, 2, 2), groups=groups, inside=inside, outside=outside)
        for groups, inside, outside in ((2, 5, 3), (3, 3, 4), (5, 2, 2), (2, 9, 7), (4, 4, 4))
    ),
    Draft("C/G of 5 and O/G of 7", n=SMALL, k=(1, 2, 2), inside=5, outside=7),
    Draft("C/G of 33 and O/G of 17", n=SMALL, k=(1, 1, 2), inside=33, outside=17),
)
"""Numbers of channels and filters around those of vectors."""


def indices(rank: int) -> tuple[Draft, ...]:
    """Return drafts of an operation on `rank` axes with more outputs than a short index counts."""
    sizes: dict[int, tuple[Three, Three]] = {
        1: ((1, 1, 33001), (1, 1, 66001)),
        2: ((1, 182, 183), (1, 258, 257)),
        3: ((9, 61, 62), (17, 63, 64)),
    }
    below, above = sizes[rank]
    return (
        Draft("more than 2**15 outputs", n=below, k=(1, 1, 2), inside=1, outside=1, bias=False),
        Draft("more than 2**16 outputs", n=above, k=(1, 1, 2), inside=1, outside=1, bias=False),
        Draft("more than 2**16 outputs, of a batch", n=(1, 1, 49), k=(1, 1, 1), batch=9, inside=1, outside=150),
    )


MEMORIES = tuple(
    draft
    for name in MEMORY
    if name != "contiguous"
    for draft in (
        Draft(f"{name} arrays", batch=2, memory=name, quick=name in ("channels_last", "channel_slice", "fortran")),
        Draft(
            f"{name} arrays, stride, padding and groups",
            n=(4, 7, 8),
            s=(1, 2, 3),
            p=((1, 0), (0, 1), (2, 1)),
            groups=2,
            batch=2,
            memory=name,
        ),
    )
)
"""Arrays that do not lie in memory one number after the other."""
