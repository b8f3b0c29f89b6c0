"""Drafts that change one parameter at a time, then pairs and triples of them: what a wrong index is found by.

Each size is chosen so that its parameter matters: more than one window, a padding that both sides tell apart, numbers
that differ per axis. The simplest come first, so that the first failure says most.
"""

from __future__ import annotations

from refconv.oracle.suites.draft import Draft

__all__ = ["KERNELS", "MODES", "ONE", "SEVERAL", "WORDS"]

NONE = (0, 0)

KERNELS = (
    Draft("a kernel along W alone", k=(1, 1, 3)),
    Draft("a kernel along H alone", k=(1, 3, 1)),
    Draft("a kernel along D alone", k=(3, 1, 1)),
    Draft("a kernel of odd size", k=(3, 3, 3)),
    Draft("a kernel of even size", k=(2, 2, 2)),
    Draft("a larger kernel, longer along W", n=(4, 6, 8), k=(2, 4, 5)),
    Draft("a kernel as large as the input", n=(3, 4, 5), k=(3, 4, 5)),
)
"""Kernels of other sizes, for operations that have them."""

ONE = (
    Draft("one channel, one filter", inside=1, outside=1, bias=False, quick=True),
    Draft("a bias", inside=1, outside=1),
    Draft("several channels", inside=3, outside=1, bias=False),
    Draft("several filters", inside=1, outside=3),
    Draft("channels and filters, no bias", bias=False),
    Draft("channels, filters, a bias for each", quick=True),
    Draft("a kernel of one tap", k=(1, 1, 1), inside=3, outside=2, quick=True),
    *KERNELS,
    Draft("a batch", batch=2, quick=True),
    Draft("a batch of 3, odd sizes", n=(3, 5, 7), batch=3),
    Draft("stride along W", n=(4, 5, 7), s=(1, 1, 2), quick=True),
    Draft("stride along H", s=(1, 2, 1), n=(4, 9, 5), quick=True),
    Draft("stride along D", s=(2, 1, 1), n=(7, 4, 4), quick=True),
    Draft("stride with a remainder", n=(6, 8, 9), s=(3, 3, 3)),
    Draft("stride larger than the kernel", n=(7, 10, 11), k=(1, 2, 2), s=(2, 3, 4)),
    Draft("strides that differ", n=(5, 8, 10), s=(1, 2, 3), quick=True),
    Draft("padding before, along W", p=(NONE, NONE, (1, 0)), quick=True),
    Draft("padding after, along W", p=(NONE, NONE, (0, 2)), quick=True),
    Draft("padding before, along H", p=(NONE, (2, 0), NONE)),
    Draft("padding after, along H", p=(NONE, (0, 1), NONE)),
    Draft("padding before, along D", p=((1, 0), NONE, NONE)),
    Draft("padding after, along D", p=((0, 1), NONE, NONE)),
    Draft("padding of 1 on every side", k=(3, 3, 3), p=((1, 1), (1, 1), (1, 1)), quick=True),
    Draft("padding that differs on every side", p=((1, 0), (0, 2), (2, 1)), quick=True),
    Draft("padding larger than the kernel", n=(6, 8, 9), p=((2, 3), (4, 3), (3, 5))),
    Draft("negative padding: a crop before and after", n=(4, 8, 9), p=(NONE, (-1, 0), (0, -2)), quick=True),
    Draft("a crop on one side, padding on the other", n=(4, 7, 8), p=((0, 1), (2, -1), (-2, 1)), quick=True),
    Draft("dilation along W", d=(1, 1, 2), quick=True),
    Draft("dilation along H", d=(1, 2, 1), quick=True),
    Draft("dilation along D", d=(2, 1, 1), quick=True),
    Draft("dilations that differ", n=(4, 8, 8), k=(2, 3, 3), d=(1, 2, 3)),
    Draft("dilation 3 of an even kernel", n=(6, 6, 8), k=(2, 2, 2), d=(3, 3, 3)),
    Draft("two groups", groups=2, quick=True),
    Draft("three groups", groups=3, inside=2, outside=1),
    Draft("a group for each channel", groups=4, inside=1, outside=1),
    Draft("a group for each channel, several filters each", groups=3, inside=1, outside=2),
    Draft("one channel a group, by a kernel of one tap", k=(1, 1, 1), groups=4, inside=1, outside=2),
    Draft("groups by a kernel of one tap", k=(1, 1, 1), groups=2, inside=3, outside=2),
    Draft("output padding along W", s=(2, 2, 2), a=(0, 0, 1), n=(2, 3, 4), quick=True),
    Draft("output padding along H", s=(2, 2, 2), a=(0, 1, 0), n=(2, 4, 5)),
    Draft("output padding of 2", s=(1, 2, 3), a=(0, 1, 2), n=(2, 3, 4)),
    Draft("output padding below the dilation", s=(1, 1, 2), d=(1, 2, 3), a=(0, 1, 2), n=(2, 3, 4)),
)
"""One parameter at a time."""

