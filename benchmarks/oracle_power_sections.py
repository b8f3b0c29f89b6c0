"""The rest of the oracle's figures: truth against fractions, the bug museum, right kernels, and time."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from examples.bug_museum.index import EXHIBITS
from examples.bug_museum.mistakes import MISTAKES, PAIRS, pair
from examples.bug_museum.styles import RIGHT
from refconv.oracle import check, identify
from refconv.oracle.formats import FORMATS
from refconv.oracle.truth import truth
from tests.draw import from_rng
from tests.rounding import nearest
from tests.test_truth import by_fractions, draw_call, numbers

Progress = Callable[[str], None]


def exactness(arguments: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Return how many drawn results of `truth` are the exact sum, by fractions, rounded once."""
    rng = np.random.default_rng([arguments.seed, 3])
    kinds = ("normal", "mixed", "tiny", "subnormal", "huge")
    counted = {"results": 0, "elements": 0, "differ": 0, "subnormal": 0, "overflow": 0, "bound broken": 0}
    started = time.monotonic()
    for number in range(arguments.draws):
        op, x_shape, w_shape, y_shape, options, _ = draw_call(from_rng(rng))
        kind, dtype = kinds[number % len(kinds)], ("float64", "float32")[number // len(kinds) % 2]
        shapes = {"x": x_shape, "w": w_shape, "dy": y_shape}
        arrays = {name: numbers(rng, shape, dtype, kind) for name, shape in shapes.items()}
        call = op.call(arrays["x"], arrays["w"], **options)
        canonical = arrays | {"w": call.w}
        of = ("y", "dx", "dw", "db")[number % 4]
        true = truth(op.name, arrays["x"], arrays["w"], dy=arrays["dy"], of=of, method="exact", **options)
        sums = [sum(terms, Fraction(0)) for terms in by_fractions(op, call.plan, of, canonical).values()]
        values, bounds = true.value.reshape(-1).tolist(), true.error_bound.reshape(-1).tolist()
        counted["results"] += 1
        for value, bound, total in zip(values, bounds, sums, strict=True):
            counted["elements"] += 1
            counted["differ"] += value != nearest(total, FORMATS["float64"])
            counted["subnormal"] += 0 < abs(value) < FORMATS["float64"].smallest_normal
            counted["overflow"] += abs(value) == np.inf
            counted["bound broken"] += abs(value) != np.inf and abs(Fraction(value) - total) > Fraction(bound)
        if number % 20 == 0:
            progress(f"truth: {number} of {arguments.draws} draws")
    return counted | {"seconds": round(time.monotonic() - started, 1)}


def museum(_: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Return how many broken kernels are caught, and named by exactly the causes that they were built with."""
    exhibits = {exhibit.__name__.rsplit(".", 1)[-1]: exhibit for exhibit in EXHIBITS}
    found: dict[str, Any] = {}
    started = time.monotonic()
    rooms: dict[str, dict[str, Any]] = {"exhibits": {}, "mistakes": {}, "pairs": {}}
    for name, e in exhibits.items():
        gradients, strict = getattr(e, "gradients", None), getattr(e, "STRICT", False)
        rooms["exhibits"][name] = (e.kernel, e.OP, gradients, e.PRECISION, strict, e.CAUSES)
    for name, m in MISTAKES.items():
        strict = "invalid_argument_accepted" in m.causes
        rooms["mistakes"][name] = (m.kernel, m.op, m.gradients, m.precision, strict, m.causes)
    for names in PAIRS:
        m = pair(*names)
        rooms["pairs"][" + ".join(names)] = (m.kernel, m.op, None, m.precision, False, m.causes)
    for room, kernels in rooms.items():
        missed, misnamed = [], []
        for number, (name, (kernel, op, gradients, precision, strict, causes)) in enumerate(kernels.items()):
            progress(f"museum: {room} {number} of {len(kernels)}: {name}")
            report = check(kernel, op, backward=gradients, precision=precision, strict=strict, shrink=False)
            if report.passed:
                missed.append(name)
            elif {cause.cause for cause in report.diagnosis} != set(causes):
                misnamed.append(f"{name}: {'; '.join(cause.sentence for cause in report.diagnosis)}")
        found[room] = {"kernels": len(kernels), "missed": missed, "named otherwise": misnamed}
    return found | {"seconds": round(time.monotonic() - started, 1)}


def right(_: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Return which right kernels, in whatever style, are accused."""
    accused = []
    for number, (name, kernel) in enumerate(RIGHT.items()):
        progress(f"right: {number} of {len(RIGHT)}: {name}")
        report = check(kernel.kernel, kernel.op, backward=kernel.gradients, shrink=False)
        if not report.passed or report.diagnosis:
            accused.append(f"{name}: {'; '.join(cause.sentence for cause in report.diagnosis)}")
    return {"kernels": len(RIGHT), "accused": accused}


def speed(_: argparse.Namespace, progress: Progress) -> dict[str, Any]:
    """Return how long the default suite takes on PyTorch's conv2d, and one identification."""
    try:
        from torch.nn.functional import conv2d
    except ImportError:
        return {"not measured": "PyTorch is not installed"}
    progress("speed: torch.nn.functional.conv2d")
    report = check(conv2d)
    behaviour = identify(conv2d)
    return {
        "check, default suite, forward and gradients: seconds": round(report.seconds, 2),
        "results": report.results,
        "passed": report.passed,
        "identify: seconds": round(behaviour.seconds, 2),
        "identify: calls": behaviour.calls,
        "as defined": behaviour.right,
    }
