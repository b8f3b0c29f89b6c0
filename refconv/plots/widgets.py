"""Sliders over drawings: each function returns a widget of ipywidgets, to be shown in a notebook.

Needs ipywidgets. What the sliders say that cannot be drawn is answered by refconv's own error, in place of the picture.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from refconv.errors import RefconvError
from refconv.missing import needed
from refconv.networks import Conv, ConvTranspose, Pool, receptive_fields
from refconv.plots.asked import axes_of
from refconv.plots.checkerboards import draw_checkerboard
from refconv.plots.coverage import draw_coverage
from refconv.plots.fields import draw_field
from refconv.plots.given import NetworkLike, resolved
from refconv.plots.style import Drawing
from refconv.plots.windows import draw_taps

__all__ = ["explore", "explore_checkerboard", "explore_coverage", "explore_field", "explore_taps"]


def explore(draw: Callable[..., Drawing], controls: dict[str, Any]) -> Any:
    """Return a widget that draws anew whenever one of its controls changes.

    Parameters
    ----------
    draw : function
        Takes the value of each control under its name, and returns a drawing.
    controls : dict
        Widgets with a ``value``, such as sliders, by name.

    Examples
    --------
    >>> import ipywidgets
    >>> widget = explore(lambda n: draw_taps(n, 3), {"n": ipywidgets.IntSlider(2, 1, 9)})
    >>> print(widget.message.value.splitlines()[0])
    <pre>draw_taps: the kernel does not fit in the padded input along W.
    """
    widgets = _ipywidgets()
    picture = widgets.Image(format="png", layout={"max_width": "100%", "object_fit": "contain"})
    message = widgets.HTML()

    def redraw(_: Any = None) -> None:
        try:
            drawing = draw(**{name: control.value for name, control in controls.items()})
        except RefconvError as error:
            message.value, picture.layout.display = f"<pre>{escape(str(error))}</pre>", "none"
        else:
            picture.value = drawing.png()
            picture.width = str(round(100 * drawing.get_size_inches()[0]))
            message.value, picture.layout.display = "", ""

    for control in controls.values():
        control.observe(redraw, names="value")
    redraw()
    box = widgets.VBox([widgets.HBox(list(controls.values()), layout={"flex_flow": "row wrap"}), message, picture])
    box.picture, box.message, box.controls = picture, message, controls
    return box


def _ipywidgets() -> Any:
    return needed("ipywidgets", "refconv.plots.widgets", "a slider")


def _slider(name: str, value: int, low: int, high: int) -> Any:
    return _ipywidgets().IntSlider(
        value, low, high, description=name, continuous_update=False, layout={"width": "280px"}
    )


def explore_taps() -> Any:
    """Return sliders over `refconv.plots.draw_taps`: sizes, stride, dilation, padding per side, and the output.

    Examples
    --------
    >>> widget = explore_taps()
    >>> sorted(widget.controls)
    ['at', 'dilation', 'hi', 'kernel_size', 'lo', 'n', 'stride']
    """

    def draw(n: int, kernel_size: int, lo: int, hi: int, at: int, **how: Any) -> Drawing:
        how |= {"padding": [(lo, hi)]}
        (axis,) = axes_of("draw_taps", n, kernel_size, **how)
        return draw_taps(n, kernel_size, at=min(at, axis.out - 1), **how)

    controls = {
        "n": _slider("n", 9, 1, 30),
        "kernel_size": _slider("kernel", 3, 1, 9),
        "stride": _slider("stride", 1, 1, 6),
        "dilation": _slider("dilation", 1, 1, 6),
        "lo": _slider("padding lo", 1, 0, 12),
        "hi": _slider("padding hi", 1, 0, 12),
        "at": _slider("at", 0, 0, 29),
    }
    return explore(draw, controls)


def explore_coverage() -> Any:
    """Return sliders over `refconv.plots.draw_coverage`: the dilations of three layers, and their kernel size.

    Examples
    --------
    >>> widget = explore_coverage()
    >>> widget.controls["third"].value = 9
    >>> bytes(widget.picture.value[1:4])
    b'PNG'
    """

    def draw(kernel_size: int, outputs: int, **dilations: int) -> Drawing:
        return draw_coverage([(kernel_size, 1, d) for d in dilations.values()], outputs=outputs)

    controls = {
        "kernel_size": _slider("kernel", 3, 1, 5),
        "outputs": _slider("outputs", 1, 1, 6),
        "first": _slider("dilation 1", 1, 1, 10),
        "second": _slider("dilation 2", 2, 1, 10),
        "third": _slider("dilation 3", 4, 1, 10),
    }
    return explore(draw, controls)


def explore_checkerboard() -> Any:
    """Return sliders over `refconv.plots.draw_checkerboard`: kernel size, stride, dilation and input size.

    Examples
    --------
    >>> widget = explore_checkerboard()
    >>> widget.controls["kernel_size"].value = 4
    >>> bytes(widget.picture.value[1:4])
    b'PNG'
    """
    controls = {
        "kernel_size": _slider("kernel", 3, 1, 9),
        "stride": _slider("stride", 2, 1, 6),
        "dilation": _slider("dilation", 1, 1, 6),
        "n": _slider("n", 5, 1, 12),
    }
    return explore(draw_checkerboard, controls)


def explore_field(network: NetworkLike = "vgg16") -> Any:
    """Return controls over `refconv.plots.draw_field`: the layer of a network, and which of its units.

    Parameters
    ----------
    network : str, Network, Resolved or stack of layers
        As for `refconv.plots.draw_field`; a name is that of `refconv.networks.network`.

    Examples
    --------
    >>> widget = explore_field([(3, 1, 1), (3, 1, 2)])
    >>> widget.controls["node"].options
    ('layer1', 'layer2')
    """
    widgets = _ipywidgets()
    sized = resolved(network)
    sizes = {
        field.layer.node.name: (field.layer.shape or ())[1:]
        for field in receptive_fields(sized)
        if field.axes is not None and isinstance(field.layer.node.operation, Conv | ConvTranspose | Pool)
    }

    def draw(node: str, row: int, column: int) -> Drawing:
        along = zip((row, column), sizes[node], strict=True)
        return draw_field(sized, node, at=[min(percent * n // 100, n - 1) for percent, n in along])

    controls = {
        "node": widgets.SelectionSlider(options=list(sizes), description="layer", continuous_update=False),
        "row": _slider("down, %", 50, 0, 100),
        "column": _slider("across, %", 50, 0, 100),
    }
    return explore(draw, controls)
