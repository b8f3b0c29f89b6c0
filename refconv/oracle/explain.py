"""Find the known mistake, or the combination of two or three, that reproduces what a kernel returned.

An explanation must give every failing result exactly and must not contradict a result that is right. Where a mistake
explains all that fails but would spoil what is right too, the kernel makes it under a condition: it is sought.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations, islice, takewhile, zip_longest
from time import thread_time

import numpy as np

from refconv.ops.elements import Array
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.conditions import when
from refconv.oracle.mistakes import Mistake, catalogue
from refconv.oracle.sketch import Sketch

__all__ = ["Explanation", "Observation", "explain", "suitable", "worth_keeping"]

MOST_PRODUCTS = 20_000  # of a case that is simulated: a millisecond
MOST_FAILING, MOST_PASSING = 14, 80
MOST_ELEMENTS = 200_000  # of a wrong result that is kept
ROUNDS = 6
SECONDS = 6.0  # of this thread, for one result of one kernel: a busy machine must not change the diagnosis
FEWEST, MOSTLY = 4, 2 / 3  # failing results that one mistake must give, if it does not give all
MOST_PARTIAL = 12  # mistakes that explain something, each paired with all others


@dataclass(frozen=True, eq=False)
class Observation:
    """What a kernel returned for one case.

    Parameters
    ----------
    case : Case
        The call.
    of : str
        Which result.
    arrays : Arrays
        The inputs.
    y : ndarray
        The result, right or wrong.
    right : bool
        Whether it passed.
    """

    case: Case
    of: str
    arrays: Arrays
    y: Array
    right: bool = False


@dataclass(frozen=True)
class Explanation:
    """Mistakes that together give what was seen.

    Parameters
    ----------
    mistakes : tuple of Mistake
        One, or several made together.
    condition : str
        When they are made; "" for always.
    failing, passing : int
        How many failing and how many right results it gives exactly.
    left : int
        How many failing results it does not give.
    """

    mistakes: tuple[Mistake, ...]
    condition: str = ""
    failing: int = 0
    passing: int = 0
    left: int = 0


def suitable(observation: Observation) -> bool:
    """Whether a result can be simulated exactly: integers, few products, nothing infinite."""
    case = observation.case
    return (
        case.fill in ("integers", "impulse")
        and case.macs <= MOST_PRODUCTS
        and 0 < observation.y.size <= 8 * MOST_PRODUCTS
        and observation.y.dtype.kind in "fiu"
        and bool(np.all(np.isfinite(observation.y)))
    )


def worth_keeping(observation: Observation) -> bool:
    """Whether a diagnosis can use a result: one that can be simulated, right or wrong, or a wrong one that is small."""
    return suitable(observation) or (not observation.right and observation.y.size <= MOST_ELEMENTS)


@dataclass
class _Trial:
    """All that is tried on the observations of one result, each simulation made once."""

    op: str
    of: str
    failing: list[Observation]
    passing: list[Observation]
    until: float
    seen: dict[tuple[tuple[int, ...], int], bool] = field(default_factory=dict)

    @property
    def late(self) -> bool:
        """Whether the time is up: an explanation is welcome, but not for any price."""
        return thread_time() > self.until

    def gives(self, mistakes: tuple[Mistake, ...], observation: Observation) -> bool:
        key = (tuple(id(mistake) for mistake in mistakes), id(observation))
        if key not in self.seen:
            self.seen[key] = _gives(mistakes, observation)
        return self.seen[key]

    def explains(self, mistakes: tuple[Mistake, ...]) -> Explanation | None:
        """Return the explanation that these mistakes are, if they are one."""
        if not all(self.gives(mistakes, observation) for observation in self.failing):
            return None
        against = [observation.case for observation in self.passing if not self.gives(mistakes, observation)]
        condition = when([observation.case for observation in self.failing], against)
        if condition is None or (condition and len(self.failing) < 2):
            return None  # one case has many properties
        return Explanation(mistakes, condition, len(self.failing), len(self.passing) - len(against))

    def partly(self, mistake: Mistake) -> list[int]:
        return [i for i, observation in enumerate(self.failing) if self.gives((mistake,), observation)]

    def effective(self, mistakes: Iterable[Mistake]) -> list[Mistake]:
        """Return the mistakes that change anything about the failing cases: the others explain nothing of them."""
        right = [_result((), observation) for observation in self.failing]

        def changes(mistake: Mistake) -> bool:
            for observation, truth in zip(self.failing, right, strict=True):
                result = _result((mistake,), observation)
                if result is None or truth is None or not np.array_equal(result, truth):
                    return True
            return False

        return [mistake for mistake in mistakes if changes(mistake)]


def _gives(mistakes: Iterable[Mistake], observation: Observation) -> bool:
    made = _sketch(mistakes, observation)
    result = None if made is None else made[1]
    if made is None or result is None or result.shape != observation.y.shape:
        return False
    with np.errstate(all="ignore"):
        expected = result.astype(observation.y.dtype)
    if made[0].scale == int(made[0].scale):
        return np.array_equal(expected, observation.y)
    # a quotient may have been rounded some times on its way
    slack = 4 * np.abs(np.spacing(expected.astype(np.float32)))
    return bool(np.all(np.abs(expected.astype(np.float64) - observation.y.astype(np.float64)) <= slack))


def _result(mistakes: Iterable[Mistake], observation: Observation) -> Array | None:
    made = _sketch(mistakes, observation)
    return None if made is None else made[1]


def _sketch(mistakes: Iterable[Mistake], observation: Observation) -> tuple[Sketch, Array] | None:
    """Return the suspect and its result, or None where it would read or write what is not there, or far too much."""
    try:
        sketch = Sketch.of_case(observation.case, observation.of).edited(mistake.edit for mistake in mistakes)
        if sketch.products > 8 * MOST_PRODUCTS:
            return None
        return sketch, sketch.result(observation.arrays)
    except (ValueError, IndexError, ZeroDivisionError, OverflowError):
        return None


def explain(observations: Sequence[Observation]) -> Explanation | None:
    """Return the simplest explanation of the failing results among the observations, which are all `of` one kind.

    Examples
    --------
    >>> case = Case("conv1d", (1, 1, 5), (1, 1, 2), bias=False)
    >>> x, w = np.array([[[1.0, 2, 4, 8, 16]]]), np.array([[[1.0, 3]]])
    >>> flipped = np.convolve(x[0, 0], w[0, 0], "valid").reshape(1, 1, -1)
    >>> explain([Observation(case, "y", Arrays(x, w, None, x), flipped)]).mistakes[0].sentence
    'the kernel is flipped'
    """
    usable = sorted((o for o in observations if suitable(o)), key=lambda o: o.case.macs)
    # what the right convolution gives needs no explanation, whatever it failed at
    failing = [o for o in usable if not o.right and not _gives((), o)]
    if not failing:
        return None
    right = [o for o in usable if o.right]
    trial = _Trial(
        failing[0].case.op,
        failing[0].of,
        _spread(failing, MOST_FAILING),
        _spread(right, MOST_PASSING),
        thread_time() + SECONDS,
    )
    for _ in range(ROUNDS):
        found = _search(trial)
        if found is None:
            break
        missed = [o for o in failing if o not in trial.failing and not trial.gives(found.mistakes, o)]
        if not missed:
            return replace(found, failing=len(failing))
        # another mistake agrees on the few that were tried; these tell the two apart
        trial.failing += missed[:2]
    return _most(replace(trial, failing=failing), catalogue(trial.op, trial.of))


def _search(trial: _Trial) -> Explanation | None:
    """Return one mistake, or two or three made together, that give all failing results of a trial."""
    mistakes = trial.effective(catalogue(trial.op, trial.of))
    for candidates in (
        ((mistake,) for mistake in mistakes),
        _pairs(trial, mistakes),
        _triples(trial, mistakes),
    ):
        found = _best(trial.explains(candidate) for candidate in takewhile(lambda _: not trial.late, candidates))
        if found is not None:
            return found
    return None


def _spread(observations: list[Observation], most: int) -> list[Observation]:
    """Return at most so many, of as many kinds as there are, the smallest of each kind first."""
    kinds: dict[tuple[bool, ...], list[Observation]] = {}
    for observation in observations:
        kinds.setdefault(_kind(observation.case), []).append(observation)
    in_turn = (each for row in zip_longest(*kinds.values()) for each in row if each is not None)
    return sorted(islice(in_turn, most), key=lambda observation: observation.case.macs)


def _kind(case: Case) -> tuple[bool, ...]:
    axes = case.plan.axes
    return (
        *(any(getattr(axis, number) != 1 for axis in axes) for number in "sd"),
        any((axis.lo, axis.hi) != (0, 0) for axis in axes),
        any(axis.lo != axis.hi for axis in axes),
        case.plan.groups > 1,
        case.plan.padding_mode != "zeros",
        isinstance(case.options.get("padding"), str),
        any(case.options.get("output_padding", ())),
    )


def _best(found: Iterable[Explanation | None]) -> Explanation | None:
    """Return the first explanation without a condition, else the one with the shortest."""
    conditional = None
    for explanation in found:
        if explanation is None:
            continue
        if not explanation.condition:
            return explanation
        if conditional is None or len(explanation.condition) < len(conditional.condition):
            conditional = explanation
    return conditional


def _pairs(trial: _Trial, mistakes: Sequence[Mistake]) -> Iterator[tuple[Mistake, ...]]:
    """Yield the pairs worth trying, in the catalogue's order: each explains something, or one does, or neither."""
    partial = [mistake for mistake in mistakes if trial.partly(mistake)]
    yield from combinations(partial, 2)
    likely = {id(mistake) for mistake in sorted(partial, key=lambda m: -len(trial.partly(m)))[:MOST_PARTIAL]}
    known = {id(mistake) for mistake in partial}
    for one, other in combinations(mistakes, 2):
        if (id(one) in likely and id(other) not in known) or (id(other) in likely and id(one) not in known):
            yield one, other
    if not partial:
        yield from _distinct_pairs(trial.failing[0], mistakes)


