"""What a kernel takes: which parameters, and in which form each may be said.

A kernel that takes one stride for all axes is no worse for it, and must not be blamed for choking on a tuple. So the
forms are learnt first, from the kernel's signature and from pairs of calls that mean the same: ``stride=2`` and
``stride=(2, 2)``. What a kernel refuses is left out and said so; what it accepts is tested.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from refconv.oracle.calling import Outcome, Refused
from refconv.oracle.cases import Case
from refconv.oracle.operations import Operation

__all__ = ["Forms", "is_neutral", "learn", "taken_by"]

Try = Callable[[Case, dict[str, Any]], Outcome]
NEUTRAL = {"stride": 1, "padding": 0, "dilation": 1, "output_padding": 0, "groups": 1, "padding_mode": "zeros"}
LONGEST = 160  # characters of a reason
WORDS = {"valid": ("valid",), "same_upper": ("same_upper", "same"), "same_lower": ("same_lower",)}


@dataclass(frozen=True)
class Forms:
    """What a kernel takes.

    Parameters
    ----------
    parameters : tuple of str
        The names it can be given.
    bias : bool
        Whether it takes b.
    single : frozenset of str
        Parameters that must be one number for all axes.
    pairs, negative : bool
        Whether padding may differ per side, and may crop.
    words : dict
        How each padding word is said; missing where it is not taken.
    unstrided : frozenset of str
        The words that are taken with a stride of 1 only.
    reasons : dict
        Why something is not taken, in the kernel's words.
    """

    parameters: tuple[str, ...]
    bias: bool = True
    single: frozenset[str] = frozenset()
    pairs: bool = True
    negative: bool = True
    words: dict[str, str] = field(default_factory=dict)
    unstrided: frozenset[str] = frozenset()
    reasons: dict[str, str] = field(default_factory=dict)

    def spell(self, case: Case) -> dict[str, Any]:
        """Return the keyword arguments of a case, neutral ones left out where the kernel does not take them.

        Raises
        ------
        Refused
            If the kernel cannot be asked.

        Examples
        --------
        >>> forms = Forms(("stride", "padding"), single=frozenset({"stride"}))
        >>> forms.spell(Case("conv1d", (1, 1, 5), (1, 1, 3), {"stride": (2,), "padding": ((1, 1),), "groups": 1}))
        {'stride': 2, 'padding': (1,)}
        """
        spelled = {}
        for name, value in case.options.items():
            if name in self.parameters:
                if value in self.unstrided and any(s > 1 for s in case.options.get("stride", ())):
                    raise Refused(f'padding="{value}" with a stride: ' + self.reasons[f"{value} strided"])
                spelled[name] = self._value(name, value)
            elif not is_neutral(name, value):
                raise Refused(f"{name}: " + self.reasons.get(name, "the kernel has no such parameter"))
        return spelled

    def _value(self, name: str, value: Any) -> Any:
        if name == "padding":
            return self._padding(value)
        if isinstance(value, tuple):
            return self._for_all_axes(name, value)
        return value

    def _padding(self, value: Any) -> Any:
        if isinstance(value, str):
            if value not in self.words:
                raise Refused(f'padding="{value}": ' + self.reasons.get(value, "refused"))
            return self.words[value]
        if any(isinstance(pair, str) for pair in value):
            raise Refused("padding words that differ per axis: too few kernels take them")
        if not self.negative and any(side < 0 for pair in value for side in pair):
            raise Refused("negative padding: " + self.reasons.get("negative", "refused"))
        if all(lo == hi for lo, hi in value):
            return self._for_all_axes("padding", tuple(lo for lo, _ in value))
        if not self.pairs:
            raise Refused("padding that differs per side: " + self.reasons.get("pairs", "refused"))
        return tuple(tuple(pair) for pair in value)

    def _for_all_axes(self, name: str, value: tuple[int, ...]) -> Any:
        if name not in self.single:
            return value
        if len(set(value)) > 1:
            raise Refused(f"{name} that differs per axis: " + self.reasons.get(name, "refused"))
        return value[0]


def is_neutral(name: str, value: Any) -> bool:
    """Whether a parameter's value is what it is without being given.

    Examples
    --------
    >>> is_neutral("stride", (1, 1)), is_neutral("padding", ((0, 1), (0, 0)))
    (True, False)
    """
    flat = np.asarray(value, dtype=object).reshape(-1).tolist()
    return all(entry == NEUTRAL[name] for entry in flat)


def taken_by(fn: Callable[..., Any], operation: Operation) -> tuple[tuple[str, ...] | None, bool]:
    """Return the parameters that a signature names (None: it does not say), and whether it takes a bias.

    Examples
    --------
    >>> from refconv.oracle.operations import operation
    >>> taken_by(lambda x, w, stride=1, padding=0: x, operation("conv2d"))
    (('stride', 'padding'), False)
    """
    try:
        signature = inspect.signature(fn).parameters
    except (TypeError, ValueError):
        return None, True
    kinds = [p.kind for p in signature.values()]
    positional = [
        name
        for name, p in signature.items()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) and name not in operation.parameters
    ]
    bias = len(positional) > 2 or inspect.Parameter.VAR_POSITIONAL in kinds
    if inspect.Parameter.VAR_KEYWORD in kinds:
        return None, bias
    return tuple(name for name in operation.parameters if name in signature), bias


def learn(fn: Callable[..., Any], operation: Operation, attempt: Try, *, default: tuple[str, ...]) -> Forms:
    """Return what a kernel takes, from its signature and some twenty small calls.

    Parameters
    ----------
    fn : callable
        The kernel.
    operation : Operation
        What it should be.
    attempt : callable
        Makes one call: a case, and its options as they are to be said.
    default : tuple of str
        The parameters to assume where every call fails.
    """
    named, bias = taken_by(fn, operation)
    rank = operation.rank
    per_filter = 1 if operation.family == "depthwise_conv" else 2
    k = 1 if operation.family == "pointwise_conv" else 2
    case = Case(operation.name, (1, 2, *(5 + a for a in range(rank))), (2, per_filter, *(k,) * rank), bias=bias)
    if case.bias and _refuses(attempt(case, {})) and attempt(replace(case, bias=False), {}).kind == "returned":
        case = replace(case, bias=False)

    def call(**options: Any) -> Outcome:
        return attempt(case, options)

    works = call().kind == "returned"
    if named is None:
        accepted = [name for name in operation.parameters if call(**{name: NEUTRAL[name]}).kind == "returned"]
        parameters = tuple(accepted) or default
    else:
        parameters = named
    forms = Forms(parameters, bias=case.bias)
    if not works:
        return forms
    reasons = _Reasons()
    missing: set[str] = set()
    single = set()
    for name, number in (("stride", 2), ("dilation", 2), ("padding", 1), ("output_padding", 1)):
        if name not in parameters:
            continue
        # output padding is smaller than the stride
        extra = {"stride": 2 if "stride" in single else (2,) * rank} if name == "output_padding" else {}
        one, each = call(**{name: number}, **extra), call(**{name: (number,) * rank}, **extra)
        if _refuses(one) and _refuses(each):
            missing.add(name)
            reasons[name] = each.message
        elif one.kind == "returned" and each.kind != "returned":
            single.add(name)
            reasons[name] = each.message
    kept = tuple(name for name in parameters if name not in missing)
    if "padding" not in kept:
        return Forms(kept, case.bias, frozenset(single), pairs=False, negative=False, reasons=reasons)
    pairs, negative = _sides(call, rank, reasons)
    strided = {"stride": 2 if "stride" in single else (2,) * rank} if "stride" in kept else {}
    words, unstrided = _words(call, strided, reasons)
    return Forms(kept, case.bias, frozenset(single), pairs, negative, words, unstrided, reasons)


class _Reasons(dict[str, str]):
    """What a kernel said, by what it refused: the first line of it, a signature may follow."""

    def __setitem__(self, key: str, message: str) -> None:
        first = message.strip().splitlines()[0] if message.strip() else "refused"
        super().__setitem__(key, first if len(first) <= LONGEST else f"{first[:LONGEST]} ...")


def _sides(call: Callable[..., Outcome], rank: int, reasons: dict[str, str]) -> tuple[bool, bool]:
    """Return whether padding may differ per side, and may be negative."""
    sides = call(padding=((0, 1),) * rank)
    if sides.kind != "returned":
        reasons["pairs"] = sides.message
    crop = call(padding=-1 if "padding" in reasons else (-1,) * rank)
    if crop.kind != "returned":
        reasons["negative"] = crop.message
    return sides.kind == "returned", crop.kind == "returned"


def _words(
    call: Callable[..., Outcome], strided: dict[str, Any], reasons: dict[str, str]
) -> tuple[dict[str, str], frozenset[str]]:
    """Return how each padding word is said, and which of them are refused with a stride."""
    words, unstrided = {}, set()
    for word, spellings in WORDS.items():
        for spelling in spellings:
            said = call(padding=spelling)
            if said.kind == "returned":
                words[word] = spelling
                with_stride = call(padding=spelling, **strided)
                if with_stride.kind != "returned":
                    unstrided.add(word)
                    reasons[f"{word} strided"] = with_stride.message
                break
            reasons[word] = said.message
    return words, frozenset(unstrided)


def _refuses(outcome: Outcome) -> bool:
    """Whether a kernel says that it does not take this: itself, or Python for it, before a line of it has run."""
    bound = outcome.message.startswith("TypeError") and "(line " not in outcome.message
    return outcome.declined or (outcome.kind == "raised" and bound)
