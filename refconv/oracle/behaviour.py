"""What a kernel does, read off the table of its reads: orientation, stride, dilation, padding, channels, bias."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from refconv.arithmetic.geometry import Axis, Geometry
from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import letters
from refconv.oracle.wiring import NOTHING, Ints, Triples, reads_of

__all__ = ["AxisBehaviour", "Behaviour", "read_axis"]

MOSTLY = 0.9  # of a table that numbers must reproduce to be told
NEAR = 5  # how far from what was asked the numbers are sought


@dataclass(frozen=True)
class AxisBehaviour:
    """What happens along one axis.

    Parameters
    ----------
    name : str
        D, H or W.
    stride, dilation : int or None
        Samples from window to window and from tap to tap; None where they are no one number, or cannot be seen.
    flipped : bool
        Whether the taps run against the input.
    before : int or None
        Where the first window starts, in samples before the input; negative ones after its beginning.
    outputs : int
        The windows.
    """

    name: str
    stride: int | None
    dilation: int | None
    flipped: bool
    before: int | None
    outputs: int


@dataclass(frozen=True)
class Behaviour:
    """What a kernel does.

    Parameters
    ----------
    op, of : str
        What it was measured as.
    right : bool
        Whether every product is the definition's.
    sentences : tuple of str
        What it does, or does instead, in words.
    asked : dict
        The options of the call.
    axes : tuple of AxisBehaviour
        Along each axis.
    padding_mode : str or None
        What is read beyond the input, where anything is.
    channels : list of list of int
        The channel of x that each filter's weights meet: row o, column c; -1 for none, -2 for several.
    bias : list of int or None
        The entry of b that each channel gets; -1 for none.
    layouts : dict
        How x and w are laid out, where that is not as asked.
    products, wrong : int
        How many products were measured, and how many are not the definition's, or lacking.
    calls : int
        How many calls that took.
    seconds : float
        How long.
    """

    op: str
    of: str
    right: bool
    sentences: tuple[str, ...]
    asked: dict[str, Any] = field(default_factory=dict)
    axes: tuple[AxisBehaviour, ...] = ()
    padding_mode: str | None = None
    channels: list[list[int]] = field(default_factory=list)
    bias: list[int] | None = None
    layouts: dict[str, str] = field(default_factory=dict)
    products: int = 0
    wrong: int = 0
    calls: int = 0
    seconds: float = 0.0

    @property
    def groups(self) -> int | None:
        """The number of groups that the channels fall into; None where they overlap, or some are not read."""
        sets = {frozenset(row) for row in self.channels}
        read = [c for each in sets for c in each]
        return len(sets) if read and min(read) >= 0 and len(read) == len(set(read)) else None

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values, for JSON."""
        plain = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "axes"}
        plain["sentences"], plain["groups"] = list(self.sentences), self.groups
        plain["axes"] = [{name: getattr(axis, name) for name in axis.__dataclass_fields__} for axis in self.axes]
        return plain

    def __str__(self) -> str:
        """Return the behaviour as a few lines of text."""
        head = f"{self.op} ({self.of}): " + ("as defined" if self.right else "not as defined")
        lines = [head, *(f"  - {sentence}" for sentence in self.sentences)]
        if self.axes:
            lines.append("  axis  stride  dilation  starts before  outputs  kernel")
        for axis in self.axes:
            numbers = [axis.stride, axis.dilation, axis.before, axis.outputs]
            shown = ["?" if number is None else str(number) for number in numbers]
            kernel = "flipped" if axis.flipped else "as given"
            lines.append(f"  {axis.name:4}  {shown[0]:>6}  {shown[1]:>8}  {shown[2]:>13}  {shown[3]:>7}  {kernel}")
        if self.padding_mode:
            lines.append(f"  beyond the input: {self.padding_mode}")
        if self.groups is not None:
            lines.append(f"  groups: {self.groups}")
        lines.append(f"  {self.products} products measured in {self.calls} calls, {self.seconds:.2f} s")
        return "\n".join(lines)


