"""ONNX's reshapes, slices, resizings and what else moves numbers about."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from refconv.arithmetic.integers import ceil_div, product
from refconv.networks.readers import expressing as ex
from refconv.networks.readers import moving
from refconv.networks.readers.onnx_call import Call
from refconv.networks.readers.onnx_constants import Constant
from refconv.networks.readers.values import Inexpressible, Value
from refconv.networks.records import DepthToSpace, Shuffle, SpaceToDepth

__all__ = ["MOVES"]


def _shape(x: Value) -> tuple[int, ...]:
    if x.shape is None:
        raise Inexpressible("the shape of its input is not known")
    return x.shape


def _said(numbers: list[Any] | None, what: str) -> list[Any]:
    if numbers is None:
        raise Inexpressible(f"it does not say its {what}")
    return numbers


def _sizes(call: Call) -> Constant:
    """Return the shape of a tensor, as sizes that know whose they are."""
    import numpy as np

    extents = call.x.extents
    part = extents[slice(call.attributes.get("start", 0), call.attributes.get("end"))]
    array = np.empty(len(part), dtype=object)
    array[:] = part
    return Constant(array.shape, lambda: array)


def _size(call: Call) -> Constant:
    import numpy as np

    number = np.asarray(product(_shape(call.x)), dtype=np.int64)
    return Constant((), lambda: number)


def _reshape(call: Call) -> Value:
    dims = [int(n) for n in _said(call.numbers(1, "shape"), "shape")]
    if not call.attributes.get("allowzero"):
        known = _shape(call.x) if 0 in dims else ()
        dims = [known[axis] if n == 0 else n for axis, n in enumerate(dims)]
    return moving.reshaped(call.draft, call.name, call.x, dims)


def _flatten(call: Call) -> Value:
    shape, axis = _shape(call.x), call.attributes.get("axis", 1)
    axis = axis % len(shape) if axis < 0 else axis
    return moving.reshaped(call.draft, call.name, call.x, [product(shape[:axis]), product(shape[axis:])])


def _squeeze(call: Call) -> Value:
    shape = _shape(call.x)
    axes = call.numbers(1, "axes")
    gone = {axis for axis, n in enumerate(shape) if n == 1} if axes is None else {int(a) % len(shape) for a in axes}
    dims = [n for axis, n in enumerate(shape) if axis not in gone]
    return moving.reshaped(call.draft, call.name, call.x, dims)


def _unsqueeze(call: Call) -> Value:
    dims, axes = list(_shape(call.x)), _said(call.numbers(1, "axes"), "axes")
    for axis in sorted(int(axis) % (len(dims) + len(axes)) for axis in axes):
        dims.insert(axis, 1)
    return moving.reshaped(call.draft, call.name, call.x, dims)


def _transpose(call: Call) -> Value:
    rank = len(_shape(call.x))
    return moving.permuted(call.x, call.attributes.get("perm", list(range(rank))[::-1]))


def _slice(call: Call) -> Value:
    shape = _shape(call.x)
    starts, stops = (_said(call.numbers(i, word), word) for i, word in ((1, "starts"), (2, "ends")))
    axes = call.numbers(3, "axes") or list(range(len(starts)))
    steps = call.numbers(4) or [1] * len(starts)
    ranges = {}
    for axis, start, stop, step in zip(axes, starts, stops, steps, strict=True):
        n = shape[int(axis) % len(shape)]
        ranges[int(axis) % len(shape)] = slice(int(start), int(stop), int(step)).indices(n)
    return moving.sliced(call.draft, call.name, call.x, ranges)


def _gather(call: Call) -> Value:
    given, axis = call.constant(1), call.attributes.get("axis", 0)
    shape = _shape(call.x)
    if given is None or len(given.dims) > 1:
        raise Inexpressible("it takes positions out by an array of several axes")
    axis %= len(shape)
    wanted = [int(i) % shape[axis] for i in given.numbers]
    if given.dims == ():
        return moving.taken(call.draft, call.name, call.x, axis, wanted[0])
    if wanted != list(range(wanted[0], wanted[0] + len(wanted))):
        raise Inexpressible("it puts positions or channels in another order")
    return moving.sliced(call.draft, call.name, call.x, {axis: (wanted[0], wanted[-1] + 1, 1)})


def _split(call: Call) -> list[Value]:
    axis = call.attributes.get("axis", 0) % len(_shape(call.x))
    n, said = _shape(call.x)[axis], call.numbers(1, "split")
    if said is None:
        each = ceil_div(n, call.attributes.get("num_outputs", call.results))
        said = [min(each, n - start) for start in range(0, n, each)]
    return moving.split(call.draft, call.name, call.x, axis, [int(size) for size in said])


def _expand(call: Call) -> Value:
    shape, wanted = _shape(call.x), [int(n) for n in _said(call.numbers(1), "shape")]
    wanted = [1] * (len(shape) - len(wanted)) + wanted
    whole = [max(n, m) for n, m in zip(shape, wanted, strict=False)] if len(wanted) == len(shape) else wanted
    return moving.expanded(call.draft, call.name, call.x, whole)


def _tile(call: Call) -> Value:
    repeats = [int(n) for n in _said(call.numbers(1), "repeats")]
    return moving.expanded(call.draft, call.name, call.x, [n * m for n, m in zip(_shape(call.x), repeats, strict=True)])


def _pad(call: Call) -> Value:
    rank = len(_shape(call.x))
    said = [int(n) for n in _said(call.numbers(1, "pads"), "pads")]
    axes = [int(axis) % rank for axis in call.numbers(3) or range(rank)]
    pairs = [(0, 0)] * rank
    for axis, lo, hi in zip(axes, said[: len(axes)], said[len(axes) :], strict=True):
        pairs[axis] = (lo, hi)
    mode = {"constant": "zeros", "reflect": "reflect", "edge": "replicate", "wrap": "circular"}[
        call.attributes.get("mode", "constant")
    ]
    value = (call.numbers(2, "value") or [0])[0]
    if mode == "zeros" and value != 0 and any(max(pair) > 0 for pair in pairs):
        raise Inexpressible(f"it pads with {value}")
    return ex.padded(call.draft, call.name, call.x, pairs, mode)


_PLACES = ("half_pixel", "pytorch_half_pixel", "asymmetric", "align_corners")


def _resize(call: Call) -> Value:
    if call.operator == "Upsample" or call.opset < 11:
        scales, sizes, place, rounding = call.numbers(1, "scales"), None, "asymmetric", "floor"
    else:
        scales, sizes = call.numbers(2), _extents(call, 3)
        place = call.attributes.get("coordinate_transformation_mode", "half_pixel")
        rounding = call.attributes.get("nearest_mode", "round_prefer_floor")
    if place not in _PLACES:
        raise Inexpressible(f"its coordinates are {place}")
    if call.attributes.get("antialias") or call.attributes.get("keep_aspect_ratio_policy", "stretch") != "stretch":
        raise Inexpressible("it smooths, or keeps the aspect ratio")
    rank = len(_shape(call.x))
    axes = [axis % rank for axis in call.attributes.get("axes") or range(rank)]
    factors = _spread(scales, axes, [Fraction(1)] * rank, _fraction)
    size = _spread(sizes, axes, list(_shape(call.x)), lambda n: n)
    if ((size or _shape(call.x))[:2] != list(_shape(call.x)[:2]) and size) or (factors and factors[:2] != [1, 1]):
        raise Inexpressible("it resizes channels or the batch")
    method = {"nearest": "nearest", "linear": "linear", "cubic": "cubic"}[call.attributes.get("mode", "nearest")]
    options: dict[str, Any] = {"method": method, "coordinates": place}
    if method == "nearest":
        options["rounding"] = rounding
    if size is not None:
        return ex.resized(call.draft, call.name, call.x, size[2:], **options)
    if factors is None:
        raise Inexpressible("it does not say its size")
    whole = [scale.numerator if scale.denominator == 1 else scale for scale in factors[2:]]
    return ex.resized(call.draft, call.name, call.x, None, scale=whole, **options)


_FINEST = 4096


def _fraction(scale: float) -> Fraction:
    """Return what a scale, a float32, was meant to be: the simplest fraction that rounds to it, if one is simple.

    Examples
    --------
    >>> import numpy as np
    >>> _fraction(float(np.float32(31 / 15))), _fraction(float(np.float32(1.7)))
    (Fraction(31, 15), Fraction(17, 10))
    """
    import numpy as np

    exact = Fraction(scale)
    near = (Fraction(round(exact * below), below) for below in range(1, _FINEST + 1))
    return next((meant for meant in near if np.float32(meant.numerator / meant.denominator) == scale), exact)


def _extents(call: Call, number: int) -> list[Any] | None:
    """Return a constant input's numbers, those that know whose sizes they are as they are."""
    given = call.constant(number)
    return None if given is None or given.dims == (0,) else list(given.array.reshape(-1).tolist())


