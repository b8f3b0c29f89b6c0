"""The roofline of this machine: how fast it can go at most, and where layers stand below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

import refconv
from refconv.arithmetic import Geometry, convolution_cost, convolution_traffic, intensity
from refconv.arithmetic.per_axis import integer, real
from refconv.errors import ArgumentError, RefconvError
from refconv.plots.asked import options_of
from refconv.plots.costs import layer_plan
from refconv.plots.curves import plain_ticks
from refconv.plots.layer_bars import short
from refconv.plots.style import CYCLE, GREY, INK, MARKERS, Drawing, in_style

__all__ = ["Roofline", "draw_roofline", "measure_roofline", "measure_speed"]

Progress = Callable[[int, int, str], None]
"""Called with the steps done, their number, and what comes next."""

_COPY = 128 * 2**20
"""Bytes copied at a time: more than fits in caches."""


@dataclass(frozen=True)
class Roofline:
    """What a machine can do at most.

    Attributes
    ----------
    peak : float
        FLOP/s, two per MAC.
    bandwidth : float
        Bytes per second between memory and processor, read and written together.
    dtype : str
        The type of the numbers.

    Examples
    --------
    >>> machine = Roofline(peak=100e9, bandwidth=20e9)
    >>> machine.ridge, machine.attainable(2.0), machine.attainable(50.0)
    (5.0, 40000000000.0, 100000000000.0)
    """

    peak: float
    bandwidth: float
    dtype: str = "float32"

    def __post_init__(self) -> None:
        """Check both limits."""
        for name, limit in (("peak", self.peak), ("bandwidth", self.bandwidth)):
            real("Roofline", name, limit, 1e-9, fix="Give what the machine does in a second, above 0.")

    @property
    def ridge(self) -> float:
        """The intensity, FLOPs per byte, from which on arithmetic is the limit and not memory."""
        return self.peak / self.bandwidth

    def attainable(self, intensity: float) -> float:
        """Return the FLOP/s possible at most for so many FLOPs per byte."""
        return min(self.peak, float(intensity) * self.bandwidth)

    def __str__(self) -> str:
        return (
            f"{self.dtype}: {short(self.peak)}FLOP/s, {short(self.bandwidth)}B/s, "
            f"ridge at {self.ridge:.1f} FLOPs per byte"
        )


def measure_roofline(
    seconds: float = 2.0, *, dtype: str = "float32", progress: Progress | None = None, copied: int = _COPY
) -> Roofline:
    """Measure this machine: the best of several matrix products, and of several copies of a large array.

    Parameters
    ----------
    seconds : float
        For both together, about.
    dtype : {"float32", "float64"}
        The type of the numbers.
    progress : callable, optional
        Called with the steps done, their number, and a word.
    copied : int
        Bytes of the array that is copied.

    Returns
    -------
    Roofline
        For as many threads as NumPy's matrix product uses; the copy is NumPy's, on one thread. Bytes count twice, read
        and written; a processor that reads a line before it writes it moves half as many again.

    Examples
    --------
    >>> measured = measure_roofline(0.02, copied=2**20)
    >>> measured.peak > 0, measured.bandwidth > 0, measured.dtype
    (True, True, 'float32')
    """
    if dtype not in ("float32", "float64"):
        raise ArgumentError("measure_roofline", f"dtype is {dtype!r}.", fix='Take "float32" or "float64".')
    real("measure_roofline", "seconds", seconds, 0, fix="Give a time.")
    copied = integer("measure_roofline", "copied", copied, 8)
    say = progress or (lambda done, total, word: None)
    source = np.ones(copied // 8)
    target = np.zeros_like(source)
    say(0, 5, "copy")
    bandwidth = 2 * source.nbytes / _fastest(lambda: np.copyto(target, source), seconds / 2)
    peak, sizes = 0.0, (256, 512, 1024, 2048)
    for step, n in enumerate(sizes, 1):
        say(step, 5, f"product {n} x {n}")
        a: NDArray[Any] = np.full((n, n), 0.5, dtype)
        out = np.empty_like(a)
        cost = convolution_cost(layer_plan(n, n, 1, (n,)), bias=False)  # a product is a convolution of one tap
        if peak and cost.flops / peak > seconds / 2:
            break
        peak = max(peak, cost.flops / _fastest(lambda: np.matmul(a, a, out=out), seconds / 8))  # noqa: B023
    say(5, 5, "")
    return Roofline(peak, bandwidth, dtype)


def measure_speed(plan: Geometry, *, dtype: str = "float32", seconds: float = 0.3) -> float:
    """Return the FLOP/s of `refconv.conv` on random arrays of this plan: the best of several runs.

    Examples
    --------
    >>> measure_speed(layer_plan(4, 4, 3, 16), seconds=0.01) > 0
    True
    """
    random = np.random.default_rng(0)
    x, w = (random.normal(size=shape).astype(dtype) for shape in (plan.x_shape, plan.w_shape))
    how = options_of(plan.axes) | {"groups": plan.groups, "padding_mode": plan.padding_mode}
    flops = convolution_cost(plan, bias=False).flops
    return float(flops) / _fastest(lambda: refconv.conv(x, w, **how), seconds)


@in_style
def draw_roofline(
    roofline: Roofline,
    cases: Mapping[str, Geometry | Mapping[str, Any]],
    *,
    measured: Mapping[str, float] | bool = False,
    road: str = "ideal",
    seconds: float = 0.3,
    progress: Progress | None = None,
    title: str | None = None,
) -> Drawing:
    """Draw where convolutions stand under the roof of a machine.

    A hollow mark on the roof is what a layer could reach at its arithmetic intensity; the full one below it is what was
    measured.

    Parameters
    ----------
    roofline : Roofline
        What `measure_roofline` found, or another machine's figures.
    cases : dict
        By label each convolution: its plan, or the arguments of `refconv.plots.costs.layer_plan`, such as
        ``dict(channels=64, filters=64, kernel_size=3, size=56)``.
    measured : bool or dict
        True runs each with `refconv.conv`; or FLOP/s by label.
    road : {"ideal", "im2col"}
        What is moved: each array once, or the matrix of all windows too.
    seconds : float
        For each run.
    progress : callable, optional
        Called with the runs done, their number, and the label.
    title : str, optional
        Above.

    Returns
    -------
    Drawing
        `shown["cases"]` has for each label intensity, attainable and measured FLOP/s (None where not measured).

    Examples
    --------
    >>> dense = dict(channels=64, filters=64, kernel_size=3, size=56)
    >>> shown = draw_roofline(Roofline(100e9, 20e9), {"dense": dense}, measured={"dense": 4e10}).shown
    >>> [float(f"{number:.3g}") for number in shown["cases"]["dense"]]
    [132.0, 100000000000.0, 40000000000.0]
    """
    op = "draw_roofline"
    if not isinstance(roofline, Roofline):
        raise ArgumentError(op, f"roofline is {roofline!r}.", fix="Take what measure_roofline returns.")
    if not isinstance(measured, bool | Mapping):
        raise ArgumentError(op, f"measured is {measured!r}.", fix="Give True, or FLOP/s by label.")
    real(op, "seconds", seconds, 0, fix="Give a time.")
    plans = _plans(op, cases)
    points: dict[str, tuple[float, float, float | None]] = {}
    for number, (label, plan) in enumerate(plans.items()):
        moved = convolution_traffic(plan, False, road).bytes(np.dtype(roofline.dtype).itemsize)
        at = float(intensity(convolution_cost(plan, False).flops, moved))
        if isinstance(measured, bool):
            if measured and progress is not None:
                progress(number, len(plans), label)
            speed = measure_speed(plan, dtype=roofline.dtype, seconds=seconds) if measured else None
        else:
            speed = measured.get(label)
            if speed is not None:
                real(op, f"measured[{label!r}]", speed, 1e-9, fix="Give FLOP/s, above 0.")
        points[label] = (at, roofline.attainable(at), speed)
    drawing = _draw(roofline, points, title or f"Roofline, {roofline.dtype}")
    drawing.shown = {"roofline": roofline, "cases": points}
    return drawing


def _plans(op: str, cases: Any) -> dict[str, Geometry]:
    if not isinstance(cases, Mapping):
        raise ArgumentError(op, f"cases is {cases!r}.", fix='Give {"a name": dict(channels=64, filters=64)}.')
    plans = {}
    for label, plan in cases.items():
        if not isinstance(plan, Geometry | Mapping):
            raise ArgumentError(op, f"{label!r} is {plan!r}.", fix="Give a Geometry, or the arguments of layer_plan.")
        try:
            plans[label] = plan if isinstance(plan, Geometry) else layer_plan(**plan)
        except TypeError as error:
            if isinstance(error, RefconvError):
                raise
            raise ArgumentError(op, f"{label!r}: {error}.", fix="Give the arguments of layer_plan.") from error
    return plans


def _draw(roofline: Roofline, points: Mapping[str, tuple[float, float, float | None]], title: str) -> Drawing:
    longest = max((len(line) for words in _labels(points).values() for line in words.splitlines()), default=0)
    width, height = max(8.4, 5.75 + 0.073 * longest), max(4.2, 1.7 + 0.46 * len(points))
    drawing = Drawing(width, height)
    axes = drawing.add_axes((0.798 / width, 0.567 / height, 4.452 / width, 1 - 1.008 / height))
    axes.set(xscale="log", yscale="log", xlabel="arithmetic intensity, FLOPs per byte", ylabel="GFLOP/s")
    axes.set_title(title)
    places = [roofline.ridge, *(at for at, _, _ in points.values())]
    low, high = min(places) / 3, max(places) * 3
    x = np.array([low, roofline.ridge, high])
    axes.plot(x, [roofline.attainable(at) / 1e9 for at in x], color=INK, linewidth=2.2, zorder=2)
    axes.set_xlim(low, high)
    for number, (label, (at, roof, speed)) in enumerate(points.items()):
        colour, marker = CYCLE[number % len(CYCLE)], MARKERS[number % len(MARKERS)]
        axes.plot([at], [roof / 1e9], marker, color="white", markeredgecolor=colour, markersize=8, mew=1.8, zorder=4)
        if speed is not None:
            axes.plot([at, at], [speed / 1e9, roof / 1e9], ":", color=colour, linewidth=1.2, zorder=3)
            axes.plot([at], [speed / 1e9], marker, color=colour, markersize=8, zorder=4)
        axes.plot([], [], marker, color=colour, markersize=7, label=_labels(points)[label])
    bottom, top = axes.get_ylim()
    axes.set_ylim(bottom / 1.5, max(top, roofline.peak / 1e9 * 2.2))
    plain_ticks(axes, "x")
    plain_ticks(axes, "y")
    axes.grid(alpha=0.7)
    style: dict[str, Any] = {"size": 9, "color": GREY, "va": "bottom"}
    axes.text(high / 1.15, roofline.peak / 1e9 * 1.22, f"{short(roofline.peak)}FLOP/s", ha="right", **style)
    words = f"{short(roofline.bandwidth)}B/s from memory"
    drawing.text(5.544 / width, 0.567 / height, f"roof: {words}\nridge at {roofline.ridge:.3g} FLOPs per byte", **style)
    if points:
        axes.legend(loc="upper left", bbox_to_anchor=(1.03, 1.0), borderaxespad=0, labelspacing=0.9)
    return drawing


def _labels(points: Mapping[str, tuple[float, float, float | None]]) -> dict[str, str]:
    """Return what the legend says of each convolution."""
    return {
        label: f"{label}\n{at:.3g} FLOPs per byte" + ("" if speed is None else f", {speed / roof:.0%} of the roof")
        for label, (at, roof, speed) in points.items()
    }


def _fastest(run: Callable[[], Any], seconds: float) -> float:
    """Return the shortest time of several runs; the first warms up and counts only where there is no time for more."""
    best, begin, runs = float("inf"), perf_counter(), 0
    while runs < 2 or perf_counter() - begin < seconds:
        start = perf_counter()
        run()
        took = perf_counter() - start
        best = took if runs == 1 else min(best, took)
        runs += 1
        if runs == 1 and took > seconds:
            return took
    return max(best, 1e-9)
