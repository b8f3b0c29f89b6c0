"""A report as a table, JSON and JUnit XML: all of it is there, and no text in it does harm."""

from __future__ import annotations

import io
import json
from math import inf, nan
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from refconv.oracle.report import as_json, table, words
from tests.reports import CAUSE, FAILING, HOSTILE, HOSTILE_REPORT, PASSING, Named, report_of, wrong


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_the_table_begins_with_the_verdict_and_the_diagnosis():
    lines = str(FAILING).splitlines()
    assert lines[:2] == [
        "kernel.py:f as conv2d, float32, suite quick, seed 3",
        "FAILED: 2 of 12 cases in 0.5 s (results compared: y 12, dx 12)",
    ]
    text = str(FAILING)
    order = ["What it does instead", CAUSE.sentence, CAUSE.evidence, "Failures (2)", "a case", "another", "In full"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)


def test_the_table_shows_a_failure_in_full_with_the_smallest_case():
    text = str(report_of(wrong("big", smallest=None), wrong("bigger")))
    in_full = text[text.index("In full") :]
    assert "y of bigger" in in_full
    assert "bias 0.5" in in_full
    assert "stride=(1, 2)" in in_full
    assert "fails in the same way: a small case" in in_full


def test_a_failure_without_a_diagnosis_says_so():
    assert "No known mistake explains these failures." in str(report_of(wrong()))


def test_a_passing_table_is_short():
    assert str(PASSING).splitlines() == [
        "kernel.py:f as conv2d, float32, suite quick, seed 3",
        "PASSED: 12 cases in 0.5 s (results compared: y 12, dx 12)",
    ]


