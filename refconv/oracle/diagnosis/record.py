"""All that a check saw, for those who look for causes: what failed, what was returned, and the kernel to ask again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from refconv.oracle.calling import Outcome
from refconv.oracle.cases import Arrays, Case
from refconv.oracle.explain import Observation
from refconv.oracle.report.model import Failure

__all__ = ["Record", "key_of", "told"]


@dataclass
class Record:
    """What a check saw of one kernel.

    Parameters
    ----------
    op, precision, algorithm : str
        What it was checked as.
    failures : sequence of Failure
        What was wrong.
    observations : sequence of Observation
        What was returned, right or wrong, where it was kept.
    returned : sequence of (Case, str)
        The cases, and which result of them, that came back at all.
    again : callable, optional
        Calls the kernel once more: a case, its arrays, and the result wanted. None where there are only outputs.
    layouts : tuple of str, optional
        The orders in which x and w are handed to the kernel, where they are not refconv's.
    """

    op: str
    precision: str
    algorithm: str = "direct"
    failures: Sequence[Failure] = ()
    observations: Sequence[Observation] = ()
    returned: Sequence[tuple[Case, str]] = ()
    again: Callable[[Case, Arrays, str], Outcome] | None = None
    layouts: tuple[str, str] | None = None
    explained: set[tuple[str, str]] = field(default_factory=set)
    nearly: set[tuple[str, str]] = field(default_factory=set)
    """What known mistakes give but for a rounding, which has to be found yet."""

    def open(self, *kinds: str) -> list[Failure]:
        """Return the failures of these kinds (all, without any) that nothing explains yet."""
        return [
            failure
            for failure in self.failures
            if (not kinds or failure.kind in kinds) and key_of(failure) not in self.explained
        ]

    def explain(self, failures: Sequence[Failure]) -> None:
        """Take note that these have their explanation."""
        self.explained |= {key_of(failure) for failure in failures}

    def seen(self, failure: Failure) -> Observation | None:
        """Return what the kernel returned where it failed, if it was kept."""
        for observation in self.observations:
            if observation.of == failure.of and observation.case is failure.case:
                return observation
        return None


def key_of(failure: Failure) -> tuple[str, str]:
    """Return what a failure is told from others by: its case and its result."""
    return failure.case.name, failure.of


def told(names: Sequence[str]) -> str:
    """Return names as people list them.

    Examples
    --------
    >>> told(["y", "dx", "dw"])
    'y, dx and dw'
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
