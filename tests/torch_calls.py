"""Draw calls as PyTorch takes them: every parameter per axis, said in any of the ways that PyTorch understands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

Integer = Callable[[int, int], int]

MODES = ("zeros", "reflect", "replicate", "circular")
NUMPY_MODES = {
    "zeros": "constant",
    "constant": "constant",
    "reflect": "reflect",
    "replicate": "edge",
    "circular": "wrap",
}


@dataclass(frozen=True)
class Call:
    """One drawn call: the shapes of its arrays, options as a caller says them, and the same for refconv."""

    rank: int
    shapes: tuple[tuple[int, ...], ...]
    options: dict[str, Any]
    plain: dict[str, Any] = field(default_factory=dict)
    sides: tuple[tuple[int, int], ...] = ()
    kernel: tuple[int, ...] = ()
    batched: bool = True
    seed: int = 0

    max_words = ("kernel_size", "stride", "padding", "dilation", "ceil_mode")
    average_words = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")

    @property
    def positional(self):
        """The options of a transposed convolution in PyTorch's order."""
        defaults = {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "dilation": 1}
        return [self.options.get(name, default) for name, default in defaults.items()]

    def integers(self, dtype: Any = np.int64, low: int = -9, high: int = 9) -> list[np.ndarray]:
        rng = np.random.default_rng(self.seed)
        return [rng.integers(low, high + 1, shape).astype(dtype) for shape in self.shapes]

    def normals(self, dtype: Any) -> list[np.ndarray]:
        rng = np.random.default_rng(self.seed)
        return [rng.standard_normal(shape).astype(dtype) for shape in self.shapes]


def spoken(integer: Integer, values: tuple[int, ...]) -> Any:
    """Return numbers per axis in one of the ways that PyTorch understands."""
    if len(set(values)) == 1 and integer(0, 1):
        return values[0] if integer(0, 1) else (values[0],)
    return list(values) if integer(0, 3) == 0 else tuple(values)


def _options(integer: Integer, defaults: dict[str, Any], **values: Any) -> dict[str, Any]:
    """Return the options as spoken, without some of those that have their default."""
    said = {}
    for name, value in values.items():
        default = defaults[name]
        unneeded = value in (default, (default,) * len(value) if isinstance(value, tuple) else default)
        if unneeded and integer(0, 1):
            continue
        said[name] = spoken(integer, value) if isinstance(value, tuple) else value
    return said


def _per_axis(integer: Integer, rank: int, low: int, high: int) -> tuple[int, ...]:
    return tuple(integer(low, high) for _ in range(rank))


def _channels(integer: Integer) -> tuple[int, int, int, int]:
    return integer(0, 2) if integer(0, 9) == 0 else integer(1, 2), integer(1, 3), integer(1, 2), integer(1, 2)


def draw_conv(integer: Integer, rank: int) -> Call:
    """Return a convolution: the output size first, the input from it."""
    mode = MODES[integer(0, 3)]
    word = ("", "", "", "same", "valid")[integer(0, 4)]
    k, d, out = (_per_axis(integer, rank, 1, top) for top in (3, 3, 6 - rank))
    s = (1,) * rank if word == "same" else _per_axis(integer, rank, 1, 3)
    if word:
        p = [divmod(dilation * (taps - 1) * (word == "same"), 2) for taps, dilation in zip(k, d, strict=True)]
        sides = tuple((half, half + odd) for half, odd in p)
    else:
        sides = tuple((pad, pad) for pad in _per_axis(integer, rank, 0, 3))
    reach = {"zeros": 0, "replicate": 0, "reflect": 1, "circular": 0}[mode]
    sizes, outs = [], []
    for taps, step, dilation, count, (lo, hi) in zip(k, s, d, out, sides, strict=True):
        span = dilation * (taps - 1) + 1
        n = (count - 1) * step + span - lo - hi + integer(0, step - 1)
        least = max(lo, hi) + reach if mode in ("reflect", "circular") else 1
        n = max(n, least, 1)
        sizes.append(n)
        outs.append((n + lo + hi - span) // step + 1)
    batch, groups, reads, filters = _channels(integer)
    batched = bool(integer(0, 3)) or batch != 1
    shapes = (
        (*((batch,) if batched else ()), groups * reads, *sizes),
        (groups * filters, reads, *k),
        (groups * filters,),
        (*((batch,) if batched else ()), groups * filters, *outs),
    )
    defaults = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "padding_mode": "zeros"}
    padding = word or tuple(lo for lo, _ in sides)
    options = _options(integer, defaults, stride=s, padding=padding, dilation=d, groups=groups, padding_mode=mode)
    plain = {"stride": s, "padding": sides, "dilation": d, "groups": groups, "padding_mode": mode}
    return Call(rank, shapes, options, plain, sides, k, batched, integer(0, 2**16))


