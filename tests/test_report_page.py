"""A report as a page: complete, self-contained, and safe to open whatever stands in it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from math import inf, nan

import pytest

from refconv.oracle.report import picture
from tests.reports import CAUSE, FAILING, HOSTILE, HOSTILE_REPORT, PASSING, Named, report_of, wrong

VOID = {"meta", "path", "rect"}


class Page(HTMLParser):
    """Reads a page as a browser would; holds it to opening and closing its elements in order."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.words = [], [], []
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return "".join(self.words)

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def test_the_page_has_the_diagnosis_before_the_failures():
    text = Page(FAILING.to_html()).text
    order = ["FAILED: 2 of 12", CAUSE.sentence, CAUSE.evidence, "Failures (2)", "a case", "In full (2)", "bias 0.5"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "y[0, 1, :, :]" in text
    assert "Framed: y[0, 1, 0, 2] is off by 5.0e+09 units of the bound." in text
    assert "a small case" in text


def test_a_passing_page_has_no_failures():
    page = Page(PASSING.to_html())
    assert "PASSED: 12 cases" in page.text
    assert not page.all("table")
    assert not page.all("svg")


def test_the_page_needs_nothing_but_itself():
    html = FAILING.to_html()
    page = Page(html)
    assert not {"script", "link", "img", "iframe", "object"} & {tag for tag, _ in page.elements}
    assert not re.search(r"url\(|@import|https?:|src=|href=|\son\w+=", html)
    (policy,) = [meta for meta in page.all("meta") if "http-equiv" in meta]
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert "prefers-color-scheme: dark" in html


def test_hostile_text_stays_text():
    html = HOSTILE_REPORT.to_html()
    html.encode("utf-8")
    page = Page(html)
    assert not page.all("script")
    assert page.text.count("<script>alert('x')</script>") >= 9, "every field is shown, as it was written"
    assert not set("\x1b\x00\x07\u202e") & set(html)
    assert HOSTILE not in html


def test_the_picture_is_drawn_in_classes_and_the_worst_is_framed():
    page = Page(report_of(wrong()).to_html())
    drawn = {
        attributes["class"]: attributes["d"] for attributes in page.all("path") if attributes["d"] != "M0 0h1v1h-1z"
    }
    assert drawn == {"within": "M1 0h1v1h-1z", "high3": "M2 0h1v1h-1z", "low1": "M0 1h1v1h-1z",
                     "high1": "M1 1h1v1h-1z", "low3": "M2 1h1v1h-1z"}  # fmt: skip
    (frame,) = [rect for rect in page.all("rect") if rect["class"] == "mark"]
    assert (frame["x"], frame["y"]) == ("2", "0")
    (drawing,) = [svg for svg in page.all("svg") if svg.get("role") == "img"]
    assert drawing["viewbox"] == "-0.5 -0.5 4 3"
    said = "Errors of y[0, 1, :, :], 2 x 3 elements; y[0, 1, 0, 2] is off by 5.0e+09 units of the bound."
    assert said in page.text, "the same in words, as the title of the drawing"


def test_every_class_has_a_colour_in_light_and_in_dark():
    html = PASSING.to_html()
    for name in picture.CLASSES:
        assert html.count(f"--{name}: #") == 2
        assert f".{name} {{ fill: var(--{name}); }}" in html


@pytest.mark.parametrize(
    "plane", [[[0.0, 2.0, -3.0]], [[nan], [inf]], [[1e9] * 7] * 5, [[float(i % 3) for i in range(300)]] * 200]
)
def test_the_squares_of_a_picture_cover_it_once(plane):
    squares, step = picture.pooled(plane)
    area = sum(
        int(run)
        for name in picture.CLASSES
        for run in re.findall(
            r"h(\d+)v", "".join(re.findall(rf'class="{name}" d="([^"]*)"', picture.svg(plane, (0, 0), "")))
        )
    )
    assert area == len(squares) * len(squares[0])
    assert max(len(squares), len(squares[0])) <= 64
    assert (len(squares) - 1) * step < len(plane) <= len(squares) * step


def test_pooling_loses_no_wrong_element():
    plane = [[0.0] * 500 for _ in range(300)]
    plane[299][499], plane[17][3] = -40.0, nan
    squares, step = picture.pooled(plane)
    assert squares[299 // step][499 // step] == -40.0
    assert picture.class_of(squares[17 // step][3 // step]) == "infinite"
    assert sum(error != 0 for row in squares for error in row) == 2
    assert f"Each square is the worst of {step} x {step} elements." in report_of(wrong(picture=plane)).to_html()


@pytest.mark.parametrize(
    ("size", "name"), [(1.0, "within"), (1.5, "1"), (100.0, "1"), (101.0, "2"), (1e4, "2"), (1e5, "3")]
)
def test_the_ends_of_the_classes(size, name):
    assert picture.class_of(size) == (name if name == "within" else f"high{name}")
    assert picture.class_of(-size) == (name if name == "within" else f"low{name}")


def test_where_results_must_be_exact_no_error_is_within_the_bound():
    html = report_of(wrong(case=Named("exact", policy="exact"), picture=[[0.0, 1.0, 0.5]], index=(0, 0))).to_html()
    assert "in units in the last place" in html
    assert 'class="within"' not in html
    assert '<path class="high1" d="M1 0h2v1h-2z"/>' in html
    assert "0 to 100" in html


def test_a_gradient_of_the_bias_has_one_axis():
    html = report_of(wrong(of="db", index=(2,))).to_html()
    assert "<strong>db[:], 2 x 3 elements</strong>" in html
    assert "db[2] is off by" in html


def test_a_part_of_a_big_plane_says_so():
    html = report_of(wrong(index=(0, 1, 700, 900), case=Named("big", y_shape=(1, 2, 800, 1000)))).to_html()
    assert "y[0, 1, :, :], 2 x 3 elements, of 800 x 1000 the part around the worst" in html
    assert "y[0, 1, 700, 900] is off by 5.0e+09" in html


def test_only_the_first_failures_are_drawn_and_the_page_says_so():
    page = Page(report_of(*(wrong(f"case {i}") for i in range(9))).to_html(pictures=4))
    assert len([svg for svg in page.all("svg") if svg.get("role") == "img"]) == 4
    assert "In full (the first 4 of 9)" in page.text
    assert "In full" not in report_of(wrong()).to_html(pictures=0)


def test_a_failure_that_could_not_be_made_smaller():
    assert "smallest" not in report_of(wrong(smallest=None)).to_html()


def test_an_empty_picture_is_left_out():
    assert "<figure>" not in report_of(wrong(picture=[])).to_html()
    assert "<figure>" not in report_of(wrong(picture=[[]])).to_html()
