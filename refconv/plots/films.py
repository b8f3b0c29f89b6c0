"""A film: drawings one after the other, shown in a notebook by a small player that asks nothing of the network."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from string import Template

from PIL import Image

from refconv.arithmetic.integers import ceil_div
from refconv.arithmetic.per_axis import integer, real
from refconv.errors import ArgumentError
from refconv.plots.style import Drawing

__all__ = ["Film"]

LIMIT = 32
"""Frames of a film, unless told otherwise: of more steps it shows every second, third ..., and says so."""

COLOURS = 16
"""Colours of a frame in a file: line drawings need few, and it makes films three times smaller."""

BYTES = 330_000
"""A film larger than that on a page is made of coarser frames."""

SHARPEST = 125.0
"""Pixels for each inch of a frame, at most: a page shows a hundred, a fine screen more."""

PLAYER = Template("""<div class="refconv-film" id="$name" style="display:inline-block">
<img alt="film" style="display:block;max-width:100%" width="$width" src="$first">
<div style="display:flex;gap:6px;align-items:center;font:13px sans-serif;max-width:${width}px">
<button title="first">|&lt;</button><button title="back">&lt;</button><button title="play or stop">play</button>
<button title="on">&gt;</button><input type="range" min="0" max="$last" value="0" style="flex:1" aria-label="frame">
<span style="white-space:nowrap">1 / $count</span></div></div>
<script>(function () {
  const film = document.getElementById("$name"), frames = $frames;
  const image = film.querySelector("img"), slider = film.querySelector("input");
  const place = film.querySelector("span"), buttons = film.querySelectorAll("button");
  let at = 0, timer = null;
  function show(i) {
    at = (i + frames.length) % frames.length;
    image.src = "data:image/png;base64," + frames[at];
    slider.value = at;
    place.textContent = (at + 1) + " / " + frames.length;
  }
  function stop() { clearInterval(timer); timer = null; buttons[2].textContent = "play"; }
  function play() { timer = setInterval(() => show(at + 1), $pause); buttons[2].textContent = "stop"; }
  buttons[0].onclick = () => { stop(); show(0); };
  buttons[1].onclick = () => { stop(); show(at - 1); };
  buttons[2].onclick = () => { if (timer) { stop(); } else { play(); } };
  buttons[3].onclick = () => { stop(); show(at + 1); };
  slider.oninput = () => { stop(); show(Number(slider.value)); };
})();</script>
""")


class Film:
    """Frames that are drawn when they are needed.

    Parameters
    ----------
    draw : function
        Makes the drawing of a step, from its number and a caption that says where in the film it stands.
    steps : int
        How many steps there are to show. Of more than `limit` every second, third ... is shown, and always the last.
    seconds : float
        How long each frame stays.
    limit : int
        How many frames the film may have.

    Examples
    --------
    >>> film = Film(lambda step, caption: Drawing(2, 1), steps=100, limit=40)
    >>> len(film), film.steps[:3], film.steps[-1], film.caption(1)
    (34, (0, 3, 6), 99, 'step 4 of 100 (every 3rd is shown)')
    """

    def __init__(
        self, draw: Callable[[int, str], Drawing], steps: int, *, seconds: float = 0.5, limit: int = LIMIT
    ) -> None:
        """Plan the frames; none is drawn yet."""
        total, limit = integer("Film", "steps", steps, 1), integer("Film", "limit", limit, 2)
        real("Film", "seconds", seconds, 0, fix="Give how long a frame stays.")
        self.draw = draw
        self.seconds = seconds
        self.total = total
        self.every = ceil_div(total, limit) if total > limit else 1
        shown = list(range(0, total, self.every))
        self.steps = tuple(shown if shown[-1] == total - 1 else [*shown, total - 1])

    def __repr__(self) -> str:
        return f"Film of {len(self)} frames"

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Drawing]:
        return (self.frame(number) for number in range(len(self)))

    def caption(self, i: int) -> str:
        """Return what frame `i` says about its place in the film."""
        ending = {2: "2nd", 3: "3rd"}.get(self.every, f"{self.every}th")
        left_out = f" (every {ending} is shown)" if self.every > 1 else ""
        return f"step {self.steps[i] + 1} of {self.total}{left_out}"

    def frame(self, i: int) -> Drawing:
        """Return frame `i` as a drawing; -1 is the last."""
        i = integer("Film.frame", "i", i)
        if not -len(self) <= i < len(self):
            raise ArgumentError(
                "Film.frame", f"i = {i}, but the film has {len(self)} frames.", fix=f"Take 0 to {len(self) - 1}."
            )
        return self.draw(self.steps[i], self.caption(i))

    def html(self, dpi: float = SHARPEST) -> str:
        """Return a page element that plays the film: HTML and a few lines of JavaScript, all of it inside.

        The frames have `dpi` pixels for each inch, and fewer where the film were too large for a page.
        """
        last = self.frame(-1)
        expected = len(self) * len(b64encode(_small(last.png(dpi))))
        if expected > BYTES:
            dpi *= max((BYTES / expected) ** 0.8, 48 / dpi)
        frames = [b64encode(_small(drawing.png(dpi))).decode() for drawing in self]
        width = round(100 * last.get_size_inches()[0])
        name = "film-" + hashlib.sha256("".join(frames).encode()).hexdigest()[:16]
        return PLAYER.substitute(
            name=name,
            width=width,
            first="data:image/png;base64," + frames[0],
            frames="[" + ",".join(f'"{frame}"' for frame in frames) + "]",
            count=len(frames),
            last=len(frames) - 1,
            pause=round(1000 * self.seconds),
        )

    def gif(self, path: str | Path, dpi: float = 100) -> Path:
        """Write the film as a GIF that plays for ever, and return its path."""
        first, *others = [Image.open(BytesIO(drawing.png(dpi))).convert("RGB").quantize(COLOURS) for drawing in self]
        place = Path(path)
        pause = round(1000 * self.seconds)
        first.save(place, format="GIF", save_all=True, append_images=others, duration=pause, loop=0)
        return place

    def _repr_html_(self) -> str:
        return self.html()


def _small(png: bytes) -> bytes:
    """Return the same picture in a few colours."""
    with Image.open(BytesIO(png)) as picture, BytesIO() as file:
        picture.convert("RGB").quantize(COLOURS).save(file, format="PNG", optimize=True)
        return file.getvalue()