def read_axis(
    plan: Geometry, index: int, triples: Triples, y_shape: tuple[int, ...]
) -> tuple[AxisBehaviour, str | None]:
    """Return what happens along one axis, and what is shown beyond the input (None: nothing is).

    The numbers asked for are tried first, then all others near them, until their table of reads is the measured one; if
    none is, those that agree most are returned.

    Examples
    --------
    >>> from refconv.arithmetic import Axis
    >>> from refconv.oracle.wiring import Wiring
    >>> plan = Geometry(1, 1, 1, (Axis(9, 2, s=2, d=3, lo=1, hi=1),), padding_mode="reflect")
    >>> read_axis(plan, 0, Wiring.of(plan).triples(), plan.y_shape)
    (AxisBehaviour(name='W', stride=2, dilation=3, flipped=False, before=1, outputs=4), 'reflect')
    """
    axis = plan.axes[index]
    outputs = y_shape[2 + index]
    table = _table(
        triples.coordinate("y", 2 + index, y_shape),
        triples.coordinate("w", 2 + index, plan.w_shape),
        triples.coordinate("x", 2 + index, plan.x_shape),
        outputs,
        axis.k,
    )
    if not (table >= 0).any():  # no read to go by
        return AxisBehaviour(letters(plan.rank)[index], None, None, False, None, outputs), None
    best = max(_guesses(axis, plan.padding_mode), key=lambda guess: int((guess.table(axis, outputs) == table).sum()))
    if (best.table(axis, outputs) == table).mean() < MOSTLY:  # no such numbers describe it
        return AxisBehaviour(letters(plan.rank)[index], None, None, False, None, outputs), None
    beyond = best.beyond(axis, outputs)
    return (
        AxisBehaviour(
            name=letters(plan.rank)[index],
            stride=best.s if outputs > 1 else None,
            dilation=best.d if axis.k > 1 else None,
            flipped=best.flipped,
            before=best.lo,
            outputs=outputs,
        ),
        best.mode if beyond else None,
    )


class _Guess(NamedTuple):
    s: int
    d: int
    lo: int
    mode: str
    flipped: bool

    def axis(self, axis: Axis) -> Axis:
        return replace(axis, s=self.s, d=self.d, lo=self.lo)

    def table(self, axis: Axis, outputs: int) -> Ints:
        table = reads_of(self.axis(axis), self.mode, outputs)
        return table[:, ::-1] if self.flipped else table

    def beyond(self, axis: Axis, outputs: int) -> bool:
        guessed = self.axis(axis)
        return any(not 0 <= guessed.read(i, m) < axis.n for i in range(outputs) for m in range(axis.k))


def _guesses(asked: Axis, mode: str) -> Iterator[_Guess]:
    """Yield numbers to try, those asked for first, then in the order of how many of them differ."""
    modes = (mode, *(other for other in PADDING_MODES if other != mode))
    tried = [
        [asked.s, *(s for s in range(1, NEAR) if s != asked.s)],
        [asked.d, *(d for d in range(1, NEAR) if d != asked.d)],
        [asked.lo, *(lo for lo in range(-NEAR, 2 * NEAR) if lo != asked.lo)],
        modes,
        (False, True),
    ]
    first = _Guess(*(values[0] for values in tried))
    everything = (_Guess(*values) for values in product(*tried))
    reach = asked.n - 1  # what a reflection can show at most
    sane = (
        g for g in everything if g.mode != "reflect" or (g.lo <= reach and g.axis(asked).read(1, asked.k) < 2 * asked.n)
    )
    return iter(sorted(sane, key=lambda guess: sum(a != b for a, b in zip(guess, first, strict=True))))


def _table(i: Ints, m: Ints, q: Ints, outputs: int, k: int) -> Ints:
    """Return the position that each window reads with each tap; `NOTHING` where it reads none, or not always one."""
    table = np.full((outputs, k), NOTHING)
    inside = (i >= 0) & (i < outputs) & (m >= 0) & (q >= 0)
    table[i[inside], m[inside]] = q[inside]
    steady = np.ones_like(table, dtype=bool)
    np.logical_and.at(steady, (i[inside], m[inside]), table[i[inside], m[inside]] == q[inside])
    return np.where(steady, table, NOTHING)