def draw_transposed(integer: Integer, rank: int) -> Call:
    """Return a transposed convolution: the input size first."""
    k, s, d, n = (_per_axis(integer, rank, 1, top) for top in (3, 3, 3, 6 - rank))
    a = tuple(integer(0, max(step, dilation) - 1) for step, dilation in zip(s, d, strict=True))
    p, outs = [], []
    for taps, step, dilation, size, extra in zip(k, s, d, n, a, strict=True):
        whole = (size - 1) * step + dilation * (taps - 1) + 1 + extra
        p.append(min(integer(0, 3), (whole - 1) // 2))
        outs.append(whole - 2 * p[-1])
    batch, groups, reads, filters = _channels(integer)
    batched = bool(integer(0, 3)) or batch != 1
    shapes = (
        (*((batch,) if batched else ()), groups * reads, *n),
        (groups * reads, filters, *k),
        (groups * filters,),
        (*((batch,) if batched else ()), groups * filters, *outs),
    )
    defaults = {"stride": 1, "padding": 0, "output_padding": 0, "groups": 1, "dilation": 1}
    plain = {"stride": s, "padding": tuple(p), "output_padding": a, "groups": groups, "dilation": d}
    return Call(rank, shapes, _options(integer, defaults, **plain), plain, (), k, batched, integer(0, 2**16))


def draw_pool(integer: Integer, rank: int) -> Call:
    """Return a pooling's options: those of both kinds; with dilation a window may read nothing but padding."""
    k, s, d = (_per_axis(integer, rank, 1, top) for top in (3, 3, 3))
    k = tuple(taps + 1 if integer(0, 1) else taps for taps in k)
    p = tuple(integer(0, taps // 2) for taps in k)
    slack = integer(0, 2) == 0
    sizes = []
    for taps, dilation, pad in zip(k, d, p, strict=True):
        needed = dilation * (taps - 1) + 1 - 2 * pad
        sizes.append(max(needed, 1) + integer(0, 0 if slack else 4))
    batch, channels = (0 if integer(0, 19) == 0 else integer(1, 2)), integer(1, 3)
    batched = bool(integer(0, 3)) or batch != 1
    x_shape = (*((batch,) if batched else ()), channels, *sizes)
    sides = tuple((pad, pad) for pad in p)
    defaults = {"kernel_size": None, "stride": None, "padding": 0, "dilation": 1, "ceil_mode": False}
    defaults |= {"count_include_pad": True, "divisor_override": None}
    divisor = integer(1, 7) * (1 if integer(0, 1) else -1) if rank > 1 and integer(0, 1) else None
    plain = {"kernel_size": k, "stride": s, "padding": p, "dilation": d}
    plain |= {"ceil_mode": bool(integer(0, 1)), "count_include_pad": bool(integer(0, 1)), "divisor_override": divisor}
    options = _options(integer, defaults, **plain)
    if rank == 1:
        options.pop("divisor_override", None)  # avg_pool1d has none
    if s == k and "stride" in options and integer(0, 1):
        del options["stride"]
    return Call(rank, (x_shape, ()), options, plain, sides, k, batched, integer(0, 2**16))


def draw_pad(integer: Integer, rank: int) -> Call:
    """Return a padding: both ends of each axis drawn apart, cropping too."""
    mode = ("constant", "reflect", "replicate", "circular")[integer(0, 3)]
    sizes = _per_axis(integer, rank, 2, 5)
    sides = []
    for n in sizes:
        lo = integer(-1, n - 1)
        hi = integer(-1 if n + min(lo, 0) > 1 else 0, n - 1)
        if mode == "circular":
            lo, hi = (n if side == n - 1 and integer(0, 1) else side for side in (lo, hi))
        most = n - 1 if mode == "reflect" else n
        sides.append((min(lo, most), min(hi, most)))
    leading = tuple(integer(1, 2) for _ in range(integer(0 if mode == "constant" else 1, 2)))
    flat = [side for pair in reversed(sides) for side in pair]
    options: dict[str, Any] = {"pad": flat if integer(0, 1) else tuple(flat)}
    if mode != "constant" or integer(0, 1):
        options["mode"] = mode
    if mode == "constant" and integer(0, 1):
        options["value"] = integer(-5, 5)
    return Call(rank, ((*leading, *sizes),), options, {}, tuple(sides), (), True, integer(0, 2**16))


def windows_of(x, y_shape, call, *, dilated):
    """Yield each output's index and the pixels of its window, padding left out: the definition, as loops."""
    leading = x.ndim - call.rank
    dilation = call.plain["dilation"] if dilated else (1,) * call.rank
    for index in np.ndindex(*y_shape):
        pixels = []
        for tap in product(*map(range, call.kernel)):
            along = zip(index[leading:], tap, call.plain["stride"], dilation, call.sides, strict=True)
            pixel = tuple(i * s + m * d - lo for i, m, s, d, (lo, _) in along)
            if all(0 <= q < n for q, n in zip(pixel, x.shape[leading:], strict=True)):
                pixels.append((*index[:leading], *pixel))
        yield index, pixels


def count_of(index, window, x_shape, call):
    """Return what an average divides by: the taps on the input, or on the padding that was asked for too."""
    if not call.options.get("count_include_pad", True):
        return len(window)
    leading = len(x_shape) - call.rank
    count = 1
    for i, k, s, n, (lo, hi) in zip(
        index[leading:], call.kernel, call.plain["stride"], x_shape[leading:], call.sides, strict=True
    ):
        count *= sum(-lo <= i * s + m - lo < n + hi for m in range(k))
    return count
