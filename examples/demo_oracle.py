"""A broken kernel, diagnosed: what the oracle says of `broken_kernel.py`, and that a right one is left in peace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import wrap
from typing import Any, NamedTuple

import refconv
from refconv.oracle import Report, check

KERNEL = Path(__file__).parent / "broken_kernel.py"


class Diagnosed(NamedTuple):
    """The verdicts on the broken kernel and on refconv's own."""

    broken: Report
    right: Report

    @property
    def passed(self) -> bool:
        """Whether both are as they should be."""
        return self.right.passed and {cause.cause for cause in self.broken.diagnosis} == {
            "one_axis_for_all",
            "last_channels_dropped",
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what a program wants to know."""
        return {
            "diagnosis": [cause.sentence for cause in self.broken.diagnosis],
            "failed": len(self.broken.failures),
            "of": self.broken.cases,
            "right kernel passed": self.right.passed,
        }


def diagnosed() -> Diagnosed:
    """Run the default suite over the broken kernel, and the quick one over a right kernel."""
    return Diagnosed(
        check(f"{KERNEL}:conv2d", shrink=False, target=KERNEL.name),
        check(refconv.conv2d, backward=refconv.conv2d_backward, suite="quick"),
    )


def lines(found: Diagnosed, style: Callable[[str], str] = str) -> Iterator[str]:
    """Yield the verdicts as text."""
    yield "\nOracle: a kernel with two mistakes, examples/broken_kernel.py"
    yield f"  failed  {len(found.broken.failures)} of {found.broken.cases} cases. What it does instead:"
    for number, cause in enumerate(found.broken.diagnosis, start=1):
        yield style(f"    {number}. {cause.sentence}")
        yield from (f"       {line}" for line in wrap(cause.evidence, 80))
    verdict = "passed" if found.right.passed else "FAILED"
    yield f"  {verdict}  refconv.conv2d and its gradients: {sum(found.right.results.values())} results, nothing to say"
