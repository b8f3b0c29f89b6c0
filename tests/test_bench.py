"""The benchmarks' pure parts: floors, statistics, verdicts and the page. Nothing is timed here."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

import refconv
from refconv.arithmetic import output_size

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.speed.cases import BIG, CASES, GROWING, PLANES, POOLING, TINY, TRANSPOSED, Case  # noqa: E402
from benchmarks.speed.compared import beside  # noqa: E402
from benchmarks.speed.figures import Figures, Row, best_of_medians, geometric_mean  # noqa: E402
from benchmarks.speed.inputs import inputs  # noqa: E402
from benchmarks.speed.jobs import ALL_RUNNERS, SECTIONS, jobs  # noqa: E402
from benchmarks.speed.machine import machine  # noqa: E402
from benchmarks.speed.page import page  # noqa: E402
from benchmarks.speed.plot import draw  # noqa: E402
from benchmarks.speed.runners import RUNNERS, floor, with_refconv  # noqa: E402
from benchmarks.speed.table import digits, milliseconds, times  # noqa: E402
from benchmarks.speed.targets import TARGETS  # noqa: E402
from benchmarks.speed.verdicts import Target, judge  # noqa: E402
from benchmarks.speed.worker import Worker  # noqa: E402

EVERY = (*CASES, *GROWING, *PLANES, *POOLING, *TINY, *TRANSPOSED, BIG)
SMALL = (
    Case("conv", (2, 6, 9, 8), 4, 3, s=2, p=1, groups=2),
    Case("dilated", (1, 2, 9, 8), 4, 3, p=2, d=2),
    Case("depthwise", (2, 4, 6, 7), 4, 3, groups=4),
    Case("transposed", (2, 6, 5, 4), 4, 3, s=2, p=1, groups=2, a=1, op="conv_transpose"),
    Case("max", (2, 3, 7, 6), 3, 3, s=2, p=1, op="max_pool"),
    Case("avg", (2, 3, 7, 6), 3, 3, s=2, p=1, op="avg_pool"),
)


def figures(slower=1.0, without=()):
    """A run in which refconv takes twice floor's time and half of everybody else's, times `slower`."""
    seconds = {"floor": 0.001, "refconv": 0.002 * slower, "onnx.reference": 0.016}
    rows = []
    for job in jobs():
        for who in job.runners:
            for count in job.threads or (2,):
                base = seconds.get(who, 0.004) * (1.7 if count == 1 else 1)
                if job.section == "planes":
                    base *= job.case.x[2] ** 2 / 512**2
                medians = (base * 1.1, base, base * 1.2)
                workspace = None if job.measure == "time" else 2**25
                place = (job.section, job.case.name, job.kind, job.direction, who, count or 2)
                if who not in without:
                    rows.append(Row(*place, medians, workspace))
    settings = {"threads": 2, "cycles": 3, "seconds": 0.06, "least": 3, "pause": 0.05}
    return Figures(machine(), settings, {"floor": np.__version__, "torch": "2"}, {"jax": "no such module"}, rows)


@pytest.mark.parametrize("case", EVERY, ids=lambda case: case.name)
def test_sizes_are_refconvs(case):
    if case.op == "conv":
        sizes = [output_size(n, case.k, case.s, case.d, case.p, case.p) for n in case.x[2:]]
        assert list(case.y[2:]) == sizes
        assert case.macs == np.prod(case.y) * case.x[1] // case.groups * case.k**2
    assert case.y[0] == case.x[0]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_what_is_timed_has_the_shapes_of_the_case_and_lies_within_its_bound(case, direction):
    given = inputs(case, "float32", direction, seed=1)
    work = with_refconv.prepare(case, "float32", direction, given)
    got = work.arrays(work.run())
    held = with_refconv.reference(case, "float32", direction, given)
    shapes = [case.y] if direction == "forward" else [case.x] if case.is_pool else [case.x, case.w]
    assert [a.shape for a in got] == [value.shape for value, _ in held] == shapes
    for a, (value, bound) in zip(got, held, strict=True):
        assert (np.abs(a - value) <= bound).all()
        assert not (np.abs(a * 1.01 - value) <= bound).all()


@pytest.mark.parametrize("case", [case for case in SMALL if not case.is_pool and not case.is_depthwise])
@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_the_floor_multiplies_what_a_convolution_multiplies(case, direction):
    shapes = floor.operands(case)
    products = floor.PRODUCTS[case.op, direction]
    total = 0
    for a, b in (words.split() for words in products):
        left, right = (shapes[name[0] if name[0] in "wy" else "columns"] for name in (a, b))
        rows, inner = left[1:][:: -1 if a.endswith(".T") else 1]
        again, columns = right[1:][:: -1 if b.endswith(".T") else 1]
        assert inner == again
        total += case.groups * rows * inner * columns
    assert total == len(products) * case.macs


def test_the_columns_are_im2cols():
    case = SMALL[0]
    columns = refconv.im2col(np.zeros(case.x), case.k, stride=case.s, padding=case.p)
    groups, terms, places = floor.operands(case)["columns"]
    assert (columns.shape[0] * columns.shape[2], columns.shape[1]) == (places, groups * terms)


def test_the_floor_runs_and_cuts_what_is_too_large():
    for case in SMALL:
        for direction in ("forward", "backward"):
            work = floor.prepare(case, "float32", direction, inputs(case, "float32", direction, 0))
            work.run()
            assert work.times == 1
    assert floor.share(BIG, 8) > 40
    assert floor.copies(SMALL[2], "backward") == [SMALL[2].x, SMALL[2].y, SMALL[2].x]


@pytest.mark.parametrize("case", SMALL, ids=lambda case: case.name)
def test_a_worker_tells_right_from_wrong(case, tmp_path):
    worker, path = Worker("refconv", 1), str(tmp_path / "reference.npz")
    assert worker.prepare(asdict(case), "float32", "backward", 0, warm=True) == {"can": True}
    worker.reference(path)
    assert worker.error(path)["worst"] <= 1
    right = worker.first
    parts = list(right)[:2] if isinstance(right, tuple) else [right]
    for which in range(len(parts)):
        for change in (lambda a: a * 1.01, lambda a: a[:, :-1], lambda a: a + np.nan):
            worker.first = tuple(change(part) if n == which else part for n, part in enumerate(parts))
            assert not worker.error(path)["worst"] <= 1


def test_every_section_has_jobs_and_a_part_is_a_part():
    everything = jobs()
    assert {job.section for job in everything} == set(SECTIONS)
    assert set(ALL_RUNNERS) == set(RUNNERS)
    assert [job.section for job in everything] == sorted((job.section for job in everything), key=list(SECTIONS).index)
    quick = jobs(quick=True)
    assert len(quick) == 4 * len(CASES)
    assert {who for job in quick for who in job.runners} == {"floor", "refconv", "torch"}
    assert {job.section for job in jobs(only=("depthwise",), quick=True)} == {"cases"}
    assert jobs(only=("tiny_conv",), quick=True)
    assert {job.case.name for job in jobs(only=("depthwise",))} == {"depthwise"}
    assert all("refconv" in job.runners for job in jobs(("cases",), runners=("jax",)))


def test_statistics():
    assert best_of_medians([3.0, 1.0, 2.0]) == 1.0
    assert geometric_mean([2.0, 8.0]) == pytest.approx(4)
    assert Row("s", "c", "float64", "forward", "torch", 2, (3.0, 2.0, 4.0)).spread == 1.5


def test_numbers_are_written_in_three_digits():
    assert [digits(value) for value in (0.01234, 1.234, 12.34, 1234.5)] == ["0.012", "1.23", "12.3", "1234"]
    assert [times(value) for value in (0.5, 1.5, None)] == ["0.50x", "1.50x", "-"]
    assert milliseconds(None) == "-"


def target(limit, values, **how):
    return Target("words", lambda _: values, limit, **how)


def test_verdicts():
    values = {"a": 1.0, "b": 2.0, "c": 4.0}
    worst = judge(target(2.0, values), Figures())
    assert (worst.value, worst.where, worst.missing, worst.reached) == (4.0, "c", ("c",), False)
    assert worst.told() == "missed by a factor of 2.0 (1 of 3)"
    assert judge(target(4.0, values), Figures()).told() == "**reached**"
    assert judge(target(1.25, values, at_least=True), Figures()).told() == "missed by 25% (1 of 3)"
    assert judge(target(3.99, values), Figures()).told() == "missed by 0.3% (1 of 3)"
    assert judge(target(2.5, values, at_least=True, mean=True), Figures()).told() == "missed by 25%"
    mean = judge(target(1.5, values, at_least=True, mean=True, aim=3.0), Figures())
    assert (mean.value, mean.told()) == (pytest.approx(2), "reached, short of the aim of 3")
    assert judge(target(1.0, {}), Figures()).told() == "not measured"
    assert not judge(target(1.0, {}), Figures()).reached


def test_all_targets_are_judged_and_a_slow_run_misses_them():
    fast, slow = ([judge(each, run) for each in TARGETS] for run in (figures(), figures(slower=50)))
    assert all(verdict.count for verdict in fast)
    missed = [v.target.words for v in fast if not v.reached]
    assert len(missed) == 4, missed  # twice the floor is too slow for dense, and milliseconds for a tiny call
    independent = ("workspace", "512x512", "two threads")
    assert all(v.reached == any(word in v.target.words for word in independent) for v in slow)


def test_figures_survive_json_and_a_later_run_takes_its_place():
    run = figures()
    again = Figures.from_json(run.to_json())
    assert page(again) == page(run)
    later = Figures({"processor": "other"}, run.settings, {"jax": "1"}, {}, figures(slower=2).rows[:1])
    merged = run.merge(later)
    assert len(merged.rows) == len(run.rows)
    assert merged.missing == {}
    assert merged.machine == {"processor": "other"}
    assert not run.merge(figures(slower=2)).rows[0].seconds < run.rows[0].seconds


def test_the_page_says_what_was_measured_and_what_was_not():
    text = page(figures(without=("onnxruntime",)))
    assert "Generated by `make bench`" in text
    assert "**not measured: jax**" in text
    assert text.count("\n| dense_3x3 |") == 6  # the cases, four comparisons and the workspace
    assert "vs torch" in text
    assert "vs onnxruntime" not in text
    assert "26 GB" in text
    assert all(target.words in text for target in TARGETS)
    for line in text.splitlines():
        assert line == line.rstrip()
    assert page(Figures(machine()))  # nothing measured: a page all the same


def test_the_drawings_are_the_same_for_the_same_figures(tmp_path):
    (tmp_path / "again").mkdir()
    first, again = draw(figures(), tmp_path), draw(figures(), tmp_path / "again")
    assert [path.name for path in first] == ["performance-cases.svg", "performance-size.svg"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    assert draw(Figures(), tmp_path) == []


def test_ratios_are_speeds():
    table = beside(figures(), "cases", "float64", "forward")
    line = dict(zip(table.head, table.rows[0], strict=True))
    assert (line["vs torch"], line["vs floor"], line["vs onnx.reference"]) == ("2.00x", "0.50x", "8.00x")


def test_the_machine_is_told_without_its_name_or_paths():
    import platform

    words = str(machine())
    assert platform.node() not in words or len(platform.node()) < 4
    assert not re.search(r"/(home|root|usr|tmp|work)\b", words)


def test_the_page_in_docs_is_that_of_its_figures():
    held, written = ROOT / "docs" / "performance.json", ROOT / "docs" / "performance.md"
    if held.exists():
        made = page(Figures.from_json(held.read_text(encoding="utf-8")))
        assert written.read_text(encoding="utf-8") == made, 'make bench ARGS="--from docs/performance.json"'
