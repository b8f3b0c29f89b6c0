"""Every figure shown is Python's answer, and the main ones are what refconv's operations do to arrays."""

from __future__ import annotations

import pytest

from tests.browser.drawing import queries
from tests.browser.independent import FreeField, Run

pytestmark = pytest.mark.browser

AXES_WITHOUT_UP = ("conv", "depthwise", "separable", "max_pool")


def test_drawn_settings_show_what_python_answers(explorer_page, brain, figures):
    seen = {"fit": 0, "do not": 0, "figures": 0}
    for query in queries(seed=1, count=100):
        answer = brain.answer(query)
        explorer_page.go(query)
        assert explorer_page.same_as(answer) == [], query
        seen["do not" if answer["errors"] else "fit"] += 1
        seen["figures"] += len(answer["figures"])
    assert seen["fit"] > 60
    assert seen["do not"] > 5
    figures["drawn settings"] = seen


def number(shown, figure):
    """A figure as the page writes it: "1,168" is 1168."""
    return int(shown["figures"][figure][1].replace(",", ""))


def test_main_figures_are_what_the_operations_do(explorer_page, brain):
    """Sizes, parameters, MACs and what is read: counted on arrays, by nothing that the explorer uses."""
    checked = 0
    for query in queries(seed=2, count=50):
        answer = brain.answer(query)
        if answer["errors"]:
            continue
        shown = explorer_page.go(query)
        state = answer["state"]
        run = Run(state)
        at = state["at"]
        assert [one["shape"] for one in answer["layers"]] == run.shapes
        assert number(shown, "output_size") == run.shapes[at][1]
        assert shown["figures"]["shape"][1] == " x ".join(map(str, run.shapes[-1]))
        assert number(shown, "total_parameters") == run.parameters
        assert number(shown, "total_macs") == run.macs
        read = len(run.reads)
        assert number(shown, "pixels_read") == read**2
        span = int(run.reads[-1] - run.reads[0] + 1) if read else 0
        assert number(shown, "holes") == span**2 - read**2
        checked += 1
    assert checked > 30


def test_the_receptive_field_is_what_a_middle_output_reads(explorer_page, brain):
    checked = 0
    for query in queries(seed=3, count=40, kinds=AXES_WITHOUT_UP):
        answer = brain.answer(query)
        if answer["errors"]:
            continue
        shown = explorer_page.go(query)
        free = FreeField(answer["state"]["layers"])
        assert number(shown, "receptive_field") == free.size, query
        assert number(shown, "jump") == free.jump, query
        assert shown["figures"]["gridding"][1] == ("yes" if free.missed else "none"), query
        checked += 1
    assert checked > 15
