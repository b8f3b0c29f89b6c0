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
from PIL import Image

from refconv import plots
from refconv.errors import ArgumentError, ArgumentTypeError, RefconvError
from refconv.plots import style
from refconv.plots.films import Film
from refconv.plots.missing import MissingLibraryError, needed
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


def test_a_films_gif(tmp_path):
    path = plots.film_im2col(5, 3, padding=1).gif(tmp_path / "film.gif")
    with Image.open(path) as picture:
        assert picture.n_frames == 5


def test_what_is_missing_is_named():
    with pytest.raises(MissingLibraryError, match=r"pip install 'refconv\[notebooks\]'") as caught:
        needed("refconv_no_such_library", "notebooks")
    assert isinstance(caught.value, RefconvError)
    assert isinstance(caught.value, ImportError)
    code = "import sys\nsys.modules['matplotlib'] = None\nfrom refconv import plots\n"
    words = said(code + "try: plots.draw_taps\nexcept ImportError as error: print(error)")
    assert words == "refconv.plots: matplotlib is not installed.\n  Run: pip install 'refconv[plots]'.\n"


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