def _spread(said: list[Any] | None, axes: list[int], blank: list[Any], read: Callable[[Any], Any]) -> list[Any] | None:
    if said is None:
        return None
    for axis, entry in zip(axes, said, strict=True):
        blank[axis] = read(entry)
    return blank


def _depth_to_space(call: Call) -> Value:
    block, x = call.attributes["blocksize"], call.x
    if call.attributes.get("mode", "DCR") == "DCR":  # channels are numbered block first, in a pixel shuffle last
        x = call.draft.placed(Shuffle(block**2), call.draft.plain(x), name=f"{call.name}.shuffle")
    return call.draft.placed(DepthToSpace(block), call.draft.plain(x), name=call.name)


def _space_to_depth(call: Call) -> Value:
    block, channels = call.attributes["blocksize"], _shape(call.x)[1]
    apart = call.draft.placed(SpaceToDepth(block), call.draft.plain(call.x), name=call.name)
    return call.draft.placed(Shuffle(channels), apart, name=f"{call.name}.shuffle")


MOVES: dict[str, Callable[[Call], Any]] = {
    "Shape": _sizes,
    "Size": _size,
    "Reshape": _reshape,
    "Flatten": _flatten,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Transpose": _transpose,
    "Slice": _slice,
    "Gather": _gather,
    "Split": _split,
    "Expand": _expand,
    "Tile": _tile,
    "Pad": _pad,
    "Resize": _resize,
    "Upsample": _resize,
    "DepthToSpace": _depth_to_space,
    "SpaceToDepth": _space_to_depth,
}
"""Each takes the call and returns its result, or a list of several."""