def _distinct_pairs(smallest: Observation, mistakes: Sequence[Mistake]) -> Iterator[tuple[Mistake, ...]]:
    """Yield the pairs that give the smallest failing result, trying one mistake for all that do the same to it."""
    alike: dict[tuple[tuple[int, ...], bytes], list[Mistake]] = {}
    right = _result((), smallest)
    for mistake in mistakes:
        result = _result((mistake,), smallest)
        if result is not None and (right is None or not np.array_equal(result, right)):
            alike.setdefault((result.shape, result.tobytes()), []).append(mistake)
    for ones, others in combinations(alike.values(), 2):
        if any(_gives(pair, smallest) for pair in ((ones[0], others[0]), (others[0], ones[0]))):
            yield from ((one, other) for one in ones for other in others)
            yield from ((other, one) for one in ones for other in others)


def _triples(trial: _Trial, mistakes: Sequence[Mistake]) -> Iterator[tuple[Mistake, ...]]:
    partial = [mistake for mistake in mistakes if trial.partly(mistake)]
    yield from combinations(partial[:24], 3)


def _most(trial: _Trial, mistakes: Sequence[Mistake]) -> Explanation | None:
    """Return the mistake that explains most of what fails and would spoil nothing that is right, if there is one.

    The condition has to tell the results that it gives from all others, those that fail for another reason too.
    """
    best: Explanation | None = None
    for mistake in takewhile(lambda _: not trial.late, mistakes):
        given = set(trial.partly(mistake))
        if len(given) < max(FEWEST, MOSTLY * len(trial.failing)) or (best is not None and len(given) <= best.failing):
            continue
        others = [o.case for i, o in enumerate(trial.failing) if i not in given]
        against = [o.case for o in trial.passing if not trial.gives((mistake,), o)]
        condition = when([trial.failing[i].case for i in given], [*against, *others])
        if condition is not None:
            best = Explanation((mistake,), condition, len(given), len(trial.passing) - len(against), len(others))
    return best
