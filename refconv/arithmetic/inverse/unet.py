"""The input sizes of a U-Net, derived for any depth, padding, pooling and way of joining."""

from __future__ import annotations

from refconv.arithmetic.inverse.size_rules import JoinedSize, TransposedSize, WindowSize
from refconv.arithmetic.inverse.size_sets import SizeSet
from refconv.arithmetic.inverse.survive import SizeStep, surviving_sizes

__all__ = ["unet_input_sizes", "unet_steps"]


def unet_steps(
    depth: int = 4,
    convolutions: int = 2,
    k: int = 3,
    padding: int = 0,
    pool: int = 2,
    crop: bool = True,
    even: bool = True,
    centred: bool = False,
) -> list[SizeStep]:
    """Return the steps of a U-Net, along one axis; by default those of the original (arXiv:1505.04597).

    Parameters
    ----------
    depth : int
        Poolings on the way down, and up-convolutions on the way up.
    convolutions, k, padding : int
        Convolutions at each level and on each side, their kernel size, and their padding on either side.
    pool : int
        Size and stride of the poolings and of the up-convolutions.
    crop : bool
        Whether what comes over is cropped to what comes up; otherwise the two must agree.
    even : bool
        Whether every pooling must divide its input evenly, as the paper asks for.
    centred : bool
        Whether as much must be cropped at either end.

    Returns
    -------
    list of SizeStep
        For `surviving_sizes` and `sizes_along`.

    Examples
    --------
    >>> from refconv.arithmetic.inverse.survive import sizes_along
    >>> list(sizes_along(unet_steps(), 572).values())[-1]
    388
    """
    steps: list[SizeStep] = []

    def convolve(where: str) -> str:
        steps.extend(
            SizeStep(f"{where}.conv{i + 1}", WindowSize(k, lo=padding, hi=padding)) for i in range(convolutions)
        )
        return steps[-1].name if steps else "input"

    levels = []
    for level in range(depth):
        levels.append(convolve(f"down{level}"))
        steps.append(SizeStep(f"pool{level}", WindowSize(pool, pool, even=even)))
    convolve("bottom")
    for level in reversed(range(depth)):
        steps.append(SizeStep(f"up{level}", TransposedSize(pool, pool)))
        steps.append(SizeStep(f"join{level}", JoinedSize(crop, centred), (f"up{level}", levels[level])))
        convolve(f"up{level}")
    return steps


def unet_input_sizes(
    depth: int = 4,
    convolutions: int = 2,
    k: int = 3,
    padding: int = 0,
    pool: int = 2,
    crop: bool = True,
    even: bool = True,
    centred: bool = False,
    out: int | None = None,
) -> SizeSet:
    """Return the input sizes that come through a U-Net; the arguments are those of `unet_steps`.

    `out` asks for the input sizes of one output size only.

    Examples
    --------
    The original, and the usual one with padding, whose poolings may drop a row as long as the joins agree:

    >>> print(unet_input_sizes())
    n mod 16 = 12, n >= 188
    >>> print(unet_input_sizes(padding=1, crop=False, even=False))
    n mod 16 = 0, n >= 16
    >>> print(unet_input_sizes(out=388))
    n = 572
    """
    return surviving_sizes(unet_steps(depth, convolutions, k, padding, pool, crop, even, centred), out)
