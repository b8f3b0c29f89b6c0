"""A draft: a case before it is known of which operation. The suites are tables of drafts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from refconv.oracle.cases import Case
from refconv.oracle.fills import fill
from refconv.oracle.operations import Operation, operation
from refconv.oracle.precision import precision

__all__ = ["Draft", "Three", "case_of"]

T = TypeVar("T")

Three: TypeAlias = tuple[int, int, int]
"""A number for each of D, H and W; an operation with fewer axes takes the last ones."""

Pair: TypeAlias = tuple[int, int]


@dataclass(frozen=True)
class Draft:
    """A case of any operation; a parameter that the operation has not must be left as it is here.

    Parameters
    ----------
    purpose : str
        What the case is there to catch.
    n, k, s, d, a : Three
        Input size, kernel size, stride, dilation and output padding.
    p : three pairs, or three words, or a word
        Padding.
    groups, inside, outside : int
        G, and the channels and filters of one group. A depthwise convolution has ``groups * inside`` channels, and
        `outside` filters for each.
    quick : bool
        Whether it belongs to the suite "quick" too.
    """

    purpose: str
    n: Three = (4, 7, 6)
    k: Three = (2, 3, 2)
    s: Three = (1, 1, 1)
    p: tuple[Pair | str, Pair | str, Pair | str] | str = ((0, 0), (0, 0), (0, 0))
    d: Three = (1, 1, 1)
    a: Three = (0, 0, 0)
    batch: int = 1
    groups: int = 1
    inside: int = 2
    outside: int = 3
    mode: str = "zeros"
    fill: str = "integers"
    memory: str = "contiguous"
    bias: bool = True
    quick: bool = False


def case_of(draft: Draft, op: str, number_type: str = "float32", seed: int = 0) -> Case | None:
    """Return the case of a draft, or None where the operation lacks a parameter or an axis that it is about.

    None too for a type that the fill is not made for.

    Examples
    --------
    >>> case_of(Draft("stride along W", s=(1, 1, 2)), "conv1d").name
    'n1c2w6-o3k2-s2-integers'
    >>> case_of(Draft("output padding", a=(0, 0, 1)), "conv1d")
    >>> case_of(Draft("stride along H", s=(1, 2, 1)), "conv1d")
    """
    kind = operation(op)
    pointwise = kind.family == "pointwise_conv"
    if precision(number_type).is_integer and not fill(draft.fill).whole:
        return None
    if _asks_for_more(draft, kind):
        return None
    channels = draft.groups * draft.inside
    by_channel = kind.family in ("conv_transpose", "depthwise_conv")
    kernel = (channels, draft.outside) if by_channel else (draft.groups * draft.outside, draft.inside)
    options = {
        "stride": _last(draft.s, kind),
        "padding": draft.p if isinstance(draft.p, str) else _last(draft.p, kind),
        "output_padding": _last(draft.a, kind),
        "dilation": _last(draft.d, kind),
        "groups": draft.groups,
        "padding_mode": draft.mode,
    }
    return Case(
        op,
        (draft.batch, channels, *_last(draft.n, kind)),
        (*kernel, *((1,) * kind.rank if pointwise else _last(draft.k, kind))),
        {name: options[name] for name in kind.parameters},
        draft.bias,
        draft.fill,
        draft.memory,
        number_type,
        seed,
        draft.purpose,
    )


def _asks_for_more(draft: Draft, kind: Operation) -> bool:
    """Return whether the draft has a parameter that the operation has not, or has it along missing axes alone."""
    plain = Draft("", k=(1, 1, 1))
    for name, field in (("stride", "s"), ("padding", "p"), ("dilation", "d"), ("output_padding", "a"), ("", "k")):
        value, usual = getattr(draft, field), getattr(plain, field)
        if value != usual and name and name not in kind.parameters:
            return True
        if value != usual and not isinstance(value, str) and _last(value, kind) == _last(usual, kind):
            return True
    return draft.mode != plain.mode and "padding_mode" not in kind.parameters


def _last(values: tuple[T, ...], kind: Operation) -> tuple[T, ...]:
    return values[-kind.rank :]