SEVERAL = (
    Draft("groups and stride", n=(5, 8, 9), s=(1, 2, 3), groups=2, quick=True),
    Draft("groups and stride, a remainder", n=(6, 8, 8), k=(2, 3, 3), s=(2, 2, 2), groups=3, inside=1, outside=2),
    Draft("dilation and stride", n=(5, 9, 10), d=(1, 3, 2), s=(2, 1, 3), quick=True),
    Draft("the same dilation and stride", n=(7, 9, 8), d=(2, 2, 2), s=(2, 2, 2)),
    Draft("dilation and stride without a common factor", n=(7, 11, 12), d=(2, 2, 3), s=(3, 3, 2)),
    Draft("dilation and groups", n=(4, 8, 7), d=(1, 2, 3), groups=2),
    Draft("dilation of a group for each channel", n=(4, 8, 7), d=(1, 2, 3), groups=4, inside=1, outside=1, quick=True),
    Draft("padding and stride", n=(4, 6, 7), p=((1, 0), (2, 1), (0, 1)), s=(2, 2, 3)),
    Draft("padding of half the kernel, stride 2", n=(5, 8, 9), k=(3, 3, 3), p=((1, 1),) * 3, s=(2, 2, 2)),
    Draft("padding and dilation", n=(4, 6, 7), p=((1, 0), (0, 2), (3, 1)), d=(1, 2, 3), quick=True),
    Draft("padding and groups", p=((1, 0), (0, 2), (2, 1)), groups=2),
    Draft("a crop and stride", n=(5, 9, 10), p=(NONE, (-1, 1), (2, -2)), s=(1, 2, 2)),
    Draft("a kernel of one tap and stride", n=(5, 7, 8), k=(1, 1, 1), s=(2, 2, 3), quick=True),
    Draft("a kernel of one tap and padding", k=(1, 1, 1), p=((0, 1), (1, 0), (1, 2))),
    Draft("a kernel of one tap, stride and groups", n=(5, 7, 8), k=(1, 1, 1), s=(1, 3, 2), groups=2),
    Draft("a kernel of one tap, dilation and stride", n=(5, 7, 8), k=(1, 1, 1), d=(2, 3, 2), s=(1, 2, 3)),
    Draft("groups, stride and padding", n=(4, 7, 8), s=(2, 3, 2), p=((0, 1), (1, 0), (2, 1)), groups=2),
    Draft("groups, stride and dilation", n=(5, 9, 9), s=(1, 2, 3), d=(2, 3, 1), groups=3, inside=1, outside=2),
    Draft("a batch, groups and stride", n=(4, 7, 8), s=(1, 2, 3), groups=2, batch=2),
    Draft("output padding, dilation and groups", n=(2, 3, 3), s=(2, 1, 2), d=(1, 3, 2), a=(1, 2, 1), groups=2),
    Draft("output padding and padding", n=(2, 3, 4), s=(2, 2, 3), p=((0, 1), (1, 0), (1, 2)), a=(0, 1, 2), quick=True),
    Draft(
        "everything at once",
        n=(5, 9, 10),
        s=(1, 2, 3),
        p=((1, 0), (0, 2), (3, 1)),
        d=(2, 3, 2),
        groups=2,
        batch=2,
        quick=True,
    ),
    Draft(
        "everything at once, the other way round",
        n=(5, 8, 9),
        k=(2, 2, 3),
        s=(2, 3, 1),
        p=((0, 1), (3, -1), (1, 2)),
        d=(1, 2, 3),
        groups=3,
        inside=1,
        batch=2,
    ),
    Draft(
        "everything at once, transposed",
        n=(2, 3, 4),
        s=(2, 3, 1),
        p=((0, 1), (1, 2), (2, 0)),
        a=(1, 2, 1),
        d=(1, 2, 3),
        groups=2,
        batch=2,
        quick=True,
    ),
)
"""Several parameters together."""

WORDS = (
    Draft("the word valid", n=(4, 7, 7), p="valid", s=(1, 2, 2)),
    *(
        Draft(f"{word}: {what}", n=n, k=k, s=s, d=d, p=word, quick=what == "even sizes, stride 2")
        for word in ("same_upper", "same_lower")
        for what, n, k, s, d in (
            ("an even kernel", (3, 5, 6), (2, 2, 4), (1, 1, 1), (1, 1, 1)),
            ("odd sizes, stride 2", (5, 7, 9), (3, 3, 3), (2, 2, 2), (1, 1, 1)),
            ("even sizes, stride 2", (4, 6, 8), (3, 3, 3), (2, 2, 2), (1, 1, 1)),
            ("dilation", (4, 6, 7), (2, 3, 2), (1, 1, 1), (1, 2, 3)),
            ("stride and dilation", (5, 8, 9), (2, 3, 4), (2, 2, 3), (2, 2, 1)),
            ("stride larger than the kernel", (5, 7, 8), (1, 1, 2), (2, 3, 3), (1, 1, 1)),
        )
    ),
    Draft("a word for each axis", n=(4, 6, 8), k=(2, 3, 3), s=(1, 2, 2), p=("valid", "same_lower", "same_upper")),
)
"""Padding by a word, which means other numbers on each axis."""

MODES = tuple(
    draft
    for mode in ("reflect", "replicate", "circular")
    for draft in (
        Draft(f"{mode} padding", n=(3, 5, 6), p=((1, 1), (2, 1), (1, 2)), mode=mode, quick=True),
        Draft(f"{mode} padding on one side of each axis", n=(4, 6, 7), p=((1, 0), (0, 2), (3, 0)), mode=mode),
        Draft(f"{mode} padding, stride", n=(4, 6, 7), s=(1, 2, 3), p=((0, 1), (1, 2), (2, 1)), mode=mode),
        Draft(f"{mode} padding, dilation", n=(4, 6, 6), d=(1, 2, 3), p=((1, 0), (2, 3), (1, 3)), mode=mode),
    )
)
"""Padding that shows the input again."""
