"""Every published figure follows from its architecture, or its difference has a cause that is recounted."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from tests.explained import CAUSES, cause_of
from tests.published import Comparison, compared, figures

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("number", range(len(figures())), ids=lambda number: figures()[number].key)
def test_a_published_figure_follows_or_is_explained(number):
    comparison = compared()[number]
    cause = cause_of(comparison)
    if comparison.agrees:
        assert cause is None or "TF-Slim's table" in cause.title  # of its rows some round alike
        assert cause is None or Comparison(comparison.figure, cause.recounted(comparison)).agrees
        return
    assert cause is not None, f"published {comparison.figure.value}, ours {comparison.ours}"
    other = cause.recounted(comparison)
    if other is None:
        return
    if cause.within:
        scaled = Fraction(other) / comparison.figure.scale
        assert abs(scaled - Fraction(comparison.figure.value)) < cause.within
    else:
        assert Comparison(comparison.figure, other).agrees


def test_what_is_exact_has_no_cause():
    """Receptive fields, and parameters that are printed in full, need no explanation, but for one program's."""
    for comparison in compared():
        if "by pytorch-receptive-field" in comparison.figure.quantity:
            assert not comparison.agrees
        elif comparison.figure.unit in ("pixels", "count", "ratio", "MAC"):
            assert comparison.agrees, comparison


def test_every_cause_explains_something():
    used = Counter(cause_of(each).title for each in compared() if not each.agrees)
    assert set(used) == {cause.title for cause in CAUSES}
    for each in compared():
        assert sum(bool(re.fullmatch(cause.pattern, each.figure.key)) for cause in CAUSES) <= 1


def test_the_profiler_counts_more_than_the_multiply_adds_and_not_by_chance():
    """Over the eight figures, what the profiler counts beside them is a hundred times what remains."""
    (cause,) = (cause for cause in CAUSES if cause.within)
    mine = [each for each in compared() if cause_of(each) is cause]
    assert len(mine) == 8
    counted = sum(cause.recounted(each) - each.ours for each in mine)
    left = [Fraction(each.figure.value) * each.figure.scale - cause.recounted(each) for each in mine]
    assert min(left) > 0
    assert counted > 100 * sum(left)


def test_a_comparison_can_fail():
    by_key = {each.figure.key: each for each in compared()}
    exact = by_key["resnet50: params"]
    assert exact.agrees
    assert not Comparison(exact.figure, exact.ours + 1).agrees
    rounded = by_key["resnet50: multiply_adds"]
    assert rounded.figure.places == 3
    assert rounded.agrees
    assert not Comparison(rounded.figure, rounded.ours + 10**6).agrees


def test_the_page_is_what_the_program_writes():
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "build_figures.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
