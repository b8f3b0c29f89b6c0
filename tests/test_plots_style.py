"""Drawings and films: what they are made of, and what is said where something is missing."""

from __future__ import annotations

import base64
import re
import subprocess
import sys
from io import BytesIO
from itertools import pairwise

import pytest

pytest.importorskip("matplotlib")

import matplotlib as mpl
import numpy as np
from PIL import Image, ImageChops

from refconv import plots
from refconv.errors import ArgumentError, ArgumentTypeError, RefconvError
from refconv.plots import style
from refconv.plots.films import Film
from tests.image_checks import check_image


def said(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_a_drawing_needs_no_pyplot_and_shows_itself():
    code = "import sys\nfrom refconv import plots\nplots.draw_taps(5, 3)._repr_png_()\n"
    assert said(code + "print('matplotlib.pyplot' in sys.modules)") == "False\n"
    png, size = plots.draw_taps(5, 3)._repr_png_()
    with Image.open(BytesIO(png)) as picture:
        assert picture.width == pytest.approx(1.5 * size["width"], abs=2)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_drawing_is_saved_and_twice_the_same(tmp_path, ending):
    drawing = plots.draw_taps(5, 3, padding=1)
    first, second = (drawing.save(tmp_path / f"{name}.{ending}") for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_the_sessions_own_settings_do_not_matter():
    plain = plots.draw_taps(5, 3).png(60)
    with mpl.rc_context({"font.size": 20, "lines.linewidth": 5, "hatch.linewidth": 4, "figure.facecolor": "red"}):
        assert plots.draw_taps(5, 3).png(60) == plain
        assert mpl.rcParams["font.size"] == 20


def test_the_letters_are_not_too_small():
    drawings = [plots.draw_taps(40, 3, padding=1), plots.draw_im2col((5, 5), 3), plots.draw_coverage([(3, 1, 2)] * 3)]
    for drawing in drawings:
        texts = [text for ax in drawing.axes for text in ax.texts]
        assert texts
        assert min(text.get_fontsize() for text in texts) >= 9
        assert drawing.get_size_inches()[0] <= 9.01


def luminance(colour):
    """As a grey print shows it, 0 to 1."""
    r, g, b = mpl.colors.to_rgb(colour)
    return 0.299 * r + 0.587 * g + 0.114 * b


def test_what_must_differ_differs_in_grey():
    meanings = (style.EMPTY, style.TAP, style.OUTPUT)
    greys = sorted(map(luminance, meanings))
    assert min(b - a for a, b in pairwise(greys)) > 0.2
    taps = list(map(luminance, style.TAPS))
    assert min(abs(b - a) for a, b in pairwise(taps)) > 0.1
    assert len(set(style.CYCLE)) == len(style.CYCLE) == len(style.MARKERS)


def film(steps, **how):
    return Film(lambda step, caption: plots.draw_taps(5, 3, at=step % 3), steps, **how)


def test_a_film_leaves_steps_out_and_says_so():
    short, long = film(32), film(33)
    assert (len(short), short.caption(4)) == (32, "step 5 of 32")
    assert (len(long), long.steps[-2:], long.caption(1)) == (17, (30, 32), "step 3 of 33 (every 2nd is shown)")
    assert film(1000, limit=10).caption(0) == "step 1 of 1000 (every 100th is shown)"
    for steps in range(1, 200):
        assert len(film(steps)) <= 33
        assert film(steps).steps[-1] == steps - 1


def test_a_films_frames():
    taps = plots.film_taps(7, 3, stride=2, padding=1)
    assert [frame.shown["at"] for frame in taps] == [(0,), (1,), (2,), (3,)]
    assert taps.frame(-1).shown["at"] == (3,)
    with pytest.raises(ArgumentError, match="the film has 4 frames"):
        taps.frame(4)
    with pytest.raises(ArgumentTypeError):
        film(2.5)
    with pytest.raises(ArgumentError):
        film(0)


def test_a_films_page_plays_without_network_and_is_small():
    taps = plots.film_taps((6, 6), 3, dilation=2, padding="same")
    page = taps.html()
    assert len(page) < 400_000
    assert "http" not in page
    frames = re.findall(r'"(iVBOR[^"]+)"', page)
    assert len(frames) == len(taps)
    sizes = set()
    for frame in frames:
        with Image.open(BytesIO(base64.b64decode(frame))) as picture:
            sizes.add(picture.size)
    assert len(sizes) == 1
    again = plots.film_taps(4, 3)
    assert again.html() == again._repr_html_(), "the same film is the same page"


def widths(page):
    """Return the pixels across each frame of a page."""
    for frame in re.findall(r'"(iVBOR[^"]+)"', page):
        with Image.open(BytesIO(base64.b64decode(frame))) as picture:
            yield picture.width


def test_a_small_films_frames_are_sharp_and_a_large_films_page_is_small():
    small = plots.film_taps(5, 3)
    inches = small.frame(0).get_size_inches()[0]
    assert set(widths(small.html())) == {int(125 * inches)}
    assert set(widths(small.html(60))) == {int(60 * inches)}
    large = plots.film_im2col((6, 6), 3, dilation=2, padding="same")
    page = large.html()
    assert len(page) < 400_000
    assert min(widths(page)) >= 48 * large.frame(0).get_size_inches()[0] - 1


def test_a_films_gif(tmp_path):
    path = plots.film_im2col(5, 3, padding=1).gif(tmp_path / "film.gif")
    with Image.open(path) as picture:
        assert picture.n_frames == 5


def test_a_gif_shows_the_frames_in_turn_and_for_ever(tmp_path):
    film = plots.film_taps(7, 3, dilation=2)
    with Image.open(film.gif(tmp_path / "film.gif")) as picture:
        assert (picture.n_frames, picture.info["loop"], picture.info["duration"]) == (3, 0, 600)
        for number, frame in enumerate(film):
            picture.seek(number)
            with Image.open(BytesIO(frame.png(100))) as wanted:
                assert picture.size == wanted.size
                away = ImageChops.difference(picture.convert("RGB"), wanted.convert("RGB")).convert("L")
                assert sum(away.histogram()[40:]) < 0.002 * away.width * away.height


def test_what_is_missing_is_named():
    code = "import sys\nsys.modules['matplotlib'] = None\nfrom refconv import plots\n"
    words = said(code + "try: plots.draw_taps\nexcept ImportError as error: print(error)")
    said_why = "refconv.plots: a picture needs matplotlib, which is not installed."
    assert words == f"{said_why}\n  Run: pip install 'refconv[plots]'.\n"


def test_nothing_is_loaded_before_it_is_used():
    code = "import sys, refconv.plots; print('matplotlib' in sys.modules, 'ipywidgets' in sys.modules)"
    assert said(code) == "False False\n"


def test_an_image_check_finds_a_difference(tmp_path):
    drawing = plots.draw_taps(7, 3, stride=2, padding=1, dilation=2, at=1)
    drawing.text(0.5, 0.5, "something else", fontsize=30)
    with pytest.raises(pytest.fail.Exception, match=r"(?s)does not look as it did.*REFCONV_ACCEPT_IMAGES"):
        check_image(drawing, "taps_1d", tmp_path)
    with pytest.raises(pytest.fail.Exception, match="has no baseline"):
        check_image(drawing, "no_such_picture", tmp_path)


STACK = [(3, 1, 1), (3, 1, 2)]
FLOPS = plots.Roofline(1e11, 2e10)
WRONG = {
    "size": lambda: plots.Drawing(0, 1),
    "not a size": lambda: plots.Drawing("a", 1),
    "ending": lambda: plots.Drawing(2, 1).save("drawing.foo"),
    "dpi": lambda: plots.Drawing(2, 1).save("drawing.png", dpi=0),
    "seconds": lambda: Film(lambda step, caption: plots.Drawing(2, 1), 3, seconds="a"),
    "limit": lambda: Film(lambda step, caption: plots.Drawing(2, 1), 3, limit="a"),
    "frame": lambda: Film(lambda step, caption: plots.Drawing(2, 1), 3).frame("a"),
    "ragged x": lambda: plots.draw_taps(5, 3, x=[[1], [1, 2]]),
    "ragged x of columns": lambda: plots.draw_im2col(5, 3, x=[[1], [1, 2]]),
    "channels": lambda: plots.draw_costs(0, 1),
    "filters": lambda: plots.draw_costs("a", 1),
    "no size": lambda: plots.draw_costs(8, 8, size=None),
    "multiplier": lambda: plots.draw_costs(8, 8, multiplier="a"),
    "one number of filters": lambda: plots.draw_cost_ratio(3),
    "groups": lambda: plots.draw_roofline(FLOPS, {"a": {"channels": 3, "filters": 4, "groups": 2}}),
    "no stack": lambda: plots.draw_coverage(5),
    "no choices": lambda: plots.draw_gridding(5),
    "large fields": lambda: plots.draw_gridding([[500] * 5]),
    "photo of nothing": lambda: plots.photo(0),
    "huge photo": lambda: plots.photo(100_000),
    "no networks": lambda: plots.draw_field_growth(5),
    "one number for a size": lambda: plots.draw_layers(STACK, size=5),
    "no measures": lambda: plots.draw_layers(STACK, None),
    "a word of measures": lambda: plots.draw_layers(STACK, "macs"),
    "upto": lambda: plots.layer_table(STACK, upto="a"),
    "columns": lambda: plots.layer_table(STACK, None),
    "only": lambda: plots.layer_table(STACK, only=5),
    "steps": lambda: plots.draw_network(STACK, around="layer1", steps="a"),
    "most": lambda: plots.draw_network(STACK, most="a"),
    "expand": lambda: plots.draw_network(STACK, expand=5),
    "upto of a network": lambda: plots.draw_network(STACK, 5),
    "at": lambda: plots.draw_field(STACK, at=5),
    "width": lambda: plots.draw_field(STACK, width=0),
    "node": lambda: plots.draw_field(STACK, 5),
    "pixels that are none": lambda: plots.draw_field(STACK, photo=np.full((8, 8, 3), np.nan)),
    "no images": lambda: plots.draw_images(5),
    "masked images": lambda: plots.draw_images(np.ma.masked_equal(np.ones((3, 3)), 1)),
    "complex images": lambda: plots.draw_images(np.ones((3, 3)) * 1j),
    "words as images": lambda: plots.draw_images(np.array([["a"]])),
    "columns of images": lambda: plots.draw_images(np.ones((3, 3)), columns="a"),
    "names of rows": lambda: plots.draw_images(np.ones((4, 3, 3)), rows=["a"], columns=2),
    "limits": lambda: plots.draw_images(np.ones((3, 3)), limits=5),
    "limits the wrong way round": lambda: plots.draw_images(np.ones((3, 3)), limits=(1, 0)),
    "side": lambda: plots.draw_images(np.ones((3, 3)), side=-1),
    "colour map": lambda: plots.draw_images(np.ones((3, 3)), cmap="foo"),
    "signed": lambda: plots.draw_images(np.ones((3, 3, 3)), signed=[True]),
    "no series": lambda: plots.draw_curves(None),
    "words as series": lambda: plots.draw_curves({"a": ["x"]}),
    "complex series": lambda: plots.draw_curves({"a": [1j]}),
    "logarithm of 0": lambda: plots.draw_curves({"a": [5]}, log="x"),
    "scales": lambda: plots.draw_curves({"a": [1, 2]}, log=["x"]),
    "marks": lambda: plots.draw_curves({"a": [1, 2]}, marks={"m": "x"}),
    "a list of marks": lambda: plots.draw_curves({"a": [1, 2]}, marks=[3]),
    "small curves": lambda: plots.draw_curves({"a": [1, 2]}, width=1, height=1),
    "no peak": lambda: plots.Roofline(0, 1),
    "peak": lambda: plots.Roofline("a", 1),
    "no roofline": lambda: plots.draw_roofline(None, {}),
    "cases": lambda: plots.draw_roofline(FLOPS, []),
    "a case": lambda: plots.draw_roofline(FLOPS, {"a": None}),
    "unknown words": lambda: plots.draw_roofline(FLOPS, {"a": {"foo": 1}}),
    "measured": lambda: plots.draw_roofline(FLOPS, {}, measured=5),
    "what is copied": lambda: plots.measure_roofline(copied="a"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_drawn_is_answered_by_refconv(name):
    with pytest.raises(RefconvError):
        WRONG[name]()


def test_a_photo_in_floats_is_the_one_in_bytes():
    photo = plots.photo(24)
    assert plots.draw_field(STACK, photo=photo / 255).png(40) == plots.draw_field(STACK, photo=photo).png(40)


def test_the_legend_of_many_convolutions_stays_on_the_page():
    cases = {f"a convolution, number {number}": {"channels": 8, "filters": 8} for number in range(14)}
    drawing = plots.draw_roofline(FLOPS, cases, measured=dict.fromkeys(cases, 1e9))
    drawing.png(40)
    page, box = drawing.bbox, drawing.axes[0].get_legend().get_window_extent()
    assert box.x1 < page.x1
    assert box.y0 > drawing.texts[-1].get_window_extent().y1


def test_long_costs_stay_on_the_page():
    drawing = plots.draw_costs(1, 10**9, 1, 1000, multiplier=9)
    drawing.png(40)
    for axes in drawing.axes:
        assert all(text.get_window_extent().x1 <= drawing.bbox.x1 for text in axes.texts)


def test_numbers_in_small_images_have_fewer_digits():
    drawing = plots.draw_images(np.full((6, 5, 9), 0.12345), numbers=True, columns=6)
    assert {text.get_text() for axes in drawing.axes for text in axes.texts} == {"0.12"}
