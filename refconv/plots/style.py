"""How every picture looks: colours that differ in grey too, letters that can be read, a figure that draws itself.

Colours have one meaning throughout: `TAP` is what a window reads, `OUTPUT` what it writes, `HOLE` what nothing reads.
They are those of Okabe and Ito, which the colour-blind tell apart. Where two must differ in grey print as well, one
of them is hatched.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, ParamSpec, TypeVar

from refconv.arithmetic.per_axis import real
from refconv.errors import ArgumentError
from refconv.missing import needed

needed("matplotlib", "refconv.plots", "a picture")

from matplotlib import rc_context  # noqa: E402
from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

__all__ = [
    "BLACK",
    "BLUE",
    "CYCLE",
    "EMPTY",
    "GREEN",
    "GREY",
    "HATCH",
    "HOLE",
    "INK",
    "LINE",
    "MARKERS",
    "ORANGE",
    "OUTPUT",
    "PADDING",
    "PAPER",
    "PURPLE",
    "SIGNED",
    "SKY",
    "SMALL",
    "TAP",
    "TAPS",
    "VERMILION",
    "YELLOW",
    "Drawing",
    "in_style",
]

P = ParamSpec("P")
T = TypeVar("T")

BLACK, ORANGE, SKY, GREEN = "#000000", "#E69F00", "#56B4E9", "#009E73"
YELLOW, BLUE, VERMILION, PURPLE = "#F0E442", "#0072B2", "#D55E00", "#CC79A7"
"""The palette of Okabe and Ito."""

INK, GREY, LINE, PAPER = "#222222", "#6E6E6E", "#B8B8B8", "#FFFFFF"
"""Letters, lesser letters, the lines of a grid, and the ground."""

EMPTY, PADDING, TAP, OUTPUT, HOLE = "#F4F4F4", "#E2E2E2", ORANGE, BLUE, VERMILION
"""An input cell that is not read, a cell of padding, a cell a tap reads, an output, a cell that nothing reads."""

HATCH = "////"
"""The hatching of padding, so that it is seen in grey print."""

CYCLE = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK)
"""The colours of lines and bars, in order."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X")
"""The markers of lines, in order: each line differs from the others in shape too."""

TAPS = (ORANGE, BLUE, YELLOW, VERMILION, SKY, GREEN, PURPLE)
"""The colours of taps where each has its own; neighbours differ in grey print."""

SIGNED = "PuOr"
"""The colour map of signed values: orange below zero, purple above, white at zero."""

SMALL = 9.0
"""The smallest letters, in points."""

STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10.0,
    "text.color": INK,
    "mathtext.fontset": "dejavusans",
    "axes.edgecolor": GREY,
    "axes.facecolor": PAPER,
    "axes.grid": False,
    "axes.labelcolor": INK,
    "axes.labelsize": 10.0,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlelocation": "left",
    "axes.titlesize": 11.0,
    "axes.titleweight": "bold",
    "figure.dpi": 100.0,
    "figure.facecolor": PAPER,
    "grid.color": "#E0E0E0",
    "hatch.color": "#838383",
    "hatch.linewidth": 0.7,
    "legend.fontsize": 9.0,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "lines.markersize": 5.0,
    "patch.linewidth": 0.8,
    "savefig.facecolor": PAPER,
    "svg.hashsalt": "refconv",
    "xtick.color": GREY,
    "ytick.color": GREY,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 9.0,
    "ytick.labelsize": 9.0,
}

SHARPNESS = 1.5
"""Pixels of a PNG for each pixel of the page."""


class Drawing(Figure):
    """A figure that shows itself in a notebook, and needs neither pyplot nor a window.

    Parameters
    ----------
    width, height : float
        Its size in inches; a hundred pixels each on a page.
    layout : {None, "constrained"}
        How matplotlib places the axes: None leaves that to whoever draws.

    Attributes
    ----------
    shown : dict
        The numbers that are drawn, by name: what the tests compare with `refconv.arithmetic`.

    Examples
    --------
    >>> drawing = Drawing(4, 3)
    >>> drawing.png()[1:4]
    b'PNG'
    """

    def __init__(self, width: float = 6.4, height: float = 4.0, layout: Literal["constrained"] | None = None) -> None:
        """Begin an empty picture."""
        for name, inches in (("width", width), ("height", height)):
            real("Drawing", name, inches, 0.05, 600, fix="Give inches, such as 6.4.")
        with rc_context(STYLE):
            super().__init__(figsize=(width, height), dpi=100, layout=layout)
        FigureCanvasAgg(self)
        self.shown: dict[str, Any] = {}

    def save(self, path: str | Path, *, dpi: float = 150) -> Path:
        """Write the picture to a file, whose ending says in which format: png, svg, pdf; and return its path."""
        place, known = Path(path), self.canvas.get_supported_filetypes()
        if place.suffix and place.suffix[1:].lower() not in known:
            problem = f"{place.name} ends in no format that can be written."
            raise ArgumentError("Drawing.save", problem, fix="Take one of .png, .svg, .pdf.")
        real("Drawing.save", "dpi", dpi, 1, 2400, fix="Give pixels per inch, such as 150.")
        date = {"Date": None} if place.suffix.lower() == ".svg" else {}
        extra = {"CreationDate": None} if place.suffix.lower() == ".pdf" else date
        with rc_context(STYLE):
            self.savefig(place, dpi=dpi, metadata=extra)
        return place

    def png(self, dpi: float = 100 * SHARPNESS) -> bytes:
        """Return the picture as the bytes of a PNG."""
        with BytesIO() as file:
            with rc_context(STYLE):
                self.savefig(file, format="png", dpi=dpi, metadata={"Software": None})
            return file.getvalue()

    def _repr_png_(self) -> tuple[bytes, dict[str, int]]:
        width, height = self.get_size_inches()
        return self.png(), {"width": round(100 * width), "height": round(100 * height)}


def in_style(draw: Callable[P, T]) -> Callable[P, T]:
    """Let a function draw in this style, whatever the session's own settings of matplotlib are."""

    @wraps(draw)
    def inside(*args: P.args, **kwargs: P.kwargs) -> T:
        with rc_context(STYLE):
            return draw(*args, **kwargs)

    return inside
