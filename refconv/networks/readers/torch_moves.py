"""Torch's reshapes, slices, resizings and what else moves numbers about."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from refconv.arithmetic.integers import ceil_div, product
from refconv.networks.readers import expressing as ex
from refconv.networks.readers import moving
from refconv.networks.readers.torch_call import TorchCall
from refconv.networks.readers.values import Inexpressible, Value
from refconv.networks.records import DepthToSpace, Shuffle, SpaceToDepth

__all__ = ["MOVES"]


def _same(call: TorchCall) -> Value:
    return call.x


def _view(call: TorchCall) -> Value:
    said = call.said.get("size")
    if not isinstance(said, int | list | tuple):
        raise Inexpressible("it is seen as another type")
    return moving.reshaped(call.draft, call.name, call.x, call.varied("size"))


def _flatten(call: TorchCall) -> Value:
    rank = len(call.shape)
    start, end = call.get("start_dim", 0) % rank, call.get("end_dim", -1) % rank
    whole = product(call.shape[start : end + 1])
    return moving.reshaped(call.draft, call.name, call.x, [*call.shape[:start], whole, *call.shape[end + 1 :]])


def _as_result(call: TorchCall) -> Value:
    """Express what only adds or takes away axes of size 1, or splits one, by the shape that came out."""
    return moving.reshaped(call.draft, call.name, call.x, list(call.result.shape))


def _permute(call: TorchCall) -> Value:
    return moving.permuted(call.x, call.varied("dims"))


def _transpose(call: TorchCall) -> Value:
    order = list(range(len(call.shape)))
    one, two = call.get("dim0", 0), call.get("dim1", 1)
    order[one], order[two] = order[two], order[one]
    return moving.permuted(call.x, order)


def _chunk(call: TorchCall) -> list[Value]:
    axis = call.get("dim", 0)
    n = call.shape[axis]
    each = ceil_div(n, call.said["size"])
    return moving.split(call.draft, call.name, call.x, axis, [min(each, n - i) for i in range(0, n, each)])


def _split(call: TorchCall) -> list[Value]:
    axis, said = call.get("dim", 0), call.said["size"]
    n = call.shape[axis]
    sizes = list(said) if isinstance(said, list | tuple) else [min(said, n - i) for i in range(0, n, said)]
    return moving.split(call.draft, call.name, call.x, axis, sizes)


def _narrow(call: TorchCall) -> Value:
    axis, start = call.said["dim"], call.said["start"]
    axis %= len(call.shape)
    return moving.sliced(call.draft, call.name, call.x, {axis: (start, start + call.said["length"], 1)})


def _index(call: TorchCall) -> Value:
    said = call.said["index"]
    index = list(said) if isinstance(said, tuple) else [said]
    if not all(entry is None or entry is Ellipsis or isinstance(entry, slice | int) for entry in index):
        raise Inexpressible("it takes positions out by a list or a tensor")
    if Ellipsis in index:
        at = index.index(Ellipsis)
        named = sum(entry is not None for entry in index) - 1
        index[at : at + 1] = [slice(None)] * (len(call.shape) - named)
    along = list(enumerate(zip([entry for entry in index if entry is not None], call.shape, strict=False)))
    ranges = {axis: entry.indices(n) for axis, (entry, n) in along if isinstance(entry, slice)}
    result = moving.sliced(call.draft, call.name, call.x, ranges)
    for axis, (entry, n) in reversed(along):
        if isinstance(entry, int):
            result = moving.taken(call.draft, call.name, result, axis, entry % n)
    return moving.reshaped(call.draft, call.name, result, list(call.result.shape)) if None in index else result


def _select(call: TorchCall) -> Value:
    axis = call.said["dim"] % len(call.shape)
    return moving.taken(call.draft, call.name, call.x, axis, call.said["index"] % call.shape[axis])


def _expand(call: TorchCall) -> Value:
    return moving.expanded(call.draft, call.name, call.x, tuple(call.result.shape))


_PAD_MODES = {"constant": "zeros", "reflect": "reflect", "replicate": "replicate", "circular": "circular"}


def _pad(call: TorchCall) -> Value:
    said = [int(n) for n in call.said["pad"]]
    pairs = list(zip(said[::2], said[1::2], strict=True))[::-1]
    mode = _PAD_MODES[call.get("mode", "constant")]
    if mode == "zeros" and call.get("value", 0) != 0 and max(said) > 0:
        raise Inexpressible(f"it pads with {call.said['value']}")
    pairs = [(0, 0)] * (len(call.shape) - len(pairs)) + pairs
    return ex.padded(call.draft, call.name, call.x, pairs, mode)


_METHODS = {"nearest": "nearest", "nearest-exact": "nearest", "bicubic": "cubic"} | dict.fromkeys(
    ("linear", "bilinear", "trilinear"), "linear"
)


def _interpolate(call: TorchCall) -> Value:
    size, scale, mode = call.said.get("size"), call.said.get("scale_factor"), call.get("mode", "nearest")
    rank = len(call.shape) - 2
    if mode not in _METHODS or call.get("antialias", False):
        raise Inexpressible(f"it resizes by {mode}{', smoothed' * bool(call.get('antialias', False))}")
    options = {"method": _METHODS[mode], "coordinates": "half_pixel"}
    if call.get("align_corners", False):
        options["coordinates"] = "align_corners"
    if mode == "nearest":
        options |= {"coordinates": "asymmetric", "rounding": "floor"}
    elif mode == "nearest-exact":
        options |= {"rounding": "round_prefer_ceil"}
    if scale is not None and not call.get("recompute_scale_factor", False):
        scales = list(scale) if isinstance(scale, list | tuple) else [scale] * rank
        simple = [Fraction(each).limit_denominator(_FINEST) for each in scales]
        simple = _but_for_copies(simple, call)
        whole = [each.numerator if each.denominator == 1 else each for each in simple]
        return ex.resized(call.draft, call.name, call.x, None, scale=whole, **options)
    listed = list(call.result.shape[2:]) if size is None else size if isinstance(size, list | tuple) else [size] * rank
    return ex.resized(call.draft, call.name, call.x, listed, **options)


def _but_for_copies(scales: list[Fraction], call: TorchCall) -> list[Fraction]:
    """Return the scales, 1 for an axis that a linear resizing leaves as long as it was: PyTorch copies it.

    With other methods its gradients do so, while its values depend on the number of axes.
    """
    sizes = list(zip(scales, call.shape[2:], call.result.shape[2:], strict=True))
    kept = [n == out and scale != 1 for scale, n, out in sizes]
    if any(kept) and _METHODS[call.get("mode", "nearest")] != "linear":
        raise Inexpressible("it resizes an axis by a factor that leaves its size, where PyTorch contradicts itself")
    return [Fraction(1) if keeps else scale for scale, keeps in zip(scales, kept, strict=True)]


_FINEST = 10**6
"""A scale is a float: the simplest fraction this fine is what was meant."""


def _pixel_shuffle(call: TorchCall) -> Value:
    return call.draft.placed(DepthToSpace(call.said["factor"]), call.draft.plain(call.x), name=call.name)


def _pixel_unshuffle(call: TorchCall) -> Value:
    return call.draft.placed(SpaceToDepth(call.said["factor"]), call.draft.plain(call.x), name=call.name)


def _channel_shuffle(call: TorchCall) -> Value:
    return call.draft.placed(Shuffle(call.said["groups"]), call.draft.plain(call.x), name=call.name)


_SAME = ("contiguous", "clone", "detach", "to", "float", "half", "double", "type_as", "cpu", "cuda", "data")
_RESIZED = "input size scale_factor mode align_corners recompute_scale_factor antialias"

MOVES: dict[str, tuple[str, Callable[[TorchCall], Any]]] = {
    **dict.fromkeys(_SAME, ("input", _same)),
    **dict.fromkeys(("view", "reshape"), ("input size", _view)),
    **dict.fromkeys(("view_as", "reshape_as"), ("input other", _as_result)),
    **dict.fromkeys(("squeeze", "unsqueeze"), ("input dim", _as_result)),
    **dict.fromkeys(("unflatten",), ("input dim sizes", _as_result)),
    "flatten": ("input start_dim end_dim", _flatten),
    "permute": ("input dims", _permute),
    "transpose": ("input dim0 dim1", _transpose),
    "swapaxes": ("input dim0 dim1", _transpose),
    "chunk": ("input size dim", _chunk),
    "split": ("input size dim", _split),
    "split_with_sizes": ("input size dim", _split),
    "narrow": ("input dim start length", _narrow),
    "getitem": ("input index", _index),
    "select": ("input dim index", _select),
    "expand": ("input size", _expand),
    "expand_as": ("input other", _expand),
    "repeat": ("input size", _expand),
    "pad": ("input pad mode value", _pad),
    "interpolate": (_RESIZED, _interpolate),
    "upsample": (_RESIZED, _interpolate),
    "pixel_shuffle": ("input factor", _pixel_shuffle),
    "pixel_unshuffle": ("input factor", _pixel_unshuffle),
    "channel_shuffle": ("input groups", _channel_shuffle),
}
"""The names of the arguments in order, and what takes the call and returns its result, or a list of several."""
