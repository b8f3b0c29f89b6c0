"""The drawings: refconv's speed beside others' case by case, and time against size. Needs matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.speed.cases import CASES, GROWING
from benchmarks.speed.compared import speeds
from benchmarks.speed.figures import Figures

__all__ = ["draw"]

STYLES = {
    "torch": ("#d55e00", "o"),
    "jax": ("#0072b2", "s"),
    "onnx.reference": ("#009e73", "^"),
    "onnxruntime": ("#cc79a7", "v"),
    "floor": ("#666666", "|"),
    "refconv": ("black", "D"),
}
"""By runner, a colour that colour-blind people can tell from the others, and a marker."""

OTHERS = [who for who in STYLES if who != "refconv"]


def draw(figures: Figures, folder: Path) -> list[Path]:
    """Write the drawings and return where they are."""
    import matplotlib as mpl

    mpl.use("svg")
    style: Any = {
        "svg.hashsalt": "refconv",
        "svg.fonttype": "none",
        "font.family": "sans-serif",
        "font.size": 9,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "figure.facecolor": "white",
    }
    written = []
    with mpl.rc_context(style):
        for section, drawing in (("cases", _speeds), ("size", _sizes)):
            if any(row.section == section for row in figures.rows):
                written.append(folder / f"performance-{section}.svg")
                drawing(figures).savefig(written[-1], metadata={"Date": None, "Creator": None})
    return written


def _speeds(figures: Figures) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, NullFormatter

    figure = Figure(figsize=(9, 6.2), layout="constrained")
    panels = figure.subplots(2, 2, sharex=True, sharey=True)
    names = [case.name for case in CASES][::-1]
    for column, kind in enumerate(("float64", "float32")):
        for line, direction in enumerate(("forward", "backward")):
            panel = panels[line][column]
            panel.axvline(1, color="black", linewidth=0.8)
            for who in OTHERS:
                found, (colour, marker) = speeds(figures, who, kind, direction), STYLES[who]
                heights = [names.index(name) for name in found]
                panel.scatter(found.values(), heights, color=colour, marker=marker, s=28, label=who, zorder=3)
            panel.set(xscale="log", title=f"{kind}, {direction}", yticks=range(len(names)), yticklabels=names)
            panel.grid(axis="both", color="#dddddd", linewidth=0.6)
            panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}x"))
            panel.xaxis.set_minor_formatter(NullFormatter())
    handles, labels = panels[0][1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(OTHERS), frameon=False)
    figure.suptitle("refconv's speed as a multiple of each other's: to the right of the line refconv is ahead")
    return figure


def _sizes(figures: Figures) -> Any:
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    panels = figure.subplots(1, 2, sharex=True)
    for panel, stem in zip(panels, ("dense", "depthwise"), strict=True):
        cases = [case for case in GROWING if case.name.startswith(stem)]
        for who in ("floor", "torch", "refconv"):
            for kind, dashes in (("float64", "-"), ("float32", "--")):
                found = [(case.macs, figures.seconds("size", case.name, kind, "forward", who)) for case in cases]
                works = [macs / cases[0].macs for macs, time in found if time is not None]
                times = [1000 * time for _, time in found if time is not None]
                colour, marker = STYLES[who]
                panel.plot(works, times, dashes, color=colour, marker=marker, ms=4, label=f"{who}, {kind}")
        panel.set(xscale="log", yscale="log", title=f"{stem} 3x3", xlabel="work, beside the smallest", ylabel="ms")
        panel.set_xticks([1, 4, 16, 64], ["1", "4", "16", "64"])
        panel.minorticks_off()
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.grid(color="#dddddd", linewidth=0.6)
    panels[0].legend(frameon=False, fontsize=8)
    return figure
