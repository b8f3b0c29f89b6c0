"""Which input sizes come through a network: every window fits, every pool divides evenly, every join agrees.

A network is followed with ``n = step*q + residue`` in place of a number. Each size on the way is then a line in q;
where a division needs it, the residue class is split, so that the lines stay whole. Every condition bounds q or
rejects the class. What is left is exact, for all sizes at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import gcd

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.inverse.size_rules import JoinedSize, Rule
from refconv.arithmetic.inverse.size_sets import Progression, SizeSet
from refconv.errors import ArgumentError, ShapeError

__all__ = ["SizeStep", "iter_surviving", "sizes_along", "surviving_sizes"]

START = "input"
Line = tuple[int, int]  # slope and value at 0


@dataclass(frozen=True, slots=True)
class SizeStep:
    """One step of a network, for its sizes along one axis: a name, a rule, and the steps it reads.

    `inputs` are names of earlier steps, or ``"input"``; none at all means the step before.

    Attributes
    ----------
    name : str
        Its name, once in a network.
    rule : WindowSize, SameSize, TransposedSize, ScaledSize or JoinedSize
        What it makes of the sizes it reads.
    inputs : tuple of str
        The steps it reads.

    Examples
    --------
    >>> from refconv.arithmetic.inverse.size_rules import WindowSize
    >>> SizeStep("conv1", WindowSize(3, lo=1, hi=1)).inputs
    ()
    """

    name: str
    rule: Rule | JoinedSize
    inputs: tuple[str, ...] = ()


def sizes_along(steps: Sequence[SizeStep], n: int) -> dict[str, int]:
    """Return the size after every step, for one input size.

    Raises
    ------
    ShapeError
        Where the size does not come through, with the step and the reason.

    Examples
    --------
    >>> from refconv.arithmetic.inverse.size_rules import WindowSize
    >>> steps = [SizeStep("conv", WindowSize(3)), SizeStep("pool", WindowSize(2, 2, even=True))]
    >>> sizes_along(steps, 10)
    {'input': 10, 'conv': 8, 'pool': 4}
    >>> sizes_along(steps, 11)
    Traceback (most recent call last):
    refconv.errors.ShapeError: sizes_along: input size 11 does not come through step 'pool'.
      its input has size 9, and the windows of 2 at stride 2 leave a rest
    """
    sizes = {START: n}
    for step, inputs in _connected(steps):
        read = [sizes[name] for name in inputs]
        problem = step.rule.problem(*read)
        if problem:
            said = " and ".join(map(str, read))
            which = "its input has size" if len(read) == 1 else "its inputs have sizes"
            raise ShapeError(
                "sizes_along",
                f"input size {n} does not come through step {step.name!r}.",
                f"{which} {said}, and {problem}",
            )
        sizes[step.name] = step.rule.size(read[0])
    return sizes


def surviving_sizes(steps: Sequence[SizeStep], out: int | None = None) -> SizeSet:
    """Return every input size that comes through all steps, as residues.

    Parameters
    ----------
    steps : sequence of SizeStep
        In an order in which every step comes after those it reads.
    out : int, optional
        Ask only for input sizes for which the last step has this size.

    Returns
    -------
    SizeSet
        Exact and complete, whatever the size.

    Raises
    ------
    ArgumentError
        Where a step reads a name that no earlier step has, or two steps share one.

    Examples
    --------
    Two convolutions without padding before a pool that shall divide evenly:

    >>> from refconv.arithmetic.inverse.size_rules import WindowSize
    >>> steps = [
    ...     SizeStep("conv1", WindowSize(3)),
    ...     SizeStep("conv2", WindowSize(4)),
    ...     SizeStep("pool", WindowSize(2, 2, even=True)),
    ... ]
    >>> print(surviving_sizes(steps))
    n mod 2 = 1, n >= 7
    >>> print(surviving_sizes(steps, out=16))
    n = 37
    """
    return SizeSet(tuple(sorted(iter_surviving(steps, out))))


def iter_surviving(steps: Sequence[SizeStep], out: int | None = None) -> Iterator[Progression]:
    """Yield the progressions of `surviving_sizes` as they are found, in no particular order.

    There may be as many as the product of the strides, where nothing asks for even division.

    Examples
    --------
    >>> from refconv.arithmetic.inverse.size_rules import WindowSize
    >>> list(iter_surviving([SizeStep("pool", WindowSize(2, 2, even=True))]))
    [Progression(first=2, step=2, last=None)]
    """
    return _classes(list(_connected(steps)), out)


def _connected(steps: Iterable[SizeStep]) -> Iterator[tuple[SizeStep, tuple[str, ...]]]:
    before, known = START, {START}
    for step in steps:
        inputs = step.inputs or (before,)
        for name in inputs:
            if name not in known:
                raise ArgumentError(
                    "surviving_sizes", f"step {step.name!r} reads {name!r}, which no step before it is."
                )
        if step.name in known:
            raise ArgumentError("surviving_sizes", f"two steps are called {step.name!r}.")
        if len(inputs) > 1 and not isinstance(step.rule, JoinedSize):
            raise ArgumentError("surviving_sizes", f"step {step.name!r} reads {len(inputs)} inputs, but joins none.")
        known.add(step.name)
        before = step.name
        yield step, inputs


@dataclass(slots=True)
class _Class:
    """The sizes ``step*q + residue`` for q from `low` to `high`, and the line of q that each step's size is."""

    step: int
    residue: int
    low: int
    high: int | None
    lines: dict[str, Line]

    def split(self, parts: int) -> Iterator[_Class]:
        """Yield the classes ``q = parts*q' + j``; the class itself where it stays in one part."""
        if parts == 1:
            yield self
            return
        for j in range(parts):
            low = ceil_div(self.low - j, parts)
            high = None if self.high is None else (self.high - j) // parts
            if high is None or low <= high:
                lines = {name: (a * parts, a * j + b) for name, (a, b) in self.lines.items()}
                yield _Class(self.step * parts, self.step * j + self.residue, low, high, lines)

    def at_least(self, line: Line, least: int) -> bool:
        """Bound q so that the line is `least` or more; False where no q is left."""
        a, b = line
        if a > 0:
            self.low = max(self.low, ceil_div(least - b, a))
        elif a < 0:
            most = (b - least) // -a
            self.high = most if self.high is None else min(self.high, most)
        elif b < least:
            return False
        return self.high is None or self.low <= self.high

    def equal(self, one: Line, other: Line) -> bool:
        """Bound q so that two lines meet; False where no q is left."""
        a, b = one[0] - other[0], one[1] - other[1]
        return self.at_least((a, b), 0) and self.at_least((-a, -b), 0)


