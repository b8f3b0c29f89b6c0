"""Reports made by hand, for the tests of what prints, draws and writes them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from refconv.oracle.report.model import Cause, Failure, Report

HOSTILE = "<script>alert('x')</script> & ]]> \x1b[31m\x00\x07 \u202e\ud800\ufffe [bold]"
"""Text that would break markup, XML or a terminal if it were passed on as it is."""


@dataclass(frozen=True)
class Named:
    """What a report needs of a case."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)
    policy: str = "worst_case"
    x_shape: tuple[int, ...] = (1, 2, 2, 3)
    w_shape: tuple[int, ...] = (1, 2, 2, 3)
    y_shape: tuple[int, ...] = (1, 2, 2, 3)

    def parameters(self) -> dict[str, Any]:
        return {"x_shape": (1, 2, 5, 5), "w_shape": (3, 2, 3, 3), **self.options}


def wrong(name="a case", of="y", **fields):
    given = {
        "kind": "wrong",
        "message": "largest error 5 times the bound\nbias 0.5",
        "error": 5e9,
        "index": (0, 1, 0, 2),
        "picture": [[0.0, 0.5, 5e9], [-3.0, 7.0, -1e9]],
        "smallest": Named("a small case"),
        **fields,
    }
    return Failure(**{"case": Named(name, {"stride": (1, 2)}), "of": of, **given})


def report_of(*failures, **fields):
    given = {
        "target": "kernel.py:f",
        "op": "conv2d",
        "suite": "quick",
        "precision": "float32",
        "seed": 3,
        "passed": not failures,
        "cases": 12,
        "results": {"y": 12, "dx": 12},
        "seconds": 0.5,
        **fields,
    }
    return Report(failures=tuple(failures), **given)


CAUSE = Cause("dilation_ignored", "dilation is ignored along W", "tap (0, 1) reads x[0, 0, 0, 1]")
PASSING = report_of()
FAILING = report_of(
    wrong(), wrong("another", "dx", kind="raised", error=None, index=None, picture=None), diagnosis=(CAUSE,)
)
HOSTILE_REPORT = report_of(
    wrong(HOSTILE, message=HOSTILE, smallest=Named(HOSTILE), kind=HOSTILE, of=HOSTILE),
    target=HOSTILE,
    op=HOSTILE,
    diagnosis=(Cause(HOSTILE, HOSTILE, HOSTILE),),
    left_out=(HOSTILE,),
    notes=(HOSTILE,),
    environment={HOSTILE: HOSTILE},
)
