"""The taps of one window: which positions of the padded input it reads, and what it makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from refconv.arithmetic.integers import product
from refconv.arithmetic.padding import PADDING_MODES
from refconv.arithmetic.per_axis import choice
from refconv.ops.convolution import conv
from refconv.plots.asked import axes_of, is_real, numbers, options_of, output_index, taps_of
from refconv.plots.films import Film
from refconv.plots.style import Drawing, in_style
from refconv.plots.window_drawings import drawn_below, drawn_beside
from refconv.plots.window_sums import Window

__all__ = ["draw_taps", "film_taps"]


@in_style
def draw_taps(
    n: int | Sequence[int],
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    at: int | Sequence[int] = 0,
    x: ArrayLike | None = None,
    w: ArrayLike | None = None,
    padding_mode: str = "zeros",
) -> Drawing:
    """Draw the taps of one window on the padded input, and the output they are summed into.

    Parameters
    ----------
    n : int or (H, W)
        Input size in samples: one axis, or two.
    kernel_size, stride, padding, dilation, padding_mode
        As for `refconv.conv`, per axis and per side.
    at : int or one per axis
        The output whose window is drawn.
    x, w : array_like, optional
        Input and kernel, of shapes `n` and `kernel_size`: their numbers are written in the cells, and the sum below.

    Returns
    -------
    Drawing
        Its ``shown`` has `taps`, the input positions that are read, one tuple per tap, and `inside`, how many of
        them are no padding; with numbers also `y`.

    Examples
    --------
    >>> drawing = draw_taps(7, 3, stride=2, padding=1, dilation=2, at=1)
    >>> drawing.shown["taps"], drawing.shown["inside"]
    ([(1,), (3,), (5,)], 3)
    """
    asked = _window("draw_taps", n, kernel_size, (stride, padding, dilation, padding_mode), x, w)
    return _draw(asked, output_index("draw_taps", at, asked.axes))


def film_taps(
    n: int | Sequence[int],
    kernel_size: int | Sequence[int],
    *,
    stride: int | Sequence[int] = 1,
    padding: Any = 0,
    dilation: int | Sequence[int] = 1,
    x: ArrayLike | None = None,
    w: ArrayLike | None = None,
    padding_mode: str = "zeros",
    seconds: float = 0.6,
) -> Film:
    """Return the film of a window that visits all outputs, a row at a time.

    Parameters
    ----------
    n, kernel_size, stride, padding, dilation, x, w, padding_mode
        As for `draw_taps`.
    seconds : float
        How long each frame stays.

    Examples
    --------
    >>> film = film_taps(7, 3, stride=2, padding="same")
    >>> len(film), film.frame(3).shown["taps"]
    (4, [(5,), (6,), (7,)])
    """
    asked = _window("film_taps", n, kernel_size, (stride, padding, dilation, padding_mode), x, w)
    out = tuple(axis.out for axis in asked.axes)

    @in_style
    def frame(step: int, caption: str) -> Drawing:
        return _draw(asked, tuple(map(int, np.unravel_index(step, out))), caption)

    return Film(frame, product(out), seconds=seconds)


def _window(op: str, n: Any, kernel_size: Any, how: tuple[Any, Any, Any, str], x: Any, w: Any) -> Window:
    stride, padding, dilation, padding_mode = how
    mode = choice(op, "padding_mode", padding_mode, PADDING_MODES)
    axes = axes_of(op, n, kernel_size, stride, padding, dilation, mode)
    given_x = numbers(op, "x", x, tuple(axis.n for axis in axes))
    given_w = numbers(op, "w", w, tuple(axis.k for axis in axes))
    if given_x is None or given_w is None:
        return Window(axes, mode, given_x, given_w, None)
    y = conv(given_x[None, None], given_w[None, None], padding_mode=mode, **options_of(axes))
    return Window(axes, mode, given_x, given_w, y[0, 0])


def _draw(asked: Window, at: tuple[int, ...], caption: str = "") -> Drawing:
    axes = asked.axes
    taps = taps_of(axes, at)
    inside = sum(is_real(axes, tap) for tap in taps)
    drawing = drawn_beside(asked, at, caption) if len(axes) > 1 else drawn_below(asked, at, caption)
    drawing.shown |= {"axes": axes, "at": at, "taps": taps, "inside": inside}
    if asked.y is not None:
        drawing.shown["y"] = asked.y[at]
    return drawing