def _classes(steps: list[tuple[SizeStep, tuple[str, ...]]], out: int | None) -> Iterator[Progression]:
    waiting = [(0, _Class(1, 0, 1, None, {START: (1, 0)}))]
    while waiting:
        at, here = waiting.pop()
        if at < len(steps):
            step, inputs = steps[at]
            waiting += [(at + 1, onward) for onward in _through(here, step, inputs)]
            continue
        last = steps[-1][0].name if steps else START
        if out is None or here.equal(here.lines[last], (0, out)):
            end = None if here.high is None else here.step * here.high + here.residue
            yield Progression(here.step * here.low + here.residue, here.step, end)


def _through(here: _Class, step: SizeStep, inputs: tuple[str, ...]) -> Iterator[_Class]:
    if isinstance(step.rule, JoinedSize):
        yield from _joined(here, step.rule, step.name, inputs)
        return
    rule = step.rule
    for part in here.split(rule.period // gcd(here.lines[inputs[0]][0], rule.period)):
        a, b = part.lines[inputs[0]]
        if rule.divides(b):
            line = (a // rule.period * rule.rise, rule.size(b))
            if part.at_least(line, 1):
                part.lines[step.name] = line
                yield part


def _joined(here: _Class, rule: JoinedSize, name: str, inputs: tuple[str, ...]) -> Iterator[_Class]:
    first, *others = inputs
    odd = rule.centred and any((here.lines[first][0] - here.lines[other][0]) % 2 for other in others)
    for part in here.split(2 if odd else 1):
        target = part.lines[first]
        if all(_joins(part, rule, target, part.lines[other]) for other in others):
            part.lines[name] = target
            yield part


def _joins(part: _Class, rule: JoinedSize, target: Line, other: Line) -> bool:
    a, b = other[0] - target[0], other[1] - target[1]
    if not rule.crop:
        return part.equal(target, other)
    return not (rule.centred and b % 2) and part.at_least((a, b), 0)
