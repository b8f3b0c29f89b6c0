"""What is asked for, as data."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from benchmarks.speed.cases import BIG, CASES
from benchmarks.speed.figures import Figures
from benchmarks.speed.verdicts import Target, Values

__all__ = ["TARGETS"]

ALL = tuple(case.name for case in CASES)
DENSE = tuple(case.name for case in CASES if case.groups == 1)
DEPTHWISE = tuple(case.name for case in CASES if case.is_depthwise)
SPREAD_OUT = ("dense_dilated", "aspp_rate12", "depthwise_dilated", "grouped32")
BOTH = ("forward", "backward")


def _beside(
    who: str, kinds: Iterable[str], directions: Iterable[str], cases: Iterable[str] = ALL, speed: bool = False
) -> Callable[[Figures], Values]:
    """Return refconv's times as multiples of another's, or its speeds."""

    def values(figures: Figures) -> Values:
        found = {}
        for kind in kinds:
            for direction in directions:
                for case in cases:
                    ratio = figures.ratio("cases", case, kind, direction, who)
                    if ratio is not None:
                        found[f"{case}, {kind}, {direction}"] = 1 / ratio if speed else ratio
        return found

    return values


def _two_threads(figures: Figures) -> Values:
    found = {}
    for row in figures.rows:
        if row.section == "threads" and row.threads == 1:
            more = figures.find("threads", row.case, row.kind, row.direction, row.runner)
            if more is not None and more.threads > 1:
                found[f"{row.case}, {row.kind}, {row.direction}"] = row.seconds / more.seconds
    return found


def _workspace(figures: Figures) -> Values:
    row = figures.find("big", BIG.name, "float64", "forward", "refconv")
    return {} if row is None or row.bytes is None else {BIG.name: row.bytes / 2**20}


def _big(figures: Figures) -> Values:
    ratio = figures.ratio("big", BIG.name, "float64", "forward", "floor")
    return {} if ratio is None else {BIG.name: ratio}


def _per_output(figures: Figures) -> Values:
    found = {}
    for stem in ("dense", "depthwise"):
        for kind in ("float64", "float32"):
            small, large = (figures.seconds("planes", f"{stem}_plane_{n}", kind, "forward") for n in (512, 4096))
            if small is not None and large is not None:
                found[f"{stem}, {kind}"] = large / small / (4096 / 512) ** 2
    return found


def _call(figures: Figures) -> Values:
    times = {kind: figures.seconds("calls", "tiny_conv", kind, "forward") for kind in ("float64", "float32")}
    return {kind: 1e6 * time for kind, time in times.items() if time is not None}


WIDE, NARROW = ("float64",), ("float32",)

TARGETS = (
    *(
        Target(f"float64 {way}: faster than {who} on every case", _beside(who, WIDE, (way,)), 1.0, unit="x its time")
        for way in BOTH
        for who in ("torch", "jax")
    ),
    *(
        Target(
            f"float64 {way}: geometric mean of the speeds, torch's being 1",
            *(_beside("torch", WIDE, (way,), speed=True), least),
            at_least=True,
            mean=True,
            aim=aim,
        )
        for way, least, aim in (("forward", 1.7, 2.5), ("backward", 1.4, 2.0))
    ),
    Target("dense float64: time beside its matmuls", _beside("floor", WIDE, BOTH, DENSE), 1.3),
    Target("dense float32: time beside its matmuls", _beside("floor", NARROW, BOTH, DENSE), 1.5),
    Target("depthwise float64: time beside one copy", _beside("floor", WIDE, BOTH, DEPTHWISE), 4.0),
    Target(
        "float32, forward and backward: geometric mean of the speeds, torch's being 1",
        *(_beside("torch", NARROW, BOTH, speed=True), 0.7),
        at_least=True,
        mean=True,
        aim=1.0,
    ),
    Target(
        "float32 backward, dilated and grouped: faster than torch",
        *(_beside("torch", NARROW, ("backward",), SPREAD_OUT), 1.0),
        unit="x its time",
    ),
    Target("float32: no case slower than", _beside("torch", NARROW, BOTH), 6.0, unit="x torch's time"),
    Target(
        "faster than onnx.reference on every case but pointwise",
        *(
            _beside("onnx.reference", WIDE + NARROW, ("forward",), [c for c in ALL if c != "pointwise"], speed=True),
            4.0,
        ),
        at_least=True,
    ),
    Target("(1,64,1024,1024) k=7 float64: workspace", _workspace, 64.0, unit=" MiB"),
    Target("(1,64,1024,1024) k=7 float64: time beside its matmuls", _big, 1.3),
    Target("time per output at 4096x4096, beside 512x512", _per_output, 1.2),
    Target("two threads on depthwise and pooling, beside one", _two_threads, 1.6, at_least=True),
    Target("a (1,16,12,12) k=3 call", _call, 60.0, unit=" microseconds"),
)
