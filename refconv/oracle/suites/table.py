"""Suites: lists of cases, the simplest first, for one operation and one precision.

"quick" is for every change, "default" for every kernel, "gradients" and "precision" ask more of one side,
"exhaustive" is for the night. `docs/suites.md` says what is in each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from refconv.errors import ArgumentError
from refconv.oracle.cases import Case
from refconv.oracle.fills import fill
from refconv.oracle.operations import Operation, operation
from refconv.oracle.precision import precision as precision_of
from refconv.oracle.suites.draft import Draft, case_of
from refconv.oracle.suites.edges import BATCHES, BLOCKS, CHANNELS, MEMORIES, SIZES, indices
from refconv.oracle.suites.grid import drawn, grid
from refconv.oracle.suites.numbers import FILLED, FOR_DW, FOR_DX, RANDOM, long_sums
from refconv.oracle.suites.structure import KERNELS, MODES, ONE, SEVERAL, WORDS

__all__ = ["SUITES", "suite"]

BITS = ("odd12", "odd12_w", "two_terms")

STRUCTURE = (*ONE, *SEVERAL, *WORDS, *MODES)


def _structure(kind: Operation) -> list[Draft]:
    """Return the drafts about indices; a pointwise convolution has one kernel only."""
    return [draft for draft in STRUCTURE if kind.family != "pointwise_conv" or draft not in KERNELS]


def _default_drafts(kind: Operation) -> list[Draft]:
    return [
        *_structure(kind),
        *(*BATCHES, *SIZES, *CHANNELS, *BLOCKS, *MEMORIES),
        *FILLED,
        *long_sums(kind, 144, 4, (*RANDOM, *BITS), quick=True),
        *indices(kind.rank),
        *long_sums(kind, 4608, 16, (*RANDOM, *BITS)),
    ]


def _quick(kind: Operation, precision: str, seed: int) -> list[Case]:
    return _cases((draft for draft in _default_drafts(kind) if draft.quick), kind, precision, seed)


def _default(kind: Operation, precision: str, seed: int) -> list[Case]:
    return _filled_up(_cases(_default_drafts(kind), kind, precision, seed), kind, precision, seed)


def _gradients(kind: Operation, precision: str, seed: int) -> list[Case]:
    drafts = [
        *(*_structure(kind), *BATCHES, *MEMORIES, *CHANNELS),
        *(*FILLED, *FOR_DX, *FOR_DW),
        *long_sums(kind, 144, 4, (*RANDOM, "odd12_dy", "two_terms_dx", "two_terms_dw")),
        *long_sums(kind, 1152, 16, RANDOM),
    ]
    return _filled_up(_cases(drafts, kind, precision, seed), kind, precision, seed)


def _precision(kind: Operation, precision: str, seed: int) -> list[Case]:
    everything = (*RANDOM, *BITS, "cancellation", "wide", "small_onto_large")
    drafts = [
        *(*FILLED, *FOR_DX, *FOR_DW),
        *long_sums(kind, 144, 16, everything),
        *long_sums(kind, 1152, 16, everything),
        *long_sums(kind, 4608, 16, everything),
    ]
    return _cases(drafts, kind, precision, seed)


def _exhaustive(kind: Operation, precision: str, seed: int) -> list[Case]:
    cases = [
        *_default(kind, precision, seed),
        *_gradients(kind, precision, seed),
        *_precision(kind, precision, seed),
        *_cases(grid(), kind, precision, seed),
    ]
    whole = precision_of(precision).is_integer
    fills = ("integers",) * 6 + tuple(name for name in ("impulse", "zeros", "wide") if fill(name).whole or not whole)
    return [*cases, *drawn(kind.name, 2200, precision, seed + 1, fills)]


SUITES: dict[str, Callable[[Operation, str, int], list[Case]]] = {
    "quick": _quick,
    "default": _default,
    "exhaustive": _exhaustive,
    "gradients": _gradients,
    "precision": _precision,
}
"""The suites, by name; each makes its cases from an operation, a precision and a seed."""


def suite(name: str, op: str = "conv2d", *, precision: str = "float32", seed: int = 0) -> list[Case]:
    """Return the cases of a suite, the simplest first.

    Parameters
    ----------
    name : str
        "quick", "default", "exhaustive", "gradients" or "precision".
    op : str
        A name in `refconv.oracle.operations.OPERATIONS`.
    precision : str
        A name in `refconv.oracle.precision.PRECISIONS`.
    seed : int
        Other numbers in the arrays, and other drawn cases.

    Returns
    -------
    list of Case
        With names of their own; the same for the same arguments.

    Raises
    ------
    ArgumentError
        For a suite, an operation or a precision that there is not.

    Examples
    --------
    >>> cases = suite("quick", "conv1d")
    >>> cases[0].name, cases[0].purpose
    ('n1c1w6-o1k2-nobias-integers', 'one channel, one filter')
    """
    if name not in SUITES:
        raise ArgumentError("oracle", f"there is no suite {name!r}.", fix=f"Known: {', '.join(SUITES)}.")
    precision_of(precision)
    return _once(SUITES[name](operation(op), precision, seed))


def _cases(drafts: Iterable[Draft], kind: Operation, precision: str, seed: int) -> list[Case]:
    cases = (case_of(draft, kind.name, precision, seed) for draft in drafts)
    return [case for case in cases if case is not None]


def _filled_up(cases: list[Case], kind: Operation, precision: str, seed: int) -> list[Case]:
    """Return the cases and drawn ones after them: 40, or more for an operation with few parameters."""
    once = _once(cases)
    return [*once, *drawn(kind.name, max(40, 240 - len(once)), precision, seed)]


def _once(cases: list[Case]) -> list[Case]:
    """Return the cases without those that say the same as one before them."""
    by_name: dict[str, Case] = {}
    for case in cases:
        by_name.setdefault(case.name, case)
    return list(by_name.values())