def test_what_was_left_out_and_the_notes_are_shown_either_way():
    for report in (report_of(left_out=("no groups",), notes=("it prints",)), report_of(wrong(), notes=("it prints",))):
        assert "Notes\n  - it prints" in str(report)
    assert "Left out\n  - no groups" in str(report_of(left_out=("no groups",)))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_is_wider_than_asked_and_nothing_is_lost(width):
    name = "conv2d-" + "x".join(str(n) for n in range(60))
    text = table.text(report_of(wrong(name), diagnosis=(CAUSE,), notes=("word " * 60,)), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert name in "".join(text.split())


def test_a_long_list_is_cut_and_says_so():
    text = str(report_of(*(wrong(f"case {i}") for i in range(25))))
    assert "Failures (the first 10 of 25)" in text
    assert "case 9" in text
    assert "case 10" not in text


def test_a_long_message_is_cut_and_says_so():
    text = str(report_of(wrong(message="\n".join(f"line {i}" for i in range(100)))))
    assert "line 29" in text
    assert "line 30" not in text
    assert "... and 70 lines more" in text


def test_lines_wrap_under_their_own_beginning():
    text = str(report_of(wrong(message="head\n    " + "word " * 30)))
    lines = text[text.index("  head") :].splitlines()
    assert [len(line) - len(line.lstrip()) for line in lines[:3]] == [2, 6, 6]


def test_colour_only_on_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    terminal, file = Terminal(), io.StringIO()
    table.show(FAILING, terminal)
    table.show(FAILING, file)
    assert "\x1b[1;31mFAILED" in terminal.getvalue()
    assert file.getvalue() == str(FAILING) + "\n"
    assert "\x1b" not in file.getvalue()
    assert file.getvalue().isascii()


def test_hostile_text_cannot_steer_the_terminal():
    terminal = Terminal()
    table.show(HOSTILE_REPORT, terminal)
    for text in (str(HOSTILE_REPORT), terminal.getvalue()):
        text.encode("utf-8")
        assert "\x1b[31m" not in text
        assert "\\x1b[31m" in text
        for character in "\x00\x07\u202e":
            assert character not in text
        assert "[bold]" in text, "rich takes no markup from it either"


def test_a_verdict_without_failures():
    assert "PASSED, but nothing was checked" in words.verdict(report_of(cases=0))
    assert "FAILED: no result of 12 cases is wrong; see below" in words.verdict(report_of(passed=False))


def test_a_case_with_two_wrong_results_is_one_case():
    assert words.verdict(report_of(wrong(of="y"), wrong(of="dx"))).startswith("FAILED: 1 of 12 cases")


def test_json_has_what_was_promised():
    document = json.loads(FAILING.to_json())
    assert document == FAILING.to_dict()
    assert document["passed"] is False
    assert document["cases"] == 12
    assert document["diagnosis"] == [
        {"cause": CAUSE.cause, "sentence": CAUSE.sentence, "evidence": CAUSE.evidence},
    ]
    assert document["failures"][0] == {
        "name": "a case",
        "parameters": {"x_shape": [1, 2, 5, 5], "w_shape": [3, 2, 3, 3], "stride": [1, 2]},
        "of": "y",
        "kind": "wrong",
        "message": "largest error 5 times the bound\nbias 0.5",
        "index": [0, 1, 0, 2],
        "error": 5e9,
        "smallest": {"name": "a small case", "parameters": {"x_shape": [1, 2, 5, 5], "w_shape": [3, 2, 3, 3]}},
    }
    assert document["failures"][1]["error"] is None
    for key in ("target", "op", "suite", "precision", "seed", "results", "seconds", "left_out", "notes", "environment"):
        assert document[key] == as_json.plain(getattr(FAILING, key))


def test_json_knows_no_bare_nan():
    def refuse(word):
        raise AssertionError(word)

    failures = [wrong(error=error) for error in (nan, inf, -inf, np.float32(nan))]
    document = json.loads(report_of(*failures, seconds=nan).to_json(), parse_constant=refuse)
    assert [failure["error"] for failure in document["failures"]] == ["NaN", "Infinity", "-Infinity", "NaN"]
    assert np.isnan(float(document["seconds"])), "the words turn back into what they were"


def test_json_takes_whatever_stands_in_the_parameters():
    odd = {
        "a": np.int64(3),
        "b": np.arange(2),
        "c": {2, 1},
        "d": b"x",
        "e": np.float64(0.5),
        3: None,
        "f": np.bool_(True),
    }
    document = json.loads(report_of(wrong(smallest=Named("n", odd))).to_json())
    parameters = document["failures"][0]["smallest"]["parameters"]
    assert {key: parameters[key] for key in "abcdef3"} == {
        "a": 3, "b": [0, 1], "c": [1, 2], "d": "b'x'", "e": 0.5, "f": True, "3": None,
    }  # fmt: skip


def test_json_is_ascii_and_brings_hostile_text_back_unchanged():
    text = HOSTILE_REPORT.to_json()
    assert text.isascii()
    assert json.loads(text)["failures"][0]["name"] == HOSTILE


def parsed(report):
    """Return the suite of a report's JUnit XML, read as a server would: from UTF-8 bytes."""
    root = ET.fromstring(report.to_junit().encode("utf-8"))  # noqa: S314 - our own text
    assert root.tag == "testsuites"
    (suite,) = root
    testcases = suite.findall("testcase")
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        assert int(suite.get(attribute)) == sum(testcase.find(tag) is not None for testcase in testcases)
    assert int(suite.get("tests")) == len(testcases)
    return suite


def test_junit_has_a_test_for_each_failed_result():
    suite = parsed(FAILING)
    assert (suite.get("failures"), suite.get("errors")) == ("1", "1")
    first = suite.find("testcase[@name='a case']")
    assert first.get("classname") == "refconv.conv2d.y"
    failure = first.find("failure")
    assert failure.get("message") == "largest error 5 times the bound"
    for part in (
        CAUSE.sentence,
        "bias 0.5",
        "5.0e+09 units of the bound, at y[0, 1, 0, 2]",
        "stride=(1, 2)",
        "smallest",
    ):
        assert part in failure.text
    assert suite.find("testcase[@name='another']/error").get("type") == "raised"
    assert CAUSE.sentence in suite.find("system-out").text


def test_junit_of_a_pass_and_of_what_was_left_out():
    suite = parsed(report_of(left_out=("no groups",)))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors"), suite.get("skipped")) == (
        "3",
        "0",
        "0",
        "1",
    )
    assert suite.find("testcase/skipped").get("message") == "no groups"


def test_junit_names_the_other_results_only_where_there_are_any():
    suite = parsed(report_of(wrong(smallest=None), wrong("another"), results={"y": 2, "dx": 2}))
    names = [testcase.get("name") for testcase in suite.findall("testcase")]
    assert names == ["a case", "another", "all 2 results of dx"]
    assert "smallest" not in suite.find("testcase/failure").text
    assert "the other 3 results of y" in report_of(wrong(), results={"y": 4}).to_junit()


def test_junit_fails_wherever_the_report_does():
    assert parsed(report_of(passed=False)).get("failures") == "1"


def test_junit_is_well_formed_whatever_the_text():
    suite = parsed(HOSTILE_REPORT)
    assert suite.find("testcase").get("name") == words.clean(HOSTILE)
    everything = "".join(map(chr, range(0x300))) + "\ufffe\uffff\ud800\U0001f600"
    parsed(report_of(wrong(everything, message=everything), notes=(everything,)))
